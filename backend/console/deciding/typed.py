"""What somebody typed into the form of a decision. Reading it never fails, so that nothing typed is lost; what is wrong
with it is said when it becomes a judgement. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from uuid import UUID

from django.http import QueryDict

from backend.console.deciding.errors import FormIncomplete, PointNeedsReason, WordsTooLong
from backend.evidence.rules import read_uuid
from backend.review.reasons import BY_CODE, REASONS
from backend.review.rules import (
    NOTE_LENGTH_MAX,
    POINT_NOTE_LENGTH_MAX,
    POINTS_MAX,
    REASON_LENGTH_MAX,
    Ground,
    Judgement,
    Point,
    Verdict,
)
from backend.visits.testimony import keepable

NUMBER_MAX = 2**31


@dataclass(frozen=True)
class TypedPoint:
    """What is to be corrected, with the code of a reason from the library and her own words."""

    item: str = ""
    photo: UUID | None = None
    reason: str = ""
    words: str = ""

    @property
    def key(self) -> str:
        return f"{self.item}|{self.photo or ''}"

    @classmethod
    def named(cls, key: str, reason: str = "", words: str = "") -> TypedPoint:
        item, _, photo = key.partition("|")
        return cls(keepable(item)[:40], read_uuid(photo), reason, keepable(words).strip())

    def in_language(self, language: str) -> Point:
        """Raises PointNeedsReason, WordsTooLong."""
        known, words = BY_CODE.get(self.reason), self.words
        if len(words) > POINT_NOTE_LENGTH_MAX:
            raise WordsTooLong()
        if known is None and not words:
            raise PointNeedsReason()
        reason = known.said(language) if known else words
        if known is None and len(words) > REASON_LENGTH_MAX:
            reason = REASONS[-1].said(language)
        note = "" if reason == words else words
        return Point(reason=reason, item=self.item or None, photo=self.photo, note=note)


@dataclass(frozen=True)
class Typed:
    """One form. `told` is the submission that was looked at, `query` the list it was reached from; `stay`: not on to
    the next visit."""

    decision: UUID | None = None
    attempt: int | None = None
    rev: int | None = None
    told: int | None = None
    verdict: str = ""
    ground: str = ""
    note: str = ""
    points: tuple[TypedPoint, ...] = ()
    query: str = ""
    stay: bool = False

    @classmethod
    def read(cls, sent: QueryDict) -> Typed:
        return cls(
            decision=read_uuid(sent.get("decision", "")),
            attempt=_number(sent.get("attempt")),
            rev=_number(sent.get("rev")),
            told=_number(sent.get("told")),
            verdict=sent.get("verdict", ""),
            ground=sent.get("ground", ""),
            note=keepable(sent.get("note", "")).replace("\r\n", "\n").strip(),
            points=_points(sent),
            query=sent.get("query", "")[:500],
            stay=sent.get("then") == "stay",
        )

    def and_points(self, more: Iterable[TypedPoint]) -> Typed:
        """With these as well; one that is here already keeps what was typed about it."""
        known = {point.key: point for point in (*more, *self.points)}
        return replace(self, points=tuple(known.values())[:POINTS_MAX])

    def judgement(self, language: str = "id") -> Judgement:
        """`language` is the inspector's: her phone shows reasons as they are written.

        Raises FormIncomplete, WordsTooLong, PointNeedsReason."""
        if self.verdict not in set(Verdict) or (self.ground and self.ground not in set(Ground)):
            raise FormIncomplete()
        if len(self.note) > NOTE_LENGTH_MAX:
            raise WordsTooLong()
        verdict = Verdict(self.verdict)
        ground = Ground(self.ground) if self.ground and verdict is Verdict.REJECTED else None
        points = self.points if verdict is Verdict.RETURNED else ()
        return Judgement(verdict, ground, self.note, tuple(point.in_language(language) for point in points))


def ticked(sent: QueryDict) -> list[TypedPoint]:
    """Items and photos ticked beside a visit."""
    items = [TypedPoint.named(f"{item}|") for item in sent.getlist("item") if item]
    photos = [
        TypedPoint(photo=photo) for one in sent.getlist("photo") if (photo := read_uuid(one)) is not None
    ]
    return [*items, *photos][:POINTS_MAX]


def _points(sent: QueryDict) -> tuple[TypedPoint, ...]:
    left_out = set(sent.getlist("leave"))
    rows = zip(sent.getlist("point"), sent.getlist("reason"), sent.getlist("words"), strict=False)
    found = [TypedPoint.named(*row) for row in rows if row[0] not in left_out]
    return tuple(found[:POINTS_MAX])


def _number(text: str | None) -> int | None:
    digits = text or ""
    return int(digits) if digits.isascii() and digits.isdigit() and int(digits[:11]) < NUMBER_MAX else None
