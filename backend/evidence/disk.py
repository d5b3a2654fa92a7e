"""The durable disk: a folder whose files are whole and on the disk once they have a name."""

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from django.core.files.storage import FileSystemStorage

from backend.evidence.errors import NothingKept, StoreFull, StoreUnavailable
from backend.evidence.rules import SWEPT_AT_ONCE_MAX, Trouble

FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
REFUSED = {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR}
UNFINISHED = ".unfinished"
PIECES = "pieces"


class DurableDisk(FileSystemStorage):
    """Files are written beside, fsynced, renamed, and their folder fsynced. A name is never written again."""

    def keep(self, key: str, content: bytes) -> None:
        with _told_as_problems():
            final = Path(self.path(key))
            if (
                not final.exists()
            ):  # two writers at once rename the same bytes over each other, which is harmless
                unfinished = self._written(f"{final.name}.{secrets.token_hex(6)}", content)
                try:
                    _rename(unfinished, final)
                except BaseException:
                    unfinished.unlink(missing_ok=True)
                    raise
            sync_folder(final.parent)

    def read(self, key: str) -> bytes:
        with self.open_kept(key) as file, _told_as_problems():
            return file.read()

    def open_kept(self, key: str) -> BinaryIO:
        with _told_as_problems():
            return open(self.path(key), "rb")

    def remove(self, key: str) -> None:
        with _told_as_problems():
            Path(self.path(key)).unlink(missing_ok=True)

    def address(self, key: str, *, media_type: str, name: str) -> str | None:
        return None

    def remove_forgotten(self, *, unfinished_before: datetime, pieces_before: datetime) -> None:
        root = Path(self.location)
        with _told_as_problems():
            _remove_old(root.glob(f"{UNFINISHED}/*"), before=unfinished_before)
            _remove_old(root.glob(f"{PIECES}/*/*"), before=pieces_before)

    def prepare(self) -> None:
        """There is nothing to make."""

    def trouble(self, cause: BaseException | None) -> Trouble | None:
        refused = isinstance(cause, OSError) and cause.errno in REFUSED
        return Trouble.NOT_WRITABLE if refused else None

    def _written(self, name: str, content: bytes) -> Path:
        """A file of these bytes, on the disk, beside those that have their names. It leaves nothing when it fails."""
        path = Path(self.location, UNFINISHED, name)
        try:
            handle = _created(path)
        except FileNotFoundError:
            _make_folder(path.parent)
            handle = _created(path)
        try:
            with open(handle, "wb", buffering=0) as file:
                rest = memoryview(content)
                while rest:
                    rest = rest[file.write(rest) :]
                os.fsync(handle)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        return path


def _created(path: Path) -> int:
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)


def _rename(unfinished: Path, final: Path) -> None:
    try:
        os.replace(unfinished, final)
    except FileNotFoundError:
        _make_folder(final.parent)
        os.replace(unfinished, final)


def _make_folder(folder: Path) -> None:
    """A new folder is a new entry of the one above, which has to reach the disk too."""
    missing = []
    while not folder.is_dir():
        missing.append(folder)
        folder = folder.parent
    for new in reversed(missing):
        new.mkdir(mode=0o700, exist_ok=True)
        sync_folder(new.parent)


def sync_folder(folder: Path) -> None:
    """Entries of a folder, on the disk when it returns."""
    if os.name == "nt":  # cannot open a folder there; NTFS journals its entries
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _remove_old(files: Iterator[Path], *, before: datetime) -> None:
    def old(path: Path) -> bool:
        with suppress(FileNotFoundError):  # its writer has finished just now
            return path.stat().st_mtime < before.timestamp()
        return False

    for path in islice(filter(old, files), SWEPT_AT_ONCE_MAX):
        path.unlink(missing_ok=True)


@contextmanager
def _told_as_problems() -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise NothingKept() from error
    except OSError as error:
        raise (StoreFull() if error.errno in FULL else StoreUnavailable()) from error
