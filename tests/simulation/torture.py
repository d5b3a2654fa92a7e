"""Everything that tries to lose or double something, for as long as told.

    python -m tests.simulation.torture --minutes 20 [--seed N] [--store disk|s3] [--database sqlite|postgresql]

Histories of real phones, a real server and a bad network (chaos.py) alternate with the long forms of other searches:
the model, the real views, all instants at which server or phone may be killed, the cursors, foreign clients. A line a
minute says how far it came. The end tells seeds and counts; the exit code is 1 when anything was lost, doubled or
broken. What a failed history left lies in var/torture.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from random import SystemRandom

from tests.simulation.chaos import Outcome, history
from tests.simulation.places import Places, places

ROOT = Path(__file__).resolve().parents[2]
KEPT = ROOT / "var" / "torture"
HISTORY_SECONDS = 40.0
SEARCH_SECONDS_MAX = 600
COMBINATIONS = (
    ("sqlite", "disk"),
    ("postgresql", "s3"),
    ("sqlite", "disk"),
    ("postgresql", "disk"),
    ("sqlite", "s3"),
)
PYTEST = (sys.executable, "-m", "pytest", "-q", "-x")
ON_POSTGRES = (sys.executable, "-m", "tests.postgres")
INSTANTS = {"INSTANTS_APART": "1"}


@dataclass(frozen=True)
class Search:
    """A long form of a test: a command, and the variables that make it long."""

    name: str
    words: tuple[str, ...]
    environment: dict[str, str] = field(default_factory=dict)


SEARCHES = (
    Search("model", (sys.executable, "-m", "tests.simulation.model", "2000", "80", "{seed}")),
    Search(
        "real views, SQLite",
        (*PYTEST, "tests/simulation/test_real.py"),
        {"REAL_EXAMPLES": "100", "SEED": "{seed}"},
    ),
    Search(
        "real views, PostgreSQL",
        (*ON_POSTGRES, *PYTEST, "tests/simulation/test_real.py"),
        {"REAL_EXAMPLES": "100", "SEED": "{seed}"},
    ),
    Search(
        "real phones",
        (*PYTEST, "tests/simulation/test_engines.py"),
        {"ENGINE_EXAMPLES": "100", "SEED": "{seed}"},
    ),
    Search("instants of the phone", (*PYTEST, "tests/fieldsync/test_crash.py"), INSTANTS),
    Search("instants of the server", (*PYTEST, "tests/simulation/test_failpoints.py"), INSTANTS),
    Search("cursors, PostgreSQL", (*ON_POSTGRES, *PYTEST, "tests/simulation/test_cursor.py")),
    Search("foreign clients", (*PYTEST, "tests/simulation/test_foreign_clients.py")),
)


@dataclass
class Torture:
    """What was done so far; `failures` are sentences."""

    seed: int
    until: float
    began: float = field(default_factory=time.monotonic)
    histories: int = 0
    searches: Counter[str] = field(default_factory=Counter)
    counts: Counter[str] = field(default_factory=Counter)
    seeds: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    def goes_on(self) -> bool:
        return time.monotonic() < self.until

    def history(self, kept: Places, database: str, store: str) -> None:
        """One history on this combination; its folder stays only if something was wrong."""
        seed = self.seed * 1000 + self.histories
        folder = Path(tempfile.mkdtemp(prefix="torture-"))
        seconds = max(5.0, min(HISTORY_SECONDS, self.until - time.monotonic()))
        told = history(folder, seed, seconds, database=kept.database(database), store=kept.store(store))
        self.histories += 1
        self.seeds.append(f"{seed} {told.combination}")
        self.counts.update(told.counts)
        if told.problems:
            self._failed(told, folder)
        shutil.rmtree(folder, ignore_errors=True)

    def _failed(self, told: Outcome, folder: Path) -> None:
        shutil.copytree(folder, KEPT / str(told.seed), dirs_exist_ok=True)
        self.failures.append(told.sentence())
        say(f"FAILED, see {KEPT / str(told.seed)}\n{told.sentence()}")

    def search(self, search: Search) -> None:
        seed = str(self.seed + sum(self.searches.values()))
        words = [word.format(seed=seed) for word in search.words]
        more = {name: value.format(seed=seed) for name, value in search.environment.items()}
        with tempfile.TemporaryDirectory(prefix="torture-") as var:
            environment = {
                **os.environ,
                "SAMAR_VAR": var,
                "DJANGO_SETTINGS_MODULE": "backend.settings",
                **more,
            }
            run = subprocess.run(
                words,
                cwd=ROOT,
                env=environment,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
                timeout=SEARCH_SECONDS_MAX,
            )
        self.searches[search.name] += 1
        if run.returncode:
            self.failures.append(f"{search.name}, seed {seed}:\n{run.stdout[-4000:]}")
            say(f"FAILED: {self.failures[-1]}")

    def line(self) -> str:
        minutes = (time.monotonic() - self.began) / 60
        counted = ", ".join(f"{self.counts[what]} {what}" for what in ("visits", "photos", "lost", "doubled"))
        tried = f"{self.histories} histories, {sum(self.searches.values())} searches"
        return f"{minutes:6.1f} min  {tried}: {counted}; {len(self.failures)} failures"

    def table(self) -> str:
        """The end: what happened, in numbers."""
        saw = self.counts
        over = (saw["bytes up"] + saw["bytes down"]) / saw["photo_bytes"] if saw["photo_bytes"] else 0.0
        rows = {
            "seed": self.seed,
            "histories": self.histories,
            **{f"search: {name}": times for name, times in self.searches.items()},
            "server kills": saw["server kills"],
            "phone kills": saw["phone kills"],
            "cuts": saw["RST"] + saw["FIN"],
            "stalls": saw["stall"],
            "black holes": saw["black hole"],
            "captive portals": saw["portal"],
            "requests duplicated": saw["repeated"],
            "requests overtaken": saw["late"],
            "backups": saw["backups"],
            "restores": saw["restores"],
            "visits": saw["visits"],
            "photos": saw["photos"],
            "bytes over payload": f"{over:.2f}",
            "losses": saw["lost"],
            "doubles": saw["doubled"],
            "failures": len(self.failures),
        }
        listed = "\n".join(f"  {name:<32}{value:>12}" for name, value in rows.items())
        return f"{listed}\n  seeds of histories: {'; '.join(self.seeds)}"


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def tell_every_minute(torture: Torture, over: threading.Event) -> None:
    while not over.wait(60):
        say(torture.line())


def steps(
    torture: Torture, kept: Places, database: str | None, store: str | None
) -> Iterator[Callable[[], None]]:
    """A history, a search, a history, a search, … ; only on what was asked for."""
    chosen = [pair for pair in COMBINATIONS if database in (None, pair[0]) and store in (None, pair[1])]
    searches = cycle(SEARCHES)
    for rows, photos in cycle(chosen or [(database or "sqlite", store or "disk")]):
        yield lambda rows=rows, photos=photos: torture.history(kept, rows, photos)
        yield lambda: torture.search(next(searches))


def main() -> int:
    asked = argparse.ArgumentParser(prog="python -m tests.simulation.torture", description=__doc__)
    asked.add_argument("--minutes", type=float, default=20.0)
    asked.add_argument("--seed", type=int, default=SystemRandom().randrange(1_000_000))
    asked.add_argument("--store", choices=["disk", "s3"])
    asked.add_argument("--database", choices=["sqlite", "postgresql"])
    told = asked.parse_args()
    torture = Torture(told.seed, time.monotonic() + told.minutes * 60)
    over = threading.Event()
    threading.Thread(target=tell_every_minute, args=(torture, over), daemon=True).start()
    say(f"seed {torture.seed}, {told.minutes:g} minutes")
    with tempfile.TemporaryDirectory(prefix="torture-") as folder, places(Path(folder)) as kept:
        for step in steps(torture, kept, told.database, told.store):
            if not torture.goes_on():
                break
            step()
    over.set()
    say(torture.table())
    return 1 if torture.failures or torture.counts["lost"] or torture.counts["doubled"] else 0


if __name__ == "__main__":
    sys.exit(main())
