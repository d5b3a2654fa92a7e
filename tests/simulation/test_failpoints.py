"""The server dies at any instant of a small story, starts again, and all is as if nothing had happened.

INSTANTS_APART=1 tries every instant; usually a dozen, spread over the story.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import httpx
import pytest

from fieldsync import Engine
from fieldsync.store import Identity, Store
from fieldsync.transport import Transport
from tests.journeys.conftest import database_of_its_own  # noqa: F401
from tests.journeys.server import free_port
from tests.simulation.invariants import Seen, check_phones
from tests.simulation.papers import picture

ROOT = Path(__file__).resolve().parents[2]
KILLS = 10
APART = int(os.environ.get("INSTANTS_APART", "0"))
TRIES_MAX = 10


class Controlled:
    """The process of killed.py."""

    def __init__(self, folder: Path, database: str) -> None:
        self.port = free_port()
        environment = {
            **os.environ,
            "SAMAR_VAR": str(folder),
            "DATABASE_URL": database,
            "LOG_LEVEL": "CRITICAL",
        }
        subprocess.run(
            [sys.executable, "-m", "backend", "setup"],
            env=environment,
            check=True,
            capture_output=True,
            cwd=ROOT,
        )
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.simulation.killed", str(self.port)],
            env=environment,
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __call__(self, do: str, **more: Any) -> dict[str, Any]:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps({"do": do, **more}) + "\n")
        self.process.stdin.flush()
        return dict(json.loads(self.process.stdout.readline()))

    def close(self) -> None:
        self.process.communicate(timeout=20)


class BadLine(httpx.BaseTransport):
    """The first piece arrives with a wrong byte, the second by half; everything else as it was sent."""

    def __init__(self) -> None:
        self.inner, self.pieces = httpx.HTTPTransport(), 0

    def close(self) -> None:
        self.inner.close()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if request.method != "PATCH":
            return self.inner.handle_request(request)
        self.pieces += 1
        content = request.read()
        if self.pieces == 1:
            content = content[:-1] + bytes([content[-1] ^ 1])
        elif self.pieces == 2:
            content = content[: len(content) // 2]
        kept = ("host", "authorization", "tus-resumable", "upload-offset", "content-type")
        headers = {name: value for name, value in request.headers.items() if name.lower() in kept}
        answer = self.inner.handle_request(
            httpx.Request("PATCH", request.url, headers=headers, content=content)
        )
        if self.pieces == 2:
            answer.close()
            raise httpx.ReadError("cut", request=request)
        return answer


@pytest.fixture
def control(tmp_path, database_of_its_own) -> Iterator[Controlled]:  # noqa: F811
    control = Controlled(tmp_path / "server", database_of_its_own)
    yield control
    control.close()


class Story:
    """Sari visits, tells, is asked for a correction, corrects; a backup is made and the sweeper comes."""

    def __init__(self, control: Controlled, folder: Path, name: str) -> None:
        self.control, self.folder, self.backups = control, folder / name, folder / f"{name}-backups"
        self.who = control("call", deed="enroll", name=name)["result"]
        self.phone = self._unpacked()

    def _unpacked(self) -> Engine:
        address, who = f"http://127.0.0.1:{self.control.port}", self.who
        store = Store.create(self.folder)
        store.sign_in(Identity(who["device"], address, who["user"], who["name"], who["name"], who["token"]))
        transport = Transport(address, token=who["token"])
        transport._http.close()
        transport._http = httpx.Client(transport=BadLine(), timeout=10)
        return Engine(store, transport, rng=Random(7), sleep=lambda seconds: None)

    def plays(self, fatal: int) -> int:
        """From beginning to end, with one death on the way; how many instants it had."""
        self.control("arm", fatal=fatal)
        visit, phone = self.who["visit"], self.phone
        self.synced()
        phone.start(visit)
        phone.describe(visit, narrative="Antre sebentar.")
        self.synced()
        self.photographs(3)
        phone.finish(visit)
        self.synced()
        self.done("send_back", visit=visit)
        self.synced()
        phone.start(visit)
        self.photographs(1)
        phone.finish(visit)
        self.synced()
        self.done("back_up", to=str(self.backups))
        self.done("sweep_later")
        self.synced()
        return int(self.control("stop")["instants"])

    def photographs(self, count: int) -> None:
        for _ in range(count):
            content = picture(len(self.phone.store.photos(self.who["visit"])))
            self.phone.add_photo(self.who["visit"], content, as_is=True)

    def synced(self) -> None:
        """Until nothing waits; whenever the server is dead it is started again."""
        for _ in range(TRIES_MAX):
            if not self.control("alive")["alive"]:
                self.control("serve")
            if self.phone.sync(failures_max=2).done:
                return
        raise AssertionError("I9 the phone never came to its end")

    def done(self, deed: str, **what: str) -> None:
        """Whoever died at it does it again."""
        while (told := self.control("call", deed=deed, **what)).get("died"):
            pass
        assert "trouble" not in told, deed

    def complaints(self) -> list[str]:
        """After one more quiet sync and one more sweep, in a server that nobody kills."""
        self.control("arm", fatal=0)
        self.synced()
        self.control("stop")
        self.done("sweep_later")
        seen = Seen(**self.control("call", deed="look", aged=True)["result"])
        self.phone.close()
        told = [one for one in seen.submissions.values() if one["inspector"] == self.who["user"]]
        slots = sorted((one["attempt"], one["slot"]) for one in told)
        photos = sorted(p["state"] for p in seen.photos.values() if p["inspector"] == self.who["user"])
        expected = ([(1, "current"), (2, "current")], ["stored"] * 4)
        short = [] if (slots, photos) == expected else [f"I1 {slots} {photos}"]
        return [*short, *seen.violations, *check_phones([self.folder], seen)]


def test_a_server_killed_at_any_instant_of_a_visit_loses_and_doubles_nothing(control, tmp_path):
    quiet = Story(control, tmp_path, "sari-0")
    instants = quiet.plays(fatal=0)
    assert quiet.complaints() == []
    assert instants > 100
    for fatal in range(1, instants + 1, APART or instants // KILLS):
        story = Story(control, tmp_path, f"sari-{fatal}")
        counted = story.plays(fatal)
        assert counted >= fatal, "nobody was killed"
        assert story.complaints() == [], f"killed at instant {fatal} of {instants}"
