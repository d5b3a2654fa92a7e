"""Sari's afternoon in a process that is killed at its nth instant: before every statement of the database, every
fsync and every rename. Run by test_crash.py; forks a child a kill, from a parent without threads.

    python -m tests.fieldsync.killed HOME PHOTO VISIT:INSTANT VISIT:INSTANT …

An instant of 0 kills nobody. What the child believes to be done it writes to standard output, a line each.
"""

import os
import signal
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import uuid_utils

from fieldsync import open_engine


def afternoon(home: Path, photo: bytes, visit: str, instants: Callable[[Any], None]) -> None:
    phone = open_engine(home)
    instants(phone.store.db._db)
    phone.sleep = lambda seconds: None
    receipt = phone.store.told(visit, 1)
    if receipt is None:
        phone.start(visit)
        if not phone.draft(visit).fields["answers"]:
            phone.answer(visit, "A4", 5)
            believe("answered", visit)
        if not phone.draft(visit).fields["photos"]:
            phone.add_photo(visit, photo, item="A1", as_is=True)
            believe("photographed", visit)
        receipt = phone.finish(visit)
        believe("finished", visit, receipt.id, receipt.digest)
    report = phone.sync()
    if report.done:
        believe("sent", visit)
    phone.close()


def believe(*words: str) -> None:
    os.write(1, (" ".join(words) + "\n").encode())


class Instants:
    def __init__(self, fatal: int) -> None:
        self.fatal, self.count = fatal, 0

    def __call__(self, *_: object) -> None:
        self.count += 1
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
                believe("ended", visit, str(instants.count))
            except BaseException:
                traceback.print_exc()
            os._exit(0)
        os.waitpid(child, 0)


if __name__ == "__main__":
    main(*sys.argv[1:])
