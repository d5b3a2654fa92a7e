"""python -m backend check_store: whether photos can be kept, and if not, why."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from backend.evidence import storage


class Command(BaseCommand):
    help = "Write, read and delete one object in the store of photos, and say what is wrong."

    def handle(self, *args: Any, **options: Any) -> None:
        if trouble := storage.check():
            raise CommandError(f"{trouble.words_id}\n{trouble.words} ({trouble.code})")
        self.stdout.write("Penyimpanan foto baik.\nThe store of photos is fine.")
