"""The demo's story with a real server, real field clients and a bad network; and what power cuts do to it."""

import random
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from fieldsync.demo.plan import INSPECTORS, named
from tests.journeys.server import Server

UNITS = "3"
SEED = 11


def story(server: Server, home: Path) -> subprocess.Popen[str]:
    words = ["--server", server.address, "--home", str(home), "--seed", str(SEED), "--units", UNITS]
    return subprocess.Popen(
        [sys.executable, "-m", "fieldsync.demo", *words],
        env=server.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def played(server: Server, home: Path) -> str:
    out, err = (player := story(server, home)).communicate(timeout=300)
    assert player.returncode == 0, err[-3000:] + server.log.read_text()[-3000:]
    return out


@dataclass(frozen=True)
class Told:
    """A story that came to its end: the tables it printed, and the files it wrote."""

    tables: str
    home: Path


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Told:
    """A story nobody disturbed, on SQLite."""
    folder = tmp_path_factory.mktemp("undisturbed")
    server = Server(folder / "server")
    server.command("setup", "--administrator", "admin")
    server.start()
    try:
        return Told(played(server, folder / "story"), folder / "story")
    finally:
        server.stop()


@pytest.fixture
def server(tmp_path: Path, database_of_its_own: str) -> Server:
    """On SQLite, or on an empty PostgreSQL database when the tests run on PostgreSQL."""
    server = Server(tmp_path / "server", database=database_of_its_own)
    server.command("setup", "--administrator", "admin")
    return server


def test_s1_a_server_killed_again_and_again_loses_nothing_and_doubles_nothing(
    server: Server, tmp_path: Path, undisturbed: Told
) -> None:
    server.start()
    over = threading.Event()
    kills = 0

    def power_cuts() -> None:
        nonlocal kills
        rng = random.Random(SEED)
        while not over.wait(rng.uniform(1.0, 3.0)):
            server.kill()
            kills += 1
            server.start()

    trouble = threading.Thread(target=power_cuts)
    trouble.start()
    try:
        tables = played(server, tmp_path / "story")
    finally:
        over.set()
        trouble.join()
        server.stop()
    assert kills >= 3
    assert tables == undisturbed.tables


def test_s2_a_story_interrupted_half_way_is_played_on_to_the_same_end(
    server: Server, tmp_path: Path, undisturbed: Told
) -> None:
    server.start()
    try:
        for seconds in (2, 4, 6):
            player = story(server, tmp_path / "story")
            time.sleep(seconds)
            player.kill()
            player.communicate()
        assert played(server, tmp_path / "story") == undisturbed.tables
    finally:
        server.stop()


def test_s3_nothing_in_the_published_findings_tells_who_visited(undisturbed: Told) -> None:
    exports = [undisturbed.home / name for name in ("findings.csv", "findings.jsonl", "indicators.csv")]
    text = "".join(path.read_text("utf-8").lower() for path in exports)
    names = [name for name in INSPECTORS if f'"{name}"' in text or f",{name}," in text]
    ids = [name for name in INSPECTORS if str(named(SEED, "person", name)) in text]
    devices = [name for name in INSPECTORS if str(named(SEED, "device", name)) in text]
    assert (names, ids, devices) == ([], [], [])
    assert len(text) > 100_000
