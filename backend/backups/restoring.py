"""A whole restore, step by step: everything is made ready beside the present data, and takes its place at the end.

What was there is moved aside, never deleted. A kill before the last step leaves the server as it was; the same command
begins anew.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from django.conf import settings
from django.db import connection, connections

from backend.backups import folder, postgres, sqlite
from backend.backups.actions import ask_again, begin_new_history, give_up_half_received
from backend.backups.errors import DataExists, DumpFailed, ManualOnly
from backend.backups.photos import Copied, copy_photos, is_kept, store_folder
from backend.backups.rules import DATABASE_SQLITE, PHOTOS, RESTORING, Manifest, PhotoBytes, aside
from backend.core.clock import now
from backend.evidence.models import Photo
from backend.evidence.rules import PhotoState

ERROR_LETTERS_MAX = 2000

Tell = Callable[[str, int, int], None]


@dataclass(frozen=True)
class SetRight:
    """What a restored server lacked: uploads to begin anew, photos to be sent again; and its new epoch."""

    uploads: int
    photos: int
    epoch: str


@dataclass(frozen=True)
class Restored:
    """`moved` tells where what was there before lies now."""

    manifest: Manifest
    copied: Copied
    moved: tuple[Path, ...]
    told: str


def refuse_running() -> None:
    """Raises ServerRunning while somebody else uses this database."""
    if connection.vendor == "postgresql":
        postgres.refuse_running()
        return
    connections.close_all()
    sqlite.settle_files(Path(connection.settings_dict["NAME"]))


def set_right(*, tell: Tell) -> SetRight:
    """What a server has to know once its database came out of a copy. Twice is once, but for another epoch.

    Photos whose bytes are not in the store are asked for again; the phones learn it by the new epoch, which comes
    last. Raises StoreUnavailable.
    """
    uploads = give_up_half_received()
    stored = Photo.objects.filter(state=PhotoState.STORED.value)
    total, missing = stored.count(), []
    rows = stored.values_list("pk", "blob_id", "blob__size", "blob__sha256")
    for number, (photo, key, size, sha256) in enumerate(rows.iterator(chunk_size=2000), 1):
        if not is_kept(PhotoBytes(key, size, sha256)):
            missing.append(photo)
        tell("looked at", number, total)
    for photo in missing:
        ask_again(photo)
    return SetRight(uploads, len(missing), begin_new_history())


def restore(source: Path, *, replace: bool, tell: Tell) -> Restored:
    """Put a backup of SQLite and photos in the place of what is here. The server must not run.

    replace   whether there may be data here already; it is moved aside
    Raises NotABackup, ManualOnly, ServerRunning, DataExists, BackupDamaged, FolderFull, FolderUnusable, DumpFailed.
    """
    media = store_folder()
    with folder.in_our_words(source):
        manifest = folder.read_manifest(source)
    if connection.vendor != "sqlite" or media is None or manifest.database != DATABASE_SQLITE:
        raise ManualOnly(why="SQLite and photos on disk alone are restored by this command")
    database = Path(connection.settings_dict["NAME"]).absolute()
    refuse_running()
    if not replace and (database.exists() or _contents(media)):
        raise DataExists(at=f"{database}, {media}")
    with folder.in_our_words(database.parent):
        copied = _make_ready(source, database, media, tell)
        told = _set_right_apart(_ready(database), media / RESTORING)
        moved = _put_in_place(database, media)
    return Restored(manifest, copied, moved, told)


def _make_ready(source: Path, database: Path, media: Path, tell: Tell) -> Copied:
    """The backup's database and photos beside the present ones."""
    ready, photos = _ready(database), media / RESTORING
    _remove(ready)
    shutil.rmtree(photos, ignore_errors=True)
    for place in (database.parent, photos):
        place.mkdir(parents=True, exist_ok=True, mode=0o700)
    shutil.copyfile(source / DATABASE_SQLITE, ready)
    ready.chmod(0o600)
    folder.sync_file(ready)
    sqlite.check_database(ready)
    total = sqlite.count_stored(ready)
    copied = copy_photos(
        sqlite.stored_photos(ready),
        source=source / PHOTOS,
        target=photos,
        link=False,  # a backup shares nothing with what is in use
        tell=lambda count: tell("photos", count, total),
    )
    for path, _, _ in os.walk(photos, topdown=False):
        folder.sync_folder(Path(path))
    return copied


def _set_right_apart(database: Path, media: Path) -> str:
    """`restore --after-manual` on the data made ready, in a process whose settings name it. Raises DumpFailed."""
    ours = {"DATABASE_URL": f"sqlite:///{quote(str(database))}", "MEDIA_ROOT": str(media)}
    theirs = {"EVIDENCE_STORE", *ours, *(f"{name}_FILE" for name in ours)}
    environment = {name: value for name, value in os.environ.items() if name not in theirs} | ours
    command = [sys.executable, "-m", "backend", "restore", "--after-manual"]
    root = settings.ROOT
    ran = subprocess.run(command, env=environment, cwd=root, capture_output=True, text=True, check=False)
    if ran.returncode:
        raise DumpFailed(why=ran.stderr.strip()[-ERROR_LETTERS_MAX:])
    sqlite.settle_files(database)
    return ran.stdout


def _put_in_place(database: Path, media: Path) -> tuple[Path, ...]:
    """Photos first: a server that finds them with the old database is told by its next restore."""
    name = aside(now())
    moved = []
    if old := _contents(media):
        moved.append(media / name)
        moved[-1].mkdir(mode=0o700)
        for path in old:
            path.rename(moved[-1] / path.name)
    for path in _contents(media / RESTORING):
        path.rename(media / path.name)
    (media / RESTORING).rmdir()
    folder.sync_folder(media)
    kept = database.with_name(database.name + name)
    for suffix in (*sqlite.SIDE_FILES, ""):  # the log first: it must never be read with another database
        old_file = database.with_name(database.name + suffix)
        if old_file.exists():
            old_file.rename(kept.with_name(kept.name + suffix))
            moved += [kept] if suffix == "" else []
    _ready(database).rename(database)
    folder.sync_folder(database.parent)
    return tuple(moved)


def _ready(database: Path) -> Path:
    return database.with_name(database.name + RESTORING)


def _contents(media: Path) -> list[Path]:
    """What a store on disk keeps, without what earlier restores put there."""
    if not media.is_dir():
        return []
    return [path for path in sorted(media.iterdir()) if not path.name.startswith((RESTORING, aside()))]


def _remove(database: Path) -> None:
    for suffix in (*sqlite.SIDE_FILES, ""):
        database.with_name(database.name + suffix).unlink(missing_ok=True)
