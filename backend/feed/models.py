"""What changed for whom: one counter per listener, one row per listener and thing.

The row is *state*, not history: a thing that changes again moves to a higher number, so the feed stays as
long as the number of things a listener was ever told of.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import models
from django.db.models import Count, F, FilteredRelation, OuterRef, Q, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from backend.feed.rules import CHANGES_PER_PAGE_MAX, Cursor, must_start_again


class Timeline(models.Model):
    """The name of this server's present history; a restored server gets a new one (protocol section 6.4)."""

    epoch = models.CharField(max_length=16)


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


def read_page(scope_key: UUID, cursor: Cursor | None, *, epoch: str, limit: int) -> Page:
    """The changes after a cursor. Page, `more` and `check` come from one statement, so that a commit
    between two queries cannot raise a false alarm."""
    limit = max(1, min(limit, CHANGES_PER_PAGE_MAX))
    head = Scope.objects.filter(pk=scope_key).first()
    floor, seq = (head.floor, head.seq) if head else (0, 0)
    reset = must_start_again(cursor, epoch=epoch, floor=floor, seq=seq)
    after = 0 if reset or cursor is None else cursor.seq
    rows = list(_page_rows(scope_key, after, live_only=reset)[: limit + 1])
    found = [row for row in rows if row["page__seq"] is not None]
    page, more = found[:limit], len(found) > limit
    changes = tuple(
        Change(r["page__seq"], r["page__kind"], r["page__entity"], r["page__removed"], r["page__reason"])
        for r in page
    )
    # The last page of a reset may end in removed rows that were skipped; the cursor must not fall behind them
    # for ever, but it may: they are delivered again as removals, which is harmless.
    position = changes[-1].seq if changes else after
    check = None if more else ((rows[0]["live"], rows[0]["total"]) if rows else (0, 0))
    return Page(changes, Cursor(epoch, position), reset, more, check)


def _page_rows(scope_key: UUID, after: int, *, live_only: bool) -> models.QuerySet[Any, Any]:
    live = Item.objects.filter(scope=OuterRef("pk"), removed=False).order_by().values("scope")
    wanted = Q(items__seq__gt=after)
    if live_only:
        wanted &= Q(items__removed=False)
    return (
        Scope.objects.filter(pk=scope_key)
        .annotate(
            page=FilteredRelation("items", condition=wanted),
            live=Coalesce(Subquery(live.annotate(n=Count("pk")).values("n")), Value(0)),
            total=Coalesce(Subquery(live.annotate(s=Sum("seq")).values("s")), Value(0)),
        )
        .order_by(F("page__seq").asc(nulls_last=True))
        .values("live", "total", "page__seq", "page__kind", "page__entity", "page__removed", "page__reason")
    )
