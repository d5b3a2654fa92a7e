"""Two coordinators judge one visit at the same moment."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from backend.core.errors import Problem
from backend.core.ids import uuid7
from backend.people.models import User
from backend.people.rules import Role
from backend.review.actions import decide
from backend.review.models import Decision
from backend.review.rules import Judgement, Verdict
from backend.visits.models import Visit
from tests import world
from tests.backend.visits.telling import tell, telling

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite lets one transaction write at a time"),
]


def test_d4_of_two_decisions_at_once_the_second_sees_the_first(budi, sari, order):
    siti = world.person("siti", Role.COORDINATOR, regions=("63",))
    tell(sari, telling(order))
    start = Barrier(4)

    def judge(person, verdict):
        try:
            start.wait(timeout=20)
            by = User.objects.get(pk=person.id)
            decide(order.pk, Judgement(verdict, note="x"), decision=uuid7(), attempt=1, by=by)
            return "done"
        except Problem as problem:
            return problem.code
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(judge, [budi, siti, budi, siti], [Verdict.RETURNED] * 4))
    assert sorted(answers) == ["done", "stale-attempt", "stale-attempt", "stale-attempt"]
    assert Decision.objects.count() == 1
    assert Visit.objects.get().attempt == 2
