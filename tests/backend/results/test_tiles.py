"""The map without borders: who gets which cell."""

import random

from hypothesis import given
from hypothesis import strategies as st

from backend.results.tiles import cells_for

KALSEL = {
    "63.01": (-3.80, 114.76), "63.02": (-3.24, 116.20), "63.03": (-3.41, 114.85), "63.04": (-2.98, 114.77),
    "63.05": (-2.93, 115.15), "63.06": (-2.78, 115.26), "63.07": (-2.58, 115.38), "63.08": (-2.42, 115.25),
    "63.09": (-2.17, 115.38), "63.10": (-3.45, 116.00), "63.11": (-2.33, 115.46), "63.71": (-3.32, 114.59),
    "63.72": (-3.44, 114.83),
}  # fmt: skip


def nation(seed: int = 1) -> dict[str, tuple[float, float]]:
    """514 regencies, a quarter of them crowded on one island."""
    chance = random.Random(seed)
    return {
        f"{11 + i // 15}.{i % 15 + 1:02}": (chance.gauss(-7, 0.5), chance.uniform(105, 114.5))
        if i < 128
        else (chance.uniform(-10, 5), chance.uniform(95, 141))
        for i in range(514)
    }


def test_south_kalimantan_is_recognised():
    assert drawn(cells_for(KALSEL)) == [
        "  .    .    09   11   .    .",
        ".    .    08   07   .    .",
        "  .    .    06   .    .    .",
        ".    04   05   .    .    .",
        "  71   03   .    .    10   02",
        ".    72   .    .    .    .",
        "  .    01   .    .    .    .",
    ]


def test_the_same_places_give_the_same_cells_in_whatever_order_they_are_told():
    shuffled = list(KALSEL.items())
    random.Random(3).shuffle(shuffled)
    assert cells_for(dict(shuffled)) == cells_for(KALSEL)


def test_514_regencies_have_a_cell_each_and_the_picture_stays_on_the_paper():
    cells = cells_for(nation())
    assert len(cells) == len(set(cells.values())) == 514
    assert min(column for column, _ in cells.values()) == 0
    assert max(column for column, _ in cells.values()) <= 60
    assert max(row for _, row in cells.values()) <= 40


def test_a_regency_without_a_point_stands_by_its_province():
    cells = cells_for({**KALSEL, "63.98": None, "94.01": (-2.5, 140.7)})
    column, _ = cells["63.98"]
    assert column < cells["94.01"][0] / 2
    assert len(set(cells.values())) == 15


def test_without_any_point_there_is_still_a_cell_for_everybody():
    cells = cells_for({f"63.{i:02}": None for i in range(1, 14)})
    assert len(set(cells.values())) == 13
    assert cells_for({}) == {}


PLACES = st.one_of(st.none(), st.tuples(st.floats(-11, 6), st.floats(95, 141)))


@given(
    st.dictionaries(st.integers(1101, 1125).map(lambda n: f"{n // 100}.{n % 100:02}"), PLACES, max_size=25)
)
def test_whatever_the_places_nobody_shares_a_cell(places):
    cells = cells_for(places)
    assert cells.keys() == places.keys()
    assert len(set(cells.values())) == len(places)
    assert all(column >= 0 and row >= 0 for column, row in cells.values())


def drawn(cells):
    """Rows of a picture: the last two digits of who stands there."""
    at = {cell: code[3:] for code, cell in cells.items()}
    columns = max(column for column, _ in cells.values()) + 1
    top, bottom = min(row for _, row in cells.values()), max(row for _, row in cells.values())
    return [
        ("  " if row % 2 else "")
        + "   ".join(f"{at.get((column, row), '.'):2}" for column in range(columns)).rstrip()
        for row in range(top, bottom + 1)
    ]
