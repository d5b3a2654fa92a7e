"""python -m backend second_factor --take-off admin: for somebody who lost phone and key, when nobody else can help."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from backend.people.inviting import take_off_second_factors
from backend.people.models import User


class Command(BaseCommand):
    help = "Takes a lost second factor off; she signs in with her password and sets a new one up."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--take-off", metavar="NAME", required=True, help="her user name")

    def handle(self, *args: Any, **options: Any) -> None:
        person = User.objects.filter(username=options["take_off"]).first()
        if person is None:
            raise CommandError(f"nobody is called {options['take_off']}")
        count = take_off_second_factors(person)
        self.stdout.write(f"{person.username}: {count} passkeys and codes taken off")
