"""Handing out orders, changing them, giving them to somebody else, taking them back.

Locks are taken in one sequence: the order, its unit, its inspector. Two people who plan the same unit or the
same inspector at the same moment take turns, so the spacing rules see what the other one wrote.
"""

from typing import Any
from uuid import UUID

from django.db.models import Q

from backend.assignments.errors import (
    NoSuchOrder,
    NoSuchPlace,
    NotAnInspector,
    OnePlace,
    OrderClosed,
    ProductDoesNotFit,
    Stale,
    Withdrawn,
)
from backend.assignments.models import Assignment, ConflictOfInterest
from backend.assignments.rules import (
    BARRED,
    CHANGEABLE,
    OPEN,
    Bar,
    OrderState,
    Planned,
    Scenario,
    Terms,
    Window,
    check_spacing,
    check_terms,
)
from backend.checklists.models import Checklist
from backend.core.clock import now
from backend.core.revisions import Expected, check_rev
from backend.feed.actions import Touch
from backend.journal.actions import one_transaction, record
from backend.people.access import require
from backend.people.errors import IdTaken
from backend.people.models import User
from backend.people.rules import Role, Verb
from backend.units.models import Institution, Product, Unit

USUAL_INSTRUMENT = "IKKT"


@one_transaction
def assign(order: UUID, terms: Terms, *, by: User) -> tuple[Assignment, bool]:
    """A new order for an inspector, who hears of it; and whether it is new (the same again changes nothing).

    Raises as `require`, check_terms and check_spacing do, and NoSuchPlace, IdTaken, ProductDoesNotFit,
    NotAnInspector, ConflictDeclared, CoverSuspected, NoSuchChecklist, Withdrawn.
    """
    require(by, terms.programme, Verb.ASSIGN)
    unit = _locked_unit(terms.unit, terms.programme)
    require(by, terms.programme, Verb.ASSIGN, region=unit.region_id)
    if known := Assignment.objects.filter(pk=order).first():
        if not says(known, terms):
            raise IdTaken(order=order)
        return known, False
    product = Product.objects.filter(pk=terms.product, programme=terms.programme).first()
    if product is None:
        raise NoSuchPlace(product=terms.product)
    if product.unit_type != unit.unit_type:
        raise ProductDoesNotFit(product=product.code, unit_type=unit.unit_type)
    check_terms(terms.window, terms.scenario, product.group)
    _check_person(order, terms.inspector, unit, terms.window)
    made = Assignment.objects.create(
        id=order,
        programme_id=terms.programme,
        unit=unit,
        product=product,
        checklist=checklist_for(terms.checklist),
        inspector_id=terms.inspector,
        scenario=terms.scenario.value,
        briefing=terms.briefing,
        window_opens=terms.window.opens,
        window_closes=terms.window.closes,
        created_by=by,
        created_at=now(),
    )
    record_order("made", made, by, [put(made)], unit=unit.code, inspector=str(terms.inspector))
    return made, True


@one_transaction
def change(
    order: UUID,
    *,
    rev: int,
    briefing: str | None = None,
    window: Window | None = None,
    scenario: Scenario | None = None,
    expected_rev: Expected = None,
    by: User,
) -> Assignment:
    """Another briefing, window or scenario; None leaves a thing as it is.

    Raises as `require`, check_rev, check_terms and check_spacing do, and NoSuchOrder, Stale, OrderClosed.
    """
    found = _locked_order(order, by)
    check_rev(found.rev, expected_rev)
    if found.rev != rev:
        raise Stale(rev=found.rev)
    wanted = {"briefing": briefing, "window": window, "scenario": scenario}
    wishes = {name for name, value in wanted.items() if value is not None}
    if not wishes <= CHANGEABLE.get(found.state, frozenset()):
        raise OrderClosed(state=found.state.value)
    if not wishes:
        return found
    check_terms(window or found.window, scenario or Scenario(found.scenario), found.product.group)
    if window is not None:
        _check_person(found.pk, found.inspector_id, _locked_unit(found.unit_id, found.programme_id), window)
        found.window_opens, found.window_closes = window.opens, window.closes
    found.scenario = scenario.value if scenario is not None else found.scenario
    found.briefing = briefing if briefing is not None else found.briefing
    found.rev += 1
    found.save(update_fields=["window_opens", "window_closes", "scenario", "briefing", "rev"])
    record_order("changed", found, by, [put(found)], rev=found.rev, changed=sorted(wishes))
    return found


@one_transaction
def reassign(
    order: UUID, *, inspector: UUID, reason: str, expected_rev: Expected = None, by: User
) -> Assignment:
    """Give the order to another inspector: it leaves one phone and comes to the other. Twice is once.

    What the first inspector still tells is kept, as late. Raises as `require`, check_rev and check_spacing do,
    and NoSuchOrder, OrderClosed, NotAnInspector, ConflictDeclared, CoverSuspected.
    """
    found = _locked_order(order, by)
    if found.inspector_id == inspector:
        return found
    check_rev(found.rev, expected_rev)
    if found.state not in OPEN:
        raise OrderClosed(state=found.state.value)
    _check_person(found.pk, inspector, _locked_unit(found.unit_id, found.programme_id), found.window)
    before = found.inspector_id
    found.inspector_id = inspector
    found.rev += 1
    found.save(update_fields=["inspector", "rev"])
    hears = [Touch(before, "visit", found.pk, removed=True, reason="reassigned"), put(found)]
    # "from" is who had it, "inspector" who has it.
    record_order(
        "reassigned", found, by, hears, **{"from": str(before)}, inspector=str(inspector), reason=reason
    )
    return found


@one_transaction
def cancel(order: UUID, *, reason: str, expected_rev: Expected = None, by: User) -> Assignment:
    """Take the order back; it leaves the phone. Twice is once.

    Raises as `require` and check_rev do, and NoSuchOrder, OrderClosed.
    """
    found = _locked_order(order, by)
    if found.state is OrderState.CANCELLED:
        return found
    check_rev(found.rev, expected_rev)
    if found.state not in OPEN:
        raise OrderClosed(state=found.state.value)
    found.cancelled_at, found.cancelled_why = now(), reason
    found.rev += 1
    found.save(update_fields=["cancelled_at", "cancelled_why", "rev"])
    gone = Touch(found.inspector_id, "visit", found.pk, removed=True, reason="cancelled")
    record_order("cancelled", found, by, [gone], reason=reason)
    return found


@one_transaction
def declare_conflict(
    conflict: UUID,
    *,
    programme: UUID,
    inspector: UUID,
    unit: UUID | None = None,
    institution: UUID | None = None,
    reason: str = "",
    by: User,
) -> tuple[ConflictOfInterest, bool]:
    """No order for this inspector at this place from now on; and whether this is new.

    Inspectors declare their own. Raises as `require` does, and OnePlace, NoSuchPlace, NotAnInspector,
    IdTaken.
    """
    require(by, programme, Verb.TELL_VISITS if inspector == by.pk else Verb.ASSIGN)
    if (unit is None) == (institution is None):
        raise OnePlace()
    if known := ConflictOfInterest.objects.filter(pk=conflict).first():
        told = (known.programme_id, known.inspector_id, known.unit_id, known.institution_id)
        if told != (programme, inspector, unit, institution):
            raise IdTaken(conflict=conflict)
        return known, False
    here: Any = Unit if unit else Institution
    if not here.objects.filter(pk=unit or institution, programme=programme).exists():
        raise NoSuchPlace(place=unit or institution)
    made = ConflictOfInterest(
        id=conflict,
        programme_id=programme,
        inspector=_locked_inspector(inspector, programme),
        unit_id=unit,
        institution_id=institution,
        reason=reason,
        declared_by=by,
        declared_at=now(),
    )
    made.save()
    facts = {"inspector": str(inspector), "place": str(unit or institution)}
    record("conflict.declared", made, by=by, programme=programme, data=facts)
    return made, True


def _locked_order(order: UUID, by: User) -> Assignment:
    """The order as it is now that nobody else can change it. Raises NoSuchOrder, NotAllowed and its kin."""
    mine = Assignment.objects.visible_to(by).filter(pk=order)
    if mine.select_for_update(of=("self",)).first() is None:
        raise NoSuchOrder(order=order)
    # Read again: what was joined while waiting for the lock may be older than the lock.
    found = Assignment.objects.select_related("unit", "product", "inspector", "told").get(pk=order)
    require(by, found.programme_id, Verb.ASSIGN, region=found.unit.region_id)
    return found


def _locked_unit(unit: UUID, programme: UUID) -> Unit:
    mine = Unit.objects.filter(pk=unit, programme=programme).select_related("institution")
    found = mine.select_for_update(of=("self",), no_key=True).first()
    if found is None:
        raise NoSuchPlace(unit=unit)
    return found


def _locked_inspector(person: UUID, programme: UUID) -> User:
    inspectors = User.objects.filter(
        memberships__programme=programme, memberships__role=Role.INSPECTOR.value, is_active=True
    )
    found = inspectors.select_for_update(of=("self",), no_key=True).filter(pk=person).first()
    if found is None:
        raise NotAnInspector(inspector=person)
    return found


def _check_person(order: UUID, inspector: UUID, unit: Unit, window: Window) -> None:
    """Whether this inspector may go to this unit then; the unit is locked already."""
    _locked_inspector(inspector, unit.programme_id)
    here = Q(unit=unit) | Q(institution=unit.institution_id)
    if barred := ConflictOfInterest.objects.filter(here, inspector=inspector).order_by("kind").first():
        raise BARRED[Bar(barred.kind)](inspector=inspector, unit=unit.code)
    account = (unit.institution.institution_class, unit.region_id)
    wanted = Planned(order, inspector, unit.pk, account, window.opening_day(unit.time_zone))
    near = Assignment.objects.standing().near(unit, inspector, window.opens)
    check_spacing(wanted, [other.planned for other in near])


def checklist_for(digest: str | None) -> Checklist:
    if digest is None:
        return Checklist.objects.newest(USUAL_INSTRUMENT)
    found = Checklist.objects.named(digest)
    if found.withdrawn_at is not None:
        raise Withdrawn(checklist=digest)
    return found


def says(order: Assignment, terms: Terms) -> bool:
    """Whether an order that exists is what is asked for; a checklist that was not named may be any."""
    told = Terms(
        programme=order.programme_id,
        unit=order.unit_id,
        product=order.product_id,
        checklist=order.checklist_id if terms.checklist else None,
        scenario=Scenario(order.scenario),
        briefing=order.briefing,
        inspector=order.inspector_id,
        window=order.window,
    )
    return told == terms


def put(order: Assignment) -> Touch:
    return Touch(order.inspector_id, "visit", order.pk)


def record_order(event: str, order: Assignment, by: User, hears: list[Touch], **facts: Any) -> None:
    record(f"assignment.{event}", order, by=by, programme=order.programme_id, hears=hears, data=facts)
