"""What units are, when they are open, what they promise, and how far away they are. Pure."""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from itertools import pairwise
from typing import Protocol, TypeVar
from uuid import UUID

from backend.people.rules import within

CODE_LENGTH_MAX = 40
NAME_LENGTH_MAX = 160
ADDRESS_LENGTH_MAX = SOURCE_LENGTH_MAX = 300
OPENING_HOURS_LENGTH_MAX = 200


class RegionKind(StrEnum):
    PROVINCE = "province"
    REGENCY = "regency"
    CITY = "city"


class InstitutionClass(StrEnum):
    """Averages and ranks stay inside one class; a government's own level is its `kind`."""

    PEMDA = "pemda"
    POLRES = "polres"
    KANTAH = "kantah"
    SAMSAT = "samsat"
    MPP = "mpp"


class InstitutionKind(StrEnum):
    NONE = ""
    PROVINSI = "provinsi"
    KABUPATEN = "kabupaten"
    KOTA = "kota"


class UnitType(StrEnum):
    """Also the names of a checklist's variants."""

    SAM = "SAM"  # Samsat: vehicle registration and tax
    SIM = "SIM"  # Polres: driving licences
    POL = "POL"  # Polres: police record certificates and the report desk
    KTH = "KTH"  # land office
    DKC = "DKC"  # civil registration
    PKM = "PKM"  # community health centre
    MPP = "MPP"  # public service mall, as operator; its booths are units of their own institutions
    PTS = "PTS"  # one-stop licensing
    GEN = "GEN"  # any other agency


class CompletionUnit(StrEnum):
    MINUTES = "minutes"
    HOURS = "hours"
    WORKING_DAYS = "working_days"


class TimeZone(StrEnum):
    """Indonesia's zones; WITA is Makassar."""

    JAKARTA = "Asia/Jakarta"
    PONTIANAK = "Asia/Pontianak"
    MAKASSAR = "Asia/Makassar"
    JAYAPURA = "Asia/Jayapura"


DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_SPAN = re.compile(r"([01][0-9]|2[0-4]):([0-5][0-9])-([01][0-9]|2[0-4]):([0-5][0-9])", re.ASCII)
_MIDNIGHT = 24 * 60


class UnreadableHours(ValueError):
    """Opening hours that do not follow the notation; the text says where."""


@dataclass(frozen=True, slots=True)
class Span:
    """An opening on one weekday (0 is Monday), in minutes since midnight: `opens` included, `closes` not."""

    weekday: int
    opens: int
    closes: int


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """A week of a unit, on its own clock. No spans: the hours are not known."""

    spans: tuple[Span, ...] = ()

    @property
    def known(self) -> bool:
        return bool(self.spans)

    def open_at(self, local: datetime) -> bool:
        """Whether the unit is open at this moment of its own clock."""
        minute = local.hour * 60 + local.minute
        return any(s.weekday == local.weekday() and s.opens <= minute < s.closes for s in self.spans)


def parse_opening_hours(text: str) -> OpeningHours:
    """`Mon-Thu 08:00-12:00,13:00-15:30; Fri 08:00-11:00` as spans; days not named are closed, "" is unknown.

    Raises UnreadableHours: unknown day, impossible time, closing before opening, spans of a day that overlap.
    """
    if len(text) > OPENING_HOURS_LENGTH_MAX:
        raise UnreadableHours(f"longer than {OPENING_HOURS_LENGTH_MAX} characters")
    spans = [span for clause in text.split(";") if clause.strip() for span in _clause(clause.strip())]
    spans.sort(key=lambda s: (s.weekday, s.opens))
    for earlier, later in pairwise(spans):
        if earlier.weekday == later.weekday and later.opens < earlier.closes:
            raise UnreadableHours(f"{DAYS[later.weekday]}: two openings overlap")
    return OpeningHours(tuple(spans))


def _clause(clause: str) -> list[Span]:
    days, _, times = clause.partition(" ")
    hours = [_minutes(part.strip()) for part in times.split(",")]
    return [Span(day, opens, closes) for day in _weekdays(days) for opens, closes in hours]


def _weekdays(text: str) -> list[int]:
    found: list[int] = []
    for part in text.split(","):
        first, dash, last = part.partition("-")
        if first not in DAYS or (dash and last not in DAYS):
            raise UnreadableHours(f"{part!r} is not a day or a range of days ({', '.join(DAYS)})")
        start, end = DAYS.index(first), DAYS.index(last if dash else first)
        if end < start:
            raise UnreadableHours(f"{part!r} runs backwards")
        found.extend(range(start, end + 1))
    if len(found) != len(set(found)):
        raise UnreadableHours(f"{text!r} names a day twice")
    return found


def _minutes(text: str) -> tuple[int, int]:
    match = _SPAN.fullmatch(text)
    if match is None:
        raise UnreadableHours(f"{text!r} is not a time such as 08:00-15:30")
    hours_1, minutes_1, hours_2, minutes_2 = (int(group) for group in match.groups())
    opens, closes = hours_1 * 60 + minutes_1, hours_2 * 60 + minutes_2
    if not opens < closes <= _MIDNIGHT:
        raise UnreadableHours(f"{text!r} closes before it opens, or after 24:00")
    return opens, closes


class Dated(Protocol):
    """What a published standard needs for being chosen; a row of the table fits."""

    @property
    def unit_id(self) -> UUID | None: ...
    @property
    def region_id(self) -> str | None: ...
    @property
    def valid_from(self) -> date: ...
    @property
    def valid_to(self) -> date | None: ...


S = TypeVar("S", bound=Dated)


def codes_above(region: str) -> list[str]:
    """A Kemendagri code and those it lies below: "63.01" gives ["63", "63.01"]."""
    parts = region.split(".")
    return [".".join(parts[:length]) for length in range(1, len(parts) + 1)]


def standard_on(day: date, standards: Iterable[S], *, unit: UUID, region: str) -> S | None:
    """The standard that binds a unit of this region on a day, out of those of one product.

    The unit's own comes first, then that of the nearest region, then the national one; of several, the latest
    `valid_from`. Both ends of the validity are included. None when nothing was published for that day.
    """
    valid = [s for s in standards if s.valid_from <= day and (s.valid_to is None or day <= s.valid_to)]
    ranked = [(rank, s.valid_from, s) for s in valid if (rank := _nearness(s, unit, region)) is not None]
    return max(ranked, key=lambda found: found[:2])[2] if ranked else None


def _nearness(standard: Dated, unit: UUID, region: str) -> int | None:
    """0 for the nation, the code's length for a region, more than that for the unit; None for elsewhere."""
    if standard.unit_id is not None:
        return 1000 if standard.unit_id == unit else None
    if standard.region_id is not None:
        return len(standard.region_id) if within(region, frozenset({standard.region_id})) else None
    return 0


def clashing(validities: Sequence[tuple[date, date | None]]) -> set[int]:
    """Positions of those validities (ends included, None is for ever) that share a day with another one."""
    found: set[int] = set()
    furthest = -1  # the one that reaches furthest of those seen
    for here in sorted(range(len(validities)), key=lambda position: validities[position][0]):
        begins, ends = validities[here]
        reach = validities[furthest][1] if furthest >= 0 else date.min
        if furthest >= 0 and (reach is None or begins <= reach):
            found |= {furthest, here}
        if furthest < 0 or (reach is not None and (ends is None or ends > reach)):
            furthest = here
    return found


def going_round(hosts: Mapping[str, str]) -> set[str]:
    """Those who, followed from host to host, come back to themselves. `hosts` maps each to its host."""
    found: set[str] = set()
    settled: set[str] = set()
    for start in hosts:
        path: dict[str, int] = {}
        here: str | None = start
        while here is not None and here not in settled and here not in path:
            path[here] = len(path)
            here = hosts.get(here)
        if here is not None and here in path:
            found |= {one for one, position in path.items() if position >= path[here]}
        settled |= path.keys()
    return found


EARTH_RADIUS_METRES = 6_371_008.8  # mean radius (IUGG)


@dataclass(frozen=True, slots=True)
class Point:
    """A place in decimal degrees (WGS 84)."""

    latitude: float
    longitude: float


def metres_between(here: Point, there: Point) -> float:
    """Great-circle distance in metres (haversine; within 0.5 % of the true one)."""
    lat_1, lat_2 = math.radians(here.latitude), math.radians(there.latitude)
    half_lat = math.sin((lat_2 - lat_1) / 2) ** 2
    half_lon = math.sin(math.radians(there.longitude - here.longitude) / 2) ** 2
    share = min(1.0, half_lat + math.cos(lat_1) * math.cos(lat_2) * half_lon)
    return 2 * EARTH_RADIUS_METRES * math.asin(math.sqrt(share))
