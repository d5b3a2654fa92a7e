"""Accepted visits, made where they come to rest: the way there is told in tests/journeys."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

from backend.core.digests import sha256_text
from backend.core.ids import uuid7
from backend.people.models import Programme
from backend.units.models import Unit
from backend.visits.models import Submission, Visit
from tests import world
from tests.backend.indicators.answers import best
from tests.world import Person

DAY = date(2026, 3, 4)


def told(
    who: Person,
    at: Unit | None = None,
    answers: dict[str, Any] | None = None,
    *,
    on: date = DAY,
    state: str = "accepted",
    detected: str = "no",
    narrative: str = "Petugas bernama Joko menyapa saya.",
    of: Programme | None = None,
    scenario: str = "inquiry",
    checklist: str | None = None,
) -> Visit:
    """One told visit of hers on that day, in this state (accepted, unless said otherwise)."""
    at = at or world.unit(of=of)
    opens = datetime(on.year, on.month, on.day, tzinfo=UTC)
    product = world.product(f"P-{at.unit_type}", of=of, type=at.unit_type)
    order = world.order(who, at=at, what=product, of=of, opens=opens, scenario=scenario)
    visit = Visit.objects.create(
        assignment=order,
        programme_id=order.programme_id,
        state=state,
        local_date=on,
        detected=detected,
        told_at=opens + timedelta(hours=9),
    )
    return tell_again(visit, answers if answers is not None else best(at.unit_type), narrative, checklist)


def tell_again(
    visit: Visit, answers: dict[str, Any], narrative: str = "Sekali lagi.", checklist: str | None = None
) -> Visit:
    """A further attempt at the visit, as its current submission."""
    order = visit.assignment
    digest = checklist or order.checklist_id
    doc = {"form": 1, "visit": str(order.pk), "checklist": digest, "answers": answers, "narrative": narrative}
    text = json.dumps(doc, ensure_ascii=False)
    device = order.inspector.devices.get()
    attempt = visit.attempt + (visit.submission_id is not None)
    visit.submission = Submission.objects.create(
        uuid=uuid7(), digest=sha256_text(text), visit=order.pk, attempt=attempt, device=device,
        inspector=order.inspector, checklist=digest, doc=text.encode(), slot="current",
        received_at=visit.told_at,
    )  # fmt: skip
    visit.attempt = attempt
    visit.save()
    return visit


def covered(
    unit: Unit, *people: Person, answers: dict[str, Any] | None = None, visits: int = 3
) -> list[Visit]:
    """So many accepted visits of one unit, by these people in turn: enough for a figure."""
    return [
        told(people[i % len(people)], unit, answers, on=DAY.replace(day=DAY.day + i)) for i in range(visits)
    ]
