"""Values of the numbers room: exact rounding, methods with their bands, periods. Pure.

Every figure is an exact Fraction until it is published; it is rounded once, half up, at each published level,
and zones are read from the rounded value (77.995 is 78.00, and green).
"""

import re
from calendar import monthrange
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from math import isqrt

from backend.indicators.errors import BadPeriod

PLACES = 2
VISITS_MIN = 3
INSPECTORS_MIN = 2


class Level(StrEnum):
    """What a line of results is about. `region` is a province; class and region lines never mix classes."""

    UNIT = "unit"
    INSTITUTION = "institution"
    REGION = "region"
    CLASS = "class"


def round_half_up(value: Fraction, places: int = PLACES) -> Decimal:
    """A value of 0 or more with so many decimals: 77.995 becomes 78.00."""
    steps = 10**places
    return _decimal((2 * value.numerator * steps + value.denominator) // (2 * value.denominator), places)


def rounded_root(square: Fraction, places: int = PLACES) -> Decimal:
    """The square root of a value of 0 or more, rounded half up; no floating point on the way."""
    quadruple = 4 * square * 10 ** (2 * places)
    return _decimal((isqrt(quadruple.numerator // quadruple.denominator) + 1) // 2, places)


def _decimal(steps: int, places: int) -> Decimal:
    return Decimal(steps).scaleb(-places)


def exact(value: Fraction) -> str:
    """The exact value as text, "n/d" or "n"; `parse_exact` reads it back."""
    return str(value)


def parse_exact(text: str) -> Fraction:
    """What `exact` wrote. Quicker than Fraction(text), which looks for every notation there is."""
    numerator, _, denominator = text.partition("/")
    return Fraction(int(numerator), int(denominator or 1))


# Methods


@dataclass(frozen=True)
class Words:
    """One text in both languages."""

    id: str
    en: str


@dataclass(frozen=True)
class Band:
    """A step of a scale: values from `start` up to the next band's start. Without letters, category is ""."""

    start: Decimal
    category: str
    zone: str
    label: Words


@dataclass(frozen=True)
class Method:
    """How scores are shown, and for a computed method how they are made: data, one file each under methods/.

    computed     whether we compute by it; the others are references for scores that were published elsewhere
    weights      dimension code -> percent of the whole; empty when nobody published them
    bands        best first
    """

    code: str
    title: Words
    computed: bool
    years: tuple[int, ...]
    classes: tuple[str, ...]
    scale_min: Decimal
    scale_max: Decimal
    weights: Mapping[str, Fraction]
    bands: tuple[Band, ...]
    places: int
    visits_min: int
    inspectors_min: int
    source: str

    def rounded(self, value: Fraction) -> Decimal:
        return round_half_up(value, self.places)

    def zone_of(self, value: Fraction | Decimal | None, *, cap: str | None = None) -> Band | None:
        """The band of a value, after rounding it; None without a value or outside the scale.

        cap   a zone that cannot be exceeded (rule 9's option for confirmed critical findings): the best band of
              that zone then stands in for every better one. Nothing is capped unless somebody asks.
        """
        if value is None:
            return None
        rounded = self.rounded(Fraction(value))
        if not self.scale_min <= rounded <= self.scale_max:
            return None
        allowed = self.bands[self._first_of(cap) :] if cap is not None else self.bands
        reached = next((band for band in self.bands if rounded >= band.start), None)
        return allowed[0] if reached is not None and reached not in allowed else reached

    def _first_of(self, zone: str) -> int:
        return next(i for i, band in enumerate(self.bands) if band.zone == zone)


# Periods


@dataclass(frozen=True)
class Period:
    """Days from `first` to `last`, both included, under a name: 2026 · 2026-S1 · 2026-Q3 · 2026-03."""

    name: str
    first: date
    last: date

    def holds(self, day: date) -> bool:
        return self.first <= day <= self.last

    @property
    def months(self) -> int:
        """12, 6, 3 or 1: only periods of one length are set side by side."""
        return self.last.month - self.first.month + 1


_PERIOD = re.compile(r"(20[0-9]{2})(?:-(?:S([12])|Q([1-4])|(0[1-9]|1[0-2])))?", re.ASCII)


def parse_period(text: object) -> Period:
    """A year, a half-year, a quarter or a month. Raises BadPeriod."""
    match = _PERIOD.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        raise BadPeriod(period=str(text)[:20])
    year, half, quarter, month = (int(part) if part else 0 for part in match.groups())
    if half:
        first, last = 6 * half - 5, 6 * half
    elif quarter:
        first, last = 3 * quarter - 2, 3 * quarter
    else:
        first, last = month or 1, month or 12
    return Period(match.string, date(year, first, 1), date(year, last, monthrange(year, last)[1]))


def zones_counted(zones: Iterable[str]) -> dict[str, int]:
    """How many bodies stand in each zone, best zone first; what has none is not counted."""
    found = list(zones)
    return {zone: found.count(zone) for zone in ("hijau", "kuning", "merah") if zone in found}
