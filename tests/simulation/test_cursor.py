"""Whoever follows the feed misses nothing, whatever writers do; and cursors as others build them do miss."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random
from threading import Event, Timer
from uuid import UUID, uuid4

import pytest
from django.db import connection

from backend.feed.actions import Touch
from backend.feed.models import read_page
from backend.journal.actions import record, transaction_of_one_action
from tests import world
from tests.journeys.conftest import database_of_its_own  # noqa: F401

ROOT = Path(__file__).resolve().parents[2]
WRITERS, ACTIONS, SCOPES = 8, 40, 3
HOLD_SECONDS_MAX = 0.02
KILLED_AFTER_SECONDS = (1.0, 1.6, 2.2)


class GivenUp(Exception):
    """A writer changed its mind: its transaction is rolled back."""


@pytest.fixture
def naive(transactional_db):
    """Rows with a time and a number, as a cursor is usually built."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE naive (id bigserial PRIMARY KEY, at timestamptz DEFAULT clock_timestamp(), thing uuid)"
        )
    yield
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE naive")


def one_writer(number: int, scopes: list[UUID]) -> set[UUID]:
    """What it committed. Its transactions are held open for a while, and one in five is rolled back."""
    chance, committed = Random(number), set()
    programme = world.programme()
    for _ in range(ACTIONS):
        thing, scope = uuid4(), chance.choice(scopes)
        try:
            with transaction_of_one_action(), connection.cursor() as cursor:
                cursor.execute("INSERT INTO naive (thing) VALUES (%s)", [thing])
                record("thing.touched", programme, by=None, hears=[Touch(scope, "thing", thing)])
                time.sleep(chance.uniform(0, HOLD_SECONDS_MAX))
                if chance.random() < 0.2:
                    raise GivenUp
            committed.add(thing)
        except GivenUp:
            pass
    connection.close()
    return committed


class Reader:
    """Polls all three cursors as fast as it can."""

    def __init__(self, scopes: list[UUID]) -> None:
        self.cursors = dict.fromkeys(scopes)
        self.ours, self.by_time, self.by_number = set(), set(), set()
        self.at, self.number = None, 0

    def poll(self) -> None:
        for scope, cursor in self.cursors.items():
            page = read_page(scope, cursor, limit=5)
            self.ours |= {change.entity for change in page.changes}
            self.cursors[scope] = page.cursor
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT at, thing FROM naive WHERE %s::timestamptz IS NULL OR at > %s ORDER BY at",
                [self.at] * 2,
            )
            for self.at, thing in cursor.fetchall():
                self.by_time.add(thing)
            cursor.execute("SELECT id, thing FROM naive WHERE id > %s ORDER BY id", [self.number])
            for self.number, thing in cursor.fetchall():
                self.by_number.add(thing)

    def follow(self, over: Event) -> None:
        while not over.is_set():
            self.poll()
        for _ in range(WRITERS * ACTIONS):  # what is left, page by page
            self.poll()
        connection.close()


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite lets one transaction write at a time")
@pytest.mark.django_db(transaction=True)
def test_i7_a_reader_misses_nothing_where_times_and_serial_numbers_do(naive):
    world.programme()
    scopes, over = [uuid4() for _ in range(SCOPES)], Event()
    reader = Reader(scopes)
    with ThreadPoolExecutor(WRITERS + 1) as threads:
        following = threads.submit(reader.follow, over)
        committed = set().union(*threads.map(one_writer, range(WRITERS), [scopes] * WRITERS))
        over.set()
        following.result()
    assert reader.ours == committed, "ours: none missed, none that was rolled back"
    assert committed - reader.by_time, "the control by time has to miss some"
    assert committed - reader.by_number, "the control by serial number has to miss some"


FOLLOWS_SECONDS_MAX = 30  # on a busy machine it is behind


def test_i7_writers_killed_at_any_moment_leave_no_gap_and_no_double(tmp_path, database_of_its_own):  # noqa: F811
    environment = {**os.environ, "SAMAR_VAR": str(tmp_path), "DATABASE_URL": database_of_its_own}
    prepared = (
        "import django; django.setup()\n"
        "from django.core.management import call_command; call_command('migrate', verbosity=0)\n"
        "from tests import world; world.programme()\n"
        "from backend.feed.actions import epoch; epoch()"
    )
    python = {"cwd": ROOT, "env": {**environment, "DJANGO_SETTINGS_MODULE": "backend.settings"}}
    subprocess.run([sys.executable, "-c", prepared], check=True, **python)
    scope = str(uuid4())

    def begun(what: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "tests.simulation.writing", what, scope]
        return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, **python)

    follower, writers = begun("follow"), [begun("write") for _ in KILLED_AFTER_SECONDS]
    said = []
    for writer, seconds in zip(writers, KILLED_AFTER_SECONDS, strict=True):
        assert writer.stdout
        said.append(writer.stdout.readline())  # they are at work
        time.sleep(seconds / len(writers))
        writer.send_signal(signal.SIGKILL)
        said += writer.communicate()[0].splitlines(keepends=True)
    committed = {line.strip() for line in said if line.endswith("\n")}
    patience = Timer(FOLLOWS_SECONDS_MAX, follower.kill)
    patience.start()
    assert follower.stdout
    lines, unheard = [], set(committed)
    while unheard and (line := follower.stdout.readline()):
        lines.append(line)
        unheard -= set(line.split()[1:])
    patience.cancel()
    follower.kill()
    lines += follower.communicate()[0].splitlines()
    heard = [line.split() for line in lines if len(line.split()) == 2]
    numbers, things = [int(seq) for seq, _ in heard], [thing for _, thing in heard]
    assert numbers == list(range(1, len(numbers) + 1)), "every number once, in order, without a gap"
    assert len(things) == len(set(things))
    assert committed <= set(things), "whatever was committed was heard"
    # A kill between the commit and the word about it: at most one a writer.
    assert len(committed) >= len(things) - len(writers)
    assert len(committed) > 3 * len(writers)
