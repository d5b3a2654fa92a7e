"""One unit down to its dimensions, indicators and items: number, mean and spread of each. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from backend.checklists.rules import Dimension, Indicator, Instrument, Item
from backend.indicators.figures import mean, sample_deviation
from backend.indicators.rules import parse_exact, round_half_up


@dataclass(frozen=True)
class Summary:
    """How many visits scored this, and what: mean and spread as published, None without any."""

    n: int
    mean: Decimal | None
    spread: Decimal | None


@dataclass(frozen=True)
class Part:
    """A dimension, an indicator or an item of the instrument, with what the visits said of it."""

    told: Dimension | Indicator | Item
    summary: Summary
    critical: int = 0
    parts: tuple[Part, ...] = ()


def summary(values: Sequence[Fraction]) -> Summary:
    if not values:
        return Summary(0, None, None)
    return Summary(len(values), round_half_up(mean(values)), sample_deviation(values))


class Breakdown:
    """Collects the scores of one unit's visits, told one by one."""

    def __init__(self) -> None:
        self.inspectors: set[Any] = set()
        self._values: list[Fraction] = []
        self._found: dict[str, list[Fraction]] = {}
        self._critical: dict[str, int] = {}

    def hear(
        self,
        inspector: Any,
        value: str,
        dimensions: Iterable[Any],
        items: Mapping[str, str],
        criticals: Iterable[str],
    ) -> None:
        """One counted visit, as models.VisitScore keeps it."""
        self.inspectors.add(inspector)
        self._values.append(parse_exact(value))
        for dimension in dimensions:
            for part in (dimension, *dimension["indicators"]):
                if part["value"] is not None:
                    self._found.setdefault(part["code"], []).append(parse_exact(part["value"]))
        for code, points in items.items():
            self._found.setdefault(code, []).append(parse_exact(points))
        for code in criticals:
            self._critical[code] = self._critical.get(code, 0) + 1

    @property
    def whole(self) -> Summary:
        return summary(self._values)

    def parts(self, instrument: Instrument, variant: str) -> list[Part]:
        """The dimensions with what is below them, in the order of the instrument."""
        return [
            self._part(d, [self._part(i, [self._item(x) for x in i.items]) for i in d.indicators])
            for d in instrument.dimensions_for(variant)
        ]

    def _part(self, told: Dimension | Indicator, parts: list[Part]) -> Part:
        critical = sum(part.critical for part in parts)
        return Part(told, summary(self._found.get(told.code, [])), critical, tuple(parts))

    def _item(self, item: Item) -> Part:
        return Part(item, summary(self._found.get(item.code, [])), self._critical.get(item.code, 0))
