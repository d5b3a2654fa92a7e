"""All that the page of one visit needs, read with a fixed number of statements however much was told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from backend.checklists.errors import NoSuchChecklist, NotAnInstrument
from backend.checklists.rules import Instrument
from backend.console.visit.items import PhotoSeen
from backend.console.visit.testimony import Written, written
from backend.evidence.models import Photo
from backend.evidence.rules import PhotoState, read_uuid
from backend.indicators.reading import instrument_of
from backend.indicators.scoring import VisitScored, score_answers
from backend.pages.desk import Desk
from backend.people.rules import Verb
from backend.review.rules import Verdict, may_follow
from backend.units.models import PublishedStandard
from backend.units.rules import standard_on
from backend.visits.errors import NoSuchVisit
from backend.visits.models import Submission, Visit, facts_for
from backend.visits.rules import Slot, VisitState
from backend.visits.testimony import Told, keepable, read_doc, understand

EARLIER_COMPARED_MAX = 5
BESIDE_MAX = 50


@dataclass(frozen=True)
class Scene:
    """One visit with what was told of it.

    doc           the current submission's text as JSON values; {} when it cannot be read
    instrument    the checklist it was told on, or the order's when that one was never published here
    own_checklist  False in that case
    photos        those the current submission lists, by id, in its sequence
    known         all that this and the earlier attempts list and their inspectors announced for this visit
    earlier       current submissions of earlier attempts, the newest first, with their texts
    beside        late and quarantined submissions of this visit, without their texts
    """

    visit: Visit
    submission: Submission
    doc: Mapping[str, Any]
    told: Told
    written: Written
    instrument: Instrument
    own_checklist: bool
    standard: PublishedStandard | None
    facts: Mapping[str, Any]
    scored: VisitScored
    photos: Mapping[UUID, PhotoSeen]
    known: Mapping[UUID, Photo]
    earlier: list[Submission]
    beside: list[Submission]


def read_scene(desk: Desk, visit_id: UUID) -> Scene:
    """Raises NoSuchVisit for what this desk may not see."""
    followed = Visit.objects.followed_by(desk.user).filter(programme=desk.programme)
    visit = followed.with_names().filter(pk=visit_id).first()
    if visit is None or visit.submission is None:
        raise NoSuchVisit(visit=visit_id)
    submission, order = visit.submission, visit.assignment
    doc = read_doc(submission.text) or {}
    told = understand(doc)
    own = _instrument(submission.checklist)
    instrument = own or instrument_of(order.checklist_id)
    day = visit.local_date or visit.told_at.date()
    standards = list(PublishedStandard.objects.filter(product=order.product_id).select_related("region"))
    facts = facts_for(order, instrument, day, standards)
    earlier = _earlier(submission)
    known = _known([submission, *earlier])
    return Scene(
        visit=visit,
        submission=submission,
        doc=doc,
        told=told,
        written=(said := written(doc)),
        instrument=instrument,
        own_checklist=own is not None,
        standard=standard_on(day, standards, unit=order.unit_id, region=order.unit.region_id),
        facts=facts,
        scored=score_answers(instrument, order.unit.unit_type, told.answers, facts),
        photos=_photos(submission, known, said),
        known=known,
        earlier=earlier,
        beside=_beside(submission),
    )


def can_return(desk: Desk, scene: Scene) -> bool:
    """Whether items and photos can be chosen for a return: by a reviewer, of a visit that is not her own."""
    visit, order = scene.visit, scene.visit.assignment
    told_by = {scene.submission.inspector_id, *(one.inspector_id for one in [*scene.earlier, *scene.beside])}
    return (
        desk.standing.may_in(Verb.REVIEW, order.unit.region_id)
        and order.cancelled_at is None
        and may_follow(VisitState(visit.state), Verdict.RETURNED)
        and desk.user.pk not in {order.inspector_id, *told_by}
    )


def _instrument(digest: str) -> Instrument | None:
    try:
        return instrument_of(keepable(digest))
    except (NoSuchChecklist, NotAnInstrument):
        return None


def _known(submissions: list[Submission]) -> dict[UUID, Photo]:
    """Only photos that a submission's own inspector announced for this visit are hers."""
    listed = {key for one in submissions for key in map(read_uuid, one.photos) if key is not None}
    tellers = {one.inspector_id for one in submissions}
    return Photo.objects.filter(visit=submissions[0].visit, inspector__in=tellers).in_bulk(list(listed))


def _photos(submission: Submission, known: Mapping[UUID, Photo], said: Written) -> dict[UUID, PhotoSeen]:
    """In the sequence of the document."""
    listed = [key for key in map(read_uuid, submission.photos) if key is not None]
    found = {}
    for number, key in enumerate(listed, start=1):
        photo = known.get(key)
        hers = photo if photo and photo.inspector_id == submission.inspector_id else None
        state = hers.state if hers else PhotoState.NEED.value
        found[key] = PhotoSeen(key, number, state, hers.reason if hers else "", said.taken.get(key))
    return found


def _earlier(submission: Submission) -> list[Submission]:
    told = Submission.objects.filter(visit=submission.visit, slot=Slot.CURRENT.value)
    before = told.exclude(pk=submission.pk).select_related("inspector").order_by("-attempt", "-pk")
    return list(before[:EARLIER_COMPARED_MAX])


def _beside(submission: Submission) -> list[Submission]:
    told = Submission.objects.filter(visit=submission.visit).exclude(slot=Slot.CURRENT.value).in_brief()
    return list(told.select_related("inspector").order_by("-received_at", "-pk")[:BESIDE_MAX])
