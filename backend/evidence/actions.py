"""What happens to the bytes of photos: received in pieces, examined, settled, given up.

The last piece of a photo goes through three steps: `receive` (bytes durable and examined, no transaction),
`settle` (the one visible step), `forget_pieces` (cleaning). Each may be repeated; a kill between two of them
costs a repetition and nothing else.
"""

import logging
import secrets
from contextlib import suppress
from datetime import datetime
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
    StoreUnavailable,
    TooManyPieces,
    UploadGone,
)
from backend.evidence.models import (
    Blob,
    Photo,
    Segment,
    Upload,
    count_piece,
    end_upload,
    store_photo,
    uploads_named,
)
from backend.evidence.rules import (
    GENERATIONS_MAX,
    PIECE_BYTES_MAX,
    PIECES_MAX,
    BlobState,
    Finding,
    PhotoState,
    Picture,
    Reason,
    UploadState,
    photo_key,
    piece_key,
)
from backend.evidence.structure import examine_structure
from backend.journal.actions import one_transaction, record
from backend.people.models import User
from backend.statements import insert

GENERATION_MAX = 2**31 - 1  # what a row can say

log = logging.getLogger("samar.evidence")

SETTLED = {
    PhotoState.STORED: "photo.kept",
    PhotoState.BAD: "photo.bad",
    PhotoState.NEED: "photo.garbled",
}


def find_upload(photo: UUID, generation: int, *, by: User) -> Upload:
    """Her upload. Raises NoSuchUpload, NotYourUpload, UploadGone (failed or expired)."""
    found = uploads_named(photo=photo, generation=generation) if generation <= GENERATION_MAX else []
    if not found:
        raise NoSuchUpload()
    upload: Upload = found[0]
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

    Raises OffsetMismatch, PieceTooLarge, UploadGone, StoreFull, StoreUnavailable; then nothing was kept. Raises
    TooManyPieces, NothingKept when it cannot be finished any more: then the upload is to be given up.
    """
    check_place(upload, offset, len(content))
    if len(content) == upload.size:
        return examine(upload, content)
    if content and upload.pieces >= PIECES_MAX:
        raise TooManyPieces(photo=upload.photo_id)
    if content:
        _append(upload, offset, content)
    return examine(upload) if upload.offset == upload.size else None


def examine(upload: Upload, content: bytes | None = None) -> Finding:
    """Look at all bytes of an upload, and put them where they will be kept if they have the announced hash.
    Touches no row; may be repeated. Raises NothingKept when a piece is lost, StoreFull, StoreUnavailable."""
    if content is None:
        keys = Segment.objects.filter(upload=upload).order_by("offset").values_list("key", flat=True)
        content = b"".join(storage.read_kept(key) for key in keys)
    if sha256_bytes(content) != upload.photo.sha256:
        return Finding(reason=Reason.WRONG_HASH)
    storage.keep(photo_key(upload.photo_id, upload.generation), content)
    try:
        return Finding(examine_structure(content))
    except NotAPicture as problem:
        return Finding(reason=problem.facts["reason"])


@one_transaction
def settle(upload: Upload, finding: Finding, *, by: User, device: UUID | None = None) -> Photo:
    """The one visible step: the upload is done and its photo stored, or bad, or wanted anew after a wrong
    hash. Raises OffsetMismatch when somebody else settled it or sent bytes meanwhile, UploadGone when it was
    given up."""
    photo, at = upload.photo, now()
    failed = finding.reason is Reason.WRONG_HASH
    state, upto = (UploadState.FAILED, upload.offset) if failed else (UploadState.DONE, upload.size)
    if not end_upload(upload=upload.pk, offset=upload.offset, state=state.value, upto=upto, at=at):
        raise _overtaken(upload)
    upload.state, upload.offset = state.value, upto
    if finding.picture:
        _store(photo, finding.picture)
    elif failed:
        _ask_again(photo)
    else:
        _condemn(photo, str(finding.reason))
    facts = {"visit": str(photo.visit), "sha256": photo.sha256, "size": photo.size, "reason": photo.reason}
    record(SETTLED[PhotoState(photo.state)], photo, by=by, device=device, data=facts)
    return photo


def forget_pieces(upload: Upload) -> None:
    """Remove the pieces of an upload that is over. Those the store does not let go of now, `sweep` removes."""
    if upload.state == UploadState.RECEIVING or not upload.pieces:
        return
    try:
        for key in Segment.objects.filter(upload=upload).values_list("key", flat=True):
            storage.remove(key)
    except StoreUnavailable:
        log.warning("pieces of upload %s stay for the sweep", upload.pk)
    else:
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
    # Somebody may have kept the whole photo and been killed before the commit: then its bytes go with this row.
    _blob(upload.photo, upload.generation, BlobState.CONDEMNED)
    record("upload.given-up", upload.photo, by=by, device=device, data={"generation": upload.generation})


@one_transaction
def condemn_photo(photo: Photo, reason: str, *, by: User | None) -> list[Photo]:
    """A stored photo that cannot be decoded is bad, and so is every other of the same bytes: those that changed.
    Whoever calls this counts their visits anew in the same transaction. Twice is once."""
    same = Photo.objects.select_for_update().filter(blob=photo.blob_id, state=PhotoState.STORED)
    condemned = list(same.order_by("pk"))
    for one in condemned:
        one.state, one.reason = PhotoState.BAD.value, reason
        one.save(update_fields=["state", "reason"])
    Blob.objects.filter(pk=photo.blob_id).update(state=BlobState.CONDEMNED, touched_at=now())
    for one in condemned:
        record("photo.bad", one, by=by, data={"visit": str(one.visit), "reason": reason})
    return condemned


def _append(upload: Upload, offset: int, content: bytes) -> None:
    """A piece, durable before it counts, and counted by compare-and-set: of two at one place, one stays."""
    key = piece_key(upload.photo_id, upload.generation, offset, secrets.token_hex(6))
    storage.keep(key, content)
    at = now()
    if not _count(upload, offset, content, key, at):
        with suppress(StoreUnavailable):  # then it is nobody's, and goes with its age
            storage.remove(key)
        raise _overtaken(upload)
    upload.offset, upload.touched_at = offset + len(content), at
    upload.pieces += 1


@one_transaction
def _count(upload: Upload, offset: int, content: bytes, key: str, at: datetime) -> bool:
    """No journal line: a piece is part of a deed, and `settle` tells that one."""
    if not count_piece(upload=upload.pk, offset=offset, upto=offset + len(content), at=at):
        return False
    insert([Segment(upload=upload, offset=offset, length=len(content), key=key)])
    return True


def _overtaken(upload: Upload) -> OffsetMismatch | UploadGone:
    """What to tell somebody whose compare-and-set failed."""
    present = Upload.objects.get(pk=upload.pk)
    if present.state in (UploadState.FAILED, UploadState.EXPIRED):
        return UploadGone(photo=upload.photo_id)
    return OffsetMismatch(offset=present.offset)


def _store(photo: Photo, picture: Picture) -> None:
    photo.blob = _blob(photo, photo.generation, BlobState.STORED)
    photo.state, photo.stored_at = PhotoState.STORED.value, photo.blob.touched_at
    photo.media_type, photo.width, photo.height = picture.media_type, picture.width, picture.height
    store_photo(
        photo=photo.pk,
        blob=photo.blob.pk,
        media_type=picture.media_type,
        width=picture.width,
        height=picture.height,
        at=photo.stored_at,
    )


def _condemn(photo: Photo, reason: str) -> None:
    """Kept for whoever asks why, and never linked to another photo."""
    photo.blob = _blob(photo, photo.generation, BlobState.CONDEMNED)
    photo.state, photo.reason = PhotoState.BAD.value, reason
    photo.save(update_fields=["state", "reason", "blob"])


def _blob(photo: Photo, generation: int, state: BlobState) -> Blob:
    blob = Blob(
        key=photo_key(photo.pk, generation),
        sha256=photo.sha256,
        size=photo.size,
        owner_id=photo.inspector_id,
        state=state.value,
        touched_at=now(),
    )
    insert([blob])
    return blob


def _ask_again(photo: Photo) -> None:
    photo.generation += 1
    if photo.generation >= GENERATIONS_MAX and _failures(photo) >= GENERATIONS_MAX:
        photo.state, photo.reason = PhotoState.BAD.value, Reason.WRONG_HASH.value
    photo.save(update_fields=["state", "reason", "generation"])


def _failures(photo: Photo) -> int:
    return Upload.objects.filter(photo=photo, state=UploadState.FAILED).count()
