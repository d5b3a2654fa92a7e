"""A ZIP of an instrument's files, unpacked in memory within the same bounds as the files themselves."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterable

from backend.checklists.errors import NotAnArchive, SameNameTwice
from backend.checklists.outline import BYTES_MAX, FILES_MAX

ZIP_MAGIC = b"PK\x03\x04"
MEMBERS_MAX = 200
ENDINGS = (".toml", ".json")


def unpacked(files: Iterable[tuple[str, bytes]]) -> dict[str, bytes]:
    """The files by name; a ZIP among them is replaced by the .toml and .json files in it, without their folders.

    Raises NotAnArchive, SameNameTwice.
    """
    found: dict[str, bytes] = {}
    for name, content in files:
        for inner, inside in _inside(content) if content.startswith(ZIP_MAGIC) else [(name, content)]:
            if inner in found:
                raise SameNameTwice(name=inner[:80])
            found[inner] = inside
    return found


def _inside(content: bytes) -> list[tuple[str, bytes]]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            if len(members) > MEMBERS_MAX:
                raise NotAnArchive(members=len(members))
            wanted = [(member, name) for member in members if (name := _name_of(member)).endswith(ENDINGS)]
            if not wanted or len(wanted) > FILES_MAX:
                raise NotAnArchive(files=len(wanted))
            return _read(archive, wanted)
    except (zipfile.BadZipFile, zlib.error, ValueError, NotImplementedError, RuntimeError, EOFError, OSError):
        raise NotAnArchive() from None  # broken, enciphered, or packed in a way we do not know


def _read(archive: zipfile.ZipFile, wanted: list[tuple[zipfile.ZipInfo, str]]) -> list[tuple[str, bytes]]:
    """What a member says of its size may be a lie, so no more is taken out than is left of the bound."""
    found, left = [], BYTES_MAX
    for member, name in wanted:
        with archive.open(member) as packed:
            content = packed.read(left + 1)
        left -= len(content)
        if left < 0:
            raise NotAnArchive(limit=BYTES_MAX)
        found.append((name, content))
    return found


def _name_of(member: zipfile.ZipInfo) -> str:
    """Its name without folders; "" for what no author wrote."""
    *folders, name = member.filename.replace("\\", "/").split("/")
    return "" if "__MACOSX" in folders or name.startswith(".") else name
