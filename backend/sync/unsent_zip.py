"""Reading an export of unsent work without trusting a byte of it (docs/protocol.md, Unsent work).

Nothing is unpacked to a disk, and no name inside the file is ever a path: `unsent.json` and `photos/<id>` are looked up
by name, each read up to a limit that is known before.
"""

import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import IO, Any
from uuid import UUID
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from backend.core.digests import sha256_bytes
from backend.core.errors import Problem
from backend.evidence.rules import Announced, mib, read_uuid
from backend.rest.parsers import read_json
from backend.sync.errors import NotUnsentWork

FORMAT = 1
ZIP_BYTES_MAX = mib(512)
LIST_BYTES_MAX = mib(32)
ENTRIES_MAX = 2000
ITEMS_MAX = 2000
DIRECTORY_BYTES_MAX = mib(1)
END_BYTES, LOCATOR_BYTES = 22, 20
END_MARK, LOCATOR_MARK = b"PK\x05\x06", b"PK\x06\x07"
LIST = "unsent.json"


@dataclass(frozen=True)
class UnsentWork:
    """What an export says of itself. Items and photos are still as they came."""

    device: UUID
    user: UUID
    items: tuple[Any, ...]
    photos: tuple[Any, ...]


class UnsentZip:
    """An open export. Raises NotUnsentWork for what is none, with `detail`."""

    def __init__(self, file: IO[bytes]) -> None:
        _check_end(file)
        try:
            self._zip = ZipFile(file)
            self._entries = {entry.filename: entry for entry in self._zip.infolist()}
        except (BadZipFile, ValueError, NotImplementedError, OverflowError) as error:
            raise NotUnsentWork(detail="not a zip file") from error
        if len(self._entries) > ENTRIES_MAX:
            raise NotUnsentWork(detail=f"more than {ENTRIES_MAX} files inside")

    def read(self) -> UnsentWork:
        """What it holds."""
        try:
            said = read_json(self._content(LIST, LIST_BYTES_MAX))
        except Problem as problem:
            raise NotUnsentWork(detail=f"{LIST} cannot be read") from problem
        if not isinstance(said, Mapping) or said.get("format") != FORMAT or isinstance(said["format"], bool):
            raise NotUnsentWork(detail=f"{LIST} is not of format {FORMAT}")
        device, user = read_uuid(said.get("device")), read_uuid(said.get("user"))
        if device is None or user is None:
            raise NotUnsentWork(detail=f"{LIST} names no device or no user")
        return UnsentWork(device, user, _listed(said, "items"), _listed(said, "photos"))

    def photo(self, announced: Announced) -> bytes | None:
        """The bytes of a photo, if they are here and are what was announced."""
        try:
            content = self._content(f"photos/{announced.id}", announced.size)
        except NotUnsentWork:
            return None
        return content if sha256_bytes(content) == announced.sha256 else None

    def _content(self, name: str, limit: int) -> bytes:
        entry = self._entries.get(name)
        if entry is None or entry.flag_bits & 1 or entry.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
            raise NotUnsentWork(detail=f"{name} is not inside, or not readable")
        try:
            return b"".join(_pieces(self._zip, entry, limit))
        except (BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError) as error:
            raise NotUnsentWork(detail=f"{name} is damaged") from error


def _pieces(zip_file: ZipFile, entry: ZipInfo, limit: int) -> Iterator[bytes]:
    """At most `limit` bytes, whatever the entry says of its size: what unpacks without end is not unpacked."""
    size = 0
    with zip_file.open(entry) as file:
        while piece := file.read(min(mib(1), limit - size + 1)):
            size += len(piece)
            if size > limit:
                raise NotUnsentWork(detail=f"{entry.filename} is longer than it may be")
            yield piece


def _check_end(file: IO[bytes]) -> None:
    """The directory at the end must be small before anybody reads it: it would be held in memory whole. Our exports
    have no comment and no second, larger directory."""
    size = file.seek(0, 2)
    file.seek(max(0, size - END_BYTES - LOCATOR_BYTES))
    tail = file.read(END_BYTES + LOCATOR_BYTES)
    end = tail[-END_BYTES:]
    plain = len(end) == END_BYTES and end.startswith(END_MARK) and end.endswith(b"\x00\x00")
    if not plain or tail[:-END_BYTES].startswith(LOCATOR_MARK):
        raise NotUnsentWork(detail="not a zip file")
    if int.from_bytes(end[12:16], "little") > DIRECTORY_BYTES_MAX:
        raise NotUnsentWork(detail="too many files inside")
    file.seek(0)


def _listed(said: Mapping[str, Any], name: str) -> tuple[Any, ...]:
    found = said.get(name)
    if not isinstance(found, list) or len(found) > ITEMS_MAX:
        raise NotUnsentWork(detail=f"{name} is no list, or too long")
    return tuple(found)
