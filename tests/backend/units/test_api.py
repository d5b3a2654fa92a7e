from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backend.core.errors import NotAllowed
from backend.units import errors
from backend.units.models import Region, Unit
from backend.units.sheets import FILE_BYTES_MAX
from tests import world
from tests.backend.units.files import table, units

pytestmark = pytest.mark.django_db


@pytest.fixture
def samsat(programme):
    return world.unit("SAM-01")


def listed(person, address):
    answer = person.api.get(f"/api/v1/{address}")
    assert answer.status_code == 200, answer.content
    return answer.json()["results"]


def codes(person, address):
    return [row["code"] for row in listed(person, address)]


def send(person, kind, content, *, into="kalsel", name="tabel.csv", **more):
    form = {"kind": kind, "programme": into, "file": SimpleUploadedFile(name, content), **more}
    return person.api.post("/api/v1/imports", form, format="multipart")


def test_sari_sees_a_unit_with_its_institution_region_and_host(sari, samsat, programme):
    hall = world.unit("MPP", type="MPP")
    Unit.objects.filter(pk=samsat.pk).update(host=hall)
    assert listed(sari, "units?type=SAM") == [
        {
            "id": str(samsat.pk),
            "programme": str(programme.pk),
            "code": "SAM-01",
            "name": "Unit SAM-01",
            "unit_type": "SAM",
            "institution": {
                "id": str(samsat.institution_id),
                "code": "I-SAM-01",
                "name": "Institusi I-SAM-01",
            },
            "region": {"code": "63.01", "name": "Tanah Laut"},
            "host": {"id": str(hall.pk), "code": "MPP", "name": "Unit MPP", "unit_type": "MPP"},
            "address": "Jl. A. Yani 1",
            "latitude": -3.8,
            "longitude": 114.76,
            "opening_hours": "Mon-Fri 08:00-15:30",
            "time_zone": "Asia/Makassar",
        }
    ]
    detail = sari.api.get(f"/api/v1/units/{hall.pk}").json()
    assert detail["booths"] == [
        {"id": str(samsat.pk), "code": "SAM-01", "name": "Unit SAM-01", "unit_type": "SAM"}
    ]


def test_products_standards_institutions_and_regions_are_told_whole(dewi, samsat, programme):
    product = world.product()
    standard = world.standard(product, wait=30)
    assert listed(dewi, "products") == [
        {
            "id": str(product.pk),
            "programme": str(programme.pk),
            "code": "STNK-5TH-R2",
            "name_id": "Produk STNK-5TH-R2",
            "name_en": "Product STNK-5TH-R2",
            "unit_type": "SAM",
            "group": "",
        }
    ]
    assert listed(dewi, "standards") == [
        {
            "id": str(standard.pk),
            "product": {
                "id": str(product.pk),
                "code": "STNK-5TH-R2",
                "name_id": "Produk STNK-5TH-R2",
                "name_en": "Product STNK-5TH-R2",
            },
            "region": None,
            "unit": None,
            "fee_rupiah": 100_000,
            "completion_amount": None,
            "completion_unit": "",
            "wait_minutes": 30,
            "source": "PP 76/2020",
            "valid_from": "2021-01-01",
            "valid_to": None,
        }
    ]
    assert listed(dewi, "institutions") == [
        {
            "id": str(samsat.institution_id),
            "programme": str(programme.pk),
            "code": "I-SAM-01",
            "name": "Institusi I-SAM-01",
            "institution_class": "samsat",
            "kind": "",
            "region": {"code": "63.01", "name": "Tanah Laut"},
        }
    ]
    assert listed(dewi, "regions") == [
        {"code": "63", "name": "Kalimantan Selatan", "kind": "province", "parent": None},
        {"code": "63.01", "name": "Tanah Laut", "kind": "regency", "parent": "63"},
    ]


def test_u10_agus_gets_nothing_but_the_names_of_regions(agus, samsat):
    world.standard(world.product())
    assert [listed(agus, what) for what in ("institutions", "units", "products", "standards")] == [
        [],
        [],
        [],
        [],
    ]
    assert listed(agus, f"units?programme={samsat.programme_id}") == []
    answer = agus.api.get(f"/api/v1/units/{samsat.pk}")
    assert (answer.status_code, answer.json()) == (
        404,
        {
            "type": "/problems/no-such-unit",
            "title": errors.NoSuchUnit.title(),
            "title_id": errors.NoSuchUnit.words_id,
            "status": 404,
            "code": "no-such-unit",
            "unit": str(samsat.pk),
        },
    )
    assert codes(agus, "regions") == ["63", "63.01"]


def test_a_stranger_gets_nothing_at_all(client, samsat):
    for address in ("regions", "institutions", "units", "products", "standards", f"units/{samsat.pk}"):
        assert client.get(f"/api/v1/{address}").status_code == 401


def test_everybody_of_the_programme_sees_its_units(sari, budi, wati, mira, dewi, root, samsat):
    assert [codes(person, "units") for person in (sari, budi, wati, mira, dewi, root)] == [["SAM-01"]] * 6


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("", ["DKC-71", "POL-01", "SAM-01"]),
        ("programme=kalsel", ["DKC-71", "POL-01", "SAM-01"]),
        ("programme=papua", []),
        ("region=63", ["DKC-71", "POL-01", "SAM-01"]),
        ("region=63.01", ["POL-01", "SAM-01"]),
        ("region=63.7", []),
        ("type=DKC", ["DKC-71"]),
        ("institution=I-POL-01", ["POL-01"]),
        ("q=pol-0", ["POL-01"]),
        ("q=&region=", ["DKC-71", "POL-01", "SAM-01"]),
        ("q=%25", []),
        ("region=63.01&type=SAM", ["SAM-01"]),
    ],
)
def test_units_are_narrowed_by_what_is_asked(sari, samsat, asked, found):
    world.unit("POL-01", type="POL")
    world.region("63.71", "Banjarmasin")
    world.unit("DKC-71", type="DKC", where="63.71")
    assert codes(sari, f"units?{asked}") == found


def test_standards_are_narrowed_by_day_product_and_place(sari, samsat):
    product = world.product()
    world.standard(product, since="2021-01-01")
    assert len(listed(sari, "standards?on=2021-01-01&product=STNK-5TH-R2")) == 1
    assert listed(sari, "standards?on=2020-12-31") == []
    assert listed(sari, f"standards?unit={samsat.pk}") == []
    assert listed(sari, "standards?region=63.01") == []


@pytest.mark.parametrize("asked", ["type=XXX", "q=%00", "region=" + "6" * 41, "q=" + "x" * 81])
def test_a_question_that_makes_no_sense_is_a_problem(sari, asked):
    answer = sari.api.get(f"/api/v1/units?{asked}")
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")


def test_many_units_come_in_pages(sari, samsat):
    for number in range(5):
        world.unit(f"U-{number}", belongs_to=samsat.institution)
    seen, address = [], "/api/v1/units?limit=2"
    while address:
        page = sari.api.get(address).json()
        seen.append([row["code"] for row in page["results"]])
        address = page["next"]
    assert seen == [["SAM-01", "U-0"], ["U-1", "U-2"], ["U-3", "U-4"]]


@pytest.mark.parametrize("what", ["regions", "institutions", "units", "products", "standards"])
def test_a_long_list_asks_no_more_of_the_database_than_a_short_one(sari, samsat, what):
    def queries():
        with CaptureQueriesContext(
            connection,
        ) as asked:
            listed(sari, what)
        return len(asked)

    world.standard(world.product("P-0"))
    listed(sari, what)
    before = queries()
    for number in range(1, 12):
        hall = world.unit(f"MPP-{number}", type="MPP")
        Unit.objects.filter(pk=world.unit(f"U-{number}").pk).update(host=hall)
        world.standard(world.product(f"P-{number}"))
    assert queries() == before


# Imports.


def test_mira_imports_a_table(mira, samsat):
    answer = send(mira, "units", units({}))
    assert (answer.status_code, answer.json()) == (
        200,
        {
            "kind": "units",
            "dry_run": False,
            "stored": True,
            "rows": 1,
            "created": 1,
            "updated": 0,
            "unchanged": 0,
            "ignored_columns": [],
            "error_count": 0,
            "errors": [],
            "added": ["SAM-9"],
            "change_count": 0,
            "changes": [],
        },
    )
    assert Unit.objects.filter(code="SAM-9").exists()


def test_a_table_with_errors_is_a_problem_that_names_them(mira, samsat):
    answer = send(mira, "units", units({"type": "XXX"}))
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    assert answer.json() == {
        "type": "/problems/table-refused",
        "title": "Rows of this table have errors; nothing of it was stored.",
        "title_id": "Ada baris yang salah; tidak ada bagian tabel yang disimpan.",
        "status": 400,
        "code": "table-refused",
        "kind": "units",
        "dry-run": False,
        "stored": False,
        "rows": 1,
        "created": 0,
        "updated": 0,
        "unchanged": 0,
        "ignored-columns": [],
        "error-count": 1,
        "errors": [
            {
                "row": 2,
                "column": "type",
                "value": "XXX",
                "code": "unknown-choice",
                "words": {
                    "id": "Pilih salah satu: DKC, GEN, KTH, MPP, PKM, POL, PTS, SAM, SIM.",
                    "en": "Say one of: DKC, GEN, KTH, MPP, PKM, POL, PTS, SAM, SIM.",
                },
            }
        ],
        "added": [],
        "change-count": 0,
        "changes": [],
    }


def test_a_rehearsal_answers_with_its_report_also_when_it_finds_errors(mira, samsat):
    answer = send(mira, "units", units({"type": "XXX"}), dry_run="true")
    assert (answer.status_code, answer.json()["error_count"], answer.json()["dry_run"]) == (200, 1, True)
    answer = send(mira, "units", units({}), dry_run="true", into=str(samsat.programme_id))
    assert (answer.status_code, answer.json()["created"], answer.json()["stored"]) == (200, 1, False)
    assert not Unit.objects.filter(code="SAM-9").exists()


def test_only_managers_import_and_agus_learns_nothing(sari, budi, dewi, agus):
    for person, status, code in (
        (sari, 403, NotAllowed.code),
        (budi, 403, NotAllowed.code),
        (dewi, 403, NotAllowed.code),
        (agus, 404, "no-such-programme"),
    ):
        answer = send(person, "regions", table("regions", "62,Kalimantan Tengah,province,"))
        assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert not Region.objects.filter(pk="62").exists()


@pytest.mark.parametrize(
    ("kind", "content", "status", "code"),
    [
        ("people", b"x", 400, "invalid"),
        ("regions", b"", 400, "empty-table"),
        ("regions", b"code,name\n", 400, "missing-columns"),
        ("regions", "code\nBal\xe1ngan\n".encode("latin-1"), 415, "wrong-encoding"),
        ("regions", b"PK\x03\x04", 415, "not-a-table"),
        ("regions", b"x" * (FILE_BYTES_MAX + 1), 413, "file-too-large"),
        ("regions", b"x" * (FILE_BYTES_MAX + 100_000), 413, "file-too-large"),
        ("regions", b"code\n" + b"1\n" * 50_001, 413, "too-many-rows"),
    ],
    ids=lambda value: str(value)[:24],
)
def test_a_file_that_is_no_table_is_a_problem(mira, kind, content, status, code):
    answer = send(mira, kind, content)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_a_form_without_a_file_or_not_a_form_is_a_problem(mira):
    answer = mira.api.post("/api/v1/imports", {"kind": "units", "programme": "kalsel"}, format="multipart")
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    assert mira.api.post("/api/v1/imports", {"kind": "units"}, format="json").status_code == 415


def test_a_unit_nobody_has_is_not_found(sari):
    assert sari.api.get(f"/api/v1/units/{uuid4()}").status_code == 404
