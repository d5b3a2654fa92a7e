"""What is known around the submissions of one request, asked once for all of them.

What one submission changes, the next of the same request sees; everything is written at the end, together.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from backend.assignments.models import Assignment
from backend.checklists.answers import problems_in
from backend.checklists.errors import NoSuchChecklist
from backend.checklists.models import Checklist
from backend.checklists.rules import Instrument
from backend.people.models import Device, User
from backend.units.models import PublishedStandard
from backend.visits.models import (
    Submission,
    Visit,
    facts_for,
    orders_locked,
    standards_of,
    told_at,
    told_before,
    versions_of,
    visits_of,
)
from backend.visits.rules import (
    Circumstances,
    Slot,
    Standing,
    Telling,
    VisitState,
    Why,
    day_of,
    fees_differing,
)
from backend.visits.testimony import Told, keepable, read_doc, understand


@dataclass(frozen=True)
class Delivery:
    """Who brought the submissions, from which device, when by the phone's clock and when by ours."""

    user: User
    device: Device
    sent_at: datetime | None
    received_at: datetime


@dataclass(frozen=True)
class Reading:
    """A submission as far as it could be read. `why` says for what reason it was not; without one there are
    an order, an instrument and a day."""

    telling: Telling
    told: Told
    why: Why | None
    order: Assignment | None
    instrument: Instrument | None
    day: date | None


@dataclass
class Scene:
    """rivals     slots of the submissions of a (visit, attempt)
    same_day   visits the inspector told of a (unit, day)
    kept       what is to be written, with its reading
    """

    delivery: Delivery
    orders: Mapping[UUID, Assignment]
    known: dict[tuple[UUID, str], Slot]
    rivals: dict[tuple[UUID, int], list[Slot]]
    readings: Mapping[tuple[UUID, str], Reading]
    visits: Mapping[UUID, Visit] = field(default_factory=dict)
    standards: Mapping[UUID, Sequence[PublishedStandard]] = field(default_factory=dict)
    same_day: dict[tuple[UUID, date], set[UUID]] = field(default_factory=lambda: defaultdict(set))
    kept: list[tuple[Submission, Reading]] = field(default_factory=list)

    def standing_of(self, order: Assignment, attempt: int) -> Standing:
        visit = self.visits.get(order.pk)
        return Standing(
            inspector=order.inspector_id,
            cancelled=order.cancelled_at is not None,
            state=VisitState(visit.state) if visit else None,
            attempt=visit.attempt if visit else 1,
            taken=Slot.CURRENT in self.rivals.get((order.pk, attempt), ()),
        )

    def circumstances_of(
        self, reading: Reading, order: Assignment, instrument: Instrument, day: date
    ) -> Circumstances:
        told, unit, delivery = reading.told, order.unit, self.delivery
        facts = facts_for(order, instrument, day, self.standards.get(order.product_id, ()))
        items = instrument.items_for(unit.unit_type)
        began = told.began or delivery.received_at
        return Circumstances(
            window=order.window,
            unit=unit.place,
            received_at=delivery.received_at,
            sent_at=delivery.sent_at,
            gaps=problems_in(items, told.answers, facts),
            items=len(items),
            fees=fees_differing(items, told.answers, facts["official_fee"]),
            newer_version=newer_version(reading.telling.checklist, instrument.code, began),
            told_that_day=len(self.same_day[unit.pk, day] - {order.pk}),
            rivals=len(self.rivals.get((order.pk, reading.telling.attempt), ())),
        )

    def keep(self, kept: Submission, reading: Reading) -> None:
        """To be written, and seen by what comes after it."""
        slot, order = Slot(kept.slot), reading.order
        self.kept.append((kept, reading))
        self.known[kept.uuid, kept.digest] = slot
        if order is not None:
            self.rivals.setdefault((order.pk, kept.attempt), []).append(slot)
        if order is not None and reading.day is not None and slot is Slot.CURRENT:
            self.same_day[order.unit_id, reading.day].add(order.pk)


def look_around(tellings: Sequence[Telling], delivery: Delivery) -> Scene:
    """A fixed number of statements, however many submissions. The orders are locked: not the visits, which may
    not exist yet."""
    visits = sorted({telling.visit for telling in tellings})
    orders = {order.pk: order for order in orders_locked(ids=visits)}
    known: dict[tuple[UUID, str], Slot] = {}
    rivals: dict[tuple[UUID, int], list[Slot]] = defaultdict(list)
    for name, digest, visit, attempt, slot in told_before(
        ids=sorted({telling.id for telling in tellings}), visits=visits
    ):
        known[name, digest] = Slot(slot)
        rivals[visit, attempt].append(Slot(slot))
    fresh = {telling.name: telling for telling in tellings if telling.name not in known}
    readings = {name: read(telling, orders.get(telling.visit), delivery) for name, telling in fresh.items()}
    scene = Scene(delivery, orders, known, rivals, readings)
    readable = [reading for reading in readings.values() if reading.why is None]
    if readable:
        _look_closer(scene, readable)
    return scene


def _look_closer(scene: Scene, readable: Sequence[Reading]) -> None:
    orders = [reading.order for reading in readable if reading.order is not None]
    scene.visits = {visit.pk: visit for visit in visits_of(orders=_different(order.pk for order in orders))}
    standards: dict[UUID, list[PublishedStandard]] = defaultdict(list)
    for standard in standards_of(products=_different(order.product_id for order in orders)):
        standards[standard.product_id].append(standard)
    scene.standards = standards
    places = told_at(
        inspector=scene.delivery.user.pk,
        units=_different(order.unit_id for order in orders),
        days=_different(reading.day for reading in readable if reading.day is not None),
    )
    for unit, day, visit in places:
        scene.same_day[unit, day].add(visit)


def read(telling: Telling, order: Assignment | None, delivery: Delivery) -> Reading:
    """The text as values, and whether it can be taken for what it says it is."""
    doc = read_doc(telling.text)
    told = understand(doc or {})
    why = telling.why or (Why.DAMAGED if telling.garbled else None)
    why = why or (Why.UNPARSABLE if doc is None else None) or (Why.UNKNOWN_VISIT if order is None else None)
    instrument = _instrument(telling.checklist) if why is None else None
    if why is None and instrument is None:
        why = Why.UNKNOWN_CHECKLIST
    day = None
    if why is None and order is not None:
        day = day_of(told, received_at=delivery.received_at, time_zone=order.unit.time_zone)
    return Reading(telling, told, why, order, instrument, day)


def newer_version(digest: str, code: str, began: datetime) -> str:
    """The newest version of this checklist that was out before she began, if she used an older one."""
    for newer, version, published_at in versions_of(code=code):
        if newer == digest:
            return ""
        if published_at < began:
            return str(version)
    return ""


def _instrument(digest: str) -> Instrument | None:
    """A published checklist, also one withdrawn since; None when it was never published here."""
    try:
        return _published(keepable(digest))
    except NoSuchChecklist:
        return None


@lru_cache(maxsize=32)
def _published(digest: str) -> Instrument:
    """Kept in memory: what is published never changes."""
    return Checklist.objects.named(digest).instrument


def _different(values: Iterable[Any]) -> list[Any]:
    return sorted(set(values))
