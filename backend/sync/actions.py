"""The phone door's deeds: each item in a transaction of its own, so that one cannot harm another."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from backend.core.clock import now
from backend.people.models import Device, User
from backend.statements import change
from backend.sync.rules import SEEN_EVERY, DraftText, Unusable, read_item
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


def hear_items(raw: Sequence[object], *, bearer: Bearer) -> list[Heard | int | Retry]:
    """What became of each item, in their order: of a submission what it is now, of a draft the revision kept.

    Whatever goes wrong with one stays with that one. Submissions are told in one transaction; if that fails,
    each in one of its own.
    """
    items = [_read(one) for one in raw]
    tellings = [item for item in items if isinstance(item, Telling)]
    whole = [telling for telling in tellings if telling.damaged or telling.why or not telling.garbled]
    heard = dict(zip(map(id, whole), _tell(whole, bearer), strict=True)) if whole else {}
    return [
        item
        if isinstance(item, Retry)
        else heard.get(id(item), Retry(DigestMismatch.code))
        if isinstance(item, Telling)
        else _keep_draft(item, bearer)
        for item in items
    ]


def note_device(device: Device, pending: Any) -> None:
    """When this phone was last here and what it still holds: what is known of it should it never come back.
    No journal line: nothing was done. Written when it says something new, else once a minute."""
    at = now()
    news = pending is not None and pending != device.pending
    if news or device.last_seen_at is None or at - device.last_seen_at > SEEN_EVERY:
        kept = pending if pending is not None else device.pending
        change(Device, device.pk, last_seen_at=at, pending=kept)


def _read(raw: object) -> Telling | DraftText | Unusable | Retry:
    try:
        return read_item(raw)
    except Exception:
        log.exception("an item could not be read; its phone keeps it")
        return Retry()


def _tell(tellings: Sequence[Telling], bearer: Bearer) -> list[Heard | Retry]:
    try:
        told = visits.tell_visits(tellings, by=bearer.user, device=bearer.device, sent_at=bearer.sent_at)
        return list(told)
    except Exception:
        if len(tellings) > 1:
            log.warning("telling %d visits together failed; now one by one", len(tellings))
            return [heard for telling in tellings for heard in _tell([telling], bearer)]
        log.exception("a submission could not be taken; its phone keeps it")
        return [Retry()]


def _keep_draft(item: DraftText | Unusable, bearer: Bearer) -> int | Retry:
    if isinstance(item, Unusable):
        return 0
    try:
        return drafts.keep_draft(
            item.visit, rev=item.rev, digest=item.digest, text=item.text, by=bearer.user, device=bearer.device
        )
    except DigestMismatch as problem:
        return Retry(problem.code)
    except Exception:
        log.exception("a draft could not be kept; its phone keeps it")
        return Retry()
