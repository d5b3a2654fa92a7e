"""What changed for whom: one counter per listener, one row per listener and thing.

The row is *state*, not history: a thing that changes again moves to a higher number, so the feed stays as
long as the number of things a listener was ever told of.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import models

from backend.feed.rules import CHANGES_PER_PAGE_MAX, Cursor, must_start_again
from backend.statements import adapted, run_statement

ROWS_PER_STATEMENT = 500


def random_epoch() -> str:
    return secrets.token_urlsafe(6)


class Timeline(models.Model):
    """The name of this server's present history; a restored server gets a new one (protocol section 6.4).

    The other two say which history of PostgreSQL it was given for; empty on SQLite.
    """

    epoch = models.CharField(max_length=16)
    pg_system_id = models.CharField(max_length=20, blank=True)
    pg_timeline = models.BigIntegerField(null=True)

    @classmethod
    def present(cls) -> Timeline:
        """The only one; made at the first call of a new installation."""
        return cls.objects.first() or cls.objects.get_or_create(pk=1, defaults={"epoch": random_epoch()})[0]


class Scope(models.Model):
    """One listener's counter. `seq` is the last number given, `floor` the last number purged."""

    key = models.UUIDField(primary_key=True)
    seq = models.BigIntegerField(default=0)
    floor = models.BigIntegerField(default=0)


class Item(models.Model):
    """The newest number under which one listener hears of one thing."""

    scope = models.ForeignKey(Scope, on_delete=models.CASCADE, related_name="items")
    kind = models.CharField(max_length=20)
    entity = models.UUIDField()
    seq = models.BigIntegerField()
    removed = models.BooleanField(default=False)
    reason = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["scope", "kind", "entity"], name="feed_f1_one_row_a_thing"),
            models.UniqueConstraint(fields=["scope", "seq"], name="feed_f2_numbers_are_unique"),
        ]


@dataclass(frozen=True)
class Change:
    seq: int
    kind: str
    entity: object
    removed: bool
    reason: str


@dataclass(frozen=True)
class Page:
    """`check` is (number of live items, sum of their seq), given on the last page only."""

    changes: tuple[Change, ...]
    cursor: Cursor
    reset: bool
    more: bool
    check: tuple[int, int] | None


def count_on(counts: Mapping[UUID, int]) -> dict[UUID, int]:
    """Move listeners' counters forward by so much each; answers their last numbers. The rows stay locked until
    the commit, and are locked in the order of their keys, so that two writers cannot wait for each other."""
    last: dict[UUID, int] = {}
    for keys in _chunks(sorted(counts)):
        places = ", ".join(["(%s, %s, 0)"] * len(keys))
        sql = f"""
            INSERT INTO feed_scope (key, seq, floor) VALUES {places}
            ON CONFLICT (key) DO UPDATE SET seq = feed_scope.seq + excluded.seq RETURNING key, seq
            """  # noqa: S608 - only placeholders
        values = [value for key in keys for value in (adapted(key), counts[key])]
        last |= {UUID(str(key)): seq for key, seq in run_statement(sql, values)}
    return last


def read_page(scope_key: UUID, cursor: Cursor | None, *, limit: int) -> Page:
    """The changes after a cursor. Page, `more`, `check` and the epoch come from one statement, so that a commit
    between two queries cannot raise a false alarm."""
    limit = max(1, min(limit, CHANGES_PER_PAGE_MAX))
    reset, after = cursor is None, cursor.seq if cursor else 0
    rows = _page_rows(scope_key, after, limit, live_only=reset)
    epoch, floor, seq, live, total = rows[0][:5]
    if not reset and must_start_again(cursor, epoch=epoch, floor=floor, seq=seq):
        reset, after = True, 0
        rows = _page_rows(scope_key, after, limit, live_only=True)
    found = [row[5:] for row in rows if row[5] is not None]
    page, more = found[:limit], len(found) > limit
    changes = tuple(
        Change(seq, kind, UUID(str(entity)), bool(removed), reason)
        for seq, kind, entity, removed, reason in page
    )
    # The last page of a reset may end in removed rows that were skipped; the cursor must not fall behind them
    # for ever, but it may: they are delivered again as removals, which is harmless.
    position = changes[-1].seq if changes else after
    return Page(changes, Cursor(epoch, position), reset, more, None if more else (live, int(total)))


# The numbers that are the same in every row are asked with the listener's key itself: so each is counted once.
PAGE = """
    SELECT timeline.epoch, COALESCE(scope.floor, 0), COALESCE(scope.seq, 0),
           (SELECT COUNT(*) FROM feed_item WHERE scope_id = %s AND NOT removed),
           (SELECT COALESCE(SUM(seq), 0) FROM feed_item WHERE scope_id = %s AND NOT removed),
           item.seq, item.kind, item.entity, item.removed, item.reason
    FROM feed_timeline timeline
    LEFT JOIN feed_scope scope ON scope.key = %s
    LEFT JOIN feed_item item ON item.scope_id = scope.key AND item.seq > %s AND NOT (item.removed AND %s)
    ORDER BY item.seq
    LIMIT %s
    """


def _page_rows(scope_key: UUID, after: int, limit: int, *, live_only: bool) -> list[Any]:
    key = adapted(scope_key)
    asked = [key, key, key, after, live_only, limit + 1]
    rows = run_statement(PAGE, asked)
    if not rows:  # a new installation has no epoch yet
        Timeline.present()
        rows = run_statement(PAGE, asked)
    return rows


def _chunks(keys: Sequence[UUID]) -> Iterator[Sequence[UUID]]:
    for start in range(0, len(keys), ROWS_PER_STATEMENT):
        yield keys[start : start + ROWS_PER_STATEMENT]
