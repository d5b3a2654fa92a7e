"""How large the next piece of a photo is, so that a cut costs little and a good line is used (protocol 6.7)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

PIECE_BYTES_MIN = 16 * 1024
PIECE_BYTES_MAX = 1024 * 1024
PIECE_SECONDS = 8.0
CUT_PART = (
    4  # a piece of a quarter of what passes between two cuts costs an eighth more, whatever is kept of it
)
KEPT_BYTES_REMEMBERED = 512 * 1024
REMEMBERED_AFTER_CUT = 0.75
STRETCH = 1.25
EXCHANGE_SECONDS_USUAL = 0.5


@dataclass(frozen=True)
class Piece:
    """What is known of the line. Sizes in bytes, times in seconds of a monotonic clock.

    rate     bytes a second of the last pieces; 0 while nothing is known
    kept     bytes that arrived, the older the less they count
    cuts     how often the line broke meanwhile, likewise
    ceiling  after a cut at most a quarter of that piece, doubled by every piece that arrives
    most     what the server takes (413), or what arrives unharmed (460); for this run
    """

    rate: float = 0.0
    kept: float = 0.0
    cuts: float = 0.0
    ceiling: int = PIECE_BYTES_MAX
    most: int = PIECE_BYTES_MAX

    @property
    def size(self) -> int:
        """The size of the next piece: what passes in 8 seconds, and a quarter of what passes between two cuts; from
        16 KiB to 1 MiB. A line that nothing is known of is trusted."""
        quick = self.rate * PIECE_SECONDS if self.rate else PIECE_BYTES_MAX
        whole = self.kept / (CUT_PART * self.cuts) if self.cuts else PIECE_BYTES_MAX
        return int(max(PIECE_BYTES_MIN, min(quick, whole, self.ceiling, self.most)))

    def size_for(self, remaining: int) -> int:
        """The next piece of a photo of which so many bytes remain: a short rest goes along."""
        along = min(self.size * STRETCH, self.most)
        return remaining if remaining <= along else min(self.size, remaining)

    def after_exchange(self, size: int, seconds: float) -> Piece:
        """A request and its answer, `size` bytes both ways. Only a slow one says something about the line."""
        late = seconds - EXCHANGE_SECONDS_USUAL
        return replace(self, rate=max(1.0, size / late)) if late > 0 and not self.rate else self

    def after_kept(self, size: int, seconds: float) -> Piece:
        """A piece arrived after so many seconds."""
        rate = size / max(seconds, 0.001)
        kept = self.kept + size
        forgotten = min(1.0, KEPT_BYTES_REMEMBERED / kept)
        return replace(
            self,
            rate=(self.rate + rate) / 2 if self.rate else rate,
            kept=kept * forgotten,
            cuts=self.cuts * forgotten,
            ceiling=min(PIECE_BYTES_MAX, self.ceiling * 2),
        )

    def after_cut(self, size: int) -> Piece:
        """The line broke during a piece; how much of it arrived is not known."""
        kept, cuts = self.kept * REMEMBERED_AFTER_CUT, self.cuts * REMEMBERED_AFTER_CUT + 1
        return replace(self, kept=kept, cuts=cuts, ceiling=max(PIECE_BYTES_MIN, size // CUT_PART))

    def after_refused(self, size: int) -> Piece:
        """The server takes no piece as large as this one."""
        return replace(self, most=max(PIECE_BYTES_MIN, size // 2))

    def smallest(self) -> Piece:
        """As small as pieces get, after damage on the way."""
        return replace(self, most=PIECE_BYTES_MIN)

    def memory(self) -> dict[str, float]:
        """What the next run may know: how reliable the line was. Its speed is measured anew, it may be another."""
        return {"kept": self.kept, "cuts": self.cuts}


def remembered_piece(memory: Mapping[str, object]) -> Piece:
    """A run's first Piece, from the memory of the last one; old cuts count as one, so that a better line is soon
    used. Anything unreadable is forgotten."""
    kept, cuts = memory.get("kept"), memory.get("cuts")
    if not _is_count(kept) or not _is_count(cuts):
        return Piece()
    assert isinstance(kept, int | float)
    assert isinstance(cuts, int | float)
    many = max(1.0, cuts)
    return Piece(kept=min(kept / many, KEPT_BYTES_REMEMBERED), cuts=cuts / many)


def _is_count(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 2**63
