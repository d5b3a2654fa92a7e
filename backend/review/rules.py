"""Judgement: verdicts, grounds, and which decision may follow which state."""

from collections.abc import Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from backend.review.errors import RejectionNeedsGround, ReturnNeedsWords, UnknownPoint
from backend.visits.rules import VisitState

# What an inspector may expect: her visit is judged within three days of its arrival. Nothing happens by itself after.
REVIEW_WITHIN = timedelta(hours=72)


def due_at(told_at: datetime) -> datetime:
    """Until when a visit that arrived then should be judged."""
    return told_at + REVIEW_WITHIN


POINTS_MAX = 200
NOTE_LENGTH_MAX = 4000
REASON_LENGTH_MAX = 200
POINT_NOTE_LENGTH_MAX = 1000


class Verdict(StrEnum):
    ACCEPTED = "accepted"
    RETURNED = "returned"
    REJECTED = "rejected"


class Ground(StrEnum):
    """Why a visit is worth nothing."""

    WRONG_UNIT = "wrong_unit"
    INVENTED = "invented"
    INCOMPLETE = "incomplete"
    COVER_BLOWN = "cover_blown"
    UNUSABLE_PHOTOS = "unusable_photos"
    DUPLICATE = "duplicate"
    OTHER = "other"


# A decision is undone by another one, never taken back. A return is undone by judging what was told after all, as long
# as nothing was told since; whoever does that says which revision she saw.
FOLLOWS: dict[VisitState, frozenset[Verdict]] = {
    VisitState.SUBMITTED: frozenset(Verdict),
    VisitState.ACCEPTED: frozenset({Verdict.RETURNED, Verdict.REJECTED}),
    VisitState.REJECTED: frozenset({Verdict.ACCEPTED, Verdict.RETURNED}),
    VisitState.RETURNED: frozenset({Verdict.ACCEPTED, Verdict.REJECTED}),
}


def may_follow(state: VisitState, verdict: Verdict) -> bool:
    return verdict in FOLLOWS[state]


@dataclass(frozen=True)
class Point:
    """What the inspector is to correct: an item, a photo, both, or the visit as a whole."""

    reason: str
    item: str | None = None
    photo: UUID | None = None
    note: str = ""

    def as_json(self) -> dict[str, str | None]:
        photo = str(self.photo) if self.photo else None
        return {"item": self.item, "photo": photo, "reason": self.reason, "note": self.note}


@dataclass(frozen=True)
class Judgement:
    verdict: Verdict
    ground: Ground | None = None
    note: str = ""
    points: tuple[Point, ...] = ()

    @property
    def items(self) -> set[str]:
        return {point.item for point in self.points if point.item is not None}

    @property
    def photos(self) -> set[UUID]:
        return {point.photo for point in self.points if point.photo is not None}


def check_words(judgement: Judgement) -> None:
    """Raises ReturnNeedsWords, RejectionNeedsGround."""
    if judgement.verdict is Verdict.RETURNED and not judgement.points and not judgement.note:
        raise ReturnNeedsWords()
    unsaid = judgement.ground is Ground.OTHER and not judgement.note
    if judgement.verdict is Verdict.REJECTED and (judgement.ground is None or unsaid):
        raise RejectionNeedsGround()


def check_points(judgement: Judgement, *, items: Set[str], photos: Set[UUID]) -> None:
    """Whether every point names an item asked of this unit and a photo of this visit. Raises UnknownPoint."""
    strange_items, strange_photos = judgement.items - items, judgement.photos - photos
    if strange_items or strange_photos:
        raise UnknownPoint(items=sorted(strange_items), photos=sorted(strange_photos))
