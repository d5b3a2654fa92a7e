"""A real server in a process of its own, that can be killed and started again on the same port and data."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

START_SECONDS_MAX = 60
STARTS_MAX = 10


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """`python -m backend run` over a folder (SQLite) or a database address; `words` may name another command."""

    def __init__(
        self,
        folder: Path,
        *,
        database: str = "",
        words: tuple[str, ...] = ("run",),
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.words = words
        self.folder, self.port = folder, free_port()
        self.environment = {
            **os.environ,
            "SAMAR_VAR": str(folder),
            "DATABASE_URL": database,
            "SAMAR_ADMIN_PASSWORD": "samar-demo-2026",
            "LOG_LEVEL": "WARNING",
            **(environment or {}),
        }
        self.environment.pop("DJANGO_SETTINGS_MODULE", None)
        self.process: subprocess.Popen[bytes] | None = None
        self.log = folder / "server.log"
        folder.mkdir(parents=True, exist_ok=True)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def command(self, *words: str) -> None:
        run = subprocess.run(
            [sys.executable, "-m", "backend", *words],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert run.returncode == 0, run.stdout + run.stderr

    def start(self) -> None:
        """Until it answers. While it was away somebody's outgoing connection may have taken its port: then again."""
        for _ in range(STARTS_MAX):
            self._start_once()
            if self._answers():
                return
            time.sleep(1)
        raise AssertionError("the server did not start: " + self.log.read_text()[-3000:])

    def _start_once(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "backend", *self.words, "--port", str(self.port)],
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def _answers(self) -> bool:
        """False when the process ended by itself."""
        until = time.monotonic() + START_SECONDS_MAX
        while time.monotonic() < until:
            if self.process is None or self.process.poll() is not None:
                return False
            try:
                with urllib.request.urlopen(f"{self.address}/healthz", timeout=5):
                    return True
            except (urllib.error.URLError, OSError):
                time.sleep(0.05)
        raise AssertionError("the server did not answer: " + self.log.read_text()[-3000:])

    def kill(self) -> None:
        """As the power company does it, all its processes at once; the worker notices by itself."""
        assert self.process
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                self.kill()
