"""A map without borders: every regency is one cell of a honeycomb, as near to its real place as there is room. Pure.

There are no licensed polygons of Indonesia's regencies to draw, and on a true map a city of 98 km² would vanish beside
a regency of 44,000: here each weighs the same. Cells stand in rows, odd rows half a cell to the right.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from math import cos, hypot, radians, sqrt
from statistics import median

Cell = tuple[int, int]  # (column, row) from 0; row 0 is the northernmost
Point = tuple[float, float]  # east and south of somewhere, 1 is the distance of two neighbouring cells
Place = tuple[float, float]  # latitude and longitude in degrees

ROW_HEIGHT = sqrt(3) / 2
COLUMNS_MAX = 56
CELLS_APART = (
    1.7  # a cell is so many times the usual distance of two neighbours: close together, and not yet pushed
)
IMPROVED_MAX = (
    80  # cells are exchanged for shorter ways up to so many regencies; it takes their square in time
)


def cells_for(places: Mapping[str, Place | None]) -> dict[str, Cell]:
    """Region code -> its cell. The same places give the same cells, in whatever order they are told.

    A region without a point stands by those of its province that have one, else by all of them.
    """
    return dict(_cells(tuple(sorted(places.items()))))


@lru_cache(maxsize=64)
def _cells(places: tuple[tuple[str, Place | None], ...]) -> tuple[tuple[str, Cell], ...]:
    if not places:
        return ()
    targets = _scaled(_placed(places))
    centre = _mean(list(targets.values()))
    taken: dict[Cell, str] = {}
    # From the middle outwards: whoever finds her cell taken is pushed towards the edge, not across the others.
    for code in sorted(targets, key=lambda code: (round(_apart(targets[code], centre), 6), code)):
        taken[_nearest_free(targets[code], taken)] = code
    cells = {code: cell for cell, code in taken.items()}
    if len(cells) <= IMPROVED_MAX:
        _exchange(cells, targets)
    return tuple(sorted(_from_zero(cells).items()))


def _placed(places: tuple[tuple[str, Place | None], ...]) -> dict[str, Place]:
    """Every region with a place."""
    known = {code: place for code, place in places if place is not None}
    provinces: dict[str, list[Place]] = {}
    for code, place in known.items():
        provinces.setdefault(code[:2], []).append(place)
    everywhere = _mean(list(known.values())) if known else (0.0, 0.0)
    return {
        code: place if place is not None else _mean(provinces.get(code[:2], [everywhere]))
        for code, place in places
    }


def _scaled(places: Mapping[str, Place]) -> dict[str, Point]:
    """East and south, in cells; no more than COLUMNS_MAX of them side by side."""
    narrow = cos(radians(_mean(list(places.values()))[0]))
    points = {code: (longitude * narrow, -latitude) for code, (latitude, longitude) in places.items()}
    distinct = sorted(set(points.values()))
    nearest = (
        [min(_apart(a, b) for b in distinct if b != a) for a in distinct] if len(distinct) > 1 else [1.0]
    )
    width = max(x for x, _ in distinct) - min(x for x, _ in distinct)
    step = max(CELLS_APART * median(nearest), width / COLUMNS_MAX)
    return {code: (x / step, y / step) for code, (x, y) in points.items()}


def _nearest_free(target: Point, taken: Mapping[Cell, str]) -> Cell:
    """The free cell nearest to a point; of equals the northernmost, then the westernmost."""
    row = round(target[1] / ROW_HEIGHT)
    column = round(target[0] - (row & 1) / 2)
    best: tuple[float, int, int] | None = None
    for reach in range(len(taken) + 2):
        # Nothing in a square this far out can be nearer than the best so far.
        if best is not None and (reach - 1) * ROW_HEIGHT > best[0]:
            break
        for cell in _square(column, row, reach):
            if cell not in taken:
                found = (round(_apart(_centre(cell), target), 9), cell[1], cell[0])
                best = found if best is None else min(best, found)
    assert best is not None  # there is always room further out
    return best[2], best[1]


def _square(column: int, row: int, reach: int) -> Iterator[Cell]:
    """The cells on the rim of a square around this one."""
    for dy in range(-reach, reach + 1):
        step = 1 if abs(dy) == reach or reach == 0 else 2 * reach
        for dx in range(-reach, reach + 1, step):
            yield column + dx, row + dy


def _exchange(cells: dict[str, Cell], targets: Mapping[str, Point]) -> None:
    """Two regions change cells as long as that brings them, together, nearer to their places."""
    codes = sorted(cells)
    better = True
    while better:
        better = False
        for i, one in enumerate(codes):
            for other in codes[i + 1 :]:
                here, there = _centre(cells[one]), _centre(cells[other])
                now = _apart(here, targets[one]) ** 2 + _apart(there, targets[other]) ** 2
                then = _apart(there, targets[one]) ** 2 + _apart(here, targets[other]) ** 2
                if then < now - 1e-9:
                    cells[one], cells[other] = cells[other], cells[one]
                    better = True


def _from_zero(cells: Mapping[str, Cell]) -> dict[str, Cell]:
    """The same picture with its first column and row at 0; the row moves by an even number, or rows would shift."""
    left = min(column for column, _ in cells.values())
    top = min(row for _, row in cells.values())
    top -= top & 1
    return {code: (column - left, row - top) for code, (column, row) in cells.items()}


def _centre(cell: Cell) -> Point:
    return cell[0] + (cell[1] & 1) / 2, cell[1] * ROW_HEIGHT


def _apart(a: Point, b: Point) -> float:
    return hypot(a[0] - b[0], a[1] - b[1])


def _mean(points: list[tuple[float, float]]) -> tuple[float, float]:
    return sum(x for x, _ in points) / len(points), sum(y for _, y in points) / len(points)
