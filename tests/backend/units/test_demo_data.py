"""The demonstration's tables go through the importer without a single complaint."""

from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from backend.units.actions import import_table
from backend.units.models import Institution, Product, PublishedStandard, Region, Unit
from backend.units.rules import Point, UnitType, metres_between

pytestmark = pytest.mark.django_db

DATA = Path(__file__).parents[3] / "fieldsync" / "demo" / "data"
KINDS = ("regions", "institutions", "units", "products", "standards")


@pytest.fixture
def loaded(mira, programme):
    def load():
        contents = [(kind, (DATA / f"{kind}.csv").read_bytes()) for kind in KINDS]
        return [
            import_table(kind, content, kind, programme=programme, by=mira.user) for kind, content in contents
        ]

    return load


def test_the_demonstration_loads_whole_and_only_once(loaded):
    first, second = loaded(), loaded()
    assert [report.error_count for report in first] == [0, 0, 0, 0, 0]
    assert [report.created for report in first] == [report.rows for report in first] == [14, 54, 153, 36, 81]
    assert [report.unchanged for report in second] == [14, 54, 153, 36, 81]


def test_the_demonstration_has_every_type_of_unit_and_the_numbers_of_2024(loaded):
    loaded()
    types = Counter(Unit.objects.values_list("unit_type", flat=True))
    assert set(types) == {unit_type.value for unit_type in UnitType}
    of_governments = Unit.objects.filter(institution__institution_class="pemda", host=None).count()
    of_police = Unit.objects.filter(institution__institution_class="polres", host=None).count()
    assert (of_governments, of_police, Region.objects.exclude(kind="province").count()) == (83, 39, 13)
    classes = Counter(Institution.objects.values_list("institution_class", flat=True))
    assert classes == {"pemda": 14, "polres": 13, "kantah": 13, "samsat": 13, "mpp": 1}


def test_the_booths_of_barito_kuala_belong_to_their_own_institutions(loaded):
    loaded()
    booths = Unit.objects.filter(host__code="MPP-63.04").values_list(
        "unit_type", "institution__institution_class"
    )
    assert sorted(booths) == [("DKC", "pemda"), ("KTH", "kantah"), ("POL", "polres"), ("SAM", "samsat")]


def test_every_unit_lies_in_south_kalimantan_and_says_when_it_is_open(loaded):
    loaded()
    middle = Point(-2.95, 115.3)
    assert all(
        metres_between(unit.place, middle) < 150_000 and unit.hours.known for unit in Unit.objects.all()
    )


def test_every_type_of_unit_has_a_product_and_every_product_a_standard_today(loaded):
    loaded()
    today = date(2026, 3, 4)
    for product in Product.objects.all():
        unit = Unit.objects.filter(unit_type=product.unit_type).order_by("code").first()
        assert PublishedStandard.objects.binding(product, unit, today) is not None, product.code
    assert set(Product.objects.values_list("unit_type", flat=True)) == {t.value for t in UnitType}


@pytest.mark.parametrize(
    ("product", "unit", "day", "fee", "wait"),
    [
        ("STNK-5TH-R2", "SAM-63.01", "2016-12-31", 50_000, None),
        ("STNK-5TH-R2", "SAM-63.01", "2017-01-06", 100_000, None),
        ("STNK-5TH-R2", "SAM-63.01", "2026-03-04", 100_000, 30),
        ("KTP-EL", "DKC-63.04", "2026-03-04", 0, 30),
        ("KTP-EL", "DKC-63.04-MPP", "2026-03-04", 0, 20),
        ("PKM-UMUM", "PKM-63.02-1", "2026-03-04", 7_500, 45),
        ("SPKT-HILANG", "POL-63.71-SPKT", "2026-03-04", 0, 10),
    ],
)
def test_the_standard_of_the_place_and_day_binds(loaded, product, unit, day, fee, wait):
    loaded()
    found = PublishedStandard.objects.binding(
        Product.objects.get(code=product), Unit.objects.get(code=unit), date.fromisoformat(day)
    )
    assert (found.fee_rupiah, found.wait_minutes) == (fee, wait)


def test_every_standard_says_what_it_rests_on(loaded):
    loaded()
    invented = PublishedStandard.objects.filter(region__isnull=False)
    assert invented.exists()
    assert all("contoh demo" in standard.source for standard in invented)
