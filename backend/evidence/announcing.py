"""What becomes of announcements: photos written down, linked to bytes that are here already, or put off."""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from backend.core.clock import now
from backend.evidence.models import Photo, Upload, kept_for, photos_named, receiving, under_way
from backend.evidence.rules import (
    OPEN_UPLOADS_MAX,
    UNFINISHED_BYTES_MAX,
    Announced,
    PhotoState,
    Reason,
    Standing,
    UploadState,
)
from backend.journal.actions import one_transaction, record
from backend.people.models import Device, User
from backend.statements import insert


@one_transaction
def announce_photos(announced: Sequence[Announced], *, by: User, device: Device) -> list[Standing]:
    """Where each of these photos stands, new ones being written down; one answer an id, in the given order.

    The same announcement again changes nothing. A photo announced by somebody else, or otherwise before, is
    answered `bad` with that reason and stays as it was. One that would be too much under way for this device is
    answered `wait`, and nothing of it is written down.
    """
    by_id = {one.id: one for one in announced}
    known = {photo.pk: photo for photo in photos_named(photos=list(by_id))} if by_id else {}
    written = _written_down([one for one in by_id.values() if one.id not in known], by=by, device=device)
    hers = {key: photo for key, photo in {**known, **written}.items() if photo.inspector_id == by.pk}
    wanted = [photo for photo in hers.values() if photo.state == PhotoState.NEED]
    uploads = _open_uploads(wanted, new=written, device=device)
    _write([photo for photo in written.values() if photo.state != PhotoState.NEED or photo.pk in uploads])
    _write(upload for upload in uploads.values() if upload.pk is None)
    _record_announced(written, by=by, device=device)
    return [
        _standing(one, hers[one.id], uploads.get(one.id), new=one.id in written)
        if one.id in hers
        else Standing(one.id, PhotoState.BAD, Reason.NOT_YOURS)
        for one in by_id.values()
    ]


def _written_down(new: Sequence[Announced], *, by: User, device: Device) -> dict[UUID, Photo]:
    """New photos, not yet in the database; those whose very bytes are kept for her already are stored at once.
    Never across people: a hash must not be a key to somebody else's picture."""
    if not new:
        return {}
    at = now()
    kept = kept_for(owner=by.pk, hashes=sorted({one.sha256 for one in new}))
    blobs = {(blob.sha256, blob.size): blob for blob in kept}
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
    return photos


def _open_uploads(wanted: Sequence[Photo], *, new: Iterable[UUID], device: Device) -> dict[UUID, Upload]:
    """The upload of each photo's present generation; one not yet in the database where there was none, as far as
    this device may have so much under way."""
    generations = {photo.pk: photo.generation for photo in wanted}
    old = list(generations.keys() - set(new))
    found = {
        upload.photo_id: upload
        for upload in (receiving(photos=old) if old else ())
        if upload.generation == generations[upload.photo_id]
    }
    lacking = [photo for photo in wanted if photo.pk not in found]
    room = _room(device) if lacking else 0
    for photo in lacking[:room]:
        found[photo.pk] = Upload(photo=photo, generation=photo.generation, size=photo.size, touched_at=now())
    return found


def _room(device: Device) -> int:
    """How many more uploads this device may have open."""
    count, unfinished = (under_way(device=device.pk) or [(0, 0)])[0]
    return max(0, OPEN_UPLOADS_MAX - count) if (unfinished or 0) < UNFINISHED_BYTES_MAX else 0


def _write(rows: Iterable[Photo] | Iterable[Upload]) -> None:
    insert(list(rows))


def _record_announced(written: Mapping[UUID, Photo], *, by: User, device: Device) -> None:
    linked = [photo for photo in written.values() if photo.state == PhotoState.STORED]
    Upload.objects.bulk_create(
        Upload(
            photo=photo,
            generation=0,
            size=photo.size,
            offset=photo.size,
            state=UploadState.DONE,
            touched_at=now(),
        )
        for photo in linked
    )
    for photo in linked:
        record("photo.kept", photo, by=by, device=device.pk, data={"visit": str(photo.visit), "linked": True})
    if down := [photo for photo in written.values() if not photo._state.adding]:
        record("photos.announced", device, by=by, device=device.pk, data={"photos": len(down)})


def _standing(one: Announced, photo: Photo, upload: Upload | None, *, new: bool) -> Standing:
    if (photo.sha256, photo.size, photo.visit) != (one.sha256, one.size, one.visit):
        return Standing(one.id, PhotoState.BAD, Reason.ANNOUNCED_DIFFERENTLY)
    if photo.state != PhotoState.NEED:
        return Standing(one.id, PhotoState(photo.state), photo.reason, photo.generation, fresh=new)
    if upload is None:
        return Standing(one.id, PhotoState.WAIT, Reason.QUOTA)
    complete = upload.waits_for_commit
    return Standing(one.id, PhotoState.NEED, "", upload.generation, upload.offset, complete=complete)
