"""What inspectors tell: submissions, drafts, and the photos a visit still waits for.

Locks are taken in one sequence, here and in review: the order, then its visit. The order is locked and not the
visit because the visit may not exist yet.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from uuid import UUID

from django.db.models import F

from backend.assignments.models import Assignment
from backend.checklists.answers import problems_in
from backend.checklists.errors import NoSuchChecklist
from backend.checklists.models import Checklist
from backend.checklists.rules import Instrument
from backend.core.clock import now
from backend.core.digests import sha256_text
from backend.evidence.models import Photo
from backend.evidence.rules import PhotoState
from backend.feed.actions import Touch
from backend.journal.actions import one_transaction, record
from backend.people.models import Device, User
from backend.units.models import PublishedStandard
from backend.visits.errors import DigestMismatch
from backend.visits.models import Submission, Visit, facts_for
from backend.visits.rules import (
    Circumstances,
    Doubt,
    Flag,
    Heard,
    Slot,
    Standing,
    Telling,
    VisitState,
    Why,
    day_of,
    fees_differing,
    flags_for,
    slot_for,
)
from backend.visits.testimony import Told, as_bytes, keepable, read_doc, understand

VERSIONS_LOOKED_AT_MAX = 50


@dataclass(frozen=True)
class Delivery:
    """Who brought a submission, from which device, when by the phone's clock and when by ours."""

    user: User
    device: Device
    sent_at: datetime | None
    received_at: datetime


@one_transaction
def tell_visit(
    telling: Telling, *, by: User, device: Device, sent_at: datetime | None = None, why: Why | None = None
) -> Heard:
    """Keep a submission word for word, and say what it is to its visit. The same again changes nothing.

    sent_at   the phone's clock when it sent
    why       known to be unfit to be read (an unknown kind, a broken frame): kept in quarantine
    Raises DigestMismatch when the text was changed on its way; nothing else is refused.
    """
    digest = sha256_text(telling.text)
    garbled = digest != telling.digest
    if garbled and not telling.damaged and why is None:
        raise DigestMismatch(digest=digest)
    order = _locked_order(telling.visit)
    if known := Submission.objects.in_brief().filter(uuid=telling.id, digest=digest).first():
        return Heard(False, Slot(known.slot))
    doc = read_doc(telling.text)
    told = understand(doc or {})
    why = why or (Why.DAMAGED if garbled else None) or (Why.UNPARSABLE if doc is None else None)
    why = why or (Why.UNKNOWN_VISIT if order is None else None)
    instrument = _instrument(telling.checklist) if why is None else None
    delivery = Delivery(by, device, sent_at, now())
    if order is None or instrument is None:
        kept = _keep(telling, digest, told, delivery, Slot.QUARANTINED, why or Why.UNKNOWN_CHECKLIST, [])
        record("submission.quarantined", kept, by=by, device=device.pk, data=_facts(kept))
        return Heard(True, Slot.QUARANTINED)
    return _hear(telling, digest, told, delivery, order, instrument)


@one_transaction
def recount_photos(visit: UUID, *, by: User | None = None) -> None:
    """Count anew which photos a told visit still waits for. Whoever changes a photo's state does this in the
    same transaction. Nothing happens for a visit that was not told yet."""
    order = Assignment.objects.select_for_update().only("inspector").filter(pk=visit).first()
    told = Visit.objects.with_photos().filter(pk=visit, submission__isnull=False).first() if order else None
    if order is None or told is None or told.submission is None:
        return
    missing, flags = _photos_of(told.submission)
    if (told.photos_missing, told.flags) == (missing, flags):
        return
    told.photos_missing, told.flags = missing, flags
    told.save(update_fields=["photos_missing", "flags"])
    record(
        "visit.photos-counted",
        told,
        by=by,
        programme=told.programme_id,
        hears=[Touch(order.inspector_id, "visit", order.pk)],
        data={"missing": missing, "of": told.photos_announced},
    )


def _locked_order(visit: UUID) -> Assignment | None:
    orders = Assignment.objects.select_for_update(of=("self",)).select_related("unit", "product")
    return orders.filter(pk=visit).first()


def _hear(
    telling: Telling, digest: str, told: Told, delivery: Delivery, order: Assignment, instrument: Instrument
) -> Heard:
    """A readable submission for an order we know: current or late, with every doubt about it."""
    visit = Visit.objects.filter(pk=order.pk).first()
    others = Submission.objects.filter(visit=order.pk, attempt=telling.attempt).values_list("slot", flat=True)
    rivals = list(others)
    standing = Standing(
        inspector=order.inspector_id,
        cancelled=order.cancelled_at is not None,
        state=VisitState(visit.state) if visit else None,
        attempt=visit.attempt if visit else 1,
        taken=Slot.CURRENT in rivals,
    )
    slot, why = slot_for(standing, inspector=delivery.user.pk, attempt=telling.attempt)
    doubts = flags_for(told, _circumstances(telling, told, delivery, order, instrument, len(rivals)))
    kept = _keep(telling, digest, told, delivery, slot, why, doubts)
    event, hears = "submission.late", []
    subject: Submission | Visit = kept
    if slot is Slot.CURRENT:
        event, subject = "visit.told", _put_in_place(visit, order, kept, told)
        hears = [Touch(order.inspector_id, "visit", order.pk)]
        Assignment.objects.filter(pk=order.pk).update(rev=F("rev") + 1)
    record(
        event,
        subject,
        by=delivery.user,
        device=delivery.device.pk,
        programme=order.programme_id,
        hears=hears,
        data=_facts(kept),
    )
    return Heard(True, slot)


def _circumstances(
    telling: Telling, told: Told, delivery: Delivery, order: Assignment, instrument: Instrument, rivals: int
) -> Circumstances:
    unit = order.unit
    day = day_of(told, received_at=delivery.received_at, time_zone=unit.time_zone)
    standards = list(PublishedStandard.objects.filter(product=order.product_id))
    facts = facts_for(order, instrument, day, standards)
    items = instrument.items_for(unit.unit_type)
    same_day = Visit.objects.filter(
        assignment__unit=unit, submission__inspector=delivery.user, local_date=day
    ).exclude(pk=order.pk)
    return Circumstances(
        window=order.window,
        unit=unit.place,
        received_at=delivery.received_at,
        sent_at=delivery.sent_at,
        gaps=problems_in(items, told.answers, facts),
        items=len(items),
        fees=fees_differing(items, told.answers, facts["official_fee"]),
        newer_version=_newer_version(telling.checklist, instrument.code, told.began or delivery.received_at),
        told_that_day=same_day.count(),
        rivals=rivals,
    )


def _newer_version(digest: str, code: str, began: datetime) -> str:
    """The newest version of this checklist that was out before she began, if she used an older one."""
    versions = Checklist.objects.filter(code=code).order_by("-published_at", "-digest")
    for newer, version, published_at in versions.values_list("digest", "version", "published_at")[
        :VERSIONS_LOOKED_AT_MAX
    ]:
        if newer == digest:
            return ""
        if published_at < began:
            return version
    return ""


def _put_in_place(visit: Visit | None, order: Assignment, kept: Submission, told: Told) -> Visit:
    """The visit as the current submission makes it."""
    present = visit or Visit(assignment=order, programme_id=order.programme_id)
    present.state, present.attempt, present.submission = VisitState.SUBMITTED.value, kept.attempt, kept
    present.photos_announced, present.detected = len(kept.photos), told.detected
    present.photos_missing, present.flags = _photos_of(kept)
    present.local_date = day_of(told, received_at=kept.received_at, time_zone=order.unit.time_zone)
    present.told_at, present.decided_at = kept.received_at, None
    present.save(force_insert=visit is None)
    return present


def _photos_of(submission: Submission) -> tuple[int, list[dict[str, object]]]:
    """How many listed photos are still to come, and the submission's flags with those of bad photos. Only
    photos the same inspector announced for this visit count."""
    hers = Photo.objects.filter(
        pk__in=submission.photos, inspector=submission.inspector_id, visit=submission.visit
    )
    found = {str(key): (state, reason) for key, state, reason in hers.values_list("pk", "state", "reason")}
    bad = [{"photo": key, "reason": why} for key, (state, why) in found.items() if state == PhotoState.BAD]
    over = sum(1 for state, _ in found.values() if state != PhotoState.NEED)
    doubts = (
        [Doubt(Flag.BAD_PHOTO, {"photos": sorted(bad, key=lambda b: b["photo"])}).as_json()] if bad else []
    )
    return len(submission.photos) - over, [*submission.flags, *doubts]


def _keep(
    telling: Telling,
    digest: str,
    told: Told,
    delivery: Delivery,
    slot: Slot,
    why: str,
    doubts: Sequence[Doubt],
) -> Submission:
    return Submission.objects.create(
        uuid=telling.id,
        digest=digest,
        visit=telling.visit,
        attempt=telling.attempt,
        device=delivery.device,
        inspector=delivery.user,
        checklist=keepable(telling.checklist)[:60],
        doc=as_bytes(telling.text),
        answers=None if slot is Slot.QUARANTINED else dict(told.answers),
        photos=[str(photo) for photo in told.described],
        slot=slot.value,
        why=why,
        started_at=told.started_at,
        finished_at=told.finished_at,
        sent_at=delivery.sent_at,
        received_at=delivery.received_at,
        flags=[doubt.as_json() for doubt in doubts],
    )


def _facts(kept: Submission) -> dict[str, object]:
    return {
        "submission": str(kept.uuid),
        "visit": str(kept.visit),
        "attempt": kept.attempt,
        "why": kept.why,
        "flags": sorted({doubt["flag"] for doubt in kept.flags}),
    }


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
