"""Sari may have been recognised: Budi plans her coming visits to that place anew. And where visits are lacking."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backend.assignments.models import Assignment, ConflictOfInterest
from backend.core.ids import uuid7
from backend.journal.models import Entry
from backend.people.rules import Role
from backend.visits.models import Visit
from tests import world
from tests.backend.console.desk import told_by
from tests.backend.console.planning_desk import NOW, desk, hidden, soon, text, url

pytestmark = pytest.mark.django_db


@pytest.fixture
def burnt(sari, rina, checklist):
    """A visit that Sari told, and two orders of hers at the same Samsat and its sister."""
    visit = told_by(sari, world.order(sari))
    world.unit("SAM-02")
    again = world.order(sari, opens=soon(200))
    sister = world.order(sari, at=world.unit("SAM-02"), opens=soon(100))
    return visit, again, sister


def page(visit):
    return f"/console/kalsel/visits/{visit.pk}/cover/"


def test_from_the_visit_budi_replans_all_affected_orders_at_once(budi, sari, rina, burnt):
    visit, again, sister = burnt
    looked = desk(budi).get(page(visit))
    assert looked.status_code == 200
    assert text(looked).count("Rina (0)") >= 1
    sent = {
        "id": hidden(looked)["id"],
        "reason": "Petugas bertanya apakah saya dari Ombudsman.",
        f"instead-{again.pk}": str(rina.id),
        f"instead-{sister.pk}": "cancel",
    }
    answers = [desk(budi).post(page(visit), sent) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    again.refresh_from_db()
    sister.refresh_from_db()
    assert (again.inspector_id, sister.cancelled_why) == (rina.id, sent["reason"])
    assert ConflictOfInterest.objects.filter(kind="cover", inspector=sari.id).exists()
    assert Entry.objects.filter(event="cover.suspected").count() == 1
    assert "cover suspected" in text(desk(budi).get(url("conflicts/")))


def test_a_report_without_a_reason_keeps_what_was_chosen(budi, rina, burnt):
    visit, again, sister = burnt
    sent = {f"instead-{again.pk}": "cancel", f"instead-{sister.pk}": "cancel", "reason": ""}
    answer = desk(budi).post(page(visit), sent)
    assert (answer.status_code, answer.content.decode().count('value="cancel" selected')) == (400, 2)
    assert Assignment.objects.filter(cancelled_at=None).count() == 3


def test_an_order_that_came_meanwhile_is_shown_and_nothing_is_done(budi, rina, burnt):
    visit, again, _ = burnt
    answer = desk(budi).post(page(visit), {f"instead-{again.pk}": str(rina.id), "reason": "Dikenali"})
    assert answer.status_code == 409
    assert "Orders changed while you were looking; nothing was done." in text(answer)
    assert not ConflictOfInterest.objects.exists()


def test_somebody_hindered_does_not_go_instead(budi, rina, burnt):
    visit, again, sister = burnt
    sent = {f"instead-{order.pk}": str(rina.id) for order in (again, sister)}
    world.order(rina, at=again.unit, opens=soon(20))
    answer = desk(budi).post(page(visit), {**sent, "reason": "Dikenali"})
    assert answer.status_code == 409
    assert "This inspector's other visit" in text(answer)
    assert "Rina ." in text(answer)  # the visit that hinders, as a link
    assert set(Assignment.objects.filter(pk__in=(again.pk, sister.pk)).values_list("rev", flat=True)) == {1}


def test_another_regions_visit_is_not_there(wati, agus, sari, burnt):
    visit, *_ = burnt
    assert desk(wati).get(page(visit)).status_code == 404
    assert desk(sari).get(page(visit)).status_code == 403
    assert desk(agus).get(page(visit).replace("kalsel", "papua")).status_code == 404


def test_from_a_unit_it_asks_until_both_are_known(budi, sari, burnt):
    assert desk(budi).get(url("cover/")).status_code == 200
    assert desk(budi).get(url("cover/", unit="NIX", inspector=str(sari.id))).status_code == 404
    assert desk(budi).get(url("cover/", unit="SAM-01")).status_code == 400
    found = desk(budi).get(url("cover/", unit="SAM-01", inspector=str(sari.id)))
    assert "Cover suspected: Sari at Unit SAM-01" in text(found)


# Coverage


def accepted(person, unit, *, day="2026-05-04", detected="no", state="accepted"):
    opens = world.datetime.fromisoformat(f"{day}T00:00+00:00")
    order = world.order(person, at=unit, opens=opens, days=5)
    return Visit.objects.create(
        assignment=order,
        programme=order.programme,
        state=state,
        told_at=NOW,
        local_date=day,
        detected=detected,
        submission=told_of(person, order),
    )


def told_of(person, order):
    from backend.visits.models import Submission

    return Submission.objects.create(
        uuid=uuid7(),
        digest=str(uuid7()),
        visit=order.pk,
        attempt=1,
        device=person.device,
        inspector=person.user,
        checklist="x",
        doc=b"{}",
        slot="current",
        received_at=NOW,
    )


def counted(answer):
    """Of each unit: ordered, told, accepted, inspectors, under way, still needed, nobody sent."""
    names = ("ordered", "told", "accepted", "people", "coming", "needed", "unplanned")
    return {
        line.unit["code"]: tuple(getattr(line.counts, name) for name in names)
        for line in answer.context["lines"]
    }


def test_coverage_counts_what_the_results_will_count(budi, sari, rina, checklist):
    full, one_person, seen, waiting = (world.unit(f"SAM-0{n}") for n in range(1, 5))
    for person, unit in ((sari, full), (rina, full), (sari, full), (sari, one_person), (sari, one_person)):
        accepted(person, unit)
    accepted(sari, one_person)
    accepted(sari, seen, detected="yes")
    accepted(sari, waiting, state="submitted")
    accepted(sari, full, day="2026-09-01")
    world.unit("SAM-71", where="63.71")
    found = desk(budi).get(url("coverage/", period="2026-S1", show=""))
    assert counted(found) == {
        "SAM-03": (1, 1, 1 - 1, 0, 0, 3, 3),
        "SAM-04": (1, 1, 0, 0, 1, 3, 2),
        "SAM-02": (3, 3, 3, 1, 0, 1, 1),
        "SAM-01": (3, 3, 3, 2, 0, 0, 0),
    }
    assert list(counted(found)) == ["SAM-03", "SAM-04", "SAM-02", "SAM-01"]
    (total,) = [one["total"] for one in found.context["regions"]]
    assert (total.code, total.units, total.lacking, total.accepted, total.needed) == ("63.01", 4, 3, 6, 7)
    assert list(counted(desk(budi).get(url("coverage/", period="2026-S1")))) == ["SAM-03", "SAM-04", "SAM-02"]


@pytest.mark.parametrize("query", [{"period": "2026-13"}, {"show": "x"}, {"page": "0"}, {"type": "x"}])
def test_a_period_that_makes_no_sense_is_a_clear_message(budi, query):
    assert desk(budi).get(url("coverage/", **query)).status_code == 400


def test_chosen_units_are_carried_into_the_table(budi, sari, checklist):
    unit = world.unit()
    body = desk(budi).get(url("coverage/")).content.decode()
    assert f'name="unit" value="{unit.pk}"' in body
    assert 'action="/console/kalsel/plan/assign/"' in body


def test_cover_and_coverage_ask_no_more_when_there_is_more(budi, sari, rina, burnt):
    visit, *_ = burnt
    client = desk(budi)
    people = [world.person(f"p{n}", Role.INSPECTOR) for n in range(6)]

    def queries():
        counts = []
        for path in (page(visit), url("coverage/")):
            with CaptureQueriesContext(connection) as seen:
                assert client.get(path).status_code == 200
            counts.append(len(seen))
        return counts

    few = queries()
    for number in range(20):
        world.order(sari, at=world.unit(f"SAM-{number + 10}"), opens=soon(5))
        world.order(people[number % 6], at=world.unit(f"SAM-{number + 10}"), opens=soon(50))
    assert queries() == few
    assert max(few) <= 15
