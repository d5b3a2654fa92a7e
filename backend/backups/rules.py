"""Names of backups and what a finished one says of itself, as values."""

import json
import re
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from backend.backups.errors import NoSuchBackup, NotABackup

# Until the first backup is completed, what was kept here this long counts as being in somebody's backup.
DURABLE_AFTER = timedelta(days=7)

FORMAT = 1
DATABASE_SQLITE = "database.sqlite3"
DATABASE_POSTGRESQL = "database.dump"
PHOTOS = "media"
MANIFEST = "manifest.json"
UNFINISHED = ".unfinished"
LOCK = ".samar-backup.lock"
RESTORING = ".restoring"

_NAME = re.compile(r"([0-9]{1,9})\.([A-Za-z0-9_-]{1,16})", re.ASCII)


@dataclass(frozen=True)
class Name:
    """A backup as people name it: `<number>.<epoch>`. A number comes again after a restore, the two together never."""

    number: int
    epoch: str

    def __str__(self) -> str:
        return f"{self.number}.{self.epoch}"

    @classmethod
    def read(cls, text: str) -> "Name":
        """Raises NoSuchBackup."""
        found = _NAME.fullmatch(text.strip())
        if not found:
            raise NoSuchBackup(backup=text[:60])
        return cls(int(found[1]), found[2])


def folder_name(name: Name, begun_at: datetime) -> str:
    return f"samar-{begun_at:%Y%m%dT%H%M%SZ}-{name}"


def aside(at: datetime | None = None) -> str:
    """The ending under which a restore at that moment puts what was there before; without a moment, how all begin."""
    return f".before-restore-{at:%Y%m%dT%H%M%SZ}" if at else ".before-restore-"


@dataclass(frozen=True)
class PhotoBytes:
    """Bytes that a database calls stored: key in the store, size in bytes, SHA-256 as unpadded base64url."""

    key: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """What a finished backup says of itself; `database` a file's name, sizes in bytes. `photos` counts those that lie
    in this folder, `elsewhere` those that the database calls stored and an object store keeps."""

    backup: str
    begun_at: str
    finished_at: str
    database: str
    database_bytes: int
    database_sha256: str
    photos: int = 0
    photo_bytes: int = 0
    elsewhere: int = 0
    lost: tuple[str, ...] = ()
    format: int = FORMAT

    def as_text(self) -> str:
        return json.dumps(asdict(self), indent=1, ensure_ascii=False) + "\n"

    @classmethod
    def read(cls, text: str, *, folder: str) -> "Manifest":
        """Raises NotABackup; members we do not know are ignored."""
        try:
            told = json.loads(text)
            if told["format"] != FORMAT:
                raise NotABackup(folder=folder, why=f"format {told['format']!r}, known is {FORMAT}")
            members = {name: told[name] for name in cls.__dataclass_fields__ if name in told}
            manifest = cls(**{**members, "lost": tuple(told.get("lost", ()))})
            Name.read(manifest.backup)
        except (ValueError, KeyError, TypeError, AttributeError, NoSuchBackup) as error:
            raise NotABackup(folder=folder, why="its manifest cannot be read") from error
        return manifest
