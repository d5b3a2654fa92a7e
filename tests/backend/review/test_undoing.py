"""A decision is undone by another one: also a return, as long as nothing was told since."""

import json

import pytest

from backend.assignments.models import Assignment
from backend.core.errors import ChangedMeanwhile
from backend.core.ids import uuid7
from backend.feed.models import Item
from backend.review.actions import decide
from backend.review.errors import NotLate, PhotosMissing, StaleAttempt, VerdictOutOfTurn
from backend.review.models import Decision
from backend.review.rules import Ground, Judgement, Verdict
from backend.visits.models import Submission, Visit
from backend.visits.rules import Slot
from tests.backend.visits.telling import listed, tell, telling

RETURN = Judgement(Verdict.RETURNED, note="Foto loket belum ada.")
ACCEPT = Judgement(Verdict.ACCEPTED)
REJECT = Judgement(Verdict.REJECTED, Ground.INVENTED)


def rev():
    return frozenset({Assignment.objects.get().rev})


def judge(person, order, judgement, attempt=1, *, seen=None):
    return decide(order.pk, judgement, decision=uuid7(), attempt=attempt, expected_rev=seen, by=person.user)


def stand():
    visit = Visit.objects.get()
    return visit.state, visit.attempt


@pytest.fixture
def returned(sari, budi, order):
    """Sari told a visit, and Budi returned it."""
    tell(sari, telling(order))
    judge(budi, order, RETURN)
    assert stand() == ("returned", 2)
    return order


@pytest.mark.parametrize(("judgement", "state"), [(ACCEPT, "accepted"), (REJECT, "rejected")])
def test_d7_a_return_is_undone_by_judging_what_was_told(budi, sari, returned, judgement, state):
    made, new = judge(budi, returned, judgement, seen=rev())
    assert (new, made.attempt, made.submission.attempt, stand()) == (True, 1, 1, (state, 1))
    history = Decision.objects.order_by("decided_at").values_list("attempt", "verdict")
    assert list(history) == [(1, "returned"), (1, state)]
    assert list(Item.objects.filter(scope=sari.id).values_list("seq", "removed")) == [(4, False)]


def test_d4_only_who_saw_the_return_undoes_it(budi, sari, returned):
    """Wati still looks at what Budi has sent back meanwhile: her acceptance is not the undoing of his return."""
    with pytest.raises(StaleAttempt):
        judge(budi, returned, ACCEPT)
    with pytest.raises(ChangedMeanwhile):
        judge(budi, returned, ACCEPT, seen=frozenset({1}))
    with pytest.raises(VerdictOutOfTurn):
        judge(budi, returned, ACCEPT, 2, seen=rev())  # nothing was told of the second attempt
    with pytest.raises(VerdictOutOfTurn):
        judge(budi, returned, RETURN, seen=rev())
    assert stand() == ("returned", 2)


def test_d4_a_return_that_was_answered_is_undone_no_more(budi, sari, returned):
    seen = rev()
    tell(sari, telling(returned, attempt=2))
    with pytest.raises(ChangedMeanwhile):
        judge(budi, returned, ACCEPT, seen=seen)
    with pytest.raises(StaleAttempt):
        judge(budi, returned, ACCEPT, seen=rev())
    assert stand() == ("submitted", 2)


def test_d3_undoing_a_return_does_not_accept_what_misses_photos(budi, sari, order):
    tell(sari, telling(order, photos=[listed(b"one")]))
    judge(budi, order, RETURN)
    with pytest.raises(PhotosMissing):
        judge(budi, order, ACCEPT, seen=rev())


def test_a_correction_that_comes_after_the_undoing_is_kept_as_late(budi, sari, returned):
    judge(budi, returned, ACCEPT, seen=rev())
    heard = tell(sari, telling(returned, attempt=2))
    assert heard.slot is Slot.LATE
    late = Submission.objects.get(slot="late")
    assert (late.why, json.loads(late.text)["attempt"], stand()) == ("attempt-closed", 2, ("accepted", 1))


def test_after_the_undoing_it_can_be_returned_again_and_the_correction_counts(budi, sari, returned):
    judge(budi, returned, ACCEPT, seen=rev())
    judge(budi, returned, RETURN)
    assert stand() == ("returned", 2)
    assert tell(sari, telling(returned, attempt=2)).slot is Slot.CURRENT
    assert stand() == ("submitted", 2)


def test_d1_the_undoing_told_twice_is_one(budi, sari, returned):
    seen, name = rev(), uuid7()
    told = {"decision": name, "attempt": 1, "expected_rev": seen, "by": budi.user}
    assert [decide(returned.pk, ACCEPT, **told)[1] for _ in range(2)] == [True, False]
    assert Decision.objects.count() == 2


def test_the_words_of_a_problem_name_the_slot():
    assert str(NotLate(slot="quarantined")).endswith("(slot=quarantined)")
