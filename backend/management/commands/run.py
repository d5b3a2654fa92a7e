"""python -m backend run: the server and its worker on one machine."""

import os
import signal
import subprocess
import sys
import threading
from copy import copy
from io import StringIO
from typing import Any

import waitress
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.receiver import FixedStreamReceiver
from waitress.task import WSGITask

from backend.pages.middleware import FORM_BYTES_MAX, NOT_PAGES
from backend.sync.unsent_zip import ZIP_BYTES_MAX
from backend.wsgi import application

THREADS = 8
CONNECTION_SECONDS_MAX = 120
LET_GO_BYTES_MAX = 1024 * 1024 * 1024
UNSENT_WORK = "/api/v1/unsent-work"
WORKER_PAUSE_SECONDS = 2.0


class Command(BaseCommand):
    help = "Serve on one machine (waitress) with one background worker, until Ctrl-C."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=int(os.environ.get("PORT") or 8000))
        parser.add_argument("--without-worker", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        refuse_unprepared()
        refuse_bad_store()
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        HTTPChannel.task_class = KeepingTask
        HTTPChannel.parser_class = BoundedRequest
        worker = KeptWorker()
        if not options["without_worker"]:
            worker.start()
        try:
            waitress.serve(
                application,
                host=options["host"],
                port=options["port"],
                threads=THREADS,
                ident=None,
                max_request_body_size=ZIP_BYTES_MAX + 1,
                channel_timeout=CONNECTION_SECONDS_MAX,
                clear_untrusted_proxy_headers=not settings.BEHIND_PROXY,
                _quiet=True,
            )
        except OSError as error:
            raise CommandError(f"Cannot serve on port {options['port']}: {error.strerror}.") from None
        finally:
            worker.stop()


class LetGo(FixedStreamReceiver):
    """A body that nobody will read: its bytes are dropped as they come."""

    def received(self, data: bytes) -> int:
        taken = min(len(data), self.remain)
        self.remain -= taken
        self.completed = self.remain == 0
        return taken


class BoundedRequest(HTTPRequestParser):
    """waitress takes a body in whole before anybody has looked who sends it; a long one is expected at one place.

    A page's form that is too long is let go to its end, and answered by pages/middleware.py: a browser shows no answer
    that comes while it is still sending, only that the connection broke. Programs are stopped at once.
    """

    def parse_header(self, header_plus: bytes) -> None:
        super().parse_header(header_plus)
        if self.path == UNSENT_WORK:
            return
        self.adj: Any = copy(self.adj)
        self.adj.max_request_body_size = FORM_BYTES_MAX
        of_a_page = not self.path.startswith(NOT_PAGES) and not self.chunked
        if of_a_page and FORM_BYTES_MAX <= self.content_length < LET_GO_BYTES_MAX:
            self.adj.max_request_body_size = LET_GO_BYTES_MAX
            self.body_rcv: Any = LetGo(self.content_length, self.body_rcv.getbuf())


class KeepingTask(WSGITask):
    """An answer without a body (204, 304) ends where it ends; waitress would close the connection to say so, and
    every piece of a photo would need a new one."""

    def set_close_on_finish(self) -> None:
        asked = self.request.headers.get("CONNECTION", "").lower()
        if self.has_body or self.version != "1.1" or asked == "close":
            super().set_close_on_finish()


def refuse_unprepared() -> None:
    """A database of an older version, or an empty one, is said at once and not by every request."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise CommandError("The database is not prepared for this version. First: python -m backend setup")
    connection.close()


def refuse_bad_store() -> None:
    """Photos that cannot be kept are better said at the start than to the first phone."""
    call_command("check_store", stdout=StringIO())


class KeptWorker(threading.Thread):
    """A worker process, started again whenever it ends; it ends by itself when this process is killed."""

    def __init__(self) -> None:
        super().__init__(name="worker", daemon=True)
        self.stopped = threading.Event()
        self.process: subprocess.Popen[bytes] | None = None

    def run(self) -> None:
        command = [sys.executable, "-m", "backend", "worker", "--only-one", "--parent", str(os.getpid())]
        while not self.stopped.is_set():
            self.process = subprocess.Popen(command, start_new_session=True)
            self.process.wait()
            self.stopped.wait(WORKER_PAUSE_SECONDS)

    def stop(self) -> None:
        self.stopped.set()
        if self.process and self.process.poll() is None:
            self.process.terminate()
