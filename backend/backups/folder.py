"""Backup folders on a disk: written beside, on the disk for good, and only then given their name."""

import errno
import hashlib
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from backend.backups.errors import BackupRunning, FolderFull, FolderUnusable, NotABackup
from backend.backups.rules import LOCK, MANIFEST, UNFINISHED, Manifest
from backend.core.errors import Problem
from backend.evidence.disk import sync_folder

FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
READ_BYTES = 1024 * 1024


@contextmanager
def in_our_words(folder: Path) -> Iterator[None]:
    """What the disk complains about, as FolderFull or FolderUnusable."""
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            raise FolderFull(folder=str(folder)) from error
        raise FolderUnusable(folder=str(folder), why=error.strerror or str(error)) from error


@contextmanager
def writing_into(to: Path) -> Iterator[None]:
    """Only one backup writes into a folder at a time; what a killed one left there is removed first.
    Raises BackupRunning."""
    to.mkdir(parents=True, exist_ok=True, mode=0o700)
    with open(to / LOCK, "w") as lock:  # let go by the system when we are killed
        try:
            _take(lock)
        except BlockingIOError as error:
            raise BackupRunning(folder=str(to)) from error
        for left in to.glob(f"samar-*{UNFINISHED}"):
            shutil.rmtree(left)
        yield


def _take(lock: IO[str]) -> None:
    """Raises BlockingIOError when another process has it. On Windows two at once are the operator's care."""
    if sys.platform != "win32":
        import fcntl

        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextmanager
def unfinished(to: Path, name: str) -> Iterator[Path]:
    """A new folder that everybody sees to be unfinished; removed again when writing it fails."""
    folder = to / (name + UNFINISHED)
    folder.mkdir(mode=0o700)
    try:
        yield folder
    except (Problem, OSError):
        with suppress(OSError):
            shutil.rmtree(folder)
        raise


def finish(folder: Path) -> Path:
    """Give the folder its name, once everything in it is on the disk."""
    for path, _, _ in os.walk(folder, topdown=False):
        sync_folder(Path(path))
    finished = folder.with_name(folder.name.removesuffix(UNFINISHED))
    folder.rename(finished)
    sync_folder(finished.parent)
    return finished


def newest_finished(to: Path) -> Path | None:
    """The last finished backup in a folder; its photos need not be copied again."""
    found = sorted(path.parent for path in to.glob(f"samar-*/{MANIFEST}") if path.parent.suffix != UNFINISHED)
    return found[-1] if found else None


def write_manifest(folder: Path, manifest: Manifest) -> None:
    with open(folder / MANIFEST, "w", encoding="utf-8") as file:
        file.write(manifest.as_text())
        file.flush()
        os.fsync(file.fileno())


def read_manifest(folder: Path) -> Manifest:
    """Of a finished backup whose database is as it was written. Raises NotABackup."""
    if folder.name.endswith(UNFINISHED):
        raise NotABackup(folder=str(folder), why="it was interrupted")
    try:
        manifest = Manifest.read((folder / MANIFEST).read_text("utf-8"), folder=str(folder))
        damaged = sha256_hex(folder / manifest.database) != manifest.database_sha256
    except FileNotFoundError as error:
        raise NotABackup(folder=str(folder), why=f"no {Path(error.filename).name}") from error
    if damaged:
        raise NotABackup(folder=str(folder), why=f"{manifest.database} is damaged")
    return manifest


def sha256_hex(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sync_file(path: Path) -> None:
    with open(path, "rb+") as file:
        os.fsync(file.fileno())
