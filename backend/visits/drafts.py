"""Drafts: one device's working copies, kept in case the device is not. Her other devices hear of them, so that she
can continue there (docs/protocol.md, Drafts)."""

from collections.abc import Collection
from datetime import UTC
from typing import Any
from uuid import UUID, uuid5

from django.db.models.functions import Length

from backend.core.clock import now
from backend.core.digests import sha256_text
from backend.feed.actions import Touch
from backend.journal.actions import let_hear, one_transaction
from backend.people.models import Device, User
from backend.visits.errors import DigestMismatch
from backend.visits.models import Draft
from backend.visits.testimony import as_bytes

DISCARDED = "discarded"


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
    if not Draft.objects.filter(visit=visit, device=device, rev__lt=rev).update(**content):
        defaults = {**content, "inspector": by}
        found, new = Draft.objects.defer("doc").get_or_create(visit=visit, device=device, defaults=defaults)
        if not new:
            return found.rev
    let_hear(
        Touch(by.pk, "draft", entry_of(visit, device.pk), text is None, DISCARDED if text is None else "")
    )
    return rev


def entry_of(visit: UUID, device: UUID) -> UUID:
    """The name of a draft in the feed: uuid5 of its visit and its device."""
    return uuid5(visit, str(device))


def drafts_of(user: User, entries: Collection[UUID]) -> dict[UUID, dict[str, Any]]:
    """Her living drafts among these feed entries, as the wire tells them: `visit`, `device`, `device_name`, `rev`,
    `bytes` (of the text), `updated_at` (the server's clock). One statement, none for no entries."""
    if not entries:
        return {}
    wanted, found = set(entries), {}
    hers = Draft.objects.filter(inspector=user, doc__isnull=False).order_by("-updated_at")
    rows = hers.values_list("visit", "device_id", "device__name", "rev", Length("doc"), "updated_at")
    for visit, device, name, rev, size, updated_at in rows.iterator():
        if (entry := entry_of(visit, device)) not in wanted:
            continue
        found[entry] = {
            "visit": str(visit),
            "device": str(device),
            "device_name": name,
            "rev": rev,
            "bytes": size,
            "updated_at": updated_at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        }
        if len(found) == len(wanted):
            break
    return found
