"""What is here, written as the tables that bring it in; and a table kept between its rehearsal and its import."""

from datetime import timedelta

import pytest

from backend.core.clock import now
from backend.core.errors import NotAllowed
from backend.core.spreadsheets import as_csv
from backend.journal.models import Entry
from backend.units import errors
from backend.units.actions import bring_in_checked, import_table, keep_table
from backend.units.models import CheckedTable, Institution, Product, PublishedStandard, Unit
from backend.units.tables import TABLES
from backend.units.written import Change, lines
from tests import world
from tests.backend.units.files import standards, units

pytestmark = pytest.mark.django_db


@pytest.fixture
def land(programme):
    """A hall with a booth, two products and three standards."""
    hall = world.unit("MPP-01", type="MPP")
    booth = world.unit("SAM-01")
    Unit.objects.filter(pk=booth.pk).update(
        host=hall, address="-", name='Samsat "Satu", Pelaihari; +62', latitude="-3.319"
    )
    stnk, skck = world.product(), world.product("SKCK", type="POL")
    world.standard(stnk)
    PublishedStandard.objects.create(
        product=stnk, unit=booth, completion_amount=90, completion_unit="minutes", source="-", valid_from="2026-01-01"
    )  # fmt: skip
    PublishedStandard.objects.create(
        product=skck, region=world.region(), wait_minutes=15, source="-", valid_from="2020-01-01", valid_to="2020-12-31"
    )  # fmt: skip


@pytest.fixture
def agus_has_the_same(agus, land):
    world.unit("SAM-01", of=world.programme("papua"))


def file_of(kind, programme, separator=","):
    return b"".join(as_csv(tuple(TABLES[kind].columns), lines(kind, programme), separator=separator))


@pytest.mark.parametrize("separator", [",", ";"])
@pytest.mark.parametrize("kind", sorted(TABLES))
def test_a_table_taken_along_and_brought_back_changes_nothing(
    kind, separator, land, agus_has_the_same, mira, programme
):
    content = file_of(kind, programme, separator)
    report = import_table(kind, content, "t.csv", programme=programme, by=mira.user)
    assert (report.errors, report.stored) == ((), True)
    assert (report.rows > 0, report.created, report.updated, report.changes) == (True, 0, 0, ())
    assert report.unchanged == report.rows


def test_mira_sees_what_would_change_before_it_does(land, mira, programme):
    world.institution("I-BARU")
    table = units({"code": "SAM-01", "institution": "I-BARU", "name": "Samsat Baru"}, {"code": "SAM-2"})
    report = import_table("units", table, "t.csv", programme=programme, by=mira.user, dry_run=True)
    assert report.added == ("SAM-2",)
    assert report.change_count == len(report.changes) == 7
    assert report.changes[:2] == (
        Change(2, "SAM-01", "name", 'Samsat "Satu", Pelaihari; +62', "Samsat Baru"),
        Change(2, "SAM-01", "institution", "I-SAM-01", "I-BARU"),
    )
    assert report.changes[-1] == Change(2, "SAM-01", "host", "MPP-01", "")


def test_a_standard_is_called_by_what_makes_it_one(land, mira, programme):
    dearer = standards({"fee_rupiah": "120000", "valid_from": "2021-01-01"})
    report = import_table("standards", dearer, "t.csv", programme=programme, by=mira.user, dry_run=True)
    assert report.changes == (Change(2, "STNK-5TH-R2 · 2021-01-01", "fee_rupiah", "100000", "120000"),)


def test_a_long_list_of_changes_is_counted_and_cut(mira, programme):
    world.institution("I-SAM-01", klass="samsat")
    rows = [{"code": f"U-{number}", "name": "Lama"} for number in range(150)]
    import_table("units", units(*rows), "t.csv", programme=programme, by=mira.user)
    renamed = units(*({**row, "name": "Baru"} for row in rows))
    report = import_table("units", renamed, "t.csv", programme=programme, by=mira.user, dry_run=True)
    assert (report.change_count, len(report.changes), report.updated) == (150, 100, 150)


# Between rehearsal and import


def checked(mira, programme, content=None):
    return keep_table("units", content or units({}), "unit\x00.csv", programme=programme, by=mira.user)


def test_mira_brings_in_what_she_checked_once(mira, programme):
    world.unit()
    kept = checked(mira, programme)
    assert (kept.name, Unit.objects.filter(code="SAM-9").exists()) == ("unit.csv", False)
    done, report = bring_in_checked(kept.digest, programme=programme, by=mira.user)
    assert report.stored
    assert done.report == {"created": 1, "updated": 0, "unchanged": 0}
    assert bytes(done.content) == b""
    again, nothing = bring_in_checked(kept.digest, programme=programme, by=mira.user)
    assert (again.report, nothing) == (done.report, None)
    assert Entry.objects.filter(event="table.imported").count() == 1


def test_another_table_checked_since_takes_the_place_of_the_first(mira, programme):
    world.unit()
    first = checked(mira, programme).digest
    checked(mira, programme, units({"code": "SAM-10"}))
    assert CheckedTable.objects.count() == 1
    with pytest.raises(errors.NoCheckedTable):
        bring_in_checked(first, programme=programme, by=mira.user)


def test_a_checked_table_is_kept_for_a_day(mira, root, programme):
    digest = checked(mira, programme).digest
    CheckedTable.objects.update(checked_at=now() - timedelta(days=1, minutes=1))
    with pytest.raises(errors.NoCheckedTable):
        bring_in_checked(digest, programme=programme, by=mira.user)
    keep_table("units", units({}), "u.csv", programme=programme, by=root.user)
    assert [kept.owner_id for kept in CheckedTable.objects.all()] == [root.id]


def test_what_somebody_else_checked_is_not_brought_in(mira, root, programme):
    world.unit()
    digest = checked(mira, programme).digest
    with pytest.raises(errors.NoCheckedTable):
        bring_in_checked(digest, programme=programme, by=root.user)


def test_what_does_not_fit_any_more_is_told_and_stores_nothing(mira, programme):
    world.unit()
    kept = checked(mira, programme, units({}, {"code": "SAM-01", "institution": "I-SAM-01"}))
    Unit.objects.all().delete()
    Institution.objects.all().delete()
    done, report = bring_in_checked(kept.digest, programme=programme, by=mira.user)
    assert (report.stored, done.report) == (False, None)
    assert {error.code for error in report.errors} == {"unknown-reference"}
    assert not Unit.objects.exists()


def test_budi_may_neither_keep_a_table_nor_bring_one_in(budi, programme):
    with pytest.raises(NotAllowed):
        keep_table("units", units({}), "u.csv", programme=programme, by=budi.user)
    assert not Product.objects.exists()
