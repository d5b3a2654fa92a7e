"""Tables in the console: checked, seen, brought in, taken along."""

import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backend.journal.models import Entry
from backend.units.models import CheckedTable, Region, Unit
from backend.units.sheets import FILE_BYTES_MAX
from tests import world
from tests.backend.units.files import HEADERS, table, units, workbook
from tests.world import browser_of

pytestmark = pytest.mark.django_db

HERE = "/console/kalsel/tables/"


def check(browser, kind, content, name="tabel.csv", **more):
    return browser.post(f"{HERE}check/", {"kind": kind, "file": SimpleUploadedFile(name, content)}, **more)


@pytest.fixture
def samsat(programme):
    return world.unit("SAM-01")


def test_mira_checks_a_table_sees_what_would_change_and_brings_it_in(mira, samsat):
    browser = browser_of(mira, "en")
    content = units({"code": "SAM-01", "name": "Samsat Baru"}, {"code": "SAM-02"})
    answer = check(browser, "units", content, follow=True)
    report = answer.context["report"]
    assert (report.created, report.updated, report.unchanged) == (1, 1, 0)
    assert ("name", "Unit SAM-01", "Samsat Baru") in [(c.column, c.before, c.after) for c in report.changes]
    assert "Samsat Baru" in answer.content.decode()
    assert Unit.objects.get().name == "Unit SAM-01"
    digest = answer.context["kept"].digest
    done = browser.post(f"{HERE}bring-in/", {"digest": digest}, follow=True)
    assert done.context["kept"].report == {"created": 1, "updated": 1, "unchanged": 0}
    assert Unit.objects.get(code="SAM-01").name == "Samsat Baru"
    # A second press does nothing, and shows the same.
    again = browser.post(f"{HERE}bring-in/", {"digest": digest}, follow=True)
    assert again.context["kept"].report == done.context["kept"].report
    assert Entry.objects.filter(event="table.imported").count() == 1


def test_errors_are_told_by_row_and_column_in_the_readers_language(mira, samsat):
    spoilt = units({"type": "XXX"}, {"code": "a b"})
    for language, words in (("id", "Pilih salah satu"), ("en", "Say one of")):
        answer = check(browser_of(mira, language), "units", spoilt)
        assert answer.status_code == 400
        assert [(e.row, e.column) for e in answer.context["report"].errors] == [(2, "type"), (3, "code")]
        assert words in answer.content.decode()
    assert not CheckedTable.objects.exists()


def with_macros():
    content = io.BytesIO(workbook([HEADERS["units"].split(",")]))
    with zipfile.ZipFile(content, "a") as book:
        book.writestr("xl/vbaProject.bin", b"Sub AutoOpen()")
    return content.getvalue()


@pytest.mark.parametrize(
    ("content", "code", "status"),
    [
        (b"", "empty-table", 400),
        (b"%PDF-1.7\n\xff\xfe", "wrong-encoding", 415),
        (b"\xd0\xcf\x11\xe0 an old workbook", "not-a-table", 415),
        (b"PK\x03\x04 a broken one", "not-a-table", 415),
        (b"code,name\nSAM-9,Samsat\n", "missing-columns", 400),
        (b"x" * (FILE_BYTES_MAX + 1), "file-too-large", 413),
    ],
)
def test_what_is_no_table_is_refused_in_words_and_nothing_is_stored(mira, samsat, content, code, status):
    answer = check(browser_of(mira, "en"), "units", content)
    assert (answer.status_code, answer.context["problem"].code) == (status, code)
    assert "Nothing was stored" in answer.content.decode()
    assert not CheckedTable.objects.exists()


def test_a_workbook_with_macros_is_refused(mira, samsat):
    answer = check(browser_of(mira, "en"), "units", with_macros(), "unit.xlsm")
    assert (answer.status_code, answer.context["problem"].code) == (415, "holds-macros")


def test_missing_columns_are_named(mira, samsat):
    words = check(browser_of(mira, "en"), "products", b"code;name_id\nA;B\n").content.decode()
    assert "Columns: name_en, unit_type, group." in words
    assert "In the file: code, name_id." in words


def test_a_form_without_kind_or_file_says_so(mira, programme):
    browser = browser_of(mira, "en")
    assert list(browser.post(f"{HERE}check/", {"kind": "people"}).context["wrong"]) == ["kind"]
    answer = browser.post(f"{HERE}check/", {"kind": "units"})
    assert (answer.status_code, list(answer.context["wrong"])) == (400, ["file"])


def test_what_was_checked_and_is_gone_is_not_brought_in(mira, samsat):
    answer = browser_of(mira, "en").post(f"{HERE}bring-in/", {"digest": "x"})
    assert (answer.status_code, answer.context["problem"].code) == (409, "no-checked-table")


def test_what_changed_meanwhile_is_told_before_anything_is_stored(mira, programme):
    world.unit("SAM-01")
    browser = browser_of(mira, "en")
    digest = check(browser, "units", units({}), follow=True).context["kept"].digest
    Unit.objects.all().delete()
    world.institution("I-SAM-01").delete()
    answer = browser.post(f"{HERE}bring-in/", {"digest": digest})
    assert (answer.status_code, [e.column for e in answer.context["report"].errors]) == (409, ["institution"])
    assert browser.get(f"{HERE}check/").status_code == 409


def test_a_file_that_holds_nothing_new_says_so(mira, programme):
    world.region()
    content = table("regions", "63,Kalimantan Selatan,province,", "63.01,Tanah Laut,regency,63")
    answer = check(browser_of(mira, "en"), "regions", content, follow=True)
    assert "there is nothing to bring in" in answer.content.decode()


def test_script_in_a_cell_is_text(mira, samsat):
    browser = browser_of(mira, "en")
    content = units({"code": "SAM-01", "name": "<script>alert(1)</script>"})
    words = check(browser, "units", content, "<img src=x>.csv", follow=True).content.decode()
    assert "<script>alert" not in words
    assert "<img src=x>" not in words


def test_mira_takes_a_table_along_and_brings_it_back_unchanged(mira, samsat):
    browser = browser_of(mira, "en")
    for query in ("", "?separator=semicolon"):
        content = b"".join(browser.get(f"{HERE}units/taken/{query}").streaming_content)
        report = check(browser, "units", content, follow=True).context["report"]
        assert (report.created, report.updated, report.unchanged) == (0, 0, 1)


def test_a_template_is_the_header_alone(mira, programme):
    answer = browser_of(mira, "en").get(f"{HERE}standards/taken/?empty=1")
    assert b"".join(answer.streaming_content).decode("utf-8-sig").strip() == HEADERS["standards"]


def test_mira_searches_a_table_and_other_programmes_are_not_in_it(mira, agus, samsat):
    world.unit("SAM-02", of=world.programme("papua"))
    browser = browser_of(mira, "en")
    assert [row[0] for row in browser.get(f"{HERE}units/").context["rows"]] == ["SAM-01"]
    assert browser.get(f"{HERE}units/?q=sam-02").context["rows"] == []
    assert browser.get(f"{HERE}units/?q=UNIT").context["rows"] != []
    assert browser.get(f"{HERE}people/").status_code == 400


@pytest.mark.parametrize("name", ["sari", "budi", "wati", "dewi"])
def test_who_does_not_keep_the_data_may_do_none_of_it(name, request, samsat):
    browser = browser_of(request.getfixturevalue(name))
    assert browser.get(HERE).status_code == 403
    assert browser.get(f"{HERE}units/taken/").status_code == 403
    assert check(browser, "units", units({})).status_code == 403
    assert browser.post(f"{HERE}bring-in/", {"digest": "x"}).status_code == 403


def test_agus_finds_no_such_programme(agus, samsat):
    assert browser_of(agus, "en").get(f"{HERE}units/").status_code == 404


def test_a_table_of_many_rows_asks_as_often_as_one_of_few(mira, programme):
    browser = browser_of(mira, "en")

    def asked(where):
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(where).status_code == 200
        return len(queries)

    world.unit("U-0")
    where = [HERE, *(f"{HERE}{kind}/" for kind in HEADERS)]
    few = [asked(one) for one in where]
    for number in range(1, 40):
        world.unit(f"U-{number}")
        world.standard(world.product(f"P-{number}"))
    assert Region.objects.exists()
    assert [asked(one) for one in where] == few
    assert max(few) <= 12
