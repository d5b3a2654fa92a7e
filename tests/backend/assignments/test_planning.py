"""Many orders at once, and cover suspected: Budi plans a table, nothing is saved before all of it is free."""

from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backend.assignments import actions, cover, planning
from backend.assignments.models import Assignment, ConflictOfInterest
from backend.assignments.planning import NOBODY_YET, Wanted
from backend.assignments.rules import Scenario, Terms, Window
from backend.core.clock import now
from backend.core.errors import Problem
from backend.core.ids import uuid7
from backend.feed.models import Item
from backend.journal.models import Entry
from backend.people.rules import Role
from backend.visits.models import Visit
from tests import world

MONDAY = datetime(2026, 6, 1, 0, tzinfo=UTC)  # 08:00 in Makassar


def wanted(unit, inspector=None, day=0, **changes):
    opens = MONDAY + timedelta(days=day)
    terms = {
        "programme": unit.programme_id,
        "unit": unit.pk,
        "product": world.product().pk,
        "inspector": inspector.id if inspector else NOBODY_YET,
        "scenario": Scenario.INQUIRY,
        "window": Window(opens, opens + timedelta(days=7)),
        "briefing": "Tanyakan syarat.",
    }
    return Wanted(uuid7(), Terms(**{**terms, **changes}))


def plan(rows, by, **more):
    return planning.assign_many(rows, programme=world.programme().pk, by=by.user, **more)


def codes(made):
    return [[problem.code for problem in row.problems] for row in made.rows]


def units(count, **more):
    return [world.unit(f"SAM-{number:02}", where=f"63.0{number % 3 + 1}", **more) for number in range(count)]


def test_budi_hands_out_a_whole_table_and_every_phone_hears(budi, sari, rina, checklist):
    first, second, third = units(3)
    rows = [wanted(first, sari), wanted(second, sari), wanted(third, rina)]
    assert (plan(rows, budi, dry_run=True).refused, Assignment.objects.count()) == (0, 0)
    made = plan(rows, budi)
    assert (made.made, made.stored, codes(made)) == (3, True, [[], [], []])
    assert set(Assignment.objects.values_list("pk", "inspector", "checklist")) == {
        (row.order, row.terms.inspector, checklist.pk) for row in rows
    }
    assert Item.objects.filter(scope=sari.id).count() == 2
    lines = Entry.objects.filter(event="assignment.made").order_by("pk")
    assert [line.data for line in lines] == [
        {"unit": unit.code, "inspector": str(person.id)}
        for unit, person in ((first, sari), (second, sari), (third, rina))
    ]


def test_a7_a_table_sent_twice_is_made_once(budi, sari, checklist):
    rows = [wanted(unit, sari) for unit in units(3)]
    plan(rows, budi)
    again = plan(rows, budi)
    assert (again.made, again.stored, [row.known for row in again.rows]) == (0, True, [True] * 3)
    assert Entry.objects.filter(event="assignment.made").count() == 3


def test_one_hindered_row_keeps_all_rows_from_being_saved(budi, sari, rina, checklist):
    here, there, _ = units(3)
    before = world.order(sari, at=here, opens=MONDAY - timedelta(days=30))
    made = plan([wanted(here, sari), wanted(there, rina)], budi)
    assert (made.stored, made.made, made.refused, codes(made)) == (False, 0, 1, [["rotation"], []])
    (problem,) = made.rows[0].problems
    assert problem.facts["order"] == before.pk
    assert made.rows[0].free_from.isoformat() == "2026-10-29"
    assert Assignment.objects.count() == 1


def test_rows_of_one_table_hinder_those_after_them(budi, sari, rina, checklist):
    here = world.unit()
    rows = [
        wanted(here, sari),
        wanted(here, rina, day=3),
        wanted(here, rina, day=7),
        wanted(here, sari, day=14),
    ]
    made = plan(rows, budi, dry_run=True)
    assert codes(made) == [[], ["spacing"], [], ["rotation"]]
    assert made.rows[1].problems[0].facts["order"] == rows[0].order
    assert plan([rows[0], rows[2]], budi).made == 2


def test_the_first_free_day_minds_all_other_visits(budi, sari, rina, checklist):
    here = world.unit()
    world.order(sari, at=here, opens=MONDAY)
    world.order(sari, at=here, opens=MONDAY + timedelta(days=9))
    made = plan([wanted(here, rina, day=3)], budi, dry_run=True)
    assert codes(made) == [["spacing", "spacing"]]
    assert made.rows[0].free_from.isoformat() == "2026-06-17"


def test_every_other_hindrance_is_named(budi, wati, sari, dewi, checklist):
    here, elsewhere = world.unit(), world.unit("SAM-71", where="63.71")
    police, report = world.unit("POL-01", type="POL"), world.product("SPKT-HILANG", type="POL")
    report.group = "SPKT"
    report.save()
    actions.declare_conflict(
        uuid7(), programme=here.programme_id, inspector=sari.id, unit=here.pk, by=budi.user
    )
    nowhere = wanted(here, sari)
    nowhere = Wanted(nowhere.order, replace(nowhere.terms, unit=uuid7()))
    rows = [
        wanted(here, sari),
        wanted(elsewhere, sari),
        wanted(here, dewi),
        nowhere,
        wanted(police, sari),
        wanted(police, sari, product=report.pk, scenario=Scenario.TRANSACTION),
        wanted(police, sari, product=report.pk, window=Window(MONDAY, MONDAY)),
    ]
    assert codes(plan(rows, budi)) == [
        ["conflict-of-interest"],
        ["not-in-your-regions"],
        ["not-an-inspector"],
        ["no-such-place"],
        ["product-does-not-fit"],
        ["inquiry-only"],
        ["window-closes-first"],
    ]


def test_a_table_says_of_a_row_what_a_single_order_would_be_told(budi, sari, rina, checklist):
    here, sister = world.unit(), world.unit("SAM-02")
    world.order(sari, at=here, opens=MONDAY)
    for row in (
        wanted(here, sari, 20),
        wanted(sister, sari, 20),
        wanted(here, rina, 3),
        wanted(sister, rina),
    ):
        told = codes(plan([row], budi, dry_run=True))[0]
        with pytest.raises(Problem) if told else nullcontext() as refused:
            actions.assign(row.order, row.terms, by=budi.user)
        assert told[:1] == ([refused.value.code] if refused else [])


def test_whoever_is_free_and_has_least_to_do_is_proposed(budi, sari, rina, checklist):
    first, second, third = units(3)
    world.order(rina, at=world.unit("SAM-90", where="63.03"), opens=now())
    filled = planning.fill_in(
        rows := [wanted(first), wanted(second), wanted(third)],
        planning.ground_for(rows, programme=first.programme_id, everybody=True),
    )
    assert [row.terms.inspector for row in filled] == [sari.id, rina.id, sari.id]


def test_the_number_of_queries_does_not_grow_with_the_table(budi, checklist):
    people = [world.person(f"p{number}", Role.INSPECTOR) for number in range(4)]
    places = units(24)

    def queries(first, last):
        rows = [wanted(places[n], people[n % 4], day=200 * n) for n in range(first, last)]
        with CaptureQueriesContext(connection) as seen:
            assert plan(rows, budi).made == last - first
        return len(seen)

    queries(0, 4)  # feeds begin
    assert queries(4, 8) == queries(8, 24)


# Cover


def soon(days):
    return now() + timedelta(days=days)


def suspect(unit, instead, *, by, sari, report=None):
    return cover.suspect_cover(
        report or uuid7(),
        unit=unit.pk,
        inspector=sari.id,
        programme=unit.programme_id,
        instead=instead,
        reason="Petugas menyapa dengan nama.",
        by=by.user,
    )


def test_a_burn_replans_all_affected_visits_with_reasons(budi, sari, rina, checklist):
    here, sister = world.unit(), world.unit("SAM-02")
    far = world.unit("SAM-03", where="63.02")
    world.order(sari, at=here, opens=soon(-200))
    again = world.order(sari, at=here, opens=soon(3))
    other = world.order(sari, at=sister, opens=soon(100))
    untouched = world.order(sari, at=far, opens=soon(3))
    seen = cover.replacements(here, sari.id, by=budi.user)
    assert [(row.order.pk, row.best) for row in seen] == [(again.pk, rina.user), (other.pk, rina.user)]
    assert seen[0].candidates[0].load == 0
    done = suspect(here, {again.pk: rina.id, other.pk: None}, by=budi, sari=sari)
    assert (done.reassigned, done.cancelled, done.new) == (1, 1, True)
    for order in (again, other, untouched):
        order.refresh_from_db()
    assert (again.inspector_id, again.rev) == (rina.id, 2)
    assert (other.cancelled_why, other.rev) == ("Petugas menyapa dengan nama.", 2)
    assert (untouched.inspector_id, untouched.rev) == (sari.id, 1)
    items = Item.objects.filter(scope=sari.id, removed=True)
    assert set(items.values_list("entity", "reason")) == {(again.pk, "reassigned"), (other.pk, "cancelled")}
    assert Item.objects.filter(scope=rina.id, entity=again.pk, removed=False).exists()
    line = Entry.objects.get(event="cover.suspected")
    assert line.data == {
        "inspector": str(sari.id),
        "unit": "SAM-01",
        "reason": "Petugas menyapa dengan nama.",
        "cancelled": 1,
        "reassigned": 1,
    }
    told = Entry.objects.filter(event__in=["assignment.reassigned", "assignment.cancelled"])
    assert {entry.data["reason"] for entry in told} == {"Petugas menyapa dengan nama."}


def test_from_then_on_she_is_not_sent_there_nor_to_a_sister(budi, sari, rina, checklist):
    here, sister, far = world.unit(), world.unit("SAM-02"), world.unit("SAM-03", where="63.02")
    suspect(here, {}, by=budi, sari=sari)
    assert codes(plan([wanted(u, sari) for u in (here, sister, far)], budi)) == [
        ["cover-suspected"],
        ["cover-suspected"],
        [],
    ]
    row = wanted(sister, sari)
    with pytest.raises(Problem) as refused:
        actions.assign(row.order, row.terms, by=budi.user)
    assert refused.value.code == "cover-suspected"


def test_a_report_sent_twice_is_done_once(budi, sari, rina, checklist):
    here, report = world.unit(), uuid7()
    order = world.order(sari, at=here, opens=soon(3))
    assert suspect(here, {order.pk: rina.id}, by=budi, sari=sari, report=report).new
    assert not suspect(here, {order.pk: rina.id}, by=budi, sari=sari, report=report).new
    assert ConflictOfInterest.objects.count() == Entry.objects.filter(event="cover.suspected").count() == 1


def test_a_visit_that_was_told_meanwhile_changes_the_list_and_nothing_is_done(budi, sari, rina, checklist):
    here = world.unit()
    order = world.order(sari, at=here, opens=soon(-1))
    Visit.objects.create(assignment=order, programme=order.programme, state="submitted", told_at=now())
    with pytest.raises(Problem) as refused:
        suspect(here, {order.pk: rina.id}, by=budi, sari=sari)
    assert refused.value.code == "plan-changed"
    assert not ConflictOfInterest.objects.exists()


def test_a_replacement_who_is_hindered_stops_the_whole_deed(budi, sari, rina, checklist):
    here, sister = world.unit(), world.unit("SAM-02")
    orders = [world.order(sari, at=here, opens=soon(3)), world.order(sari, at=sister, opens=soon(10))]
    with pytest.raises(Problem) as refused:
        suspect(here, {order.pk: rina.id for order in orders}, by=budi, sari=sari)
    assert refused.value.code == "account-rotation"
    assert set(Assignment.objects.values_list("inspector", "rev")) == {(sari.id, 1)}
    assert not ConflictOfInterest.objects.exists()


def test_wati_reports_nothing_of_budis_units_and_touches_no_order_there(wati, budi, sari, rina, checklist):
    here = world.unit()
    order = world.order(sari, at=here, opens=soon(3))
    with pytest.raises(Problem) as refused:
        suspect(here, {order.pk: rina.id}, by=wati, sari=sari)
    assert refused.value.code == "not-in-your-regions"
    assert not cover.orders_at_risk(here, sari.id, by=wati.user).exists()
    assert cover.others_at_risk(here, sari.id, by=wati.user) == 1
