"""The figures that were promised, beside what others do, and how a line of them is printed.

The figures of ODK Central, onadata and the floor are of one sitting on one machine of the kind these were made for
(two virtual cores, 24 GiB); on another machine, or another day, compare by the floor, which runs beside.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median

from tests.bench.measuring import say

FLOOR_THEN = {
    "single": 571.0,
    "photos": 86.0,
}  # visits a core-second of tests/bench/floor.py, when the aims were set
PAGE_MS, QUERIES = 150, 15  # p95 of a page on two cores, and its statements, whatever there is


@dataclass(frozen=True)
class Aim:
    """`most`: the figure may be at most this, else it must be at least this. `peers`: who and how much."""

    what: str
    figure: float
    unit: str
    most: bool = False
    peers: tuple[tuple[str, float], ...] = ()

    def share(self, measured: float) -> float:
        """1 or more: reached."""
        return self.figure / max(measured, 1e-9) if self.most else measured / self.figure


AIMS = {
    "single": Aim("visits a core-second, singly", 350, "", peers=(("ODK", 69), ("onadata", 15.4))),
    "batch": Aim("visits a core-second, 20 at once", 800, "", peers=(("ODK", 69), ("onadata", 15.4))),
    "photos": Aim("visits a core-second, five photos", 70, "", peers=(("ODK", 14.4), ("onadata", 11))),
    "megabytes": Aim("durable photos", 160, "MB/s", peers=(("ODK", 54.7), ("onadata", 26))),
    "database": Aim(
        "database CPU for 1,000 visits", 0.6, "s", most=True, peers=(("ODK", 8.2), ("onadata", 25))
    ),
    "p99": Aim("p99 at 40 visits a second", 12, "ms", most=True, peers=(("ODK", 155),)),
    "p99 photos": Aim("p99 at 6 visits a second, five photos", 35, "ms", most=True, peers=(("ODK", 244),)),
    "memory": Aim("memory of the server, 200 slow phones", 200, "MiB", most=True),
    "bytes": Aim("bytes over payload, no faults", 1.005, "x", most=True),
    "bytes cut": Aim("bytes over payload, a cut every 60 KB", 1.25, "x", most=True),
    "idle": Aim("an idle sync, both ways", 512, "bytes", most=True),
}


def say_aim(name: str, measured: list[float], beside: str = "") -> bool:
    """The median, its spread, the aim, and how it compares with the peers. Whether it was reached."""
    aim, figure = AIMS[name], median(measured)
    share = aim.share(figure)
    spread = f"({number(min(measured))} to {number(max(measured))}) " if len(measured) > 1 else ""
    verdict = "reached" if share >= 1 else f"MISSED, {share:.2f} of it"
    sign = "at most" if aim.most else "at least"
    say(
        aim.what,
        f"{number(figure)} {aim.unit}".strip(),
        f"{spread}aim: {sign} {number(aim.figure)}: {verdict}",
    )
    peers = [f"{who} {number(peer)}: {better(aim, figure, peer)}" for who, peer in aim.peers]
    if more := "; ".join(filter(None, [*peers, beside])):
        print(f"      {more}", flush=True)
    return share >= 1


def better(aim: Aim, figure: float, peer: float) -> str:
    ratio = peer / max(figure, 1e-9) if aim.most else figure / peer
    return f"{ratio:.1f} x better" if ratio >= 1 else f"{1 / ratio:.1f} x worse"


def number(figure: float) -> str:
    if abs(figure) < 2 and figure != round(figure):
        return f"{figure:.4f}".rstrip("0") if figure > 1 else f"{figure:.2f}"
    return f"{figure:.1f}" if abs(figure) < 20 and figure != round(figure) else f"{figure:,.0f}"
