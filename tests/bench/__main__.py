"""python -m tests.bench [--quick]: what this machine does, as figures and ratios. Nothing is asserted about speed.

Everything happens in a temporary folder with an SQLite database of its own.
"""

import argparse
import os
import platform
import tempfile
from io import StringIO
from pathlib import Path


def main() -> None:
    asked = argparse.ArgumentParser(prog="python -m tests.bench")
    asked.add_argument("--quick", action="store_true", help="a twentieth of everything")
    quick = asked.parse_args().quick
    with tempfile.TemporaryDirectory(prefix="samar-bench-") as folder:
        os.environ.update(
            DJANGO_SETTINGS_MODULE="backend.settings",
            SAMAR_VAR=folder,
            MEDIA_ROOT=f"{folder}/media",
            DATABASE_URL="",
        )
        measure(Path(folder), visits=500 if quick else 10_000, pushes=40 if quick else 400)


def measure(folder: Path, *, visits: int, pushes: int) -> None:
    import django

    django.setup()
    from django.core.management import call_command

    from tests import world
    from tests.bench import doors, filling, numbers
    from tests.bench.measuring import say, seconds
    from tests.journeys.server import Server

    print(
        f"Python {platform.python_version()}, {os.cpu_count()} cores, SQLite; {visits:,} visits, {pushes} pushes\n"
    )
    call_command("setup", stdout=StringIO())
    people = filling.cast()
    say("filling the database", f"{seconds(lambda: filling.fill(people, visits)):.1f} s")
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
    main()
