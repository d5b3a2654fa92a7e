"""python -m tests.deployment.hiring: the cast in the database DATABASE_URL names; prints their tokens as JSON.

Servers of these tests are processes of their own, so their database is filled by one, too.
"""

import json
import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.settings")
    import django

    django.setup()
    from backend.people.rules import Role
    from tests import world

    sari = world.person("sari", Role.INSPECTOR)
    rina = world.person("rina", Role.INSPECTOR)
    budi = world.person("budi", Role.COORDINATOR, regions=("63.01",))
    for number in range(int(sys.argv[1]) if len(sys.argv) > 1 else 0):
        world.order(sari, by=budi, at=world.unit(f"SAM-{number:02}"))
    sys.stdout.write(json.dumps({person.user.username: person.token for person in (sari, rina, budi)}))


if __name__ == "__main__":
    main()
