"""Orders by the table: units chosen, then a row for each, looked at before anything is saved."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.db.models import OuterRef, Q, Subquery
from django.http import HttpRequest, HttpResponseBase, QueryDict
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from backend.assignments.ground import Ground
from backend.assignments.models import Assignment
from backend.assignments.planning import NOBODY_YET, assign_many, fill_in, ground_for
from backend.assignments.rules import Scenario
from backend.console.planning_errors import NoUnitChosen, TooManyUnits
from backend.console.planning_reach import regions, units_of
from backend.console.planning_rows import Common, Row, Shown, read_wanted, rows_in, show
from backend.console.planning_words import SCENARIOS, local
from backend.core.clock import now
from backend.core.errors import Problem
from backend.evidence.rules import read_uuid
from backend.pages.desk import Desk, at_desk
from backend.pages.kept import kept_form
from backend.pages.page import page, words_of
from backend.pages.paging import rows_of
from backend.people.rules import Verb
from backend.rest.problems import status_of
from backend.units.models import Product, Unit

UNITS_MAX = 50
WINDOW_DAYS = 14
OPENING_HOUR, CLOSING_HOUR = 8, 16
COMMON = ("opens", "closes", "scenario", "briefing", "inspector")


@require_http_methods(["GET", "HEAD", "POST"])
@at_desk(Verb.ASSIGN)
def assign(request: HttpRequest, desk: Desk) -> HttpResponseBase:
    """Choose units; then plan them. Nothing is saved before all chosen rows are free."""
    units = chosen_units(request, desk)
    if not units:
        return choosing(request, desk)
    typed = request.POST if request.method == "POST" else kept_form(request)
    products = products_of(desk, units)
    if typed is None:
        return proposing(request, desk, units, products, QueryDict())
    if typed.get("do") == "fill":
        return proposing(request, desk, units, products, typed)
    try:
        common = Common.read(typed)
    except Problem as problem:
        return proposing(request, desk, units, products, QueryDict(), problem)
    rows = rows_in(typed, units)
    wanted = read_wanted(rows, common, desk)
    saving = request.method == "POST" and typed.get("do") == "save"
    refused: Problem | None = None
    if saving and not any(row.wrong for row in rows):
        try:
            if not wanted:
                raise NoUnitChosen()
            if assign_many(wanted, programme=desk.programme.pk, by=desk.user).stored:
                return saved(request, desk, len(wanted))
        except Problem as raised:
            refused = raised
    ground = ground_for(wanted, programme=desk.programme.pk, everybody=True)
    looked = show(rows, wanted, products, desk, ground)
    return shown(request, looked, typed, ground, tried=saving, problem=refused)


def saved(request: HttpRequest, desk: Desk, count: int) -> HttpResponseBase:
    words = ngettext(
        "%(count)s order is saved; the inspector's phone hears of it at its next sync.",
        "%(count)s orders are saved; the inspectors' phones hear of them at their next sync.",
        count,
    )
    messages.success(request, words % {"count": count})
    return redirect(f"{reverse('console:plan', kwargs={'programme': desk.programme.code})}?show=coming")


def chosen_units(request: HttpRequest, desk: Desk) -> list[Unit]:
    """The units that the address names, as far as they are hers to plan, each with the product last asked for there.
    Raises TooManyUnits."""
    ids = {found for text in request.GET.getlist("unit")[: 2 * UNITS_MAX] if (found := read_uuid(text))}
    if len(ids) > UNITS_MAX:
        raise TooManyUnits(limit=UNITS_MAX)
    if not ids:
        return []
    before = Assignment.objects.filter(unit=OuterRef("pk")).order_by("-window_opens").values("product")
    units = units_of(desk).filter(pk__in=ids).with_names().annotate(asked_before=Subquery(before[:1]))
    return list(units.order_by("region", "code"))


def choosing(request: HttpRequest, desk: Desk) -> HttpResponseBase:
    """Units to tick, by name, code or region."""
    q, region = request.GET.get("q", "").strip()[:80], request.GET.get("region", "")[:13]
    units = units_of(desk).select_related("region")
    if q and "\x00" not in q:
        units = units.filter(Q(code__icontains=q) | Q(name__icontains=q))
    if region:
        units = units.filter(region=region)
    said = {
        "list": rows_of(request, units, ("code", "pk")),
        "q": q,
        "region": region,
        "regions": regions(desk),
        "units_max": UNITS_MAX,
        "tab": "assign",
    }
    return page(request, "console/plan/choose.html", said)


def products_of(desk: Desk, units: Sequence[Unit]) -> dict[str, list[Product]]:
    """What these units may be asked for, by the type of unit."""
    found: dict[str, list[Product]] = defaultdict(list)
    types = {unit.unit_type for unit in units}
    for product in Product.objects.filter(programme=desk.programme, unit_type__in=types).order_by("code"):
        found[product.unit_type].append(product)
    return found


def proposing(
    request: HttpRequest,
    desk: Desk,
    units: Sequence[Unit],
    products: Mapping[str, Sequence[Product]],
    typed: QueryDict,
    problem: Problem | None = None,
) -> HttpResponseBase:
    """A first table: the terms of all rows in every row, and for each row whoever is free and has least to do."""
    fields = usual(units[0].time_zone) | {name: str(typed[name]) for name in COMMON if name in typed}
    try:
        common = Common.read(fields)
    except Problem as illegible:
        problem, common = illegible, Common(Scenario.INQUIRY, "")
    person = read_uuid(fields["inspector"]) or NOBODY_YET
    rows = rows_in(typed, units)
    for row in rows:
        served = products.get(row.unit.unit_type, ())
        wish = read_uuid(typed.get(f"product-{row.unit.unit_type}", "")) or row.product
        wish = wish or getattr(row.unit, "asked_before", None)
        row.product = next((p.pk for p in served if p.pk == wish), served[0].pk if served else None)
        row.opens, row.closes, row.inspector, row.taken = fields["opens"], fields["closes"], person, True
    wanted = read_wanted(rows, common, desk)
    ground = ground_for(wanted, programme=desk.programme.pk, everybody=True)
    filled = fill_in(wanted, ground)
    _take_over(rows, {one.order: one for one in filled})
    return shown(request, show(rows, filled, products, desk, ground), fields, ground, problem=problem)


def _take_over(rows: Sequence[Row], filled: Mapping[Any, Any]) -> None:
    for row in rows:
        if (one := filled.get(row.order)) is not None:
            row.wanted, row.inspector = one, one.terms.inspector


def usual(zone: str) -> dict[str, str]:
    """Two weeks from next Monday on."""
    today = datetime.fromisoformat(local(now(), zone))
    monday = today + timedelta(days=7 - today.weekday())
    closes = monday + timedelta(days=WINDOW_DAYS - 3)  # a Friday
    return {
        "opens": monday.strftime(f"%Y-%m-%dT{OPENING_HOUR:02}:00"),
        "closes": closes.strftime(f"%Y-%m-%dT{CLOSING_HOUR:02}:00"),
        "scenario": Scenario.INQUIRY.value,
        "briefing": "",
        "inspector": "",
    }


def shown(
    request: HttpRequest,
    rows: Sequence[Shown],
    fields: Mapping[str, Any],
    ground: Ground,
    *,
    tried: bool = False,
    problem: Problem | None = None,
) -> HttpResponseBase:
    taken = [one for one in rows if one.row.taken]
    free = sum(one.free for one in taken)
    said = {
        "rows": rows,
        "free": free,
        "refused": len(taken) - free,
        "tried": tried,
        "problem": words_of(problem) if problem else "",
        "common": {name: fields.get(name, "") for name in COMMON},
        "types": _types(rows, fields),
        "scenarios": SCENARIOS.items(),
        "inspectors": list(ground.inspectors.values()),
        "tab": "assign",
    }
    status = status_of(problem) if problem else 409 if tried else 200
    return page(request, "console/plan/assign.html", said, status=status)


def _types(rows: Sequence[Shown], fields: Mapping[str, Any]) -> list[dict[str, Any]]:
    """For each type of unit in the table, the products that all its rows may be given at once."""
    found = {one.row.unit.unit_type: one.products for one in rows}
    return [
        {"type": kind, "products": products, "chosen": fields.get(f"product-{kind}", "")}
        for kind, products in sorted(found.items())
    ]


urlpatterns = [path("<slug:programme>/plan/assign/", assign, name="plan_assign")]
