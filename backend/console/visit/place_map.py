"""A map without a map: the unit, where the phone was, and how sure it was, in metres around them. Pure.

Everything is in the units of a drawing WIDTH by HEIGHT, north up. Over a few kilometres the earth is flat enough.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from backend.units.rules import EARTH_RADIUS_METRES, Point, metres_between
from backend.visits.testimony import Place

WIDTH, HEIGHT = 480, 300
MARGIN = 44
# A drawing never shows less than this around its middle: two points a step apart are the same place.
LEAST_METRES = 60.0
# An error circle larger than this says "somewhere": its rim need not be in the picture.
CIRCLE_METRES_MAX = 20_000.0
SCALE_BAR_MOST = WIDTH / 3


@dataclass(frozen=True)
class Spot:
    """A point of the drawing. `radius` is its error circle's, 0 for none; `metres` from the unit, None without one."""

    name: str
    x: float
    y: float
    radius: float = 0.0
    accuracy_metres: int = 0
    metres: int | None = None
    mock: bool = False

    @property
    def label_y(self) -> float:
        return round(self.y - 11, 1)


@dataclass(frozen=True)
class Drawing:
    """`bar` is the scale bar's length in the drawing, `bar_metres` what it stands for."""

    spots: tuple[Spot, ...]
    bar: float
    bar_metres: int
    width: int = WIDTH
    height: int = HEIGHT

    @property
    def unit(self) -> Spot | None:
        return next((spot for spot in self.spots if spot.name == "unit"), None)

    @property
    def phone(self) -> list[Spot]:
        return [spot for spot in self.spots if spot.name != "unit"]

    @property
    def bar_words(self) -> str:
        return f"{self.bar_metres} m" if self.bar_metres < 1000 else f"{self.bar_metres // 1000} km"

    @property
    def bar_end(self) -> float:
        return round(MARGIN / 2 + self.bar, 1)


def drawn(unit: Point | None, places: Mapping[str, Place | None]) -> Drawing | None:
    """`places` by name ("arrived", "left"). None when the phone noted no place at all."""
    known = {name: place for name, place in places.items() if place is not None}
    if not known:
        return None
    points = [place.point for place in known.values()] + ([unit] if unit else [])
    middle = Point(_middle([p.latitude for p in points]), _middle([p.longitude for p in points]))
    reach_x = reach_y = LEAST_METRES
    for point, accuracy in [(place.point, place.accuracy) for place in known.values()] + [
        (p, 0.0) for p in points
    ]:
        east, north = offset(middle, point)
        around = min(accuracy, CIRCLE_METRES_MAX)
        reach_x, reach_y = max(reach_x, abs(east) + around), max(reach_y, abs(north) + around)
    scale = min((WIDTH / 2 - MARGIN) / reach_x, (HEIGHT / 2 - MARGIN) / reach_y)
    spots = [_spot(name, place, middle, scale, unit) for name, place in known.items()]
    if unit:
        east, north = offset(middle, unit)
        spots.insert(0, Spot("unit", *_on_paper(east, north, scale)))
    metres = bar_metres(SCALE_BAR_MOST / scale)
    return Drawing(tuple(spots), round(metres * scale, 1), metres)


def offset(middle: Point, point: Point) -> tuple[float, float]:
    """How far east and north of the middle, in metres."""
    north = math.radians(point.latitude - middle.latitude) * EARTH_RADIUS_METRES
    shrink = max(0.01, math.cos(math.radians(middle.latitude)))
    east = math.radians(point.longitude - middle.longitude) * EARTH_RADIUS_METRES * shrink
    return east, north


def bar_metres(most: float) -> int:
    """The longest round length (1, 2 or 5 times a power of ten) that is no longer than this."""
    power = 10 ** math.floor(math.log10(max(most, 1.0)))
    return int(max(step * power for step in (1, 2, 5) if step * power <= max(most, 1.0)))


def _spot(name: str, place: Place, middle: Point, scale: float, unit: Point | None) -> Spot:
    east, north = offset(middle, place.point)
    x, y = _on_paper(east, north, scale)
    metres = round(metres_between(place.point, unit)) if unit else None
    radius = round(min(place.accuracy, 10 * CIRCLE_METRES_MAX) * scale, 1)
    return Spot(name, x, y, radius, round(min(place.accuracy, 1e9)), metres, place.mock)


def _on_paper(east: float, north: float, scale: float) -> tuple[float, float]:
    return round(WIDTH / 2 + east * scale, 1), round(HEIGHT / 2 - north * scale, 1)


def _middle(values: list[float]) -> float:
    return (min(values) + max(values)) / 2
