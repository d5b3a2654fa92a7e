"""python -m backend run: the server and its worker on one machine."""

import os
import signal
import subprocess
import sys
from typing import Any

import waitress
from django.core.management.base import BaseCommand, CommandParser

from backend.wsgi import application

THREADS = 8


class Command(BaseCommand):
    help = "Serve on one machine (waitress) with one background worker, until Ctrl-C."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=int(os.environ.get("PORT") or 8000))
        parser.add_argument("--without-worker", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        worker = None if options["without_worker"] else start_worker()
        try:
            waitress.serve(
                application,
                host=options["host"],
                port=options["port"],
                threads=THREADS,
                ident=None,
                max_request_body_size=8 * 1024 * 1024,
                channel_timeout=120,
                clear_untrusted_proxy_headers=True,
                _quiet=True,
            )
        finally:
            if worker:
                worker.terminate()


def start_worker() -> subprocess.Popen[bytes]:
    """A worker that ends with this process, even if this process is killed."""
    command = [sys.executable, "-m", "backend", "worker", "--only-one", "--parent", str(os.getpid())]
    return subprocess.Popen(command, start_new_session=True)
