"""The phone door's deeds: each item in a transaction of its own, so that one cannot harm another."""

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from backend.core.clock import now
from backend.people.models import Device, User
from backend.sync.rules import SEEN_EVERY, DraftText, Strange, Unusable, read_item
from backend.visits import actions as visits
from backend.visits import drafts
from backend.visits.errors import DigestMismatch
from backend.visits.rules import Heard, Telling

log = logging.getLogger("samar.sync")


@dataclass(frozen=True)
class Bearer:
    """Who syncs, with which device, and what its clock said."""

    user: User
    device: Device
    sent_at: datetime | None = None


@dataclass(frozen=True)
class Retry:
    """The item stays with the phone, which sends it again; `reason` is a stable word."""

    reason: str = "trouble"


def hear_item(raw: object, *, bearer: Bearer) -> Heard | int | Retry:
    """What became of one item: of a submission what it is now, of a draft the revision kept.

    Whatever goes wrong stays with this item.
    """
    try:
        return _hear(read_item(raw), bearer)
    except DigestMismatch as problem:
        return Retry(problem.code)
    except Exception:  # one poisonous item must not hold up the others
        log.exception("an item could not be taken; its phone keeps it")
        return Retry()


def note_device(device: Device, pending: Any) -> None:
    """When this phone was last here and what it still holds: what is known of it should it never come back.
    No journal line: nothing was done. Written when it says something new, else once a minute."""
    at = now()
    news = pending is not None and pending != device.pending
    if news or device.last_seen_at is None or at - device.last_seen_at > SEEN_EVERY:
        kept = pending if pending is not None else device.pending
        Device.objects.filter(pk=device.pk).update(last_seen_at=at, pending=kept)


def _hear(item: Telling | DraftText | Strange | Unusable, bearer: Bearer) -> Heard | int:
    who: dict[str, Any] = {"by": bearer.user, "device": bearer.device}
    if isinstance(item, Unusable):
        return 0
    if isinstance(item, DraftText):
        return drafts.keep_draft(item.visit, rev=item.rev, digest=item.digest, text=item.text, **who)
    if isinstance(item, Strange):
        return visits.tell_visit(item.telling, sent_at=bearer.sent_at, why=item.why, **who)
    return visits.tell_visit(item, sent_at=bearer.sent_at, **who)
