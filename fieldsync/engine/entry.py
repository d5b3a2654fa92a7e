"""Signing in, and opening what was recorded before."""

from __future__ import annotations

import json
import platform
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any

from fieldsync import wire
from fieldsync.engine.continuing import Continuer
from fieldsync.engine.course import Course
from fieldsync.engine.report import Event, Report
from fieldsync.engine.syncing import Run
from fieldsync.errors import NotSignedIn, OtherUser, Refused, SignInAgain
from fieldsync.rules import Budget
from fieldsync.store import Exported, Identity, Ledger, Outbox, Store, export_unsent, folder_for
from fieldsync.transport import Transport, problem_of, server_address

CURRENT = "current"


def local_now() -> datetime:
    """The present moment in the zone this machine is set to."""
    return datetime.now().astimezone()


class Engine(Continuer):
    """A phone: records visits, and syncs them when there is a network.

    store, transport   what it remembers, and whom it talks to
    clock              the present moment, aware
    rng, sleep, watch  jitter, waiting, and a monotonic clock in seconds: for tests and demonstrations
    progress           called with every Event of a sync
    """

    def __init__(
        self,
        store: Store,
        transport: Transport,
        *,
        clock: Callable[[], datetime] = local_now,
        rng: Random | None = None,
        sleep: Callable[[float], None] = time.sleep,
        watch: Callable[[], float] = time.monotonic,
        progress: Callable[[Event], None] | None = None,
    ) -> None:
        super().__init__(store, clock=clock)
        self.transport = transport
        self.rng = rng or Random()
        self.sleep = sleep
        self.watch = watch
        self.progress = progress or (lambda event: None)

    def __enter__(self) -> Engine:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the connections and the database."""
        self.transport.close()
        self.store.close()

    def sync(self, *, budget: Budget | None = None, failures_max: int = 8) -> Report:
        """Send everything that waits and fetch everything new, until nothing is left to try (protocol 6.5 to 6.10).

        budget: what may be spent on the line in this run; None: what `set_budget` remembered. Ends early after
        `failures_max` failures in a row, each followed by a longer wait, and at once when a person is needed (sign in
        again, update); nothing is lost either way, and the report says why. Raises SyncRunning, SignInAgain.
        """
        return self._run(push=True, failures_max=failures_max, budget=budget or self.budget())

    def pull(self, *, failures_max: int = 8) -> Report:
        """Only fetch: visits, checklists, returned submissions. Raises SyncRunning, SignInAgain."""
        return self._run(push=False, failures_max=failures_max, budget=Budget())

    def _run(self, *, push: bool, failures_max: int, budget: Budget) -> Report:
        if self.transport.token is None:
            raise SignInAgain()
        course = Course(
            self.store,
            self.transport,
            self.clock,
            self.rng,
            self.sleep,
            self.watch,
            self.progress,
            push=push,
            failures_max=failures_max,
        )
        report = Run(course, budget).go()
        told = {
            "at": wire.local_text(self.clock()),
            "problem": report.problem.code if report.problem else None,
        }
        Outbox(self.store).remember("last_sync", json.dumps(told))
        return report

    def budget(self) -> Budget:
        """What the person allowed a sync to spend; no limits until `set_budget` says otherwise."""
        return Ledger(self.store.db).budget()

    def set_budget(self, budget: Budget) -> None:
        """Remember what a sync may spend from now on; Budget() lifts every limit."""
        Ledger(self.store.db).set_budget(budget)

    def runs(self) -> list[dict[str, Any]]:
        """The last ten syncs for those who help, the newest first; numbers, codes and clocks, never contents, names
        or places.

        {"began_at": the phone's clock in UTC, "server_time": the server's in its last answer, "seconds": a monotonic
        clock's, "waited_seconds", "client", "ended": False when it was killed, "requests", "bytes_up", "bytes_down"
        (with HTTP heads), "sent": {"submissions", "drafts", "photos", "photo_bytes"}, "changes", "papers", "waits",
        "healed", "failures": {code: times}, "problem": code or None, "notes": {code: times}, "unsent": {"drafts",
        "submissions", "photos", "photo_bytes"}, "piece_bytes": the size of the next piece}
        """
        return Ledger(self.store.db).runs()

    def export_unsent(self, path: Path) -> Exported:
        """Write everything the server has not acknowledged, drafts and photos too, into one zip: the last resort of
        a dying phone. Needs no network. A coordinator, or the inspector from another machine, hands it to the server
        (POST /unsent-work); should this phone come back, nothing is doubled. Raises FileUnwritable, StoreFull."""
        return export_unsent(self.store, path, made_at=wire.utc_text(self.clock()))

    def sign_out(self) -> None:
        """Forget the token, here; everything recorded stays and can go on being recorded."""
        self.store.sign_in(replace(self.store.identity(), token=None))
        self.transport.token = None

    def last_sync(self) -> dict[str, str | None] | None:
        """{"at": moment, "problem": code or None} of the last run; None before the first."""
        told = self.store.db.get("last_sync")
        return dict(json.loads(told)) if told else None


def sign_in(
    home: Path,
    server: str,
    username: str,
    password: str,
    *,
    device_name: str = "",
    device: str | None = None,
    folder: Path | None = None,
) -> Engine:
    """Sign in once with a network; afterwards recording needs none.

    home: folder for the records of all servers and users. device: a UUID to use for a new store (else one is made);
    an existing store keeps its own. folder: where exactly the records lie, for callers that have an order of their
    own. Raises Refused (wrong password), OtherUser, NoAnswer, NotOurServer.
    """
    transport = Transport(server)
    folder = folder or folder_for(home, transport.server, username)
    store, device = _known(folder, device or wire.uuid7())
    name, system = device_name or platform.node() or "fieldsync", platform.system() or "?"
    try:
        reply = transport.sign_in(username, password, device=device, name=name, platform=system)
        if reply.status != 200:
            problem = problem_of(reply)
            raise problem if problem.waiting_helps else Refused(**problem.facts)
        told = wire.read_login(reply.content)
        if store and store.identity().user != told.user:
            raise OtherUser()
    except BaseException:
        transport.close()
        if store:
            store.close()
        raise
    store = store or Store.create(folder)
    store.sign_in(Identity(device, transport.server, told.user, told.username, told.name, told.token))
    transport.token = told.token
    if folder.parent == home:
        (home / CURRENT).write_text(folder.name, encoding="utf-8")
    return Engine(store, transport)


def open_engine(home: Path, server: str | None = None, username: str | None = None) -> Engine:
    """Open what was recorded before: of this server and user, or of whoever signed in last. Raises NotSignedIn,
    NewerStore, StoreBroken."""
    named = folder_for(home, server_address(server), username) if server and username else None
    store = Store(named or home / _current(home))
    try:
        identity = store.identity()
    except NotSignedIn:
        store.close()
        raise
    return Engine(store, Transport(identity.server, token=identity.token))


def _known(folder: Path, device: str) -> tuple[Store | None, str]:
    try:
        store = Store(folder)
    except NotSignedIn:
        return None, device
    try:
        return store, store.identity().device
    except NotSignedIn:  # the process died between making the store and signing in
        store.close()
        return None, device


def _current(home: Path) -> str:
    try:
        name = (home / CURRENT).read_text(encoding="utf-8").strip()
    except OSError:
        raise NotSignedIn() from None
    if not name or "/" in name or "\\" in name:
        raise NotSignedIn()
    return name
