"""nginx as in docker/nginx.conf, with only names, ports and folders of this machine put in."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from pathlib import Path

from tests.journeys.server import free_port

ROOT = Path(__file__).parents[2]
START_SECONDS_MAX = 20
STOP_SECONDS_MAX = 20


class Front:
    """In front of two application processes, and of a store when there is one; speaks TLS on `port`.

    folder    becomes its home; `secrets/tls_certificate` and `secrets/tls_key` lie in `secrets`
    """

    def __init__(self, folder: Path, secrets: Path, applications: tuple[int, int], store: int = 9) -> None:
        self.folder, self.port, self.plain_port = folder, free_port(), free_port()
        self.process: subprocess.Popen[bytes] | None = None
        self.log = folder / "log"
        (folder / "cache").mkdir(parents=True)
        (folder / "nginx.conf").write_text(
            substituted(
                (ROOT / "docker/nginx.conf").read_text("utf-8"),
                {
                    "pid /tmp/nginx.pid;": f"pid {folder}/pid;",
                    "/dev/stdout short": f"{folder}/access short",
                    "server app1:8000": f"server 127.0.0.1:{applications[0]}",
                    "server app2:8000": f"server 127.0.0.1:{applications[1]}",
                    "server store:8333": f"server 127.0.0.1:{store}",
                    "listen 80 ": f"listen 127.0.0.1:{self.plain_port} ",
                    "listen 443 ": f"listen 127.0.0.1:{self.port} ",
                    "ssl_certificate /run/secrets": f"ssl_certificate {secrets}",
                    "ssl_certificate_key /run/secrets": f"ssl_certificate_key {secrets}",
                },
            ).replace("/var/cache/nginx", f"{folder}/cache")
        )

    @property
    def address(self) -> str:
        return f"https://localhost:{self.port}"

    def command(self, *more: str) -> list[str]:
        # As root its workers would be `nobody`, who may not look into the folders of tests.
        user = "user root;" if os.geteuid() == 0 else ""
        own = ["-p", str(self.folder), "-c", str(self.folder / "nginx.conf")]
        return [installed(), *own, "-g", f"daemon off; {user}", *more]

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(self.command(), stdout=log, stderr=log, start_new_session=True)
        until = time.monotonic() + START_SECONDS_MAX
        while time.monotonic() < until and self.process.poll() is None:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.02)
        raise AssertionError("nginx did not start: " + self.log.read_text()[-3000:])

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(STOP_SECONDS_MAX)


def substituted(text: str, words: dict[str, str]) -> str:
    """Every word stands there exactly once; a test would otherwise start something else than what is deployed."""
    for old, new in words.items():
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


def installed() -> str:
    """Debian keeps nginx where only administrators look."""
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin") or ""


def made_secrets(folder: Path, name: str = "localhost") -> Path:
    """What docker/make-secrets.sh writes, in a folder of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(ROOT / "docker/make-secrets.sh", folder)
    script = ["sh", str(folder / "make-secrets.sh"), name]
    subprocess.run(script, check=True, capture_output=True, text=True)
    return folder / "secrets"
