"""What becomes of photos at the phone door: announced together, received, settled with their visit."""

import logging
from collections.abc import Sequence
from uuid import UUID

from django.db import IntegrityError

from backend.core.errors import Problem
from backend.evidence import actions as evidence
from backend.evidence.announcing import announce_photos
from backend.evidence.errors import NothingKept, TooManyPieces, UploadGone
from backend.evidence.models import Photo, Upload
from backend.evidence.rules import Announced, Finding, PhotoState, Standing
from backend.journal.actions import one_transaction
from backend.people.models import User
from backend.sync.actions import Bearer
from backend.visits import actions as visits

log = logging.getLogger("samar.sync")


def announce(announced: Sequence[Announced], *, bearer: Bearer) -> list[Standing]:
    """Where these photos stand, in one transaction; one by one if that fails. A photo that fails alone is left
    out, and announced again by the next sync."""
    try:
        standings = _announce_all(announced, bearer)
    except Exception:
        log.exception("announcing %d photos together failed; now one by one", len(announced))
        standings = [standing for one in announced for standing in _announce_alone(one, bearer)]
    return [_finished(standing, bearer) if standing.complete else standing for standing in standings]


@one_transaction
def announce_together(announced: Sequence[Announced], *, bearer: Bearer) -> list[Standing]:
    """Where these photos stand; a visit that waits for one settled by this hears of it in the same commit."""
    standings = announce_photos(announced, by=bearer.user, device=bearer.device)
    visit_of = {one.id: one.visit for one in announced}
    for visit in sorted({visit_of[standing.id] for standing in standings if standing.fresh}):
        visits.recount_photos(visit, by=bearer.user)
    return standings


def take_piece(upload: Upload, offset: int, content: bytes, *, bearer: Bearer) -> Photo | None:
    """Bytes of a photo. The settled photo when they were its last ones, None when more are wanted.

    Raises OffsetMismatch, PieceTooLarge, UploadGone, StoreFull, StoreUnavailable.
    """
    try:
        finding = evidence.receive(upload, offset, content)
    except (NothingKept, TooManyPieces):  # it can never be finished here; the next sync names a fresh address
        evidence.give_up_upload(upload, by=bearer.user, device=bearer.device.pk)
        evidence.forget_pieces(upload)
        raise UploadGone(photo=upload.photo_id) from None
    if finding is None:
        return None
    photo = _settle(upload, finding, bearer.user, bearer.device.pk)
    evidence.forget_pieces(upload)
    return photo


def finish(upload: Upload, *, bearer: Bearer) -> Photo | None:
    """Settle an upload whose bytes are all here but whose commit a kill prevented; None for any other."""
    return take_piece(upload, upload.size, b"", bearer=bearer) if upload.waits_for_commit else None


def _announce_all(announced: Sequence[Announced], bearer: Bearer) -> list[Standing]:
    try:
        return announce_together(announced, bearer=bearer)
    except IntegrityError:  # the same came twice at once; what the other request wrote down is there now
        return announce_together(announced, bearer=bearer)


def _announce_alone(one: Announced, bearer: Bearer) -> list[Standing]:
    try:
        return announce_together([one], bearer=bearer)
    except Exception:
        log.exception("photo %s could not be announced", one.id)
        return []


def _finished(standing: Standing, bearer: Bearer) -> Standing:
    """A photo whose bytes are all here but whose commit a kill prevented."""
    try:
        upload = evidence.find_upload(standing.id, standing.generation, by=bearer.user)
        photo = finish(upload, bearer=bearer)
    except Problem as problem:  # somebody else settles it at this moment, or the store has to be asked again
        log.warning("photo %s is not settled yet: %s", standing.id, problem.code)
        return standing
    except Exception:
        log.exception("photo %s could not be settled; its phone will ask again", standing.id)
        return standing
    return _standing_of(photo, standing)


def _standing_of(photo: Photo | None, before: Standing) -> Standing:
    if photo is None or photo.state == PhotoState.NEED:
        return before  # the hash was wrong: the next sync names a new address
    return Standing(before.id, PhotoState(photo.state), photo.reason)


@one_transaction
def _settle(upload: Upload, finding: Finding, by: User, device: UUID) -> Photo:
    """The photo and what its visit still waits for change in one commit: no reviewer sees one without the
    other, and no kill can come between."""
    photo = evidence.settle(upload, finding, by=by, device=device)
    visits.recount_photos(photo.visit, by=by)
    return photo
