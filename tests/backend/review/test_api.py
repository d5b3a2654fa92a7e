"""Budi judges what Sari told."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backend.assignments import actions as orders
from backend.assignments.models import Assignment
from backend.core.clock import now
from backend.core.ids import uuid7
from backend.evidence.models import Photo
from backend.feed.models import Item
from backend.journal.models import Entry
from backend.people.models import Membership
from backend.review.models import Decision
from backend.visits import actions as visits
from backend.visits.models import Submission, Visit
from tests.backend.visits.telling import listed, tell, telling
from tests.world import A_UUID, told


@pytest.fixture
def visit(sari, order):
    """Sari's visit, told once, without photos."""
    tell(sari, telling(order))
    return Visit.objects.get()


def decision(verdict="accepted", attempt=1, **changes):
    return {"id": str(uuid7()), "attempt": attempt, "verdict": verdict, "note": "", "points": [], **changes}


def path(visit):
    return f"visits/{visit.pk}/decisions"


def judge(person, visit, verdict="accepted", **changes):
    return told(person.api, path(visit), decision(verdict, **changes))


def code(person, visit, verdict="accepted", **changes):
    """The problem's code, or None."""
    return judge(person, visit, verdict, **changes)[1].get("code")


def stand(visit):
    visit.refresh_from_db()
    return visit.state, visit.attempt


def correct(sari, order, attempt):
    tell(sari, telling(order, attempt=attempt))


@pytest.fixture
def waiting(sari, order):
    """A visit whose two photos have not arrived."""
    photos = [listed(b"one"), listed(b"two")]
    for photo in photos:
        Photo.objects.create(
            id=photo["id"],
            visit=order.pk,
            inspector=sari.user,
            device=sari.device,
            sha256=photo["sha256"],
            size=photo["size"],
            media_type="image/jpeg",
            announced_at=now(),
        )
    tell(sari, telling(order, photos=photos))
    return Visit.objects.get()


def test_budi_accepts_and_saris_phone_hears_of_it(budi, sari, visit, order):
    body = decision(note="Terima kasih.")
    status, answer = told(budi.api, path(visit), body)
    made = Decision.objects.get()
    assert (status, answer) == (
        201,
        {
            "id": body["id"],
            "attempt": 1,
            "verdict": "accepted",
            "ground": "",
            "note": "Terima kasih.",
            "points": [],
            "by": {"id": str(budi.id), "name": "Budi"},
            "decided_at": made.decided_at.isoformat().replace("+00:00", "Z"),
            "visit": {"id": str(visit.pk), "state": "accepted", "attempt": 1},
        },
    )
    assert stand(visit) == ("accepted", 1)
    assert (made.submission.attempt, visit.decided_at) == (1, made.decided_at)
    assert list(Item.objects.filter(scope=sari.id).values_list("seq", "entity", "removed")) == [
        (3, visit.pk, False)
    ]
    assert Assignment.objects.get().rev == 3
    line = Entry.objects.get(event="visit.accepted")
    assert (line.actor_id, line.subject, line.data) == (
        budi.id,
        str(visit.pk),
        {"decision": body["id"], "attempt": 1, "ground": ""},
    )
    assert told(budi.api, path(visit), method="get") == (200, {"results": [answer], "next": None})
    assert told(sari.api, path(visit), method="get") == (200, {"results": [answer], "next": None})


def test_d1_a_decision_told_twice_is_one_decision(budi, mira, sari, visit):
    body = decision("returned", note="Foto loket belum ada.")
    first = told(budi.api, path(visit), body)[1]
    assert told(budi.api, path(visit), body) == (200, first)
    for change in ({"note": "Lain."}, {"verdict": "rejected", "ground": "invented"}, {"attempt": 2}):
        assert told(budi.api, path(visit), {**body, **change})[1]["code"] == "id-taken"
    assert Decision.objects.count() == 1
    assert stand(visit) == ("returned", 2)
    assert Item.objects.get(scope=sari.id).seq == 3


def test_d5_a_return_opens_the_next_attempt_and_is_corrected_and_accepted(budi, sari, visit, order):
    point = {"item": "I1.1", "photo": None, "reason": "blurred", "note": "Foto ulang papan."}
    status, answer = judge(budi, visit, "returned", points=[point])
    assert (status, answer["points"]) == (201, [point])
    assert answer["visit"] == {"id": str(visit.pk), "state": "returned", "attempt": 2}
    assert code(budi, visit, attempt=2) == "verdict-out-of-turn"
    correct(sari, order, attempt=2)
    assert stand(visit) == ("submitted", 2)
    assert judge(budi, visit, attempt=1) == (
        409,
        {
            "type": "/problems/stale-attempt",
            "title": "Another attempt of this visit is the present one; look at it again.",
            "title_id": "Kunjungan ini sudah pada upaya lain; lihat kembali.",
            "status": 409,
            "code": "stale-attempt",
            "attempt": 2,
        },
    )
    assert judge(budi, visit, attempt=2)[1]["visit"]["state"] == "accepted"
    assert list(Decision.objects.order_by("decided_at").values_list("attempt", "verdict")) == [
        (1, "returned"),
        (2, "accepted"),
    ]


def test_d7_an_acceptance_is_undone_by_a_return_and_both_stay(budi, sari, visit):
    judge(budi, visit)
    assert code(budi, visit) == "verdict-out-of-turn"
    assert judge(budi, visit, "returned", note="Terlalu cepat diterima.")[0] == 201
    assert stand(visit) == ("returned", 2)
    answers = told(sari.api, path(visit), method="get")[1]["results"]
    assert [answer["verdict"] for answer in answers] == ["accepted", "returned"]


def test_d7_a_rejection_is_undone_by_an_acceptance(budi, visit):
    assert judge(budi, visit, "rejected", ground="wrong_unit")[1]["ground"] == "wrong_unit"
    assert stand(visit) == ("rejected", 1)
    assert code(budi, visit, "rejected", ground="invented") == "verdict-out-of-turn"
    assert judge(budi, visit)[0] == 201
    assert stand(visit) == ("accepted", 1)
    assert list(
        Entry.objects.filter(event__startswith="visit.").order_by("pk").values_list("event", flat=True)
    ) == [
        "visit.told",
        "visit.rejected",
        "visit.accepted",
    ]


def test_d3_nothing_is_accepted_while_photos_are_missing(budi, waiting):
    assert judge(budi, waiting) == (
        409,
        {
            "type": "/problems/photos-missing",
            "title": "Photos of this visit have not arrived; accept it when they have, or return it.",
            "title_id": "Foto kunjungan ini belum lengkap; terima setelah lengkap, atau kembalikan.",
            "status": 409,
            "code": "photos-missing",
            "missing": 2,
        },
    )
    assert stand(waiting) == ("submitted", 1)
    assert judge(budi, waiting, "rejected", ground="incomplete")[0] == 201
    assert code(budi, waiting) == "photos-missing"
    assert judge(budi, waiting, "returned", note="Foto belum tiba.")[0] == 201


def test_d3_it_is_accepted_once_the_photos_are_there(budi, waiting):
    Visit.objects.update(photos_missing=0)
    assert judge(budi, waiting)[0] == 201


def test_d6_points_name_photos_of_this_visit_and_items_of_its_checklist(budi, sari, waiting):
    photo = str(Photo.objects.first().pk)
    strange = [
        {"item": "Z9.9", "reason": "x"},
        {"photo": str(A_UUID), "reason": "x"},
        {"item": "I1.1", "photo": photo, "reason": "x"},
    ]
    status, answer = judge(budi, waiting, "returned", points=strange)
    assert (status, answer["code"], answer["items"], answer["photos"]) == (
        400,
        "unknown-point",
        ["Z9.9"],
        [str(A_UUID)],
    )
    assert stand(waiting) == ("submitted", 1)
    assert judge(budi, waiting, "returned", points=strange[2:])[1]["points"] == [
        {"item": "I1.1", "photo": photo, "reason": "x", "note": ""}
    ]


def test_d6_an_item_of_another_type_of_unit_was_not_asked_here(budi, visit, order):
    asked = {item.code for item in order.checklist.instrument.items_for("SAM")}
    elsewhere = next(i.code for i in order.checklist.instrument.items_for("PKM") if i.code not in asked)
    points = [{"item": elsewhere, "reason": "x"}]
    assert code(budi, visit, "returned", points=points) == "unknown-point"


@pytest.mark.parametrize(
    ("verdict", "changes", "problem"),
    [
        ("returned", {}, "return-needs-words"),
        ("returned", {"note": "   "}, "return-needs-words"),
        ("rejected", {}, "rejection-needs-ground"),
        ("rejected", {"ground": "other"}, "rejection-needs-ground"),
        ("rejected", {"ground": "boredom"}, "invalid"),
        ("rejected", {"ground": ""}, "rejection-needs-ground"),
        ("returned", {"points": [{"item": "I1.1"}]}, "invalid"),
        ("returned", {"points": [{"item": "I1.1", "reason": ""}]}, "invalid"),
        ("returned", {"points": [{"reason": "x"}] * 201}, "invalid"),
        ("accepted", {"attempt": 2}, "stale-attempt"),
        ("accepted", {"attempt": 0}, "invalid"),
        ("accepted", {"attempt": 10**12}, "invalid"),
        ("accepted", {"id": "keputusan"}, "invalid"),
        ("praised", {}, "invalid"),
    ],
)
def test_d5_a_decision_that_says_too_little_changes_nothing(budi, visit, verdict, changes, problem):
    assert code(budi, visit, verdict, **changes) == problem
    assert stand(visit) == ("submitted", 1)
    assert not Decision.objects.exists()


# Who may judge


@pytest.mark.parametrize("name", ["rina", "wati", "dewi", "agus", "root"])
def test_p5_who_may_not_see_the_visit_is_told_that_there_is_none(name, request, visit):
    person = request.getfixturevalue(name)
    assert judge(person, visit) == (
        404,
        {
            "type": "/problems/no-such-visit",
            "title": "There is no such visit, or it is not yours to see.",
            "title_id": "Kunjungan ini tidak ada, atau bukan untuk Anda lihat.",
            "status": 404,
            "code": "no-such-visit",
            "visit": str(visit.pk),
        },
    )
    assert told(person.api, path(visit), method="get")[1]["code"] == "no-such-visit"


@pytest.mark.parametrize("name", ["sari", "mira"])
def test_inspectors_and_managers_see_the_visit_and_do_not_judge_it(name, request, visit):
    status, answer = judge(request.getfixturevalue(name), visit)
    assert (status, answer["code"], answer["verb"]) == (403, "not-allowed", "review")


def test_a_visit_that_was_never_told_cannot_be_judged(budi, order):
    assert told(budi.api, f"visits/{order.pk}/decisions", decision())[1]["code"] == "no-such-visit"


def make_coordinator(person, visit):
    Membership.objects.create(
        programme=visit.programme, user=person.user, role="coordinator", region_codes=["63"]
    )


def test_d2_a_coordinator_who_inspects_does_not_judge_her_own_visit(sari, visit):
    make_coordinator(sari, visit)
    assert judge(sari, visit) == (
        403,
        {
            "type": "/problems/own-visit",
            "title": "Nobody judges a visit that she told herself, or was to tell.",
            "title_id": "Tidak seorang pun menilai kunjungannya sendiri.",
            "status": 403,
            "code": "own-visit",
            "visit": str(visit.pk),
        },
    )


def test_d2_nor_one_that_went_to_somebody_else_after_she_had_told_it(budi, sari, rina, visit):
    make_coordinator(sari, visit)
    make_coordinator(rina, visit)
    orders.reassign(visit.pk, inspector=rina.id, reason="Sari menilai sekarang", by=budi.user)
    assert code(sari, visit) == "own-visit"
    assert code(rina, visit) == "own-visit"
    assert code(budi, visit) is None


def test_a_cancelled_visit_is_judged_no_more(budi, visit):
    orders.cancel(visit.pk, reason="Unit tutup", by=budi.user)
    assert code(budi, visit) == "visit-cancelled"


def test_d8_the_decision_reaches_the_inspector_who_has_the_order_now(budi, sari, rina, visit):
    orders.reassign(visit.pk, inspector=rina.id, reason="x", by=budi.user)
    judge(budi, visit, "returned", note="Ulangi.")
    assert list(Item.objects.filter(scope=rina.id).values_list("seq", "removed")) == [(2, False)]
    assert list(Item.objects.filter(scope=sari.id).values_list("seq", "removed")) == [(3, True)]


def test_the_testimony_itself_is_not_touched_by_any_decision(budi, visit, order):
    before = Submission.objects.values().get()
    judge(budi, visit, "rejected", ground="invented")
    judge(budi, visit, "returned", note="Jelaskan.")
    assert Submission.objects.values().get() == before


def test_photos_may_still_arrive_for_a_rejected_visit(budi, waiting):
    judge(budi, waiting, "rejected", ground="incomplete")
    visits.recount_photos(waiting.pk)
    assert stand(waiting) == ("rejected", 1)


def test_many_decisions_cost_what_few_cost(budi, visit):
    def decisions(count):
        for _ in range(count):
            Decision.objects.create(
                id=uuid7(),
                visit=visit,
                submission_id=visit.submission_id,
                attempt=1,
                verdict="accepted",
                by=budi.user,
                decided_at=now(),
            )

    decisions(3)
    with CaptureQueriesContext(connection) as few:
        told(budi.api, path(visit), method="get")
    decisions(27)
    with CaptureQueriesContext(connection) as many:
        answer = told(budi.api, path(visit), method="get")[1]
    assert len(answer["results"]) == 30
    assert len(many) == len(few) == 4
