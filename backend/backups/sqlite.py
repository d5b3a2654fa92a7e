"""The files of SQLite: copied while phones write, examined, and asked whether somebody uses them."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote
from uuid import UUID

from backend.backups.errors import BackupDamaged, DumpFailed, FolderFull, ServerRunning
from backend.backups.folder import sync_file
from backend.backups.rules import PhotoBytes

PAGES_AT_ONCE = 2000
BUSY_SECONDS_MAX = 20.0
SIDE_FILES = ("-wal", "-shm", "-journal")
STORED = (
    "SELECT p.id, b.key, b.size, b.sha256 FROM evidence_photo p JOIN evidence_blob b ON b.key = p.blob_id"
    " WHERE p.state = 'stored'"
)


def copy_database(source: Path, target: Path, *, tell: Callable[[int, int], None]) -> None:
    """One moment of a database that others go on writing to, on the disk when this returns.

    tell   called with pages copied and pages in all
    Raises DumpFailed, FolderFull.
    """

    def progress(status: int, left: int, total: int) -> None:
        tell(total - left, total)

    with _in_our_words(target), closing(_opened(source, "ro")) as here, closing(_opened(target)) as there:
        # The copy is made within one read transaction: without it, it would begin anew at every write of others.
        here.execute("BEGIN")
        here.execute("SELECT count(*) FROM sqlite_master").fetchone()
        here.backup(there, pages=PAGES_AT_ONCE, progress=progress)
        here.execute("ROLLBACK")
    sync_file(target)


def check_database(path: Path) -> None:
    """Raises BackupDamaged."""
    with closing(_opened(path, "ro", immutable=True)) as database:
        try:
            found = [row[0] for row in database.execute("PRAGMA integrity_check(10)")]
        except sqlite3.DatabaseError as error:
            found = [str(error)]
    if found != ["ok"]:
        raise BackupDamaged(why="; ".join(found)[:300])


def stored_photos(path: Path) -> Iterator[tuple[UUID, PhotoBytes]]:
    """The photos that a copied database calls stored."""
    with closing(_opened(path, "ro", immutable=True)) as database:
        for photo, key, size, sha256 in database.execute(STORED):
            yield UUID(photo), PhotoBytes(key, size, sha256)


def count_stored(path: Path) -> int:
    with closing(_opened(path, "ro", immutable=True)) as database:
        return int(database.execute(f"SELECT count(*) FROM ({STORED})").fetchone()[0])  # noqa: S608


def settle_files(path: Path) -> None:
    """Bring all that was committed into the one file of a database that nobody uses. Raises ServerRunning.

    A file that is no database any more is left as it is.
    """
    if not path.exists():
        return
    try:
        with closing(_opened(path, "rw", timeout=0)) as database:
            database.execute("PRAGMA locking_mode = EXCLUSIVE")
            database.execute("BEGIN EXCLUSIVE")
            database.execute("COMMIT")
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise ServerRunning() from error
    except sqlite3.DatabaseError:
        pass


def _opened(
    path: Path, mode: str = "rwc", *, immutable: bool = False, timeout: float = BUSY_SECONDS_MAX
) -> sqlite3.Connection:
    """`immutable`: nobody writes to it, so no files appear beside it."""
    address = f"file:{quote(str(path))}?mode={mode}" + ("&immutable=1" if immutable else "")
    return sqlite3.connect(address, uri=True, timeout=timeout, isolation_level=None)


@contextmanager
def _in_our_words(target: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", 0)
        # A write that the system cuts short (a quota, a file limit) is told as an input/output error.
        if code & 0xFF == sqlite3.SQLITE_FULL or code == sqlite3.SQLITE_IOERR_WRITE:
            raise FolderFull(folder=str(target.parent)) from error
        raise DumpFailed(why=str(error)) from error
