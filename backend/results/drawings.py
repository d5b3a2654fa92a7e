"""Pictures as values: where each shape stands, in whole pixels of its own paper. Templates write them as SVG. Pure.

Texts come in as the reader reads them; nothing here knows a language.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from textwrap import wrap

from backend.indicators.rules import Method
from backend.results.tiles import Cell

# Maps

LARGE, SMALL = 112, 32  # a hexagon's width, with its name or with its letter alone
LARGE_COLUMNS_MAX = 12
MARGIN = 4
LETTERS_A_LINE = 12
LINES_MAX = 3
LINE_HEIGHT = 15


@dataclass(frozen=True)
class Told:
    """What a map says of one region.

    kind     hijau · kuning · merah · none (not enough data) · several (bodies in different zones) · empty (no body)
    letter   the category, or what stands for it
    """

    name: str
    kind: str
    letter: str
    value: str
    title: str
    url: str


@dataclass(frozen=True)
class Line:
    text: str
    y: int


@dataclass(frozen=True)
class Tile:
    x: int
    points: str
    told: Told
    name: tuple[Line, ...]
    figure: Line


@dataclass(frozen=True)
class Map:
    width: int
    height: int
    large: bool
    tiles: tuple[Tile, ...]


def map_of(cells: Mapping[str, Cell], told: Mapping[str, Told]) -> Map:
    """The honeycomb, north to south; names stand in the cells while there are few columns."""
    if not cells:
        return Map(0, 0, False, ())
    columns = max(column for column, _ in cells.values()) + 1
    top = min(row for _, row in cells.values())
    rows = max(row for _, row in cells.values()) - top + 1
    size = LARGE if columns <= LARGE_COLUMNS_MAX else SMALL
    step, radius = size * 866 // 1000, size * 577 // 1000
    tiles = []
    for code, (column, row) in sorted(cells.items(), key=lambda found: (found[1][1], found[1][0])):
        x = MARGIN + size // 2 + column * size + (row & 1) * size // 2
        y = MARGIN + radius + (row - top) * step
        tiles.append(_tile(x, y, size, radius, told[code]))
    width = 2 * MARGIN + columns * size + size // 2
    return Map(width, 2 * MARGIN + 2 * radius + (rows - 1) * step, size == LARGE, tuple(tiles))


def _tile(x: int, y: int, size: int, radius: int, told: Told) -> Tile:
    half, side = size // 2 - 1, radius // 2
    corners = [(0, -radius + 1), (half, -side), (half, side), (0, radius - 1), (-half, side), (-half, -side)]
    points = " ".join(f"{x + dx},{y + dy}" for dx, dy in corners)
    if size == SMALL:
        return Tile(x, points, told, (), Line(told.letter, y + 5))
    words = wrap(told.name, LETTERS_A_LINE, break_long_words=True)[:LINES_MAX]
    first = y - LINE_HEIGHT * len(words) // 2 + 2
    name = tuple(Line(word, first + LINE_HEIGHT * i) for i, word in enumerate(words))
    figure = f"{told.letter} {told.value}".strip()
    return Tile(x, points, told, name, Line(figure, first + LINE_HEIGHT * len(words) + 5))


# A scale from end to end, with the zones of a method under it

LEFT, WIDE = 24, 640  # where a scale begins, and how wide it is
BIN = Decimal(2)


@dataclass(frozen=True)
class Step:
    """A zone on a scale: from x so wide; `start` is where it begins, as text."""

    x: int
    width: int
    zone: str
    letter: str
    start: str


@dataclass(frozen=True)
class Bar:
    x: int
    y: int
    width: int
    height: int
    zone: str


@dataclass(frozen=True)
class Distribution:
    """`base` is the line the bars stand on; `mean_x` is None without a mean."""

    width: int
    height: int
    base: int
    bars: tuple[Bar, ...]
    steps: tuple[Step, ...]
    end: Step
    mean_x: int | None
    mean: str


def distribution_of(
    values: Iterable[Decimal], method: Method, mean: Decimal | None, write: Callable[[Decimal], str]
) -> Distribution:
    """How many bodies stand where: a square each while there are few, bars when there are many.

    Bins are two points wide, so that none of them holds two zones of the method.
    """
    bins: dict[int, int] = {}
    for value in values:
        place = min(int(value // BIN), int(method.scale_max / BIN) - 1)
        bins[place] = bins.get(place, 0) + 1
    most = max(bins.values(), default=1)
    base, room = 22 + 132, 132
    high = min(12, room // most)
    bars: list[Bar] = []
    for place, count in sorted(bins.items()):
        start = BIN * place
        band = method.zone_of(start)
        x = _across(start, method)
        width = _across(start + BIN, method) - x - 1
        zone = band.zone if band else ""
        if high >= 4:
            bars += [Bar(x, base - high * (n + 1), width, high - 1, zone) for n in range(count)]
        else:
            tall = max(1, room * count // most)
            bars.append(Bar(x, base - tall, width, tall, zone))
    steps = steps_of(method, write)
    end = Step(LEFT + WIDE, 0, "", "", write(method.scale_max))
    mean_x = _across(mean, method) if mean is not None else None
    said = write(mean) if mean is not None else ""
    return Distribution(LEFT * 2 + WIDE, base + 44, base, tuple(bars), steps, end, mean_x, said)


def steps_of(method: Method, write: Callable[[Decimal], str]) -> tuple[Step, ...]:
    """The method's bands from the lowest to the highest."""
    ends = [method.scale_max, *(band.start for band in method.bands)]
    found = [
        Step(
            _across(band.start, method),
            _across(end, method) - _across(band.start, method),
            band.zone,
            band.category,
            write(band.start),
        )
        for band, end in zip(method.bands, ends, strict=False)
    ]
    return tuple(reversed(found))


def _across(value: Decimal, method: Method) -> int:
    return LEFT + round((value - method.scale_min) * WIDE / (method.scale_max - method.scale_min))


# A value from period to period

PAPER_TOP, PAPER_HIGH = 22, 160
PERIOD_APART_MAX = 110
TREND_LEFT, TREND_WIDE = 52, 620


@dataclass(frozen=True)
class At:
    """One period of a trend. `ruler` names method and checklist: only equal ones are joined. Without a value there
    was not enough data."""

    period: str
    value: Decimal | None
    written: str
    ruler: str
    zone: str = ""


@dataclass(frozen=True)
class Dot:
    x: int
    y: int
    at: At
    other: bool  # made with another ruler than the last one


@dataclass(frozen=True)
class Join:
    x1: int
    y1: int
    x2: int
    y2: int


@dataclass(frozen=True)
class Bound:
    y: int
    text: str


@dataclass(frozen=True)
class Trend:
    width: int
    height: int
    left: int
    right: int
    base: int
    dots: tuple[Dot, ...]
    joins: tuple[Join, ...]
    bounds: tuple[Bound, ...]


def trend_of(told: Sequence[At], method: Method, write: Callable[[Decimal], str]) -> Trend:
    """Values from left to right; a line joins neighbours of one ruler, and has a gap where there was not enough."""
    base = PAPER_TOP + PAPER_HIGH
    apart = min(PERIOD_APART_MAX, TREND_WIDE // max(1, len(told)))
    ruler = told[-1].ruler if told else ""

    def high(value: Decimal) -> int:
        return base - round((value - method.scale_min) * PAPER_HIGH / (method.scale_max - method.scale_min))

    dots = [
        Dot(
            TREND_LEFT + apart // 2 + apart * n,
            base if at.value is None else high(at.value),
            at,
            at.ruler != ruler,
        )
        for n, at in enumerate(told)
    ]
    joins = tuple(
        Join(a.x, a.y, b.x, b.y)
        for a, b in pairwise(dots)
        if a.at.value is not None and b.at.value is not None and a.at.ruler == b.at.ruler
    )
    bounds = tuple(Bound(high(band.start), write(band.start)) for band in method.bands)
    right = TREND_LEFT + apart * len(told)
    return Trend(right + 12, base + 40, TREND_LEFT, right, base, tuple(dots), joins, bounds)
