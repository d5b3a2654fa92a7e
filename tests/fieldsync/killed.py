"""Sari's afternoon in a process that is killed at its nth instant: before every statement of the database, every
fsync and every rename. Run by test_crash.py; forks a child a kill, from a parent without threads.

    python -m tests.fieldsync.killed HOME PHOTO VISIT:INSTANT VISIT:INSTANT …

An instant of 0 kills nobody, and says at which instants something was committed. What the child believes to be done it
writes to standard output, a line each.
"""

import json
import os
import signal
import sys
import traceback
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import uuid_utils

from fieldsync import Budget, open_engine


def afternoon(home: Path, photo: bytes, visit: str, instants: Callable[[Any], None]) -> None:
    export = home / "unsent.zip"
    if export.exists() and not is_whole(export):
        believe("torn", visit)
    phone = open_engine(home)
    instants(phone.store.db._db)
    phone.sleep = lambda seconds: None
    receipt = phone.store.told(visit, 1)
    if receipt is None:
        others = [] if phone.draft(visit) else phone.drafts_elsewhere(visit)
        if others:
            phone.continue_here(visit, others[0].device)
            believe("continued", visit)
        phone.start(visit)
        if "A4" not in phone.draft(visit).fields["answers"]:
            phone.answer(visit, "A4", 5)
            believe("answered", visit)
        if not phone.draft(visit).fields["photos"]:
            phone.add_photo(visit, photo, item="A1", as_is=True)
            believe("photographed", visit)
        receipt = phone.finish(visit)
        believe("finished", visit, receipt.id, receipt.digest)
    phone.export_unsent(export)
    believe("exported", visit)
    report = phone.sync(budget=Budget(bytes_a_day=10**9))
    if report.done:
        believe("sent", visit)
    phone.close()


def is_whole(export: Path) -> bool:
    try:
        with zipfile.ZipFile(export) as file:
            return file.testzip() is None and bool(json.loads(file.read("unsent.json")))
    except (zipfile.BadZipFile, KeyError, ValueError):
        return False


def believe(*words: str) -> None:
    os.write(1, (" ".join(words) + "\n").encode())


class Instants:
    def __init__(self, fatal: int) -> None:
        self.fatal, self.count = fatal, 0
        self.commits: list[int] = []

    def __call__(self, *what: object) -> None:
        self.count += 1
        if what == ("COMMIT",):
            self.commits.append(self.count)
        if self.count == self.fatal:
            os.kill(os.getpid(), signal.SIGKILL)

    def watch(self, database: Any) -> None:
        database.set_trace_callback(self)
        for name in ("fsync", "replace", "unlink"):
            setattr(os, name, self.before(getattr(os, name)))

    def before(self, act: Callable[..., Any]) -> Callable[..., Any]:
        def acted(*arguments: Any, **named: Any) -> Any:
            self()
            return act(*arguments, **named)

        return acted


def main(home: str, photo: str, *plan: str) -> None:
    content = Path(photo).read_bytes()
    for visit, _, instant in (each.partition(":") for each in plan):
        child = os.fork()
        if child == 0:
            uuid_utils.reseed_rng()
            try:
                instants = Instants(int(instant))
                afternoon(Path(home), content, visit, instants.watch)
                believe("ended", visit, str(instants.count), *map(str, instants.commits))
            except BaseException:
                traceback.print_exc()
            os._exit(0)
        os.waitpid(child, 0)


if __name__ == "__main__":
    main(*sys.argv[1:])
