"""What inspectors tell: submissions, and the photos a visit still waits for.

Locks are taken in one sequence, here and in review: the order, then its visit. The order is locked and not the
visit because the visit may not exist yet.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q

from backend.assignments.models import Assignment
from backend.core.clock import now
from backend.evidence.rules import PhotoState
from backend.feed.actions import Touch
from backend.journal.actions import one_transaction, record
from backend.people.models import Device, User
from backend.statements import insert
from backend.visits.errors import DigestMismatch
from backend.visits.models import (
    Submission,
    Visit,
    count_missing,
    order_locked,
    orders_changed,
    photos_told,
    told_for_counting,
)
from backend.visits.rules import (
    Doubt,
    Flag,
    Heard,
    Slot,
    Telling,
    VisitState,
    Why,
    day_of,
    flags_for,
    slot_for,
)
from backend.visits.scene import Delivery, Reading, Scene, look_around
from backend.visits.testimony import as_bytes, keepable, read_doc, understand

Photos = Mapping[tuple[str, UUID, UUID], tuple[str, str]]


def tell_visit(telling: Telling, *, by: User, device: Device, sent_at: datetime | None = None) -> Heard:
    """One submission; see `tell_visits`."""
    return tell_visits([telling], by=by, device=device, sent_at=sent_at)[0]


@one_transaction
def tell_visits(
    tellings: Sequence[Telling], *, by: User, device: Device, sent_at: datetime | None = None
) -> list[Heard]:
    """Keep submissions word for word, and say what each is to its visit. The same again changes nothing.

    sent_at   the phone's clock when it sent
    Raises DigestMismatch when a text was changed on its way; nothing else is refused. A fixed number of
    statements, however many they are.
    """
    for telling in tellings:
        if telling.garbled and not telling.damaged and telling.why is None:
            raise DigestMismatch(digest=telling.name[1])
    scene = look_around(tellings, Delivery(by, device, sent_at, now()))
    heard = [_hear(telling, scene) for telling in tellings]
    insert([kept for kept, _ in scene.kept])
    told = _put_in_place(scene)
    for kept, reading in scene.kept:
        _record(kept, reading, told, scene.delivery)
    return heard


@one_transaction
def recount_photos(visit: UUID, *, by: User | None = None) -> None:
    """Count anew which photos a told visit still waits for. Whoever changes a photo's state does this in the
    same transaction. Nothing happens for a visit that was not told yet."""
    found = told_for_counting(visit=visit) if order_locked(visit=visit) else []
    if not found or found[0].submission is None:
        return
    told = found[0]
    missing, flags = _photos_of(found[0].submission, _photos_told([found[0].submission]))
    if (told.photos_missing, told.flags) == (missing, flags):
        return
    if told.flags == flags:
        count_missing(visit=visit, missing=missing)
    else:
        Visit.objects.filter(pk=visit).update(photos_missing=missing, flags=flags)
    order = told.assignment  # a cancelled one is gone from her list, and stays so
    record(
        "visit.photos-counted",
        told,
        by=by,
        programme=told.programme_id,
        hears=[Touch(order.inspector_id, "visit", visit)] if order.cancelled_at is None else [],
        data={"missing": missing, "of": told.photos_announced},
    )


@one_transaction
def put_in_place(late: Submission, order: Assignment) -> Visit:
    """A late submission becomes what its visit says, and waits for review; the one it replaces becomes late and stays.

    Whoever decides that this may be (review) holds the order's lock, and records it.
    """
    before = Visit.objects.select_for_update().filter(pk=order.pk).first()
    there = Q(attempt=late.attempt) | Q(pk=before.submission_id if before else None)
    Submission.objects.filter(there, visit=order.pk, slot=Slot.CURRENT.value).update(
        slot=Slot.LATE.value, why=Why.REPLACED.value
    )
    Submission.objects.filter(pk=late.pk).update(slot=Slot.CURRENT.value, why="")
    late.slot, late.why = Slot.CURRENT.value, ""
    told = understand(read_doc(late.text) or {})
    day = day_of(told, received_at=late.received_at, time_zone=order.unit.time_zone)
    missing, flags = _photos_of(late, _photos_told([late]))
    visit = _visit(late, order, missing, flags, told.detected, day)
    insert([visit], over=["assignment"])
    orders_changed(ids=[order.pk])
    return visit


def _hear(telling: Telling, scene: Scene) -> Heard:
    """Current, late or quarantined, with every doubt about it."""
    if (slot := scene.known.get(telling.name)) is not None:
        return Heard(False, slot)
    reading = scene.readings[telling.name]
    order, instrument, day = reading.order, reading.instrument, reading.day
    why: str = reading.why or ""
    doubts: Sequence[Doubt] = ()
    slot = Slot.QUARANTINED
    if order is not None and instrument is not None and day is not None:
        standing = scene.standing_of(order, telling.attempt)
        slot, why = slot_for(standing, inspector=scene.delivery.user.pk, attempt=telling.attempt)
        doubts = flags_for(reading.told, scene.circumstances_of(reading, order, instrument, day))
    scene.keep(_submission(reading, scene.delivery, slot, why, doubts), reading)
    return Heard(True, slot)


def _submission(
    reading: Reading, delivery: Delivery, slot: Slot, why: str, doubts: Sequence[Doubt]
) -> Submission:
    telling, told = reading.telling, reading.told
    return Submission(
        uuid=telling.id,
        digest=telling.name[1],
        visit=telling.visit,
        attempt=telling.attempt,
        device=delivery.device,
        inspector=delivery.user,
        checklist=keepable(telling.checklist)[:60],
        doc=as_bytes(telling.text),
        photos=[str(photo) for photo in told.described],
        slot=slot.value,
        why=why,
        started_at=told.started_at,
        finished_at=told.finished_at,
        sent_at=delivery.sent_at,
        received_at=delivery.received_at,
        flags=[doubt.as_json() for doubt in doubts],
    )


def _put_in_place(scene: Scene) -> Mapping[UUID, Visit]:
    """The visits as their current submissions make them, by id."""
    current = [(kept, reading) for kept, reading in scene.kept if kept.slot == Slot.CURRENT]
    photos = _photos_told([kept for kept, _ in current])
    visits = {}
    for kept, reading in current:
        missing, flags = _photos_of(kept, photos)
        told = reading.told.detected, reading.day
        visits[kept.visit] = _visit(kept, scene.orders[kept.visit], missing, flags, *told)
    insert(list(visits.values()), over=["assignment"])
    if visits:
        orders_changed(ids=sorted(visits))
    return visits


def _visit(
    kept: Submission,
    order: Assignment,
    missing: int,
    flags: list[dict[str, object]],
    detected: str,
    day: date | None,
) -> Visit:
    """The visit as this submission makes it: nothing of it has been judged."""
    return Visit(
        assignment_id=kept.visit,
        programme_id=order.programme_id,
        unit_id=order.unit_id,
        state=VisitState.SUBMITTED.value,
        attempt=kept.attempt,
        submission=kept,
        flags=flags,
        photos_announced=len(kept.photos),
        photos_missing=missing,
        detected=detected,
        local_date=day,
        told_at=kept.received_at,
        decided_at=None,
    )


def _record(kept: Submission, reading: Reading, told: Mapping[UUID, Visit], delivery: Delivery) -> None:
    order, slot = reading.order, Slot(kept.slot)
    events = {Slot.CURRENT: "visit.told", Slot.LATE: "submission.late"}
    readable = order is not None and slot in events
    record(
        events.get(slot, "submission.quarantined"),
        told[kept.visit] if slot is Slot.CURRENT else kept,
        by=delivery.user,
        device=delivery.device.pk,
        programme=order.programme_id if order is not None and readable else None,
        hears=[Touch(order.inspector_id, "visit", order.pk)] if order and slot is Slot.CURRENT else [],
        data={
            "submission": str(kept.uuid),
            "visit": str(kept.visit),
            "attempt": kept.attempt,
            "why": kept.why,
            "flags": sorted({doubt["flag"] for doubt in kept.flags}),
        },
    )


def _photos_told(submissions: Collection[Submission]) -> Photos:
    """State and reason of the listed photos, by photo, visit and who announced it."""
    listed = {photo for submission in submissions for photo in submission.photos}
    rows = photos_told(ids=sorted(map(UUID, listed))) if listed else []
    return {(str(key), visit, inspector): (state, why) for key, visit, inspector, state, why in rows}


def _photos_of(submission: Submission, photos: Photos) -> tuple[int, list[dict[str, object]]]:
    """How many listed photos are still to come, and the submission's flags with those of bad photos. Only
    photos the same inspector announced for this visit count."""
    hers = {key: (key, submission.visit, submission.inspector_id) for key in submission.photos}
    found = {key: photos[name] for key, name in hers.items() if name in photos}
    bad = [{"photo": key, "reason": why} for key, (state, why) in found.items() if state == PhotoState.BAD]
    over = sum(1 for state, _ in found.values() if state != PhotoState.NEED)
    doubts = (
        [Doubt(Flag.BAD_PHOTO, {"photos": sorted(bad, key=lambda b: b["photo"])}).as_json()] if bad else []
    )
    return len(submission.photos) - over, [*submission.flags, *doubts]
