"""A server that dies at its nth instant: before and after every commit, write, save and removal, before every fsync,
rename and unlink. Run by test_failpoints.py; a child is forked for every life, from a parent without threads.

    python -m tests.simulation.killed PORT         then one JSON object a line on standard input, and one back

{"do": "arm", "fatal": n}       count from zero again, in whichever child; the nth instant is fatal (0: none)
{"do": "serve"}                 serve on PORT until "stop", or until death
{"do": "stop"}                  {"instants": counted so far}
{"do": "call", "deed": …, …}    a function below, in a child of its own: {"died": true} or {"result": …}
The product knows nothing of this: only the process that runs this file is wrapped.
"""

import json
import mmap
import os
import signal
import struct
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from threading import Lock
from typing import Any

import django

DIED = 9
COUNT, FATAL = 0, 8  # where in the shared page


class Instants:
    """Counted together by parent and children, in memory they share."""

    def __init__(self) -> None:
        self.page, self.lock = mmap.mmap(-1, 16), Lock()

    def read(self, at: int) -> int:
        return int(struct.unpack_from("q", self.page, at)[0])

    def write(self, at: int, value: int) -> None:
        struct.pack_into("q", self.page, at, value)

    def __call__(self) -> None:
        with self.lock:
            self.write(COUNT, self.read(COUNT) + 1)
            if self.read(COUNT) == self.read(FATAL):
                os._exit(DIED)

    def before(self, owner: Any, name: str, when: Callable[..., bool] = lambda *_, **__: True) -> None:
        self._wrap(owner, name, after=False, when=when)

    def around(self, owner: Any, name: str) -> None:
        self._wrap(owner, name, after=True, when=lambda *_, **__: True)

    def _wrap(self, owner: Any, name: str, *, after: bool, when: Callable[..., bool]) -> None:
        act = getattr(owner, name)

        def acted(*arguments: Any, **named: Any) -> Any:
            fatal = when(*arguments, **named)
            if fatal:
                self()
            result = act(*arguments, **named)
            if fatal and after:
                self()
            return result

        setattr(owner, name, acted)


instants = Instants()


def writes(cursor: Any, sql: Any, *_: Any, **__: Any) -> bool:
    return not str(sql).lstrip().upper().startswith(("SELECT", "SAVEPOINT", "RELEASE", "SET", "PRAGMA"))


def be_mortal() -> None:
    """Wrap everything that makes something last."""
    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.backends.utils import CursorWrapper

    from backend.evidence import storage
    from backend.statements import running

    instants.around(BaseDatabaseWrapper, "_commit")
    instants.before(CursorWrapper, "_execute", when=lambda _, sql, *more: writes(None, sql))
    instants.before(running, "_executed", when=lambda sql, *more: writes(None, sql))
    for name in ("keep", "remove"):
        instants.around(storage, name)
    for name in ("fsync", "rename", "replace", "unlink", "remove"):
        instants.before(os, name)


# What the test asks for besides serving: `enroll` and `look` are no part of the story, the others may die


def enroll(name: str) -> dict[str, Any]:
    """An inspector with a device, and an order: not armed, for it is before the story."""
    from backend.people.models import User
    from backend.people.rules import Role
    from tests import world

    if not User.objects.filter(username="budi").exists():
        world.person("budi", Role.COORDINATOR, regions=("63",))
    sari = world.person(name, Role.INSPECTOR)
    order = world.order(sari, at=world.unit(f"U-{name}"))
    who = {"user": str(sari.id), "device": str(sari.device.pk), "token": sari.token, "name": name}
    return {**who, "visit": str(order.pk)}


def send_back(visit: str) -> None:
    """The coordinator asks for a correction of whatever attempt is under review."""
    from uuid import UUID, uuid5

    from backend.people.models import User
    from backend.review.actions import decide
    from backend.review.rules import Judgement, Verdict
    from backend.visits.models import Visit

    told = Visit.objects.get(pk=visit)
    if told.state == "submitted" and told.attempt == 1:
        judgement = Judgement(Verdict.RETURNED, note="Foto kurang jelas.")
        by = User.objects.get(username="budi")
        decide(UUID(visit), judgement, decision=uuid5(UUID(visit), "1"), attempt=1, by=by)


def sweep_later() -> None:
    """The sweeper comes after a hundred days."""
    import time_machine

    from backend.core.clock import now
    from backend.evidence.sweeping import sweep

    with time_machine.travel(now() + timedelta(days=100), tick=True):
        while sweep():
            pass


def back_up(to: str) -> None:
    """Of SQLite ours; PostgreSQL is copied by other tools between the two."""
    from django.db import connection

    from backend.backups.actions import begin, complete
    from backend.backups.taking import take_backup

    if connection.vendor == "sqlite":
        take_backup(Path(to), tell=lambda step, done, total: None)
    else:
        complete(begin().name)


def look(aged: bool = False) -> dict[str, Any]:
    from tests.simulation import server_side

    return {"violations": list(server_side.violations(aged=aged)), **server_side.inventory()}


ARMED = {deed.__name__: deed for deed in (send_back, sweep_later, back_up)}
QUIET = {deed.__name__: deed for deed in (enroll, look)}


def serve(port: int, ready: int) -> None:
    """Until SIGTERM; a byte on `ready` says that it listens."""
    import waitress

    from backend.wsgi import application

    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    be_mortal()
    server = waitress.create_server(application, host="127.0.0.1", port=port, threads=4)
    os.write(ready, b"!")
    server.run()


class Parent:
    """Forks one child after another, and never touches the database itself."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.child = 0

    def arm(self, fatal: int) -> dict[str, Any]:
        instants.write(COUNT, 0)
        instants.write(FATAL, fatal)
        return {}

    def serve(self) -> dict[str, Any]:
        reading, writing = os.pipe()
        self.child = forked(lambda: serve(self.port, writing))
        os.close(writing)
        up = os.read(reading, 1) == b"!"
        os.close(reading)
        return {"up": up}

    def stop(self) -> dict[str, Any]:
        if self.child:
            with suppress(ProcessLookupError):
                os.kill(self.child, signal.SIGTERM)
            os.waitpid(self.child, 0)
            self.child = 0
        return {"instants": instants.read(COUNT)}

    def alive(self) -> dict[str, Any]:
        if self.child and os.waitpid(self.child, os.WNOHANG)[0]:
            self.child = 0
        return {"alive": bool(self.child)}

    def call(self, deed: str, **named: Any) -> dict[str, Any]:
        reading, writing = os.pipe()

        def act() -> None:
            if deed in ARMED:
                be_mortal()
            result = {**ARMED, **QUIET}[deed](**named)
            with os.fdopen(writing, "w") as out:
                json.dump({"result": result}, out)

        child = forked(act)
        os.close(writing)
        with os.fdopen(reading) as heard:
            said = heard.read()
        _, status = os.waitpid(child, 0)
        died = os.WIFEXITED(status) and os.WEXITSTATUS(status) == DIED
        return {"died": True} if died else dict(json.loads(said or '{"trouble": "see standard error"}'))


def forked(act: Callable[[], None]) -> int:
    child = os.fork()
    if child:
        return child
    try:
        import uuid_utils

        uuid_utils.reseed_rng()
        act()
        os._exit(0)
    except BaseException:
        traceback.print_exc()
        os._exit(1)


def load_everything() -> None:
    """Once, for all children."""
    import time_machine  # noqa: F401
    import waitress  # noqa: F401
    from django.urls import get_resolver

    from backend import wsgi  # noqa: F401
    from backend.backups import taking  # noqa: F401
    from backend.checklists.actions import _builtin_text
    from tests import world
    from tests.simulation import server_side  # noqa: F401

    assert get_resolver().url_patterns
    assert world.hashed_password()
    assert _builtin_text()


def main(port: str) -> None:
    django.setup()
    load_everything()
    parent = Parent(int(port))
    try:
        for line in sys.stdin:
            said = json.loads(line)
            told = getattr(parent, said.pop("do"))(**said)
            sys.stdout.write(json.dumps(told) + "\n")
            sys.stdout.flush()
    finally:
        parent.stop()


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.settings")
    main(*sys.argv[1:])
