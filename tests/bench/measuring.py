"""A stopwatch, and the memory of a process as the kernel counts it."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from statistics import median
from typing import Any


def seconds(work: Callable[[], Any]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def middle(times: list[float]) -> float:
    return median(times)


def tail(times: list[float]) -> float:
    """The 99th percentile."""
    return quantile(times, 0.99)


def quantile(times: list[float], share: float) -> float:
    return sorted(times)[min(len(times) - 1, int(len(times) * share))]


def forget_peak(pid: int) -> None:
    """Let VmHWM begin anew."""
    with suppress(OSError):
        Path(f"/proc/{pid}/clear_refs").write_text("5")


def memory_mib(pid: int, what: str = "VmRSS") -> float | None:
    """VmRSS (now) or VmHWM (the most so far), in MiB; None where there is no /proc."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return None
    found = re.search(rf"^{what}:\s+(\d+) kB", status, re.MULTILINE)
    return int(found[1]) / 1024 if found else None


def say_growth(what: str, pid: int, before: float | None) -> None:
    """How far the peak since `forget_peak` lies above what was used before; nothing where nobody counts."""
    most = memory_mib(pid, "VmHWM")
    if before is not None and most is not None:
        say(what, f"{max(0.0, most - before):.0f} MiB", f"from {before:.0f} MiB")


def say(what: str, figure: str, beside: str = "") -> None:
    print(f"  {what:<46}{figure:>13}   {beside}".rstrip(), flush=True)


def ms(duration: float) -> str:
    return f"{duration * 1000:.2f} ms"
