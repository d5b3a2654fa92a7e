"""Answers as the page of a visit shows them: by dimension and indicator, each item with what belongs to it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from backend.checklists.answers import is_critical, problems_in
from backend.checklists.conditions import asked
from backend.checklists.rules import Dimension, Indicator, Item, Words
from backend.console.flags import bad_photo_words
from backend.console.spans import in_words
from backend.console.visit.norms import norm_words
from backend.console.visit.testimony import TEXT_LENGTH_MAX, plain
from backend.console.visit.wording import answer_words, gap_words, no_photo_words
from backend.evidence.rules import PhotoState, read_uuid
from backend.indicators.rules import round_half_up
from backend.indicators.scoring import VisitScored
from backend.visits.testimony import read_time

STRANGERS_MAX = 100
PHOTOS_OF_ITEM_MAX = 50
# Noted so much later, memory has had its say.
RECALLED = timedelta(minutes=60)


@dataclass(frozen=True)
class PhotoSeen:
    """A photo that the visit speaks of. Only a stored one was checked to be a picture and is ever shown.

    number   as the page counts them; 0 for one that the visit points at and does not list
    """

    id: UUID
    number: int
    state: str
    reason: str = ""
    taken_at: datetime | None = None

    @property
    def shown(self) -> bool:
        return self.state == PhotoState.STORED

    @property
    def bad(self) -> bool:
        return self.state == PhotoState.BAD

    @property
    def bad_words(self) -> str:
        """Why it is bad; "" when it is not."""
        return bad_photo_words(self.reason) if self.bad else ""


@dataclass(frozen=True)
class ItemSeen:
    """An item with its answer. `score` is None when it counts for nothing; `recalled` says how late it was noted."""

    code: str
    question: Words
    answer: str
    answered: bool
    asked: bool
    score: Decimal | None
    norms: tuple[str, ...]
    critical: bool
    note: str
    no_photo: str
    photos: tuple[PhotoSeen, ...]
    gaps: tuple[str, ...]
    observed_at: datetime | None
    recalled: str

    @property
    def tone(self) -> str:
        """A class of tags for the score."""
        if self.score is None:
            return ""
        return "good" if self.score >= 80 else "bad" if self.score < 50 else "warn"


@dataclass(frozen=True)
class IndicatorSeen:
    code: str
    title: Words
    score: Decimal | None
    items: tuple[ItemSeen, ...]


@dataclass(frozen=True)
class DimensionSeen:
    code: str
    title: Words
    score: Decimal | None
    valid: bool
    indicators: tuple[IndicatorSeen, ...]


@dataclass(frozen=True)
class Stranger:
    """An answer to an item that the checklist does not put to this unit: shown as written."""

    code: str
    answer: str


def dimensions_seen(
    dimensions: Iterable[Dimension],
    answers: Mapping[str, Any],
    facts: Mapping[str, Any],
    scored: VisitScored,
    photos: Mapping[UUID, PhotoSeen],
) -> list[DimensionSeen]:
    """`photos` by id: those listed; others that an answer points at are shown as unknown."""
    dimensions = tuple(dimensions)
    items = [item for d in dimensions for indicator in d.indicators for item in indicator.items]
    put = {item.code for item in asked(items, answers, facts)}
    gaps: dict[str, list[str]] = {}
    for gap in problems_in(items, answers, facts):
        gaps.setdefault(gap.item, []).append(gap_words(gap.code))
    values = {d.code: d for d in scored.dimensions}
    found = []
    for dimension in dimensions:
        score = values[dimension.code]
        indicators = {one.code: one.value for one in score.indicators}
        seen = tuple(
            _indicator(indicator, indicators.get(indicator.code), answers, scored, photos, put, gaps)
            for indicator in dimension.indicators
            if indicator.items
        )
        found.append(DimensionSeen(dimension.code, dimension.title, _rounded(score.value), score.valid, seen))
    return found


def strangers(items: Iterable[Item], answers: Mapping[str, Any]) -> list[Stranger]:
    known = {item.code for item in items}
    unknown = [code for code in answers if code not in known][:STRANGERS_MAX]
    return [Stranger(plain(code), plain(answers[code])) for code in unknown]


def _indicator(
    indicator: Indicator,
    value: Any,
    answers: Mapping[str, Any],
    scored: VisitScored,
    photos: Mapping[UUID, PhotoSeen],
    put: set[str],
    gaps: Mapping[str, list[str]],
) -> IndicatorSeen:
    items = tuple(
        _item(item, answers.get(item.code), scored, photos, item.code in put, tuple(gaps.get(item.code, ())))
        for item in indicator.items
    )
    return IndicatorSeen(indicator.code, indicator.title, _rounded(value), items)


def _item(
    item: Item,
    answer: Any,
    scored: VisitScored,
    photos: Mapping[UUID, PhotoSeen],
    put: bool,
    gaps: tuple[str, ...],
) -> ItemSeen:
    told: Mapping[str, Any] = answer if isinstance(answer, Mapping) else {}
    seen, noted = read_time(told.get("observed_at")), read_time(told.get("recorded_at"))
    late = seen is not None and noted is not None and noted - seen > RECALLED
    points = scored.items.get(item.code)
    return ItemSeen(
        code=item.code,
        question=item.question,
        answer=answer_words(item, answer),
        answered=told.get("value") is not None,
        asked=put,
        score=_rounded(points),
        norms=tuple(norm_words(basis) for basis in item.basis),
        critical=is_critical(item, answer, points),
        note=plain(told.get("note"), TEXT_LENGTH_MAX).strip(),
        no_photo=no_photo_words(told.get("no_photo")),
        photos=_photos(told.get("photos"), photos),
        gaps=gaps,
        observed_at=seen,
        recalled=in_words(noted - seen) if late and seen is not None and noted is not None else "",
    )


def _photos(raw: Any, photos: Mapping[UUID, PhotoSeen]) -> tuple[PhotoSeen, ...]:
    ids = [read_uuid(one) for one in raw[:PHOTOS_OF_ITEM_MAX]] if isinstance(raw, list) else []
    known = dict.fromkeys(key for key in ids if key is not None)
    return tuple(photos.get(key) or PhotoSeen(key, 0, "unknown") for key in known)


def _rounded(value: Any) -> Decimal | None:
    return None if value is None else round_half_up(value)
