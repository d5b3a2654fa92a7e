"""Pictures as values: what stands where, and what is never joined."""

from decimal import Decimal

from backend.indicators.methods import method_named
from backend.pages.templatetags.samar import period
from backend.results.drawings import At, Told, distribution_of, map_of, trend_of

IKKT = method_named("IKKT")


def told(name: str, kind: str = "hijau") -> Told:
    return Told(name, kind, "A", "90,00", f"{name}: 90,00", "/")


def at(name: str, value: str | None, ruler: str = "IKKT 2026.1") -> At:
    return At(name, Decimal(value) if value else None, value or "–", ruler, "hijau")


def test_names_stand_in_the_cells_of_a_small_map_and_letters_alone_in_those_of_a_large_one():
    small = map_of(
        {"63.06": (0, 1), "63.72": (1, 2)}, {"63.06": told("Hulu Sungai Selatan"), "63.72": told("X")}
    )
    assert small.large
    assert [[line.text for line in tile.name] for tile in small.tiles] == [["Hulu Sungai", "Selatan"], ["X"]]
    assert small.tiles[0].figure.text == "A 90,00"
    wide = {f"63.{i:02}": (i, 0) for i in range(40)}
    large = map_of(wide, {code: told("Hulu Sungai Selatan") for code in wide})
    assert not large.large
    assert {(tile.name, tile.figure.text) for tile in large.tiles} == {((), "A")}
    assert all(0 < tile.x < large.width for tile in large.tiles)


def test_zones_of_the_distribution_begin_at_the_bounds_of_the_method():
    plot = distribution_of([], IKKT, None, str)
    assert [(step.letter, step.zone, step.start) for step in plot.steps] == [
        ("E", "merah", "0.00"), ("D", "merah", "32.00"), ("C", "kuning", "54.00"), ("B", "hijau", "78.00"),
        ("A", "hijau", "88.00"),
    ]  # fmt: skip
    across = [step.x for step in plot.steps] + [plot.end.x]
    assert across == [24, 229, 370, 523, 587, 664]


def test_a_bar_never_holds_two_zones():
    values = [Decimal("77.99"), Decimal("78.00"), Decimal("53.99"), Decimal("54.00"), Decimal("100.00")]
    bars = distribution_of(values, IKKT, None, str).bars
    assert [bar.zone for bar in bars] == ["merah", "kuning", "kuning", "hijau", "hijau"]


def test_a_few_are_squares_and_many_are_bars():
    few = distribution_of([Decimal(90)] * 3, IKKT, Decimal(90), str)
    assert (len(few.bars), few.mean) == (3, "90")
    many = distribution_of([Decimal(90)] * 300 + [Decimal(40)] * 150, IKKT, None, str)
    assert [(bar.zone, bar.height) for bar in many.bars] == [("merah", 66), ("hijau", 132)]


def test_a_line_has_a_gap_where_there_was_not_enough():
    trend = trend_of([at("1", "80"), at("2", None), at("3", "82"), at("4", "84")], IKKT, str)
    assert len(trend.joins) == 1
    assert (trend.joins[0].x1, trend.joins[0].x2) == (trend.dots[2].x, trend.dots[3].x)


def test_figures_of_another_checklist_are_never_joined_and_stand_apart():
    trend = trend_of([at("1", "80", "IKKT 2025.1"), at("2", "82"), at("3", "84")], IKKT, str)
    assert [dot.other for dot in trend.dots] == [True, False, False]
    assert [(join.x1, join.x2) for join in trend.joins] == [(trend.dots[1].x, trend.dots[2].x)]


def test_periods_are_told_in_words():
    assert [period(name) for name in ("2026", "2026-S1", "2026-Q4", "2026-03")] == [
        "2026", "semester I 2026", "triwulan IV 2026", "Maret 2026",
    ]  # fmt: skip
