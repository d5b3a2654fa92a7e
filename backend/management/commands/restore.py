"""python -m backend restore: a backup takes the place of what is here. See docs/operations.md."""

from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from backend.backups.restoring import refuse_running, restore, set_right
from backend.core.errors import Problem
from backend.management.commands.backup import Progress, in_words


class Command(BaseCommand):
    help = "Restore a backup of SQLite and photos; or, after other tools restored them, --after-manual."
    requires_system_checks = ()  # they look at the code and its addresses; nothing of that is needed here

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", nargs="?", type=Path, help="a finished backup")
        parser.add_argument("--replace", action="store_true", help="move aside what is here")
        parser.add_argument(
            "--after-manual", action="store_true", help="database and photos were put back by other tools"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if bool(options["folder"]) == options["after_manual"]:
            raise CommandError("Say a backup's folder, or --after-manual. / Sebutkan folder cadangan.")
        try:
            if options["after_manual"]:
                self.set_right()
            else:
                self.restore(options["folder"].absolute(), replace=options["replace"])
        except Problem as problem:
            raise CommandError(in_words(problem)) from None

    def set_right(self) -> None:
        refuse_running()
        call_command("migrate", interactive=False, verbosity=0)
        told = set_right(tell=Progress(self.stderr))
        self.stdout.write(
            f"New epoch {told.epoch}: every phone offers again what it still keeps.\n"
            f"Asked for again: {told.photos} photos that are not in the store, {told.uploads} that were half sent.\n"
            f"Zaman baru {told.epoch}: setiap telepon menawarkan lagi yang masih disimpannya.\n"
            f"Diminta lagi: {told.photos} foto yang tidak ada di penyimpanan, {told.uploads} yang terkirim sebagian."
        )

    def restore(self, folder: Path, *, replace: bool) -> None:
        restored = restore(folder, replace=replace, tell=Progress(self.stderr))
        for path in restored.moved:
            self.stdout.write(f"Moved aside / dipindahkan: {path}")
        self.stdout.write(restored.told.rstrip())
        self.stdout.write(
            f"Restored backup {restored.manifest.backup} with {restored.copied.count} photos. Start the server.\n"
            f"Cadangan {restored.manifest.backup} dipulihkan dengan {restored.copied.count} foto. Jalankan server."
        )
