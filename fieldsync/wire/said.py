"""What we say: requests, built here and nowhere else."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fieldsync.wire.names import CLIENT, JSON, PROTOCOL, sha256_text, utc_text


@dataclass(frozen=True)
class Submission:
    """A finished visit as it was told once and for ever; `doc` is the exact text, `digest` its name."""

    id: str
    visit: str
    attempt: int
    checklist: str
    digest: str
    doc: str
    damaged: bool = False

    def item(self) -> dict[str, Any]:
        """As an item of a request; `damaged` says that our own copy no longer matches its digest."""
        said: dict[str, Any] = {
            "kind": "submission",
            "id": self.id,
            "visit": self.visit,
            "attempt": self.attempt,
        }
        said |= {"checklist": self.checklist, "digest": self.digest, "doc": self.doc}
        return said | {"damaged": True} if self.damaged else said


@dataclass(frozen=True)
class DraftText:
    """One revision of this device's draft of a visit; `doc` None says it was discarded."""

    visit: str
    rev: int
    doc: str | None

    def item(self) -> dict[str, Any]:
        digest = None if self.doc is None else sha256_text(self.doc)
        return {"kind": "draft", "visit": self.visit, "rev": self.rev, "digest": digest, "doc": self.doc}


@dataclass(frozen=True)
class PhotoOffer:
    """A photo we have: `sha256` and `size` (bytes) of exactly the bytes that would be sent."""

    id: str
    visit: str
    sha256: str
    size: int
    type: str

    def item(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "visit": self.visit,
            "sha256": self.sha256,
            "size": self.size,
            "type": self.type,
        }


@dataclass(frozen=True)
class Pending:
    """What still waits here, told so that a lost phone is not a silent one. `oldest` in UTC."""

    drafts: int = 0
    submissions: int = 0
    photos: int = 0
    photo_bytes: int = 0
    oldest: str | None = None

    def item(self) -> dict[str, Any]:
        """As it is told: only what there is. {} says that nothing waits."""
        counts = {"drafts": self.drafts, "submissions": self.submissions, "photos": self.photos}
        said: dict[str, Any] = {name: count for name, count in counts.items() if count}
        return said | ({"oldest": self.oldest} if said and self.oldest else {})


@dataclass(frozen=True)
class Outgoing:
    """What one request carries besides the question for changes."""

    submissions: tuple[Submission, ...] = ()
    drafts: tuple[DraftText, ...] = ()
    photos: tuple[PhotoOffer, ...] = ()
    kept: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Ids of the things sent: submissions and photos by their own, drafts by their visit's."""
        photos = tuple(photo.id for photo in self.photos)
        return (*(told.id for told in self.submissions), *(draft.visit for draft in self.drafts), *photos)


def request(
    outgoing: Outgoing, *, device: str, cursor: str | None, pending: Pending | None, sent_at: datetime
) -> dict[str, Any]:
    """The body of POST /sync (protocol 6.5): what there is to say and nothing else, since most requests have no news.

    pending: what waits here besides what this request carries; None when the server knows. `sent_at` goes with
    documents only: it is kept beside them.
    """
    items = [*(told.item() for told in outgoing.submissions), *(draft.item() for draft in outgoing.drafts)]
    said: dict[str, Any] = {"protocol": PROTOCOL, "device": device, "client": CLIENT}
    if items:
        said["sent_at"] = utc_text(sent_at)
    if cursor is not None:
        said["cursor"] = cursor
    if pending is not None:
        said["pending"] = pending.item()
    lists = {
        "photos": [photo.item() for photo in outgoing.photos],
        "items": items,
        "kept": list(outgoing.kept),
    }
    return said | {name: things for name, things in lists.items() if things}


def body(said: JSON) -> bytes:
    """A request as bytes: JSON in UTF-8, not escaped to ASCII."""
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
