"""Real phones and the real server in one process: the field client's own engine, the server's own views, and between
them a line that loses, repeats, cuts and delays whatever it likes."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from pathlib import Path
from random import Random

import httpx
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from backend.wsgi import application
from fieldsync import Engine
from fieldsync.store import Identity, Listed, Store
from fieldsync.transport import Transport
from fieldsync.wire import uuid7
from tests.simulation import server_side
from tests.simulation.invariants import Seen, check_phones
from tests.simulation.machine import VISITS_MAX, someone, which
from tests.simulation.papers import picture
from tests.simulation.real import RealServer

SERVER = "http://127.0.0.1"
WITA = timezone(timedelta(hours=8))
FAULTS = ("fine", "fine", "lost", "unheard", "twice", "late", "cut", "portal", "busy")
QUIET_SYNCS = 4
ending = st.sampled_from(["open", "told", "told", "thrown"])
faulty = st.lists(st.sampled_from(FAULTS), max_size=6)


@contextmanager
def connections_left_open() -> Iterator[None]:
    """As Django's own test client does it: the database connection is the test's, with its transaction."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    try:
        yield
    finally:
        for signal in signals:
            signal.connect(close_old_connections)


class Line(httpx.BaseTransport):
    """The network of one phone. `faults` are used up, one a request; then everything is fine."""

    def __init__(self) -> None:
        self.server = httpx.WSGITransport(app=application, raise_app_exceptions=True)
        self.faults: list[str] = []
        self.earlier: httpx.Request | None = None
        self.answers: list[httpx.Response] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        fault = self.faults.pop(0) if self.faults else "fine"
        answer: httpx.Response = getattr(self, fault)(request)
        self.earlier = request
        return answer

    def fine(self, request: httpx.Request) -> httpx.Response:
        with connections_left_open():
            answer = self.server.handle_request(request)
            answer.read()
        assert answer.status_code != 500, answer.content[:500]
        self.answers.append(answer)
        return answer

    def lost(self, request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("lost", request=request)

    def unheard(self, request: httpx.Request) -> httpx.Response:
        self.fine(request)
        raise httpx.ReadError("unheard", request=request)

    def twice(self, request: httpx.Request) -> httpx.Response:
        self.fine(request)
        return self.fine(request)

    def late(self, request: httpx.Request) -> httpx.Response:
        """The request before this one arrives once more, out of its turn."""
        if self.earlier is not None:
            self.fine(self.earlier)
        return self.fine(request)

    def cut(self, request: httpx.Request) -> httpx.Response:
        """Of a photo's piece half arrives; anything else is lost."""
        if request.method != "PATCH":
            return self.lost(request)
        headers = {name: value for name, value in request.headers.items() if name != "content-length"}
        half = request.content[: len(request.content) // 2]
        self.fine(httpx.Request("PATCH", request.url, headers=headers, content=half))
        raise httpx.ReadError("cut", request=request)

    def portal(self, request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, text="<html>Selamat datang di hotel</html>", request=request)

    def busy(self, request: httpx.Request) -> httpx.Response:
        return httpx.Response(503, headers={"Sync-Protocol": "1", "Retry-After": "1"}, request=request)


class Carried:
    """A real phone in somebody's hand."""

    def __init__(self, folder: Path, server: RealServer, user: str) -> None:
        self.folder, self.user = folder, user
        self.device, self.line = uuid7(), Line()
        self.token = server.enroll(self.device, user)
        store = Store.create(folder)
        owner = server.people[user].user
        who = Identity(self.device, SERVER, str(owner.pk), owner.username, owner.name, self.token)
        store.sign_in(who)
        transport = Transport(SERVER, token=self.token)
        transport._http.close()
        transport._http = httpx.Client(transport=self.line, base_url=SERVER)
        self.days_off = 0.0
        self.engine = Engine(store, transport, clock=self.clock, rng=Random(7), sleep=lambda seconds: None)

    def clock(self) -> datetime:
        return datetime.now(WITA) + timedelta(days=self.days_off)


class EngineHistories(RuleBasedStateMachine):
    """Two phones of Sari, one of Rina; what must hold is checked on their stores and in the server's rows."""

    def make_server(self) -> RealServer:
        return RealServer()

    @initialize()
    def begin(self) -> None:
        self.server = self.make_server()
        self.home = Path(tempfile.mkdtemp(prefix="samar-engines-"))
        self.phones: list[Carried] = []
        self.visits: list[str] = []
        self.pictures = 0
        for user in ("sari", "sari", "rina"):
            self.unpack_a_phone(user)
        for user in ("sari", "sari", "sari", "rina"):
            self.make_order(user)
        for phone in self.phones:
            phone.engine.sync()

    def unpack_a_phone(self, user: str) -> None:
        self.phones.append(Carried(self.home / uuid7(), self.server, user))

    def phone(self, n: int) -> Carried:
        return self.phones[n % len(self.phones)]

    # The coordinator

    @rule(user=someone)
    def make_order(self, user: str) -> None:
        if len(self.visits) < VISITS_MAX:
            self.visits.append(uuid7())
            self.server.give(self.visits[-1], user)

    @rule(n=which, user=someone)
    def give_to(self, n: int, user: str) -> None:
        self.server.give(self.visits[n % len(self.visits)], user)

    @rule(n=which)
    def cancel(self, n: int) -> None:
        if n % 5 == 0:
            self.server.cancel(self.visits[n % len(self.visits)])

    @rule(n=which)
    def send_back(self, n: int) -> None:
        self.server.send_back(self.visits[n % len(self.visits)])

    @rule(n=which)
    def undo_return(self, n: int) -> None:
        self.server.undo_return(self.visits[n % len(self.visits)])

    @rule(n=which)
    def take_what_came_late(self, n: int) -> None:
        self.server.take(self.visits[n % len(self.visits)])

    # The inspector

    @rule(p=which, n=which, photos=st.integers(0, 2), ends=ending)
    def visit(self, p: int, n: int, photos: int, ends: str) -> None:
        engine = self.phone(p).engine
        listed = [one.visit.id for one in engine.visits() if may_be_made(one)]
        if not listed:
            return
        visit = listed[n % len(listed)]
        engine.start(visit)
        engine.describe(visit, narrative=f"catatan {n}")
        for _ in range(photos):
            self.pictures += 1
            engine.add_photo(visit, picture(self.pictures), as_is=True)
        if ends == "told":
            engine.finish(visit)
        elif ends == "thrown":
            engine.discard(visit)

    @rule(p=which, n=which, photos=st.integers(0, 2), ends=ending, faults=faulty)
    def day(self, p: int, n: int, photos: int, ends: str, faults: list[str]) -> None:
        """A visit, and what the network makes of it."""
        self.visit(p=p, n=n, photos=photos, ends=ends)
        self.sync(p=p, faults=faults)

    @rule(p=which, n=which, photos=st.integers(0, 2), faults=faulty)
    def correction(self, p: int, n: int, photos: int, faults: list[str]) -> None:
        """Told, sent back, corrected."""
        self.day(p=p, n=n, photos=photos, ends="told", faults=[])
        for visit in self.visits:
            self.server.send_back(visit)
        self.sync(p=p, faults=faults)
        self.day(p=p, n=n, photos=photos, ends="told", faults=faults)

    @rule(p=which, n=which, photos=st.integers(0, 2), faults=faulty)
    def correction_of_an_undone_return(self, p: int, n: int, photos: int, faults: list[str]) -> None:
        """Told, sent back, begun to correct; then the return is undone, and what she finishes comes late."""
        self.day(p=p, n=n, photos=photos, ends="told", faults=[])
        for visit in self.visits:
            self.server.send_back(visit)
        self.sync(p=p, faults=[])
        self.visit(p=p, n=n, photos=photos, ends="told")
        for visit in self.visits:
            self.server.undo_return(visit)
        self.sync(p=p, faults=faults)

    @rule(p=which, days=st.sampled_from([-3.0, 0.0, 0.1, 3.0]))
    def phone_clock_jumps(self, p: int, days: float) -> None:
        self.phone(p).days_off = days

    # The network

    @rule(p=which, faults=faulty)
    def sync(self, p: int, faults: list[str]) -> None:
        phone = self.phone(p)
        phone.line.faults = list(faults)
        phone.engine.sync(failures_max=3)
        phone.line.faults = []

    @rule(p=which)
    def sync_signed_out(self, p: int) -> None:
        phone = self.phone(p)
        phone.engine.transport.token = "unknown"
        report = phone.engine.sync()
        assert report.problem is not None
        phone.engine.transport.token = phone.token

    # Disasters

    @rule(p=which, sure=which)
    def reinstall(self, p: int, sure: int) -> None:
        if sure % 3 == 0:
            phone = self.phone(p)
            phone.engine.close()
            self.phones.remove(phone)
            self.unpack_a_phone(phone.user)

    @rule()
    def backup(self) -> None:
        self.server.begin_backup()
        self.server.copy_for_backup()
        self.server.complete_backup()

    @rule()
    def backup_that_never_ends(self) -> None:
        self.server.begin_backup()

    @rule(p=which, n=which, photos=st.integers(0, 2), faults=faulty)
    def day_after_the_backup_is_lost(self, p: int, n: int, photos: int, faults: list[str]) -> None:
        self.backup()
        self.day(p=p, n=n, photos=photos, ends="told", faults=faults)
        self.server.restore()

    @rule()
    def restore(self) -> None:
        self.server.restore()

    @rule()
    def sweep(self) -> None:
        self.server.sweep()

    # What must hold

    def seen(self) -> Seen:
        own = server_side.Own(self.server.users)
        return Seen(list(server_side.violations(own=own)), **server_side.inventory(self.server.users))

    def complaints(self) -> Iterator[str]:
        """After everybody has synced until nothing is left to try."""
        for _ in range(QUIET_SYNCS):
            for phone in self.phones:
                report = phone.engine.sync()
                if report.problem:
                    yield f"I9 a sync on a quiet line ended with {report.problem.code}"
        seen = self.seen()
        yield from seen.violations
        yield from check_phones([phone.folder for phone in self.phones], seen)

    def teardown(self) -> None:
        if not hasattr(self, "server"):
            return
        try:
            found = list(self.complaints())
        finally:
            for phone in self.phones:
                phone.engine.close()
            shutil.rmtree(self.home)
        assert not found, " · ".join(found)


def may_be_made(one: Listed) -> bool:
    free = one.told is None or not one.told.stands or one.told.attempt < one.visit.attempt
    return one.visit.removed is None and one.visit.state in ("assigned", "returned") and free
