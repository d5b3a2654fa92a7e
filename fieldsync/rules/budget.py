"""What may be spent on the line (protocol 6.10): documents go first and always, photos as the person allows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

HEADS_BYTES = 1024  # of a request and its answer beside a piece, generously
DAYS_REMEMBERED = 8


@dataclass(frozen=True)
class Budget:
    """How much of a data plan a sync may use.

    bytes_a_day     application bytes both ways, heads included, in one day by the phone's calendar; None: no limit.
                    Everything counts, but only photos wait for it.
    documents_only  no photo is sent at all, for now
    documents_wait  finished visits and drafts wait for tomorrow's budget too
    """

    bytes_a_day: int | None = None
    documents_only: bool = False
    documents_wait: bool = False

    def room(self, spent: int) -> int | None:
        """Bytes of a photo that may still go after `spent` bytes today; None: as many as there are."""
        if self.documents_only:
            return 0
        return None if self.bytes_a_day is None else max(0, self.bytes_a_day - spent - HEADS_BYTES)

    def documents_may_go(self, spent: int) -> bool:
        """Whether the next exchange may take place."""
        return not self.documents_wait or self.bytes_a_day is None or spent < self.bytes_a_day


def spent_on(days: Mapping[str, int], day: str, size: int) -> dict[str, int]:
    """The account with `size` bytes spent on a day in all. A day that was seen before keeps what it has spent, so a
    clock that jumps to and fro gives no budget twice; the days written to longest ago are forgotten."""
    others = [(name, n) for name, n in days.items() if name != day]
    return dict([*others, (day, max(size, days.get(day, 0)))][-DAYS_REMEMBERED:])
