"""What every unit still needs in a period: so many accepted visits by so many inspectors, as results ask for.

The database counts it in two queries, one along each index: orders by their windows, visits by their days.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Count, Q

from backend.assignments.models import Assignment
from backend.core.clock import now
from backend.indicators.rules import INSPECTORS_MIN, VISITS_MIN, Period
from backend.pages.desk import Desk
from backend.people.models import regions_where
from backend.people.rules import Verb
from backend.units.rules import TimeZone
from backend.visits.models import Visit

OPEN_STATES = ("submitted", "returned")
UNDETECTED = ("no", "doubt")


@dataclass(frozen=True)
class Counts:
    """Of a unit, or of many together.

    ordered, told   orders whose window opens in the period, and those of which something was told
    accepted        accepted visits of days in the period in which the inspector was not recognised
    people          by how many inspectors, as they were sent
    coming          orders of the period that may still become accepted visits
    """

    ordered: int = 0
    told: int = 0
    accepted: int = 0
    people: int = 0
    coming: int = 0

    @property
    def needed(self) -> int:
        """How many more accepted visits it takes."""
        return max(VISITS_MIN - self.accepted, INSPECTORS_MIN - self.people, 0)

    @property
    def unplanned(self) -> int:
        """How many of those nobody has been sent for."""
        return max(self.needed - self.coming, 0)


NOTHING = Counts()


@dataclass(frozen=True)
class Total:
    """Of a region: the sum of its units."""

    code: str
    name: str
    units: int = 0
    lacking: int = 0
    ordered: int = 0
    told: int = 0
    accepted: int = 0
    needed: int = 0
    unplanned: int = 0

    def plus(self, unit: Counts) -> Total:
        return replace(
            self,
            units=self.units + 1,
            lacking=self.lacking + (unit.needed > 0),
            ordered=self.ordered + unit.ordered,
            told=self.told + unit.told,
            accepted=self.accepted + unit.accepted,
            needed=self.needed + unit.needed,
            unplanned=self.unplanned + unit.unplanned,
        )


def counts(desk: Desk, period: Period) -> dict[UUID, Counts]:
    """For each unit of the desk's regions that has orders or accepted visits in the period."""
    counted: dict[UUID, Counts] = {}
    for unit, ordered, told, coming in _ordered(desk, period):
        counted[unit] = Counts(ordered=ordered, told=told, coming=coming)
    for unit, _inspector, accepted in _accepted(desk, period):
        before = counted.get(unit, NOTHING)
        counted[unit] = replace(before, accepted=before.accepted + accepted, people=before.people + 1)
    return counted


def _ordered(desk: Desk, period: Period) -> Iterable[tuple[UUID, int, int, int]]:
    """(unit, ordered, told, coming) of standing orders whose window opens in the period."""
    coming = Q(told=None, window_closes__gt=now()) | Q(told__state__in=OPEN_STATES)
    found = Assignment.objects.filter(_where(desk), _opens_about(period), _opens_in(period)).standing()
    return (
        found.order_by()
        .values_list("unit")
        .annotate(
            ordered=Count("pk"),
            heard=Count("pk", filter=Q(told__isnull=False)),
            coming=Count("pk", filter=coming),
        )
    )


def _accepted(desk: Desk, period: Period) -> Iterable[tuple[UUID, UUID, int]]:
    """(unit, inspector as she was sent, visits that count)"""
    days = (period.first, period.last)
    found = Visit.objects.accepted().filter(_where(desk), local_date__range=days, detected__in=UNDETECTED)
    return found.order_by().values_list("unit", "assignment__inspector").annotate(visits=Count("pk"))


def _where(desk: Desk) -> Q:
    """Of units of the desk's regions, in its programme."""
    here = regions_where(desk.user, Verb.ASSIGN, programme="programme", region="unit__region__code")
    return Q(programme=desk.programme) & here


def totals(units: Iterable[Mapping[str, Any]], counted: Mapping[UUID, Counts]) -> list[Total]:
    """By region, in the order of their codes. A unit is {"pk", "region", "region__name"}."""
    found: dict[str, Total] = {}
    for unit in units:
        code = unit["region"]
        total = found.get(code) or Total(code, unit["region__name"])
        found[code] = total.plus(counted.get(unit["pk"], NOTHING))
    return [found[code] for code in sorted(found)]


def _opens_in(period: Period) -> Q:
    """Windows that open on a day of the period, by each unit's own calendar. Whatever the zone for all days but the
    first and the last, which spares the database the other comparisons."""
    between = _opens_about(period, days=-1)
    found = Q(pk__in=[])
    for zone in TimeZone:
        first = datetime.combine(period.first, time(), ZoneInfo(zone))
        after = datetime.combine(period.last + timedelta(days=1), time(), ZoneInfo(zone))
        found |= Q(unit__time_zone=zone.value, window_opens__gte=first, window_opens__lt=after)
    return between | found


def _opens_about(period: Period, *, days: int = 1) -> Q:
    """The same with so many days more at both ends, in every zone: what an index can answer."""
    first = datetime.combine(period.first - timedelta(days=days), time(), ZoneInfo("UTC"))
    last = datetime.combine(period.last + timedelta(days=days), time(), ZoneInfo("UTC"))
    return Q(window_opens__range=(first, last + timedelta(days=days > 0)))
