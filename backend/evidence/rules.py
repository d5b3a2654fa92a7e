"""States, limits and names of evidence, and what an announcement must say."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


def kib(count: int) -> int:
    return count * 1024


def mib(count: int) -> int:
    return kib(count) * 1024


PHOTO_BYTES_MAX = mib(8)
PHOTO_PIXELS_MAX = 50_000_000
PIECE_BYTES_MAX = mib(1)
GENERATIONS_MAX = 3
UPLOAD_DAYS_MAX = 14
BAD_BYTES_DAYS_MAX = 90
DECODINGS_AT_ONCE_MAX = 2
SWEPT_AT_ONCE_MAX = 500
THUMBNAIL_SIDE = 320
MEDIA_TYPES = frozenset({"image/jpeg", "image/png", "image/webp"})

_SHA256 = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)
_SIZE_MAX = 2**53


class PhotoState(StrEnum):
    NEED = "need"
    STORED = "stored"
    BAD = "bad"


class UploadState(StrEnum):
    RECEIVING = "receiving"
    DONE = "done"
    FAILED = "failed"
    EXPIRED = "expired"


class BlobState(StrEnum):
    """CONDEMNED bytes belong to a bad photo: kept for a while for whoever asks why, never given out."""

    STORED = "stored"
    CONDEMNED = "condemned"


class Reason(StrEnum):
    """Why a photo is bad, or why an announcement counts for nothing."""

    MALFORMED = "malformed"
    NOT_YOURS = "not-yours"
    ANNOUNCED_DIFFERENTLY = "announced-differently"
    TYPE = "type-not-allowed"
    TOO_LARGE = "too-large"
    WRONG_HASH = "wrong-hash"
    NOT_AN_IMAGE = "not-an-image"
    INCOMPLETE = "incomplete-image"
    TOO_MANY_PIXELS = "too-many-pixels"


@dataclass(frozen=True, slots=True)
class Announced:
    """What a phone says of a photo before its bytes. `sha256` is 43 letters of base64url, `size` in bytes."""

    id: UUID
    visit: UUID
    sha256: str
    size: int
    media_type: str

    @classmethod
    def read(cls, raw: object) -> "Announced | None":
        """None when it cannot be understood; whether it may be sent is said by `refusal`."""
        if not isinstance(raw, Mapping):
            return None
        photo, visit = read_uuid(raw.get("id")), read_uuid(raw.get("visit"))
        sha256, size, media_type = raw.get("sha256"), raw.get("size"), raw.get("type")
        if photo is None or visit is None or not isinstance(sha256, str) or not _SHA256.fullmatch(sha256):
            return None
        if not isinstance(size, int) or isinstance(size, bool) or not 0 < size <= _SIZE_MAX:
            return None
        known = isinstance(media_type, str) and media_type in MEDIA_TYPES
        return cls(photo, visit, sha256, size, str(media_type) if known else "")

    @property
    def refusal(self) -> Reason | None:
        if not self.media_type:
            return Reason.TYPE
        return Reason.TOO_LARGE if self.size > PHOTO_BYTES_MAX else None


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a photo stands, as its phone is told: what to send, from which offset, or that nothing is wanted.

    `complete`: all bytes are here, and only the commit is missing. `fresh`: this very announcement settled it,
    as bytes kept already, or as what can never be kept.
    """

    id: UUID
    state: PhotoState
    reason: str = ""
    generation: int = 0
    offset: int = 0
    complete: bool = False
    fresh: bool = False


@dataclass(frozen=True, slots=True)
class Picture:
    """What a decoder saw."""

    media_type: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Finding:
    """What the examination of an upload's bytes found: a picture, or why there is none."""

    picture: Picture | None = None
    reason: Reason | None = None


def read_uuid(raw: object) -> UUID | None:
    """A UUID in its usual 36 characters, or None."""
    if not isinstance(raw, str) or len(raw) != 36:
        return None
    try:
        return UUID(raw)
    except ValueError:
        return None


def piece_folder(photo: UUID, generation: int) -> str:
    """Where an upload's pieces lie, and nothing else: `pieces/3f/<photo>.<generation>`."""
    return f"pieces/{photo.hex[-2:]}/{photo}.{generation}"


def photo_key(photo: UUID, generation: int) -> str:
    """Where verified bytes are kept. Only bytes with the announced hash are ever written there, so two
    writers write the same; a generation given up never comes back, so a cleaner cannot meet a writer."""
    return f"photos/{photo.hex[-2:]}/{photo}.{generation}"


def thumbnail_key(photo: UUID) -> str:
    return f"thumbnails/{photo.hex[-2:]}/{photo}.jpg"
