"""What decides about many orders at once, read in a fixed number of queries however many orders there are."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Count, Q

from backend.assignments.models import Assignment, ConflictOfInterest
from backend.assignments.rules import FARTHEST_DAYS, Bar, Planned, Window
from backend.core.clock import now
from backend.people.models import User
from backend.people.rules import Role
from backend.units.models import Unit

INSPECTORS_MAX = 500
NEAREST = 3

Account = tuple[str, str]


@dataclass
class Ground:
    """Units and inspectors of a programme, who is barred from where, and the standing orders near enough to hinder.

    `loads` counts the orders that an inspector still has before her; known of everybody, when everybody is asked for.
    """

    units: dict[UUID, Unit]
    inspectors: dict[UUID, User]
    loads: Counter[UUID] = field(default_factory=Counter)
    _bars: dict[tuple[UUID, UUID], Bar] = field(default_factory=dict)
    _at_unit: dict[UUID, list[Planned]] = field(default_factory=lambda: defaultdict(list))
    _of_person: dict[tuple[UUID, Account], list[Planned]] = field(default_factory=lambda: defaultdict(list))

    def copy(self) -> Ground:
        """The same ground to try things on."""
        at_unit = defaultdict(list, {unit: list(orders) for unit, orders in self._at_unit.items()})
        of_person = defaultdict(list, {person: list(orders) for person, orders in self._of_person.items()})
        return replace(self, loads=Counter(self.loads), _at_unit=at_unit, _of_person=of_person)

    def planned(self, order: UUID, inspector: UUID, unit: Unit, window: Window) -> Planned:
        return Planned(order, inspector, unit.pk, account_of(unit), window.opening_day(unit.time_zone))

    def stand(self, order: Planned) -> None:
        """From now on this one may hinder others, and weighs on its inspector."""
        self._at_unit[order.unit].append(order)
        insort(self._of_person[order.inspector, order.account], order, key=_day)

    def near(self, wanted: Planned) -> list[Planned]:
        """The standing orders that the spacing rules compare with this one."""
        elsewhere = self._of_person[wanted.inspector, wanted.account]
        return [*self._at_unit[wanted.unit], *(p for p in elsewhere if p.unit != wanted.unit)]

    def nearest(self, wanted: Planned) -> list[Planned]:
        """Enough of `near` for telling whether anything hinders, however much somebody has been sent about."""
        hers = self._of_person[wanted.inspector, wanted.account]
        here = bisect_left(hers, wanted.day, key=_day)
        about = hers[max(0, here - NEAREST) : here + NEAREST]
        return [*self._at_unit[wanted.unit], *(p for p in about if p.unit != wanted.unit)]

    def bar(self, inspector: UUID, unit: Unit) -> Bar | None:
        """Why this inspector is not sent there; cover weighs more than interest."""
        found = {self._bars.get((inspector, place)) for place in (unit.pk, unit.institution_id)}
        return next((bar for bar in (Bar.COVER, Bar.INTEREST) if bar in found), None)


def _day(order: Planned) -> date:
    return order.day


def account_of(unit: Unit) -> Account:
    return unit.institution.institution_class, unit.region_id


def read_ground(
    programme: UUID,
    units: Iterable[UUID],
    opens: Iterable[datetime],
    *,
    inspectors: Iterable[UUID] | None = None,
    lock: bool = False,
) -> Ground:
    """The ground for orders at these units whose windows open at these moments.

    inspectors   None: all of the programme, at most INSPECTORS_MAX
    lock         nobody else plans these units and these inspectors until the commit; needs a transaction
    """
    ground = Ground(_units(programme, units, lock), _inspectors(programme, inspectors, lock))
    people = list(ground.inspectors)
    if inspectors is None:
        ground.loads.update(_loads(programme, people))
    places = {unit.pk for unit in ground.units.values()} | {
        unit.institution_id for unit in ground.units.values()
    }
    for inspector, place, bar in _bars(people, places):
        if ground._bars.get((inspector, place)) is not Bar.COVER:
            ground._bars[inspector, place] = bar
    for order in _near(ground, programme, list(opens)):
        ground.stand(order)
    return ground


def _units(programme: UUID, ids: Iterable[UUID], lock: bool) -> dict[UUID, Unit]:
    found = Unit.objects.filter(pk__in=set(ids), programme=programme).select_related("institution", "region")
    if lock:
        found = found.select_for_update(of=("self",), no_key=True)
    return {unit.pk: unit for unit in found.order_by("pk")}


def _inspectors(programme: UUID, ids: Iterable[UUID] | None, lock: bool) -> dict[UUID, User]:
    found = User.objects.filter(
        memberships__programme=programme, memberships__role=Role.INSPECTOR.value, is_active=True
    )
    if ids is not None:
        found = found.filter(pk__in=set(ids))
    if lock:
        found = found.select_for_update(of=("self",), no_key=True)
    order = ("pk",) if lock else ("name", "pk")
    return {user.pk: user for user in found.order_by(*order)[: None if lock else INSPECTORS_MAX]}


def _loads(programme: UUID, people: list[UUID]) -> dict[UUID, int]:
    before_her = Assignment.objects.untold().filter(
        programme=programme, inspector__in=people, window_closes__gt=now()
    )
    counted = before_her.order_by().values_list("inspector").annotate(orders=Count("pk"))
    return dict(counted)


def _bars(people: list[UUID], places: set[UUID]) -> Iterator[tuple[UUID, UUID, Bar]]:
    here = Q(unit__in=places) | Q(institution__in=places)
    declared = ConflictOfInterest.objects.filter(here, inspector__in=people)
    for inspector, unit, institution, kind in declared.values_list(
        "inspector", "unit", "institution", "kind"
    ):
        yield inspector, institution if unit is None else unit, Bar(kind)


def _near(ground: Ground, programme: UUID, opens: list[datetime]) -> Iterator[Planned]:
    """Standing orders at these units, and of these inspectors in the accounts of these units."""
    if not opens or not ground.units:
        return
    reach = timedelta(days=FARTHEST_DAYS + 1)
    account = Q(
        inspector__in=list(ground.inspectors),
        unit__region__in={unit.region_id for unit in ground.units.values()},
        unit__institution__institution_class__in={
            unit.institution.institution_class for unit in ground.units.values()
        },
    )
    found = Assignment.objects.standing().filter(
        Q(unit__in=list(ground.units)) | account,
        programme=programme,
        window_opens__range=(min(opens) - reach, max(opens) + reach),
    )
    columns = ("pk", "inspector", "unit", "unit__institution__institution_class", "unit__region")
    for pk, inspector, unit, klass, region, at, zone in found.values_list(
        *columns, "window_opens", "unit__time_zone"
    ):
        yield Planned(pk, inspector, unit, (klass, region), Window(at, at).opening_day(zone))
