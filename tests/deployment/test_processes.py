"""What becomes of `serve` when processes are killed, stopped, or find their port taken."""

import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.deployment.conftest import SERVE
from tests.deployment.lines import Line
from tests.journeys.server import Server, free_port

PATIENCE_SECONDS = 30

pytestmark = pytest.mark.skipif(not Path("/proc").exists(), reason="looks at processes as Linux shows them")


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Server:
    server = Server(tmp_path_factory.mktemp("serve"), words=SERVE)
    server.command("setup")
    return server


@pytest.fixture
def server(prepared: Server) -> Iterator[Server]:
    prepared.port = free_port()
    prepared.start()
    try:
        yield prepared
    finally:
        prepared.stop()


def children(server: Server) -> set[int]:
    assert server.process
    pid = server.process.pid
    return {int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()}


def alive(pid: int) -> bool:
    """A process that has ended and that nobody has asked about yet is not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def until(found: Callable[[], bool], what: str) -> None:
    patience = time.monotonic() + PATIENCE_SECONDS
    while not found():
        assert time.monotonic() < patience, what
        time.sleep(0.02)


def answered(server: Server) -> int:
    with urllib.request.urlopen(f"{server.address}/healthz", timeout=10) as answer:
        return int(answer.status)


def answered_again(server: Server) -> int:
    """As a phone asks: again, when its line was one the killed process had taken."""
    for _ in range(3):
        try:
            return answered(server)
        except OSError:
            time.sleep(0.1)
    return answered(server)


def test_d3_a_killed_process_is_replaced_while_the_other_serves_on(server: Server) -> None:
    both = children(server)
    assert len(both) == 2
    killed = min(both)
    os.kill(killed, signal.SIGKILL)
    until(lambda: not alive(killed), "it does not die")
    assert {answered_again(server) for _ in range(20)} == {200}
    until(lambda: len(children(server) - {killed}) == 2, "nobody took its place")
    assert {answered(server) for _ in range(20)} == {200}


def test_d3_a_stop_is_quick_though_a_phone_keeps_its_connection_open(server: Server) -> None:
    both = children(server)
    with Line(server.port) as line:
        assert line.ask("GET", "/healthz").status == 200
        assert server.process
        server.process.terminate()
        assert server.process.wait(PATIENCE_SECONDS) == 0
    assert [pid for pid in both if alive(pid)] == []


def test_d3_killed_at_its_head_it_leaves_nobody_behind_and_its_port_can_be_had_again(server: Server) -> None:
    both = children(server)
    server.kill()
    server.start()
    until(lambda: not any(alive(pid) for pid in both), "processes without a parent live on")
    assert answered(server) == 200


def test_d3_a_port_that_somebody_else_serves_is_not_shared(server: Server) -> None:
    """Both would get requests, by chance."""
    words = [sys.executable, "-m", "backend", *SERVE, "--port", str(server.port)]
    run = subprocess.run(words, env=server.environment, capture_output=True, text=True, check=False)
    assert run.returncode == 1
    assert run.stderr == f"CommandError: Cannot serve on port {server.port}: Address already in use.\n"


@pytest.mark.parametrize("words", [("run",), SERVE], ids=["run", "serve"])
def test_d4_a_store_that_cannot_be_written_is_said_at_the_start(
    prepared: Server, words: tuple[str, ...]
) -> None:
    """A file where the folder of photos has to be: unlike missing rights, it also stops root."""
    environment = {**prepared.environment, "MEDIA_ROOT": str(prepared.folder / "samar.sqlite3")}
    command = [sys.executable, "-m", "backend", *words, "--port", str(free_port())]
    run = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert run.returncode == 1
    assert "The store cannot be written to" in run.stderr
    assert "Traceback" not in run.stderr
