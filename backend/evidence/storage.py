"""The store of bytes: four words for the rest of the house, and the durable disk behind them by default.

Keys are write-once: whoever writes a key writes the same bytes, or has made the key up at random.
"""

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, cast

from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, Storage, storages

from backend.evidence.errors import StoreFull, StoreUnavailable

FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
UNFINISHED = ".unfinished"


def keep(key: str, content: bytes) -> None:
    """Bytes under a key, on the disk for good when this returns. Raises StoreFull, StoreUnavailable."""
    with _told_as_problems():
        _store().save(key, ContentFile(content))


def open_kept(key: str) -> BinaryIO:
    """A readable file. Raises StoreUnavailable, also when nothing is kept under this key."""
    with _told_as_problems():
        return cast(BinaryIO, _store().open(key, "rb"))


def read_kept(key: str) -> bytes:
    """All bytes under a key. Raises StoreUnavailable."""
    with _told_as_problems(), _store().open(key, "rb") as file:
        return cast(bytes, file.read())


def remove(key: str) -> None:
    """Forget the bytes; nothing happens when there are none. Raises StoreUnavailable."""
    with _told_as_problems():
        _store().delete(key)


def remove_folder(folder: str) -> None:
    """Forget everything in one upload's folder, also what no row speaks of. Raises StoreUnavailable."""
    with _told_as_problems():
        store = _store()
        try:
            _, names = store.listdir(folder)
        except FileNotFoundError:
            return
        for name in names:
            store.delete(f"{folder}/{name}")
        if isinstance(store, DurableDisk):
            store.remove_empty(folder)


def exists(key: str) -> bool:
    with _told_as_problems():
        return _store().exists(key)


def remove_unfinished(*, before: datetime) -> None:
    """Forget what a killed writer left half-written. Object stores never show such a thing."""
    store = _store()
    if isinstance(store, DurableDisk):
        store.remove_unfinished(before=before)


def _store() -> Storage:
    return storages["evidence"]


@contextmanager
def _told_as_problems() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise (StoreFull() if error.errno in FULL else StoreUnavailable()) from error


class DurableDisk(FileSystemStorage):
    """A folder whose files are whole and on the disk once they have a name: written beside, fsynced, renamed,
    and the folder fsynced. An existing name is never written again."""

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        return name

    def _save(self, name: str, content: Any) -> str:
        final = Path(self.path(name))
        self._make_folder(final.parent)
        if not final.exists():  # two writers at once rename the same bytes over each other, which is harmless
            unfinished = Path(self.location, UNFINISHED, f"{final.name}.{secrets.token_hex(6)}")
            self._make_folder(unfinished.parent)
            try:
                self._write(unfinished, content)
                unfinished.rename(final)
            except BaseException:
                unfinished.unlink(missing_ok=True)
                raise
        _sync_folder(final.parent)
        return name

    def remove_unfinished(self, *, before: datetime) -> None:
        folder = Path(self.location, UNFINISHED)
        for path in folder.iterdir() if folder.exists() else ():
            with suppress(FileNotFoundError):  # its writer has finished just now
                if path.stat().st_mtime < before.timestamp():
                    path.unlink()

    def remove_empty(self, folder: str) -> None:
        with suppress(OSError):  # gone, or somebody writes there
            Path(self.path(folder)).rmdir()

    def _write(self, path: Path, content: Any) -> None:
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            for chunk in content.chunks():
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())

    def _make_folder(self, folder: Path) -> None:
        """A new folder is a new entry of the one above, which has to reach the disk too."""
        missing = []
        while not folder.is_dir():
            missing.append(folder)
            folder = folder.parent
        for new in reversed(missing):
            new.mkdir(mode=0o700, exist_ok=True)
            _sync_folder(new.parent)


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":  # cannot open a folder there; NTFS journals its entries
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
