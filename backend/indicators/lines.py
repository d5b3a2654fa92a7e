"""The lines of a computation: from figures of units to all that is listed, ranked and coloured. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TypeVar
from uuid import UUID

from backend.indicators.figures import Figure, mean_of
from backend.indicators.ranking import ranks
from backend.indicators.rules import Band, Level, Method, zones_counted

T = TypeVar("T")

PROVINCE_CODE_LENGTH = 2


@dataclass(frozen=True)
class UnitHeard:
    """A visited unit with its figure, and the institution that answers for it."""

    id: UUID
    code: str
    name: str
    type: str
    region: str
    institution: str
    institution_name: str
    institution_class: str
    institution_region: str
    figure: Figure


@dataclass(frozen=True)
class Line:
    """One line as it is listed. `of` is how many were ranked with it; region is "" for a whole class."""

    level: Level
    institution_class: str
    code: str
    name: str
    region: str
    figure: Figure
    unit: UUID | None = None
    unit_type: str = ""
    value: Decimal | None = None
    band: Band | None = None
    rank: int | None = None
    of: int | None = None
    zones: Mapping[str, int] = field(default_factory=dict)


def lines_of(units: Iterable[UnitHeard], method: Method, region_names: Mapping[str, str]) -> list[Line]:
    """Every line, widest level first and best first within a class; what has not enough data comes last.

    region_names   province code -> name
    """
    units = list(units)
    unit_lines = [
        Line(Level.UNIT, u.institution_class, u.code, u.name, u.region, u.figure, unit=u.id, unit_type=u.type)
        for u in units
    ]
    institutions = [
        _institution(told) for told in _grouped(units, lambda u: (u.institution_class, u.institution))
    ]
    bodies = [_valued(line, method) for line in institutions]
    provinces = [
        _average(told, Level.REGION, told[0].region[:PROVINCE_CODE_LENGTH], region_names)
        for told in _grouped(bodies, lambda b: (b.institution_class, b.region[:PROVINCE_CODE_LENGTH]))
    ]
    classes = [
        _average(told, Level.CLASS, "", {}) for told in _grouped(bodies, lambda b: (b.institution_class, ""))
    ]
    return [
        *_ranked([_valued(line, method) for line in classes], among_itself=False),
        *_ranked([_valued(line, method) for line in provinces]),
        *_ranked(bodies),
        *_ranked([_valued(line, method) for line in unit_lines]),
    ]


def _institution(units: list[UnitHeard]) -> Line:
    first = units[0]
    figure = mean_of(unit.figure for unit in units)
    name, region = first.institution_name, first.institution_region
    return Line(Level.INSTITUTION, first.institution_class, first.institution, name, region, figure)


def _average(bodies: list[Line], level: Level, region: str, names: Mapping[str, str]) -> Line:
    """The mean of institutions of one class: of a province, or of all."""
    klass = bodies[0].institution_class
    zones = zones_counted(body.band.zone for body in bodies if body.band is not None)
    code, name = (region, names.get(region, region)) if region else (klass, klass)
    return Line(level, klass, code, name, region, mean_of(body.figure for body in bodies), zones=zones)


def _valued(line: Line, method: Method) -> Line:
    if line.figure.value is None:
        return line
    value = method.rounded(line.figure.value)
    return replace(line, value=value, band=method.zone_of(value))


def _ranked(lines: list[Line], *, among_itself: bool = True) -> list[Line]:
    """Lines of one level with their ranks, each class by itself; a whole class is not ranked at all."""
    found = []
    for told in _grouped(lines, lambda line: (line.institution_class, "")):
        places = (
            ranks({line.code: line.value for line in told if line.value is not None}) if among_itself else {}
        )
        found += [
            replace(line, rank=places[line.code], of=len(places)) if line.code in places else line
            for line in told
        ]
    return sorted(
        found,
        key=lambda line: (line.institution_class, -(line.value if line.value is not None else -1), line.code),
    )


def _grouped(things: Iterable[T], key: Callable[[T], tuple[str, str]]) -> list[list[T]]:
    groups: dict[tuple[str, str], list[T]] = {}
    for thing in things:
        groups.setdefault(key(thing), []).append(thing)
    return [groups[name] for name in sorted(groups)]
