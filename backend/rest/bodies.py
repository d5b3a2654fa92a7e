"""Reading a request's body with a limit, whatever its length header says."""

import zlib
from collections.abc import Mapping
from typing import Any, Protocol

from backend.rest.errors import BodyCut, BodyTooLarge, UnknownEncoding

PIECE = 64 * 1024


class Readable(Protocol):
    def read(self, size: int = ..., /) -> bytes: ...


def read_body(stream: Readable, headers: Mapping[str, Any], *, limit: int) -> bytes:
    """The whole body, decompressed if it came as gzip, never more than `limit` bytes of it.

    Raises BodyTooLarge, BodyCut (fewer bytes than Content-Length promised, or a broken gzip), UnknownEncoding.
    """
    encoding = str(headers.get("HTTP_CONTENT_ENCODING", "")).strip().lower()
    if encoding not in ("", "identity", "gzip"):
        raise UnknownEncoding(encoding=encoding[:40])
    raw = _read_at_most(stream, limit)
    announced = str(headers.get("CONTENT_LENGTH") or "")
    if announced.isdecimal() and len(raw) != int(announced):
        raise BodyCut(announced=int(announced), received=len(raw))
    return _gunzip(raw, limit) if encoding == "gzip" else raw


def _read_at_most(stream: Readable, limit: int) -> bytes:
    pieces, size = [], 0
    while piece := stream.read(PIECE):
        size += len(piece)
        if size > limit:
            raise BodyTooLarge(limit=limit)
        pieces.append(piece)
    return b"".join(pieces)


def _gunzip(raw: bytes, limit: int) -> bytes:
    reader = zlib.decompressobj(wbits=31)
    try:
        content = reader.decompress(raw, limit + 1)
    except zlib.error:
        raise BodyCut(announced=len(raw), received=0) from None
    if len(content) > limit:
        raise BodyTooLarge(limit=limit)
    if not reader.eof:
        raise BodyCut(announced=len(raw), received=len(content))
    return content
