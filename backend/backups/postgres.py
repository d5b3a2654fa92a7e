"""PostgreSQL's own tools, where they are at hand, and whether somebody uses this database."""

import os
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

from django.db import connection

from backend.backups.errors import BackupDamaged, DumpFailed, ManualOnly, ServerRunning
from backend.backups.folder import sync_file

GOODBYE_SECONDS_MAX = 3.0
ERROR_LETTERS_MAX = 500


def dump_database(target: Path) -> None:
    """One moment of the database as pg_dump's custom format, on the disk when this returns.
    Raises ManualOnly (no pg_dump here), DumpFailed."""
    ran = _run("pg_dump", "--format=custom", f"--file={target}", _name())
    if ran.returncode:
        raise DumpFailed(why=ran.stderr.strip()[-ERROR_LETTERS_MAX:])
    sync_file(target)


def check_dump(path: Path) -> None:
    """Whether pg_restore can read the dump from end to end. Raises BackupDamaged."""
    ran = _run("pg_restore", f"--file={os.devnull}", str(path))
    if ran.returncode:
        raise BackupDamaged(why=ran.stderr.strip()[-ERROR_LETTERS_MAX:])


def refuse_running() -> None:
    """Raises ServerRunning while a server or worker is connected; one that was just stopped may say goodbye first."""
    until = time.monotonic() + GOODBYE_SECONDS_MAX
    while _others():
        if time.monotonic() > until:
            raise ServerRunning()
        time.sleep(0.1)


def _others() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND usename = current_user"
            " AND backend_type = 'client backend' AND pid <> pg_backend_pid() AND application_name <> 'psql'"
        )
        return int(cursor.fetchone()[0])


def _run(tool: str, *words: str) -> subprocess.CompletedProcess[str]:
    if not shutil.which(tool):
        raise ManualOnly(why=f"{tool} is not here")
    return subprocess.run([tool, *words], env=_environment(), capture_output=True, text=True, check=False)


def _name() -> str:
    return str(connection.settings_dict["NAME"])


def _environment() -> dict[str, str]:
    """The address as PostgreSQL's tools read it: a password on a command line can be read by everybody."""
    known: dict[str, Any] = connection.settings_dict
    told = {"PGHOST": known["HOST"], "PGPORT": known["PORT"], "PGUSER": known["USER"]}
    told["PGPASSWORD"] = known["PASSWORD"]
    if mode := known["OPTIONS"].get("sslmode"):
        told["PGSSLMODE"] = mode
    return {**os.environ, **{name: str(value) for name, value in told.items() if value}}
