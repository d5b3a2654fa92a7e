"""Cover suspected: who may have been recognised where, her orders there, and who goes instead."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase, QueryDict
from django.shortcuts import redirect
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from backend.assignments.cover import AtRisk, others_at_risk, replacements, suspect_cover
from backend.assignments.errors import NoSuchPlace, NotAnInspector, PlanChanged
from backend.assignments.models import ConflictOfInterest
from backend.assignments.rules import Bar
from backend.console.planning_errors import NobodyChosen, NoReason
from backend.console.planning_reach import people, units_of
from backend.console.planning_words import hinderers, speak
from backend.core.errors import NotFound, Problem
from backend.core.ids import uuid7
from backend.evidence.rules import read_uuid
from backend.pages.desk import Desk, at_desk
from backend.pages.kept import kept_form
from backend.pages.page import page, words_of
from backend.people.models import User
from backend.people.rules import Verb
from backend.rest.problems import status_of
from backend.units.models import Unit
from backend.visits.models import Visit

REASON_LENGTH_MAX = 200
CANCEL = "cancel"


@require_http_methods(["GET", "HEAD", "POST"])
@at_desk(Verb.ASSIGN)
def cover(request: HttpRequest, desk: Desk, visit: UUID) -> HttpResponseBase:
    """From a visit: its unit, and the inspector who told it."""
    mine = Visit.objects.followed_by(desk.user).filter(programme=desk.programme, pk=visit)
    found = mine.with_names().in_brief().first()
    if found is None:
        raise NotFound()
    order = found.assignment
    who = found.submission.inspector if found.submission else order.inspector
    return replanning(request, desk, order.unit, who, visit=found)


@require_http_methods(["GET", "HEAD", "POST"])
@at_desk(Verb.ASSIGN)
def cover_unit(request: HttpRequest, desk: Desk) -> HttpResponseBase:
    """From a unit and an inspector; asks for them until both are known."""
    code, person = request.GET.get("unit", "").strip()[:80], read_uuid(request.GET.get("inspector", ""))
    unit = units_of(desk).with_names().filter(code=code.replace("\x00", "")).first()
    who = next((one for one in people(desk) if one.pk == person), None)
    if unit is not None and who is not None:
        return replanning(request, desk, unit, who)
    problem: Problem | None = None
    if code:
        problem = NoSuchPlace() if unit is None else NobodyChosen()
    said = {
        "inspectors": people(desk),
        "code": code,
        "person": person,
        "problem": problem and words_of(problem),
        "tab": "cover",
    }
    return page(request, "console/plan/cover_ask.html", said, status=status_of(problem) if problem else 200)


def replanning(
    request: HttpRequest, desk: Desk, unit: Unit, who: User, visit: Visit | None = None
) -> HttpResponseBase:
    if request.method != "POST":
        return shown(request, desk, unit, who, kept_form(request) or QueryDict(), visit)
    try:
        done = suspect_cover(
            read_uuid(request.POST.get("id", "")) or uuid7(),
            unit=unit.pk,
            inspector=who.pk,
            programme=desk.programme.pk,
            instead=_instead(request.POST),
            reason=_reason(request.POST),
            by=desk.user,
        )
    except Problem as problem:
        return shown(request, desk, unit, who, request.POST, visit, problem)
    words = _("%(name)s is not sent there any more. Given to others: %(moved)s; cancelled: %(cancelled)s.")
    facts = {"name": who.name, "moved": done.reassigned, "cancelled": done.cancelled}
    messages.success(request, words % facts if done.new else _("This was done already."))
    return redirect("console:plan", programme=desk.programme.code)


def shown(
    request: HttpRequest,
    desk: Desk,
    unit: Unit,
    who: User,
    typed: QueryDict,
    visit: Visit | None,
    problem: Problem | None = None,
) -> HttpResponseBase:
    rows = replacements(unit, who.pk, by=desk.user)
    barred = ConflictOfInterest.objects.filter(
        inspector=who, institution=unit.institution_id, kind=Bar.COVER.value
    )
    said = {
        "unit": unit,
        "who": who,
        "visit": visit,
        "rows": [_row(row, typed) for row in rows],
        "elsewhere": others_at_risk(unit, who.pk, by=desk.user),
        "barred": barred.first(),
        # After a refusal the page shows another list, so it is another deed.
        "id": uuid7() if isinstance(problem, PlanChanged) else typed.get("id") or uuid7(),
        "reason": typed.get("reason", ""),
        "problem": problem and speak([problem], hinderers([problem], desk.user), {})[0],
        "tab": "cover",
    }
    return page(request, "console/plan/cover.html", said, status=status_of(problem) if problem else 200)


def _row(row: AtRisk, typed: QueryDict) -> dict[str, Any]:
    best = str(row.best.pk) if row.best else CANCEL
    free = [one for one in row.candidates if not one.problems]
    return {"order": row.order, "free": free, "chosen": typed.get(f"instead-{row.order.pk}", best)}


def _instead(fields: QueryDict) -> dict[UUID, UUID | None]:
    """For every order that the page showed: who goes instead, None to cancel it. Raises NotAnInspector."""
    found: dict[UUID, UUID | None] = {}
    for name in fields:
        if name.startswith("instead-") and (order := read_uuid(name.removeprefix("instead-"))):
            said = fields[name]
            person = read_uuid(said)
            if person is None and said != CANCEL:
                raise NotAnInspector(inspector=said[:40])
            found[order] = person
    return found


def _reason(fields: QueryDict) -> str:
    reason = " ".join(fields.get("reason", "").split())
    if not 0 < len(reason) <= REASON_LENGTH_MAX or "\x00" in reason:
        raise NoReason()
    return reason


urlpatterns = [
    path("<slug:programme>/visits/<uuid:visit>/cover/", cover, name="cover"),
    path("<slug:programme>/plan/cover/", cover_unit, name="cover_unit"),
]
