"""What Sari's phone writes after an unremarkable visit, and ways to write it otherwise."""

import json
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from backend.assignments.models import Assignment
from backend.checklists.rules import PhotoRule
from backend.core.clock import now
from backend.core.digests import sha256_bytes, sha256_text
from backend.core.ids import uuid7
from backend.visits import actions
from backend.visits.rules import Heard, Telling
from tests.backend.indicators.answers import best
from tests.world import Person

HERE = {"lat": -3.8, "lon": 114.76, "accuracy_m": 12, "mock": False}


def answers(order: Assignment) -> dict[str, Any]:
    """Full marks everywhere, and a reason wherever a photo is required."""
    unit = order.unit
    given = best(unit.unit_type, order.checklist.instrument)
    for item in order.checklist.instrument.items_for(unit.unit_type):
        if item.photo is PhotoRule.REQUIRED:
            given[item.code]["no_photo"] = "forbidden_sign"
    return given


def doc(order: Assignment, **changes: Any) -> dict[str, Any]:
    """The document of a visit nobody could doubt; `changes` replace its members, ... (Ellipsis) removes one."""
    ended = now() - timedelta(hours=1)
    began = ended - timedelta(minutes=40)
    whole = {
        "form": 1,
        "visit": str(order.pk),
        "attempt": 1,
        "checklist": order.checklist_id,
        "scenario": order.scenario,
        "started_at": said(began),
        "finished_at": said(ended),
        "marks": [{"what": "arrived", "at": said(began)}, {"what": "left", "at": said(ended)}],
        "place": {"arrived": HERE, "left": HERE},
        "context": {"ticket_number": "A12", "waiting_people": 7, "detected": "no"},
        "answers": answers(order),
        "photos": [],
        "narrative": "Antrean tertib.",
        "statement": {"signed": True, "at": said(ended)},
        "parent": None,
    }
    return {name: value for name, value in {**whole, **changes}.items() if value is not ...}


def said(moment: datetime) -> str:
    return moment.isoformat()


def listed(content: bytes, id: UUID | None = None) -> dict[str, Any]:
    """A photo as a document lists it."""
    return {
        "id": str(id or uuid7()),
        "sha256": sha256_bytes(content),
        "size": len(content),
        "type": "image/jpeg",
        "taken_at": said(now()),
    }


def telling(order: Assignment, text: str | None = None, **more: Any) -> Telling:
    """A submission as the door hands it over; `more` replaces fields of the Telling, or members of its doc."""
    fields = {name: more.pop(name) for name in list(more) if name in Telling.__dataclass_fields__}
    if text is None:
        text = json.dumps(doc(order, attempt=fields.get("attempt", 1), **more), ensure_ascii=False)
    whole = {
        "id": uuid7(),
        "visit": order.pk,
        "attempt": 1,
        "checklist": order.checklist_id,
        "digest": sha256_text(text),
        "text": text,
    }
    return Telling(**{**whole, **fields})


def tell(who: Person, what: Telling, sent_at: datetime | None = None) -> Heard:
    return actions.tell_visit(what, by=who.user, device=who.device, sent_at=sent_at)
