"""Rule 10: how far two inspectors who visited the same unit on the same kind of day said the same. Pure.

Items below 0.6 are candidates for a new wording.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

AGREEMENT_MIN = Fraction(3, 5)


@dataclass(frozen=True)
class Agreement:
    """n        pairs of answers
    share    of them that are equal, 0..1
    kappa    Cohen's, beyond what chance would give; None when chance alone would give full agreement
    """

    n: int
    share: Fraction
    kappa: Fraction | None

    @property
    def poor(self) -> bool:
        """Whether the item should be looked at: by kappa, or by the plain share where there is no kappa."""
        return (self.share if self.kappa is None else self.kappa) < AGREEMENT_MIN


def agreement(pairs: Sequence[tuple[str, str]]) -> Agreement | None:
    """Agreement over pairs of answers, one of each inspector; None without any pair."""
    if not pairs:
        return None
    n = len(pairs)
    observed = Fraction(sum(one == other for one, other in pairs), n)
    first, second = Counter(one for one, _ in pairs), Counter(other for _, other in pairs)
    by_chance = Fraction(sum(first[answer] * second[answer] for answer in first), n * n)
    kappa = (observed - by_chance) / (1 - by_chance) if by_chance != 1 else None
    return Agreement(n, observed, kappa)


def agreement_by_item(visits: Iterable[tuple[Mapping[str, str], Mapping[str, str]]]) -> dict[str, Agreement]:
    """For each item both answered at least once: the agreement over all pairs of visits.

    Each visit is item code -> answer as text; na is an answer too ("na").
    """
    pairs: dict[str, list[tuple[str, str]]] = {}
    for one, other in visits:
        for item in one.keys() & other.keys():
            pairs.setdefault(item, []).append((one[item], other[item]))
    return {item: found for item in sorted(pairs) if (found := agreement(pairs[item])) is not None}
