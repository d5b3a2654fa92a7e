"""The plot: ordered, visited offline, synced over a bad network, judged, corrected, counted, published.

Played again after any interruption it takes up where it stopped, since every act carries its own name. Progress
goes to standard error, the tables to standard output and into `tables.txt`.
"""

import json
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from fieldsync.demo import plan, tables
from fieldsync.demo.desks import Office
from fieldsync.demo.field import Inspector
from fieldsync.demo.network import Network

PHONES_AT_ONCE = 3
MEAN_BYTES_BETWEEN_CUTS = 500_000
EXPORTS = ("findings.csv", "findings.jsonl", "indicators.csv", "indicators.jsonl")


class Story:
    """One play of the demo; `units_max` shortens it to the first few units, the visits of `unjudged` regions are left
    to whoever looks at the console afterwards."""

    def __init__(
        self,
        server: str,
        home: Path,
        seed: int,
        administrator: tuple[str, str],
        units_max: int | None,
        unjudged: frozenset[str] = frozenset(),
    ) -> None:
        self.home, self.seed = home, seed
        self.bars = Bars()
        self.office = Office(server, seed, administrator, self.bars, unjudged)
        self.network = Network((urlsplit(server).hostname or "127.0.0.1", urlsplit(server).port or 80))
        self.orders = plan.orders(seed, units_max)
        self.verdicts: Counter[str] = Counter()

    def play(self) -> None:
        began = time.monotonic()
        with self.bars:
            self.office.found()
            self.office.order(self.orders)
            inspectors = [self._inspector(name) for name in plan.INSPECTORS]
            self._afield(inspectors, "visits", Inspector.visit_and_sync)
            self.office.judge()
            self._afield(inspectors, "corrections", Inspector.correct_and_sync)
            self.office.judge()
            computation = self.office.count(plan.PERIOD)
            sizes = self._export(computation)
        self.network.close()
        self._print(computation, sizes)
        self._say_how_it_went(time.monotonic() - began, inspectors)

    def _inspector(self, name: str) -> Inspector:
        relay = self.network.relay(f"{self.seed}/network/{name}", MEAN_BYTES_BETWEEN_CUTS)
        return Inspector(name, self.home / "phones" / name, relay, self.seed, self.office.id("device", name))

    def _afield(self, inspectors: list[Inspector], what: str, act: Any) -> None:
        """All inspectors do this, a few at a time; the bar counts visits sent."""
        total = len(self.orders) if what == "visits" else len(inspectors)
        counter = count(1)

        def advance() -> None:
            self.bars(what, next(counter), total)

        with ThreadPoolExecutor(PHONES_AT_ONCE) as phones:
            for outcome in [phones.submit(act, inspector, advance) for inspector in inspectors]:
                outcome.result()

    def _export(self, computation: dict[str, Any]) -> dict[str, int]:
        """Dewi, who may see published findings only, takes them home."""
        dewi = self.office.desks["dewi"]
        sizes = {}
        for number, name in enumerate(EXPORTS, 1):
            asked = (
                {"programme": self.office.programme, "period": plan.PERIOD}
                if name.startswith("findings")
                else {"computation": computation["id"]}
            )
            sizes[name] = dewi.download(f"exports/{name}", self.home / name, **asked)
            self.bars("exports", number, len(EXPORTS))
        return sizes

    def _print(self, computation: dict[str, Any], sizes: dict[str, int]) -> None:
        with (self.home / "tables.part").open("w", encoding="utf-8") as file:
            for console in (tables.printer(sys.stdout), tables.printer(file)):
                self._tables(console, computation, sizes)
        (self.home / "tables.part").rename(self.home / "tables.txt")

    def _tables(self, out: Console, computation: dict[str, Any], sizes: dict[str, int]) -> None:
        tables.everything(out, self.office, computation, self.orders)
        with (self.home / "findings.jsonl").open(encoding="utf-8") as file:
            findings = [json.loads(line) for line in file]
        tables.criticals(out, findings)
        told = [
            ("baris temuan / findings", len(findings)),
            *((f"{n} (byte)", s) for n, s in sorted(sizes.items())),
        ]
        tables.counts(out, "Ekspor / exports", told)

    def _say_how_it_went(self, seconds: float, inspectors: list[Inspector]) -> None:
        seen = self.network.seen()
        sent = sum(inspector.sent_photos for inspector in inspectors)
        print(
            f"{len(self.orders)} visits, {sent} photos, {seen.bytes_up / 1e6:.1f} MB up over {seen.connections} "
            f"connections, {seen.cuts} of them cut; {seconds:.0f} s. Files: {self.home}",
            file=sys.stderr,
        )


class Bars:
    """Progress on standard error: a bar a stage on a terminal, a line a stage elsewhere."""

    def __init__(self) -> None:
        self.console = Console(file=sys.stderr)
        self.progress = Progress(
            TextColumn("{task.description:<18}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=self.console,
            disable=not self.console.is_terminal,
        )
        self.tasks: dict[str, TaskID] = {}
        self.since = time.monotonic()

    def __enter__(self) -> "Bars":
        self.progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.progress.stop()

    def __call__(self, stage: str, done: int, total: int) -> None:
        if stage not in self.tasks:
            self.tasks[stage] = self.progress.add_task(stage, total=total)
        self.progress.update(self.tasks[stage], completed=done, total=total)
        if not self.console.is_terminal and done == total:
            now = time.monotonic()
            print(f"{stage}: {done} ({now - self.since:.1f} s)", file=sys.stderr, flush=True)
            self.since = now
