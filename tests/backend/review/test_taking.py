"""A coordinator makes a late submission the one that is judged."""

import pytest

from backend.assignments import actions as orders
from backend.assignments.models import Assignment
from backend.core.errors import ChangedMeanwhile, NotAllowed
from backend.core.ids import uuid7
from backend.feed.models import Item
from backend.journal.models import Entry
from backend.people.models import Membership
from backend.people.rules import Role
from backend.review.actions import accept_many, decide, take_submission
from backend.review.errors import NotLate, OwnVisit, ToldAnew, VisitCancelled
from backend.review.models import Decision
from backend.review.rules import Ground, Judgement, Verdict
from backend.visits.errors import NoSuchSubmission
from backend.visits.models import Submission, Visit
from tests import world
from tests.backend.visits.telling import HERE, listed, tell, telling

FAR = {"arrived": {**HERE, "lat": -3.0}, "left": HERE}


def take(person, told, **more):
    return take_submission(told.uuid, told.digest, by=person.user, **more)


def judge(person, visit, verdict, attempt=1, **more):
    ground = Ground.INVENTED if verdict is Verdict.REJECTED else None
    return decide(
        visit.pk, Judgement(verdict, ground, "x"), decision=uuid7(), attempt=attempt, by=person.user, **more
    )


def told_by(person, order, **more):
    what = telling(order, **more)
    tell(person, what)
    return Submission.objects.get(uuid=what.id)


def slots():
    rows = Submission.objects.order_by("pk").values_list("attempt", "slot", "why")
    return list(rows)


def rev():
    return frozenset({Assignment.objects.get().rev})


@pytest.fixture
def second(sari, order):
    """What Sari told from another phone, after the first was there."""
    told_by(sari, order)
    return told_by(sari, order, place=FAR, photos=[listed(b"one")])


def test_v2_a_late_one_takes_the_place_and_the_other_becomes_late(budi, sari, order, second):
    assert slots() == [(1, "current", ""), (1, "late", "slot-taken")]
    visit, new = take(budi, second)
    assert (new, visit.submission_id) == (True, second.pk)
    assert slots() == [(1, "late", "replaced"), (1, "current", "")]
    visit = Visit.objects.get()
    assert (visit.state, visit.attempt, visit.photos_missing, visit.told_at) == (
        "submitted",
        1,
        1,
        second.received_at,
    )
    assert {flag["flag"] for flag in visit.flags} == {"far_from_unit", "doubled"}
    assert list(Item.objects.filter(scope=sari.id).values_list("seq", "removed")) == [(3, False)]
    line = Entry.objects.get(event="submission.taken")
    assert (line.actor_id, line.subject) == (budi.id, str(order.pk))
    assert line.data == {
        "submission": str(second.uuid),
        "attempt": 1,
        "why": "slot-taken",
        "state": "submitted",
    }


def test_taking_it_twice_is_taking_it_once_and_it_can_be_undone(budi, order, second):
    first = Submission.objects.get(slot="current")
    assert [take(budi, second)[1] for _ in range(2)] == [True, False]
    assert take(budi, first)[1] is True
    assert slots() == [(1, "current", ""), (1, "late", "replaced")]


def test_a_decided_visit_waits_again_and_its_decisions_stay(budi, order, second):
    visit = Visit.objects.get()
    judge(budi, visit, Verdict.ACCEPTED)
    visit = take(budi, second)[0]
    assert (visit.state, visit.decided_at) == ("submitted", None)
    assert list(Decision.objects.values_list("verdict", "submission__slot")) == [("accepted", "late")]


def test_d4_who_saw_the_replaced_one_does_not_judge_the_other(budi, order, second):
    visit = take(budi, second)[0]
    with pytest.raises(ToldAnew):
        judge(budi, visit, Verdict.REJECTED)
    assert judge(budi, visit, Verdict.REJECTED, expected_rev=rev())[1]


def test_of_a_visit_nobody_told_but_late_it_is_the_first(budi, sari, rina, order):
    """The order went to Rina while Sari was there without a network."""
    orders.reassign(order.pk, inspector=rina.id, reason="Sari tidak menjawab", by=budi.user)
    late = told_by(sari, order)
    assert (slots(), Visit.objects.exists()) == ([(1, "late", "reassigned")], False)
    visit = take(budi, late)[0]
    assert (visit.state, visit.programme_id, visit.local_date is not None) == (
        "submitted",
        order.programme_id,
        True,
    )
    assert list(Item.objects.filter(scope=rina.id).values_list("seq", "removed")) == [(2, False)]
    assert judge(budi, visit, Verdict.ACCEPTED)[1]


def test_a_correction_that_came_after_its_return_was_undone_can_still_count(budi, sari, order):
    told_by(sari, order)
    visit = Visit.objects.get()
    judge(budi, visit, Verdict.RETURNED)
    judge(budi, visit, Verdict.ACCEPTED, expected_rev=rev())
    late = told_by(sari, order, attempt=2)
    visit = take(budi, late)[0]
    assert (visit.state, visit.attempt) == ("submitted", 2)
    assert slots() == [(1, "late", "replaced"), (2, "current", "")]


def test_after_an_earlier_attempt_was_taken_a_return_asks_for_one_that_no_phone_holds_for_told(
    budi, sari, order
):
    told_by(sari, order)
    other = told_by(sari, order, narrative="Dari telepon lain.")
    visit = Visit.objects.get()
    judge(budi, visit, Verdict.RETURNED)
    told_by(sari, order, attempt=2)
    visit = take(budi, other)[0]
    assert (visit.attempt, slots()) == (
        1,
        [(1, "late", "replaced"), (1, "current", ""), (2, "late", "replaced")],
    )
    judge(budi, visit, Verdict.RETURNED, expected_rev=rev())
    assert Visit.objects.get().attempt == 3


def test_d2_nobody_takes_what_concerns_her_own_visit(budi, sari, rina, order, second):
    for person in (sari, rina):
        Membership.objects.create(
            programme=order.programme, user=person.user, role=Role.COORDINATOR.value, region_codes=["63"]
        )
    with pytest.raises(OwnVisit):
        take(sari, second)
    assert take(rina, second)[1]


def test_who_may_take_a_late_submission(budi, wati, mira, dewi, agus, root, sari, order, second):
    for person in (wati, dewi, agus, root, sari):
        with pytest.raises(NoSuchSubmission):
            take(person, second)
    with pytest.raises(NotAllowed):
        take(mira, second)
    assert slots()[1][1] == "late"


def test_what_cannot_be_taken(budi, sari, order, second):
    with pytest.raises(NoSuchSubmission):
        take_submission(uuid7(), second.digest, by=budi.user)
    quarantined = told_by(sari, order, text="bukan JSON")
    with pytest.raises(NotLate):
        take(budi, quarantined)
    endless = told_by(sari, order, attempt=30_000)
    with pytest.raises(NotLate):
        take(budi, endless)
    with pytest.raises(ChangedMeanwhile):
        take(budi, second, expected_rev=frozenset({1}))
    orders.cancel(order.pk, reason="Unit tutup", by=budi.user)
    with pytest.raises(VisitCancelled):
        take(budi, second)


# Accepting many


def test_many_are_accepted_each_for_itself_and_the_others_say_why(budi, sari, order):
    flagged = world.order(sari, at=world.unit("SAM-02"))
    waiting = world.order(sari, at=world.unit("SAM-03"))
    elsewhere = world.order(sari, at=world.unit("SAM-71", where="63.71"))
    judged = world.order(sari, at=world.unit("SAM-04"))
    told_by(sari, order)
    told_by(sari, flagged, place=FAR)
    told_by(sari, waiting, photos=[listed(b"one")])
    told_by(sari, elsewhere)
    told_by(sari, judged)
    judge(budi, judged, Verdict.REJECTED)
    batch, asked = uuid7(), {each.pk: 1 for each in (order, flagged, waiting, elsewhere, judged)}
    became = accept_many(asked, batch=batch, by=budi.user)
    assert [problem and problem.code for problem in became.values()] == [
        None,
        "needs-a-look",
        "needs-a-look",
        "no-such-visit",
        "needs-a-look",
    ]
    assert became[waiting.pk].facts == {"state": "submitted", "flags": 0, "missing": 1}
    again = accept_many(asked, batch=batch, by=budi.user)
    assert [problem is None for problem in again.values()] == [True, False, False, False, False]
    assert Decision.objects.filter(verdict="accepted").count() == 1


def test_many_at_another_attempt_than_was_seen_are_left(budi, sari, order):
    told_by(sari, order)
    became = accept_many({order.pk: 2}, batch=uuid7(), by=budi.user)
    assert became[order.pk].code == "stale-attempt"


# Its address


def test_the_address_of_what_was_set_aside_and_of_taking_it(budi, wati, mira, sari, order, second):
    late = {
        "id": str(second.uuid),
        "digest": second.digest,
        "attempt": 1,
        "slot": "late",
        "why": "slot-taken",
        "received_at": second.received_at.isoformat().replace("+00:00", "Z"),
        "flags": second.flags,
        "visit": str(order.pk),
    }
    path = f"submissions?slot=late&programme={order.programme_id}"
    assert world.told(budi.api, path, method="get") == (200, {"results": [late], "next": None})
    assert world.told(mira.api, "submissions", method="get")[1]["results"] == [late]
    for person in (wati, sari):
        assert world.told(person.api, path, method="get") == (200, {"results": [], "next": None})
    assert world.told(budi.api, "submissions?slot=current", method="get")[0] == 400
    take = f"submissions/{second.uuid}/take"
    assert world.told(mira.api, take, {"digest": second.digest})[1]["code"] == "not-allowed"
    assert world.told(sari.api, take, {"digest": second.digest})[1]["code"] == "no-such-submission"
    assert world.told(budi.api, take, {"digest": "x"})[1]["code"] == "no-such-submission"
    stand = {"id": str(order.pk), "state": "submitted", "attempt": 1}
    assert [world.told(budi.api, take, {"digest": second.digest}) for _ in range(2)] == [(200, stand)] * 2
