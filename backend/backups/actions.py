"""Beginning and completing a backup, and what a restored server has to set right.

A kill at any line leaves nothing durable that is not in a copy: rows count only once their backup is completed, and
rows are marked before the copy is made.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction

from backend.backups.errors import HistoryChanged, NoSuchBackup
from backend.backups.models import Backup, uncovered
from backend.backups.rules import Name
from backend.core.clock import now
from backend.evidence.actions import give_up_upload
from backend.evidence.models import Blob, Photo, Upload
from backend.evidence.rules import PhotoState, UploadState
from backend.feed.actions import epoch, new_epoch
from backend.feed.models import Timeline
from backend.journal.actions import one_transaction, record
from backend.visits.actions import recount_photos
from backend.visits.models import Submission

ROWS_MARKED_AT_ONCE = 1000


def begin() -> Backup:
    """A new backup, with all that is to be in it marked. Copy the database after this has returned, and no earlier."""
    backup = _open_backup()
    mark(backup)
    return backup


@one_transaction
def _open_backup() -> Backup:
    backup = Backup.objects.create(epoch=epoch(), begun_at=now())
    record("backup.begun", backup, by=None, data={"backup": str(backup.name)})
    return backup


def mark(backup: Backup) -> int:
    """Give every uncovered submission and stored photo this backup's number; returns how many.

    In small transactions, so that no phone waits; a row somebody is changing just now is left to the next backup.
    """
    stored = Photo.objects.filter(state=PhotoState.STORED.value)
    return sum(_mark_all(rows, backup.number) for rows in (Submission.objects.all(), stored))


def _mark_all(rows: Any, number: int) -> int:
    marked, last = 0, None
    while True:
        with transaction.atomic():
            beyond = rows if last is None else rows.filter(pk__gt=last)
            batch = beyond.filter(uncovered()).exclude(backup=number).select_for_update(skip_locked=True)
            keys = list(batch.order_by("pk").values_list("pk", flat=True)[:ROWS_MARKED_AT_ONCE])
            marked += rows.filter(pk__in=keys).update(backup=number)
        if len(keys) < ROWS_MARKED_AT_ONCE:
            return marked
        last = keys[-1]


@one_transaction
def complete(name: Name, *, what: Mapping[str, Any] | None = None) -> Backup:
    """The copy is finished and on its disk: from now on what it covers is durable. Twice is once.

    what   JSON facts about the copy, for people
    Raises NoSuchBackup, HistoryChanged.
    """
    backup = Backup.objects.select_for_update().filter(number=name.number, epoch=name.epoch).first()
    if backup is None:
        raise NoSuchBackup(backup=str(name))
    if backup.epoch != epoch():
        raise HistoryChanged(backup=str(name))
    if backup.completed_at is None:
        backup.completed_at, backup.what = now(), dict(what or {})
        backup.save(update_fields=["completed_at", "what"])
        record("backup.completed", backup, by=None, data={"backup": str(name), **backup.what})
    return backup


@one_transaction
def leave_out(photo: UUID, backup: Backup) -> None:
    """This photo's bytes could not be copied, so this backup does not cover it."""
    Photo.objects.filter(pk=photo, backup=backup.number).update(backup=None)
    record("backup.photo-missing", Photo.objects.get(pk=photo), by=None, data={"backup": str(backup.name)})


@one_transaction
def begin_new_history() -> str:
    """The last step of a restore: phones will offer again all that they still keep, and the backups that had begun
    count as completed, for what they marked is here, out of a copy. Returns the new epoch."""
    covered = list(Backup.objects.open().order_by("number"))
    Backup.objects.filter(pk__in=[backup.pk for backup in covered]).update(completed_at=now())
    told = new_epoch()
    names = [str(backup.name) for backup in covered]
    record("backup.restored", Timeline.objects.get(), by=None, data={"epoch": told, "backups": names})
    return told


def give_up_half_received() -> int:
    """End all uploads that have begun: their pieces are in no backup. The phones send those photos from their first
    byte; returns how many."""
    begun = Upload.objects.filter(state=UploadState.RECEIVING.value, offset__gt=0).select_related("photo")
    uploads = list(begun)
    for upload in uploads:
        give_up_upload(upload, by=None)
    return len(uploads)


@one_transaction
def ask_again(photo_id: UUID) -> None:
    """The bytes of a stored photo are gone: it is wanted anew, under another address, from a phone that still has it;
    its visit waits for it again."""
    photo = Photo.objects.select_for_update().get(pk=photo_id)
    if photo.state != PhotoState.STORED:
        return
    gone = photo.blob_id
    photo.state, photo.generation, photo.blob = PhotoState.NEED.value, photo.generation + 1, None
    photo.stored_at, photo.thumbnail, photo.backup = None, "", None
    photo.save(update_fields=["state", "generation", "blob", "stored_at", "thumbnail", "backup"])
    if not Photo.objects.filter(blob=gone).exists():
        Blob.objects.filter(pk=gone).delete()
    recount_photos(photo.visit)
    record("photo.lost", photo, by=None, data={"visit": str(photo.visit), "sha256": photo.sha256})
