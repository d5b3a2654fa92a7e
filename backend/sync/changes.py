"""What a phone pulls: a page of its feed, each entry joined to the present state of the visit it names."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, cast
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from backend.assignments.models import Assignment
from backend.assignments.rules import OrderState
from backend.core.clock import now
from backend.feed.models import Change, read_page
from backend.feed.rules import Cursor
from backend.people.models import Membership, User
from backend.review.models import Decision
from backend.review.rules import Verdict
from backend.statements import prepared
from backend.sync.rules import PROTOCOL
from backend.units.models import PublishedStandard, Unit
from backend.units.rules import standard_on
from backend.visits.drafts import drafts_of
from backend.visits.models import standards_of

OVERTAKEN = {"visit": "reassigned", "draft": "discarded"}  # why a thing is gone that the page still lists

Standards = Mapping[UUID, list[PublishedStandard]]


def page_for(user: User, *, cursor: Cursor | None, echo: str | None, limit: int) -> dict[str, Any]:
    """The members of an answer that tell changes. A fixed number of statements, however long the page."""
    page = read_page(user.pk, cursor, limit=limit)
    things: dict[Any, dict[str, Any]] = dict(_visits_of(user, page.changes))
    things.update(drafts_of(user, _living(page.changes, "draft")))
    changes = [_change(change, things.get(change.entity)) for change in page.changes]
    # An order that was taken from her since the page was read, or whose programme she has left, is told as gone.
    # Her feed still counts it, so the sum would not be hers.
    overtaken = any(
        "removed" in told and not c.removed for told, c in zip(changes, page.changes, strict=True)
    )
    return {
        "protocol": PROTOCOL,
        "server_time": said(now()),
        "for": echo,
        "reset": page.reset,
        "changes": changes,
        "cursor": str(page.cursor),
        "more": page.more,
        "check": None if page.check is None or overtaken else list(page.check),
    }


def no_page(echo: str | None) -> dict[str, Any]:
    """For a client too old to read changes: it stays where it is."""
    return {
        "protocol": PROTOCOL,
        "server_time": said(now()),
        "for": echo,
        "reset": False,
        "changes": [],
        "cursor": echo,
        "more": False,
        "check": None,
    }


def said(moment: datetime) -> str:
    """An instant as it is written on the wire."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _change(change: Change, thing: dict[str, Any] | None) -> dict[str, Any]:
    head = {"seq": change.seq, "kind": change.kind, "id": str(change.entity)}
    if change.removed:
        return {**head, "removed": change.reason or "removed"}
    if change.kind not in OVERTAKEN:
        return head
    return {**head, **thing} if thing else {**head, "removed": OVERTAKEN[change.kind]}


def _living(changes: Iterable[Change], kind: str) -> list[UUID]:
    return [cast(UUID, change.entity) for change in changes if change.kind == kind and not change.removed]


def _visits_of(user: User, changes: Iterable[Change]) -> dict[object, dict[str, Any]]:
    """VISIT by id, for the live visits of a page that are still hers."""
    ids = _living(changes, "visit")
    if not ids:
        return {}
    orders = orders_told(ids=sorted(ids), inspector=user.pk)
    returned = _returns([order.pk for order in orders if order.state is OrderState.RETURNED])
    standards = _standards({order.product_id for order in orders})
    return {order.pk: _visit(order, returned.get(order.pk), standards, user) for order in orders}


def _returns(visits: list[UUID]) -> dict[UUID, Decision]:
    """The newest return of each."""
    if not visits:
        return {}
    found = Decision.objects.filter(visit__in=visits, verdict=Verdict.RETURNED.value)
    return {decision.visit_id: decision for decision in found.order_by("decided_at", "attempt")}


@prepared
def orders_told(ids: list[UUID], inspector: UUID) -> QuerySet[Assignment]:
    """Her standing orders in her programmes with all that a phone shows of them, without the long texts."""
    hers = Membership.objects.filter(programme=OuterRef("programme"), user=inspector)
    return (
        Assignment.objects.filter(Exists(hers), pk__in=ids, inspector=inspector, cancelled_at=None)
        .select_related("unit", "unit__institution", "product", "told", "told__submission")
        .defer("told__submission__doc", "told__submission__flags", "told__flags")
    )


def _standards(products: set[UUID]) -> Standards:
    found: dict[UUID, list[PublishedStandard]] = {}
    for standard in standards_of(products=sorted(products)) if products else ():
        found.setdefault(standard.product_id, []).append(standard)
    return found


def _visit(order: Assignment, returned: Decision | None, standards: Standards, user: User) -> dict[str, Any]:
    told = getattr(order, "told", None)
    before = told.submission if told and returned else None
    return {
        "rev": order.rev,
        "state": order.state.value,
        "attempt": told.attempt if told else 1,
        "checklist": order.checklist_id,
        "variant": order.unit.unit_type,
        "scenario": order.scenario,
        "briefing": order.briefing,
        "window": {"opens": said(order.window_opens), "closes": said(order.window_closes)},
        "unit": _unit(order.unit),
        "product": {
            "id": str(order.product_id),
            "code": order.product.code,
            "name_id": order.product.name_id,
            "name_en": order.product.name_en,
            "group": order.product.group or None,
        },
        "standard": _standard(order, standards.get(order.product_id, [])),
        "photos_missing": told.photos_missing if told else 0,
        "returned": _returned(returned) if returned else None,
        # What another inspector told before this order came to her stays his.
        "previous": (
            {"id": str(before.uuid), "digest": before.digest}
            if before and before.inspector_id == user.pk
            else None
        ),
    }


def _unit(unit: Unit) -> dict[str, Any]:
    place = unit.place
    return {
        "id": str(unit.pk),
        "code": unit.code,
        "name": unit.name,
        "type": unit.unit_type,
        "institution": unit.institution.name,
        "address": unit.address,
        "latitude": place.latitude if place else None,
        "longitude": place.longitude if place else None,
        "opening_hours": unit.opening_hours,
        "time_zone": unit.time_zone,
    }


def _standard(order: Assignment, standards: list[PublishedStandard]) -> dict[str, Any] | None:
    """What binds on the day the window opens: a day that does not move while the phone is offline."""
    day = order.window.opening_day(order.unit.time_zone)
    binding = standard_on(day, standards, unit=order.unit_id, region=order.unit.region_id)
    if binding is None:
        return None
    return {
        "fee_rupiah": binding.fee_rupiah,
        "completion_amount": binding.completion_amount,
        "completion_unit": binding.completion_unit or None,
        "wait_minutes": binding.wait_minutes,
        "source": binding.source,
    }


def _returned(decision: Decision) -> dict[str, Any]:
    return {
        "attempt": decision.attempt,
        "note": decision.note,
        "points": decision.points,
        "decided_at": said(decision.decided_at),
    }
