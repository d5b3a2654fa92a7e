"""The phone app's engine, on its encrypted book, against a real server: what the phone says is finished is there byte
for byte. The stories are told in real_server.test.ts; here are the server, its network, Budi's desk and the judge."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from random import Random
from typing import Any
from uuid import uuid4

import pytest

from fieldsync.demo.desk import Desk
from tests.phone import node
from tests.simulation.handset import picture
from tests.simulation.proxy import CALM, Line, Weather
from tests.simulation.stage import PASSWORD, Stage

STORY_SECONDS_MAX = 240.0
PICTURE_SIDE = 700  # some 300 KB
# Every line that is cut takes the server with it, so many times.
POWER_CUTS, POWER_CUTS_MAX = Weather(up_bytes_between_cuts=60_000, kills=1.0), 3


class Director:
    """What the story asks of the world outside the phone. `ledger`: all that must be on the server at its end."""

    def __init__(self, stage: Stage, line: Line, ledger: Path) -> None:
        self.stage, self.line, self.ledger = stage, line, ledger
        self.rng = Random(stage.seed)

    def picture(self, id: str) -> str:
        """A photo to be taken under this id, in base64."""
        content = picture(self.rng, PICTURE_SIDE)
        self._note(what="photo", id=id, sha256=hashlib.sha256(content).hexdigest())
        return base64.b64encode(content).decode()

    def finished(self, text: str, **receipt: Any) -> None:
        """The phone says: finished, with this text."""
        self._note(what="finished", text=hashlib.sha256(text.encode()).hexdigest(), **receipt)

    def returns(self, visit: str, points: list[dict[str, Any]]) -> None:
        """Budi returns a visit."""
        budi = Desk(self.stage.server.address)
        with closing(budi.http):
            budi.sign_in("budi", PASSWORD, uuid4())
            attempt = budi.get(f"visits/{visit}")["attempt"]
            told = {"id": str(uuid4()), "attempt": attempt, "verdict": "returned", "ground": "", "note": ""}
            budi.post(f"visits/{visit}/decisions", {**told, "points": points})

    def power_fails(self) -> None:
        """Now, so that no connection stays from before, and then while bytes are on their way."""
        self.line.weather = POWER_CUTS
        self.stage.network.kill = self._while_bytes_are_under_way
        self.stage.kill_server()

    def _while_bytes_are_under_way(self) -> None:
        self.stage.kill_server()
        if self.stage.counts["server kills"] > POWER_CUTS_MAX:
            self.line.weather = CALM

    def power_is_back(self) -> int:
        """How often it failed while bytes were on their way."""
        self.stage.keep_server()
        return self.stage.counts["server kills"] - 1

    def backs_up(self) -> None:
        self.stage.back_up()

    def restores(self) -> None:
        self.stage.restore()

    def _note(self, **what: Any) -> None:
        with self.ledger.open("a", encoding="utf-8") as file:
            file.write(json.dumps(what) + "\n")


@contextmanager
def listening(ask: Callable[[dict[str, Any]], Any]) -> Iterator[str]:
    """An address that answers JSON to JSON."""

    class Listener(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            said = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            answer = json.dumps(ask(said)).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Listener) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with Stage(tmp_path / "stage", "phone app") as stage:
        yield stage


@pytest.mark.parametrize(
    ("story", "visits", "photos"),
    [
        ("a visit, returned, corrected, and another continued on a second phone", 3, 4),
        ("the server is killed while photos are on their way", 1, 3),
        ("the server is restored to the day before", 2, 4),
    ],
)
def test_i1_the_server_holds_exactly_what_the_phone_app_said_is_finished(
    stage: Stage, tmp_path: Path, story: str, visits: int, photos: int
) -> None:
    stage.ask_desk(do="prepare", inspectors=["sari"], visits=2)
    line = stage.network.line("sari")
    director = Director(stage, line, tmp_path / "ledger")

    def ask(said: dict[str, Any]) -> Any:
        return getattr(director, said.pop("do"))(**said)

    with listening(ask) as address:
        told = {"SAMAR": line.address, "DIRECTOR": address, "PASSWORD": PASSWORD}
        words = ("run", "tests/phone/real_server.test.ts", "-t", story)
        run = node.run("vitest/vitest.mjs", *words, seconds_max=STORY_SECONDS_MAX, environment=told)
    if run.returncode != 0 or "1 passed" not in run.stdout:
        pytest.fail("\n".join([run.stdout, *stage.history[-40:], stage.log_end()]), pytrace=False)

    found = stage.ask_desk(do="examine", ledgers=[str(director.ledger)])
    assert found.pop("photo_bytes") > photos * 100_000
    assert found == {"visits": visits, "photos": photos, "lost": 0, "doubled": 0, "problems": []}
