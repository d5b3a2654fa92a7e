"""Looking at a stored photo: decoding happens here, for whoever wants to see it, and nowhere on the way in."""

import logging

from backend.core.digests import sha256_bytes
from backend.evidence import storage
from backend.evidence.images import thumbnail
from backend.evidence.models import Photo
from backend.evidence.rules import thumbnail_key

log = logging.getLogger("samar.evidence")


def thumbnail_of(photo: Photo) -> str:
    """The key of a stored photo's thumbnail, made if it is not there yet. No journal line: nothing was decided.

    Raises NotAPicture when the photo cannot be decoded, StoreFull, StoreUnavailable.
    """
    if photo.thumbnail:
        return photo.thumbnail
    content = thumbnail(storage.read_kept(str(photo.blob_id)))
    photo.thumbnail = thumbnail_key(photo.pk, sha256_bytes(content))
    storage.keep(photo.thumbnail, content)
    Photo.objects.filter(pk=photo.pk).update(thumbnail=photo.thumbnail)
    return photo.thumbnail
