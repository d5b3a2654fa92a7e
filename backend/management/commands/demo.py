"""python -m backend demo [--serve]: the demo programme played on this machine, then (with --serve) kept running."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

ADMINISTRATOR = "admin"
PASSWORD = "samar-demo-2026"  # a demo on the loopback address; `setup --administrator` asks for a real one
START_SECONDS_MAX = 60
TABLES = "tables.txt"

LOGINS = (
    ("admin", "administrator"),
    ("mira", "pengelola program / programme manager"),
    ("budi, wati", "koordinator wilayah / regional coordinators"),
    ("sari, rina, … (12)", "inspektur / inspectors"),
    ("dewi", "pengguna data / consumer of findings"),
)


class Command(BaseCommand):
    help = "Play the demo programme through the public API; --serve keeps the server running afterwards."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--serve", action="store_true")
        parser.add_argument("--port", type=int, default=int(os.environ.get("PORT") or 8000))
        parser.add_argument("--seed", type=int, default=int(os.environ.get("SEED") or 7))

    def handle(self, *args: Any, **options: Any) -> None:
        home = settings.VAR / "story"
        make_folder(home)
        port = options["port"] if options["serve"] else free_port()
        refuse_busy(port)
        os.environ["SAMAR_ADMIN_PASSWORD"] = PASSWORD
        call_command("setup", administrator=ADMINISTRATOR, stdout=self.stdout)
        server = start_server(port)
        try:
            self.play(server, f"http://127.0.0.1:{port}", home, options["seed"])
            if options["serve"]:
                self.stdout.write(addresses(port, home))
                server.wait()
        except KeyboardInterrupt:
            self.stdout.write("")
        finally:
            stop(server)

    def play(self, server: subprocess.Popen[bytes], address: str, home: Path, seed: int) -> None:
        """The story, unless it was already played to its end here; then its tables again."""
        wait_until_healthy(server, address)
        played = home / TABLES
        if played.exists():
            self.stdout.write(played.read_text("utf-8"))
            return
        command = [sys.executable, "-m", "fieldsync.demo", "--server", address]
        command += ["--home", str(home), "--seed", str(seed), "--administrator", ADMINISTRATOR]
        if subprocess.run(command, check=False).returncode != 0:
            raise CommandError(
                "The story stopped before its end; nothing is lost, the same command plays on."
            )


def make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / ".writable").write_text("")
    except OSError as error:
        raise CommandError(
            f"Cannot write in {folder}: {error.strerror}. Set SAMAR_VAR to a folder of yours."
        ) from None


def refuse_busy(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise CommandError(
                f"Port {port} is busy. Say another one: make run PORT={port + 80} "
                f"(porta {port} sedang dipakai; pilih yang lain)."
            ) from None


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start_server(port: int) -> subprocess.Popen[bytes]:
    """A process of its own; Ctrl-C reaches only us, and we stop it."""
    command = [sys.executable, "-m", "backend", "run", "--port", str(port)]
    return subprocess.Popen(command, start_new_session=True)


def wait_until_healthy(server: subprocess.Popen[bytes], address: str) -> None:
    until = time.monotonic() + START_SECONDS_MAX
    while time.monotonic() < until:
        if server.poll() is not None:
            raise CommandError("The server did not start; its message is above.")
        try:
            with urllib.request.urlopen(f"{address}/healthz", timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise CommandError(f"The server did not answer at {address}/healthz within {START_SECONDS_MAX} seconds.")


def stop(server: subprocess.Popen[bytes]) -> None:
    server.terminate()
    try:
        server.wait(timeout=10)
    except subprocess.TimeoutExpired:
        server.kill()


def addresses(port: int, home: Path) -> str:
    logins = "\n".join(f"  {name:<20} {role}" for name, role in LOGINS)
    return f"""
Samar is running / Samar berjalan:
  http://127.0.0.1:{port}/console/      the coordinator's console / konsol koordinator
  http://127.0.0.1:{port}/results/      results / hasil
  http://127.0.0.1:{port}/app/          the phone app / aplikasi telepon
  http://127.0.0.1:{port}/api/docs/     the API, to read and try
  http://127.0.0.1:{port}/healthz       health
  {home}/                findings and indicators, as written by the story

Demo logins, all with the password {PASSWORD}:
{logins}

Ctrl-C stops it; the data stay in {settings.VAR}. `make clean` removes them.
"""
