"""The server's figures: rounds of loads in turn with the floor, so that a noisy minute harms all alike."""

from __future__ import annotations

import sys
from collections import defaultdict
from dataclasses import dataclass
from statistics import median

from tests.bench.aims import AIMS, FLOOR_THEN, say_aim
from tests.bench.driving import Run, in_words
from tests.bench.load import WARMING, load, load_floor
from tests.bench.measuring import say
from tests.bench.stack import PROCESSES, THREADS, Stack, database_settings

CLIENTS, PHOTO_CLIENTS, TIMETABLE_CLIENTS = 8, 12, 16
QUIET_CORES = 0.2


@dataclass(frozen=True)
class Size:
    """How much of everything: rounds, visits a run, and seconds of a timetable."""

    rounds: int
    single: int
    batch: int
    photos: int
    seconds: int


WHOLE = Size(rounds=3, single=800, batch=1280, photos=96, seconds=8)
QUICK = Size(rounds=1, single=160, batch=320, photos=36, seconds=3)


def measure(stack: Stack, floor: Stack, size: Size, *, verbose: bool) -> bool:
    """Runs everything, prints it, and says whether nothing was lost."""
    load(stack.address, stack.roots, "single", visits=WARMING, clients=CLIENTS)
    load_floor(floor.address, floor.roots, "single", visits=WARMING, clients=CLIENTS)
    runs: dict[str, list[Run]] = defaultdict(list)
    for _ in range(size.rounds):
        for name, run in a_round(stack, floor, size):
            runs[name].append(run)
            if verbose:
                print(in_words(run), file=sys.stderr, flush=True)
    say_server(runs)
    say_timetables(runs)
    say_conditions(runs)
    return say_losses(runs)


def a_round(stack: Stack, floor: Stack, size: Size) -> list[tuple[str, Run]]:
    ours, theirs = (stack.address, stack.roots), (floor.address, floor.roots)
    some = {"visits": size.photos, "clients": PHOTO_CLIENTS}
    timed = {
        "slow": {"visits": 40 * size.seconds, "clients": TIMETABLE_CLIENTS, "rate": 40},
        "slow photos": {"visits": 6 * size.seconds, "clients": TIMETABLE_CLIENTS, "rate": 6},
    }
    return [
        ("single", load(*ours, "single", visits=size.single, clients=CLIENTS)),
        ("floor single", load_floor(*theirs, "single", visits=size.single, clients=CLIENTS)),
        ("batch", load(*ours, "batch", visits=size.batch, clients=CLIENTS)),
        ("photos", load(*ours, "photos", **some)),
        ("floor photos", load_floor(*theirs, "photos", **some)),
        ("slow", load(*ours, "single", **timed["slow"])),
        ("slow photos", load(*ours, "photos", **timed["slow photos"])),
    ]


def say_server(runs: dict[str, list[Run]]) -> None:
    """Core-seconds are of server, worker and database together, put-off work included."""
    for shape in ("single", "batch", "photos"):
        figures = [run.a_core_second for run in runs[shape]]
        likeness = "photos" if shape == "photos" else "single"
        say_aim(shape, figures, beside_floor(shape, likeness, median(figures), runs[f"floor {likeness}"]))
        say_split(runs[shape])
    say_aim("megabytes", [run.megabytes_a_second for run in runs["photos"]], f"{PHOTO_CLIENTS} clients")
    floor = median(run.per_thousand("database") for run in runs["floor single"])
    say_aim("database", [run.per_thousand("database") for run in runs["single"]], f"floor {floor:.2f}")


def beside_floor(shape: str, likeness: str, figure: float, floors: list[Run]) -> str:
    floor = median(run.a_core_second for run in floors)
    wanted = AIMS[shape].figure / FLOOR_THEN[likeness]
    return f"floor {floor:.0f}: {figure / floor:.2f} x (aim {wanted:.2f} x)"


def say_split(runs: list[Run]) -> None:
    parts = [
        f"{name} {median(run.per_thousand(name) for run in runs):.2f}"
        for name in ("server", "worker", "database")
    ]
    first = runs[0]
    wire = (
        f"{first.sent / first.visits:,.0f} bytes sent, {first.received / first.visits:,.0f} received a visit"
    )
    print(f"      CPU s for 1,000 visits: {', '.join(parts)}; {wire}")


def say_timetables(runs: dict[str, list[Run]]) -> None:
    for name, aim in (("slow", "p99"), ("slow photos", "p99 photos")):
        found = runs[name]
        p50, p95 = (median(run.ms(share) for run in found) for share in (0.5, 0.95))
        say_aim(aim, [run.ms(0.99) for run in found], f"p50 {p50:.1f}, p95 {p95:.1f} ms, from the due moment")


def say_conditions(runs: dict[str, list[Run]]) -> None:
    told = database_settings()
    others = [run.used.others for found in runs.values() for run in found]
    noisy = sum(1 for one in others if one > QUIET_CORES)
    say(
        "CPU used by others meanwhile",
        f"{median(others):.2f} cores",
        f"at most {max(others):.2f}; {len(others) - noisy} of {len(others)} runs quiet (under {QUIET_CORES})",
    )
    floor = median(run.a_core_second for run in runs["floor single"])
    then = FLOOR_THEN["single"]
    say(
        "this machine now, beside when aims were set",
        f"{floor / then:.2f} x",
        f"the floor did {then:.0f}, now {floor:.0f}: scale the aims by it",
    )
    peak = max(run.peak_mib for name, found in runs.items() if "floor" not in name for run in found)
    say("most private memory of the server", f"{peak:.0f} MiB", f"{PROCESSES} processes of {THREADS} threads")
    settings = ", ".join(f"{name} {value}" for name, value in told.items() if name != "version")
    print(f"  PostgreSQL {told['version']}: {settings}")


def say_losses(runs: dict[str, list[Run]]) -> bool:
    ours = [run for name, found in runs.items() if "floor" not in name for run in found]
    lost = [one for run in ours for one in run.lost]
    visits = sum(run.visits for run in ours)
    say(
        "answered as stored and not there",
        f"{len(lost)}",
        f"of {visits:,} visits, texts and pictures sampled",
    )
    for one in lost[:10]:
        print(f"    {one}")
    return not lost
