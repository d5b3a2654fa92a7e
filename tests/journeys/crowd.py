"""Many inspectors at once, made and led in a process over the server's own database:

python -m tests.journeys.crowd gather 40 3     forty inspectors with three orders each; tells who they are, as JSON
python -m tests.journeys.crowd unsettle        a coordinator returns, accepts and gives to others; tells what, as JSON
"""

import json
import sys
from typing import Any

import django

Person = dict[str, Any]


def gather(people: int, visits: int) -> list[Person]:
    from backend.people.rules import Role
    from tests import world

    world.checklist()
    budi = world.person("budi", Role.COORDINATOR, regions=("63",))
    found = []
    for number in range(people):
        who = world.person(f"inspektur{number}", Role.INSPECTOR)
        for _ in range(visits):
            world.order(who, by=budi)
        device = str(who.device.pk)
        found.append(
            {"user": str(who.id), "username": who.user.username, "device": device, "token": who.token}
        )
    return found


def unsettle() -> dict[str, int]:
    """Every third told visit is returned, every third accepted; every fifth open order goes to the next inspector."""
    from backend.assignments.models import Assignment
    from backend.core.clock import now
    from backend.core.ids import uuid7
    from backend.feed.actions import Touch
    from backend.journal.actions import one_transaction, record
    from backend.people.models import User
    from backend.review.actions import decide
    from backend.review.rules import Judgement, Verdict
    from backend.visits.models import Visit

    budi = User.objects.get(username="budi")
    waiting = list(Visit.objects.awaiting_review().complete().order_by("pk"))
    for number, visit in enumerate(waiting):
        verdict = (Verdict.RETURNED, Verdict.ACCEPTED, None)[number % 3]
        if verdict:
            judgement = Judgement(verdict, note="Mohon lengkapi.")
            decide(visit.pk, judgement, decision=uuid7(), attempt=visit.attempt, by=budi)

    @one_transaction
    def give(order: Assignment, to: User) -> None:  # without the spacing rules, which have tests of their own
        before, order.inspector = order.inspector_id, to
        order.save(update_fields=["inspector"])
        gone = Touch(before, "visit", order.pk, removed=True, reason="reassigned")
        hears = [gone, Touch(to.pk, "visit", order.pk)]
        record("assignment.reassigned", order, by=budi, programme=order.programme_id, hears=hears)

    inspectors = list(User.objects.filter(username__startswith="inspektur").order_by("username"))
    open_orders = list(Assignment.objects.filter(told=None, window_closes__gt=now()).order_by("pk"))[::5]
    for order in open_orders:
        place = next(at for at, one in enumerate(inspectors) if one.pk == order.inspector_id)
        give(order, inspectors[(place + 1) % len(inspectors)])
    return {"judged": len(waiting) - len(waiting) // 3, "reassigned": len(open_orders)}


def main(words: list[str]) -> None:
    django.setup()
    done = gather(int(words[1]), int(words[2])) if words[0] == "gather" else unsettle()
    sys.stdout.write(json.dumps(done))


if __name__ == "__main__":
    main(sys.argv[1:])
