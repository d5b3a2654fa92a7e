"""Visits that await a judgement, oldest first; and those that were judged."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q
from django.http import HttpRequest, HttpResponseBase
from django.urls import path, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from backend.console.inbox_filters import Asked, Link, Tray, regions_listed, toggle
from backend.console.inbox_rows import row
from backend.console.inbox_visits import (
    UNITS_FOUND_MAX,
    chosen,
    facet_choices,
    facet_filters,
    filtered,
    followed,
    in_tray,
    ordering,
    units_found,
    within_place,
)
from backend.core.clock import now
from backend.evidence.rules import read_uuid
from backend.pages.desk import Desk, at_desk
from backend.pages.kept import kept_form
from backend.pages.page import go_to, page
from backend.pages.paging import COUNTED_MAX, bounded_count, rows_of
from backend.people.rules import Verb, within
from backend.units.models import Region, Unit

REGIONS_MAX = 600

TRAYS = {
    Tray.AWAITING: _("Awaiting review"),
    Tray.RETURNED: _("Returned"),
    Tray.ACCEPTED: _("Accepted"),
    Tray.REJECTED: _("Rejected"),
    Tray.ALL: _("All"),
}
UNIT_TYPES: Mapping[str, Promise] = {
    "SAM": _("Samsat"),
    "SIM": _("Driving licences"),
    "POL": _("Police service desk"),
    "KTH": _("Land office"),
    "DKC": _("Civil registration"),
    "PKM": _("Health centre"),
    "MPP": _("Public service mall"),
    "PTS": _("One-stop licensing"),
    "GEN": _("Other agencies"),
}


@require_safe
@at_desk(Verb.REVIEW, Verb.SEE_VISITS)
def inbox(request: HttpRequest, desk: Desk) -> HttpResponseBase:
    """The list with its filters. The whole id of a visit in the search box opens that visit."""
    asked = Asked.read(request.GET.dict())
    wanted = read_uuid(asked.q)
    if wanted and followed(desk).filter(pk=wanted).exists():
        return go_to(request, reverse("console:visit", args=[desk.programme.code, wanted]))
    units = units_found(desk, asked)
    listed = chosen(desk, asked, units).select_related(
        "unit__region", "assignment__product", "assignment__inspector"
    )
    found = rows_of(request, listed, ordering(asked))
    moment = now()
    rows = [row(visit, moment, may_review=desk.may(Verb.REVIEW)) for visit in found.rows]
    said = {
        "list": found,
        "rows": rows,
        "bulk": any(one.in_bulk for one in rows),
        "ticked": ticked_before(request),
        "asked": asked,
        "trays": trays(desk, asked, units),
        "facets": facets(desk, asked, units, moment),
        "regions": regions(desk, asked),
        "types": [toggle(asked, "type", code, title) for code, title in UNIT_TYPES.items()],
        "inspectors_shown": desk.may(Verb.SEE_WHO_VISITED),
        "too_many_units": units is not None and len(units) > UNITS_FOUND_MAX,
        "counted_max": COUNTED_MAX,
        "clear": Asked(state=asked.state).query or "?",
    }
    return page(request, "console/inbox.html", said)


def ticked_before(request: HttpRequest) -> set[UUID]:
    """What was ticked in this list when her session ended; nothing of it was accepted."""
    kept = kept_form(request)
    named = [read_uuid(one.partition(":")[0]) for one in kept.getlist("visit")] if kept else []
    return {visit for visit in named if visit is not None}


def trays(desk: Desk, asked: Asked, units: list[UUID] | None) -> list[Link]:
    """The states as links, with how many there are under the other filters; "all" is not counted."""
    place, moment = within_place(desk, asked, units), now()
    links = []
    for tray, title in TRAYS.items():
        there = asked.but(state=tray.value)
        visits = filtered(in_tray(place, tray), facet_filters(there, moment))
        count = None if tray is Tray.ALL else bounded_count(visits)
        links.append(Link(title, there.query or "?", asked.tray is tray, count))
    return links


def facets(desk: Desk, asked: Asked, units: list[UUID] | None, moment: datetime) -> list[Link]:
    """The other filters with what each would leave, all counted in one look at no more than COUNTED_MAX + 1 rows:
    beyond that a number is a least one."""
    titles = {
        ("flags", "yes"): _("Flagged"),
        ("flags", "no"): _("Not flagged"),
        ("photos", "missing"): _("Photos missing"),
        ("due", "overdue"): _("Overdue"),
    }
    choices, held = facet_choices(moment), facet_filters(asked, moment)
    shown = [key for key in titles if key[0] != "due" or asked.tray is Tray.AWAITING]
    counts = {}
    for name, value in shown:
        others = [condition for other, condition in held.items() if other != name]
        counts[f"count_{name}_{value}"] = Count("pk", filter=Q(choices[name, value], *others))
    tray = in_tray(within_place(desk, asked, units), asked.tray).order_by()
    found = tray.only("pk", "flags", "photos_missing", "told_at")[: COUNTED_MAX + 1].aggregate(**counts)
    return [toggle(asked, *key, titles[key], found[f"count_{key[0]}_{key[1]}"]) for key in shown]


def regions(desk: Desk, asked: Asked) -> list[Link]:
    """Where this programme has units and this desk has sight; nothing when there is but one."""
    here = Unit.objects.filter(programme=desk.programme, region=OuterRef("pk"))
    rows = Region.objects.filter(Exists(here)).order_by("code").values_list("code", "name")[:REGIONS_MAX]
    standing = desk.standing
    seen = [
        (code, name)
        for code, name in rows
        if standing.may_everywhere(Verb.SEE_VISITS) or within(code, standing.regions)
    ]
    links = [
        toggle(asked, "region", code, f"{code} {name}") for code, name in regions_listed(seen, asked.region)
    ]
    return links if len(links) > 1 or asked.region else []


urlpatterns = [path("<slug:programme>/inbox/", inbox, name="inbox")]
