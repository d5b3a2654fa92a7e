"""Real server processes in folders of their own, with the cast in their databases."""

import gzip
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.deployment.front import Front, installed, made_secrets
from tests.deployment.lines import Line
from tests.deployment.whole import ONE_LOGIN
from tests.journeys.server import Server

SERVE = ("serve", "--processes", "2", "--threads", "2")
HOME_PAGE = b"<!doctype html><title>Catatan</title>" + b" " * 2000  # long enough for nginx to compress it
PLAIN = b"let a = 1;" * 5000
SCRIPT = {"": PLAIN, ".gz": gzip.compress(PLAIN), ".br": b"smaller"}
WORDS = {"waitress": ("run", "--without-worker"), "granian": SERVE, "nginx": SERVE}


class Door:
    """A port to speak to, the tokens of those who may, and the folder where photos go."""

    def __init__(self, kind: str, port: int, tokens: dict[str, str], media: Path) -> None:
        self.kind, self.port, self.tokens, self.media = kind, port, tokens, media

    def line(self) -> Line:
        return Line(self.port, encrypted=self.kind == "nginx")


def hired(server: Server, orders: int = 0) -> dict[str, str]:
    """The tokens of Sari, Rina and Budi, who were not there before."""
    hiring = [sys.executable, "-m", "tests.deployment.hiring", str(orders)]
    run = subprocess.run(hiring, env=server.environment, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr[-3000:]
    return dict(json.loads(run.stdout))


def phone_app(folder: Path) -> Path:
    """What stands for the built one here: a home page, and a script in three forms."""
    (folder / "f").mkdir(parents=True)
    (folder / "index.html").write_bytes(HOME_PAGE)
    for ending, content in SCRIPT.items():
        (folder / f"f/a1.js{ending}").write_bytes(content)
    return folder


@pytest.fixture(scope="module", params=list(WORDS))
def door(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """Each server of ours without anything in front, on SQLite and a disk; and granian behind nginx."""
    kind = request.param
    if kind == "nginx" and not installed():
        pytest.skip("nginx is not installed")
    folder = tmp_path_factory.mktemp(kind)
    environment = {**ONE_LOGIN, "PHONE_APP": str(phone_app(folder / "app"))}
    server = Server(folder / "server", words=WORDS[kind], environment=environment)
    server.command("setup")
    tokens, port = hired(server), server.port
    with ExitStack() as running:
        running.callback(server.stop)
        server.start()
        if kind == "nginx":
            front = Front(folder / "nginx", made_secrets(folder / "docker"), (server.port, server.port))
            running.callback(front.stop)
            front.start()
            port = front.port
        yield Door(kind, port, tokens, server.folder / "media")
