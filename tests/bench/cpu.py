"""CPU seconds of whole process trees, and how quiet the machine was, as the kernel counts them (Linux)."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

TICKS_A_SECOND = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100
SELF = "generator"


@dataclass(frozen=True)
class Used:
    """CPU seconds of each tree between two looks; `others` = cores used by anybody else meanwhile."""

    seconds: Mapping[str, float]
    wall: float
    others: float

    @property
    def served(self) -> float:
        """Everything but the generator: server, worker and database."""
        return sum(seconds for name, seconds in self.seconds.items() if name != SELF)


class Meter:
    """Looks at trees by their roots: {"server": pid, "database": pid}. This process is the generator."""

    def __init__(self, roots: Mapping[str, int]) -> None:
        self.roots = {**roots, SELF: os.getpid()}
        self.began = self._look()

    def used(self) -> Used:
        """Since this meter was made."""
        (at, busy, before), (now, busy_now, after) = self.began, self._look()
        seconds = {name: after[name] - before[name] for name in self.roots}
        wall = max(now - at, 1e-9)
        return Used(seconds, wall, max(0.0, busy_now - busy - sum(seconds.values())) / wall)

    def _look(self) -> tuple[float, float, dict[str, float]]:
        children = children_of_all()
        claimed = set(self.roots.values())
        trees = {name: tree_seconds(pid, children, claimed - {pid}) for name, pid in self.roots.items()}
        return time.perf_counter(), machine_seconds(), trees


def tree_seconds(root: int, children: Mapping[int, list[int]], without: set[int]) -> float:
    """Of a process and all below it, those that have ended included: a parent inherits the time of a child it has
    waited for. Trees of `without` are counted elsewhere."""
    total, waiting = 0.0, [root]
    while waiting:
        pid = waiting.pop()
        fields = stat_of(pid)
        total += sum(int(ticks) for ticks in fields[11:15]) / TICKS_A_SECOND if fields else 0
        waiting.extend(child for child in children.get(pid, []) if child not in without)
    return total


def tree_of(root: int) -> list[int]:
    children, found, waiting = children_of_all(), [], [root]
    while waiting:
        found.append(waiting.pop())
        waiting.extend(children.get(found[-1], []))
    return found


def private_mib(root: int) -> float:
    """Resident memory of a tree that it shares with nobody else."""
    total = 0
    for pid in tree_of(root):
        try:
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        total += sum(int(line.split()[1]) for line in lines if line.startswith("Private_"))
    return total / 1024


def children_of_all() -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for entry in os.scandir("/proc"):
        if entry.name.isdecimal() and (fields := stat_of(int(entry.name))):
            found.setdefault(int(fields[1]), []).append(int(entry.name))
    return found


def stat_of(pid: int) -> list[str]:
    """The fields after the command's name: state, parent, ...; empty when the process has gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def machine_seconds() -> float:
    """Busy seconds of all cores since boot, without what the hypervisor took."""
    user, nice, system, _idle, _iowait, irq, softirq = Path("/proc/stat").read_text().split()[1:8]
    return sum(map(int, (user, nice, system, irq, softirq))) / TICKS_A_SECOND
