"""Drafts: one device's working copies, kept in case the device is not."""

from uuid import UUID

from backend.core.clock import now
from backend.core.digests import sha256_text
from backend.journal.actions import one_transaction
from backend.people.models import Device, User
from backend.visits.errors import DigestMismatch
from backend.visits.models import Draft
from backend.visits.testimony import as_bytes


@one_transaction
def keep_draft(visit: UUID, *, rev: int, digest: str, text: str | None, by: User, device: Device) -> int:
    """Keep a draft if this device has sent no later one; answers the revision kept now. No text discards it.

    No journal line: a draft is one device's working copy, not yet testimony. Raises DigestMismatch.
    """
    if text is not None and sha256_text(text) != digest:
        raise DigestMismatch(digest=sha256_text(text))
    content = {
        "rev": rev,
        "digest": "" if text is None else digest,
        "doc": None if text is None else as_bytes(text),
        "updated_at": now(),
    }
    if Draft.objects.filter(visit=visit, device=device, rev__lt=rev).update(**content):
        return rev
    kept, _ = Draft.objects.defer("doc").get_or_create(
        visit=visit, device=device, defaults={**content, "inspector": by}
    )
    return kept.rev
