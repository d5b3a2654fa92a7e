"""A visit as the server tells it (VISIT in docs/protocol.md)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fieldsync.wire.names import JSON, WHOLE_MAX


@dataclass(frozen=True)
class Visit:
    """An order as the server last told it. `raw` is the whole VISIT of the protocol; the rest is read from it with
    gentle defaults, so that a visit of a later form can still be listed. Moments are texts with an offset."""

    id: str
    state: str
    attempt: int
    checklist: str
    variant: str
    scenario: str
    raw: JSON = field(hash=False)
    removed: str | None = None

    @property
    def unit(self) -> JSON:
        return _part(self.raw, "unit")

    @property
    def returned(self) -> JSON | None:
        """What the coordinator wrote back: {attempt, note, points, decided_at}; None unless returned."""
        return _part(self.raw, "returned") or None

    @property
    def previous(self) -> tuple[str, str] | None:
        """Id and digest of the submission before this attempt."""
        before = _part(self.raw, "previous")
        found = before.get("id"), before.get("digest")
        return (found[0], found[1]) if isinstance(found[0], str) and isinstance(found[1], str) else None

    def facts(self) -> dict[str, Any]:
        """The facts that conditions and scores look at (checklists, EXPR)."""
        standard = _part(self.raw, "standard")
        return {
            "scenario": self.scenario,
            "variant": self.variant,
            "product_group": _part(self.raw, "product").get("group"),
            "waiting_minutes": standard.get("wait_minutes"),
            "official_fee": standard.get("fee_rupiah"),
        }


def read_visit(id: str, raw: JSON, removed: str | None = None) -> Visit:
    """A VISIT as values. Never raises: what is missing or of a wrong type becomes "" or 1."""

    def text(name: str) -> str:
        value = raw.get(name)
        return value if isinstance(value, str) else ""

    attempt = raw.get("attempt")
    attempt = attempt if type(attempt) is int and 1 <= attempt <= WHOLE_MAX else 1
    words = {name: text(name) for name in ("state", "checklist", "variant", "scenario")}
    return Visit(id=id, attempt=attempt, raw=raw, removed=removed, **words)


def _part(raw: JSON, name: str) -> JSON:
    part = raw.get(name)
    return part if isinstance(part, Mapping) else {}
