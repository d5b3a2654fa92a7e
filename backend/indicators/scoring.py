"""From answers to a visit's score: item, indicator, dimension, visit. Pure and exact.

1  An item scores 0..100; na and unanswered items drop out.
2  Indicator = sum(w x s) / sum(w) over the answered items; without any answer it drops out.
3  Dimension = sum(W x indicator) / sum(W) over the indicators present; valid when at least `valid_share` percent
   of its item weight was answered (an item's weight in it = indicator weight x item weight / 100).
4  Visit = sum(D x dimension) / sum(D) when every dimension is valid; otherwise it is incomplete: shown, never
   averaged.

Critical findings are listed and never change a score.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from backend.checklists.answers import is_critical, scores
from backend.checklists.rules import Dimension, Indicator, Instrument

NOTHING = Fraction(0)


@dataclass(frozen=True, slots=True)
class IndicatorScore:
    """`answered` is the answered item weight, 0..100; `value` is None when that is 0."""

    code: str
    value: Fraction | None
    answered: Fraction


@dataclass(frozen=True, slots=True)
class DimensionScore:
    """`answered` is the answered percent of the dimension's item weight. An invalid dimension keeps its value: it
    is shown, and spoils the visit's."""

    code: str
    weight: Fraction
    value: Fraction | None
    answered: Fraction
    valid: bool
    indicators: tuple[IndicatorScore, ...]

    @property
    def points(self) -> Fraction | None:
        """What the dimension gives to the visit's 100."""
        return None if self.value is None else self.value * self.weight / 100


@dataclass(frozen=True, slots=True)
class VisitScored:
    """`items` holds the scored items only. `value` is None when the visit is incomplete."""

    value: Fraction | None
    dimensions: tuple[DimensionScore, ...]
    items: Mapping[str, Fraction]
    criticals: tuple[str, ...]

    @property
    def valid(self) -> bool:
        return self.value is not None


def score_answers(
    instrument: Instrument, variant: str, answers: Mapping[str, Any], facts: Mapping[str, Any]
) -> VisitScored:
    """The score of one visit to a unit of this variant. Nothing an inspector can have told raises."""
    answers = answers if isinstance(answers, Mapping) else {}
    asked = instrument.items_for(variant)
    items = {code: points for code, points in scores(asked, answers, facts).items() if points is not None}
    criticals = tuple(i.code for i in asked if is_critical(i, answers.get(i.code), items.get(i.code)))
    dimensions = tuple(
        roll_up(dimension, items, instrument.valid_share) for dimension in instrument.dimensions_for(variant)
    )
    return VisitScored(total(dimensions), dimensions, items, criticals)


def roll_up(dimension: Dimension, items: Mapping[str, Fraction], valid_share: Fraction) -> DimensionScore:
    """Rules 2 and 3: from item scores to one dimension. `valid_share` in percent."""
    found = tuple(_indicator(indicator, items) for indicator in dimension.indicators)
    weighted = present = answered = NOTHING
    for indicator, score in zip(dimension.indicators, found, strict=True):
        if score.value is not None:
            weighted += indicator.weight * score.value
            present += indicator.weight
            answered += indicator.weight * score.answered
    whole = sum((indicator.weight for indicator in dimension.indicators), NOTHING)
    share = answered / whole if whole else NOTHING
    value = weighted / present if present else None
    valid = value is not None and share >= valid_share
    return DimensionScore(dimension.code, dimension.weight, value, share, valid, found)


def _indicator(indicator: Indicator, items: Mapping[str, Fraction]) -> IndicatorScore:
    weighted = answered = NOTHING
    for item in indicator.items:
        if (points := items.get(item.code)) is not None:
            weighted += item.weight * points
            answered += item.weight
    return IndicatorScore(indicator.code, weighted / answered if answered else None, answered)


def total(dimensions: Iterable[DimensionScore]) -> Fraction | None:
    """Rule 4: the visit's value, or None when a dimension is not valid."""
    weighted = whole = NOTHING
    for dimension in dimensions:
        if not dimension.valid or dimension.value is None:
            return None
        weighted += dimension.weight * dimension.value
        whole += dimension.weight
    return weighted / whole if whole else None
