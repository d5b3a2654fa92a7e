"""R5: two people edit one thing; whoever says which one she saw never overwrites what she did not see."""

import pytest
from django.db import connection
from rest_framework.test import APIRequestFactory

from backend.assignments import actions
from backend.assignments.models import Assignment
from backend.core.ids import uuid7
from backend.journal.models import Entry
from backend.people.models import Membership
from backend.rest.etags import expected_rev
from backend.review.models import Decision
from tests import world
from tests.backend.assignments.test_actions import at_once
from tests.backend.rest.test_once import order_terms
from tests.backend.visits.telling import tell, telling

pytestmark = pytest.mark.django_db


def ask(person, path, body=None, method="post", if_match=None):
    headers = {} if if_match is None else {"HTTP_IF_MATCH": if_match}
    return getattr(person.api, method)(f"/api/v1/{path}", body, format="json", **headers)


def changed_meanwhile(answer, rev):
    """The whole problem, and the tag of what is there now."""
    assert (answer.status_code, answer["ETag"], answer.json()) == (
        412,
        f'"{rev}"',
        {
            "type": "/problems/changed-meanwhile",
            "title": "Somebody changed this meanwhile; nothing was done, please look at it again.",
            "title_id": "Ini telah diubah orang lain; tidak ada yang dilakukan, silakan lihat kembali.",
            "status": 412,
            "code": "changed-meanwhile",
            "rev": rev,
        },
    )


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (None, None),
        ("*", None),
        (" * ", None),
        ('"7"', {7}),
        ('"6", "7" ,"8"', {6, 7, 8}),
        ('W/"7"', set()),
        ('W/"6", "7"', {7}),
        ('"07"', set()),
        ('"0"', set()),
        ('"sha256:x"', set()),
        ('"7', set()),
        ("7", set()),
        ("", set()),
        ('"' + "9" * 5000 + '"', set()),
        ('"٧"', set()),
    ],
)
def test_r5_if_match_compares_strongly_and_reads_lists(said, expected):
    headers = {} if said is None else {"HTTP_IF_MATCH": said}
    assert expected_rev(APIRequestFactory().post("/", **headers)) == expected


EDITS = {
    "change": ("patch", "", {"rev": 1, "briefing": "Tanyakan biaya saja."}),
    "reassign": ("post", "/reassign", {"reason": "Sari sakit."}),
    "cancel": ("post", "/cancel", {"reason": "Sari sakit."}),
}


@pytest.mark.parametrize("edit", EDITS)
def test_r5_budi_edits_the_order_he_saw_and_not_the_one_wati_made_of_it(budi, sari, rina, edit, order):
    method, place, body = EDITS[edit]
    if edit == "reassign":
        body = {**body, "inspector": str(rina.id)}
    path = f"assignments/{order.pk}"
    assert ask(budi, path, method="get")["ETag"] == '"1"'
    lines = Entry.objects.count()

    changed_meanwhile(ask(budi, path + place, body, method, if_match='"2", W/"1"'), 1)
    assert (Assignment.objects.get().rev, Entry.objects.count()) == (1, lines)
    done = ask(budi, path + place, body, method, if_match='"9", "1"')

    assert (done.status_code, done["ETag"], done.json()["rev"]) == (200, '"2"', 2)


@pytest.mark.parametrize("edit", ["reassign", "cancel"])
def test_r5_what_is_done_already_is_answered_as_done_whatever_was_seen(budi, rina, order, edit):
    """RFC 9110 section 13.1.1: the answer to the first time may have been lost."""
    _, place, body = EDITS[edit]
    body = {**body, "inspector": str(rina.id)}
    path = f"assignments/{order.pk}{place}"
    answers = [ask(budi, path, body, if_match='"1"') for _ in range(2)]
    assert [(answer.status_code, answer["ETag"]) for answer in answers] == [(200, '"2"'), (200, '"2"')]


def test_r5_an_order_that_is_not_budis_is_not_there_whatever_he_says(budi, agus):
    theirs = world.order(agus, of=world.programme("papua", "Papua"))
    assert ask(budi, f"assignments/{theirs.pk}/cancel", {"reason": "x"}, if_match='"9"').status_code == 404


def test_r5_a_new_order_comes_with_its_tag(budi, sari, checklist):
    assert ask(budi, "assignments", order_terms({"sari": sari}))["ETag"] == '"1"'


def test_r5_budi_judges_the_visit_he_read(budi, sari, order):
    tell(sari, telling(order))
    seen = ask(budi, f"visits/{order.pk}", method="get")["ETag"]
    assert seen == '"2"'
    verdict = {"id": str(uuid7()), "attempt": 1, "verdict": "accepted"}
    path = f"visits/{order.pk}/decisions"
    ask(budi, f"assignments/{order.pk}", {"rev": 2, "briefing": "Lain."}, "patch")  # too late: it was told
    Assignment.objects.update(rev=3)

    changed_meanwhile(ask(budi, path, verdict, if_match=seen), 3)
    assert Decision.objects.count() == 0
    done = ask(budi, path, verdict, if_match='"3"')
    assert (done.status_code, done["ETag"]) == (201, '"4"')
    again = ask(budi, path, verdict, if_match='"3"')
    assert (again.status_code, again["ETag"], again.json()) == (200, '"4"', done.json())


def test_r5_mira_changes_the_regions_she_saw(mira, budi, programme):
    path = f"programmes/{programme.pk}/members"
    said = {"user": str(budi.id), "role": "coordinator"}
    listed = ask(mira, path, method="get").json()["results"]
    (his,) = [one for one in listed if one["role"] == "coordinator"]
    assert his["rev"] == 1

    first = ask(mira, path, {**said, "regions": ["63"]}, if_match='"1"')
    assert (first.status_code, first["ETag"], first.json()["rev"]) == (200, '"2"', 2)
    changed_meanwhile(ask(mira, path, {**said, "regions": ["63.01"]}, if_match='"1"'), 2)
    same = ask(mira, path, {**said, "regions": ["63"]}, if_match='"1"')
    assert (same.status_code, same["ETag"]) == (200, '"2"')
    assert Membership.objects.get(user=budi.user).region_codes == ["63"]

    changed_meanwhile(ask(mira, f"{path}/{his['id']}", method="delete", if_match='"1"'), 2)
    assert ask(mira, f"{path}/{his['id']}", method="delete", if_match='"2"').status_code == 204


def test_r5_a_role_that_somebody_took_away_is_not_given_again_by_who_changes_its_regions(
    mira, wati, programme
):
    Membership.objects.filter(user=wati.user).delete()
    body = {"user": str(wati.id), "role": "coordinator", "regions": ["63"]}
    answer = ask(mira, f"programmes/{programme.pk}/members", body, if_match='"1"')
    assert (answer.status_code, answer.json()["code"], "ETag" in answer) == (412, "changed-meanwhile", False)
    assert not Membership.objects.filter(user=wati.user).exists()


def test_r5_a_checklist_that_is_here_already_is_not_sent_again(sari, checklist):
    path = f"checklists/{checklist.digest}"
    tag = ask(sari, path, method="get")["ETag"]
    for said in (tag, f'"other", W/{tag}', "*"):
        answer = sari.api.get(f"/api/v1/{path}", HTTP_IF_NONE_MATCH=said)
        assert (answer.status_code, answer.content, answer["ETag"]) == (304, b"", tag)
    assert sari.api.get(f"/api/v1/{path}", HTTP_IF_NONE_MATCH='"other"').status_code == 200


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite lets one transaction write at a time")
def test_r5_of_two_who_saw_the_same_order_one_changes_it(budi, mira, sari, checklist):
    """The tag is compared under the order's lock, not before it."""
    order = world.order(sari)

    def taking(by):
        user = type(by.user).objects.get(pk=by.id)
        return lambda: actions.reassign(
            order.pk, inspector=by.id, reason="x", expected_rev=frozenset({1}), by=user
        )

    for person in (budi, mira):
        Membership.objects.create(programme=world.programme(), user=person.user, role="inspector")
    assert at_once(taking(budi), taking(mira)) == ["changed-meanwhile", "done"]
    assert Assignment.objects.get().rev == 2
