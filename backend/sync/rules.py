"""Reading what phones send, without trusting a byte of it, and the words of the answers. Pure."""

import base64
import binascii
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid5

from backend.core.digests import sha256_text
from backend.evidence.errors import ChecksumMismatch
from backend.evidence.rules import read_uuid
from backend.feed.rules import Cursor
from backend.people.errors import NotYourDevice
from backend.rest.errors import Malformed
from backend.sync.errors import HeaderWrong, ProtocolUnknown, TooManyThings
from backend.visits.rules import Telling, Why
from backend.visits.testimony import keepable, read_time

PROTOCOL = 1
OLDEST_CLIENT = "0.1.0"
ITEMS_MAX = 50
PHOTOS_MAX = 200
KEPT_MAX = 200
CHANGES_USUAL = 100
ECHO_LENGTH_MAX = 200
ATTEMPT_MAX = 32_767
REV_MAX = 2**63 - 1
DIGITS_MAX = 18
SEEN_EVERY = timedelta(minutes=1)
PENDING_COUNTS = ("drafts", "submissions", "photos")
NOWHERE = UUID(int=0)
CHECKSUMS = ("sha256", "sha1")


@dataclass(frozen=True)
class Asked:
    """A request as far as its frame goes; items and photos are still as they came."""

    client: str
    cursor: Cursor | None
    echo: str | None
    limit: int
    sent_at: datetime | None
    pending: Mapping[str, Any] | None
    photos: tuple[Any, ...]
    items: tuple[Any, ...]
    kept: tuple[UUID, ...]


@dataclass(frozen=True)
class DraftText:
    """A draft as it came; no text discards it."""

    visit: UUID
    rev: int
    digest: str
    text: str | None


@dataclass(frozen=True)
class Unusable:
    """A draft nobody could keep: it stays on the phone, where its owner is."""


def read_request(raw: object, *, device: UUID) -> Asked:
    """Raises Malformed, ProtocolUnknown, NotYourDevice, TooManyThings; all else is read as far as it goes."""
    if not isinstance(raw, Mapping):
        raise Malformed(detail="not an object")
    if "protocol" not in raw:
        raise Malformed(detail="protocol")
    if raw["protocol"] != PROTOCOL or isinstance(raw["protocol"], bool):
        raise ProtocolUnknown(spoken=PROTOCOL)
    named = read_uuid(raw.get("device"))
    if named is None:
        raise Malformed(detail="device")
    if named != device:
        raise NotYourDevice(device=named)
    cursor, pending = raw.get("cursor"), raw.get("pending")
    return Asked(
        client=echo(raw.get("client")),
        cursor=Cursor.read(cursor),
        echo=echo(cursor) if cursor is not None else None,
        limit=read_limit(raw.get("limit")),
        sent_at=read_time(raw.get("sent_at")),
        pending=_pending(pending) if isinstance(pending, Mapping) else None,
        photos=_listed(raw, "photos", PHOTOS_MAX),
        items=_listed(raw, "items", ITEMS_MAX),
        kept=tuple(_uuids(_listed(raw, "kept", KEPT_MAX))),
    )


def read_item(raw: object) -> Telling | DraftText | Unusable:
    """An item, or what is left of one. Nothing is refused."""
    if not isinstance(raw, Mapping):
        return _strange(raw, {}, Why.UNPARSABLE)
    if raw.get("kind") == "submission":
        return _submission(raw) or _strange(raw, raw, Why.UNPARSABLE)
    if raw.get("kind") == "draft":
        return _draft(raw) or Unusable()
    return _strange(raw, raw, Why.UNKNOWN_KIND)


def is_outdated(client: str) -> bool:
    """Whether a client ("fieldsync/0.0.9") is older than the oldest that can read our changes. One that does not
    say its age in numbers is not."""
    name, _, version = client.partition("/")
    numbers = version.split(".")
    if not name or not all(part.isascii() and part.isdecimal() and len(part) < 9 for part in numbers):
        return False
    return tuple(map(int, numbers)) < tuple(map(int, OLDEST_CLIENT.split(".")))


def read_limit(raw: object) -> int:
    """A number of changes; the usual one for anything else. The feed bounds it."""
    text = str(raw) if isinstance(raw, int | str) and not isinstance(raw, bool) else ""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else CHANGES_USUAL


def echo(raw: object) -> str:
    """What the phone called a thing, so that it can match the answer; "" for what is no text."""
    return keepable(raw)[:ECHO_LENGTH_MAX] if isinstance(raw, str) else ""


def read_whole(header: str, raw: str) -> int:
    """A header's number of bytes. Raises HeaderWrong."""
    if not (raw.isascii() and raw.isdecimal() and len(raw) <= DIGITS_MAX):
        raise HeaderWrong(header=header)
    return int(raw)


def read_metadata(raw: str) -> dict[str, str]:
    """tus' Upload-Metadata: `key base64,key base64`. Raises HeaderWrong."""
    found = {}
    for pair in filter(None, (part.strip() for part in raw.split(","))):
        key, _, value = pair.partition(" ")
        try:
            found[key] = base64.b64decode(value, validate=True).decode("utf-8")
        except (binascii.Error, ValueError):
            raise HeaderWrong(header="Upload-Metadata") from None
    return found


def check_checksum(raw: str, content: bytes) -> None:
    """tus' Upload-Checksum: `sha256 <base64>`. Raises HeaderWrong for one we cannot read, ChecksumMismatch."""
    name, _, value = raw.partition(" ")
    try:
        expected = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        raise HeaderWrong(header="Upload-Checksum") from None
    if name not in CHECKSUMS:
        raise HeaderWrong(header="Upload-Checksum", known=CHECKSUMS)
    if hashlib.new(name, content, usedforsecurity=False).digest() != expected:
        raise ChecksumMismatch()


def _submission(raw: Mapping[str, Any]) -> Telling | None:
    name, visit, attempt = read_uuid(raw.get("id")), read_uuid(raw.get("visit")), raw.get("attempt")
    texts = [raw.get(name) for name in ("checklist", "digest", "doc")]
    if name is None or visit is None or not _is_whole(attempt, ATTEMPT_MAX):
        return None
    if not all(isinstance(text, str) for text in texts):
        return None
    checklist, digest, doc = map(str, texts)
    return Telling(name, visit, int(attempt or 0), checklist, digest, doc, damaged=raw.get("damaged") is True)


def _draft(raw: Mapping[str, Any]) -> DraftText | None:
    visit, rev, digest, doc = read_uuid(raw.get("visit")), raw.get("rev"), raw.get("digest"), raw.get("doc")
    if visit is None or not _is_whole(rev, REV_MAX) or not (doc is None or isinstance(doc, str)):
        return None
    return DraftText(visit, int(rev or 0), digest if isinstance(digest, str) else "", doc)


def _strange(raw: object, members: Mapping[str, Any], why: Why) -> Telling:
    """Kept as the JSON text it came as, under its own id, or one that follows from the text: so the same again
    is the same."""
    text = json.dumps(raw, ensure_ascii=False, sort_keys=True)
    digest = sha256_text(text)
    name = read_uuid(members.get("id")) or uuid5(NAMESPACE_OID, digest)
    visit = read_uuid(members.get("visit")) or NOWHERE
    return Telling(name, visit, 0, "", digest, text, why=why)


def _is_whole(raw: object, limit: int) -> bool:
    return isinstance(raw, int) and not isinstance(raw, bool) and 0 <= raw <= limit


def _listed(raw: Mapping[str, Any], name: str, limit: int) -> tuple[Any, ...]:
    found = raw.get(name)
    if found is None:
        return ()
    if not isinstance(found, list):
        raise Malformed(detail=name)
    if len(found) > limit:
        raise TooManyThings(name=name, limit=limit)
    return tuple(found)


def _uuids(listed: tuple[Any, ...]) -> Iterator[UUID]:
    for one in listed:
        if (found := read_uuid(one)) is not None:
            yield found


def _pending(raw: Mapping[str, Any]) -> dict[str, Any]:
    """What a coordinator is shown if this phone never comes back: three numbers and a time."""
    counts = {name: raw[name] for name in PENDING_COUNTS if _is_whole(raw.get(name), 10**9)}
    oldest = read_time(raw.get("oldest"))
    return {**counts, "oldest": oldest.isoformat()} if oldest else counts
