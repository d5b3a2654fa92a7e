"""A programme full of accepted visits, written straight into the tables."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import Any, TypeVar

from backend.assignments.models import Assignment
from backend.checklists.rules import Mode, Type
from backend.core.digests import sha256_text
from backend.core.ids import uuid7
from backend.people.rules import Role
from backend.units.models import Unit
from backend.visits.models import Submission, Visit
from tests import world
from tests.backend.indicators.answers import best, ikkt
from tests.world import Person

VISITS_PER_UNIT = 5
UNITS_PER_INSTITUTION = 4
ROWS_PER_STATEMENT = 500
FIRST_DAY = date(2026, 1, 5)

T = TypeVar("T")


def cast() -> dict[str, Person]:
    people = {name: world.person(name, Role.INSPECTOR) for name in ("sari", "rina")}
    return people | {"mira": world.person("mira", Role.MANAGER)}


def fill(people: dict[str, Person], visits: int) -> None:
    """So many accepted visits by Sari and Rina, five to a unit, each with the answers of an ordinary inquiry."""
    dice = random.Random(7)
    days = [answers_of_a_day(dice) for _ in range(200)]
    units = make_units(-(-visits // VISITS_PER_UNIT))
    rows = (
        accepted(number, units[number // VISITS_PER_UNIT], people, dice.choice(days))
        for number in range(visits)
    )
    for chunk in chunks(rows, ROWS_PER_STATEMENT):
        Assignment.objects.bulk_create([order for order, _, _ in chunk])
        Submission.objects.bulk_create([told for _, told, _ in chunk])
        Visit.objects.bulk_create([visit for _, _, visit in chunk])


def answers_of_a_day(dice: random.Random) -> dict[str, Any]:
    """What an inquiry at a Samsat finds: mostly well, some not, a few remarks."""
    answers: dict[str, Any] = {}
    for item in ikkt().items_for("SAM"):
        if item.mode is Mode.TRANSACTION:
            continue
        answers[item.code] = best("SAM")[item.code]
        if dice.random() < 0.3 and item.type in (Type.YES_NO, Type.YES_NO_REVERSED):
            answers[item.code] = {"value": dice.random() < 0.5}
        elif dice.random() < 0.4 and item.type is Type.CHOICE:
            answers[item.code] = {"value": dice.choice(item.options).code}
        answers[item.code] |= {
            "observed_at": "2026-03-04T09:20:00+08:00",
            "recorded_at": "2026-03-04T10:05:00+08:00",
        }
        if dice.random() < 0.1:
            answers[item.code]["note"] = "Papan informasi tertutup lemari arsip."
    return answers


def make_units(count: int) -> list[Unit]:
    first = world.unit("U-00000", belongs_to=world.institution("I-00000", klass="samsat"))
    more = range(1, -(-count // UNITS_PER_INSTITUTION))
    institutions = [first.institution, *(copied(first.institution, code=f"I-{number:05}") for number in more)]
    type(first.institution).objects.bulk_create(institutions[1:], batch_size=ROWS_PER_STATEMENT)
    units = [first]
    units += [
        copied(first, code=f"U-{number:05}", institution=institutions[number // UNITS_PER_INSTITUTION])
        for number in range(1, count)
    ]
    Unit.objects.bulk_create(units[1:], batch_size=ROWS_PER_STATEMENT)
    return units


def copied(row: Any, **changes: Any) -> Any:
    fields = {field.name: getattr(row, field.name) for field in row._meta.concrete_fields}
    return type(row)(**{**fields, "id": uuid7(), **changes})


def accepted(
    number: int, unit: Unit, people: dict[str, Person], answers: dict[str, Any]
) -> tuple[Assignment, Submission, Visit]:
    who = people["sari" if number % 2 else "rina"]
    day = FIRST_DAY + timedelta(days=number % 350)
    at = datetime(day.year, day.month, day.day, 2, tzinfo=UTC)
    order = order_of(who, unit, at)
    text = text_of(order, answers)
    told = Submission(
        id=number + 1, uuid=uuid7(), digest=sha256_text(text), visit=order.pk, attempt=1, device=who.device,
        inspector=who.user, checklist=order.checklist_id, doc=text.encode(), slot="current",
        started_at=at, finished_at=at + timedelta(hours=1), received_at=at + timedelta(hours=2),
    )  # fmt: skip
    visit = Visit(
        assignment=order, programme_id=order.programme_id, unit_id=order.unit_id, state="accepted",
        submission_id=told.pk, local_date=day, told_at=told.received_at,
    )  # fmt: skip
    return order, told, visit


def order_of(who: Person, unit: Unit, opens: datetime) -> Assignment:
    return Assignment(
        id=uuid7(), programme_id=unit.programme_id, unit=unit, product=world.product(), checklist=world.checklist(),
        inspector=who.user, scenario="inquiry", window_opens=opens, window_closes=opens + timedelta(days=14),
        created_by=who.user, created_at=opens,
    )  # fmt: skip


def text_of(order: Assignment, answers: dict[str, Any]) -> str:
    """A submission document without photos, as a phone writes it."""
    began, ended = order.window_opens.isoformat(), (order.window_opens + timedelta(hours=1)).isoformat()
    doc = {
        "form": 1, "visit": str(order.pk), "attempt": 1, "checklist": order.checklist_id, "scenario": "inquiry",
        "started_at": began, "finished_at": ended, "marks": [{"what": "arrived", "at": began}],
        "place": {"arrived": {"lat": -3.8, "lon": 114.76, "accuracy_m": 12, "mock": False}, "left": None},
        "context": {"ticket_number": "A12", "waiting_people": 7, "companion": False, "detected": "no"},
        "answers": answers, "photos": [], "narrative": "Kunjungan berjalan biasa saja.",
        "statement": {"signed": True, "at": ended}, "parent": None,
    }  # fmt: skip
    return json.dumps(doc, ensure_ascii=False, separators=(",", ":"))


def chunks(rows: Iterator[T], size: int) -> Iterator[list[T]]:
    while chunk := list(islice(rows, size)):
        yield chunk
