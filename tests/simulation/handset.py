"""An inspector and her phone: the real client over a real store, in a process that is killed again and again.

    python -m tests.simulation.handset '{"home": …, "server": …, "line": …, "username": …, "password": …, "seed": …}'

home: her folder. server: where she signs in (a quiet room). line: the bad network she syncs over.

Until a line `sync` comes on the input she lives one life after another, each in a forked child that dies at a random
instant or lives to its end: signs in, visits, answers, photographs, finishes, syncs. What the phone told her is
finished she writes into a ledger of her own (`home`/ledger). At `sync` she syncs until nothing waits and answers with
one JSON line; at `bye` she ends.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import select
import signal
import sys
import time
import traceback
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import uuid_utils
from PIL import Image

from fieldsync import Engine, sign_in
from fieldsync.errors import (
    AlreadyTold,
    ChecklistMissing,
    NoSuchVisit,
    NotSignedIn,
    NotStarted,
    Problem,
    SignInAgain,
    VisitGone,
)
from fieldsync.store import Store
from fieldsync.transport import Transport
from tests.fieldsync.killed import Instants

HURRY = 60  # she waits a sixtieth of what people in the field would,
WAIT_SECONDS_MAX = 0.25  # and never longer than this
SILENCE_SECONDS_MAX = 2.0  # after which a line is believed to be dead
INSTANTS_MAX = 600
LIFE_SECONDS_MAX = 20.0
QUIET_SECONDS_MAX = 60.0
CLOCK_DAYS_OFF = 3
NOT_NOW = (AlreadyTold, VisitGone, ChecklistMissing, NoSuchVisit, NotStarted)


@dataclass
class Inspector:
    home: Path
    server: str
    line: str
    username: str
    password: str
    seed: str

    def __post_init__(self) -> None:
        self.home = Path(self.home)
        self.store = self.home / "store"
        self.home.mkdir(parents=True, exist_ok=True)
        self.kills = self.lives = 0

    # One process after another

    def until_told(self) -> str:
        """Lives until somebody says something on the input; returns what."""
        while not (said := heard(0)):
            self.lives += 1
            rng = Random(f"{self.seed}/{self.lives}")
            child = os.fork()
            if child == 0:
                self._child(rng)
            self._await(child, rng)
        return said

    def _await(self, child: int, rng: Random) -> None:
        """Let it live for a random while at most; most die by their own instants, or of old age."""
        until = time.monotonic() + (rng.expovariate(1 / 3.0) if rng.random() < 0.3 else LIFE_SECONDS_MAX)
        while True:
            ended, status = os.waitpid(child, os.WNOHANG)
            if ended:
                self.kills += os.WIFSIGNALED(status)
                return
            if time.monotonic() > until or heard(0.01, peek=True):
                os.kill(child, signal.SIGKILL)
                until = float("inf")

    def _child(self, rng: Random) -> None:
        uuid_utils.reseed_rng()
        try:
            self.live(rng, Instants(rng.randint(1, INSTANTS_MAX) if rng.random() < 0.6 else 0))
        except BaseException:
            self.write("diary", trouble=traceback.format_exc())
        os._exit(0)

    # One life

    def live(self, rng: Random, instants: Instants) -> None:
        phone = self.opened(rng)
        instants.watch(phone.store.db._db)
        if rng.random() < 0.5:
            self.synced(phone)
        for visit in self.chosen(phone, rng):
            try:
                self.visits(phone, visit, rng)
            except NOT_NOW as problem:
                self.write("diary", visit=visit, not_now=problem.code)
        self.synced(phone)
        phone.close()

    def opened(self, rng: Random) -> Engine:
        """Her phone; its clock is days off, and by other days every time."""
        try:
            store = Store(self.store)
            token = store.identity().token
        except NotSignedIn:
            self.signs_in()
            store = Store(self.store)
            token = store.identity().token
        transport = Transport(
            self.line,
            token=token,
            silence_seconds_max=SILENCE_SECONDS_MAX,
            connect_seconds_max=SILENCE_SECONDS_MAX,
        )
        off = timedelta(days=rng.uniform(-CLOCK_DAYS_OFF, CLOCK_DAYS_OFF))
        return Engine(
            store,
            transport,
            clock=lambda: datetime.now().astimezone() + off,
            rng=rng,
            sleep=lambda seconds: time.sleep(min(seconds / HURRY, WAIT_SECONDS_MAX)),
        )

    def signs_in(self) -> None:
        until = time.monotonic() + QUIET_SECONDS_MAX
        while True:
            try:
                phone = sign_in(self.home, self.server, self.username, self.password, folder=self.store)
                phone.close()
                return
            except Problem as problem:
                if not problem.waiting_helps or time.monotonic() > until:
                    raise
                time.sleep(0.1)

    def synced(self, phone: Engine) -> Any:
        """One sync; who is asked to sign in again does."""
        try:
            report = phone.sync(failures_max=5)
        except SignInAgain as problem:
            self.write("diary", signs_in=problem.code)
        else:
            problem = report.problem
            notes = [note.code for note in report.notes]
            self.write("diary", done=report.done, problem=problem.code if problem else None, notes=notes)
            if not isinstance(problem, SignInAgain):
                return report
        self.signs_in()
        phone.transport.token = phone.store.identity().token
        return None

    def chosen(self, phone: Engine, rng: Random) -> list[str]:
        """Up to three visits to go on with; what is no longer hers only if she had begun it."""
        open_visits = []
        for listed in phone.visits():
            visit = listed.visit
            may = visit.state in ("assigned", "returned") and visit.removed is None and listed.ready
            if listed.begun or (may and not phone.store.told(visit.id, visit.attempt)):
                open_visits.append(visit.id)
        return rng.sample(open_visits, min(len(open_visits), rng.randint(0, 3)))

    def visits(self, phone: Engine, visit: str, rng: Random) -> None:
        if phone.draft(visit) and rng.random() < 0.1:
            phone.discard(visit)
            return
        if phone.visit(visit).removed is None:
            phone.start(visit)
        items = [item for item in phone.items(visit) if item["type"] == "YN"]
        for item in rng.sample(items, min(3, len(items))):
            phone.answer(visit, item["code"], rng.random() < 0.7, note=f"{rng.random()}")
        for _ in range(rng.randint(0, 3)):
            content = picture(rng)
            photo = phone.add_photo(visit, content, as_is=True)
            self.write("ledger", what="photo", id=photo.id, sha256=hashlib.sha256(content).hexdigest())
        phone.describe(
            visit, narrative=f"Antre {rng.randint(1, 40)} orang, ruang tunggu bersih — ✓", signed=True
        )
        if rng.random() < 0.8:
            self.finishes(phone, visit)

    def finishes(self, phone: Engine, visit: str) -> None:
        receipt = phone.finish(visit)
        text = phone.store.submission_text(receipt.digest) or ""
        self.write(
            "ledger",
            what="finished",
            visit=visit,
            id=receipt.id,
            digest=receipt.digest,
            text=hashlib.sha256(text.encode()).hexdigest(),
            photos=[photo["id"] for photo in json.loads(text)["photos"]],
        )

    def write(self, book: str, **line: Any) -> None:
        """Into one of her books, in one write: a line is there whole or not at all."""
        handle = os.open(self.home / book, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        os.write(handle, (json.dumps({**line, "life": self.lives}) + "\n").encode())
        os.close(handle)

    # The end

    def quiet(self) -> dict[str, Any]:
        """Faults are over: sync until nothing waits."""
        phone = self.opened(Random(self.seed))
        began = time.monotonic()
        syncs = 0
        try:
            while time.monotonic() < began + QUIET_SECONDS_MAX:
                syncs += 1
                report = self.synced(phone)
                if report and report.done and not report.notes:
                    break
        finally:
            phone.close()
        words = report.words() if report else ["signed in again and again"]
        done = bool(report and report.done)
        return {"done": done, "syncs": syncs, "words": words, "lives": self.lives, "kills": self.kills}


def picture(rng: Random, side: int = 0) -> bytes:
    """A JPEG of noise of which there is only one: about 0.6 bytes a pixel; between 2 and 56 KB by chance."""
    side = side or rng.randint(60, 300)
    out = io.BytesIO()
    Image.frombytes("RGB", (side, side), rng.randbytes(side * side * 3)).save(out, "JPEG", quality=75)
    return out.getvalue()


waiting = b""


def heard(seconds: float, *, peek: bool = False) -> str:
    """The next word on the input, if it comes within some seconds; "bye" at its end."""
    global waiting
    if b"\n" not in waiting and select.select([0], [], [], seconds)[0]:
        waiting += os.read(0, 4096) or b"bye\n"
    if b"\n" not in waiting:
        return ""
    word, _, rest = waiting.partition(b"\n")
    waiting = waiting if peek else rest
    return word.decode()


def main(told: str) -> None:
    inspector = Inspector(**json.loads(told))
    word = inspector.until_told()
    while word != "bye":
        sys.stdout.write(json.dumps(inspector.quiet()) + "\n")
        sys.stdout.flush()
        while not (word := heard(1.0)):
            pass


if __name__ == "__main__":
    main(sys.argv[1])
