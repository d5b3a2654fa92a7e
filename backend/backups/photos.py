"""Copying write-once photo bytes between a store on disk and backups."""

import base64
import hashlib
import os
import random
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from django.core.files.storage import storages

from backend.backups.folder import READ_BYTES
from backend.backups.rules import PhotoBytes
from backend.evidence.disk import DurableDisk

# Copied bytes are hashed on their way. Of linked ones, which were hashed when they came, this share is read again.
READ_AGAIN_SHARE = 0.02
READ_AGAIN_MIN = 200


@dataclass
class Copied:
    """Counts and bytes of photos that now lie in the target; `lost` names those that are gone or damaged."""

    count: int = 0
    size: int = 0
    linked: int = 0
    lost: list[UUID] = field(default_factory=list)


def store_folder() -> Path | None:
    """The folder of keys on this machine's disk; None when an object store keeps the photos."""
    store = storages["evidence"]
    return Path(store.location) if isinstance(store, DurableDisk) else None


def is_kept(kept: PhotoBytes) -> bool:
    """Whether the store has something of this size under this key (an object store is asked for the key alone)."""
    folder = store_folder()
    if folder is None:
        return bool(storages["evidence"].exists(kept.key))
    with suppress(FileNotFoundError):
        return (folder / kept.key).stat().st_size == kept.size
    return False


def copy_photos(
    photos: Iterable[tuple[UUID, PhotoBytes]],
    *,
    source: Path,
    target: Path,
    before: Path | None = None,
    link: bool = True,
    tell: Callable[[int], None] = lambda count: None,
) -> Copied:
    """Bring the bytes of these photos from one folder of keys to another.

    before   a folder of keys on the target's disk that may have them already
    link     whether the target may share bytes with `before` and `source` (hard links)
    Raises OSError when the target cannot be written.
    """
    copied, here = Copied(), set[str]()
    for photo, kept in photos:
        place = target / kept.key
        if kept.key not in here:  # two photos may have the same bytes
            place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            origins = [folder / kept.key for folder in (before, source) if folder is not None]
            linked = link and _link(origins, place, kept, read_again=_drawn(copied.linked))
            if not linked and not _copy(source / kept.key, place, kept):
                copied.lost.append(photo)
                continue
            here.add(kept.key)
            copied.size += kept.size
            copied.linked += linked
        copied.count += 1
        tell(copied.count)
    return copied


def is_whole(path: Path, kept: PhotoBytes) -> bool:
    """Whether exactly these bytes are there."""
    try:
        with open(path, "rb") as file:
            return _named(hashlib.file_digest(file, "sha256")) == kept.sha256
    except FileNotFoundError:
        return False


def _drawn(linked: int) -> bool:
    return linked < READ_AGAIN_MIN or random.random() < READ_AGAIN_SHARE


def _link(origins: list[Path], place: Path, kept: PhotoBytes, *, read_again: bool) -> bool:
    for origin in origins:
        try:
            if origin.stat().st_size != kept.size or (read_again and not is_whole(origin, kept)):
                continue
            os.link(origin, place)
        except OSError:  # not there, on another disk, or a file system without links
            continue
        return True
    return False


def _copy(origin: Path, place: Path, kept: PhotoBytes) -> bool:
    """Whether the bytes were there and whole; nothing stays of others."""
    told = hashlib.sha256()
    try:
        reader = open(origin, "rb")  # noqa: SIM115  (closed below, before anything is written on failure)
    except FileNotFoundError:
        return False
    with reader, open(place, "wb") as writer:
        while part := reader.read(READ_BYTES):
            told.update(part)
            writer.write(part)
        writer.flush()
        os.fsync(writer.fileno())
    if _named(told) == kept.sha256:
        return True
    with suppress(FileNotFoundError):
        place.unlink()
    return False


def _named(told: "hashlib._Hash") -> str:
    return base64.urlsafe_b64encode(told.digest()).decode().rstrip("=")
