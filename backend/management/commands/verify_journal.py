"""python -m backend verify_journal: walks the chain of seals."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from backend.journal.actions import seal_journal, verify_chain
from backend.journal.errors import ChainBroken


class Command(BaseCommand):
    help = "Seal what is new, then check every line of the journal against its seal."

    def handle(self, *args: Any, **options: Any) -> None:
        while seal_journal(everything=True):
            pass
        try:
            count = verify_chain()
        except ChainBroken as broken:
            raise CommandError(str(broken)) from None
        self.stdout.write(f"{count} lines, all as they were written.")
