"""A load: clients that send turns, in a closed loop or by a timetable, and what serving them cost."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from tests.bench.cpu import SELF, Meter, Used, private_mib
from tests.bench.measuring import quantile
from tests.bench.wire import Line

LOOK_EVERY_SECONDS = 0.25

Act = Callable[[Line, Any], None]


@dataclass
class Run:
    """One run. `latencies`: seconds of each turn, from when it was due, or from when its client was free.
    `lost`: what was answered as kept and is not there."""

    name: str
    visits: int
    payload: int
    latencies: list[float]
    seconds: float
    used: Used
    sent: int
    received: int
    peak_mib: float
    lost: list[str] = field(default_factory=list)

    @property
    def a_core_second(self) -> float:
        return self.visits / max(self.used.served, 1e-9)

    @property
    def megabytes_a_second(self) -> float:
        return self.payload / self.seconds / 1e6

    def per_thousand(self, *names: str) -> float:
        """CPU seconds for 1,000 visits."""
        return sum(self.used.seconds.get(name, 0) for name in names) / self.visits * 1000

    def ms(self, share: float) -> float:
        return quantile(self.latencies, share) * 1000


class Pace:
    """When a turn is due: at once, or by a fixed timetable that waits for nobody."""

    def __init__(self, rate: float | None) -> None:
        self.rate, self.numbers, self.began = rate, count(), 0.0

    def begin(self) -> None:
        self.began = time.perf_counter()

    def next(self) -> float:
        now = time.perf_counter()
        if self.rate is None:
            return now
        due = self.began + next(self.numbers) / self.rate
        if due > now:
            time.sleep(due - now)
        return due


class Client(threading.Thread):
    """One kept connection that sends its turns one after the other."""

    def __init__(self, address: str, turns: Sequence[Any], act: Act, pace: Pace) -> None:
        super().__init__(daemon=True)
        self.line, self.turns, self.act, self.pace = Line(address), turns, act, pace
        self.latencies: list[float] = []
        self.trouble: BaseException | None = None

    def run(self) -> None:
        try:
            for turn in self.turns:
                due = self.pace.next()
                self.act(self.line, turn)
                self.latencies.append(time.perf_counter() - due)
        except BaseException as trouble:
            self.trouble = trouble
        finally:
            self.line.close()


class Peak(threading.Thread):
    """The most private memory of a tree, looked at now and then."""

    def __init__(self, root: int) -> None:
        super().__init__(daemon=True)
        self.root, self.most, self.ended = root, private_mib(root), threading.Event()

    def run(self) -> None:
        while not self.ended.wait(LOOK_EVERY_SECONDS):
            self.most = max(self.most, private_mib(self.root))

    def stop(self) -> float:
        self.ended.set()
        self.join()
        return self.most


def drive(
    name: str,
    address: str,
    roots: dict[str, int],
    turns: Iterable[Sequence[Any]],
    act: Act,
    *,
    visits: int,
    payload: int,
    rate: float | None = None,
    settle: Callable[[], None] = lambda: None,
) -> Run:
    """Send every client's turns. The clock stops with the last answer, the CPU is counted until all has settled."""
    pace = Pace(rate)
    clients = [Client(address, mine, act, pace) for mine in turns]
    peak, meter = Peak(roots["server"]), Meter(roots)
    peak.start()
    pace.begin()
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    took = time.perf_counter() - pace.began
    settle()
    used = meter.used()
    for client in clients:
        if client.trouble:
            raise client.trouble
    return Run(
        name=name,
        visits=visits,
        payload=payload,
        latencies=[latency for client in clients for latency in client.latencies],
        seconds=took,
        used=used,
        sent=sum(client.line.sent for client in clients),
        received=sum(client.line.received for client in clients),
        peak_mib=peak.stop(),
    )


def in_words(run: Run) -> str:
    """Everything a run has to tell, for whoever looks for the reason."""
    cpu = [f"{run.per_thousand(name):.2f} {name}" for name in run.used.seconds if name != SELF]
    return (
        f"{run.name}: {run.visits} visits in {run.seconds:.1f} s = {run.visits / run.seconds:.0f}/s, "
        f"{run.megabytes_a_second:.1f} MB/s\n"
        f"  {run.a_core_second:.0f} visits a core-second; CPU s/1000 visits "
        f"{run.used.served / run.visits * 1000:.2f} = {' + '.join(cpu)}\n"
        f"  p50 {run.ms(0.5):.1f}  p95 {run.ms(0.95):.1f}  p99 {run.ms(0.99):.1f} ms; "
        f"{run.sent / run.visits:.0f} bytes sent, {run.received / run.visits:.0f} received a visit; "
        f"server {run.peak_mib:.0f} MiB\n"
        f"  generator {run.per_thousand(SELF):.2f} s/1000; others {run.used.others:.2f} cores; lost {len(run.lost)}"
    )
