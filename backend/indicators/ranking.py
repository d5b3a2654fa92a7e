"""Ranks inside one class and period: highest first, equal rounded values share a rank (1, 2, 2, 4). Pure."""

from collections.abc import Mapping
from decimal import Decimal
from typing import TypeVar

K = TypeVar("K")


def ranks(values: Mapping[K, Decimal]) -> dict[K, int]:
    """The rank of each rounded value."""
    found: dict[K, int] = {}
    last, rank = None, 0
    for place, (key, value) in enumerate(sorted(values.items(), key=lambda pair: -pair[1]), start=1):
        if value != last:
            last, rank = value, place
        found[key] = rank
    return found
