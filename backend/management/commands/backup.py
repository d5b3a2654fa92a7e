"""python -m backend backup: a copy of everything, and what of it phones may forget. See docs/operations.md."""

import sys
import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from backend.backups.actions import begin, complete
from backend.backups.rules import Name
from backend.backups.taking import Taken, take_backup
from backend.core.errors import Problem

MIB = 1024 * 1024
TOLD_EVERY_SECONDS = 2.0


class Command(BaseCommand):
    help = "Back up while the server runs. With other tools: --begin, copy, --complete NAME."
    requires_system_checks = ()  # they look at the code and its addresses; nothing of that is needed here

    def add_arguments(self, parser: CommandParser) -> None:
        how = parser.add_mutually_exclusive_group(required=True)
        how.add_argument(
            "--to", metavar="FOLDER", type=Path, help="make a backup in a new folder below this one"
        )
        how.add_argument("--begin", action="store_true", help="mark what the next copy covers; prints a name")
        how.add_argument(
            "--complete", metavar="NAME", help="the copy begun under this name is finished and safe"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["begin"]:
                self.begin()
            elif options["complete"]:
                backup = complete(Name.read(options["complete"]))
                self.stdout.write(
                    f"Backup {backup.name} counts as completed. / Cadangan {backup.name} dianggap selesai."
                )
            else:
                self.tell_taken(take_backup(options["to"].absolute(), tell=Progress(self.stderr)))
        except Problem as problem:
            raise CommandError(in_words(problem)) from None

    def begin(self) -> None:
        """The name alone goes to the standard output, for scripts."""
        backup = begin()
        self.stdout.write(str(backup.name))
        self.stderr.write(
            f"Now copy the database and the photos; then: python -m backend backup --complete {backup.name}\n"
            "(sekarang salin basis data dan foto; lalu jalankan perintah itu)."
        )

    def tell_taken(self, taken: Taken) -> None:
        told = taken.manifest
        size = (told.database_bytes + told.photo_bytes) / MIB
        self.stdout.write(
            f"Backed up: database and {told.photos} photos, {size:.1f} MiB, in {taken.folder}\n"
            f"Dicadangkan: basis data dan {told.photos} foto, {size:.1f} MiB, di {taken.folder}"
        )
        if told.elsewhere:
            self.stdout.write(
                f"{told.elsewhere} photos are in the object store: keep its versions or a copy of it.\n"
                f"{told.elsewhere} foto ada di penyimpanan objek: simpan versinya atau salinannya."
            )
        if taken.same_disk:
            self.stdout.write(
                "It lies on the disk of the server itself: copy it to another machine.\n"
                "Cadangan ini ada di disk server sendiri: salinlah ke mesin lain."
            )
        if told.lost:
            raise CommandError(
                f"{len(told.lost)} photos are missing or damaged on this server and not in the backup: "
                f"{', '.join(told.lost[:10])} ({len(told.lost)} foto hilang atau rusak di server ini)."
            )


class Progress:
    """A line every two seconds, and one at the end of each step that took longer."""

    def __init__(self, out: Any) -> None:
        self.out, self.told = out, time.monotonic()

    def __call__(self, step: str, done: int, total: int) -> None:
        if time.monotonic() - self.told > TOLD_EVERY_SECONDS:
            self.told = time.monotonic()
            self.out.write(f"{step} {done}/{total}")
            sys.stderr.flush()


def in_words(problem: Problem) -> str:
    return f"{problem} / {problem.words_id}"
