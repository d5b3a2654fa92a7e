"""Rounding, methods, zones, periods, ranks, units and institutions, agreement."""

import csv
from collections.abc import Iterator
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.indicators.agreement import Agreement, agreement, agreement_by_item
from backend.indicators.errors import BadPeriod, NoSuchMethod
from backend.indicators.figures import Figure, Heard, mean, mean_of, sample_deviation, unit_figure
from backend.indicators.methods import all_methods, computed_method, method_named
from backend.indicators.ranking import ranks
from backend.indicators.rules import Period, exact, parse_exact, parse_period, round_half_up, rounded_root

PUBLISHED = Path(__file__).parents[3] / "backend" / "indicators" / "published"
IKKT = method_named("IKKT")

shares = st.fractions(min_value=0, max_value=100, max_denominator=1000)


def printed(file: str) -> dict[str, Decimal]:
    """Body -> value as printed, of one file of published results."""
    with open(PUBLISHED / file, newline="", encoding="utf-8") as rows:
        return {row["body"]: Decimal(row["value"]) for row in csv.DictReader(rows)}


def zone(method: str, value: str) -> tuple[str, str] | None:
    band = method_named(method).zone_of(Fraction(value))
    return band and (band.zone, band.category)


# Rounding


@given(shares)
def test_i7_rounding_is_half_up_and_exact(value: Fraction) -> None:
    rounded = round_half_up(value)
    assert abs(Fraction(rounded) - value) <= Fraction(1, 200)
    assert Fraction(rounded) - value > -Fraction(1, 200)  # a half never goes down
    assert str(rounded) == f"{rounded:.2f}"


@given(st.integers(0, 10_000_000), st.integers(0, 5))
def test_i7_rounding_agrees_with_the_decimals_of_the_standard_library(steps: int, digits: int) -> None:
    value = Decimal(steps).scaleb(-digits)
    assert round_half_up(Fraction(value)) == value.quantize(Decimal("0.01"), ROUND_HALF_UP)


@given(shares)
def test_i7_what_is_kept_as_text_is_read_back_exactly(value: Fraction) -> None:
    assert parse_exact(exact(value)) == value == Fraction(exact(value))


@given(st.fractions(min_value=0, max_value=10_000, max_denominator=500))
def test_i7_the_root_is_rounded_half_up_without_floating_point(square: Fraction) -> None:
    root = rounded_root(square)
    half = Fraction(1, 200)
    assert max(Fraction(root) - half, Fraction(0)) ** 2 <= square < (Fraction(root) + half) ** 2


# Zones


def test_i7_77_995_is_78_00_and_green() -> None:
    assert zone("IKKT", "77.995") == ("hijau", "B")
    assert zone("IKKT", "77.9949999") == ("kuning", "C")


@pytest.mark.parametrize(
    ("method", "boundaries"),
    [
        ("IKKT", [("88", "A", "hijau"), ("78", "B", "hijau"), ("54", "C", "kuning"), ("32", "D", "merah")]),
        (
            "ORI 2022-2024",
            [("88", "A", "hijau"), ("78", "B", "hijau"), ("54", "C", "kuning"), ("32", "D", "merah")],
        ),
        ("ORI 2021", [("81", "", "hijau"), ("51", "", "kuning")]),
        ("ORI Polres 2017", [("89", "", "hijau"), ("56", "", "kuning")]),
    ],
)
def test_i7_every_boundary_of_every_method_belongs_to_the_better_band(
    method: str, boundaries: list[tuple[str, str, str]]
) -> None:
    assert [
        (str(b.start.normalize()), b.category, b.zone) for b in method_named(method).bands[:-1]
    ] == boundaries
    worse = [*boundaries[1:], ("0", method_named(method).bands[-1].category, "merah")]
    for (start, category, colour), (_, category_below, colour_below) in zip(boundaries, worse, strict=True):
        assert zone(method, start) == (colour, category)
        assert zone(method, str(Fraction(start) - Fraction(1, 200))) == (
            colour,
            category,
        )  # rounds up to the bound
        assert zone(method, str(Fraction(start) - Fraction(1, 100))) == (colour_below, category_below)


def test_i7_outside_its_scale_a_value_has_no_zone() -> None:
    assert zone("IKKT", "0") == ("merah", "E")
    assert zone("IKKT", "100") == ("hijau", "A")
    assert zone("IKKT", "100.01") is None
    assert zone("IKKT", "-0.01") is None
    assert zone("ORI Polres 2017", "110") == ("hijau", "")
    assert zone("ORI Polres 2017", "110.01") is None
    assert IKKT.zone_of(None) is None


def test_i7_printed_zones_are_the_zones_of_the_methods() -> None:
    checked = 0
    for file in PUBLISHED.glob("*.csv"):
        with open(file, newline="", encoding="utf-8") as rows:
            for row in csv.DictReader(rows):
                band = method_named(row["method"]).zone_of(Decimal(row["value"]))
                assert band is not None, row
                assert row["zone_as_printed"] in ("", band.zone), row
                assert row["category_as_printed"] in ("", band.category), row
                checked += bool(row["zone_as_printed"])
    assert checked > 30


def test_i9_a_cap_shows_the_best_band_of_its_zone_and_nothing_is_capped_unasked() -> None:
    capped = [IKKT.zone_of(Decimal(value), cap="kuning") for value in ("95", "78", "60", "40")]
    assert [band and band.category for band in capped] == ["C", "C", "C", "D"]
    assert IKKT.zone_of(Decimal(95)) == IKKT.bands[0]


def test_i11_only_ikkt_is_computed_and_its_weights_are_those_of_its_instrument() -> None:
    assert [method.code for method in all_methods().values() if method.computed] == ["IKKT"]
    assert sum(IKKT.weights.values()) == 100
    with pytest.raises(NoSuchMethod):
        computed_method("ORI 2021")
    with pytest.raises(NoSuchMethod):
        method_named("ORI 2099")


# Periods


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("2026", date(2026, 1, 1), date(2026, 12, 31)),
        ("2026-S1", date(2026, 1, 1), date(2026, 6, 30)),
        ("2026-S2", date(2026, 7, 1), date(2026, 12, 31)),
        ("2026-Q1", date(2026, 1, 1), date(2026, 3, 31)),
        ("2026-Q4", date(2026, 10, 1), date(2026, 12, 31)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2026-12", date(2026, 12, 1), date(2026, 12, 31)),
    ],
)
def test_a_period_has_a_first_and_a_last_day(name: str, first: date, last: date) -> None:
    period = parse_period(name)
    assert period == Period(name, first, last)
    assert period.holds(first)
    assert period.holds(last)
    assert not period.holds(date(first.year - 1, 12, 31))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "26",
        "2026-S3",
        "2026-Q0",
        "2026-13",
        "2026-00",
        "2026-1",
        "2026-01-01",
        "٢٠٢٦",
        2026,
        None,
        "1999",
    ],
)
def test_anything_else_is_no_period(text: object) -> None:
    with pytest.raises(BadPeriod):
        parse_period(text)


# Units and institutions


def heard(*values: str | None, by: str = "sr", **more: bool) -> Iterator[Heard]:
    """Visits by turns of these inspectors; None is an incomplete one."""
    for i, value in enumerate(values):
        told = Fraction(value) if value is not None else None
        dimensions = {"INP": told} if told is not None else {}
        yield Heard(by[i % len(by)], told, dimensions=dimensions, **more)


def test_i5_a_unit_is_the_mean_of_its_visits_with_their_number_and_spread() -> None:
    figure = unit_figure(heard("50", "60", "70"))
    assert figure == Figure(
        n=3, units=1, critical=0, value=Fraction(60), spread=Decimal("10.00"), least=Fraction(50),
        most=Fraction(70), dimensions={"INP": Fraction(60)},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("visits", "n"),
    [
        (heard("50", "60"), 2),
        (heard("50", "60", "70", by="s"), 3),
        (heard("50", "60", None), 2),
        ([*heard("50", "60"), *heard("70", detected=True)], 2),
        ([], 0),
    ],
)
def test_i5_too_few_visits_or_a_single_inspector_is_not_enough_data(visits: object, n: int) -> None:
    assert unit_figure(visits) == Figure(n=n, units=0, critical=0)  # type: ignore[arg-type]


def test_i5_how_many_are_enough_is_the_methods_business() -> None:
    assert unit_figure(heard("50", by="s"), visits_min=1, inspectors_min=1).enough


def test_i9_critical_findings_of_visits_that_do_not_count_are_counted_all_the_same() -> None:
    figure = unit_figure(
        [*heard("50", "60", "70"), Heard("r", None, critical=2), Heard("s", Fraction(1), True, 1)]
    )
    assert (figure.n, figure.value, figure.critical) == (3, 60, 3)


@given(st.lists(st.tuples(shares, st.booleans(), st.sampled_from("srt")), max_size=9), st.randoms())
def test_i5_the_order_of_visits_makes_no_difference(told: list, dice) -> None:
    visits = [Heard(by, value, detected) for value, detected, by in told]
    figure = unit_figure(visits)
    assert unit_figure(dice.sample(visits, len(visits))) == figure
    if figure.value is not None and figure.least is not None and figure.most is not None:
        assert 0 <= figure.least <= figure.value <= figure.most <= 100


@given(st.lists(shares, min_size=3, max_size=9), st.integers(1, 5))
def test_i5_a_visit_that_is_incomplete_changes_no_mean(values: list, more: int) -> None:
    visits = [Heard(i % 2, value) for i, value in enumerate(values)]
    assert unit_figure([*visits, *[Heard("x", None)] * more]) == unit_figure(visits)


def test_i5_the_spread_is_the_sample_standard_deviation() -> None:
    assert sample_deviation([Fraction(v) for v in (2, 4, 4, 4, 5, 5, 7, 9)]) == Decimal("2.14")  # not 2.00
    assert sample_deviation([Fraction(7)]) is None


def test_i6_the_seven_units_of_maluku_tenggara_make_60_80() -> None:
    told = printed("maluku-tenggara-2023.csv")
    regency = told.pop("Kabupaten Maluku Tenggara")
    assert len(told) == 7
    figures = [Figure(n=3, units=1, critical=0, value=Fraction(value)) for value in told.values()]
    whole = mean_of(figures)
    assert whole.value is not None
    assert round_half_up(whole.value) == regency == Decimal("60.80")
    assert (whole.units, whole.least, whole.most) == (7, Fraction("49.85"), Fraction("74.82"))


def test_i6_units_without_enough_visits_are_left_out_and_an_institution_of_only_such_has_not_enough() -> None:
    good, poor = unit_figure(heard("50", "60", "70")), unit_figure(heard("10", "20"))
    one = mean_of([good, poor])
    assert (one.value, one.units, one.n, one.spread) == (60, 1, 3, None)
    assert mean_of([poor, poor]) == Figure(n=4, units=0, critical=0)
    assert not mean_of([]).enough


def test_i6_an_institution_is_the_mean_of_units_not_of_visits() -> None:
    many, few = unit_figure(heard(*["90"] * 9)), unit_figure(heard(*["30"] * 3))
    assert mean_of([many, few]).value == 60
    assert mean_of([many, few]).dimensions == {"INP": 60}


@given(st.lists(shares, min_size=1, max_size=20))
def test_i6_a_mean_lies_between_the_smallest_and_the_largest(values: list) -> None:
    assert min(values) <= mean(values) <= max(values)


# Ranks


def test_i8_maluku_2024_is_ranked_with_its_tie() -> None:
    told = printed("maluku-2024.csv")
    found = ranks(told)
    assert sorted(found.items(), key=lambda pair: pair[1])[:4] == [
        ("Kota Ambon", 1), ("Kabupaten Maluku Tengah", 2), ("Kabupaten Kepulauan Aru", 3), ("Kota Tual", 4),
    ]  # fmt: skip
    tied = [body for body, value in told.items() if value == Decimal("77.69")]
    assert [found[body] for body in tied] == [5, 5]
    assert found["Kabupaten Maluku Tenggara"] == 7
    assert sorted(found.values()) == [1, 2, 3, 4, 5, 5, 7, 8, 9, 10, 11, 12]


@given(st.dictionaries(st.integers(), st.integers(0, 12).map(Decimal)))
def test_i8_a_rank_is_one_more_than_the_number_of_better_ones(values: dict) -> None:
    assert ranks(values) == {
        key: 1 + sum(other > value for other in values.values()) for key, value in values.items()
    }


# Agreement


def test_i10_two_inspectors_agree_as_far_as_they_say_the_same_beyond_chance() -> None:
    pairs = [("ya", "ya")] * 20 + [("ya", "tidak")] * 5 + [("tidak", "ya")] * 10 + [("tidak", "tidak")] * 15
    assert agreement(pairs) == Agreement(50, Fraction(7, 10), Fraction(2, 5))
    assert agreement([("ya", "ya")] * 3) == Agreement(3, Fraction(1), None)
    assert agreement([]) is None


def test_i10_an_item_on_which_they_differ_is_a_candidate_for_new_words() -> None:
    sari, rina = {"I1.1": "cukup", "I1.2": "yes", "I1.3": "na"}, {"I1.1": "cukup", "I1.2": "no"}
    found = agreement_by_item([(sari, rina), (sari, rina)])
    assert {item: (a.n, a.share, a.poor) for item, a in found.items()} == {
        "I1.1": (2, 1, False),
        "I1.2": (2, 0, True),
    }
