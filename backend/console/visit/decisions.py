"""What was decided about a visit, in words. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy

from backend.console.deciding.panel import Decided
from backend.console.visit.items import PhotoSeen
from backend.console.visit.testimony import plain
from backend.evidence.rules import read_uuid
from backend.review.models import Decision
from backend.review.reasons import BY_CODE

VERDICTS: Mapping[str, Promise] = {
    "accepted": gettext_lazy("Accepted by %(name)s"),
    "returned": gettext_lazy("Returned by %(name)s"),
    "rejected": gettext_lazy("Rejected by %(name)s"),
    "reopened": gettext_lazy("Opened again by %(name)s"),
}


@dataclass(frozen=True)
class PointMade:
    """What a return asked for. `number` is the photo's on this page, 0 when it is not listed any more."""

    item: str
    photo: str
    number: int
    reason: str
    note: str


@dataclass(frozen=True)
class DecisionMade:
    words: str
    at: datetime
    attempt: int
    ground: str
    note: str
    undone: bool
    points: tuple[PointMade, ...]


def decisions_made(decisions: Iterable[Decided], photos: Mapping[UUID, PhotoSeen]) -> list[DecisionMade]:
    """As the panel has them; a verdict of a newer server keeps its own name."""
    return [
        DecisionMade(
            words=decision_words(one.decision),
            at=one.decision.decided_at,
            attempt=one.decision.attempt,
            ground=one.ground,
            note=one.decision.note,
            undone=one.undone,
            points=tuple(_point(raw, photos) for raw in one.decision.points if isinstance(raw, Mapping)),
        )
        for one in decisions
    ]


def decision_words(decision: Decision) -> str:
    words = VERDICTS.get(decision.verdict)
    return str(words) % {"name": decision.by.name} if words else decision.verdict


def _point(raw: Mapping[str, Any], photos: Mapping[UUID, PhotoSeen]) -> PointMade:
    key = read_uuid(raw.get("photo"))
    photo = photos.get(key) if key else None
    code = plain(raw.get("reason"))
    reason = BY_CODE[code].said(get_language() or "") if code in BY_CODE else code
    return PointMade(
        item=plain(raw.get("item")),
        photo=str(key) if key else "",
        number=photo.number if photo else 0,
        reason=reason,
        note=plain(raw.get("note"), 4000),
    )
