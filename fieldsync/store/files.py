"""Photos as files: whole and on the disk before anybody hears of them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from fieldsync.errors import StoreBroken
from fieldsync.store.database import in_our_words
from fieldsync.wire import sha256_bytes

ORPHAN_SECONDS_MIN = 24 * 3600.0


class PhotoFiles:
    """A folder of photos, one file each, named by the photo's id. Raises StoreFull, StoreBroken."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def keep(self, contents: Mapping[str, bytes]) -> None:
        """Write photos by id: temporary file, fsync, rename; then the folder, once. On return they survive a crash."""
        if not contents:
            return
        with in_our_words():
            self.folder.mkdir(mode=0o700, exist_ok=True)
            for name, content in contents.items():
                self._write(name, content)
            sync_folder(self.folder)
        for name, content in contents.items():
            if self.read(name) != content:
                raise StoreBroken(why=f"{name} reads back differently")

    def read(self, name: str) -> bytes | None:
        """The bytes of a photo; None when the file is not there."""
        with in_our_words():
            try:
                return self._path(name).read_bytes()
            except FileNotFoundError:
                return None

    def holds(self, name: str, sha256: str) -> bool:
        """Whether the file is there with exactly these bytes."""
        content = self.read(name)
        return content is not None and sha256_bytes(content) == sha256

    def remove(self, names: list[str]) -> None:
        with in_our_words():
            for name in names:
                self._path(name).unlink(missing_ok=True)

    def orphans(self, known: set[str], now: float) -> list[str]:
        """Names of files that no row speaks of. Younger ones may be on their way into a row, in another process.

        now: seconds since 1970.
        """
        with in_our_words():
            if not self.folder.is_dir():
                return []
            found = [entry for entry in os.scandir(self.folder) if entry.name.split(".")[0] not in known]
            old = [entry for entry in found if abs(now - entry.stat().st_mtime) > ORPHAN_SECONDS_MIN]
        return [entry.name for entry in old]

    def remove_files(self, file_names: list[str]) -> None:
        with in_our_words():
            for name in file_names:
                (self.folder / name).unlink(missing_ok=True)

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}.jpg"

    def _write(self, name: str, content: bytes) -> None:
        path = self._path(name)
        temporary = path.with_suffix(f".{os.getpid()}.part")
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), 0o600)
        try:
            with open(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, path)
        except OSError:
            temporary.unlink(missing_ok=True)
            raise


def sync_folder(folder: Path) -> None:
    if os.name == "nt":  # has no such call; renames are ordered by its journal
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
