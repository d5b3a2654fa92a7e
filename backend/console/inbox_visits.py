"""Which visits a list of the inbox holds, in which order, and which come before and after one of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from backend.console.inbox_filters import Asked, Tray
from backend.core.clock import now
from backend.pages.desk import Desk
from backend.review.rules import REVIEW_WITHIN
from backend.units.models import Unit
from backend.visits.models import Visit, VisitQuerySet

UNITS_FOUND_MAX = 200

OLDEST_FIRST = ("told_at", "pk")
NEWEST_FIRST = ("-told_at", "-pk")
JUDGED = {Tray.RETURNED: "returned", Tray.ACCEPTED: "accepted", Tray.REJECTED: "rejected"}


def followed(desk: Desk) -> VisitQuerySet:
    """What this desk may see: of her regions, in this programme."""
    return Visit.objects.followed_by(desk.user).filter(programme=desk.programme)


def ordering(asked: Asked) -> tuple[str, str]:
    """Work that waits comes oldest first, what was done newest first."""
    return OLDEST_FIRST if asked.tray in (Tray.AWAITING, Tray.RETURNED) else NEWEST_FIRST


def units_found(desk: Desk, asked: Asked) -> list[UUID] | None:
    """Units whose name or code holds what was typed, looked for before any visit is; None when nothing was."""
    if not asked.q:
        return None
    like = Q(name__icontains=asked.q) | Q(code__icontains=asked.q)
    units = Unit.objects.filter(like, programme=desk.programme).order_by("name", "pk")
    return list(units.values_list("pk", flat=True)[: UNITS_FOUND_MAX + 1])


def chosen(desk: Desk, asked: Asked, units: list[UUID] | None = None) -> VisitQuerySet:
    """The visits of a list, unordered. `units` as `units_found` gave them."""
    return filtered(in_tray(within_place(desk, asked, units), asked.tray), facet_filters(asked, now()))


def within_place(desk: Desk, asked: Asked, units: list[UUID] | None) -> VisitQuerySet:
    found = followed(desk).in_region(asked.region)
    if asked.type:
        found = found.filter(unit__unit_type=asked.type)
    return found if units is None else found.filter(unit__in=units[:UNITS_FOUND_MAX])


def in_tray(visits: VisitQuerySet, tray: Tray) -> VisitQuerySet:
    if tray is Tray.AWAITING:
        return visits.awaiting_review()
    return visits.filter(state=JUDGED[tray]) if tray in JUDGED else visits


def facet_filters(asked: Asked, moment: datetime) -> dict[str, Q]:
    """What holds, by the name of its filter."""
    every = facet_choices(moment)
    held = {"flags": asked.flags, "photos": asked.photos, "due": asked.due}
    return {name: every[name, value] for name, value in held.items() if value}


def facet_choices(moment: datetime) -> dict[tuple[str, str], Q]:
    return {
        ("flags", "yes"): ~Q(flags=[]),
        ("flags", "no"): Q(flags=[]),
        ("photos", "missing"): Q(photos_missing__gt=0),
        ("due", "overdue"): Q(told_at__lt=moment - REVIEW_WITHIN),
    }


def filtered(visits: VisitQuerySet, held: Mapping[str, Q]) -> VisitQuerySet:
    for condition in held.values():
        visits = visits.filter(condition)
    return visits


def neighbours(desk: Desk, asked: Asked, visit: Visit) -> tuple[UUID | None, UUID | None]:
    """The visits before and after this one in that list; also when a decision has just taken it out of the list."""
    listed = chosen(desk, asked, units_found(desk, asked))
    later = Q(told_at__gt=visit.told_at) | Q(told_at=visit.told_at, pk__gt=visit.pk)
    earlier = Q(told_at__lt=visit.told_at) | Q(told_at=visit.told_at, pk__lt=visit.pk)
    after, before = _first(listed.filter(later), OLDEST_FIRST), _first(listed.filter(earlier), NEWEST_FIRST)
    return (before, after) if ordering(asked) == OLDEST_FIRST else (after, before)


def _first(visits: QuerySet[Visit], order: tuple[str, str]) -> UUID | None:
    found: Any = visits.order_by(*order).values_list("pk", flat=True).first()
    return found
