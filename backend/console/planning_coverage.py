"""Coverage: which units still lack their visits, by region, and who has been sent already."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponseBase
from django.urls import path
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from backend.console.planning_needs import NOTHING, Counts, counts, totals
from backend.console.planning_reach import units_of
from backend.console.planning_table import UNITS_MAX
from backend.core.clock import now
from backend.core.errors import Invalid
from backend.indicators.rules import INSPECTORS_MIN, VISITS_MIN, Period, parse_period
from backend.pages.desk import Desk, at_desk
from backend.pages.page import page
from backend.people.rules import Verb, within
from backend.units.rules import UnitType

UNITS_LOOKED_AT_MAX = 20_000
PERIODS_BACK, PERIODS_AHEAD = 3, 2
PAGES_MAX = UNITS_LOOKED_AT_MAX // UNITS_MAX

SHOWS = {
    "": _("All units"),
    "needed": _("Still lacking"),
    "unplanned": _("Lacking, nobody sent"),
}


@dataclass(frozen=True)
class Asked:
    period: Period
    region: str = ""
    type: str = ""
    show: str = "needed"
    q: str = ""
    page: int = 1

    @classmethod
    def read(cls, fields: Mapping[str, Any], today: date) -> Asked:
        """Raises BadPeriod, Invalid."""
        said = {name: str(fields.get(name, "")).strip() for name in ("region", "type", "q", "page")}
        show, kind, number = fields.get("show", "needed"), said["type"], said["page"] or "1"
        known = show in SHOWS and (not kind or kind in list(UnitType))
        if not known or not (number.isascii() and number.isdecimal() and 0 < int(number[:6]) <= PAGES_MAX):
            raise Invalid()
        period = parse_period(fields.get("period") or half_year(today))
        return cls(period, said["region"][:13], kind, show, said["q"][:80], int(number[:6]))

    def but(self, **changes: Any) -> str:
        other = replace(self, **{"page": 1, **changes})
        said = {"period": other.period.name, "region": other.region, "type": other.type, "q": other.q}
        said |= {"page": str(other.page) if other.page > 1 else ""}
        return "?" + urlencode({k: v for k, v in said.items() if v} | {"show": other.show})


@dataclass(frozen=True)
class Line:
    """A unit and what it has and needs; `has` and `sent` are the lengths of a gauge, in parts of what is asked."""

    unit: Mapping[str, Any]
    counts: Counts

    @property
    def has(self) -> int:
        return min(self.counts.accepted, VISITS_MIN) * GAUGE_STEP

    @property
    def sent(self) -> int:
        return min(self.counts.accepted + self.counts.coming, VISITS_MIN) * GAUGE_STEP


GAUGE_STEP = 20


@require_safe
@at_desk(Verb.ASSIGN)
def coverage(request: HttpRequest, desk: Desk) -> HttpResponseBase:
    """Units that lack most first."""
    asked = Asked.read(request.GET, now().date())
    columns = ("pk", "code", "name", "unit_type", "region", "region__name")
    units = list(units_of(desk).order_by("code").values(*columns)[:UNITS_LOOKED_AT_MAX])
    counted = counts(desk, asked.period)
    of_type = [unit for unit in units if not asked.type or unit["unit_type"] == asked.type]
    lines = chosen(asked, of_type, counted)
    first = (asked.page - 1) * UNITS_MAX
    by_region = totals(of_type, counted)
    said = {
        "lines": lines[first : first + UNITS_MAX],
        "found": len(lines),
        "list": pager(asked, len(lines), first),
        "regions": [
            {"total": t, "url": asked.but(region="" if t.code == asked.region else t.code)} for t in by_region
        ],
        "asked": asked,
        "clear_region": asked.but(region=""),
        "shows": [{"title": t, "url": asked.but(show=s), "here": s == asked.show} for s, t in SHOWS.items()],
        "periods": [
            {"name": p, "url": asked.but(period=parse_period(p)), "here": p == asked.period.name}
            for p in periods(asked.period)
        ],
        "types": sorted({unit["unit_type"] for unit in units}),
        "visits_min": VISITS_MIN,
        "inspectors_min": INSPECTORS_MIN,
        "gauge": VISITS_MIN * GAUGE_STEP,
        "tab": "coverage",
    }
    return page(request, "console/plan/coverage.html", said)


def chosen(asked: Asked, units: Sequence[Mapping[str, Any]], counted: Mapping[UUID, Counts]) -> list[Line]:
    """The units asked for; those for which nobody was sent first, then those that lack most."""
    lines = []
    for unit in units:
        line = Line(unit, counted.get(unit["pk"], NOTHING))
        if asked.region and not within(unit["region"], frozenset({asked.region})):
            continue
        if asked.q and asked.q.casefold() not in f"{unit['code']} {unit['name']}".casefold():
            continue
        if asked.show and not getattr(line.counts, asked.show):
            continue
        lines.append(line)
    return sorted(lines, key=lambda line: (-line.counts.unplanned, -line.counts.needed, line.unit["code"]))


def pager(asked: Asked, found: int, first: int) -> dict[str, str]:
    return {
        "next": asked.but(page=asked.page + 1) if first + UNITS_MAX < found else "",
        "first": asked.but(page=1) if asked.page > 1 else "",
    }


def half_year(day: date) -> str:
    return f"{day.year}-S{1 if day.month <= 6 else 2}"


def periods(chosen: Period) -> list[str]:
    """Half-years around the chosen period, and that itself."""
    number = 2 * chosen.first.year + (chosen.first.month > 6)
    near = range(number - PERIODS_BACK, number + PERIODS_AHEAD + 1)
    found = [f"{n // 2}-S{n % 2 + 1}" for n in near if 2000 <= n // 2 <= 2099]
    return found if chosen.name in found else [*found, chosen.name]


urlpatterns = [path("<slug:programme>/plan/coverage/", coverage, name="coverage")]
