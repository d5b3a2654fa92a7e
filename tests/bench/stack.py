"""The server as deployed, for as long as a block lasts: PostgreSQL that syncs to disk, granian, one worker."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from tests import postgres
from tests.journeys.server import free_port

PROCESSES, THREADS = 2, 4
SIZE = ("--processes", str(PROCESSES), "--threads", str(THREADS))
START_SECONDS_MAX = 60
STOP_SECONDS_MAX = 20
SETTINGS = ("fsync", "synchronous_commit", "full_page_writes", "shared_buffers", "max_wal_size")


@dataclass(frozen=True)
class Stack:
    """Where it answers and the roots of its process trees."""

    address: str
    roots: dict[str, int]
    folder: Path


def environment(folder: Path, database: str) -> dict[str, str]:
    return {
        "DJANGO_SETTINGS_MODULE": "backend.settings",
        "SAMAR_VAR": str(folder),
        "MEDIA_ROOT": str(folder / "media"),
        "DATABASE_URL": database,
        "SAMAR_ADMIN_PASSWORD": "samar-demo-2026",
        "LOG_LEVEL": "WARNING",
    }


@contextmanager
def durable_database() -> Iterator[str]:
    """A database of our own on a server with its default settings; on one that DATABASE_URL names, if it does."""
    with postgres.server(durable=True) as url:
        name = f"bench_{secrets.token_hex(4)}"
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"')
        try:
            yield url.rpartition("/")[0] + "/" + name
        finally:
            with psycopg.connect(url, autocommit=True) as connection:
                connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@contextmanager
def serving(folder: Path) -> Iterator[Stack]:
    """Server and worker over the prepared database of this environment."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    server_log = folder / "server.log"
    with started(backend("serve", "--port", str(port), *SIZE), server_log) as server:
        wait_until_it_answers(server, f"{address}/healthz", server_log)
        with started(backend("worker", "--only-one"), folder / "worker.log") as worker:
            yield Stack(
                address, {"server": server.pid, "worker": worker.pid, "database": database_root()}, folder
            )


@contextmanager
def serving_floor(folder: Path) -> Iterator[Stack]:
    """The floor, in as many processes, over the same PostgreSQL and the same disk."""
    port, log = free_port(), folder / "floor.log"
    address, module = f"http://127.0.0.1:{port}", "tests.bench.floor"
    own = {**os.environ, "SAMAR_FLOOR": "1"}
    subprocess.run([sys.executable, "-m", module], env=own, check=True)
    (folder / "media").mkdir(exist_ok=True)
    command = [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--port", str(port), "--no-ws",
        "--workers", str(PROCESSES), "--blocking-threads", str(THREADS), "--log-level", "warning",
        f"{module}:application",
    ]  # fmt: skip
    with started(command, log, own) as server:
        wait_until_it_answers(server, f"{address}/", log)
        yield Stack(address, {"server": server.pid, "database": database_root()}, folder)


def backend(*words: str) -> list[str]:
    return [sys.executable, "-m", "backend", *words]


@contextmanager
def started(
    command: list[str], log: Path, environment: dict[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("ab") as out:
        process = subprocess.Popen(command, env=environment, stdout=out, stderr=out, start_new_session=True)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_until_it_answers(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    until = time.monotonic() + START_SECONDS_MAX
    while process.poll() is None and time.monotonic() < until:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except urllib.error.HTTPError:  # it says no, so it is there
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    raise RuntimeError(f"{url} does not answer: {log.read_text(errors='replace')[-2000:]}")


def database_root() -> int:
    """The first process of PostgreSQL on this machine: the parent of whoever serves our connection."""
    from django.db import connection

    from tests.bench.cpu import stat_of

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        ((pid,),) = cursor.fetchall()
    found = stat_of(pid)
    if not found:
        raise RuntimeError("PostgreSQL runs on another machine; its CPU cannot be measured from here")
    return int(found[1])


def database_settings() -> dict[str, str]:
    from django.db import connection

    told = {}
    with connection.cursor() as cursor:
        for name in SETTINGS:
            cursor.execute(f"SHOW {name}")
            ((told[name],),) = cursor.fetchall()
        cursor.execute("SHOW server_version")
        ((told["version"],),) = cursor.fetchall()
    return told


def enter(folder: Path, database: str) -> None:
    """This process becomes one of the installation's: Django over its database, which is then prepared."""
    os.environ.update(environment(folder, database))
    import django
    from django.core.management import call_command

    django.setup()
    with open(os.devnull, "w") as nowhere:
        call_command("setup", stdout=nowhere)
