"""People and orders in the database of a server of these tests, made in a process of its own:

python -m tests.browser.staffing found 4         Sari with four orders, Rina, Budi; prints everybody's token as JSON
python -m tests.browser.staffing order rina 300  more orders; prints the visits' ids as JSON, the first one first
python -m tests.browser.staffing order sari 1 transaction
python -m tests.browser.staffing order sari 1 inquiry -4 3      whose window opened four days ago, for three days
python -m tests.browser.staffing expire sari     her tokens hold no longer; prints how many
python -m tests.browser.staffing told ID ID …    what was told of these visits, also what came late, as JSON
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


def order(
    inspector: str, count: int, scenario: str = "inquiry", opens_in_days: str = "-1", days: str = "14"
) -> list[str]:
    """To units where nobody has an order yet, in windows that are open now unless other days are named; the first to
    be opened comes first."""
    from backend.assignments.models import Assignment
    from backend.people.models import User
    from tests import world

    users = {name: User.objects.get(username=name) for name in (inspector, "budi")}
    people = {name: world.Person(user, user.devices.first(), "") for name, user in users.items()}
    made, opened, before = (
        [],
        datetime.now(UTC) + timedelta(days=int(opens_in_days)),
        Assignment.objects.count(),
    )
    for number in range(before, before + count):
        unit = world.unit(f"SAM-{number:03}")
        opens = opened + timedelta(minutes=number)
        terms = {"at": unit, "opens": opens, "days": int(days), "scenario": scenario}
        made.append(world.order(people[inspector], by=people["budi"], **terms))
    return [str(one.pk) for one in made]


def expire(name: str) -> int:
    from backend.people.models import DeviceToken

    tokens = DeviceToken.objects.filter(user__username=name)
    return tokens.update(expiry=datetime.now(UTC) - timedelta(minutes=1))


def told(*visits: str) -> list[dict[str, Any]]:
    from backend.visits.models import Submission

    found = Submission.objects.filter(visit__in=visits).order_by("pk")
    return [
        {"id": str(one.uuid), "visit": str(one.visit), "attempt": one.attempt, "digest": one.digest}
        | {"slot": one.slot, "why": one.why, "text": one.text}
        for one in found
    ]


def main(words: list[str]) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.settings")
    import django

    django.setup()
    word, *others = words
    if word == "found":
        done: Any = found(int(others[0]))
    elif word == "expire":
        done = expire(others[0])
    elif word == "told":
        done = told(*others)
    else:
        done = order(others[0], int(others[1]), *others[2:])
    sys.stdout.write(json.dumps(done))


if __name__ == "__main__":
    main(sys.argv[1:])
