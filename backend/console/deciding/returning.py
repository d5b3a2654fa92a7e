"""The step of a return: what is to be corrected, why, and in which words."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponseBase
from django.urls import path
from django.views.decorators.http import require_http_methods

from backend.checklists.rules import Item
from backend.console.deciding.judging import address, asked_in, made_of, onward, visit_at
from backend.console.deciding.panel import blocked_by, decisions_of
from backend.console.deciding.typed import Typed, TypedPoint, ticked
from backend.console.visit.items import PhotoSeen
from backend.console.visit.reading import Scene, read_scene
from backend.console.visit.wording import answer_words
from backend.core.errors import Problem
from backend.evidence.rules import read_uuid
from backend.pages.desk import Desk, at_desk
from backend.pages.kept import kept_form
from backend.pages.page import page, words_of
from backend.people.access import require
from backend.people.rules import Verb
from backend.rest.problems import status_of
from backend.review.errors import OwnVisit, VerdictOutOfTurn, VisitCancelled
from backend.review.reasons import Reason, reasons_for
from backend.review.rules import Verdict, may_follow
from backend.visits.models import Visit
from backend.visits.rules import VisitState


@dataclass(frozen=True)
class PointShown:
    """A point with what it is about, and the reasons that fit it."""

    typed: TypedPoint
    item: Item | None
    answer: str
    photo: PhotoSeen | None
    reasons: tuple[Reason, ...]
    lacking: bool  # neither a reason nor words


@require_http_methods(["GET", "HEAD", "POST"])
@at_desk(Verb.REVIEW)
def give_back(request: HttpRequest, desk: Desk, visit: UUID) -> HttpResponseBase:
    """Ticked items and photos come here first; sent from here they are a return."""
    found = visit_at(desk, visit)
    require(desk.user, desk.programme, Verb.REVIEW, region=found.assignment.unit.region_id)
    kept = kept_form(request)
    typed = Typed.read(kept or request.POST)
    if kept:
        typed = typed.and_points(ticked(kept))
    if request.method == "POST":
        typed = typed.and_points(ticked(request.POST))
    if request.method == "POST" and "send" in request.POST:
        typed = replace(typed, verdict=Verdict.RETURNED.value)
        try:
            made = made_of(desk, found, typed)
        except Problem as problem:
            return step(request, desk, found, typed, problem=problem)
        return onward(request, desk, made, typed)
    _check_open(desk, found)
    return step(request, desk, found, typed, kept=kept is not None)


def step(
    request: HttpRequest,
    desk: Desk,
    visit: Visit,
    typed: Typed,
    *,
    problem: Problem | None = None,
    kept: bool = False,
) -> HttpResponseBase:
    """The page with everything typed so far. The form sends what is present now: what changed is said above it."""
    scene = read_scene(desk, visit.pk)
    decisions = decisions_of(scene.visit)
    query = asked_in(typed.query or request.GET.urlencode()).query
    said = {
        "visit": scene.visit,
        "points": points_shown(scene, typed, sent=problem is not None),
        "typed": typed,
        "attempt": scene.submission.attempt,
        "rev": scene.visit.assignment.rev,
        "told": scene.submission.pk,
        "told_anew": typed.told is not None and typed.told != scene.submission.pk,
        "open": may_follow(VisitState(scene.visit.state), Verdict.RETURNED),
        "last": decisions[-1] if decisions else None,
        "problem": problem,
        "words": words_of(problem) if problem else "",
        "kept": kept,
        "query": query.lstrip("?"),
        "back": address(desk, visit.pk, query),
        "inspector_reads": scene.visit.assignment.inspector.language,
    }
    return page(request, "console/deciding/return.html", said, status=status_of(problem) if problem else 200)


def points_shown(scene: Scene, typed: Typed, *, sent: bool = False) -> list[PointShown]:
    """In the order of the checklist; photos after the item whose answer speaks of them. What is not there any more is
    shown by its name, and refused when it is sent."""
    items = scene.instrument.items_for(scene.visit.assignment.unit.unit_type)
    place = {item.code: number for number, item in enumerate(items)}
    by_code = {item.code: item for item in items}
    spoken_of = photos_by_item(scene)
    shown = []
    for point in typed.points:
        code = point.item or (spoken_of.get(point.photo, "") if point.photo else "")
        item = by_code.get(code)
        photo = scene.photos.get(point.photo) or PhotoSeen(point.photo, 0, "unknown") if point.photo else None
        answer = answer_words(item, scene.told.answers.get(item.code)) if item else ""
        named = replace(point, item=code)
        lacking = sent and not point.reason and not point.words
        shown.append(
            PointShown(named, item, answer, photo, reasons_for("photo" if photo else "item"), lacking)
        )
    return sorted(shown, key=lambda one: (place.get(one.typed.item, len(place)), one.photo is not None))


def photos_by_item(scene: Scene) -> dict[UUID, str]:
    """The first item whose answer points at each photo."""
    found: dict[UUID, str] = {}
    for code, answer in scene.told.answers.items():
        listed: Any = answer.get("photos") if isinstance(answer, dict) else None
        for photo in map(read_uuid, listed if isinstance(listed, list) else []):
            if photo is not None:
                found.setdefault(photo, code)
    return found


def _check_open(desk: Desk, visit: Visit) -> None:
    """Before anything is typed in vain. Raises OwnVisit, VisitCancelled, VerdictOutOfTurn."""
    blocked = blocked_by(desk, visit)
    if blocked:
        raise OwnVisit(visit=visit.pk) if blocked == "own" else VisitCancelled(visit=visit.pk)
    if not may_follow(VisitState(visit.state), Verdict.RETURNED):
        raise VerdictOutOfTurn(state=visit.state)


urlpatterns = [path("<slug:programme>/visits/<uuid:visit>/return/", give_back, name="return")]
