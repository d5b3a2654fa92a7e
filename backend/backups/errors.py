"""Problems of backups and restores; people at a terminal read them, in both languages."""

from backend.core.errors import Conflict, Gone, Invalid, NotFound, Unavailable


class NoSuchBackup(NotFound):
    """No backup of this name was begun here.

    Facts: `backup`.
    """

    code = "no-such-backup"
    words_id = "Tidak ada cadangan dengan nama ini yang pernah dimulai di sini."


class HistoryChanged(Gone):
    """The server was restored or failed over since this backup began, so nobody knows what it covers; make another one.

    Facts: `backup`.
    """

    code = "history-changed"
    words_id = "Server dipulihkan atau berpindah sejak cadangan ini dimulai; buat cadangan baru."


class BackupRunning(Conflict):
    """Another backup is writing into this folder just now.

    Facts: `folder`.
    """

    code = "backup-running"
    words_id = "Cadangan lain sedang menulis ke folder ini."


class NotABackup(Invalid):
    """This folder is no finished backup.

    Facts: `folder`, `why`.
    """

    code = "not-a-backup"
    words_id = "Folder ini bukan cadangan yang selesai."


class BackupDamaged(Invalid):
    """The copied database is not what it should be; the backup counts for nothing.

    Facts: `why`.
    """

    code = "backup-damaged"
    words_id = "Salinan basis data tidak utuh; cadangan ini tidak berlaku."


class FolderFull(Unavailable):
    """The disk is full, so the backup was not finished and counts for nothing. Make room, or name another folder.

    Facts: `folder`.
    """

    code = "folder-full"
    words_id = (
        "Disk penuh; cadangan tidak selesai dan tidak berlaku. Kosongkan ruang, atau sebutkan folder lain."
    )


class FolderUnusable(Unavailable):
    """This folder cannot be written or read.

    Facts: `folder`, `why`.
    """

    code = "folder-unusable"
    words_id = "Folder ini tidak dapat ditulis atau dibaca."


class ServerRunning(Conflict):
    """A server or worker is using this database. Stop it first."""

    code = "server-running"
    words_id = "Server atau pekerja masih memakai basis data ini. Hentikan dulu."


class DataExists(Conflict):
    """There is data here already. With --replace it is moved aside, never deleted.

    Facts: `at`.
    """

    code = "data-exists"
    words_id = "Di sini sudah ada data. Dengan --replace data itu dipindahkan ke samping, tidak dihapus."


class DumpFailed(Unavailable):
    """The database could not be copied.

    Facts: `why`.
    """

    code = "dump-failed"
    words_id = "Basis data tidak dapat disalin."


class ManualOnly(Unavailable):
    """This kind of installation is copied with its own tools; see docs/operations.md.

    Facts: `why`.
    """

    code = "manual-only"
    words_id = "Instalasi seperti ini disalin dengan alatnya sendiri; lihat docs/operations.md."
