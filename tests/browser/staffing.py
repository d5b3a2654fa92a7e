"""People and orders in the database of a server of these tests, made in a process of its own:

python -m tests.browser.staffing found 4         Sari with four orders, Rina, Budi; prints everybody's token as JSON
python -m tests.browser.staffing order rina 300  more orders; prints the visits' ids as JSON, the first one first
"""

import json
import os
import sys
from datetime import UTC, datetime, timedelta
from typing import Any


def found(orders: int) -> dict[str, str]:
    from backend.people.rules import Role
    from tests import world

    people = [world.person(name, Role.INSPECTOR) for name in ("sari", "rina")]
    people.append(world.person("budi", Role.COORDINATOR, regions=("63.01",)))
    world.standard(world.product(), fee=100_000, wait=30)
    order("sari", orders)
    return {person.user.username: person.token for person in people}


def order(inspector: str, count: int) -> list[str]:
    """To units where nobody has an order yet, in windows that are open now; the first to be opened comes first."""
    from backend.assignments.models import Assignment
    from backend.people.models import User
    from tests import world

    users = {name: User.objects.get(username=name) for name in (inspector, "budi")}
    people = {name: world.Person(user, user.devices.first(), "") for name, user in users.items()}
    made, opened, before = [], datetime.now(UTC) - timedelta(days=1), Assignment.objects.count()
    for number in range(before, before + count):
        unit = world.unit(f"SAM-{number:03}")
        opens = opened + timedelta(minutes=number)
        made.append(world.order(people[inspector], by=people["budi"], at=unit, opens=opens))
    return [str(one.pk) for one in made]


def main(words: list[str]) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.settings")
    import django

    django.setup()
    done: Any = found(int(words[1])) if words[0] == "found" else order(words[1], int(words[2]))
    sys.stdout.write(json.dumps(done))


if __name__ == "__main__":
    main(sys.argv[1:])
