"""Free parts of what a phone wrote, made safe to show: of the expected kind, of bounded length, or left out. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from backend.evidence.rules import read_uuid
from backend.visits.testimony import MARKS, PHOTOS_MAX, read_time

TEXT_LENGTH_MAX = 20_000
WORD_LENGTH_MAX = 300
JOTTINGS_MAX = 100
CONTEXT_MAX = 40


@dataclass(frozen=True)
class Jotting:
    """A short note on the way."""

    at: datetime | None
    text: str
    rupiah: int | None


@dataclass(frozen=True)
class Written:
    """What a document says beside its answers and places. Times are the phone's.

    noted      when each mark was noted, by its name
    taken      when each listed photo was taken, by its id
    context    as written, under the names the phone gave
    """

    narrative: str = ""
    context: Mapping[str, Any] = field(default_factory=dict)
    jottings: tuple[Jotting, ...] = ()
    noted: Mapping[str, datetime] = field(default_factory=dict)
    taken: Mapping[UUID, datetime] = field(default_factory=dict)
    signed_at: datetime | None = None


def written(doc: Mapping[str, Any]) -> Written:
    """Whatever was written, something that can be shown comes out."""
    statement = doc.get("statement")
    context = doc.get("context")
    pairs = list(context.items())[:CONTEXT_MAX] if isinstance(context, Mapping) else []
    return Written(
        narrative=plain(doc.get("narrative"), TEXT_LENGTH_MAX),
        context=dict(pairs),
        jottings=tuple(_jotting(raw) for raw in _mappings(doc.get("jottings"))[:JOTTINGS_MAX]),
        noted=_noted(doc.get("marks")),
        taken=_taken(doc.get("photos")),
        signed_at=read_time(statement.get("at")) if isinstance(statement, Mapping) else None,
    )


def plain(raw: Any, most: int = WORD_LENGTH_MAX) -> str:
    """A text as it is, anything else as JSON, cut where it grows too long; "" for nothing."""
    if raw is None:
        return ""
    text = raw if isinstance(raw, str) else json.dumps(raw, ensure_ascii=False)
    return text if len(text) <= most else f"{text[:most]}…"


def _jotting(raw: Mapping[str, Any]) -> Jotting:
    amount = raw.get("amount_rupiah")
    rupiah = amount if isinstance(amount, int) and not isinstance(amount, bool) else None
    return Jotting(read_time(raw.get("at")), plain(raw.get("text"), TEXT_LENGTH_MAX), rupiah)


def _noted(raw: Any) -> dict[str, datetime]:
    found: dict[str, datetime] = {}
    for mark in _mappings(raw):
        what, at = mark.get("what"), read_time(mark.get("recorded_at"))
        if what in MARKS and at is not None:
            found.setdefault(what, at)
    return found


def _taken(raw: Any) -> dict[UUID, datetime]:
    found: dict[UUID, datetime] = {}
    for photo in _mappings(raw)[:PHOTOS_MAX]:
        key, at = read_uuid(photo.get("id")), read_time(photo.get("taken_at"))
        if key is not None and at is not None:
            found.setdefault(key, at)
    return found


def _mappings(raw: Any) -> list[Mapping[str, Any]]:
    return [one for one in raw if isinstance(one, Mapping)] if isinstance(raw, list) else []
