"""Orders: scenarios, windows, states, and the spacing of covert visits.

The distances are operating rules of ours: in mystery shopping 90 days are typical, a month to a year occurs.
Days are counted between the days on which windows open, by the unit's own calendar.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from backend.assignments.errors import (
    AccountRotation,
    ConflictDeclared,
    CoverSuspected,
    InquiryOnly,
    Rotation,
    Spaced,
    Spacing,
    WindowClosesFirst,
)
from backend.core.errors import Problem
from backend.units.rules import OpeningHours


class Scenario(StrEnum):
    INQUIRY = "inquiry"
    TRANSACTION = "transaction"


class OrderState(StrEnum):
    """Before anything is told an order is `assigned`; afterwards its visit says where it stands."""

    ASSIGNED = "assigned"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    CANCELLED = "cancelled"


class Bar(StrEnum):
    """Why an inspector is not sent to a place: interests there, or somebody there may know her for what she is."""

    INTEREST = "interest"
    COVER = "cover"


BARRED: dict[Bar, type[Problem]] = {Bar.INTEREST: ConflictDeclared, Bar.COVER: CoverSuspected}


@dataclass(frozen=True)
class Window:
    """When a visit is to happen: two aware instants, the second excluded."""

    opens: datetime
    closes: datetime

    def holds(self, moment: datetime) -> bool:
        return self.opens <= moment < self.closes

    def opening_day(self, time_zone: str) -> date:
        return self.opens.astimezone(ZoneInfo(time_zone)).date()


@dataclass(frozen=True)
class Terms:
    """What an order says. `checklist` is a digest; None means the newest usual one."""

    programme: UUID
    unit: UUID
    product: UUID
    inspector: UUID
    scenario: Scenario
    window: Window
    briefing: str = ""
    checklist: str | None = None


# What may still be changed in a state: a told visit keeps the window and scenario it was judged by.
CHANGEABLE: dict[OrderState, frozenset[str]] = {
    OrderState.ASSIGNED: frozenset({"briefing", "window", "scenario"}),
    OrderState.RETURNED: frozenset({"briefing", "window"}),
}

# A decision is undone first, before its order goes to somebody else or away.
OPEN = frozenset({OrderState.ASSIGNED, OrderState.SUBMITTED, OrderState.RETURNED})

INQUIRY_ONLY_GROUPS = frozenset({"SPKT"})


def check_terms(window: Window, scenario: Scenario, product_group: str) -> None:
    """Raises WindowClosesFirst, InquiryOnly."""
    if window.opens >= window.closes:
        raise WindowClosesFirst()
    if scenario is Scenario.TRANSACTION and product_group in INQUIRY_ONLY_GROUPS:
        raise InquiryOnly(group=product_group)


ROTATION_DAYS = 180
ACCOUNT_ROTATION_DAYS = 90
SPACING_DAYS = 7
FARTHEST_DAYS = max(ROTATION_DAYS, ACCOUNT_ROTATION_DAYS, SPACING_DAYS)


@dataclass(frozen=True)
class Planned:
    """An order as the spacing rules see it. `account` is (institution class, region of the unit)."""

    order: UUID
    inspector: UUID
    unit: UUID
    account: tuple[str, str]
    day: date


@dataclass(frozen=True)
class Hindrance:
    """Why not: the other order, and the first day on which it hinders no longer."""

    problem: type[Spaced]
    order: UUID
    free_from: date

    def as_problem(self) -> Spaced:
        return self.problem(order=self.order, free_from=self.free_from)

    def as_json(self) -> dict[str, str]:
        return {"code": self.problem.code, "order": str(self.order), "free_from": self.free_from.isoformat()}


def hindrances(wanted: Planned, others: Iterable[Planned]) -> list[Hindrance]:
    """Every order that stands too near to the wanted one, before or after it; the worst first.

    `others` are standing orders; cancelled ones do not count. An order never hinders itself.
    """
    found = [
        Hindrance(problem, other.order, other.day + timedelta(days=days))
        for other in others
        if other.order != wanted.order
        for problem, days in _distances(wanted, other)
        if abs((wanted.day - other.day).days) < days
    ]
    worst = (Rotation, AccountRotation, Spacing)
    return sorted(found, key=lambda h: (worst.index(h.problem), -h.free_from.toordinal(), h.order))


def _distances(wanted: Planned, other: Planned) -> Iterable[tuple[type[Spaced], int]]:
    """The rule that two orders must keep, with its days; of two rules about the same pair, the wider one."""
    if wanted.inspector == other.inspector and wanted.unit == other.unit:
        yield Rotation, ROTATION_DAYS
    elif wanted.inspector == other.inspector and wanted.account == other.account:
        yield AccountRotation, ACCOUNT_ROTATION_DAYS
    elif wanted.unit == other.unit:
        yield Spacing, SPACING_DAYS


def free_day(wanted: Planned, others: Sequence[Planned]) -> date:
    """The first day, from the wanted one on, on which nothing hinders; that day itself when nothing does."""
    day = wanted.day
    while found := hindrances(replace(wanted, day=day), others):
        day = max(hindrance.free_from for hindrance in found)
    return day


def check_spacing(wanted: Planned, others: Iterable[Planned]) -> None:
    """Raises Rotation, AccountRotation or Spacing, with all hindrances among the facts."""
    found: Sequence[Hindrance] = hindrances(wanted, others)
    if found:
        worst = found[0]
        raise worst.problem(
            order=worst.order,
            free_from=worst.free_from,
            hindrances=[hindrance.as_json() for hindrance in found],
        )


DAYS_LOOKED_AT_MAX = 400


class Notice(StrEnum):
    """What whoever plans may have overlooked; it refuses nothing."""

    NEVER_OPEN = "never-open"
    CLOSED_ON_OPENING_DAY = "closed-on-opening-day"
    ALREADY_OVER = "already-over"


def notices(window: Window, hours: OpeningHours, time_zone: str, now: datetime) -> list[Notice]:
    """What is odd about a window at a unit with these opening hours (unknown ones are not odd)."""
    found = [Notice.ALREADY_OVER] if window.closes <= now else []
    if hours.known and window.opens < window.closes:
        opens, closes = (moment.astimezone(ZoneInfo(time_zone)) for moment in (window.opens, window.closes))
        if not _opens_between(hours, opens, closes):
            found.append(Notice.NEVER_OPEN)
        elif all(span.weekday != opens.weekday() for span in hours.spans):
            found.append(Notice.CLOSED_ON_OPENING_DAY)
    return found


def _opens_between(hours: OpeningHours, opens: datetime, closes: datetime) -> bool:
    """Whether the unit is open at some minute from `opens` to `closes`, both on its own clock."""
    days = min((closes.date() - opens.date()).days, DAYS_LOOKED_AT_MAX)
    for day in (opens.date() + timedelta(days=number) for number in range(days + 1)):
        first = opens.hour * 60 + opens.minute if day == opens.date() else 0
        last = closes.hour * 60 + closes.minute if day == closes.date() else 24 * 60
        if any(s.weekday == day.weekday() and s.opens < last and s.closes > first for s in hours.spans):
            return True
    return False
