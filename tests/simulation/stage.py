"""Where a history plays: a real server that is started again whenever it dies, people at desks, and a bad network."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from tests.journeys.server import Server
from tests.simulation.proxy import Network

ROOT = Path(__file__).resolve().parents[2]
ANSWER_SECONDS_MAX = 120.0
LOG_END_BYTES = 3000
PASSWORD = "kopi-pahit-di-pasar"  # of everybody in tests/world.py


class Child:
    """A helper process that answers a line of JSON to every line it is told."""

    def __init__(self, words: list[str], environment: Mapping[str, str], log: IO[bytes]) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", *words],
            cwd=ROOT,
            env=dict(environment),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            start_new_session=True,
        )

    def say(self, line: str) -> None:
        assert self.process.stdin
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def hear(self) -> Any:
        """The next answer; None when it died or said nothing for long."""
        out = self.process.stdout
        assert out
        heard: list[str] = []
        reader = threading.Thread(target=lambda: heard.append(out.readline()), daemon=True)
        reader.start()
        reader.join(ANSWER_SECONDS_MAX)
        return json.loads(heard[0]) if heard and heard[0] else None

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        with suppress(BrokenPipeError):
            self.process.communicate()


class Stage:
    """Server, desks and network from `with` to its end.

    database, store: addresses and variables of where rows and photos are kept; the folder when empty. With a database
    address the server is the one for scale, several processes and a worker of their own.
    counts, history: what happened, in numbers and in sentences.
    """

    def __init__(
        self, folder: Path, seed: str, *, database: str = "", store: Mapping[str, str] | None = None
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.seed, self.at_scale = folder, seed, bool(database)
        self.copies = not database and not store  # others have tools of their own for backups
        self.name = f"{'PostgreSQL' if database else 'SQLite'} + {'S3' if store else 'disk'}"
        self.server = Server(
            folder / "server",
            database=database,
            words=("serve",) if self.at_scale else ("run",),
            environment={**(store or {}), "LOG_LEVEL": "ERROR"},
        )
        self.counts: Counter[str] = Counter()
        self.history: list[str] = []
        self.began = time.monotonic()
        self.log = (folder / "helpers.log").open("ab")
        self.backup = ""  # the folder of the last one
        self._up = False
        self._over = threading.Event()
        self._starting = threading.RLock()
        self._worker: subprocess.Popen[bytes] | None = None
        self._desk: Child | None = None

    def __enter__(self) -> Stage:
        self.server.command("setup")
        target = ("127.0.0.1", self.server.port)
        self.network = Network(target, self.seed, tell=self.tell, kill=self.kill_server)
        self.keep_server()
        self._keeper = threading.Thread(target=self._keep, name="keeper", daemon=True)
        self._keeper.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._keeper.join(90)
        self.network.close()
        self._desks_close()
        if self._worker:
            self._worker.kill()
            self._worker.wait()
        self.server.stop()
        self.log.close()

    def tell(self, event: str) -> None:
        self.history.append(f"{time.monotonic() - self.began:7.2f}  {event}")

    # The server

    def keep_server(self) -> None:
        """Starts the server if it is dead; at scale its worker too."""
        with self._starting:
            if self._up:
                return
            self.server.start()
            self._up = True
            self.tell("the server is up")
            if self.at_scale and (self._worker is None or self._worker.poll() is not None):
                words = [sys.executable, "-m", "backend", "worker", "--only-one"]
                self._worker = subprocess.Popen(
                    words, cwd=ROOT, env=self.server.environment, stdout=self.log, stderr=self.log
                )

    def _keep(self) -> None:
        while not self._over.wait(0.05):
            self.keep_server()

    def kill_server(self) -> None:
        """As the power company does it; its worker every second time. Called while bytes are under way."""
        if self._up:
            self._up = False
            self.server.kill()
            self.counts["server kills"] += 1
            if self._worker and self.counts["server kills"] % 2:
                self._worker.kill()
                self._worker.wait()

    @contextmanager
    def closed(self) -> Iterator[None]:
        """No server, no worker and no desks for as long as the block lasts."""
        with self._starting:
            self._desks_close()
            self.kill_server()
            yield
            self.keep_server()

    # Copies

    def back_up(self) -> None:
        """While everything goes on. A kill in between leaves no backup, and that is no harm."""
        run = self._backend("backup", "--to", str(self.folder / "backups"))
        named = [line.rpartition(" ")[2] for line in run.stdout.splitlines() if line.startswith("Backed up:")]
        if named and run.returncode == 0:
            self.backup = named[0]
            self.counts["backups"] += 1
        self.tell(f"backup: {named or run.stderr[-500:]}")

    def restore(self) -> None:
        """The last backup takes the place of everything since."""
        with self.closed():
            run = self._backend("restore", self.backup, "--replace")
            assert run.returncode == 0, run.stdout + run.stderr
            self.counts["restores"] += 1
            self.tell("restored")

    def _backend(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "backend", *words],
            cwd=ROOT,
            env=self.server.environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def log_end(self) -> str:
        """What the server and its helpers had to complain about."""
        logs = (self.server.log, self.folder / "helpers.log")
        return "\n".join(path.read_text(errors="replace")[-LOG_END_BYTES:] for path in logs if path.exists())

    # The desks

    def ask_desk(self, **request: Any) -> Any:
        """What a desk answered to `do` with its arguments; see desk.Desks."""
        if self._desk is None:
            environment = {**self.server.environment, "DJANGO_SETTINGS_MODULE": "backend.settings"}
            self._desk = Child(
                ["tests.simulation.desk", f"{self.seed}/{len(self.history)}"], environment, self.log
            )
        self._desk.say(json.dumps(request))
        answer = self._desk.hear()
        self.tell(f"desk {request['do']}: {answer}")
        if answer is None:
            raise RuntimeError(f"the desk died: {self.log_end()}")
        return answer

    def _desks_close(self) -> None:
        if self._desk:
            self._desk.end()
            self._desk = None
