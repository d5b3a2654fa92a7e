"""States and limits of evidence."""

from enum import StrEnum


def kib(count: int) -> int:
    return count * 1024


def mib(count: int) -> int:
    return kib(count) * 1024


PHOTO_BYTES_MAX = mib(8)
PHOTO_PIXELS_MAX = 50_000_000
PIECE_BYTES_MAX = mib(1)
GENERATIONS_MAX = 3
UPLOAD_DAYS_MAX = 14
MEDIA_TYPES = frozenset({"image/jpeg", "image/png", "image/webp"})


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
    WRITING = "writing"
    STORED = "stored"
    CONDEMNED = "condemned"
