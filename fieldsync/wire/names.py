"""Names, digests, limits and times, as they stand on the wire."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import uuid_utils

from fieldsync.errors import TextTooLong, ValueWrong

PROTOCOL = 1
VERSION = "0.1.0"
CLIENT = f"fieldsync/{VERSION}"
SPOKEN_HEADER = "Sync-Protocol"
API = "/api/v1"

ITEMS_PER_REQUEST = 50
PHOTOS_PER_REQUEST = 200
KEPT_PER_REQUEST = 20
BODY_BYTES_MAX = 1024 * 1024  # unpacked, the whole request
DOC_BYTES_MAX = 800 * 1024  # one document, as it stands escaped inside the request
WHOLE_MAX = 2**63 - 1

JSON = Mapping[str, Any]


def uuid7() -> str:
    """A new UUIDv7 in its usual text form. Never sort or decide by the time inside."""
    return str(UUID(bytes=uuid_utils.uuid7().bytes))


def sha256_bytes(content: bytes) -> str:
    """Name of a photo's bytes: 43 characters of unpadded base64url."""
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode("ascii")


def sha256_text(text: str) -> str:
    """Name of an exact text: "sha256:" and 43 characters."""
    return "sha256:" + sha256_bytes(text.encode("utf-8", "surrogatepass"))


def utc_text(moment: datetime) -> str:
    """An aware moment in UTC to the millisecond: 2026-03-04T02:20:11.412Z."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def read_moment(text: str) -> datetime:
    """A moment as the wire writes it. Raises ValueError for anything else, and for one without an offset."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(text)
    return moment


def local_text(moment: datetime) -> str:
    """An aware moment with its own offset to the second: 2026-03-04T10:20:11+08:00."""
    return moment.isoformat(timespec="seconds")


def document(fields: JSON) -> str:
    """The exact text of a draft or submission. Made once; from then on the text is kept, never made again.

    Raises ValueWrong for what JSON cannot say (NaN, bytes, …) and TextTooLong above DOC_BYTES_MAX.
    """
    try:
        text = json.dumps(fields, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        why = str(error)[:120]
        raise ValueWrong(value="?", item="?", expected=why, expected_id=why) from error
    # A terminal may hand us half a character; the text must be UTF-8 for ever.
    text = text.encode("utf-8", "replace").decode("utf-8")
    if size_on_wire(text) > DOC_BYTES_MAX:
        raise TextTooLong()
    return text


def size_on_wire(doc: str | None) -> int:
    """Bytes of a document as a JSON string inside a request."""
    return len(json.dumps(doc, ensure_ascii=False).encode("utf-8"))


def epoch_of(cursor: str | None) -> str | None:
    """The server's epoch inside a cursor; the rest of a cursor is the server's own affair."""
    return cursor.rpartition(".")[0] if cursor else None
