"""States, limits and names of evidence, and what an announcement must say."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum
from uuid import UUID


def kib(count: int) -> int:
    return count * 1024


def mib(count: int) -> int:
    return kib(count) * 1024


PHOTO_BYTES_MAX = mib(8)
PHOTO_PIXELS_MAX = 50_000_000
PIECE_BYTES_MAX = mib(1)
GENERATIONS_MAX = 3
PIECES_MAX = 1000  # of one upload: a photo in pieces of a few hundred bytes is a phone gone wrong
OPEN_UPLOADS_MAX = 200  # of one device
UNFINISHED_BYTES_MAX = mib(512)  # of one device
UPLOAD_DAYS_MAX = 14
PIECE_DAYS_MAX = 30
BAD_BYTES_DAYS_MAX = 90
DECODINGS_AT_ONCE_MAX = 2
SWEPT_AT_ONCE_MAX = 500
THUMBNAIL_SIDE = 320
MEDIA_TYPES = frozenset({"image/jpeg", "image/png", "image/webp"})

_SHA256 = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)
_SIZE_MAX = 2**53


class PhotoState(StrEnum):
    """WAIT is only told, never kept: this device has too much under way; ask again at a later sync."""

    NEED = "need"
    STORED = "stored"
    BAD = "bad"
    WAIT = "wait"


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
    QUOTA = "quota"
    NOT_YOURS = "not-yours"
    ANNOUNCED_DIFFERENTLY = "announced-differently"
    TYPE = "type-not-allowed"
    TOO_LARGE = "too-large"
    WRONG_HASH = "wrong-hash"
    NOT_AN_IMAGE = "not-an-image"
    INCOMPLETE = "incomplete-image"
    TOO_MANY_PIXELS = "too-many-pixels"


class Trouble(Enum):
    """What is wrong with a store, in words for whoever set it up: a code, English, Indonesian."""

    CANNOT_CONNECT = (
        "cannot-connect",
        "The store does not answer: check S3_ENDPOINT, and whether it can be reached from this machine.",
        "Penyimpanan tidak menjawab: periksa S3_ENDPOINT, dan apakah dapat dijangkau dari mesin ini.",
    )
    WRONG_KEY = (
        "wrong-key",
        "The store does not accept the key: check S3_ACCESS_KEY, S3_SECRET_KEY, S3_REGION and this machine's clock.",
        "Penyimpanan menolak kunci: periksa S3_ACCESS_KEY, S3_SECRET_KEY, S3_REGION, dan jam mesin ini.",
    )
    NO_SUCH_BUCKET = (
        "no-such-bucket",
        "The store has no such bucket: create it, or check S3_BUCKET.",
        "Bucket ini tidak ada: buatlah, atau periksa S3_BUCKET.",
    )
    NOT_WRITABLE = (
        "not-writable",
        "The store cannot be written to: check the rights of the key, or of the folder MEDIA_ROOT.",
        "Penyimpanan tidak dapat ditulisi: periksa hak kunci, atau hak folder MEDIA_ROOT.",
    )
    FULL = ("full", "The store is full.", "Penyimpanan penuh.")
    NOT_READABLE = (
        "not-readable",
        "What was written cannot be read: check the rights of the key, or of the folder MEDIA_ROOT.",
        "Yang ditulis tidak dapat dibaca: periksa hak kunci, atau hak folder MEDIA_ROOT.",
    )
    OTHER_BYTES = (
        "other-bytes",
        "The store answers with other bytes than were written: it, or something before it, is broken.",
        "Penyimpanan memberi byte lain dari yang ditulis: ia, atau sesuatu di depannya, rusak.",
    )
    WRITTEN_OVER = (
        "written-over",
        "The store lets a name be written twice: it does not know `If-None-Match`, which keeps evidence unchanged.",
        "Satu nama dapat ditulis dua kali: penyimpanan tidak mengenal `If-None-Match`, penjaga keutuhan bukti.",
    )
    CANNOT_DELETE = (
        "cannot-delete",
        "What was written cannot be deleted: check the rights of the key, or of the folder MEDIA_ROOT.",
        "Yang ditulis tidak dapat dihapus: periksa hak kunci, atau hak folder MEDIA_ROOT.",
    )

    def __init__(self, code: str, words: str, words_id: str) -> None:
        self.code, self.words, self.words_id = code, words, words_id


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
    """Where a photo stands, as its phone is told: what to send, from which offset, or that nothing is wanted now.

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
    """What a picture says of itself."""

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


def piece_key(photo: UUID, generation: int, offset: int, name: str) -> str:
    """A piece on its way: `pieces/3f/<photo>.<generation>.<offset>-<random>`, written by one request only."""
    return f"pieces/{photo.hex[-2:]}/{photo}.{generation}.{offset}-{name}"


def photo_key(photo: UUID, generation: int) -> str:
    """Where verified bytes are kept. Only bytes with the announced hash are ever written there, so two
    writers write the same; a generation given up never comes back, so a cleaner cannot meet a writer."""
    return f"photos/{photo.hex[-2:]}/{photo}.{generation}"


def thumbnail_key(photo: UUID, sha256: str) -> str:
    """Another encoder makes other bytes, and they need another name."""
    return f"thumbnails/{photo.hex[-2:]}/{photo}.{sha256[:12]}.jpg"
