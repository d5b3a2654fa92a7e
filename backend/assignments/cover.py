"""Cover suspected: whoever may have been recognised at a unit is not sent there again, nor to its sisters.

Her orders there are given to others or taken back in the same deed. Locks are taken as everywhere: orders, units,
inspectors, each in the order of their ids.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from backend.assignments.actions import cancel, reassign
from backend.assignments.errors import NoSuchPlace, NotAnInspector, PlanChanged, TooManyOrders
from backend.assignments.ground import read_ground
from backend.assignments.models import Assignment, AssignmentQuerySet, ConflictOfInterest, sisters_of
from backend.assignments.planning import Candidate, Wanted, candidates
from backend.assignments.rules import Bar, Scenario, Terms
from backend.core.clock import now
from backend.core.ids import uuid7
from backend.journal.actions import one_transaction, record
from backend.people.access import require
from backend.people.errors import IdTaken
from backend.people.models import User
from backend.people.rules import Verb
from backend.units.models import Unit

ORDERS_REPLANNED_MAX = 100
SISTERS_MAX = 1000


@dataclass(frozen=True)
class AtRisk:
    """An order of somebody who may have been recognised; `best` is who could go instead, None when nobody is free."""

    order: Assignment
    best: User | None
    candidates: tuple[Candidate, ...]


@dataclass(frozen=True)
class Replanned:
    reassigned: int
    cancelled: int
    new: bool


def orders_at_risk(unit: Unit, inspector: UUID, *, by: User) -> AssignmentQuerySet:
    """Her orders at this unit and its sisters of which nothing was told and whose window has not closed; those which
    `by` may see."""
    here = Assignment.objects.visible_to(by).untold().of_account(unit)
    return here.filter(programme=unit.programme_id, inspector=inspector, window_closes__gt=now())


def others_at_risk(unit: Unit, inspector: UUID, *, by: User) -> int:
    """How many such orders lie outside the regions of `by`: somebody else has to plan them anew."""
    here = Assignment.objects.untold().of_account(unit)
    here = here.filter(programme=unit.programme_id, inspector=inspector, window_closes__gt=now())
    return here.exclude(pk__in=Assignment.objects.visible_to(by).values("pk")).count()


def replacements(unit: Unit, inspector: UUID, *, by: User) -> list[AtRisk]:
    """The orders at risk with who could go instead. Each one chosen stands in the way of the next.

    Raises TooManyOrders.
    """
    orders = list(orders_at_risk(unit, inspector, by=by).with_names().order_by("window_opens", "pk"))
    if len(orders) > ORDERS_REPLANNED_MAX:
        raise TooManyOrders(limit=ORDERS_REPLANNED_MAX)
    ground = read_ground(
        unit.programme_id, {order.unit_id for order in orders}, {order.window_opens for order in orders}
    )
    found = []
    for order in orders:
        place = ground.units[order.unit_id]
        able = candidates(place, _as_wanted(order), ground, but=frozenset({inspector}))
        best = able[0].inspector if able and not able[0].problems else None
        if best is not None:
            ground.stand(ground.planned(order.pk, best.pk, place, order.window))
            ground.loads[best.pk] += 1
        found.append(AtRisk(order, best, tuple(able)))
    return found


@one_transaction
def suspect_cover(
    report: UUID,
    *,
    unit: UUID,
    inspector: UUID,
    programme: UUID,
    instead: Mapping[UUID, UUID | None],
    reason: str,
    by: User,
) -> Replanned:
    """She is not sent to this unit and its sisters from now on; her orders there go to others or are cancelled.

    report    names this deed: sent twice it is done once
    instead   for each of her orders at risk who goes instead, None to cancel it

    Raises as `require`, `reassign` and `cancel` do, and NoSuchPlace, NotAnInspector, IdTaken, PlanChanged.
    """
    require(by, programme, Verb.ASSIGN)
    place = Unit.objects.filter(pk=unit, programme=programme).select_related("institution").first()
    if place is None:
        raise NoSuchPlace(unit=unit)
    require(by, programme, Verb.ASSIGN, region=place.region_id)
    # Lock what was seen, and only then look at what there is.
    seen = Assignment.objects.select_for_update(of=("self",)).filter(pk__in=instead, programme=programme)
    units = {unit, *(order.unit_id for order in seen.order_by("pk"))}
    people = {inspector, *(person for person in instead.values() if person is not None)}
    if inspector not in read_ground(programme, units, [], inspectors=people, lock=True).inspectors:
        raise NotAnInspector(inspector=inspector)
    orders = list(orders_at_risk(place, inspector, by=by).order_by("window_opens", "pk"))
    if known := ConflictOfInterest.objects.filter(pk=report).first():
        if (known.inspector_id, known.kind, known.institution_id) != (
            inspector,
            Bar.COVER.value,
            place.institution_id,
        ):
            raise IdTaken(report=report)
        return Replanned(0, 0, new=False)
    if {order.pk for order in orders} != set(instead):
        raise PlanChanged()
    barred = _bar(report, place, inspector, reason, by)
    for order in orders:
        if (person := instead[order.pk]) is None:
            cancel(order.pk, reason=reason, by=by)
        else:
            reassign(order.pk, inspector=person, reason=reason, by=by)
    cancelled = sum(person is None for person in instead.values())
    facts = {"inspector": str(inspector), "unit": place.code, "reason": reason, "cancelled": cancelled}
    facts |= {"reassigned": len(orders) - cancelled}
    record("cover.suspected", barred, by=by, programme=programme, data=facts)
    return Replanned(len(orders) - cancelled, cancelled, new=True)


def _bar(report: UUID, unit: Unit, inspector: UUID, reason: str, by: User) -> ConflictOfInterest:
    """Barred from the whole institution, and from the units of its class in the region that belong to others."""
    sisters = Unit.objects.filter(sisters_of(unit), programme=unit.programme_id)
    outside = sisters.exclude(institution=unit.institution_id).order_by("pk")
    moment = now()

    def bar(pk: UUID, **place: UUID) -> ConflictOfInterest:
        return ConflictOfInterest(
            id=pk,
            programme_id=unit.programme_id,
            inspector_id=inspector,
            kind=Bar.COVER.value,
            reason=reason,
            declared_by=by,
            declared_at=moment,
            **place,
        )

    whole = bar(report, institution_id=unit.institution_id)
    each = [bar(uuid7(), unit_id=pk) for pk in outside.values_list("pk", flat=True)[:SISTERS_MAX]]
    ConflictOfInterest.objects.bulk_create([whole, *each])
    return whole


def _as_wanted(order: Assignment) -> Wanted:
    terms = Terms(
        programme=order.programme_id,
        unit=order.unit_id,
        product=order.product_id,
        inspector=order.inspector_id,
        scenario=Scenario(order.scenario),
        window=order.window,
        briefing=order.briefing,
        checklist=order.checklist_id,
    )
    return Wanted(order.pk, terms)
