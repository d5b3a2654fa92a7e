"""Budi plans by a file: what is wrong is named by line and column, and what was checked is what is saved."""

import io
import zipfile
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backend.assignments.models import Assignment
from backend.journal.models import Entry
from tests import world
from tests.backend.console.planning_desk import NOW, desk, hidden, soon, text, units, url

pytestmark = pytest.mark.django_db

HEADER = "unit,product,inspector,opens,closes,scenario,briefing"
DAY = f"{NOW + timedelta(days=7):%Y-%m-%d}"
END = f"{NOW + timedelta(days=17):%Y-%m-%d}"


def line(
    unit="SAM-01", product="STNK-5TH-R2", who="sari", opens=f"{DAY} 08:00", closes=END, more="inquiry,Tanya"
):
    return f"{unit},{product},{who},{opens},{closes},{more}"


def check(person, *lines, header=HEADER, name="rencana.csv", content=None):
    sent = content if content is not None else "\n".join([header, *lines]).encode()
    return desk(person).post(url("file/"), {"file": SimpleUploadedFile(name, sent), "do": "check"})


def save(person, answer):
    return desk(person).post(url("file/"), {"do": "save", "plan": hidden(answer)["plan"]})


@pytest.fixture
def place(sari, rina, checklist):
    world.product()
    return units(3)


def test_what_was_checked_is_what_is_saved_and_once(budi, sari, place):
    looked = check(budi, line(), line("SAM-02", who="rina", closes=f"{END} 16:00"))
    assert (looked.status_code, Assignment.objects.count()) == (200, 0)
    assert "2 orders can be saved" in text(looked)
    assert [save(budi, looked).status_code for _ in range(2)] == [302, 302]
    made = Assignment.objects.get(unit__code="SAM-01")
    zone = NOW + timedelta(days=7)
    assert made.window_opens.strftime("%Y-%m-%d %H:%M") == f"{zone:%Y-%m-%d} 00:00"  # 08:00 in Makassar
    assert made.window_closes.strftime("%H:%M") == "16:00"  # the whole closing day
    assert (made.inspector_id, made.briefing, made.scenario) == (sari.id, "Tanya", "inquiry")
    assert Assignment.objects.count() == Entry.objects.filter(event="assignment.made").count() == 2


def test_errors_name_their_line_and_column_and_nothing_is_saved(budi, place):
    world.unit("SAM-71", where="63.71")
    world.product("SIM-C", type="SIM")
    answer = check(
        budi,
        line(),
        line("NIX"),
        line("SAM-71"),
        line("SAM-02", product="SIM-C"),
        line("SAM-02", who="budi"),
        line("SAM-02", opens="7 Desember"),
        line("SAM-02", opens=f"{END} 09:00", closes=f"{DAY} 09:00"),
        line("SAM-03", more="pencurian,"),
        line(),
    )
    assert answer.status_code == 400
    found = [(error.row, error.column, error.code) for error in answer.context["errors"]]
    assert found == [
        (3, "unit", "unknown-reference"),
        (4, "unit", "not-your-region"),
        (5, "product", "wrong-unit-type"),
        (6, "inspector", "unknown-inspector"),
        (7, "opens", "not-a-moment"),
        (8, "closes", "closes-first"),
        (9, "scenario", "unknown-choice"),
        (10, "opens", "duplicate"),
    ]
    assert "8 cells of this file are wrong" in text(answer)
    assert not Assignment.objects.exists()


def test_hindrances_are_shown_by_line_and_the_others_can_be_saved(budi, sari, place):
    world.order(sari, at=place[0], opens=soon(-60))
    looked = check(budi, line(), line("SAM-02", who="rina"), line("SAM-03", who="rina"))
    said = text(looked)
    assert "1 order can be saved" in said
    assert "This inspector's other visit to this unit is less than 180 days away." in said
    assert "less than 90 days away. It is row 3 of this plan." in said
    assert save(budi, looked).status_code == 302
    assert list(Assignment.objects.exclude(unit=place[0]).values_list("unit__code", flat=True)) == ["SAM-02"]


def test_what_became_hindered_after_the_check_keeps_all_of_it_from_being_saved(budi, mira, sari, place):
    looked = check(budi, line(), line("SAM-02", who="rina"))
    world.order(sari, at=place[0], opens=soon(9), by=mira)
    answer = save(budi, looked)
    assert answer.status_code == 409
    assert "Something changed since the file was checked, so nothing was saved." in text(answer)
    assert Assignment.objects.count() == 1


def test_a_plan_of_somebody_else_or_a_changed_one_is_not_saved(budi, wati, mira, place):
    looked = check(budi, line())
    assert save(wati, looked).status_code == save(mira, looked).status_code == 400
    plan = hidden(looked)["plan"]
    assert desk(budi).post(url("file/"), {"do": "save", "plan": plan[:-1] + "x"}).status_code == 400
    assert not Assignment.objects.exists()


def test_a_plan_of_one_who_was_taken_her_regions_is_not_saved(budi, place):
    looked = check(budi, line())
    budi.user.memberships.update(region_codes=["63.71"])
    assert save(budi, looked).status_code == 409
    assert not Assignment.objects.exists()


def test_the_template_can_be_sent_as_it_is(budi, place):
    answer = desk(budi, "id").get(url("file/template.csv"))
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"] == 'attachment; filename="orders-kalsel.csv"'
    looked = check(budi, content=answer.content)
    assert (looked.status_code, "2 orders can be saved" in text(looked)) == (200, True)


def workbook(*members):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as packed:
        for name in members:
            packed.writestr(name, b"x")
    return made.getvalue()


@pytest.mark.parametrize(
    ("content", "status", "words"),
    [
        (b"", 400, "There is no header row here."),
        (b"unit,product\nA,B\n", 400, "Columns are missing from the header row."),
        (b"\xd0\xcf\x11\xe0macro", 415, "neither CSV nor a readable XLSX workbook"),
        (workbook("word/document.xml"), 415, "neither CSV nor a readable XLSX workbook"),
        (HEADER.encode() + b"\nSAM-01,\xff\n", 415, "This CSV is not UTF-8."),
        (b"x" * (5 * 1024 * 1024 + 1), 413, "The file is larger than an import may be; split it."),
        (
            (HEADER + "\n" + (line() + "\n") * 501).encode(),
            413,
            "That is more orders than are planned at once",
        ),
    ],
)
def test_a_file_that_is_no_plan_is_refused_in_plain_words(budi, place, content, status, words):
    answer = check(budi, content=content)
    assert (answer.status_code, words in text(answer), "Nothing was saved." in text(answer)) == (
        status,
        True,
        True,
    )


def test_no_file_at_all_is_said(budi):
    answer = desk(budi).post(url("file/"), {"do": "check"})
    assert (answer.status_code, "Please choose a file." in text(answer)) == (400, True)


def test_five_hundred_lines_ask_no_more_than_five(budi, place):
    codes = [f"X-{number:03}" for number in range(300)]
    for code in codes:
        world.unit(code)

    client = desk(budi)

    def queries(count):
        lines = [
            line(code, who="sari" if number % 2 else "rina") for number, code in enumerate(codes[:count])
        ]
        sent = SimpleUploadedFile("rencana.csv", "\n".join([HEADER, *lines]).encode())
        with CaptureQueriesContext(connection) as seen:
            assert client.post(url("file/"), {"file": sent, "do": "check"}).status_code == 200
        return len(seen)

    few = queries(5)
    assert queries(300) == few
    assert few <= 18
