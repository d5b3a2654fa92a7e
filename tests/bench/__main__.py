"""python -m tests.bench [--quick] [--only SECTION]: what this machine does, beside what we promise and others do.

Nothing is asserted about speed; the exit code says whether something was lost. A section runs in a process of its
own, in a temporary folder. Set DATABASE_URL to measure on a PostgreSQL of your own, on this machine.
"""

from __future__ import annotations

import argparse
import os
import platform
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SECTIONS = {
    "server": "Visits and photos on PostgreSQL, server as deployed, durable before the answer, put-off work counted",
    "traffic": "Bytes of the field client, against the server as deployed",
    "slow": "200 slow phones at once",
    "numbers": "Scores, figures and exports, SQLite",
    "console": "Pages of the console and of results, PostgreSQL, server as deployed, few and many visits",
    "phone": "The phone app in Chromium, four times slowed down, and a peer's web form",
}
TOGETHER = (
    ("server", "traffic", "slow"),
    ("numbers",),
    ("console",),
    ("phone",),
)  # in one process, over one database


def main() -> int:
    words = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    words.add_argument("--quick", action="store_true", help="a small part of everything, in a minute")
    words.add_argument("--only", choices=SECTIONS, action="append", help="only this section")
    words.add_argument("--verbose", action="store_true", help="every single run")
    words.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    asked = words.parse_args()
    wanted = asked.only or list(SECTIONS)
    signal.signal(
        signal.SIGTERM, lambda *_: sys.exit(143)
    )  # what was started is stopped, what was made removed
    if asked.here:
        return run(wanted, quick=asked.quick, verbose=asked.verbose)
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, {platform.platform()}", flush=True)
    began, trouble = time.monotonic(), 0
    for group in TOGETHER:
        only = [word for name in group if name in wanted for word in ("--only", name)]
        if only:
            flags = [word for word, said in (("--quick", asked.quick), ("--verbose", asked.verbose)) if said]
            trouble |= in_a_process(["--here", *only, *flags])
    print(f"\n{time.monotonic() - began:.0f} s in all")
    return trouble


def in_a_process(words: list[str]) -> int:
    """The exit code. When this process is told to end, so is the other, and both take their time."""
    process = subprocess.Popen([sys.executable, "-m", "tests.bench", *words])
    try:
        return process.wait()
    except KeyboardInterrupt:  # it was told as well
        return 130
    except SystemExit:
        process.terminate()
        raise
    finally:
        process.wait()


def run(wanted: list[str], *, quick: bool, verbose: bool) -> int:
    with tempfile.TemporaryDirectory(prefix="samar-bench-") as place:
        if wanted == ["numbers"]:
            print(f"\n{SECTIONS['numbers']}\n", flush=True)
            numbers(Path(place), visits=500 if quick else 10_000, pushes=40 if quick else 400)
            return 0
        if wanted == ["phone"]:
            os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.settings")
            import django

            django.setup()
            from tests.bench.phone_app import measuring

            print(f"\n{SECTIONS['phone']}\n", flush=True)
            measuring.measure(Path(place), quick=quick)
            return 0
        return as_deployed(Path(place), wanted, quick=quick, verbose=verbose)


def as_deployed(folder: Path, wanted: list[str], *, quick: bool, verbose: bool) -> int:
    from tests.bench import stack

    kept = True
    with stack.durable_database() as database:
        stack.enter(folder, database)
        from tests.bench import desks, rounds, traffic, trickling

        with stack.serving(folder) as ours:
            for name in wanted:
                print(f"\n{SECTIONS[name]}\n", flush=True)
                if name == "server":
                    with stack.serving_floor(folder) as floor:
                        size = rounds.QUICK if quick else rounds.WHOLE
                        kept = rounds.measure(ours, floor, size, verbose=verbose)
                elif name == "console":
                    desks.measure(ours, quick=quick)
                elif name == "traffic":
                    traffic.traffic(ours, folder, visits=2 if quick else 6)
                else:
                    trickling.trickling(ours, folder, seconds=12 if quick else 30)
    return 0 if kept else 1


def numbers(folder: Path, *, visits: int, pushes: int) -> None:
    from tests.bench import stack

    stack.enter(folder, "")
    from tests import world
    from tests.bench import doors, filling, numbers
    from tests.bench.measuring import say, seconds
    from tests.journeys.server import Server

    people = filling.cast()
    say(f"filling the database, {visits:,} visits", f"{seconds(lambda: filling.fill(people, visits)):.1f} s")
    numbers.scoring(visits)
    numbers.aggregating(people["mira"], visits)
    server = Server(folder)
    server.start()
    try:
        doors.exporting(server, people["mira"], world.programme().pk, numbers.PERIOD, visits)
        doors.pushing(server, people["sari"], pushes)
    finally:
        server.stop()


if __name__ == "__main__":
    sys.exit(main())
