"""What happens to photos: announced, received, examined, settled, shrunk, swept.

The last piece of a photo goes through three steps: `receive` (bytes durable and examined, no transaction),
`settle` (the one visible step), `forget_pieces` (cleaning). Each may be repeated; a kill between two of them
costs a repetition and nothing else.
"""

import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import F

from backend.core.clock import now
from backend.core.digests import sha256_bytes
from backend.evidence import storage
from backend.evidence.errors import (
    NoSuchUpload,
    NotAPicture,
    NotYourUpload,
    OffsetMismatch,
    PieceTooLarge,
    UploadGone,
)
from backend.evidence.images import examine_picture, thumbnail
from backend.evidence.models import Blob, Photo, Segment, Upload
from backend.evidence.rules import (
    BAD_BYTES_DAYS_MAX,
    GENERATIONS_MAX,
    PIECE_BYTES_MAX,
    SWEPT_AT_ONCE_MAX,
    UPLOAD_DAYS_MAX,
    Announced,
    BlobState,
    Finding,
    PhotoState,
    Reason,
    Standing,
    UploadState,
    photo_key,
    piece_folder,
    thumbnail_key,
)
from backend.journal.actions import one_transaction, record
from backend.people.models import Device, User

SETTLED = {
    PhotoState.STORED: "photo.kept",
    PhotoState.BAD: "photo.bad",
    PhotoState.NEED: "photo.garbled",
}


@one_transaction
def announce_photos(announced: Sequence[Announced], *, by: User, device: Device) -> list[Standing]:
    """Where each of these photos stands, new ones being written down; one answer an id, in the given order.

    The same announcement again changes nothing. A photo announced by somebody else, or otherwise before, is
    answered `bad` with that reason and stays as it was.
    """
    by_id = {one.id: one for one in announced}
    known = Photo.objects.in_bulk(list(by_id))
    new = [one for one in by_id.values() if one.id not in known]
    written = _write_down(new, by=by, device=device) if new else {}
    photos = {**known, **written}
    hers = {key: photo for key, photo in photos.items() if photo.inspector_id == by.pk}
    uploads = _open_uploads(photo for photo in hers.values() if photo.state == PhotoState.NEED)
    return [
        _standing(one, hers[one.id], uploads.get(one.id), new=one.id in written)
        if one.id in hers
        else Standing(one.id, PhotoState.BAD, Reason.NOT_YOURS)
        for one in by_id.values()
    ]


def find_upload(photo: UUID, generation: int, *, by: User) -> Upload:
    """Her upload. Raises NoSuchUpload, NotYourUpload, UploadGone (failed or expired)."""
    upload = Upload.objects.select_related("photo").filter(photo=photo, generation=generation).first()
    if upload is None:
        raise NoSuchUpload()
    if upload.photo.inspector_id != by.pk:
        raise NotYourUpload()
    if upload.state in (UploadState.FAILED, UploadState.EXPIRED):
        raise UploadGone(photo=photo, reason=upload.photo.reason)
    return upload


def check_place(upload: Upload, offset: int, size: int) -> None:
    """Whether `size` bytes at this offset are wanted. Raises OffsetMismatch, PieceTooLarge."""
    if upload.state != UploadState.RECEIVING or offset != upload.offset:
        raise OffsetMismatch(offset=upload.offset)
    if size > PIECE_BYTES_MAX or offset + size > upload.size:
        raise PieceTooLarge(limit=PIECE_BYTES_MAX, remaining=upload.size - offset)


def receive(upload: Upload, offset: int, content: bytes) -> Finding | None:
    """Take the bytes at this offset. A finding when they were the last ones, to be settled; None when more
    are wanted. A photo that comes in one piece is examined as it is, without being written as a piece first.

    Raises OffsetMismatch, PieceTooLarge, StoreFull, StoreUnavailable; then nothing was kept.
    """
    check_place(upload, offset, len(content))
    if len(content) == upload.size:
        return examine(upload, content)
    if content:
        _append(upload, offset, content)
    return examine(upload) if upload.offset == upload.size else None


def examine(upload: Upload, content: bytes | None = None) -> Finding:
    """Look at all bytes of an upload, and put them where they will be kept if they have the announced hash.
    Touches no row; may be repeated. Raises StoreFull, StoreUnavailable."""
    if content is None:
        keys = Segment.objects.filter(upload=upload).order_by("offset").values_list("key", flat=True)
        content = b"".join(storage.read_kept(key) for key in keys)
    if sha256_bytes(content) != upload.photo.sha256:
        return Finding(reason=Reason.WRONG_HASH)
    storage.keep(photo_key(upload.photo_id, upload.generation), content)
    try:
        return Finding(examine_picture(content))
    except NotAPicture as problem:
        return Finding(reason=problem.facts["reason"])


@one_transaction
def settle(upload: Upload, finding: Finding, *, by: User, device: UUID | None = None) -> Photo:
    """The one visible step: the upload is done and its photo stored, or bad, or wanted anew after a wrong
    hash. Raises OffsetMismatch when somebody else settled it or sent bytes meanwhile, UploadGone when it was
    given up."""
    photo = upload.photo
    failed = finding.reason is Reason.WRONG_HASH
    state, offset = (UploadState.FAILED, upload.offset) if failed else (UploadState.DONE, upload.size)
    as_seen = Upload.objects.filter(pk=upload.pk, state=UploadState.RECEIVING, offset=upload.offset)
    if not as_seen.update(state=state, offset=offset, touched_at=now()):
        raise _overtaken(upload)
    upload.state, upload.offset = state.value, offset
    if failed:
        _ask_again(photo)
    else:
        _keep_bytes(photo, finding)
    photo.save(
        update_fields=["state", "reason", "generation", "blob", "media_type", "width", "height", "stored_at"]
    )
    facts = {"visit": str(photo.visit), "sha256": photo.sha256, "size": photo.size, "reason": photo.reason}
    record(SETTLED[PhotoState(photo.state)], photo, by=by, device=device, data=facts)
    return photo


def forget_pieces(upload: Upload) -> None:
    """Remove the pieces of an upload that is over; `sweep` does it where nobody came so far."""
    if upload.state != UploadState.RECEIVING and Segment.objects.filter(upload=upload).exists():
        storage.remove_folder(piece_folder(upload.photo_id, upload.generation))
        Segment.objects.filter(upload=upload).delete()


@one_transaction
def give_up_upload(upload: Upload, *, by: User | None, device: UUID | None = None) -> None:
    """End an upload before its last byte; the photo stays wanted under a new address. Twice is once."""
    ended = Upload.objects.filter(pk=upload.pk, state=UploadState.RECEIVING)
    if not ended.update(state=UploadState.EXPIRED, touched_at=now()):
        return
    upload.state = UploadState.EXPIRED.value
    Photo.objects.filter(pk=upload.photo_id, generation=upload.generation).update(
        generation=F("generation") + 1
    )
    record("upload.given-up", upload.photo, by=by, device=device, data={"generation": upload.generation})


def make_thumbnail(photo_id: UUID) -> str:
    """The key of a photo's thumbnail, made if it is not there yet. "" for a photo that is not stored."""
    photo = Photo.objects.filter(pk=photo_id, state=PhotoState.STORED).first()
    if photo is None or photo.thumbnail:
        return photo.thumbnail if photo else ""
    key = thumbnail_key(photo.pk)
    storage.keep(key, thumbnail(storage.read_kept(str(photo.blob_id))))
    Photo.objects.filter(pk=photo.pk).update(thumbnail=key)
    return key


def sweep() -> int:
    """Forget what nobody will ask for: uploads without progress, pieces of uploads that are over, bytes of
    bad photos after their time, files a killed writer left. Bounded; returns how many things it met."""
    at = now()
    too_old = at - timedelta(days=UPLOAD_DAYS_MAX)
    stale = Upload.objects.filter(state=UploadState.RECEIVING, touched_at__lt=too_old)
    expired = list(stale.select_related("photo")[:SWEPT_AT_ONCE_MAX])
    for upload in expired:
        give_up_upload(upload, by=None)
        storage.remove(photo_key(upload.photo_id, upload.generation))
    over = Upload.objects.exclude(state=UploadState.RECEIVING).filter(segments__isnull=False).distinct()
    left = list(over[:SWEPT_AT_ONCE_MAX])
    for upload in left:
        forget_pieces(upload)
    condemned = _forget_condemned(before=at - timedelta(days=BAD_BYTES_DAYS_MAX))
    storage.remove_unfinished(before=at - timedelta(days=1))
    return len(expired) + len(left) + condemned


def _write_down(new: Sequence[Announced], *, by: User, device: Device) -> dict[UUID, Photo]:
    """Rows of new photos; those whose very bytes are kept for her already are stored at once. Never across
    people: a hash must not be a key to somebody else's picture."""
    at = now()
    kept = Blob.objects.select_for_update().filter(
        owner=by, state=BlobState.STORED, sha256__in={one.sha256 for one in new}
    )
    blobs = {(blob.sha256, blob.size): blob for blob in kept.order_by("key")}
    photos = {}
    for one in new:
        photo = Photo(
            id=one.id,
            visit=one.visit,
            inspector=by,
            device=device,
            sha256=one.sha256,
            size=one.size,
            media_type=one.media_type,
            announced_at=at,
        )
        if one.refusal:
            photo.state, photo.reason = PhotoState.BAD.value, one.refusal.value
        elif blob := blobs.get((one.sha256, one.size)):
            photo.state, photo.blob, photo.stored_at = PhotoState.STORED.value, blob, at
        photos[one.id] = photo
    Photo.objects.bulk_create(photos.values())
    linked = [photo for photo in photos.values() if photo.state == PhotoState.STORED]
    Upload.objects.bulk_create(
        Upload(
            photo=photo,
            generation=0,
            size=photo.size,
            offset=photo.size,
            state=UploadState.DONE,
            touched_at=at,
        )
        for photo in linked
    )
    for photo in linked:
        record("photo.kept", photo, by=by, device=device.pk, data={"visit": str(photo.visit), "linked": True})
    record("photos.announced", device, by=by, device=device.pk, data={"photos": len(photos)})
    return photos


def _open_uploads(wanted: Iterable[Photo]) -> dict[UUID, Upload]:
    """The upload of each photo's present generation; made where it is not there yet."""
    photos = {photo.pk: photo for photo in wanted}
    if not photos:
        return {}
    found = {}
    for upload in Upload.objects.filter(photo__in=list(photos), state=UploadState.RECEIVING):
        if upload.generation == photos[upload.photo_id].generation:
            found[upload.photo_id] = upload
    missing = [
        Upload(photo=photo, generation=photo.generation, size=photo.size, touched_at=now())
        for photo in photos.values()
        if photo.pk not in found
    ]
    Upload.objects.bulk_create(missing)
    return {**found, **{upload.photo_id: upload for upload in missing}}


def _standing(one: Announced, photo: Photo, upload: Upload | None, *, new: bool) -> Standing:
    if (photo.sha256, photo.size, photo.visit) != (one.sha256, one.size, one.visit):
        return Standing(one.id, PhotoState.BAD, Reason.ANNOUNCED_DIFFERENTLY)
    if upload is None:
        return Standing(one.id, PhotoState(photo.state), photo.reason, photo.generation, fresh=new)
    complete = upload.waits_for_commit
    return Standing(one.id, PhotoState.NEED, "", upload.generation, upload.offset, complete=complete)


def _append(upload: Upload, offset: int, content: bytes) -> None:
    """A piece, durable before it counts, and counted by compare-and-set: of two at one place, one stays."""
    key = f"{piece_folder(upload.photo_id, upload.generation)}/{offset}-{secrets.token_hex(6)}"
    storage.keep(key, content)
    if not _count(upload, offset, content, key):
        storage.remove(key)
        raise _overtaken(upload)
    upload.offset = offset + len(content)


@one_transaction
def _count(upload: Upload, offset: int, content: bytes, key: str) -> bool:
    """No journal line: a piece is part of a deed, and `settle` tells that one."""
    here = Upload.objects.filter(pk=upload.pk, state=UploadState.RECEIVING, offset=offset)
    if not here.update(offset=offset + len(content), touched_at=now()):
        return False
    Segment.objects.create(upload=upload, offset=offset, length=len(content), key=key)
    return True


def _overtaken(upload: Upload) -> OffsetMismatch | UploadGone:
    """What to tell somebody whose compare-and-set failed."""
    present = Upload.objects.get(pk=upload.pk)
    if present.state in (UploadState.FAILED, UploadState.EXPIRED):
        return UploadGone(photo=upload.photo_id)
    return OffsetMismatch(offset=present.offset)


def _ask_again(photo: Photo) -> None:
    photo.generation += 1
    if photo.generation >= GENERATIONS_MAX and _failures(photo) >= GENERATIONS_MAX:
        photo.state, photo.reason = PhotoState.BAD.value, Reason.WRONG_HASH.value


def _failures(photo: Photo) -> int:
    return Upload.objects.filter(photo=photo, state=UploadState.FAILED).count()


def _keep_bytes(photo: Photo, finding: Finding) -> None:
    """The row of the bytes; those of a bad photo are condemned, which also keeps them from being linked."""
    at, picture = now(), finding.picture
    photo.blob = Blob.objects.create(
        key=photo_key(photo.pk, photo.generation),
        sha256=photo.sha256,
        size=photo.size,
        owner_id=photo.inspector_id,
        state=BlobState.STORED if picture else BlobState.CONDEMNED,
        touched_at=at,
    )
    if picture:
        photo.state, photo.stored_at = PhotoState.STORED.value, at
        photo.media_type, photo.width, photo.height = picture.media_type, picture.width, picture.height
    else:
        photo.state, photo.reason = PhotoState.BAD.value, str(finding.reason)


def _forget_condemned(*, before: datetime) -> int:
    over = Blob.objects.filter(state=BlobState.CONDEMNED, touched_at__lt=before)
    condemned = list(over[:SWEPT_AT_ONCE_MAX])
    for blob in condemned:
        Photo.objects.filter(blob=blob).update(blob=None)
        storage.remove(blob.key)
        blob.delete()
    return len(condemned)
