"""Budi plans: his list of orders, one order, a table of orders, and what he is told before anything is saved."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backend.assignments import actions
from backend.assignments.models import Assignment, ConflictOfInterest
from backend.core.ids import uuid7
from backend.journal.models import Entry
from backend.people.rules import Role
from backend.visits.models import Visit
from tests import world
from tests.backend.console.planning_desk import NOW, at, desk, hidden, soon, text, units, url

pytestmark = pytest.mark.django_db

QUERIES_MAX = 15
PAGES = ("", "coverage/", "assign/", "file/", "file/template.csv", "conflicts/", "cover/")


def table(rows, **common):
    """A form of the table: {unit: {inspector, opens, …}}."""
    said = {"scenario": "inquiry", "briefing": "Tanyakan.", "do": "check", **common}
    for unit, row in rows.items():
        usual = {"order": str(uuid7()), "take": "1", "product": str(world.product().pk)}
        usual |= {"opens": at(3), "closes": at(10)}
        said |= {f"{unit.pk}-{name}": value for name, value in {**usual, **row}.items()}
    return said


def here(rows):
    return url("assign/", unit=[str(unit.pk) for unit in rows])


# Who may


@pytest.mark.parametrize("page", PAGES)
def test_whoever_plans_opens_every_page_and_nobody_else(page, budi, mira, sari, dewi, agus, root):
    found = [desk(person).get(url(page)).status_code for person in (budi, mira, sari, dewi, agus, root)]
    assert found == [200, 200, 403, 403, 404, 403]


def test_the_list_shows_what_is_open_in_his_regions(budi, wati, sari, checklist):
    world.order(sari)
    world.order(sari, at=world.unit("SAM-71", where="63.71"))
    world.order(sari, at=world.unit("SAM-02"), opens=soon(5))
    said = text(desk(budi).get(url()))
    assert "Unit SAM-01" in said
    assert "Unit SAM-71" not in said
    assert "Unit SAM-02" not in said
    assert "Unit SAM-02" in text(desk(budi).get(url(show="coming")))
    assert "Unit SAM-71" in text(desk(wati).get(url()))


def test_every_filter_shows_its_orders(budi, sari, rina, checklist):
    silent = world.order(sari, opens=soon(-30), days=5)
    told = world.order(rina, at=world.unit("SIM-02"), opens=soon(-30), days=5)
    Visit.objects.create(assignment=told, programme=told.programme, state="submitted", told_at=NOW)
    gone = world.order(rina, at=world.unit("POL-03", where="63.02"))
    actions.cancel(gone.pk, reason="Sakit", by=budi.user)
    for query, code in (
        ({"show": "silent"}, "SAM-01"),
        ({"show": "told"}, "SIM-02"),
        ({"show": "cancelled"}, "POL-03"),
        ({"show": "cancelled", "region": "63.02"}, "POL-03"),
        ({"show": "told", "inspector": str(rina.id)}, "SIM-02"),
        ({"show": "silent", "q": "sam"}, "SAM-01"),
    ):
        said = text(desk(budi).get(url(**query)))
        assert [c for c in ("SAM-01", "SIM-02", "POL-03") if f"Unit {c}" in said] == [code], query
    assert "No order here." in text(desk(budi).get(url(show="silent", q="xyz")))
    assert silent.pk


@pytest.mark.parametrize("query", [{"show": "all"}, {"inspector": "x"}, {"q": "a\x00b"}, {"after": "x"}])
def test_a_filter_that_makes_no_sense_is_a_clear_message(budi, query):
    assert desk(budi).get(url(**query)).status_code == 400


def test_an_order_of_another_region_or_programme_is_not_there(budi, wati, agus, order):
    for page in (f"{order.pk}/", f"{order.pk}/reassign/"):
        assert desk(budi).get(url(page)).status_code == 200
        assert desk(wati).get(url(page)).status_code == 404
        assert desk(wati).post(url(page), {"do": "cancel", "rev": 1, "reason": "x"}).status_code == 404
        assert desk(agus).get(url(page, programme="papua")).status_code == 404
    order.refresh_from_db()
    assert (order.rev, order.cancelled_at) == (1, None)


# One order


def test_budi_changes_the_window_on_the_units_own_clock(budi, order):
    page = url(f"{order.pk}/")
    sent = {**hidden(desk(budi).get(page)), "do": "change", "opens": "2026-12-07T08:00"}
    answer = desk(budi).post(
        page, {**sent, "closes": "2026-12-11T16:00", "briefing": "Baru", "scenario": "inquiry"}
    )
    assert (answer.status_code, answer["Location"]) == (302, page)
    order.refresh_from_db()
    assert (order.window_opens.isoformat(), order.window_closes.isoformat(), order.briefing, order.rev) == (
        "2026-12-07T00:00:00+00:00",
        "2026-12-11T08:00:00+00:00",
        "Baru",
        2,
    )


def test_what_somebody_else_changed_meanwhile_is_told_and_nothing_typed_is_lost(budi, mira, order):
    page = url(f"{order.pk}/")
    seen = hidden(desk(budi).get(page))
    actions.change(order.pk, rev=1, briefing="Mira", by=mira.user)
    answer = desk(budi).post(page, {**seen, "do": "change", "briefing": "Yang diketik Budi"})
    assert answer.status_code == 409
    assert "Somebody changed this order meanwhile" in text(answer)
    assert "Yang diketik Budi" in text(answer)
    order.refresh_from_db()
    assert (order.briefing, order.rev) == ("Mira", 2)


def test_cancelling_asks_for_a_reason(budi, order):
    page = url(f"{order.pk}/")
    answer = desk(budi).post(page, {"rev": 1, "do": "cancel", "reason": " "})
    assert (answer.status_code, "Please say why" in text(answer)) == (400, True)
    assert desk(budi).post(page, {"rev": 1, "do": "cancel", "reason": "Kantor pindah"}).status_code == 302
    assert "“Kantor pindah”" in text(desk(budi).get(page))


def test_whoever_could_go_instead_is_listed_with_what_hinders_the_others(budi, sari, rina, checklist):
    tono, ida = world.person("tono", Role.INSPECTOR), world.person("ida", Role.INSPECTOR)
    unit = world.unit()
    order = world.order(sari, at=unit, opens=soon(3))
    world.order(tono, at=unit, opens=soon(-60))
    actions.declare_conflict(
        uuid7(), programme=unit.programme_id, inspector=ida.id, unit=unit.pk, by=budi.user
    )
    page = url(f"{order.pk}/reassign/")
    said = text(desk(budi).get(page))
    assert said.index("Rina") < said.index("Ida")
    assert "Rina 0 free" in said
    assert "This inspector's other visit to this unit is less than 180 days away." in said
    assert "A conflict of interest between this inspector and this place was declared." in said
    sent = {"rev": 1, "reason": "Sari sakit"}
    refused = desk(budi).post(page, {**sent, "inspector": str(tono.id)})
    assert (refused.status_code, "Nothing was changed." in text(refused)) == (409, True)
    assert desk(budi).post(page, {**sent, "inspector": str(rina.id)}).status_code == 302
    order.refresh_from_db()
    assert order.inspector_id == rina.id
    assert "Sari → Rina" in text(desk(budi).get(url(f"{order.pk}/")))


# A table


def test_a_table_proposes_for_each_unit_whoever_is_free(budi, sari, rina, checklist):
    first, second = units(2)
    world.product()
    answer = desk(budi).get(here([first, second]))
    body = answer.content.decode()
    assert answer.status_code == 200
    assert body.count(f'value="{sari.id}" selected') + body.count(f'value="{rina.id}" selected') == 2
    assert "Nothing hinders the chosen rows." in text(answer)
    assert not Assignment.objects.exists()


def test_rotation_is_shown_before_anything_is_saved(budi, sari, rina, checklist):
    first, second = units(2)
    before = world.order(sari, at=first, opens=soon(-60))
    form = table({first: {"inspector": str(sari.id)}, second: {"inspector": str(rina.id)}})
    looked = desk(budi).post(here([first, second]), form)
    said = text(looked)
    assert looked.status_code == 200
    assert "This inspector's other visit to this unit is less than 180 days away." in said
    assert "First free day:" in said
    assert f"/plan/{before.pk}/" in looked.content.decode()
    refused = desk(budi).post(here([first, second]), {**form, "do": "save"})
    assert refused.status_code == 409
    assert "1 chosen row is hindered, so nothing was saved." in text(refused)
    assert Assignment.objects.count() == 1
    form.pop(f"{first.pk}-take")
    assert desk(budi).post(here([first, second]), {**form, "do": "save"}).status_code == 302
    assert Assignment.objects.get(unit=second).inspector_id == rina.id


def test_rows_that_hinder_each_other_name_the_row(budi, sari, rina, checklist):
    first, second = units(2)
    form = table({unit: {"inspector": str(sari.id)} for unit in (first, second)})
    said = text(desk(budi).post(here([first, second]), form))
    assert "less than 90 days away. It is row 1 of this plan." in said


def test_a_double_click_saves_a_table_once(budi, sari, checklist):
    (unit,) = units(1)
    form = table({unit: {"inspector": str(sari.id)}}, do="save")
    assert [desk(budi).post(here([unit]), form).status_code for _ in range(2)] == [302, 302]
    assert Assignment.objects.count() == Entry.objects.filter(event="assignment.made").count() == 1


def test_a_unit_of_another_region_does_not_come_into_the_table(budi, sari, checklist):
    mine, theirs = world.unit(), world.unit("SAM-71", where="63.71")
    form = table({unit: {"inspector": str(sari.id)} for unit in (mine, theirs)}, do="save")
    assert "SAM-71" not in text(desk(budi).get(here([mine, theirs])))
    assert desk(budi).post(here([mine, theirs]), form).status_code == 302
    assert [order.unit for order in Assignment.objects.all()] == [mine]


def test_what_cannot_be_read_is_said_in_its_row_and_kept(budi, sari, checklist):
    (unit,) = units(1)
    world.product()
    row = {"inspector": str(sari.id), "opens": "besok", "closes": at(4)}
    answer = desk(budi).post(here([unit]), table({unit: row}, do="save"))
    assert "The window must say when it opens and when it closes" in text(answer)
    assert 'value="besok"' in answer.content.decode()
    assert not Assignment.objects.exists()


def test_a_table_without_anything_chosen_saves_nothing(budi, sari, checklist):
    (unit,) = units(1)
    answer = desk(budi).post(here([unit]), table({unit: {"take": ""}}, do="save"))
    assert (answer.status_code, "Please choose at least one unit." in text(answer)) == (400, True)


def test_a_session_that_ended_loses_nothing_that_was_typed(budi, sari, checklist):
    (unit,) = units(1)
    world.product()
    client = desk(budi)
    seen = hidden(client.get(here([unit])))
    client.logout()
    form = table({unit: {"inspector": str(sari.id)}}, do="save", briefing="Diketik sebelum sesi habis")
    asked = client.post(here([unit]), {**form, "who": seen["who"], "page": seen["page"]})
    assert asked["Location"].startswith("/accounts/login/")
    client.force_login(budi.user)
    again = client.get(here([unit]))
    assert "Diketik sebelum sesi habis" in text(again)
    assert f'value="{sari.id}" selected' in again.content.decode()
    assert not Assignment.objects.exists()


def test_closed_days_are_a_mild_notice(budi, sari, checklist):
    (unit,) = units(1)
    saturday = NOW + timedelta(days=7 + (5 - NOW.weekday()) % 7)
    row = {
        "inspector": str(sari.id),
        "opens": f"{saturday:%Y-%m-%d}T08:00",
        "closes": f"{saturday:%Y-%m-%d}T16:00",
    }
    said = text(desk(budi).post(here([unit]), table({unit: row})))
    assert "The unit is not open at all in this window." in said
    assert "Nothing hinders the chosen rows." in said


def test_more_than_fifty_units_are_too_many_for_a_table(budi):
    ids = [str(uuid7()) for _ in range(51)]
    assert desk(budi).get(url("assign/", unit=ids)).status_code == 413


# Conflicts


def test_a_conflict_is_declared_once_and_shown(budi, sari, checklist):
    unit = world.unit()
    page = url("conflicts/")
    sent = {"id": str(uuid7()), "inspector": str(sari.id), "place": unit.code, "reason": "=cmd <b>Adik</b>"}
    assert [desk(budi).post(page, sent).status_code for _ in range(2)] == [302, 302]
    assert ConflictOfInterest.objects.get().reason == "=cmd <b>Adik</b>"
    body = desk(budi).get(page).content.decode()
    assert "&lt;b&gt;Adik" in body
    assert "<b>Adik" not in body
    assert desk(budi).post(page, {**sent, "id": str(uuid7()), "place": "NIX"}).status_code == 404
    assert desk(budi).post(page, {**sent, "id": str(uuid7()), "inspector": ""}).status_code == 400


# Bounded


def queries(client, path, method="get", form=None):
    with CaptureQueriesContext(connection) as seen:
        assert getattr(client, method)(path, form).status_code == 200
    return len(seen)


def test_no_page_asks_more_when_there_is_more(budi, sari, rina, checklist):
    client = desk(budi)
    paths = ["", "?show=told", "coverage/", "assign/", "conflicts/", "cover/"]
    world.product()

    def grow(first, last):
        for number in range(first, last):
            unit = world.unit(f"U-{number:02}", where=f"63.0{number % 3 + 1}")
            world.order(sari if number % 2 else rina, at=unit)
            told = world.order(sari, at=unit, opens=soon(-20), days=3)
            Visit.objects.create(assignment=told, programme=told.programme, state="submitted", told_at=NOW)
            key = uuid7()
            them = {"programme": unit.programme_id, "inspector": rina.id, "unit": unit.pk}
            actions.declare_conflict(key, **them, by=budi.user)
        found = [queries(client, url() + path) for path in paths]
        some = list(Assignment.objects.values_list("unit", flat=True).distinct().order_by("unit")[: last + 1])
        chosen = url("assign/", unit=[str(pk) for pk in some])
        order = Assignment.objects.filter(window_closes__gt=NOW).first()
        return [
            *found,
            queries(client, chosen),
            *(queries(client, url(f"{order.pk}/{p}")) for p in ("", "reassign/")),
        ]

    few, many = grow(0, 3), grow(3, 30)
    assert few == many
    assert max(many) <= QUERIES_MAX, many
