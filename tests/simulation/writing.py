"""Processes that write into the feed or follow it, to be killed (test_cursor.py).

python -m tests.simulation.writing write SCOPE     prints the name of each thing once its commit has returned
python -m tests.simulation.writing follow SCOPE    prints "<seq> <thing>" as it hears of them; never ends
"""

import os
import random
import sys
import time
from uuid import UUID, uuid4

import django

PAGE = 7


def write(scope: UUID) -> None:
    from backend.feed.actions import Touch
    from backend.journal.actions import record, transaction_of_one_action
    from backend.people.models import Programme

    programme = Programme.objects.get()
    while True:
        thing = uuid4()
        with transaction_of_one_action():
            record("thing.touched", programme, by=None, hears=[Touch(scope, "thing", thing)])
            time.sleep(random.uniform(0, 0.005))
        say(str(thing))


def follow(scope: UUID) -> None:
    from backend.feed.models import read_page

    cursor = None
    while True:
        page = read_page(scope, cursor, limit=PAGE)
        for change in page.changes:
            say(f"{change.seq} {change.entity}")
        cursor = page.cursor
        time.sleep(0 if page.more else 0.002)


def say(line: str) -> None:
    os.write(1, (line + "\n").encode())


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.settings")
    django.setup()
    {"write": write, "follow": follow}[sys.argv[1]](UUID(sys.argv[2]))
