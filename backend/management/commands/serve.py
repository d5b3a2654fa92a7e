"""python -m backend serve: one of several server processes behind a proxy (docs/operations.md)."""

import gc
import os
import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections
from django.urls import get_resolver
from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels

from backend.evidence import storage
from backend.management.commands.run import refuse_bad_store, refuse_unprepared

WAITING_CONNECTIONS_MAX = 1024
PORT_SECONDS_MAX = 3
PARENT_LOOKED_AT_EVERY_SECONDS = 0.5
RESPAWN_SECONDS = 1.0
STOP_SECONDS_MAX = 10


class Command(BaseCommand):
    help = "Serve at scale (granian): several processes with threads, behind a proxy that takes uploads in whole."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=int(os.environ.get("PORT") or 8000))
        parser.add_argument("--processes", type=int, default=2, help="one a core")
        parser.add_argument(
            "--threads", type=int, default=4, help="a process; each with a database connection"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        refuse_unprepared()
        elsewhere(refuse_bad_store)
        refuse_busy(options["host"], options["port"])
        server = Granian(
            "backend.wsgi:application",
            address=options["host"],
            port=options["port"],
            interface=Interfaces.WSGI,
            http=HTTPModes.http1,
            workers=options["processes"],
            blocking_threads=options["threads"],
            backlog=WAITING_CONNECTIONS_MAX,
            respawn_failed_workers=True,
            respawn_interval=RESPAWN_SECONDS,
            workers_kill_timeout=STOP_SECONDS_MAX,
            websockets=False,
            log_level=LogLevels.warning,
        )
        prepare_to_fork()
        server.serve(target_loader=partial(load, os.getpid()), wrap_loader=False)


def elsewhere(look: Callable[[], None]) -> None:
    """In a process of its own: what it connects to must not be inherited by those that serve."""
    with ProcessPoolExecutor(max_workers=1, mp_context=get_context("fork")) as process:
        process.submit(look).result()


def refuse_busy(host: str, port: int) -> None:
    """The server's own sockets share their port with whoever else listens so; requests would go to either."""
    until = time.monotonic() + PORT_SECONDS_MAX  # a killed predecessor's processes may need a moment to end
    while trouble := cannot_listen(host, port):
        if time.monotonic() > until:
            raise CommandError(f"Cannot serve on port {port}: {trouble}.")
        time.sleep(0.1)


def cannot_listen(host: str, port: int) -> str | None:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            probe.listen()
        except OSError as error:
            return error.strerror or str(error)
    return None


def prepare_to_fork() -> None:
    """Everything is imported once, so that the processes share its memory; connections belong to one process each."""
    from backend import wsgi  # noqa: F401

    assert get_resolver().url_patterns
    storage.prepare()
    connections.close_all()
    gc.collect()
    gc.freeze()


def load(parent: int) -> Any:
    """In each process: the application, and an eye on the parent, since a killed one cannot say goodbye."""
    threading.Thread(target=end_with, args=(parent,), daemon=True).start()
    from backend.wsgi import application

    return application


def end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(PARENT_LOOKED_AT_EVERY_SECONDS)
    os._exit(1)
