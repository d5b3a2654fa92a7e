"""Two people at once, on threads and connections of their own."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
from django.db import connection

from backend.assignments import actions, cover, planning
from backend.assignments.models import Assignment
from backend.assignments.planning import Wanted
from backend.assignments.rules import Scenario, Terms, Window
from backend.core.errors import Problem
from backend.core.ids import uuid7
from backend.feed.models import Item, Scope
from tests import world

MONDAY = datetime(2026, 6, 1, tzinfo=UTC)
PLANNERS = 6

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite lets one transaction write at a time"),
]


def at_once(*deeds: Callable[[], object]) -> list[str]:
    """Do all of it at the same moment; "done" or the problem's code for each."""
    start = Barrier(len(deeds))

    def run(deed):
        try:
            start.wait(timeout=20)
            deed()
            return "done"
        except Problem as problem:
            return problem.code
        finally:
            connection.close()

    with ThreadPoolExecutor(len(deeds)) as threads:
        return sorted(threads.map(run, deeds))


def terms(unit, inspector, day=0):
    opens = MONDAY + timedelta(days=day)
    return Terms(
        programme=unit.programme_id,
        unit=unit.pk,
        product=world.product().pk,
        inspector=inspector.id,
        scenario=Scenario.INQUIRY,
        window=Window(opens, opens + timedelta(days=7)),
    )


def assigning(unit, inspector, by, day=0, order=None):
    wanted, order = terms(unit, inspector, day), order or uuid7()
    return lambda: actions.assign(order, wanted, by=type(by.user).objects.get(pk=by.id))


def test_a5_two_coordinators_cannot_both_send_somebody_to_one_unit(budi, mira, sari, rina, checklist):
    unit = world.unit()
    assert at_once(assigning(unit, sari, budi), assigning(unit, rina, mira)) == ["done", "spacing"]
    assert Assignment.objects.count() == 1


def test_a5_one_inspector_is_not_sent_to_two_samsats_of_a_regency_at_once(budi, mira, sari, checklist):
    units = [world.unit(f"SAM-{n}") for n in range(PLANNERS)]
    planners = [budi, mira] * (PLANNERS // 2)
    deeds = [assigning(unit, sari, by) for unit, by in zip(units, planners, strict=True)]
    assert at_once(*deeds) == ["account-rotation"] * (PLANNERS - 1) + ["done"]
    assert Assignment.objects.count() == 1


def test_a7_an_order_told_six_times_at_once_is_one_order(budi, sari, checklist):
    unit, order = world.unit(), uuid7()
    deeds = [assigning(unit, sari, budi, order=order) for _ in range(PLANNERS)]
    assert at_once(*deeds) == ["done"] * PLANNERS
    assert Assignment.objects.get().pk == order
    assert Item.objects.get().seq == Scope.objects.get(pk=sari.id).seq == 1


def test_two_changes_at_once_are_one_change_and_one_stale_look(budi, mira, sari, checklist):
    order = world.order(sari)

    def changing(by, briefing):
        user = type(by.user).objects.get(pk=by.id)
        return lambda: actions.change(order.pk, rev=1, briefing=briefing, by=user)

    assert at_once(changing(budi, "Budi"), changing(mira, "Mira")) == ["done", "stale"]
    assert Assignment.objects.get().rev == 2


def test_f3_many_orders_at_once_number_one_feed_without_gaps(budi, mira, sari, checklist):
    units = [world.unit(f"SAM-{n}", where=f"63.0{n % 3 + 1}") for n in range(PLANNERS)]
    days = [200 * n for n in range(PLANNERS)]
    deeds = [assigning(unit, sari, mira, day=day) for unit, day in zip(units, days, strict=True)]
    assert at_once(*deeds) == ["done"] * PLANNERS
    assert sorted(Item.objects.values_list("seq", flat=True)) == list(range(1, PLANNERS + 1))
    assert Scope.objects.get(pk=sari.id).seq == PLANNERS


def planning_table(rows, by):
    def deed():
        user = type(by.user).objects.get(pk=by.id)
        if not planning.assign_many(rows, programme=rows[0].terms.programme, by=user).stored:
            raise Refused()

    return deed


class Refused(Problem):
    """Refused."""

    code = "refused"


def test_a5_two_tables_that_meet_in_one_unit_are_not_both_saved(budi, mira, sari, rina, checklist):
    units = [world.unit(f"SAM-{n}", where=f"63.0{n % 3 + 1}") for n in range(3)]
    here = [Wanted(uuid7(), terms(unit, sari)) for unit in units]
    there = [Wanted(uuid7(), terms(unit, rina)) for unit in reversed(units)]
    assert at_once(planning_table(here, budi), planning_table(there, mira)) == ["done", "refused"]
    assert Assignment.objects.count() == 3


def test_a7_a_table_sent_six_times_at_once_is_saved_once(budi, sari, checklist):
    units = [world.unit(f"SAM-{n}", where=f"63.0{n % 3 + 1}") for n in range(3)]
    rows = [Wanted(uuid7(), terms(unit, sari)) for unit in units]
    assert at_once(*[planning_table(rows, budi)] * PLANNERS) == ["done"] * PLANNERS
    assert Assignment.objects.count() == 3
    assert Scope.objects.get(pk=sari.id).seq == 3


def test_a_burn_and_a_new_order_to_the_burnt_unit_never_both_stand(budi, mira, sari, checklist):
    unit = world.unit()

    def burning():
        user = type(budi.user).objects.get(pk=budi.id)
        them = {"unit": unit.pk, "inspector": sari.id, "programme": unit.programme_id}
        cover.suspect_cover(uuid7(), **them, instead={}, reason="Dikenali.", by=user)

    soon = terms(unit, sari, day=(datetime.now(UTC) - MONDAY).days + 1)

    def sending():
        actions.assign(uuid7(), soon, by=type(mira.user).objects.get(pk=mira.id))

    assert at_once(burning, sending) in (["cover-suspected", "done"], ["done", "plan-changed"])
