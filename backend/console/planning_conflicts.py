"""Conflicts of interest, and places where cover was suspected: who is not sent where, and since when."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponseBase, QueryDict
from django.shortcuts import redirect
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from backend.assignments import actions
from backend.assignments.errors import NoSuchPlace
from backend.assignments.models import ConflictOfInterest
from backend.console.planning_errors import NobodyChosen
from backend.console.planning_reach import people
from backend.core.errors import Problem
from backend.core.ids import uuid7
from backend.evidence.rules import read_uuid
from backend.pages.desk import Desk, at_desk
from backend.pages.kept import kept_form
from backend.pages.page import page, words_of
from backend.pages.paging import rows_of
from backend.people.rules import Verb
from backend.rest.problems import status_of
from backend.units.models import Institution, Unit

REASON_LENGTH_MAX = 200


@require_http_methods(["GET", "HEAD", "POST"])
@at_desk(Verb.ASSIGN)
def conflicts(request: HttpRequest, desk: Desk) -> HttpResponseBase:
    """The list, newest first; and a form for one more."""
    if request.method != "POST":
        return listed(request, desk, kept_form(request) or QueryDict())
    try:
        declare(request.POST, desk)
    except Problem as problem:
        return listed(request, desk, request.POST, problem)
    messages.success(
        request, _("Declared. She is not sent there from now on; orders that stand already are not changed.")
    )
    return redirect("console:plan_conflicts", programme=desk.programme.code)


def declare(fields: QueryDict, desk: Desk) -> None:
    """Raises NobodyChosen, NoSuchPlace, and as declare_conflict does."""
    inspector, code = read_uuid(fields.get("inspector", "")), fields.get("place", "").strip()[:80]
    if inspector is None:
        raise NobodyChosen()
    unit = Unit.objects.filter(programme=desk.programme, code=code.replace("\x00", "")).first()
    there = Institution.objects.filter(programme=desk.programme, code=code.replace("\x00", ""))
    institution = None if unit else there.first()
    if unit is None and institution is None:
        raise NoSuchPlace()
    actions.declare_conflict(
        read_uuid(fields.get("id", "")) or uuid7(),
        programme=desk.programme.pk,
        inspector=inspector,
        unit=unit.pk if unit else None,
        institution=institution.pk if institution else None,
        reason=" ".join(fields.get("reason", "").replace("\x00", "").split())[:REASON_LENGTH_MAX],
        by=desk.user,
    )


def listed(
    request: HttpRequest, desk: Desk, typed: QueryDict, problem: Problem | None = None
) -> HttpResponseBase:
    found = ConflictOfInterest.objects.filter(programme=desk.programme).select_related(
        "inspector", "unit", "institution", "declared_by"
    )
    person: UUID | None = read_uuid(request.GET.get("inspector", ""))
    if person:
        found = found.filter(Q(inspector=person))
    said = {
        "list": rows_of(request, found, ("-declared_at", "-pk")),
        "inspectors": people(desk),
        "form": {name: typed.get(name, "") for name in ("inspector", "place", "reason", "id")},
        "problem": problem and words_of(problem),
        "person": person,
        "tab": "conflicts",
    }
    return page(request, "console/plan/conflicts.html", said, status=status_of(problem) if problem else 200)


urlpatterns = [path("<slug:programme>/plan/conflicts/", conflicts, name="plan_conflicts")]
