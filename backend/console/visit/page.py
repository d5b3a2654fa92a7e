"""The page of one visit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponseBase
from django.urls import path, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from backend.console.deciding.panel import Decided, decisions_of, panel_for
from backend.console.deciding.words import why_words
from backend.console.errors import UnknownFilter
from backend.console.flags import Explained, explain
from backend.console.inbox_filters import Asked
from backend.console.inbox_rows import STATES, TONES
from backend.console.inbox_visits import neighbours
from backend.console.spans import deadline, in_words
from backend.console.visit.attempts import Difference, difference
from backend.console.visit.decisions import decision_words, decisions_made
from backend.console.visit.items import RECALLED, PhotoSeen, dimensions_seen, strangers
from backend.console.visit.place_map import drawn
from backend.console.visit.reading import Scene, can_return, read_scene
from backend.console.visit.standard import beside
from backend.console.visit.timeline import durations, on_day, recall, timeline, waited_minutes
from backend.console.visit.wording import context_words
from backend.core.clock import now
from backend.evidence.rules import read_uuid
from backend.indicators.rules import round_half_up
from backend.pages.desk import Desk, at_desk
from backend.pages.page import page
from backend.people.rules import Verb
from backend.visits.models import Submission
from backend.visits.rules import VisitState
from backend.visits.testimony import read_doc, read_time

SCENARIOS: Mapping[str, Promise] = {
    "inquiry": gettext_lazy("Inquiry"),
    "transaction": gettext_lazy("Real transaction"),
}


@dataclass(frozen=True)
class Compared:
    """Two attempts that follow one another, and what changed."""

    old: Submission
    new: Submission
    difference: Difference
    removed: list[PhotoSeen]


@dataclass(frozen=True)
class Reference:
    """A doubt with links to what it is about: codes of items that are on the page, and numbers of photos."""

    doubt: Explained
    items: list[str]
    photos: list[PhotoSeen]


@require_safe
@at_desk(Verb.REVIEW, Verb.SEE_VISITS)
def visit(request: HttpRequest, desk: Desk, visit: UUID) -> HttpResponseBase:
    """Everything that is known of it, and, for who may judge it, the panel that decides."""
    asked = _asked(request)
    scene = read_scene(desk, visit)
    panel = panel_for(desk, scene.visit, request)
    before, after = neighbours(desk, asked, scene.visit)
    said = {
        **_head(scene, desk),
        **_told(scene, panel["decisions"] if panel else decisions_of(scene.visit)),
        "query": asked.query,
        "before": _address(desk, before, asked),
        "after": _address(desk, after, asked),
        "inbox": reverse("console:inbox", kwargs={"programme": desk.programme.code}) + asked.query,
        "can_return": can_return(desk, scene),
        "may_plan": desk.standing.may_in(Verb.ASSIGN, scene.visit.assignment.unit.region_id),
        "compared": compared(scene),
        "late": [(one, why_words(one.why)) for one in scene.beside],
        "deciding": panel,
    }
    return page(request, "console/visit/visit.html", said)


def _asked(request: HttpRequest) -> Asked:
    """The inbox it was opened from. A filter that makes no sense does not hide the visit."""
    try:
        return Asked.read(request.GET.dict())
    except UnknownFilter:
        return Asked()


def _address(desk: Desk, visit: UUID | None, asked: Asked) -> str:
    if visit is None:
        return ""
    here = reverse("console:visit", kwargs={"programme": desk.programme.code, "visit": visit})
    return here + asked.query


def _head(scene: Scene, desk: Desk) -> dict[str, Any]:
    found = scene.visit
    awaits = found.state == VisitState.SUBMITTED and found.assignment.cancelled_at is None
    codes = {item.code for item in scene.instrument.items_for(found.assignment.unit.unit_type)}
    return {
        "visit": found,
        "order": found.assignment,
        "unit": found.assignment.unit,
        "zone": found.assignment.unit.time_zone,
        "submission": scene.submission,
        "state": STATES.get(found.state, found.state),
        "state_tone": TONES.get(found.state, ""),
        "due": deadline(found.told_at, now()) if awaits else None,
        "inspector_shown": desk.may(Verb.SEE_WHO_VISITED),
        "scenario": SCENARIOS.get(found.assignment.scenario, found.assignment.scenario),
        "doubts": [_reference(doubt, codes, scene.photos) for doubt in explain(found.flags)],
        "scores_shown": desk.may(Verb.SEE_RESULTS),
        "score": round_half_up(scene.scored.value) if scene.scored.value is not None else None,
    }


def _told(scene: Scene, decisions: list[Decided]) -> dict[str, Any]:
    order, told, submission = scene.visit.assignment, scene.told, scene.submission
    variant = order.unit.unit_type
    items = scene.instrument.items_for(variant)
    numbers = {key: photo.number for key, photo in scene.photos.items()}
    decided = [(one.decision.decided_at, decision_words(one.decision)) for one in decisions]
    events = timeline(
        told,
        scene.written,
        window=order.window,
        sent_at=submission.sent_at,
        received_at=submission.received_at,
        numbers=numbers,
        decisions=decided,
    )
    zone = order.unit.time_zone
    day = scene.visit.local_date or scene.visit.told_at.date()
    longest = recall(told.answers, read_time)
    return {
        "checklist": scene.instrument,
        "own_checklist": scene.own_checklist,
        "readable": bool(scene.doc),
        "day": day,
        "events": [(event, [on_day(at, zone, day) for at in event.clocks]) for event in events],
        "durations": durations(told, submission.received_at),
        "recall": in_words(longest) if longest > RECALLED else "",
        "map": drawn(order.unit.place, {"arrived": told.arrived, "left": told.left}),
        "standard": scene.standard,
        "beside": beside(
            scene.standard,
            default_wait=scene.facts["waiting_minutes"],
            items=items,
            answers=told.answers,
            marked_wait=waited_minutes(told),
        ),
        "dimensions": dimensions_seen(
            scene.instrument.dimensions_for(variant), told.answers, scene.facts, scene.scored, scene.photos
        ),
        "strangers": strangers(items, told.answers),
        "photos": list(scene.photos.values()),
        "context": context_words(scene.written.context),
        "written": scene.written,
        "decisions": decisions_made(decisions, scene.photos),
    }


def _reference(doubt: Explained, codes: set[str], photos: Mapping[UUID, PhotoSeen]) -> Reference:
    known = [photos.get(key) for key in map(read_uuid, doubt.photos) if key is not None]
    return Reference(doubt, [code for code in doubt.items if code in codes], [p for p in known if p])


def compared(scene: Scene) -> list[Compared]:
    """Each attempt with the one before it, the newest first."""
    items = scene.instrument.items_for(scene.visit.assignment.unit.unit_type)
    docs = [(scene.submission, scene.doc)] + [(one, read_doc(one.text) or {}) for one in scene.earlier]
    found = []
    for (new, new_doc), (old, old_doc) in pairwise(docs):
        changed = difference(old_doc, new_doc, items, (old.photos, new.photos))
        removed = [_earlier_photo(key, scene) for key in changed.photos_removed]
        found.append(Compared(old, new, changed, [photo for photo in removed if photo is not None]))
    return found


def _earlier_photo(raw: str, scene: Scene) -> PhotoSeen | None:
    key = read_uuid(raw)
    photo = scene.known.get(key) if key else None
    return PhotoSeen(photo.pk, 0, photo.state, photo.reason) if photo else None


urlpatterns = [path("<slug:programme>/visits/<uuid:visit>/", visit, name="visit")]
