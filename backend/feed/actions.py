"""Numbering changes, which nobody calls but the journal at the very end of a transaction; and naming histories."""

import logging
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db import DatabaseError, connection, transaction

from backend.feed.models import ROWS_PER_STATEMENT, Item, Timeline, count_on, random_epoch
from backend.statements import insert

log = logging.getLogger("samar.feed")


@dataclass(frozen=True)
class Touch:
    """This listener must hear of this thing, or that it is no longer hers."""

    scope: UUID
    kind: str
    entity: UUID
    removed: bool = False
    reason: str = ""


def epoch() -> str:
    """The present epoch; made at the first call of a new installation."""
    return Timeline.present().epoch


def new_epoch() -> str:
    """Begin another history: every phone reads its list anew and offers again whatever it still keeps."""
    told = {"epoch": random_epoch()}
    return Timeline.objects.update_or_create(pk=1, defaults=told)[0].epoch


def check_timeline() -> bool:
    """Whether a new epoch was due, because this PostgreSQL is not the one that the present epoch was given for: another
    cluster, a standby that took over, a recovery to a point in time. Every process asks when it starts; it costs one
    small statement, and nothing on SQLite."""
    if connection.vendor != "postgresql":
        return False
    try:
        with transaction.atomic():
            return _follow(*_postgres_history())
    except DatabaseError as error:
        # A role that may not ask, a standby, a database that is not set up or not there.
        log.log(logging.INFO if _said else logging.WARNING, "cannot see PostgreSQL's history: %s", error)
        _said.append(str(error))
        return False


_said: list[str] = []


def _postgres_history() -> tuple[str, int]:
    """System identifier and timeline. The latter out of the name of the present log file: the control file tells of a
    new timeline only after the next checkpoint."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT system_identifier::text,"
            " ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::bigint FROM pg_control_system()"
        )
        system, timeline = cursor.fetchone()
    return system, timeline


def _follow(system: str, timeline: int) -> bool:
    if Timeline.objects.filter(pg_system_id=system, pg_timeline=timeline).exists():
        return False
    epoch()  # there is a row to lock
    known = Timeline.objects.select_for_update().get()
    before = (known.pg_system_id, known.pg_timeline)
    if before == (system, timeline):  # another process was faster
        return False
    known.pg_system_id, known.pg_timeline = system, timeline
    moved = before != ("", None)
    if moved:
        known.epoch = random_epoch()
        log.warning("PostgreSQL's history is another one than before: new epoch %s", known.epoch)
    known.save()
    return moved


def number(touches: Iterable[Touch]) -> None:
    """Give every touched thing its listener's next number.

    The scope rows are locked after every other lock, in one order, and nothing but COMMIT follows: so a number
    is visible only after all smaller numbers of its scope (protocol section 6.4).
    """
    newest = {(touch.scope, touch.kind, touch.entity): touch for touch in touches}
    if not newest:
        return
    counts = Counter(touch.scope for touch in newest.values())
    given = {scope: last - counts[scope] for scope, last in count_on(counts).items()}
    items = []
    for touch in sorted(newest.values(), key=lambda t: (t.scope, t.kind, t.entity)):
        given[touch.scope] += 1
        items.append(
            Item(
                scope_id=touch.scope,
                kind=touch.kind,
                entity=touch.entity,
                seq=given[touch.scope],
                removed=touch.removed,
                reason=touch.reason,
            )
        )
    for chunk in range(0, len(items), ROWS_PER_STATEMENT):
        insert(items[chunk : chunk + ROWS_PER_STATEMENT], over=("scope", "kind", "entity"))
