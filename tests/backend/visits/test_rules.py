"""Which slot a submission gets, and which doubts it raises."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from backend.assignments.rules import Window
from backend.checklists.answers import Gap
from backend.units.rules import Point
from backend.visits.rules import (
    Circumstances,
    Slot,
    Standing,
    VisitState,
    day_of,
    flags_for,
    slot_for,
)
from backend.visits.testimony import Place, Told

SARI, RINA = UUID(int=1), UUID(int=2)
NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
HERE = Place(Point(-3.8, 114.76), 12.0)
PHOTO = UUID(int=9)

FRESH = Standing(inspector=SARI, cancelled=False, state=None, attempt=1, taken=False)
PLAIN = Told(
    started_at=NOON - 2 * HOUR,
    finished_at=NOON - HOUR,
    marks={"arrived": NOON - 2 * HOUR, "left": NOON - HOUR},
    arrived=HERE,
    left=HERE,
    signed=True,
)
SEEN = Circumstances(
    window=Window(NOON - 24 * HOUR, NOON + 24 * HOUR),
    unit=HERE.point,
    received_at=NOON,
    sent_at=NOON,
    items=60,
)


@pytest.mark.parametrize(
    ("change", "attempt", "slot"),
    [
        ({}, 1, (Slot.CURRENT, "")),
        ({"state": VisitState.RETURNED, "attempt": 2}, 2, (Slot.CURRENT, "")),
        ({"inspector": RINA}, 1, (Slot.LATE, "reassigned")),
        ({"cancelled": True}, 1, (Slot.LATE, "cancelled")),
        ({"state": VisitState.SUBMITTED, "taken": True}, 1, (Slot.LATE, "slot-taken")),
        ({"state": VisitState.ACCEPTED, "taken": True}, 1, (Slot.LATE, "slot-taken")),
        ({"state": VisitState.RETURNED, "attempt": 2, "taken": True}, 1, (Slot.LATE, "attempt-closed")),
        ({"state": VisitState.SUBMITTED, "attempt": 2}, 1, (Slot.LATE, "attempt-closed")),
        ({}, 2, (Slot.LATE, "attempt-closed")),
        ({}, 0, (Slot.LATE, "attempt-closed")),
        ({"state": VisitState.REJECTED}, 1, (Slot.LATE, "attempt-closed")),
    ],
)
def test_v2_the_slot_is_decided_by_the_order_and_never_by_a_clock(change, attempt, slot):
    assert slot_for(replace(FRESH, **change), inspector=SARI, attempt=attempt) == slot


def flags(told: Told = PLAIN, **seen) -> dict[str, object]:
    return {doubt.flag.value: doubt.saw for doubt in flags_for(told, replace(SEEN, **seen))}


def at(began: datetime, minutes: int = 60) -> Told:
    return replace(PLAIN, marks={"arrived": began, "left": began + timedelta(minutes=minutes)})


def test_a_plain_visit_raises_no_doubt():
    assert flags() == {}


@pytest.mark.parametrize(
    ("told", "seen", "doubts"),
    [
        (at(NOON - 25 * HOUR), {}, {"outside_window": {"minutes_early": 60}}),
        (
            at(NOON - 2 * HOUR),
            {"window": Window(NOON - 9 * HOUR, NOON - 2 * HOUR)},
            {"outside_window": {"minutes_late": 0}},
        ),
        (at(NOON - HOUR, 9), {}, {"too_quick": {"minutes": 9, "minutes_expected": 10}}),
        (at(NOON - HOUR, 10), {}, {}),
        (at(NOON - HOUR, 4), {"items": 3}, {"too_quick": {"minutes": 4, "minutes_expected": 5}}),
        (replace(PLAIN, arrived=None), {}, {"no_place": {}}),
        (replace(PLAIN, left=None), {}, {}),
        (PLAIN, {"unit": None}, {}),
        (replace(PLAIN, left=replace(HERE, mock=True)), {}, {"mock_place": {"when": "left"}}),
        (
            replace(PLAIN, arrived=Place(Point(-3.81, 114.76), 100.0)),
            {},
            {"far_from_unit": {"when": "arrived", "metres": 1112, "accuracy_metres": 100}},
        ),
        (replace(PLAIN, arrived=Place(Point(-3.81, 114.76), 1000.0)), {}, {}),
        (PLAIN, {"told_that_day": 1}, {"doubled": {"same_unit_same_day": 1}}),
        (PLAIN, {"rivals": 2}, {"doubled": {"same_visit": 2}}),
        (PLAIN, {"sent_at": NOON - 11 * timedelta(minutes=1)}, {"odd_clock": {"phone_ahead_seconds": -660}}),
        (PLAIN, {"sent_at": NOON + 9 * timedelta(minutes=1)}, {}),
        (PLAIN, {"sent_at": None}, {}),
        (at(NOON - HOUR, 80), {}, {"odd_clock": {"after_arrival_here_seconds": 1200}}),
        (at(NOON - HOUR, -5), {}, {"odd_clock": {"ended_before_began_seconds": 300}}),
        (
            PLAIN,
            {"gaps": [Gap("A", "answer-missing"), Gap("B", "follow-up-missing"), Gap("A", "photo-missing")]},
            {"missing_answer": {"items": ["A", "B"]}, "missing_photo": {"items": ["A"]}},
        ),
        (
            replace(PLAIN, strange=("marks",)),
            {"gaps": [Gap("C", "value-wrong"), Gap("D", "note-missing")]},
            {"missing_note": {"items": ["D"]}, "bad_value": {"items": ["C"], "members": ["marks"]}},
        ),
        (PLAIN, {"gaps": [Gap("E", "photo-forbidden")]}, {"forbidden_photo": {"items": ["E"]}}),
        (replace(PLAIN, referred=(PHOTO,)), {}, {"unknown_photo": {"photos": [str(PHOTO)]}}),
        (replace(PLAIN, referred=(PHOTO,), described=(PHOTO,)), {}, {}),
        (PLAIN, {"newer_version": "2026.2"}, {"old_checklist": {"newer_version": "2026.2"}}),
        (replace(PLAIN, signed=False), {}, {"unsigned": {}}),
        (replace(PLAIN, detected="yes"), {}, {"cover_doubted": {"detected": "yes"}}),
        (
            PLAIN,
            {"fees": [{"item": "O2.1", "told": 1, "published": 2}]},
            {"fee_differs": {"item": "O2.1", "told": 1, "published": 2}},
        ),
        (Told(), {}, {"no_place": {}, "unsigned": {}}),
    ],
)
def test_v5_each_doubt_is_a_flag_that_says_what_it_saw(told, seen, doubts):
    assert flags(told, **seen) == doubts


@pytest.mark.parametrize(
    ("began", "zone", "day"),
    [
        (datetime(2026, 3, 3, 16, 30, tzinfo=UTC), "Asia/Makassar", date(2026, 3, 4)),
        (datetime(2026, 3, 3, 16, 30, tzinfo=UTC), "Asia/Jakarta", date(2026, 3, 3)),
        (None, "Asia/Makassar", date(2026, 3, 4)),
        (NOON + 1000 * HOUR, "Asia/Makassar", date(2026, 3, 4)),
    ],
)
def test_a_visit_has_the_day_of_the_units_own_calendar_and_never_a_later_one_than_ours(began, zone, day):
    told = Told(started_at=began)

    assert day_of(told, received_at=NOON, time_zone=zone) == day
