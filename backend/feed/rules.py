"""Cursors and pages of the feed, as values (protocol sections 6.4 and 6.5)."""

from dataclasses import dataclass

CHANGES_PER_PAGE_MAX = 200
SEQ_MAX = 2**63 - 1


@dataclass(frozen=True)
class Cursor:
    """Where a reader stands: an epoch of this server's history and the last number it has seen.

    On the wire it is opaque text; today `<epoch>.<seq>`.
    """

    epoch: str
    seq: int

    def __str__(self) -> str:
        return f"{self.epoch}.{self.seq}"

    @classmethod
    def read(cls, text: object) -> "Cursor | None":
        """None for whatever is not a cursor of ours: such a reader starts again from nothing."""
        epoch, dot, seq = text.rpartition(".") if isinstance(text, str) else ("", "", "")
        digits = seq.isascii() and seq.isdecimal() and len(seq) <= 19
        if not dot or not epoch or not digits or int(seq) > SEQ_MAX:
            return None
        return cls(epoch, int(seq))


def must_start_again(cursor: Cursor | None, *, epoch: str, floor: int, seq: int) -> bool:
    """Whether a reader has to read from zero: no cursor, another epoch, tombstones purged since,
    or a cursor ahead of the scope (then the server itself has lost numbers)."""
    return cursor is None or cursor.epoch != epoch or cursor.seq < floor or cursor.seq > seq
