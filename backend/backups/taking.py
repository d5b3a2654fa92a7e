"""A whole backup, step by step: mark, copy the database, copy the photos it calls stored, name the folder, complete."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import connection

from backend.backups import folder, postgres, sqlite
from backend.backups.actions import begin, complete, leave_out
from backend.backups.models import Backup
from backend.backups.photos import Copied, copy_photos, store_folder
from backend.backups.rules import (
    DATABASE_POSTGRESQL,
    DATABASE_SQLITE,
    PHOTOS,
    Manifest,
    PhotoBytes,
    folder_name,
)
from backend.core.clock import now
from backend.evidence.models import Photo
from backend.evidence.rules import PhotoState

# Called with a step and how much of it is done: marked, database, check, photos, manifest, named, completed.
Tell = Callable[[str, int, int], None]
Photos = Iterable[tuple[UUID, PhotoBytes]]


@dataclass(frozen=True)
class Taken:
    """A finished backup, and whether it lies on the very disk whose loss it should survive."""

    folder: Path
    manifest: Manifest
    same_disk: bool


def take_backup(to: Path, *, tell: Tell) -> Taken:
    """Back this server up into a new folder below `to`, while it goes on serving.

    Raises BackupRunning, BackupDamaged, DumpFailed, FolderFull, FolderUnusable, HistoryChanged, ManualOnly; then no
    more is durable than was before.
    """
    with folder.in_our_words(to), folder.writing_into(to):
        backup = begin()
        tell("marked", 1, 1)
        with folder.unfinished(to, folder_name(backup.name, backup.begun_at)) as place:
            manifest = _write(backup, place, before=folder.newest_finished(to), tell=tell)
            finished = folder.finish(place)
        tell("named", 1, 1)
        what = {"folder": finished.name, "photos": manifest.photos, "lost": len(manifest.lost)}
        complete(backup.name, what=what)
        tell("completed", 1, 1)
        return Taken(finished, manifest, same_disk=_on_our_disk(finished))


def _write(backup: Backup, place: Path, *, before: Path | None, tell: Tell) -> Manifest:
    """Everything that belongs into the folder."""
    if connection.vendor == "sqlite":
        database, photos, total = _copy_sqlite(place, tell)
    else:
        database, photos, total = _dump_postgres(place, tell)
    media = store_folder()
    copied = Copied()
    if media is not None:
        copied = copy_photos(
            photos,
            source=media,
            target=place / PHOTOS,
            before=before / PHOTOS if before else None,
            tell=lambda count: tell("photos", count, total),
        )
    for photo in copied.lost:
        leave_out(photo, backup)
    manifest = Manifest(
        backup=str(backup.name),
        begun_at=backup.begun_at.isoformat(),
        finished_at=now().isoformat(),
        database=database.name,
        database_bytes=database.stat().st_size,
        database_sha256=folder.sha256_hex(database),
        photos=copied.count,
        photo_bytes=copied.size,
        elsewhere=0 if media is not None else total,
        lost=tuple(str(photo) for photo in copied.lost),
    )
    folder.write_manifest(place, manifest)
    tell("manifest", 1, 1)
    return manifest


def _copy_sqlite(place: Path, tell: Tell) -> tuple[Path, Photos, int]:
    database = place / DATABASE_SQLITE
    source = Path(connection.settings_dict["NAME"])
    sqlite.copy_database(source, database, tell=lambda done, total: tell("database", done, total))
    sqlite.check_database(database)
    tell("check", 1, 1)
    return database, sqlite.stored_photos(database), sqlite.count_stored(database)


def _dump_postgres(place: Path, tell: Tell) -> tuple[Path, Photos, int]:
    """The photos are those of the database as it is after the dump: all that are in it, and perhaps some more."""
    database = place / DATABASE_POSTGRESQL
    postgres.dump_database(database)
    tell("database", 1, 1)
    postgres.check_dump(database)
    tell("check", 1, 1)
    stored = Photo.objects.filter(state=PhotoState.STORED.value)
    rows = stored.values_list("pk", "blob_id", "blob__size", "blob__sha256").iterator(chunk_size=2000)
    return database, ((pk, PhotoBytes(key, size, sha256)) for pk, key, size, sha256 in rows), stored.count()


def _on_our_disk(finished: Path) -> bool:
    ours = [Path(connection.settings_dict["NAME"])] if connection.vendor == "sqlite" else []
    ours += [path for path in [store_folder()] if path is not None]
    device = finished.stat().st_dev
    return any(path.exists() and path.stat().st_dev == device for path in (*ours, settings.VAR))
