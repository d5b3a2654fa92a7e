from dataclasses import asdict
from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from backend.core.errors import NotAllowed
from backend.journal.models import Entry
from backend.people.errors import NoSuchProgramme
from backend.units import errors
from backend.units.actions import import_table
from backend.units.models import Institution, Product, PublishedStandard, Region, Unit
from tests import world
from tests.backend.units.files import rows_of, standards, table, units, workbook

pytestmark = pytest.mark.django_db


@pytest.fixture
def bring(mira, programme):
    """Mira imports a table into her programme."""

    def bring(kind, content, *, by=mira, into=programme, dry_run=False):
        return import_table(kind, content, f"{kind}.csv", programme=into, by=by.user, dry_run=dry_run)

    return bring


@pytest.fixture
def samsat(programme):
    return world.unit("SAM-01")


@pytest.fixture
def stnk(programme):
    return world.product("STNK-5TH-R2")


def counts(report):
    return {name: getattr(report, name) for name in ("stored", "rows", "created", "updated", "unchanged")}


def complaints(report):
    assert report.error_count == len(report.errors)
    return [(error.row, error.column, error.value, error.code) for error in report.errors]


# What is stored.


def test_mira_brings_regions_institutions_units_products_and_standards(bring, programme):
    regions = table("regions", "63,Kalimantan Selatan,province,", "63.01,Kabupaten Tanah Laut,regency,63")
    assert asdict(bring("regions", regions)) == {
        "kind": "regions",
        "dry_run": False,
        "stored": True,
        "rows": 2,
        "created": 2,
        "updated": 0,
        "unchanged": 0,
        "ignored_columns": (),
        "error_count": 0,
        "errors": (),
        "added": ("63", "63.01"),
        "change_count": 0,
        "changes": (),
    }
    assert bring("institutions", table("institutions", "SAMSAT,UPPD Pelaihari,samsat,,63.01")).created == 1
    hours = "Mon-Thu 08:00-14:00; Fri 08:00-11:00"
    row = (
        f'SAM,Samsat Pelaihari,SAMSAT,SAM,63.01,"Jl. A. Yani 1, Pelaihari",-3.8,114.77,{hours},Asia/Makassar,'
    )
    assert bring("units", table("units", row)).created == 1
    assert (
        bring(
            "products", table("products", "STNK,STNK lima tahunan,Five-yearly registration,SAM,STNK")
        ).created
        == 1
    )
    promised = "STNK,,,100000,90,minutes,30,PP 76/2020,2021-01-20,"
    assert bring("standards", table("standards", promised)).created == 1

    unit = Unit.objects.with_names().get()
    assert (unit.programme, unit.code, unit.institution.code, unit.region.name) == (
        programme,
        "SAM",
        "SAMSAT",
        "Kabupaten Tanah Laut",
    )
    assert (unit.latitude, unit.longitude, unit.address) == (
        Decimal("-3.800000"),
        Decimal("114.770000"),
        "Jl. A. Yani 1, Pelaihari",
    )
    found = PublishedStandard.objects.binding(Product.objects.get(), unit, date(2026, 3, 4))
    assert (found.fee_rupiah, found.completion_amount, found.completion_unit, found.wait_minutes) == (
        100_000,
        90,
        "minutes",
        30,
    )
    assert PublishedStandard.objects.binding(Product.objects.get(), unit, date(2021, 1, 19)) is None


def test_u9_the_same_table_again_changes_nothing(bring, samsat):
    content = units({}, {"code": "SAM-8"})
    assert counts(bring("units", content)) == {
        "stored": True,
        "rows": 2,
        "created": 2,
        "updated": 0,
        "unchanged": 0,
    }
    before = list(Unit.objects.order_by("code").values())
    assert counts(bring("units", content))["unchanged"] == 2
    assert list(Unit.objects.order_by("code").values()) == before


def test_a_known_code_is_updated_and_keeps_its_id(bring, samsat):
    bring("units", units({}))
    before = Unit.objects.get(code="SAM-9")
    report = bring("units", units({"name": "Samsat Sembilan Baru", "latitude": "-3,5", "longitude": "114,7"}))
    after = Unit.objects.get(code="SAM-9")
    assert counts(report)["updated"] == 1
    assert (after.pk, after.name, after.latitude) == (before.pk, "Samsat Sembilan Baru", Decimal("-3.500000"))


def test_what_a_table_does_not_name_stays(bring, samsat):
    bring("units", units({}))
    assert set(Unit.objects.values_list("code", flat=True)) == {"SAM-01", "SAM-9"}


def test_a_rehearsal_tells_everything_and_stores_nothing(bring, samsat):
    report = bring("units", units({}, {"code": "SAM-01", "institution": "I-SAM-01"}), dry_run=True)
    assert counts(report) == {"stored": False, "rows": 2, "created": 1, "updated": 1, "unchanged": 0}
    assert Unit.objects.get().name == "Unit SAM-01"
    assert not Entry.objects.filter(event="table.imported").exists()


def test_an_import_is_one_line_in_the_journal(bring, mira, programme, samsat):
    import_table("units", units({}), "unit\x00 baru.csv", programme=programme, by=mira.user)
    line = Entry.objects.get(event="table.imported")
    assert (line.actor_id, line.programme, line.subject) == (mira.id, programme.pk, str(programme.pk))
    assert line.data == {"kind": "units", "file": "unit baru.csv", "created": 1, "updated": 0, "unchanged": 0}


def test_booths_may_stand_before_their_hall(bring, samsat):
    bring(
        "units", units({"code": "BOOTH", "host": "HALL"}, {"code": "HALL", "type": "MPP"}, {"host": "SAM-01"})
    )
    assert dict(Unit.objects.values_list("code", "host__code")) == {
        "BOOTH": "HALL",
        "HALL": None,
        "SAM-9": "SAM-01",
        "SAM-01": None,
    }


def test_an_excel_workbook_is_as_good_as_a_csv(bring, stnk):
    header = rows_of("standards").decode().strip().split(",")
    promised = [stnk.code, None, None, 100000, None, None, 30, "PP 76/2020", date(2021, 1, 20), None]
    content = workbook([header, promised], formats={8: "yyyy-mm-dd"})
    assert bring("standards", content).created == 1
    kept = PublishedStandard.objects.get()
    assert (kept.fee_rupiah, kept.wait_minutes, kept.valid_from) == (100_000, 30, date(2021, 1, 20))


def test_a_semicolon_table_from_indonesian_excel_is_read(bring):
    content = "\ufeffcode;name;kind;parent\r\n63;Kalimantan Selatan;province;\r\n".encode()
    assert bring("regions", content).created == 1


def test_columns_nobody_knows_are_named_and_ignored(bring):
    content = b"No,code,name,kind,parent,Catatan\n1,63,Kalimantan Selatan,province,,baik\n"
    report = bring("regions", content)
    assert (report.ignored_columns, report.created) == (("no", "catatan"), 1)


@pytest.mark.parametrize("name", ['=HYPERLINK("x")', "@SUM(A1)", "＝1+1", "'=1+1"])
def test_a_formula_is_no_value(bring, samsat, name):
    report = bring("units", units({"name": name}))
    assert complaints(report) == [(2, "name", name, "formula")]


def test_a_telephone_number_and_a_dash_are_values(bring, samsat):
    bring("units", units({"name": "+62 511, @kantor", "address": "-"}))
    unit = Unit.objects.get(code="SAM-9")
    assert (unit.name, unit.address) == ("+62 511, @kantor", "-")


def test_spaces_and_line_breaks_in_a_name_become_single_spaces(bring, samsat):
    bring("units", units({"name": "  Samsat \n  Sembilan\u00a0Jaya "}))
    assert Unit.objects.get(code="SAM-9").name == "Samsat Sembilan Jaya"


# What is refused.


def test_u9_one_bad_cell_and_nothing_is_stored(bring, samsat):
    report = bring("units", units({"code": "A"}, {"code": "B", "type": "XXX"}, {"code": "C"}))
    assert counts(report) == {"stored": False, "rows": 3, "created": 0, "updated": 0, "unchanged": 0}
    assert report.errors[0].words == {
        "id": "Pilih salah satu: DKC, GEN, KTH, MPP, PKM, POL, PTS, SAM, SIM.",
        "en": "Say one of: DKC, GEN, KTH, MPP, PKM, POL, PTS, SAM, SIM.",
    }
    assert complaints(report) == [(3, "type", "XXX", "unknown-choice")]
    assert list(Unit.objects.values_list("code", flat=True)) == ["SAM-01"]
    assert not Entry.objects.filter(event="table.imported").exists()


@pytest.mark.parametrize(
    ("cells", "complaint"),
    [
        ({"code": ""}, ("code", "", "required")),
        ({"code": "SAM 9"}, ("code", "SAM 9", "not-a-code")),
        ({"code": "S" * 41}, ("code", "S" * 41, "too-long")),
        ({"name": "x" * 161}, ("name", "x" * 80, "too-long")),
        ({"name": "Sam\x00sat"}, ("name", "Sam\x00sat", "control-character")),
        ({"name": "Sam\u202esat"}, ("name", "Sam\u202esat", "control-character")),
        ({"institution": "NOBODY"}, ("institution", "NOBODY", "unknown-reference")),
        ({"type": "sam"}, ("type", "sam", "unknown-choice")),
        ({"region": "63.1"}, ("region", "63.1", "not-a-region-code")),
        ({"region": "99.99"}, ("region", "99.99", "unknown-reference")),
        ({"latitude": "-3.8"}, ("longitude", "", "half-a-pair")),
        ({"latitude": "114.7", "longitude": "-3.8"}, ("latitude", "114.7", "out-of-range")),
        ({"latitude": "nan", "longitude": "1"}, ("latitude", "nan", "not-a-decimal")),
        ({"opening_hours": "Senin 08:00"}, ("opening_hours", "Senin 08:00", "bad-opening-hours")),
        ({"time_zone": "WITA"}, ("time_zone", "WITA", "unknown-choice")),
        ({"host": "NOBODY"}, ("host", "NOBODY", "unknown-reference")),
        ({"host": "SAM-9"}, ("host", "SAM-9", "host-cycle")),
    ],
)
def test_a_bad_cell_of_a_unit_is_named(bring, samsat, cells, complaint):
    assert complaints(bring("units", units(cells))) == [(2, *complaint)]


@pytest.mark.parametrize(
    ("cells", "complaint"),
    [
        ({"product": "NOTHING"}, ("product", "NOTHING", "unknown-reference")),
        ({"fee_rupiah": "100.000"}, ("fee_rupiah", "100.000", "not-a-whole-number")),
        ({"fee_rupiah": "-1"}, ("fee_rupiah", "-1", "not-a-whole-number")),
        ({"fee_rupiah": "9999999999999"}, ("fee_rupiah", "9999999999999", "out-of-range")),
        ({"completion_amount": "5"}, ("completion_unit", "", "half-a-pair")),
        ({"completion_unit": "hours"}, ("completion_amount", "", "half-a-pair")),
        (
            {"completion_amount": "5", "completion_unit": "hari"},
            ("completion_unit", "hari", "unknown-choice"),
        ),
        ({"source": ""}, ("source", "", "required")),
        ({"valid_from": "2021-02-30"}, ("valid_from", "2021-02-30", "not-a-date")),
        ({"valid_from": "20/01/2021"}, ("valid_from", "20/01/2021", "not-a-date")),
        ({"valid_to": "2021-01-19"}, ("valid_to", "2021-01-19", "ends-before-it-begins")),
        ({"region": "63.01", "unit": "SAM-01"}, ("unit", "SAM-01", "two-places")),
    ],
)
def test_a_bad_cell_of_a_standard_is_named(bring, samsat, stnk, cells, complaint):
    assert complaints(bring("standards", standards(cells))) == [(2, *complaint)]


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        ("63.01,Banjar,regency,", ("parent", "", "wrong-parent")),
        ("63.01,Banjar,regency,62", ("parent", "62", "wrong-parent")),
        ("63.01,Banjar,regency,63", ("parent", "63", "unknown-reference")),
        ("63,Kalsel,province,62", ("parent", "62", "must-be-empty")),
        ("63,Banjar,regency,63", ("code", "63", "not-a-region-code")),
        ("63.01,Kalsel,province,", ("code", "63.01", "not-a-region-code")),
    ],
)
def test_u2_a_region_stands_where_its_code_says(bring, row, complaint):
    assert (2, *complaint) in complaints(bring("regions", table("regions", row)))


def test_only_governments_have_a_kind(bring, samsat):
    report = bring(
        "institutions", table("institutions", "A,Pemda A,pemda,,63.01", "B,Polres B,polres,kota,63.01")
    )
    assert complaints(report) == [(2, "kind", "", "required"), (3, "kind", "kota", "must-be-empty")]


def test_u1_a_code_stands_once_in_a_file(bring, samsat):
    report = bring("units", units({"code": "A"}, {"code": "B"}, {"code": "A"}))
    assert complaints(report) == [(4, "code", "A", "duplicate")]
    assert report.errors[0].words["en"] == "Stands already in row 2."


def test_u4_hosts_that_go_round_are_found_also_through_what_is_kept(bring, samsat):
    bring("units", units({"code": "A"}, {"code": "B", "host": "A"}))
    report = bring(
        "units", units({"code": "A", "host": "C"}, {"code": "C", "host": "B"}, {"code": "D", "host": "A"})
    )
    assert complaints(report) == [(2, "host", "C", "host-cycle"), (3, "host", "B", "host-cycle")]


def test_u7_two_standards_never_hold_on_one_day(bring, samsat, stnk):
    closed, open_ = {"valid_from": "2021-01-20", "valid_to": "2023-12-31"}, {"valid_from": "2023-12-31"}
    assert complaints(bring("standards", standards(closed, open_))) == [
        (2, "valid_from", "2021-01-20", "overlap"),
        (3, "valid_from", "2023-12-31", "overlap"),
    ]
    elsewhere = {"unit": "SAM-01"}, {"region": "63.01"}, {"region": "63"}
    assert bring("standards", standards(closed, {"valid_from": "2024-01-01"}, *elsewhere)).created == 5
    later = standards({"valid_from": "2025-06-01"})
    assert complaints(bring("standards", later)) == [(2, "valid_from", "2025-06-01", "overlap")]
    ended = standards({"valid_from": "2024-01-01", "valid_to": "2025-05-31"}, {"valid_from": "2025-06-01"})
    assert counts(bring("standards", ended)) == {
        "stored": True,
        "rows": 2,
        "created": 1,
        "updated": 1,
        "unchanged": 0,
    }


def test_a_standard_of_a_unit_is_about_something_the_unit_does(bring, samsat):
    world.product("KTP-EL", type="DKC")
    report = bring("standards", standards({"product": "KTP-EL", "unit": "SAM-01"}))
    assert complaints(report) == [(2, "product", "KTP-EL", "wrong-unit-type")]


def test_every_bad_cell_of_a_row_is_named_once_and_a_row_too_long_as_well(bring):
    content = b"code,name,kind,parent\n6,,island,x,y\n"
    assert complaints(bring("regions", content)) == [
        (2, "", "y", "too-many-cells"),
        (2, "code", "6", "not-a-region-code"),
        (2, "kind", "island", "unknown-choice"),
        (2, "name", "", "required"),
        (2, "parent", "x", "not-a-region-code"),
    ]


def test_of_very_many_errors_the_first_500_are_listed_and_all_are_counted(bring):
    report = bring("regions", table("regions", *(["x,y,province,"] * 700)))
    assert (report.error_count, len(report.errors), report.errors[-1].row) == (700, 500, 501)


@pytest.mark.parametrize(
    ("content", "problem", "facts"),
    [
        (b"code,name,kind\n63,x,province\n", errors.MissingColumns, {"columns": ["parent"]}),
        (b"63,Kalsel,province,\n", errors.MissingColumns, {"columns": ["code", "name", "kind", "parent"]}),
        (b"code,name,kind,parent,Name\n", errors.DuplicateColumns, {"columns": ["name"]}),
    ],
)
def test_a_table_without_its_header_is_refused_whole(bring, content, problem, facts):
    with pytest.raises(problem) as refused:
        bring("regions", content)
    assert {"columns": refused.value.facts["columns"]} == facts


def test_nobody_knows_a_table_of_people(bring):
    with pytest.raises(errors.UnknownKind):
        bring("people", b"")


# Who, and across programmes.


def test_only_a_manager_imports(bring, sari, budi, dewi):
    for person in (sari, budi, dewi):
        with pytest.raises(NotAllowed):
            bring("regions", table("regions"), by=person)


def test_u10_agus_learns_nothing_of_this_programme(bring, agus):
    with pytest.raises(NoSuchProgramme):
        bring("regions", table("regions"), by=agus)


def test_u10_a_table_refers_to_its_own_programme_only(bring, agus, samsat):
    papua = world.programme("papua")
    report = bring("units", units({"host": "SAM-01"}), by=agus, into=papua)
    assert complaints(report) == [
        (2, "host", "SAM-01", "unknown-reference"),
        (2, "institution", "I-SAM-01", "unknown-reference"),
    ]


def test_u10_the_same_code_lives_in_two_programmes(bring, agus, samsat):
    papua = world.programme("papua")
    world.institution("I-SAM-01", of=papua)
    assert bring("units", units({"code": "SAM-01", "name": "Milik Papua"}), by=agus, into=papua).created == 1
    assert dict(Unit.objects.values_list("programme__code", "name")) == {
        "kalsel": "Unit SAM-01",
        "papua": "Milik Papua",
    }


def test_u10_agus_does_not_rename_a_region_that_mira_stands_on(bring, agus, samsat):
    papua = world.programme("papua")
    renamed = table("regions", "63,Kalimantan Selatan,province,", "63.01,Tanah Agus,regency,63")
    assert complaints(bring("regions", renamed, by=agus, into=papua)) == [
        (3, "code", "63.01", "region-shared")
    ]
    assert bring("regions", renamed).updated == 1
    assert Region.objects.get(pk="63.01").name == "Tanah Agus"


# The database guards too.


def broken(name, save):
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        save()


def test_u1_to_u8_stand_in_the_database_too(samsat, stnk, programme):
    tanah_laut, fine = samsat.region, {"product": stnk, "source": "PP", "valid_from": date(2021, 1, 1)}
    again = {"programme": programme, "code": "I-SAM-01", "name": "x", "region": tanah_laut}
    broken("programme_id.*code|u1", lambda: Institution.objects.create(**again))
    broken("u2", lambda: Region.objects.create(code="64", name="x", kind="regency"))
    broken("u2", lambda: Region.objects.create(code="65", name="x", kind="province", parent=tanah_laut))
    broken("u3", lambda: Unit.objects.filter(pk=samsat.pk).update(longitude=None))
    broken("u3", lambda: Unit.objects.filter(pk=samsat.pk).update(latitude=91))
    broken("u4", lambda: Unit.objects.filter(pk=samsat.pk).update(host=samsat))
    broken("u5", lambda: PublishedStandard.objects.create(**fine, valid_to=date(2020, 1, 1)))
    broken("u6", lambda: PublishedStandard.objects.create(**fine, unit=samsat, region=tanah_laut))
    broken("u8", lambda: PublishedStandard.objects.create(**fine, completion_amount=1))
    broken("u8", lambda: PublishedStandard.objects.create(**fine, completion_unit="hours"))
    for place in ({}, {"unit": samsat}, {"region": tanah_laut}):
        PublishedStandard.objects.create(**fine, **place)
        broken("product_id|u7", lambda place=place: PublishedStandard.objects.create(**fine, **place))
