"""Real phones, a real server and a network that does to them whatever networks do; then every invariant is checked.

A history: for some seconds, phones in processes of their own are killed at random and live again, the server is killed
and started, tokens expire, visits are given to others, cancelled and returned. Then faults stop, the phones sync
until nothing waits, and the server's database and store, the phones' folders and the ledgers that the inspectors
kept by themselves are compared.
"""

from __future__ import annotations

import json
import math
import os
import re
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from tests.simulation.invariants import check_phones, check_server
from tests.simulation.proxy import Line, Weather
from tests.simulation.stage import PASSWORD, Child, Stage

# Two phones of Sari, one of Rina, one of Tono.
PHONES = {"sari-1": "sari", "sari-2": "sari", "rina": "rina", "tono": "tono"}
INSPECTORS = sorted(set(PHONES.values()))
VISITS_EACH = 6
COPY_SECONDS = 30.0
PATIENCE = (
    5  # so many times longer than told a history takes at most, until EVENTFUL visits and cuts have been
)
EVENTFUL = 8
RECORD = re.compile(r"^(?=\d{4}-\d\d-\d\d \d\d:)", re.MULTILINE)
FIELD = Weather(
    up_bytes_between_cuts=60_000,
    down_bytes_between_cuts=60_000,
    kills=0.1,
    black_holes=0.02,
    portals=0.03,
    stalls=0.1,
    stall_seconds_max=3.0,
    late=0.04,
    repeated=0.1,
    bytes_a_second=500_000,
)


@dataclass
class Outcome:
    """What a history came to: `problems` must be empty, and `lost` and `doubled` 0."""

    seed: int
    combination: str
    counts: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)
    history: list[str] = field(default_factory=list)

    def sentence(self) -> str:
        """For the message of an assertion."""
        shown = "\n  ".join(self.problems[:40])
        last = "\n  ".join(self.history[-60:])
        return f"seed {self.seed} on {self.combination}: {dict(self.counts)}\n  {shown}\nthe last events:\n  {last}"


def history(
    folder: Path, seed: int, seconds: float, *, database: str = "", store: Mapping[str, str] | None = None
) -> Outcome:
    """One history, from an empty database to the verdict. Its events are in `history.txt` when it went wrong."""
    stage = Stage(folder, str(seed), database=database, store=store)
    outcome = Outcome(seed, stage.name, stage.counts, history=stage.history)
    chaos = Chaos(stage, outcome)
    try:
        with stage:
            chaos.play(seconds)
    except Exception as error:
        outcome.problems.append(f"the history could not be told to its end: {error!r}\n{stage.log_end()}")
    if outcome.problems:
        (folder / "history.txt").write_text("\n".join([*outcome.problems, *outcome.history]))
    return outcome


class Chaos:
    """The three acts of a history on an open stage."""

    def __init__(self, stage: Stage, outcome: Outcome) -> None:
        self.stage, self.outcome = stage, outcome
        self.rng = Random(f"chaos/{outcome.seed}")
        self.phones: dict[str, Child] = {}
        self.lived: dict[str, dict[str, Any]] = {}

    def play(self, seconds: float) -> None:
        try:
            self.stage.ask_desk(do="prepare", inspectors=INSPECTORS, visits=VISITS_EACH)
            for name in PHONES:
                self.phones[name] = self._phone(name, self.stage.network.line(name, FIELD))
            self._live(seconds)
            self._settle()
            self._judge()
        finally:
            for phone in self.phones.values():
                phone.end()

    def _phone(self, name: str, line: Line) -> Child:
        told = {
            "home": str(self.stage.folder / name),
            "server": self.stage.server.address,
            "line": line.address,
            "username": PHONES[name],
            "password": PASSWORD,
            "seed": f"{self.outcome.seed}/{name}",
        }
        return Child(["tests.simulation.handset", json.dumps(told)], os.environ, self.stage.log)

    # While it lasts

    def _live(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        someone = {"inspectors": INSPECTORS}
        acts: list[tuple[int, dict[str, Any]]] = [
            (6, {"do": "order", "visits": 2}),
            (3, {"do": "reassign", **someone}),
            (6, {"do": "judge"}),
            (1, {"do": "expire", **someone}),
            (1, {"do": "cancel"}),
        ]
        weights = [weight for weight, _ in acts]
        copies = self._copies(seconds)
        latest = until + (PATIENCE - 1) * seconds
        while (now := time.monotonic()) < until or (now < latest and not self.eventful()):
            while copies and copies[0][0] < seconds - (until - time.monotonic()):
                copies.pop(0)[1]()
            (_, act) = self.rng.choices(acts, weights)[0]
            more = {"inspector": self.rng.choice(INSPECTORS)} if act["do"] == "order" else {}
            self.stage.ask_desk(**act, **more)
            time.sleep(self.rng.uniform(0.1, 1.0))

    def eventful(self) -> bool:
        """Whether enough happened for the end to mean anything; on a busy machine everything takes longer."""
        ledgers = [path.read_text() for name in PHONES if (path := self._ledger(name)).exists()]
        finished = sum(ledger.count('"finished"') for ledger in ledgers)
        photos = sum(ledger.count('"photo"') for ledger in ledgers)
        saw = self.stage.network.saw()
        return (
            min(finished, photos) >= EVENTFUL and saw["RST"] + saw["FIN"] >= EVENTFUL and saw["repeated"] > 0
        )

    def _ledger(self, name: str) -> Path:
        return self.stage.folder / name / "ledger"

    def _copies(self, seconds: float) -> list[tuple[float, Callable[[], None]]]:
        """In every half minute one backup; and later, mostly, it takes the place of what came after it. Where a
        database has tools of its own for that, nothing here."""
        if not self.stage.copies:
            return []
        found: list[tuple[float, Callable[[], None]]] = []
        for part in range(math.ceil(seconds / COPY_SECONDS)):
            begin, length = part * COPY_SECONDS, min(COPY_SECONDS, seconds - part * COPY_SECONDS)
            found.append((begin + 0.3 * length, self.stage.back_up))
            if self.rng.random() < 0.7:
                found.append((begin + 0.6 * length, self._restore))
        return found

    def _restore(self) -> None:
        if self.stage.backup:
            self.stage.restore()

    # The end

    def _settle(self) -> None:
        """Faults stop. Twice: what one phone told may have moved something on another one's list."""
        self.stage.tell("calm")
        self.stage.keep_server()
        self.stage.network.calm()
        self.stage.keep_server()
        self._all_sync()
        self.stage.server.command("worker", "--until-idle")
        self._all_sync()

    def _all_sync(self) -> None:
        for phone in self.phones.values():
            phone.say("sync")
        for name, phone in self.phones.items():
            answer = phone.hear()
            self.stage.tell(f"{name} synced: {answer}")
            if not answer or not answer["done"]:
                self.outcome.problems.append(f"I9 {name} does not come to rest: {answer}")
            else:
                self.lived[name] = answer

    def _judge(self) -> None:
        if not self.eventful():
            self.outcome.problems.append("too calm to mean anything")
        counts = self.outcome.counts
        counts.update(self.stage.network.saw())
        for phone in self.phones.values():
            phone.say("bye")
        for word in ("lives", "kills"):
            counts[f"phone {word}"] += sum(answer[word] for answer in self.lived.values())
        seen = check_server(self.stage.server.environment)
        stores = [self.stage.folder / name / "store" for name in PHONES]
        problems = self.outcome.problems
        problems += [*seen.violations, *check_phones(stores, seen)]
        ledgers = [str(path) for name in PHONES if (path := self._ledger(name)).exists()]
        found = self.stage.ask_desk(do="examine", ledgers=ledgers)
        problems += found.pop("problems")
        counts.update(found)
        problems += self._troubles()

    def _troubles(self) -> list[str]:
        """What a phone met and should not have, and what the server did not expect."""
        met = []
        for name in PHONES:
            diary = self.stage.folder / name / "diary"
            lines = [json.loads(line) for line in diary.read_text().splitlines()] if diary.exists() else []
            met += [
                f"{name} in life {line['life']}: {line['trouble']}" for line in lines if "trouble" in line
            ]
        return met + self._unexpected()

    def _unexpected(self) -> list[str]:
        """Records of the server's log with a trace: it met nothing that it does not know."""
        log = self.stage.server.log.read_text(errors="replace")
        traced = [record for record in RECORD.split(log) if "Traceback" in record]
        return [f"the server did not expect: {record[-2000:]}" for record in traced]
