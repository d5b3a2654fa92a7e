"""What a computation says otherwise than the published one before it: read, and written nowhere."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from backend.indicators.models import Computation, Result
from backend.indicators.rules import Level, parse_period

PUBLISHED_MAX = 200  # computations of a programme that are looked at, the newest
LINES_MAX = 5000


@dataclass(frozen=True)
class Change:
    """A class or an institution, now and before; `before` is None when it had no line then."""

    line: Result
    before: Result | None

    @property
    def difference(self) -> Decimal | None:
        if self.before is None or self.line.value is None or self.before.value is None:
            return None
        return self.line.value - self.before.value

    @property
    def of_zone(self) -> bool:
        """Whether it stands in another zone or category, or has come to enough data, or lost it."""
        before = (self.before.zone, self.before.category) if self.before else ("", "")
        return (self.line.zone, self.line.category) != before


def published_before(made: Computation) -> Computation | None:
    """The published figures that these would replace, of the same period; without any, those of the last period of the
    same length."""
    published = Computation.objects.published().filter(programme=made.programme_id).exclude(pk=made.pk)
    found = list(published.with_names().order_by("-computed_at", "-pk")[:PUBLISHED_MAX])
    same = [other for other in found if other.period == made.period and other.computed_at < made.computed_at]
    if same:
        return same[0]
    days = parse_period(made.period)
    earlier = [
        (parse_period(other.period).last, -place, other)
        for place, other in enumerate(found)
        if parse_period(other.period).months == days.months and parse_period(other.period).last < days.first
    ]
    return max(earlier, key=lambda told: told[:2])[2] if earlier else None


def changes(made: Computation, before: Computation | None) -> list[Change]:
    """Classes first, then institutions, each against what it was if the two computations were measured alike."""
    levels = [Level.CLASS.value, Level.INSTITUTION.value]
    known: dict[tuple[str, str, str], Result] = {}
    if before is not None and before.measured_like(made):
        lines = Result.objects.filter(computation=before, level__in=levels)[:LINES_MAX]
        known = {(line.level, line.institution_class, line.code): line for line in lines}
    now = Result.objects.filter(computation=made, level__in=levels).order_by("pk")[:LINES_MAX]
    return [Change(line, known.get((line.level, line.institution_class, line.code))) for line in now]
