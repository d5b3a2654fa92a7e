"""Numbering changes. Nobody calls this but the journal, at the very end of a transaction."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from backend.feed.models import Item, Scope, Timeline

SCOPES_PER_FLUSH_MAX = 5000


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
    timeline = Timeline.objects.first()
    if timeline is None:
        timeline, _ = Timeline.objects.get_or_create(pk=1, defaults={"epoch": secrets.token_urlsafe(6)})
    return timeline.epoch


def number(touches: Iterable[Touch]) -> None:
    """Give every touched thing its listener's next number.

    The scope rows are locked after every other lock, in one order, and nothing but COMMIT follows: so a number
    is visible only after all smaller numbers of its scope (protocol section 6.4).
    """
    newest = {(touch.scope, touch.kind, touch.entity): touch for touch in touches}
    if not newest:
        return
    keys = sorted({touch.scope for touch in newest.values()})
    scopes = _locked(keys)
    if len(scopes) < len(keys):  # somebody's first change
        Scope.objects.bulk_create([Scope(key=key) for key in keys], ignore_conflicts=True)
        scopes = _locked(keys)
    items = []
    for touch in sorted(newest.values(), key=lambda t: (t.scope, t.kind, t.entity)):
        scope = scopes[touch.scope]
        scope.seq += 1
        items.append(
            Item(
                scope=scope,
                kind=touch.kind,
                entity=touch.entity,
                seq=scope.seq,
                removed=touch.removed,
                reason=touch.reason,
            )
        )
    Item.objects.bulk_create(
        items,
        update_conflicts=True,
        unique_fields=["scope", "kind", "entity"],
        update_fields=["seq", "removed", "reason"],
    )
    if len(scopes) == 1:  # the usual case, in a statement that is cheaper to make
        Scope.objects.filter(pk=keys[0]).update(seq=scopes[keys[0]].seq)
    else:
        Scope.objects.bulk_update(scopes.values(), ["seq"], batch_size=500)


def _locked(keys: list[UUID]) -> dict[UUID, Scope]:
    return {scope.pk: scope for scope in Scope.objects.select_for_update().filter(pk__in=keys).order_by("pk")}
