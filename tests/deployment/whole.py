"""The whole of docker/compose.yaml as plain processes: the same commands, the same settings, the same nginx.conf.

    with Whole(folder) as whole:
        whole.front.address      # https://localhost:…, whose certificate is whole.certificate

Only names, ports and folders are put in. PostgreSQL and the S3 server come from wheels.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from uuid import uuid4

import psycopg

from tests import postgres
from tests.deployment.composed import DOCKER, HOST, ours, services
from tests.deployment.front import Front, made_secrets
from tests.journeys.server import Server
from tests.seaweed import Seaweed, installed_binary

STOP_SECONDS_MAX = 30
ONE_LOGIN = {"LOGINS_PER_NAME": "1/hour"}


class Whole:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.secrets = made_secrets(folder / "docker")
        self.certificate = self.secrets / "tls_certificate"
        self.running = ExitStack()
        self.applications = [
            Server(folder / name, words=(*service["command"][3:], "--host", "127.0.0.1"))
            for name, service in ours().items()
            if service["command"][3] == "serve"
        ]
        self.store = Seaweed(folder / "store")
        self.store.key = self.secret("s3_access_key")
        self.store.secret = self.secret("s3_secret_key")
        self.workers: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Whole:
        try:
            self._start()
        except BaseException:
            self.running.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.running.close()

    def secret(self, name: str) -> str:
        return (self.secrets / name).read_text("utf-8").strip()

    def _start(self) -> None:
        """In the order that compose.yaml waits for."""
        self.database = database_of_its_own(self.running)
        (self.secrets / "database_url").write_text(self.database, "utf-8")
        self.running.enter_context(self.store)
        self.make_bucket()
        first, second = (application.port for application in self.applications)
        self.front = Front(self.folder / "nginx", self.secrets, (first, second), self.store.ports["s3.port"])
        for application in self.applications:
            application.environment |= {**self.environment("app1"), **ONE_LOGIN}
            application.environment.pop("DATABASE_URL")
            application.environment.pop("SAMAR_ADMIN_PASSWORD")
        self.run(ours()["setup"]["command"], self.environment("setup"))
        for application in self.applications:
            self.running.callback(application.stop)
            application.start()
        self.start_worker()
        self.running.callback(self.front.stop)
        self.front.start()

    def environment(self, service: str) -> dict[str, str]:
        """What compose.yaml says, with the names and folders of this machine."""
        told = ours()[service]["environment"]
        own = {
            "S3_ENDPOINT": self.store.endpoint,
            "S3_PUBLIC_ENDPOINT": self.front.address,
            "CSRF_TRUSTED_ORIGINS": self.front.address,
        }
        put_in = {
            name: text.replace("/run/secrets", str(self.secrets)).replace(HOST, "localhost")
            for name, text in told.items()
        }
        assert set(own) < set(put_in)
        return {**put_in, **own}

    def make_bucket(self) -> None:
        """As the service `bucket` does it; `weed` lies in a wheel here, and each of its ports is another."""
        ports = self.store.ports
        bucket = services()["bucket"]["command"][0]
        addresses = [
            f"127.0.0.1:{ports[f'{who}.port']}.{ports[f'{who}.port.grpc']}" for who in ("master", "filer")
        ]
        path = f"{Path(installed_binary()).parent}:{os.environ['PATH']}"
        run = subprocess.run(
            ["sh", str(DOCKER / "bucket.sh"), bucket, *addresses],
            env={**os.environ, "PATH": path, "HOME": str(self.folder)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert run.returncode == 0, run.stdout + run.stderr

    def run(self, command: list[str], environment: dict[str, str]) -> None:
        words = [sys.executable, *command[1:]]
        run = subprocess.run(words, env=self.clean(environment), capture_output=True, text=True, check=False)
        assert run.returncode == 0, run.stdout + run.stderr

    def start_worker(self) -> None:
        words = [sys.executable, *ours()["worker"]["command"][1:]]
        with (self.folder / "worker.log").open("ab") as log:
            worker = subprocess.Popen(
                words,
                env=self.clean(self.environment("worker")),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.workers.append(worker)
        self.running.callback(stop, worker)

    def clean(self, environment: dict[str, str]) -> dict[str, str]:
        """Nothing of the tests' own settings."""
        inherited = {
            name: text for name, text in os.environ.items() if name not in ("DATABASE_URL", "MEDIA_ROOT")
        }
        return {**inherited, "SAMAR_VAR": str(self.folder / "var"), **environment}

    def count(self, query: str) -> int:
        with psycopg.connect(self.database) as connection:
            row = connection.execute(query).fetchone()
        assert row
        return int(row[0])

    def children(self) -> list[int]:
        """The processes that answer requests."""
        heads = [application.process.pid for application in self.applications if application.process]
        return [
            int(pid)
            for head in heads
            for pid in Path(f"/proc/{head}/task/{head}/children").read_text().split()
        ]

    def memory_mib(self) -> float:
        """What belongs to the application's processes alone. They share about 100 MiB more, once a service."""
        heads = [application.process.pid for application in self.applications if application.process]
        return sum(private_mib(pid) for pid in [*heads, *self.children()])


def private_mib(pid: int) -> float:
    """Memory that would be free again if this process ended."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private_")) / 1024


def database_of_its_own(running: ExitStack) -> str:
    url = running.enter_context(postgres.server())
    name = f"whole_{uuid4().hex[:12]}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    running.callback(drop, url, name)
    return url.rpartition("/")[0] + f"/{name}"


def drop(url: str, name: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        process.wait(STOP_SECONDS_MAX)


def eventually(found: Callable[[], bool], what: str, seconds: float = 30) -> None:
    until = time.monotonic() + seconds
    while not found():
        assert time.monotonic() < until, what
        time.sleep(0.1)
