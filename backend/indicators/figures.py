"""From visits to units, to institutions, to averages of one class. Pure and exact.

5  Unit = mean of its valid, accepted, undetected visits in the period; with fewer than `visits_min` of them, or
   by fewer than `inspectors_min` people, there is "not enough data": no value, no zone, no rank.
6  Institution = mean of its units that have enough; without any such unit it has not enough itself. Region and
   class averages = mean of the institutions that have enough, always of one class.

Means are taken of exact values, never of rounded ones. Spread is the sample standard deviation (n - 1).
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from backend.indicators.rules import INSPECTORS_MIN, PLACES, VISITS_MIN, rounded_root

NOTHING = Fraction(0)


@dataclass(frozen=True, slots=True)
class Heard:
    """One accepted visit, as far as figures need it. `value` is None when the visit is incomplete."""

    inspector: Hashable
    value: Fraction | None
    detected: bool = False
    critical: int = 0
    dimensions: Mapping[str, Fraction] = field(default_factory=dict)

    @property
    def counts(self) -> bool:
        return self.value is not None and not self.detected


@dataclass(frozen=True, slots=True)
class Figure:
    """What is said of a unit, an institution or an average.

    n          visits counted
    units      units with enough visits among them
    critical   confirmed critical findings, also those of visits that do not count: they happened
    value      None, like spread, least and most, unless there is enough
    """

    n: int
    units: int
    critical: int
    value: Fraction | None = None
    spread: Decimal | None = None
    least: Fraction | None = None
    most: Fraction | None = None
    dimensions: Mapping[str, Fraction] = field(default_factory=dict)

    @property
    def enough(self) -> bool:
        return self.value is not None


def unit_figure(
    visits: Iterable[Heard], *, visits_min: int = VISITS_MIN, inspectors_min: int = INSPECTORS_MIN
) -> Figure:
    """Rule 5, for the accepted visits of one unit in one period."""
    visits = list(visits)
    counted = [visit for visit in visits if visit.counts]
    critical = sum(visit.critical for visit in visits)
    if len(counted) < visits_min or len({visit.inspector for visit in counted}) < inspectors_min:
        return Figure(n=len(counted), units=0, critical=critical)
    values = [visit.value for visit in counted if visit.value is not None]
    return _figure(
        values, [visit.dimensions for visit in counted], n=len(counted), units=1, critical=critical
    )


def mean_of(parts: Iterable[Figure]) -> Figure:
    """Rule 6, for the units of one institution, or for the institutions of one class (and region)."""
    parts = list(parts)
    enough = [part for part in parts if part.enough]
    n, units = sum(part.n for part in enough), sum(part.units for part in enough)
    critical = sum(part.critical for part in parts)
    if not enough:
        return Figure(n=sum(part.n for part in parts), units=0, critical=critical)
    values = [part.value for part in enough if part.value is not None]
    return _figure(values, [part.dimensions for part in enough], n=n, units=units, critical=critical)


def _figure(
    values: Sequence[Fraction],
    dimensions: Sequence[Mapping[str, Fraction]],
    *,
    n: int,
    units: int,
    critical: int,
) -> Figure:
    return Figure(
        n=n,
        units=units,
        critical=critical,
        value=mean(values),
        spread=sample_deviation(values),
        least=min(values),
        most=max(values),
        dimensions={code: mean([told[code] for told in dimensions]) for code in dimensions[0]},
    )


def mean(values: Sequence[Fraction]) -> Fraction:
    """The arithmetic mean of at least one value."""
    return sum(values, NOTHING) / len(values)


def sample_deviation(values: Sequence[Fraction], places: int = PLACES) -> Decimal | None:
    """The sample standard deviation, rounded half up; None for fewer than two values."""
    if len(values) < 2:
        return None
    middle = mean(values)
    squares = sum(((value - middle) ** 2 for value in values), NOTHING)
    return rounded_root(squares / (len(values) - 1), places)
