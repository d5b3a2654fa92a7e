"""What a sync does next, how long it waits, and what each HTTP answer means to it (protocol 6.9)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum
from random import Random

WAIT_SECONDS_FIRST = 2.0
WAIT_SECONDS_MAX = 15 * 60.0
RETRY_AFTER_SECONDS_MAX = 24 * 3600.0
LEASE_SECONDS_MAX = 20 * 60.0

SPLIT_AFTER_FAILURES = 3
SAYS_IT_IS_THE_SERVER = (503, 507)


class Step(StrEnum):
    """The steps of a sync; each ends in the same loop, whatever came of it."""

    WAIT = "wait"
    EXCHANGE = "exchange"  # POST /sync
    FETCH = "fetch"  # checklists and earlier submissions, by digest
    UPLOAD = "upload"  # the next photo
    DONE = "done"


@dataclass(frozen=True)
class State:
    """What a sync knows of itself. Counts are of things that may still be tried in this run."""

    stopped: bool = False
    failures: int = 0  # in a row
    failures_max: int = 8
    wait_seconds: float = 0.0
    caught_up: bool = False  # the last page was read, and we changed nothing since
    unsent: int = 0  # documents and photo offers
    papers: int = 0  # checklists and earlier submissions to fetch
    uploads: int = 0  # photos with an upload address


def next_step(state: State) -> Step:
    """Documents before papers before photos; one exit."""
    if state.stopped or state.failures >= state.failures_max:
        return Step.DONE
    if state.wait_seconds > 0:
        return Step.WAIT
    if state.unsent or not state.caught_up:
        return Step.EXCHANGE
    if state.papers:
        return Step.FETCH
    return Step.UPLOAD if state.uploads else Step.DONE


def wait_seconds(attempt: int, retry_after: float | None, rng: Random) -> float:
    """Seconds to wait after the nth failure in a row (1, 2, …): full jitter below 2 s · 2ⁿ⁻¹, at most 15 minutes.

    `retry_after` is what the server asked for; the jitter is added, so that not all phones return together.
    """
    ceiling = min(WAIT_SECONDS_MAX, WAIT_SECONDS_FIRST * 2 ** min(attempt - 1, 16))
    return (retry_after or 0.0) + rng.uniform(0.0, ceiling)


def retry_after_seconds(header: str | None, now: datetime) -> float | None:
    """Seconds in a Retry-After header (a number, or a date seen from `now`); None when there is none to read."""
    if header is None:
        return None
    try:
        seconds = float(int(header)) if header.strip().isdecimal() else _seconds_until(header, now)
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(0.0, seconds), RETRY_AFTER_SECONDS_MAX)


def _seconds_until(date: str, now: datetime) -> float:
    return (parsedate_to_datetime(date) - now).total_seconds()


def smaller_batch(size: int) -> int:
    """How many things the next request carries after one with `size` was not taken: 50, 25, … 1, and then none,
    which tells whether the last one was at fault."""
    return size // 2


def lease_is_free(*, age_seconds: float, holder_lives: bool) -> bool:
    """Whether a sync may take over the lease of another. A clock that was set back gives a negative age."""
    return not holder_lives or not -LEASE_SECONDS_MAX < age_seconds < LEASE_SECONDS_MAX


class Do(StrEnum):
    """What an HTTP answer asks of the phone."""

    APPLY = "apply"  # read it
    WAIT = "wait"  # back off, then the same again
    SPLIT = "split"  # send fewer things
    PLAIN = "plain"  # the same again without gzip
    STOP = "stop"  # keep everything, tell the person
    PUSH_ONLY = "push only"  # fetch nothing more, ask the person to update
    KEPT = "kept"  # go on at Upload-Offset
    MOVE = "move"  # somebody was faster: go on at Upload-Offset
    RENEW = "renew"  # this address is gone: /sync gives another
    RESEND = "resend"  # this piece arrived damaged
    SHRINK = "shrink"  # smaller pieces


CUT_CODE = "body-cut"  # a 400 that says only that the line was cut


def after_sync(status: int, *, code: str = "", failures: int = 0, things: int = 0) -> Do:
    """What an answer of POST /sync with our header means. `code` of its problem, `failures` in a row so far,
    `things` in the request."""
    if status == 200:
        return Do.APPLY
    if code == CUT_CODE:
        return Do.WAIT
    if code == "protocol-unknown":
        return Do.STOP
    if status in (400, 413, 422):
        return Do.SPLIT
    if status == 415:
        return Do.PLAIN
    if status == 426 and not things:
        return Do.PUSH_ONLY
    if status >= 500 and status not in SAYS_IT_IS_THE_SERVER and failures >= SPLIT_AFTER_FAILURES and things:
        return Do.SPLIT  # one of the things may be what the server stumbles over
    return Do.WAIT if status >= 500 or status in (408, 423, 425, 429) else Do.STOP


def after_upload(status: int, *, code: str = "") -> Do:
    """What an answer of PATCH or HEAD on an upload address means."""
    if status in (200, 201, 204):
        return Do.KEPT
    if code == CUT_CODE:
        return Do.WAIT
    known = {401: Do.STOP, 409: Do.MOVE, 412: Do.STOP, 413: Do.SHRINK, 415: Do.STOP, 460: Do.RESEND}
    if status in known:
        return known[status]
    # 403 too: were we barred, the next /sync would say so; this may be only about one address.
    if status in (400, 403, 404, 410):
        return Do.RENEW
    return Do.WAIT if status >= 500 or status in (408, 423, 425, 429) else Do.STOP
