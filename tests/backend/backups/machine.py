"""A whole Samar in a folder of its own, SQLite and photos, spoken to through its commands; and what is done inside it:

python -m tests.backend.backups.machine tell 2         Sari tells a visit with two photos; their ids, as JSON
python -m tests.backend.backups.machine durable        what of all she told her phone may forget, as JSON
python -m tests.backend.backups.machine killed FOLDER  backups into FOLDER, each killed at another step, as JSON
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

ROOT = Path(__file__).resolve().parents[3]
STEPS = ("marked", "database", "check", "photos", "manifest", "named", "completed")


@dataclass
class Machine:
    folder: Path

    @property
    def database(self) -> Path:
        return self.folder / "samar.sqlite3"

    @property
    def media(self) -> Path:
        return self.folder / "media"

    def run(self, *words: str, file_bytes_max: int | None = None) -> subprocess.CompletedProcess[str]:
        """A command; its files may not grow beyond `file_bytes_max`, which is how a full disk is told here."""

        def limit() -> None:
            if file_bytes_max is not None:
                resource.setrlimit(resource.RLIMIT_FSIZE, (file_bytes_max, file_bytes_max))

        environment = {
            **os.environ,
            "SAMAR_VAR": str(self.folder),
            "DJANGO_SETTINGS_MODULE": "backend.settings",
        }
        for name in ("DATABASE_URL", "MEDIA_ROOT", "EVIDENCE_STORE"):
            environment.pop(name, None)
        command = [sys.executable, "-m", *words]
        return subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, preexec_fn=limit
        )

    def does(self, *words: str) -> str:
        """A command of Samar that must succeed; what it said."""
        ran = self.run("backend", *words)
        assert ran.returncode == 0, ran.stdout + ran.stderr
        return ran.stdout

    def refuses(self, *words: str, **limits: int) -> str:
        """A command of Samar that must fail in plain words; those."""
        ran = self.run("backend", *words, **limits)
        assert ran.returncode == 1, ran.stdout + ran.stderr
        assert "Traceback" not in ran.stderr
        return ran.stderr

    def durable(self) -> list[str]:
        """What of all that Sari told her phone may forget, read without the product's help."""
        done = "backup IN (SELECT number FROM backups_backup WHERE completed_at IS NOT NULL)"
        rows = (
            f"SELECT uuid FROM visits_submission WHERE {done}"  # noqa: S608
            f" UNION SELECT id FROM evidence_photo WHERE state = 'stored' AND {done}"
        )
        with closing(sqlite3.connect(self.database)) as database:
            return sorted(str(UUID(name)) for (name,) in database.execute(rows))

    def inside(self, *words: str) -> Any:
        ran = self.run("tests.backend.backups.machine", *words)
        assert ran.returncode == 0, ran.stdout + ran.stderr
        return json.loads(ran.stdout)


def tell(photos: int) -> list[str]:
    """Sari tells one more visit; ids of the submission and its photos."""
    from backend.people.models import User
    from backend.people.rules import Role
    from tests import world
    from tests.backend.backups.telling import tell_with_photos

    if known := User.objects.filter(username="sari").first():
        sari = world.Person(known, known.devices.get(), "")
    else:
        sari = world.person("sari", Role.INSPECTOR)
    return [str(name) for name in tell_with_photos(sari, photos=photos)]


def durable() -> list[str]:
    from backend.backups.models import durable_among
    from backend.evidence.models import Photo
    from backend.people.models import User
    from backend.visits.models import Submission

    told = {*Submission.objects.values_list("uuid", flat=True), *Photo.objects.values_list("pk", flat=True)}
    return durable_among(told, user=User.objects.get(username="sari"))


def killed(to: Path) -> dict[str, Any]:
    """By the step at which a backup was killed: how many things were durable after it."""
    from django.db import connections

    found = {}
    for step in STEPS:
        connections.close_all()
        child = os.fork()
        if child == 0:
            backed_up(to, die_at=step)
            os._exit(1)
        _, status = os.waitpid(child, 0)
        found[step] = {"killed": os.WIFSIGNALED(status), "durable": len(durable())}
        found[step]["folders"] = sorted("unfinished" in path.name for path in to.glob("samar-*"))
    return found


def backed_up(to: Path, *, die_at: str) -> None:
    from backend.backups.taking import take_backup

    def tell(step: str, done: int, total: int) -> None:
        if step == die_at:
            os.kill(os.getpid(), signal.SIGKILL)

    take_backup(to, tell=tell)


def main(words: list[str]) -> None:
    import django

    django.setup()
    said: Any = tell(int(words[1])) if words[0] == "tell" else killed(Path(words[1]))
    sys.stdout.write(json.dumps(said))


if __name__ == "__main__":
    main(sys.argv[1:])
