"""The story played once, and copies of its end: accepted visits, published results, and 79 visits of four
regencies that nobody has judged yet.

with Stage(folder, played(elsewhere)) as stage: stage.desk("budi").get("visits", state="submitted")
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

from fieldsync.demo import plan
from fieldsync.demo.desk import Desk
from tests.journeys.server import Server

SEED = 7
BUDIS = ("63.03", "63.04", "63.71")
WATIS = ("63.05",)
PLAY_SECONDS_MAX = 600


def played(folder: Path) -> Path:
    """The story's server folder, its server stopped again. PLAYED=folder in the environment keeps it there, for whoever
    runs these tests again and again."""
    folder = Path(os.environ.get("PLAYED") or folder)
    server = Server(folder / "server")
    if (folder / "told").exists():
        server.command("migrate")
        return folder / "server"
    server.command("setup", "--administrator", "admin")
    server.start()
    try:
        _play(server, folder / "story")
    finally:
        server.stop()
    (folder / "told").touch()
    return folder / "server"


def _play(server: Server, home: Path) -> None:
    words = ["--server", server.address, "--home", str(home), "--seed", str(SEED)]
    words += ["--unjudged", ",".join(BUDIS + WATIS)]
    run = subprocess.run(
        [sys.executable, "-m", "fieldsync.demo", *words],
        env=server.environment,
        capture_output=True,
        text=True,
        timeout=PLAY_SECONDS_MAX,
        check=False,
    )
    assert run.returncode == 0, run.stderr[-3000:] + server.log.read_text()[-3000:]


class Stage:
    """`with Stage(folder, played_folder) as stage`: a server of its own on a copy. Photos never change, so they are
    linked instead of copied."""

    def __init__(self, folder: Path, like: Path, **environment: str) -> None:
        skipped = shutil.ignore_patterns("*.log", "media")
        shutil.copytree(like, folder / "server", ignore=skipped)
        if (like / "media").exists():
            shutil.copytree(like / "media", folder / "server/media", copy_function=os.link)
        self.server = Server(folder / "server", environment=environment)
        self.desks: list[Desk] = []

    def __enter__(self) -> Stage:
        self.server.start()
        return self

    def __exit__(self, *_: object) -> None:
        for desk in self.desks:
            desk.http.close()
        self.server.stop()

    @property
    def address(self) -> str:
        return self.server.address

    programme_id = str(plan.named(SEED, "programme"))

    def desk(self, name: str, *, device_name: str = "Laptop") -> Desk:
        """Somebody's, through the public API."""
        desk = Desk(self.address)
        self.desks.append(desk)
        device = {"id": str(uuid4()), "name": device_name, "platform": "test"}
        answer = desk.post("login", {"username": name, "password": plan.PASSWORD, "device": device})
        desk.http.headers["Authorization"] = f"Bearer {answer['token']}"
        return desk

    def members(self, desk: Desk) -> list[dict[str, Any]]:
        return list(desk.every(f"programmes/{self.programme_id}/members"))

    def employ(self, root: Desk, user: str, regions: Sequence[str], role: str = "coordinator") -> Any:
        member = {"user": user, "role": role, "regions": list(regions)}
        return root.post(f"programmes/{self.programme_id}/members", member)

    def waiting(self, desk: Desk) -> list[dict[str, Any]]:
        """The visits that await her judgement, the longest waiting first."""
        return list(desk.every("visits", state="submitted"))
