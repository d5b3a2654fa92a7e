"""Unsent work as a zip, for a phone that dies before it has a network (docs/protocol.md, Unsent work).

`unsent.json` (format 1: device, user, made_at, items as they stand on the wire, descriptors of photos) and
`photos/<id>` with their bytes. The server takes it at POST /unsent-work; taking it twice changes nothing.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from fieldsync import wire
from fieldsync.errors import FileUnwritable, PhotoGone, StoreFull
from fieldsync.store.database import FULL_ERRNO
from fieldsync.store.files import sync_folder
from fieldsync.store.records import Photo, Store, as_photo
from fieldsync.wire import DraftText, PhotoOffer, Submission

FORMAT = 1
SUBMISSIONS = "SELECT * FROM submissions WHERE state = 'outbox' ORDER BY made_at, id"
DRAFTS = "SELECT visit, rev, doc FROM drafts WHERE doc IS NOT NULL ORDER BY visit"
PHOTOS = (
    "SELECT * FROM photos WHERE state IN ('captured', 'declared', 'sending')"
    " AND (submission IS NOT NULL OR visit IN (SELECT visit FROM drafts WHERE doc IS NOT NULL)) ORDER BY id"
)


@dataclass(frozen=True)
class Exported:
    """What an export holds: counts, its size in bytes, and ids of photos whose bytes are no longer what was
    recorded."""

    path: Path
    submissions: int
    drafts: int
    photos: int
    bytes: int
    lost: tuple[str, ...] = ()


def export_unsent(store: Store, path: Path, *, made_at: str) -> Exported:
    """Write everything the server has not acknowledged, and every draft, into one file; also what belongs to visits
    that are no longer ours. Photos stream through; the file is whole and on the disk on return, or not there.

    made_at: the phone's clock in UTC. Raises FileUnwritable, StoreFull.
    """
    with store.changing():  # one moment for all
        submissions = [_submission(row) for row in store.db.rows(SUBMISSIONS)]
        drafts = [DraftText(row["visit"], row["rev"], row["doc"]) for row in store.db.rows(DRAFTS)]
        photos = [as_photo(row) for row in store.db.rows(PHOTOS)]
    identity = store.identity()
    lost: list[str] = []
    with _replacing(path) as part, ZipFile(part, "w", ZIP_STORED) as zip_file:
        told = [photo for photo in photos if _add_photo(zip_file, store, photo, lost)]
        said: dict[str, Any] = {"format": FORMAT, "device": identity.device, "user": identity.user}
        said |= {"client": wire.CLIENT, "made_at": made_at}
        said["items"] = [*(each.item() for each in submissions), *(each.item() for each in drafts)]
        said["photos"] = [PhotoOffer(p.id, p.visit, p.sha256, p.size, p.type).item() for p in told]
        _add(zip_file, "unsent.json", wire.body(said), packed=True)
    return Exported(path, len(submissions), len(drafts), len(told), path.stat().st_size, tuple(lost))


def _submission(row: dict[str, Any]) -> Submission:
    members = ("id", "visit", "attempt", "checklist", "digest", "doc")
    # Our own copy may have suffered; then the server keeps it as what it is.
    damaged = bool(row["damaged"]) or wire.sha256_text(row["doc"]) != row["digest"]
    return Submission(**{name: row[name] for name in members}, damaged=damaged)


def _add_photo(zip_file: ZipFile, store: Store, photo: Photo, lost: list[str]) -> bool:
    try:
        content = store.photo_content(photo)
    except PhotoGone:
        lost.append(photo.id)
        return False
    _add(zip_file, f"photos/{photo.id}", content, packed=False)
    return True


def _add(zip_file: ZipFile, name: str, content: bytes, *, packed: bool) -> None:
    # Without a date of its own: the file says nothing that the documents do not say.
    entry = ZipInfo(name)
    entry.compress_type = ZIP_DEFLATED if packed else ZIP_STORED
    entry.external_attr = 0o600 << 16
    zip_file.writestr(entry, content)


@contextmanager
def _replacing(path: Path) -> Iterator[Any]:
    """A file that takes the place of `path` when it is whole and on the disk."""
    part = path.with_name(f".{path.name}.part")
    try:
        with open(os.open(part, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600), "w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
        sync_folder(path.absolute().parent)
    except OSError as error:
        part.unlink(missing_ok=True)
        if error.errno in FULL_ERRNO:
            raise StoreFull(why=error.strerror) from error
        raise FileUnwritable(file=str(path), why=error.strerror or "?") from error
    except BaseException:
        part.unlink(missing_ok=True)
        raise
