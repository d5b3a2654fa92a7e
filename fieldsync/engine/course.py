"""What the steps of one run share: who works on which store, what failed, what is left for the next run."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from random import Random

from fieldsync import rules
from fieldsync.engine.report import Event
from fieldsync.errors import NeedsHelp, Problem
from fieldsync.rules import Step
from fieldsync.store import Outbox, Store
from fieldsync.transport import Reply, Transport

TRIES_MAX = 4  # of one thing in one run; more than the generations a server gives a photo
BEAT_SECONDS = 60.0
AN_ITEM = {"what": "document", "what_id": "dokumen"}
A_PHOTO = {"what": "photo", "what_id": "foto"}
CODE = re.compile(r"[a-z0-9-]{1,40}")


@dataclass
class Course:
    """The state of a run. `clock` aware, `watch` monotonic in seconds; `failures_max` failures in a row end it."""

    store: Store
    transport: Transport
    clock: Callable[[], datetime]
    rng: Random
    sleep: Callable[[float], None]
    watch: Callable[[], float]
    tell: Callable[[Event], None]
    push: bool = True
    failures_max: int = 8

    stopped: Problem | None = None
    failures: int = 0  # in a row
    last_problem: Problem | None = None
    wait: float = 0.0
    waited: float = 0.0
    skip: set[str] = field(default_factory=set)  # names of things left for the next run
    tries: Counter[str] = field(default_factory=Counter)
    notes: list[Problem] = field(default_factory=list)
    count: Counter[str] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)  # of failures

    def __post_init__(self) -> None:
        self.outbox = Outbox(self.store)
        self.beat = self.watch()

    def still_ours(self) -> None:
        """Renew the lease now and then. Raises SyncRunning when another took it over."""
        if self.watch() - self.beat > BEAT_SECONDS:
            self.outbox.renew(self.clock().timestamp())
            self.beat = self.watch()

    def ask(self, question: Callable[[], Reply]) -> Reply | None:
        """A request; None when there was no answer to believe, which is noted."""
        try:
            return question()
        except Problem as problem:
            if problem.waiting_helps:
                self.failed(problem)
            else:
                self.stop(problem)
            return None

    def failed(self, problem: Problem, retry_after: float | None = None) -> None:
        """Something that time may mend."""
        self.failures += 1
        self.last_problem = problem
        self.codes[code_of(problem)] += 1
        self.wait = rules.wait_seconds(self.failures, retry_after, self.rng)
        if retry_after is not None and retry_after > rules.WAIT_SECONDS_MAX:
            self.stopped = problem  # longer than anybody looks at a screen; the next run will see

    def stop(self, problem: Problem) -> None:
        """Something that a person has to see to."""
        self.codes[code_of(problem)] += 1
        self.stopped = problem

    def went_well(self) -> None:
        self.failures = 0
        self.last_problem = None

    def do_wait(self) -> None:
        seconds, self.wait = self.wait, 0.0
        self.tell(Event(Step.WAIT, seconds=seconds, problem=self.last_problem))
        self.count["waits"] += 1
        self.waited += seconds
        self.sleep(seconds)

    def try_again(self, name: str, why: str, what: Mapping[str, str] = AN_ITEM) -> None:
        """One more try for one thing; after TRIES_MAX it waits for the next run, and the others go on (K10)."""
        self.tries[name] += 1
        if self.tries[name] >= TRIES_MAX:
            self.park(name, why, what)

    def park(self, name: str, why: str, what: Mapping[str, str] = AN_ITEM) -> None:
        """This thing needs help; the others go on."""
        self.skip.add(name)
        self.notes.append(NeedsHelp(**what, id=name, why=why))
        self.outbox.trouble([name], why)


def code_of(problem: Problem) -> str:
    """The server's code if it told one, else ours: for people who help, so no text that anybody wrote."""
    told = problem.facts.get("code")
    return told if isinstance(told, str) and CODE.fullmatch(told) else problem.code
