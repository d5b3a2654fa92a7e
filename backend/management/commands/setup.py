"""python -m backend setup: an empty or older database becomes one that Samar can work with."""

import getpass
from io import StringIO
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser

from backend.checklists.actions import publish_builtin
from backend.feed.actions import check_timeline
from backend.indicators.references import load_published_results
from backend.journal.actions import seal_journal
from backend.people.actions import create_administrator
from backend.people.models import User
from backend.settings import text


class Command(BaseCommand):
    help = "Migrate, publish the IKKT instrument, load reference results, and make the first administrator."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--administrator", metavar="NAME", help="make this administrator if there is none"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("migrate", interactive=False, verbosity=0)
        check_timeline()
        checklist = publish_builtin()
        load_published_results()
        if options["administrator"] and not User.objects.filter(is_administrator=True).exists():
            password = text("SAMAR_ADMIN_PASSWORD", "") or getpass.getpass("Password: ")
            create_administrator(options["administrator"], password)
        seal_journal()  # the first link is there before two workers could both make it
        call_command("check_store", stdout=StringIO())
        self.stdout.write(f"Ready: {checklist.code} {checklist.version}, {checklist.digest[:19]}…")
