"""Testimony: states of a visit and of a submission, and the doubts that are flags. A doubt refuses nothing."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cached_property
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from backend.assignments.rules import Window
from backend.checklists.answers import Gap
from backend.checklists.rules import Item, Type
from backend.core.digests import sha256_text
from backend.units.rules import Point, metres_between
from backend.visits.testimony import Place, Told

METRES_FROM_UNIT_MAX = 300
CLOCK_DIFFERENCE_MAX = timedelta(minutes=10)
# Nobody waits, asks and looks around in less; and reading, seeing and tapping one item takes ten seconds.
VISIT_LEAST = timedelta(minutes=5)
ITEM_LEAST = timedelta(seconds=10)
LISTED_MAX = 100
ATTEMPT_TAKEN_MAX = 1000


class VisitState(StrEnum):
    SUBMITTED = "submitted"
    RETURNED = "returned"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


class Slot(StrEnum):
    """What a submission is to its visit (protocol 6.6.1)."""

    CURRENT = "current"
    LATE = "late"
    QUARANTINED = "quarantined"


class Why(StrEnum):
    """Why a submission is late or quarantined."""

    UNPARSABLE = "unparsable"
    DAMAGED = "damaged"
    UNKNOWN_KIND = "unknown-kind"
    UNKNOWN_VISIT = "unknown-visit"
    UNKNOWN_CHECKLIST = "unknown-checklist"
    REASSIGNED = "reassigned"
    CANCELLED = "cancelled"
    ATTEMPT_CLOSED = "attempt-closed"
    SLOT_TAKEN = "slot-taken"
    REPLACED = "replaced"  # a coordinator put another one in its place


class Flag(StrEnum):
    OUTSIDE_WINDOW = "outside_window"
    TOO_QUICK = "too_quick"
    FAR_FROM_UNIT = "far_from_unit"
    NO_PLACE = "no_place"
    MOCK_PLACE = "mock_place"
    DOUBLED = "doubled"
    ODD_CLOCK = "odd_clock"
    MISSING_ANSWER = "missing_answer"
    MISSING_NOTE = "missing_note"
    MISSING_PHOTO = "missing_photo"
    FORBIDDEN_PHOTO = "forbidden_photo"
    UNKNOWN_PHOTO = "unknown_photo"
    BAD_PHOTO = "bad_photo"
    BAD_VALUE = "bad_value"
    OLD_CHECKLIST = "old_checklist"
    UNSIGNED = "unsigned"
    COVER_DOUBTED = "cover_doubted"
    FEE_DIFFERS = "fee_differs"


# What checklists call a gap, and the flag it is here.
GAP_FLAGS = {
    "answer-missing": Flag.MISSING_ANSWER,
    "follow-up-missing": Flag.MISSING_ANSWER,
    "value-wrong": Flag.BAD_VALUE,
    "note-missing": Flag.MISSING_NOTE,
    "photo-missing": Flag.MISSING_PHOTO,
    "reason-unknown": Flag.MISSING_PHOTO,
    "photo-forbidden": Flag.FORBIDDEN_PHOTO,
}


@dataclass(frozen=True)
class Doubt:
    """A flag and what it saw: JSON facts a coordinator can read (items, minutes, metres, seconds)."""

    flag: Flag
    saw: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {"flag": self.flag.value, "saw": self.saw}


@dataclass(frozen=True)
class Telling:
    """One submission as it arrived. `text` is exact; `digest` and `checklist` are what the phone says they are.

    damaged   the phone knows that its own copy is broken
    why       known to be unfit to be read (an unknown kind, a broken frame): kept in quarantine
    """

    id: UUID
    visit: UUID
    attempt: int
    checklist: str
    digest: str
    text: str
    damaged: bool = False
    why: Why | None = None

    @cached_property
    def name(self) -> tuple[UUID, str]:
        """What it is known by: its id, and the digest its text really has."""
        return self.id, sha256_text(self.text)

    @property
    def garbled(self) -> bool:
        return self.name[1] != self.digest


@dataclass(frozen=True)
class Heard:
    """What became of a submission: told before or not, and its slot."""

    new: bool
    slot: Slot


@dataclass(frozen=True)
class Standing:
    """Where a visit stands when a submission comes for it. `state` is None before anything was told."""

    inspector: UUID
    cancelled: bool
    state: VisitState | None
    attempt: int
    taken: bool


@dataclass(frozen=True)
class Circumstances:
    """What the server knows around a submission.

    gaps            of the answers, against the checklist they were given on
    items           how many items the checklist puts to this kind of unit
    fees            [{"item", "told", "published"}] where the official fee told is not the published one
    newer_version   of the checklist, out before the visit began; "" for none
    told_that_day   other visits of this inspector to this unit on that day
    rivals          other submissions for the same visit and attempt
    """

    window: Window
    unit: Point | None
    received_at: datetime
    sent_at: datetime | None = None
    gaps: Sequence[Gap] = ()
    items: int = 0
    fees: Sequence[Mapping[str, Any]] = ()
    newer_version: str = ""
    told_that_day: int = 0
    rivals: int = 0


def slot_for(visit: Standing, *, inspector: UUID, attempt: int) -> tuple[Slot, str]:
    """The slot a readable submission gets, and why if it is late."""
    if visit.inspector != inspector:
        return Slot.LATE, Why.REASSIGNED
    if visit.cancelled:
        return Slot.LATE, Why.CANCELLED
    if visit.taken and visit.attempt == attempt:
        return Slot.LATE, Why.SLOT_TAKEN
    if visit.attempt != attempt or visit.state not in (None, VisitState.RETURNED):
        return Slot.LATE, Why.ATTEMPT_CLOSED
    return Slot.CURRENT, ""


def may_take(slot: Slot, attempt: int) -> bool:
    """Whether a coordinator may make a submission the current one: a late one, whose attempt leaves room for others."""
    return slot is Slot.LATE and 1 <= attempt <= ATTEMPT_TAKEN_MAX


def day_of(told: Told, *, received_at: datetime, time_zone: str) -> date:
    """The visit's day on the unit's own calendar; the server's day when the phone names none, or a later one."""
    began = told.began
    moment = received_at if began is None or began > received_at else began
    return moment.astimezone(ZoneInfo(time_zone)).date()


def fees_differing(
    items: Sequence[Item], answers: Mapping[str, Any], official: int | None
) -> list[dict[str, Any]]:
    """Where she was told another official fee than the one that is published."""
    found = []
    for item in items if official is not None else ():
        answer = answers.get(item.code) if item.type is Type.RUPIAH else None
        value = answer.get("value") if isinstance(answer, Mapping) else None
        told = value[1] if isinstance(value, list) and len(value) == 2 else None
        if isinstance(told, int) and not isinstance(told, bool) and told != official:
            found.append({"item": item.code, "told": told, "published": official})
    return found


def flags_for(told: Told, seen: Circumstances) -> list[Doubt]:
    """Every doubt about a submission, in the order of the enum. None of them refuses it."""
    doubts = [
        *_about_time(told, seen),
        *_about_place(told, seen.unit),
        *_about_others(seen),
        *_about_clock(told, seen),
        *_about_answers(told, seen),
        *_about_papers(told, seen),
    ]
    order = list(Flag)
    return sorted(doubts, key=lambda doubt: order.index(doubt.flag))


def _about_time(told: Told, seen: Circumstances) -> Iterator[Doubt]:
    began, window = told.began, seen.window
    if began is not None and began < window.opens:
        yield Doubt(Flag.OUTSIDE_WINDOW, {"minutes_early": _minutes(window.opens - began)})
    elif began is not None and began >= window.closes:
        yield Doubt(Flag.OUTSIDE_WINDOW, {"minutes_late": _minutes(began - window.closes)})
    least = max(VISIT_LEAST, seen.items * ITEM_LEAST)
    if began is not None and told.ended is not None and timedelta() <= told.ended - began < least:
        saw = {"minutes": _minutes(told.ended - began), "minutes_expected": _minutes(least)}
        yield Doubt(Flag.TOO_QUICK, saw)


def _about_place(told: Told, unit: Point | None) -> Iterator[Doubt]:
    if told.arrived is None:
        yield Doubt(Flag.NO_PLACE)
    places: dict[str, Place | None] = {"arrived": told.arrived, "left": told.left}
    for when, place in places.items():
        if place is None:
            continue
        if place.mock:
            yield Doubt(Flag.MOCK_PLACE, {"when": when})
        metres = metres_between(place.point, unit) if unit else 0.0
        if metres - place.accuracy > METRES_FROM_UNIT_MAX:
            saw = {"when": when, "metres": round(metres), "accuracy_metres": round(place.accuracy)}
            yield Doubt(Flag.FAR_FROM_UNIT, saw)


def _about_others(seen: Circumstances) -> Iterator[Doubt]:
    saw = {"same_unit_same_day": seen.told_that_day, "same_visit": seen.rivals}
    if any(saw.values()):
        yield Doubt(Flag.DOUBLED, {name: count for name, count in saw.items() if count})


def _about_clock(told: Told, seen: Circumstances) -> Iterator[Doubt]:
    saw: dict[str, int] = {}
    if seen.sent_at is not None and abs(seen.sent_at - seen.received_at) > CLOCK_DIFFERENCE_MAX:
        saw["phone_ahead_seconds"] = int((seen.sent_at - seen.received_at).total_seconds())
    times = [told.started_at, told.finished_at, *told.marks.values()]
    latest = max((moment for moment in times if moment is not None), default=seen.received_at)
    if latest - seen.received_at > CLOCK_DIFFERENCE_MAX:
        saw["after_arrival_here_seconds"] = int((latest - seen.received_at).total_seconds())
    if told.began is not None and told.ended is not None and told.ended < told.began:
        saw["ended_before_began_seconds"] = int((told.began - told.ended).total_seconds())
    if saw:
        yield Doubt(Flag.ODD_CLOCK, saw)


def _about_answers(told: Told, seen: Circumstances) -> Iterator[Doubt]:
    found: dict[Flag, dict[str, Any]] = {}
    for gap in seen.gaps:
        items = found.setdefault(GAP_FLAGS[gap.code], {}).setdefault("items", [])
        if len(items) < LISTED_MAX and gap.item not in items:
            items.append(gap.item)
    if told.strange:
        found.setdefault(Flag.BAD_VALUE, {})["members"] = list(told.strange)
    if unknown := [str(photo) for photo in told.referred if photo not in told.described]:
        found[Flag.UNKNOWN_PHOTO] = {"photos": unknown[:LISTED_MAX]}
    for flag, saw in found.items():
        yield Doubt(flag, saw)


def _about_papers(told: Told, seen: Circumstances) -> Iterator[Doubt]:
    if seen.newer_version:
        yield Doubt(Flag.OLD_CHECKLIST, {"newer_version": seen.newer_version})
    if not told.signed:
        yield Doubt(Flag.UNSIGNED)
    if told.detected != "no":
        yield Doubt(Flag.COVER_DOUBTED, {"detected": told.detected})
    for fee in seen.fees:
        yield Doubt(Flag.FEE_DIFFERS, dict(fee))


def _minutes(span: timedelta) -> int:
    return int(span.total_seconds() // 60)
