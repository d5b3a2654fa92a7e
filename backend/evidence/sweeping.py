"""Forgetting what nobody will ask for. Every step may be repeated, and a kill between two costs a repetition."""

import logging
from datetime import datetime, timedelta

from django.db import transaction

from backend.core.clock import now
from backend.evidence import storage
from backend.evidence.actions import forget_pieces, give_up_upload
from backend.evidence.errors import StoreUnavailable
from backend.evidence.models import Blob, Photo, Upload
from backend.evidence.rules import (
    BAD_BYTES_DAYS_MAX,
    PIECE_DAYS_MAX,
    SWEPT_AT_ONCE_MAX,
    UPLOAD_DAYS_MAX,
    BlobState,
    UploadState,
)

log = logging.getLogger("samar.evidence")


def sweep() -> int:
    """Uploads without progress, pieces of uploads that are over, bytes of bad photos after their time, and what a
    killed writer left. Bounded; returns how many things it met. What the store refuses now waits for the next time."""
    at = now()
    stale = Upload.objects.filter(
        state=UploadState.RECEIVING, touched_at__lt=at - timedelta(days=UPLOAD_DAYS_MAX)
    )
    expired = list(stale.select_related("photo")[:SWEPT_AT_ONCE_MAX])
    for upload in expired:
        give_up_upload(upload, by=None)
    over = Upload.objects.exclude(state=UploadState.RECEIVING).filter(segments__isnull=False).distinct()
    left = list(over[:SWEPT_AT_ONCE_MAX])
    for upload in left:
        forget_pieces(upload)
    try:
        condemned = _forget_condemned(before=at - timedelta(days=BAD_BYTES_DAYS_MAX))
        storage.remove_forgotten(
            unfinished_before=at - timedelta(days=1), pieces_before=at - timedelta(days=PIECE_DAYS_MAX)
        )
    except StoreUnavailable as problem:
        log.warning("the sweep goes on another time: %s", problem)
        condemned = 0
    return len(expired) + len(left) + condemned


def _forget_condemned(*, before: datetime) -> int:
    over = Blob.objects.filter(state=BlobState.CONDEMNED, touched_at__lt=before)
    condemned = list(over[:SWEPT_AT_ONCE_MAX])
    for blob in condemned:
        storage.remove(blob.key)
        with transaction.atomic():
            Photo.objects.filter(blob=blob).update(blob=None)
            blob.delete()
    return len(condemned)
