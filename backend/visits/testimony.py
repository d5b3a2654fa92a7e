"""Reading what a phone wrote. Nothing here raises, whatever was written: what cannot be understood is left out
and named, and the exact text is kept beside it anyway. Pure."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from backend.evidence.rules import read_uuid
from backend.units.rules import Point

DEPTH_MAX = 40
DIGITS_MAX = 18
PHOTOS_MAX = 200
YEARS = range(2000, 2200)
MARKS = ("arrived", "ticket", "called", "served", "paid", "left")
DETECTED = ("no", "doubt", "yes")

# An escape at a time, so that `\\u0000` (a backslash and letters) is not taken for the character NUL.
_ESCAPE = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"  # a pair: one good letter
    r"|(\\u0000|\\u[dD][89a-fA-F][0-9a-fA-F]{2})"  # NUL, or half a pair
    r"|\\.",
    re.DOTALL,
)
_UNKEEPABLE = re.compile("[\x00\ud800-\udfff]")
_REPLACEMENT = "\ufffd"


@dataclass(frozen=True)
class Place:
    """Where the phone believed to be; `accuracy` in metres."""

    point: Point
    accuracy: float = 0.0
    mock: bool = False


@dataclass(frozen=True)
class Told:
    """A submission's text as values. Times are the phone's, in UTC. `described` are the photos it lists,
    `referred` those its answers point at; `strange` names the members that could not be understood."""

    started_at: datetime | None = None
    finished_at: datetime | None = None
    marks: Mapping[str, datetime] = field(default_factory=dict)
    arrived: Place | None = None
    left: Place | None = None
    detected: str = "no"
    answers: Mapping[str, Any] = field(default_factory=dict)
    described: tuple[UUID, ...] = ()
    referred: tuple[UUID, ...] = ()
    signed: bool = False
    strange: tuple[str, ...] = ()

    @property
    def began(self) -> datetime | None:
        """When she was there: on arrival, or when she opened the form."""
        return self.marks.get("arrived") or self.started_at

    @property
    def ended(self) -> datetime | None:
        return self.marks.get("left") or self.finished_at


def as_bytes(text: str) -> bytes:
    """A text as it is kept. Half letters, which JSON can smuggle in, become the bytes Python has for them."""
    return text.encode("utf-8", "surrogatepass")


def as_text(kept: bytes | memoryview) -> str:
    """The text that was kept as these bytes."""
    return bytes(kept).decode("utf-8", "surrogatepass")


def answers_in(text: str) -> Mapping[str, Any]:
    """Answers by item code, as far as they can be read."""
    return _mapping(read_doc(text) or {}, "answers", [])


def read_doc(text: str) -> dict[str, Any] | None:
    """The text as JSON values that any database keeps: NUL and half letters become U+FFFD, numbers beyond
    18 digits or infinity become text, what lies deeper than 40 levels becomes null. None when it is no JSON
    object."""
    try:
        doc = json.loads(
            _keepable(text), strict=False, parse_int=_whole, parse_float=_fraction, parse_constant=str
        )
    except (ValueError, RecursionError):
        return None
    if not isinstance(doc, dict):
        return None
    _cut_deep(doc)
    return doc


def understand(doc: Mapping[str, Any]) -> Told:
    """What the text says, as far as it can be understood."""
    strange: list[str] = []
    context = _mapping(doc, "context", strange)
    place = _mapping(doc, "place", strange)
    answers = _mapping(doc, "answers", strange)
    detected = context.get("detected", "no")
    if detected not in DETECTED:
        strange.append("context.detected")
    return Told(
        started_at=_time(doc, "started_at", strange),
        finished_at=_time(doc, "finished_at", strange),
        marks=_marks(doc.get("marks"), strange),
        arrived=_place(place, "arrived", strange),
        left=_place(place, "left", strange),
        detected=detected if detected in DETECTED else "doubt",
        answers=answers,
        described=_described(doc.get("photos"), strange),
        referred=tuple(dict.fromkeys(_referred(answers)))[:PHOTOS_MAX],
        signed=_mapping(doc, "statement", strange).get("signed") is True,
        strange=tuple(dict.fromkeys(strange)),
    )


def read_time(raw: object) -> datetime | None:
    """An instant with its zone, in UTC; None for anything else."""
    if not isinstance(raw, str) or len(raw) > 40:
        return None
    try:
        moment = datetime.fromisoformat(raw)
        return moment.astimezone(UTC) if moment.tzinfo and moment.year in YEARS else None
    except (ValueError, OverflowError):
        return None


def keepable(text: str) -> str:
    """Text that any database keeps."""
    return _UNKEEPABLE.sub(_REPLACEMENT, text)


def _keepable(text: str) -> str:
    """JSON text whose strings any database keeps."""
    if "\\u" in text:
        text = _ESCAPE.sub(lambda found: "\\ufffd" if found[1] else found[0], text)
    return keepable(text)


def _whole(digits: str) -> int | str:
    return int(digits) if len(digits) <= DIGITS_MAX else digits


def _fraction(digits: str) -> float | str:
    number = float(digits)
    return number if abs(number) != float("inf") else digits


def _cut_deep(doc: dict[str, Any]) -> None:
    """Without recursion, which is what depth attacks."""
    level: list[Any] = [doc]
    for _ in range(DEPTH_MAX - 1):
        level = [
            child for parent in level for _, child in _children(parent) if isinstance(child, dict | list)
        ]
    for parent in level:
        for key, child in list(_children(parent)):
            if isinstance(child, dict | list):
                parent[key] = None


def _children(parent: Any) -> Iterator[tuple[Any, Any]]:
    return iter(parent.items() if isinstance(parent, dict) else enumerate(parent))


def _mapping(doc: Mapping[str, Any], name: str, strange: list[str]) -> Mapping[str, Any]:
    """null and absence say nothing; anything else that is no object is strange."""
    found = doc.get(name)
    if found is not None and not isinstance(found, Mapping):
        strange.append(name)
    return found if isinstance(found, Mapping) else {}


def _time(doc: Mapping[str, Any], name: str, strange: list[str]) -> datetime | None:
    moment = read_time(doc.get(name))
    if moment is None:
        strange.append(name)
    return moment


def _marks(raw: Any, strange: list[str]) -> dict[str, datetime]:
    """The first of each kind counts; kinds that newer phones may know are left alone."""
    found: dict[str, datetime] = {}
    for mark in raw if isinstance(raw, list) else ():
        what = mark.get("what") if isinstance(mark, Mapping) else None
        at = read_time(mark.get("at")) if isinstance(mark, Mapping) else None
        if what in MARKS and at is not None:
            found.setdefault(what, at)
        elif what in MARKS or what is None:
            strange.append("marks")
    if raw is not None and not isinstance(raw, list):
        strange.append("marks")
    return found


def _place(places: Mapping[str, Any], name: str, strange: list[str]) -> Place | None:
    raw = places.get(name)
    if raw is None:
        return None
    lat, lon, accuracy = (_number(raw, key) for key in ("lat", "lon", "accuracy_m"))
    if lat is None or lon is None or abs(lat) > 90 or abs(lon) > 180:
        strange.append(f"place.{name}")
        return None
    return Place(Point(lat, lon), max(0.0, accuracy or 0.0), raw.get("mock") is True)


def _number(raw: Any, key: str) -> float | None:
    found = raw.get(key) if isinstance(raw, Mapping) else None
    return float(found) if isinstance(found, int | float) and not isinstance(found, bool) else None


def _described(raw: Any, strange: list[str]) -> tuple[UUID, ...]:
    listed = raw if isinstance(raw, list) else []
    ids = [read_uuid(one.get("id")) if isinstance(one, Mapping) else None for one in listed]
    known = dict.fromkeys(one for one in ids if one is not None)
    if (raw is not None and not isinstance(raw, list)) or None in ids or len(known) > PHOTOS_MAX:
        strange.append("photos")
    return tuple(known)[:PHOTOS_MAX]


def _referred(answers: Mapping[str, Any]) -> Iterator[UUID]:
    for answer in answers.values():
        photos = answer.get("photos") if isinstance(answer, Mapping) else None
        for one in photos if isinstance(photos, list) else ():
            if (photo := read_uuid(one)) is not None:
                yield photo
