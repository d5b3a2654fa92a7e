"""Which figures are shown: a period's newest published ones, or those that were asked for, and their neighbours."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from django.http import HttpRequest

from backend.indicators.errors import NoSuchComputation
from backend.indicators.methods import method_named
from backend.indicators.models import Computation
from backend.indicators.rules import Method, Period, parse_period
from backend.results.door import Reader

PUBLISHED_MAX = 200  # computations of a programme that are looked at, the newest
TREND_MAX = 16  # periods on a line


@dataclass(frozen=True)
class Edition:
    """The figures of one period as one computation tells them.

    published   the newest published computation of each period, the latest period first
    asked       whether the address names this computation; links then keep it
    """

    made: Computation
    published: tuple[Computation, ...]
    asked: bool = False

    @property
    def query(self) -> str:
        return f"?computation={self.made.pk}" if self.asked else ""

    @cached_property
    def method(self) -> Method:
        return method_named(self.made.method)

    @cached_property
    def days(self) -> Period:
        return parse_period(self.made.period)

    @cached_property
    def series(self) -> list[Computation]:
        """Published periods of the same length up to this one, and this one, the earliest first."""
        before = [made for made in self.published if made.period != self.made.period and self._earlier(made)]
        return [*reversed(before[: TREND_MAX - 1]), self.made]

    @property
    def previous(self) -> Computation | None:
        """The published figures of the last period of this length before this one."""
        return self.series[-2] if len(self.series) > 1 else None

    @property
    def comparable(self) -> Computation | None:
        """The previous figures if they were made by the same method and checklist; else there is no change to tell."""
        before = self.previous
        return before if before is not None and before.measured_like(self.made) else None

    def _earlier(self, made: Computation) -> bool:
        days = parse_period(made.period)
        return days.months == self.days.months and days.last < self.days.first


def edition_for(request: HttpRequest, reader: Reader, period: str = "") -> Edition | None:
    """What this reader is shown of a period, or of the latest one; None while nothing was published.

    Raises BadPeriod, NoSuchComputation.
    """
    published = published_of(reader)
    asked = request.GET.get("computation", "")
    if period:
        period = parse_period(period).name
    if asked:
        return Edition(_named(reader, asked, period), published, asked=True)
    found = [made for made in published if period in ("", made.period)]
    if found:
        return Edition(found[0], published)
    if period:
        raise NoSuchComputation(period=period)
    return None


def published_of(reader: Reader) -> tuple[Computation, ...]:
    """The newest published computation of each period, the latest period first."""
    newest: dict[str, Computation] = {}
    for made in reader.computations().published().order_by("-computed_at", "-pk")[:PUBLISHED_MAX]:
        newest.setdefault(made.period, made)
    days = {name: parse_period(name) for name in newest}
    latest_first = sorted(newest, key=lambda name: (days[name].last, days[name].months), reverse=True)
    return tuple(newest[name] for name in latest_first)


def _named(reader: Reader, asked: str, period: str) -> Computation:
    try:
        found = reader.computations().filter(pk=UUID(asked)).first()
    except ValueError:
        found = None
    if found is None or period not in ("", found.period):
        raise NoSuchComputation()
    return found
