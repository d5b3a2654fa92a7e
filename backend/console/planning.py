"""The plan: who goes where and when. The list of orders; its other pages stand beside this file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Q
from django.http import HttpRequest, HttpResponseBase
from django.urls import path
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from backend.assignments.models import Assignment, AssignmentQuerySet
from backend.assignments.rules import OrderState
from backend.console import (
    planning_conflicts,
    planning_cover,
    planning_coverage,
    planning_file,
    planning_order,
    planning_table,
)
from backend.console.planning_reach import orders_of, people, regions, units_of
from backend.console.planning_words import STATES, TONES
from backend.core.clock import now
from backend.core.errors import Invalid
from backend.pages.desk import Desk, at_desk
from backend.pages.page import page
from backend.pages.paging import COUNTED_MAX, rows_of
from backend.people.rules import Verb

TEXT_LENGTH_MAX = 80
NEWEST = ("-window_opens", "-pk")


class Show(StrEnum):
    OPEN = "open"
    COMING = "coming"
    SILENT = "silent"
    TOLD = "told"
    CANCELLED = "cancelled"


SHOWS: Mapping[Show, Promise] = {
    Show.OPEN: _("Open now"),
    Show.COMING: _("Upcoming"),
    Show.SILENT: _("Closed, nothing told"),
    Show.TOLD: _("Told"),
    Show.CANCELLED: _("Cancelled"),
}
CHOSEN: Mapping[Show, Callable[[AssignmentQuerySet, datetime], AssignmentQuerySet]] = {
    Show.OPEN: lambda orders, at: orders.untold().filter(window_opens__lte=at, window_closes__gt=at),
    Show.COMING: lambda orders, at: orders.untold().filter(window_opens__gt=at),
    Show.SILENT: lambda orders, at: orders.untold().filter(window_closes__lte=at),
    Show.TOLD: lambda orders, at: orders.standing().filter(told__isnull=False),
    Show.CANCELLED: lambda orders, at: orders.in_state(OrderState.CANCELLED),
}
# What is over comes newest first. What is open: what closes next; an index leads past all that has closed.
ORDERS = {Show.OPEN: ("window_closes", "pk"), Show.COMING: ("window_opens", "pk")}
COUNTED = (Show.OPEN, Show.COMING)  # always; the others when they are looked at
FEW = frozenset(Show) - {Show.TOLD}  # of many orders few are so
UNITS_FOUND_MAX = 200


@dataclass(frozen=True)
class Asked:
    """What the list is asked for; every filter is a link."""

    show: Show = Show.OPEN
    inspector: UUID | None = None
    region: str = ""
    q: str = ""

    @classmethod
    def read(cls, fields: Mapping[str, Any]) -> Asked:
        """Raises Invalid for what no link of ours says."""
        text = {name: str(fields.get(name, "")).strip() for name in ("show", "inspector", "region", "q")}
        try:
            show = Show(text["show"] or Show.OPEN)
            inspector = UUID(text["inspector"]) if text["inspector"] else None
        except ValueError:
            raise Invalid() from None
        if any("\x00" in value for value in text.values()):
            raise Invalid()
        return cls(show, inspector, text["region"][:13], text["q"][:TEXT_LENGTH_MAX])

    @property
    def query(self) -> str:
        said = {"show": self.show, "inspector": self.inspector or "", "region": self.region, "q": self.q}
        return "?" + urlencode({name: value for name, value in said.items() if value})

    def but(self, **changes: Any) -> str:
        return replace(self, **changes).query


@require_safe
@at_desk(Verb.ASSIGN)
def plan(request: HttpRequest, desk: Desk) -> HttpResponseBase:
    """Orders of my regions: what closes or opens next first, what is over newest first."""
    asked, moment = Asked.read(request.GET), now()
    mine = narrowed(desk, asked)
    order = ORDERS.get(asked.show, NEWEST)
    ids = {show: some_of(CHOSEN[show](mine, moment)) for show in {*COUNTED, asked.show} & FEW}
    chosen = CHOSEN[asked.show](mine, moment)
    if len(ids.get(asked.show, range(COUNTED_MAX + 1))) <= COUNTED_MAX:
        chosen = Assignment.objects.filter(pk__in=ids[asked.show])
    found = rows_of(request, chosen.with_names().select_related("unit__region"), order)
    said = {
        "list": found,
        "rows": [row(order, asked) for order in found.rows],
        "asked": asked,
        "shows": shows(asked, ids),
        "counted_max": COUNTED_MAX,
        "inspectors": people(desk),
        "regions": regions(desk),
        "clear": Asked(show=asked.show).query,
        "tab": "orders",
    }
    return page(request, "console/plan/orders.html", said)


def row(order: Assignment, asked: Asked) -> dict[str, Any]:
    return {
        "order": order,
        "state": STATES[order.state],
        "tone": TONES.get(order.state, ""),
        "by_region": asked.but(region=order.unit.region_id),
        "by_inspector": asked.but(inspector=order.inspector_id),
    }


def narrowed(desk: Desk, asked: Asked) -> AssignmentQuerySet:
    found = orders_of(desk)
    if asked.inspector:
        found = found.filter(inspector=asked.inspector)
    if asked.region:
        found = found.filter(
            Q(unit__region=asked.region) | Q(unit__region__code__startswith=f"{asked.region}.")
        )
    if asked.q:
        named = (
            units_of(desk).filter(Q(code__icontains=asked.q) | Q(name__icontains=asked.q)).order_by("code")
        )
        found = found.filter(unit__in=list(named.values_list("pk", flat=True)[:UNITS_FOUND_MAX]))
    return found


def some_of(orders: AssignmentQuerySet) -> list[UUID]:
    """Their ids, one more than are counted at most. Looked for without their sequence: walking along it, a database
    passes over all orders there are when few are such."""
    return list(orders.order_by().values_list("pk", flat=True)[: COUNTED_MAX + 1])


def shows(asked: Asked, ids: Mapping[Show, list[UUID]]) -> list[dict[str, Any]]:
    return [
        {
            "title": title,
            "url": asked.but(show=show),
            "here": show is asked.show,
            "count": len(ids[show]) if show in ids else None,
        }
        for show, title in SHOWS.items()
    ]


urlpatterns = [
    path("<slug:programme>/plan/", plan, name="plan"),
    *planning_coverage.urlpatterns,
    *planning_table.urlpatterns,
    *planning_file.urlpatterns,
    *planning_conflicts.urlpatterns,
    *planning_cover.urlpatterns,
    *planning_order.urlpatterns,
]
