"""Photos: announced by a phone, received in immutable pieces, verified, kept.

A photo knows the uuid of the visit it was taken for and nothing more about visits; the visit that refers to
it decides who may see it.
"""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from backend.evidence.rules import BlobState, PhotoState, UploadState


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
    inspector = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="photos")
    device = models.ForeignKey("people.Device", on_delete=models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=43)
    size = models.BigIntegerField()
    media_type = models.CharField(max_length=40)
    state = models.CharField(
        max_length=10, choices=[(s.value, s.value) for s in PhotoState], default=PhotoState.NEED.value
    )
    reason = models.CharField(max_length=40, blank=True)
    generation = models.PositiveSmallIntegerField(default=0)
    blob = models.ForeignKey(Blob, null=True, on_delete=models.PROTECT, related_name="photos")
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    thumbnail = models.CharField(max_length=120, blank=True)
    announced_at = models.DateTimeField()
    stored_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(state=PhotoState.STORED.value) | Q(blob__isnull=False),
                name="photo_e1_stored_has_its_bytes",
            ),
        ]


class Upload(models.Model):
    """One generation of a photo's bytes on their way. The offset only grows (protocol I12)."""

    photo = models.ForeignKey(Photo, on_delete=models.CASCADE, related_name="uploads")
    generation = models.PositiveSmallIntegerField()
    size = models.BigIntegerField()
    offset = models.BigIntegerField(default=0)
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
