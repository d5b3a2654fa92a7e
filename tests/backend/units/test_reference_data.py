"""Methods and published results are data: they say what was printed, and agree with each other."""

import csv
import tomllib
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest

from backend.units.rules import InstitutionClass

ROOM = Path(__file__).parents[3] / "backend" / "indicators"
METHODS = {
    method["code"]: method
    for method in (tomllib.loads(path.read_text()) for path in sorted((ROOM / "methods").glob("*.toml")))
}
FILES = sorted((ROOM / "published").glob("*.csv"))


def rows(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


PRINTED = [(path.stem, row) for path in FILES for row in rows(path)]


def band(method, value):
    rounded = Decimal(value).quantize(Decimal("0.01"), ROUND_HALF_UP)
    return next(found for found in method["bands"] if rounded >= Decimal(found["from"]))


def test_there_are_four_methods_and_one_of_them_is_ours():
    assert {code: method["computed"] for code, method in METHODS.items()} == {
        "IKKT": True,
        "ORI 2022-2024": False,
        "ORI 2021": False,
        "ORI Polres 2017": False,
    }
    assert (METHODS["IKKT"]["visits_min"], METHODS["IKKT"]["inspectors_min"]) == (3, 2)


@pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)
def test_bands_run_down_to_the_bottom_and_weights_make_100(method):
    edges = [Decimal(found["from"]) for found in method["bands"]]
    assert edges == sorted(edges, reverse=True)
    assert edges[-1] == Decimal(method["scale_min"]) < edges[0] < Decimal(method["scale_max"])
    assert all(found["zone"] in ("hijau", "kuning", "merah") for found in method["bands"])
    assert sum(Decimal(part["weight"]) for part in method["dimensions"]) in (Decimal(0), Decimal("100.00"))
    assert set(method["classes"]) <= {value.value for value in InstitutionClass}
    assert method["rounding"] == {"places": 2, "mode": "half_up"}


@pytest.mark.parametrize(
    ("value", "letter"), [("88.00", "A"), ("87.995", "A"), ("87.994", "B"), ("77.995", "B")]
)
def test_the_rounded_value_decides(value, letter):
    assert band(METHODS["IKKT"], value)["category"] == letter


@pytest.mark.parametrize(("name", "row"), PRINTED, ids=[f"{n}-{r['body']}-{r['year']}" for n, r in PRINTED])
def test_a_printed_zone_is_the_zone_of_its_method(name, row):
    method = METHODS[row["method"]]
    assert int(row["year"]) in method["years"]
    assert row["class"] in method["classes"]
    assert Decimal(method["scale_min"]) <= Decimal(row["value"]) <= Decimal(method["scale_max"])
    found = band(method, row["value"])
    assert row["zone_as_printed"] in ("", found["zone"])
    assert row["category_as_printed"] in ("", found["category"])
    assert row["source"]


def test_maluku_tenggara_2023_is_as_printed_and_the_mean_of_its_units():
    printed = [
        (row["body"], row["value"], row["zone_as_printed"])
        for row in rows(FILES[0].parent / "maluku-tenggara-2023.csv")
    ]
    assert printed == [
        ("Puskesmas Watdek", "49.85", "merah"),
        ("Dinas Pendidikan", "52.86", "merah"),
        ("Puskesmas Kolser", "55.09", "kuning"),
        ("DPMPTSP", "59.85", "kuning"),
        ("Dinas Sosial", "62.06", "kuning"),
        ("Dukcapil", "71.08", "kuning"),
        ("Dinas Kesehatan", "74.82", "kuning"),
        ("Kabupaten Maluku Tenggara", "60.80", "kuning"),
    ]
    *units, regency = (Decimal(value) for _, value, _ in printed)
    assert (sum(units) / len(units)).quantize(Decimal("0.01"), ROUND_HALF_UP) == regency


def test_maluku_2024_is_as_printed_with_its_tie():
    printed = [
        (row["body"], row["region"], row["value"]) for row in rows(FILES[0].parent / "maluku-2024.csv")
    ]
    assert printed == [
        ("Kota Ambon", "81.71", "91.01"),
        ("Kabupaten Maluku Tengah", "81.01", "90.47"),
        ("Kabupaten Kepulauan Aru", "81.07", "87.19"),
        ("Kota Tual", "81.72", "79.31"),
        ("Kabupaten Buru Selatan", "81.09", "77.69"),
        ("Kabupaten Maluku Barat Daya", "81.08", "77.69"),
        ("Kabupaten Maluku Tenggara", "81.02", "74.61"),
        ("Provinsi Maluku", "81", "72.44"),
        ("Kabupaten Seram Bagian Timur", "81.05", "71.40"),
        ("Kabupaten Seram Bagian Barat", "81.06", "63.75"),
        ("Kabupaten Buru", "81.04", "59.86"),
        ("Kabupaten Kepulauan Tanimbar", "81.03", "50.47"),
    ]


def test_a_body_is_printed_once_per_year():
    keys = [(row["method"], row["body"], row["class"], row["region"], row["year"]) for _, row in PRINTED]
    assert len(keys) == len(set(keys)) == 79
