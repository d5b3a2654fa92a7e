"""Photos: announced by a phone, received in immutable pieces, verified, kept.

A photo knows the uuid of the visit it was taken for and nothing more about visits; the visit that refers to
it decides who may see it.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import Count, F, Q, QuerySet, Subquery, Sum

from backend.evidence.rules import BlobState, PhotoState, UploadState
from backend.feed.models import Timeline
from backend.statements import prepared, prepared_update


class Blob(models.Model):
    """A kept object of the store: verified bytes, on the disk before this row says so. Its key follows from
    the upload that brought them, whose row was there before, so nothing in the store is unknown here."""

    key = models.CharField(max_length=120, primary_key=True)
    sha256 = models.CharField(max_length=43)
    size = models.BigIntegerField()
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=[(s.value, s.value) for s in BlobState])
    touched_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["owner", "sha256"], name="evidence_blob_by_owner")]


class Photo(models.Model):
    """One picture as a phone announced it; the announcement never changes, only the state does."""

    id = models.UUIDField(primary_key=True)
    visit = models.UUIDField(db_index=True)
    # Nobody looks for photos by these two alone, and every index is written twice for every photo.
    inspector = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="photos", db_index=False
    )
    device = models.ForeignKey("people.Device", on_delete=models.PROTECT, related_name="+", db_index=False)
    sha256 = models.CharField(max_length=43)
    size = models.BigIntegerField()
    media_type = models.CharField(max_length=40)
    state = models.CharField(
        max_length=10,
        choices=[(s.value, s.value) for s in PhotoState if s is not PhotoState.WAIT],
        default=PhotoState.NEED.value,
    )
    reason = models.CharField(max_length=40, blank=True)
    generation = models.PositiveIntegerField(default=0)
    blob = models.ForeignKey(Blob, null=True, on_delete=models.PROTECT, related_name="photos")
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    thumbnail = models.CharField(max_length=120, blank=True)
    announced_at = models.DateTimeField()
    stored_at = models.DateTimeField(null=True)
    backup = models.PositiveIntegerField(null=True)  # the first backup that began after it was stored

    class Meta:
        indexes = [
            models.Index(fields=["device"], condition=Q(state=PhotoState.NEED.value), name="photo_wanted"),
            models.Index(
                fields=["id"], condition=Q(state=PhotoState.STORED.value, backup=None), name="photo_uncovered"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state=PhotoState.STORED.value) | Q(blob__isnull=False),
                name="photo_e1_stored_has_its_bytes",
            ),
        ]


class Upload(models.Model):
    """One generation of a photo's bytes on their way. The offset only grows (protocol I12)."""

    photo = models.ForeignKey(Photo, on_delete=models.CASCADE, related_name="uploads")
    generation = models.PositiveIntegerField()
    size = models.BigIntegerField()
    offset = models.BigIntegerField(default=0)
    pieces = models.PositiveIntegerField(default=0)  # how many were counted; a photo in one piece has none
    state = models.CharField(
        max_length=10, choices=[(s.value, s.value) for s in UploadState], default=UploadState.RECEIVING.value
    )
    touched_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["photo", "generation"], name="upload_e3_one_a_generation"),
            models.CheckConstraint(
                condition=Q(offset__gte=0) & Q(offset__lte=F("size")),
                name="upload_e2_received_within_announced",
            ),
        ]
        indexes = [models.Index(fields=["state", "touched_at"], name="upload_for_sweeping")]

    @property
    def waits_for_commit(self) -> bool:
        """All bytes are here, but a kill came before they were settled."""
        return self.state == UploadState.RECEIVING and self.offset == self.size


class Segment(models.Model):
    """An immutable piece of an upload, committed by compare-and-set on the upload's offset."""

    upload = models.ForeignKey(Upload, on_delete=models.CASCADE, related_name="segments")
    offset = models.BigIntegerField()
    length = models.BigIntegerField()
    key = models.CharField(max_length=120)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["upload", "offset"], name="segment_e4_one_a_place"),
            models.CheckConstraint(condition=Q(length__gt=0), name="segment_e5_not_empty"),
        ]


@prepared
def uploads_named(*, photo: UUID, generation: int) -> QuerySet[Upload]:
    """With their photo, and with the epoch it all holds in: one journey to the database instead of two."""
    named = Upload.objects.select_related("photo").filter(photo=photo, generation=generation)
    return named.annotate(epoch=Subquery(Timeline.objects.values("epoch")[:1]))


@prepared
def photos_named(*, photos: list[UUID]) -> QuerySet[Photo]:
    return Photo.objects.filter(pk__in=photos)


@prepared
def kept_for(*, owner: UUID, hashes: list[str]) -> QuerySet[Blob]:
    """Locked, so that nobody condemns what is about to be linked."""
    kept = Blob.objects.select_for_update().filter(
        owner=owner, state=BlobState.STORED.value, sha256__in=hashes
    )
    return kept.order_by("key")


@prepared
def receiving(*, photos: list[UUID]) -> QuerySet[Upload]:
    return Upload.objects.filter(photo__in=photos, state=UploadState.RECEIVING.value)


@prepared
def under_way(*, device: UUID) -> QuerySet[Upload, tuple[int, int | None]]:
    """One row: how many uploads of a device are open, and how many bytes of them are here."""
    hers = Upload.objects.filter(
        state=UploadState.RECEIVING.value, photo__device=device, photo__state=PhotoState.NEED.value
    )
    return hers.values("state").annotate(count=Count("pk"), bytes=Sum("offset")).values_list("count", "bytes")


@prepared_update
def count_piece(
    *, upload: int, offset: int, upto: int, at: datetime
) -> tuple[QuerySet[Upload], dict[str, Any]]:
    """Compare and set: of two pieces at one place, one counts."""
    here = Upload.objects.filter(pk=upload, state=UploadState.RECEIVING.value, offset=offset)
    return here, {"offset": upto, "pieces": F("pieces") + 1, "touched_at": at}


@prepared_update
def end_upload(
    *, upload: int, offset: int, state: str, upto: int, at: datetime
) -> tuple[QuerySet[Upload], dict[str, Any]]:
    """Compare and set: an upload ends once."""
    as_seen = Upload.objects.filter(pk=upload, state=UploadState.RECEIVING.value, offset=offset)
    return as_seen, {"state": state, "offset": upto, "touched_at": at}


@prepared_update
def store_photo(
    *, photo: UUID, blob: str, media_type: str, width: int, height: int, at: datetime
) -> tuple[QuerySet[Photo], dict[str, Any]]:
    return Photo.objects.filter(pk=photo), {
        "state": PhotoState.STORED.value,
        "blob_id": blob,
        "media_type": media_type,
        "width": width,
        "height": height,
        "stored_at": at,
    }
