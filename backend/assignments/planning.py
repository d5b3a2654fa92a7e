"""Many orders at once: what hinders each of them, who could go, and handing all of them out or none.

Orders of a plan are looked at in their sequence: one that nothing hinders stands, and may hinder those after it. So
what a rehearsal calls free is exactly what is saved. Locks are taken as for single orders: units, then inspectors,
each in the order of their ids.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from backend.assignments.actions import checklist_for, put, record_order, says
from backend.assignments.errors import (
    NoSuchPlace,
    NotAnInspector,
    ProductDoesNotFit,
    TooManyOrders,
)
from backend.assignments.ground import Ground, read_ground
from backend.assignments.models import Assignment
from backend.assignments.rules import (
    BARRED,
    Notice,
    Planned,
    Terms,
    check_terms,
    free_day,
    hindrances,
    notices,
)
from backend.core.clock import now
from backend.core.errors import Problem
from backend.journal.actions import one_transaction
from backend.people.access import require
from backend.people.errors import IdTaken, NotInYourRegions
from backend.people.models import User
from backend.people.rules import Standing, Verb
from backend.units.models import Product, Unit

ORDERS_AT_ONCE_MAX = 500
NOBODY_YET = UUID(int=0)


@dataclass(frozen=True)
class Wanted:
    """One order of a plan; its id is made before it is saved, so that saving twice is saving once."""

    order: UUID
    terms: Terms


@dataclass(frozen=True)
class Candidate:
    """An inspector, how many orders she still has before her, and what hinders her, worst first."""

    inspector: User
    load: int
    problems: tuple[Problem, ...]


@dataclass(frozen=True)
class Weighed:
    """An order of a plan, looked at. Without problems it can be saved.

    free_from    the first day on which no other visit hinders; None when no day helps or none is needed
    known        it is saved already
    """

    wanted: Wanted
    unit: Unit | None
    product: Product | None
    inspector: User | None
    problems: tuple[Problem, ...] = ()
    free_from: date | None = None
    notices: tuple[Notice, ...] = ()
    known: bool = False


@dataclass(frozen=True)
class Plan:
    """A plan, looked at; `made` were new. When one order has a problem none is saved."""

    rows: tuple[Weighed, ...]
    made: int = 0
    stored: bool = False

    @property
    def refused(self) -> int:
        return sum(bool(row.problems) for row in self.rows)


@one_transaction
def assign_many(wanted: Sequence[Wanted], *, programme: UUID, by: User, dry_run: bool = False) -> Plan:
    """Hand out all of these orders, or none when something hinders one of them; the same again changes nothing.

    Raises as `require` does, and TooManyOrders, NoSuchChecklist, Withdrawn.
    """
    standing = require(by, programme, Verb.ASSIGN)
    if len(wanted) > ORDERS_AT_ONCE_MAX:
        raise TooManyOrders(limit=ORDERS_AT_ONCE_MAX)
    ground = ground_for(wanted, programme=programme, lock=not dry_run)
    plan = Plan(tuple(weigh(wanted, ground, programme=programme, standing=standing)))
    if dry_run or plan.refused:
        return plan
    return replace(plan, made=_save(plan.rows, by), stored=True)


def ground_for(
    wanted: Iterable[Wanted], *, programme: UUID, lock: bool = False, everybody: bool = False
) -> Ground:
    """What decides about these orders; `everybody`: also about sending any other inspector."""
    terms = [one.terms for one in wanted]
    return read_ground(
        programme,
        {t.unit for t in terms},
        {t.window.opens for t in terms},
        inspectors=None if everybody else {t.inspector for t in terms},
        lock=lock,
    )


def weigh(wanted: Iterable[Wanted], ground: Ground, *, programme: UUID, standing: Standing) -> list[Weighed]:
    """Every order with what hinders it. Those that can be saved stand on the ground from then on."""
    wanted = list(wanted)
    products = {p.pk: p for p in Product.objects.filter(pk__in={w.terms.product for w in wanted})}
    known = {o.pk: o for o in Assignment.objects.filter(pk__in=[w.order for w in wanted])}
    moment, found, ids = now(), [], set()
    for one in wanted:
        row = Weighed(
            one,
            ground.units.get(one.terms.unit),
            products.get(one.terms.product),
            ground.inspectors.get(one.terms.inspector),
        )
        if row.unit and one.terms.window.opens < one.terms.window.closes:
            odd = notices(one.terms.window, row.unit.hours, row.unit.time_zone, moment)
            row = replace(row, notices=tuple(odd))
        if one.order in ids or (one.order in known and not says(known[one.order], one.terms)):
            row = replace(row, problems=(IdTaken(order=one.order),))
        elif one.order in known:
            row = replace(row, known=True)
        else:
            row = _judged(row, ground, programme, standing)
            if not row.problems and row.unit:
                ground.stand(_planned(row, ground, row.unit))
        ids.add(one.order)
        found.append(row)
    return found


def candidates(
    unit: Unit, wanted: Wanted, ground: Ground, *, but: frozenset[UUID] = frozenset()
) -> list[Candidate]:
    """All inspectors of the ground except `but`: those whom nothing hinders first, of them the least loaded."""
    found = []
    somebody = ground.planned(wanted.order, NOBODY_YET, unit, wanted.terms.window)
    for inspector in ground.inspectors.values():
        if inspector.pk not in but:
            planned = replace(somebody, inspector=inspector.pk)
            if bar := ground.bar(inspector.pk, unit):
                problems: tuple[Problem, ...] = (BARRED[bar](inspector=inspector.pk, unit=unit.code),)
            else:
                problems = tuple(h.as_problem() for h in hindrances(planned, ground.nearest(planned)))
            found.append(Candidate(inspector, ground.loads[inspector.pk], problems))
    return sorted(found, key=lambda c: (len(c.problems) > 0, c.load, c.inspector.name, c.inspector.pk))


def fill_in(wanted: Iterable[Wanted], ground: Ground) -> list[Wanted]:
    """The same orders; those that name nobody get the free inspector with the fewest orders, where there is one."""
    found = []
    trial = ground.copy()
    for one in wanted:
        unit = trial.units.get(one.terms.unit)
        if unit is not None and one.terms.inspector == NOBODY_YET:
            best = next(iter(candidates(unit, one, trial)), None)
            if best is not None and not best.problems:
                one = Wanted(one.order, replace(one.terms, inspector=best.inspector.pk))
        if unit is not None and one.terms.inspector in trial.inspectors:
            trial.stand(trial.planned(one.order, one.terms.inspector, unit, one.terms.window))
            trial.loads[one.terms.inspector] += 1
        found.append(one)
    return found


def _judged(row: Weighed, ground: Ground, programme: UUID, standing: Standing) -> Weighed:
    terms, unit, product = row.wanted.terms, row.unit, row.product
    if unit is None:
        return replace(row, problems=(NoSuchPlace(unit=terms.unit),))
    problems: list[Problem] = []
    if not standing.may_in(Verb.ASSIGN, unit.region_id):
        problems.append(NotInYourRegions(region=unit.region_id))
    if product is None or product.programme_id != programme:
        problems.append(NoSuchPlace(product=terms.product))
    elif product.unit_type != unit.unit_type:
        problems.append(ProductDoesNotFit(product=product.code, unit_type=unit.unit_type))
    try:
        check_terms(terms.window, terms.scenario, product.group if product else "")
    except Problem as problem:
        problems.append(problem)
    persons, free_from = _person(row.wanted, unit, ground)
    return replace(row, problems=(*problems, *persons), free_from=free_from)


def _person(wanted: Wanted, unit: Unit, ground: Ground) -> tuple[tuple[Problem, ...], date | None]:
    """What hinders this inspector there and then, and from when on the other visits do not."""
    inspector = wanted.terms.inspector
    if (known := inspector in ground.inspectors) and (bar := ground.bar(inspector, unit)):
        return (BARRED[bar](inspector=inspector, unit=unit.code),), None
    planned = ground.planned(wanted.order, inspector, unit, wanted.terms.window)
    near = ground.near(planned)
    found = hindrances(planned, near)  # of nobody in particular: what hinders whoever goes
    problems: list[Problem] = [] if known else [NotAnInspector(inspector=inspector)]
    problems += [h.as_problem() for h in found]
    return tuple(problems), free_day(planned, near) if found else None


def _planned(row: Weighed, ground: Ground, unit: Unit) -> Planned:
    return ground.planned(row.wanted.order, row.wanted.terms.inspector, unit, row.wanted.terms.window)


def _row(wanted: Wanted, checklist: str, by: User, moment: datetime) -> Assignment:
    terms = wanted.terms
    return Assignment(
        id=wanted.order,
        programme_id=terms.programme,
        unit_id=terms.unit,
        product_id=terms.product,
        checklist_id=checklist,
        inspector_id=terms.inspector,
        scenario=terms.scenario.value,
        briefing=terms.briefing,
        window_opens=terms.window.opens,
        window_closes=terms.window.closes,
        created_by=by,
        created_at=moment,
    )


def _save(rows: Sequence[Weighed], by: User) -> int:
    """One line of the journal for each."""
    fresh = [row for row in rows if not row.known]
    checklists = {digest: checklist_for(digest) for digest in {row.wanted.terms.checklist for row in fresh}}
    moment = now()
    made = [_row(row.wanted, checklists[row.wanted.terms.checklist].pk, by, moment) for row in fresh]
    Assignment.objects.bulk_create(made)
    for order, row in zip(made, fresh, strict=True):
        code = row.unit.code if row.unit else ""
        record_order("made", order, by, [put(order)], unit=code, inspector=str(order.inspector_id))
    return len(made)
