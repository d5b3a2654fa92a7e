"""One order: what it says, what became of it, and what may still be changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase, QueryDict
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from backend.assignments import actions
from backend.assignments.ground import read_ground
from backend.assignments.models import Assignment
from backend.assignments.planning import Wanted, candidates
from backend.assignments.rules import CHANGEABLE, OPEN, OrderState, Scenario, Terms
from backend.assignments.tables import BRIEFING_LENGTH_MAX
from backend.console.planning_errors import BadWindow, NobodyChosen, NoReason
from backend.console.planning_reach import order_of
from backend.console.planning_words import (
    SCENARIOS,
    STATES,
    TONES,
    hinderers,
    local,
    speak,
    window_in,
)
from backend.core.errors import Invalid, Problem
from backend.journal.models import Entry
from backend.pages.desk import Desk, at_desk
from backend.pages.kept import kept_form
from backend.pages.page import page
from backend.people.models import User
from backend.people.rules import Verb
from backend.rest.problems import status_of
from backend.units.complaints import BadCell

HISTORY_MAX = 100
REASON_LENGTH_MAX = 200
CANDIDATES_MAX = 60

EVENTS: Mapping[str, Promise] = {
    "assignment.made": gettext_lazy("Assigned"),
    "assignment.changed": gettext_lazy("Changed"),
    "assignment.reassigned": gettext_lazy("Given to somebody else"),
    "assignment.cancelled": gettext_lazy("Cancelled"),
    "visit.told": gettext_lazy("Visit told"),
    "visit.returned": gettext_lazy("Visit returned"),
    "visit.accepted": gettext_lazy("Visit accepted"),
    "visit.rejected": gettext_lazy("Visit rejected"),
}


@require_http_methods(["GET", "HEAD", "POST"])
@at_desk(Verb.ASSIGN)
def order(request: HttpRequest, desk: Desk, order: UUID) -> HttpResponseBase:
    """The order; changed or cancelled from here, if it is still as it was seen."""
    found = order_of(desk, order)
    if request.method != "POST":
        return shown(request, desk, found, kept_form(request))
    try:
        done = _do(request.POST, found, desk.user)
    except Problem as problem:
        return shown(request, desk, order_of(desk, order), request.POST, problem)
    messages.success(request, done)
    return redirect("console:plan_order", programme=desk.programme.code, order=order)


def _do(fields: QueryDict, found: Assignment, by: User) -> str:
    """What was done, in words."""
    if fields.get("do") == "cancel":
        rev, reason = _rev(fields), _reason(fields)
        actions.cancel(found.pk, reason=reason, expected_rev=frozenset({rev}), by=by)
        return _("Cancelled. What the inspector may still tell of it is kept.")
    actions.change(found.pk, rev=_rev(fields), by=by, **_wishes(fields, found))
    return _("Saved. The inspector's phone hears of it at its next sync.")


@require_http_methods(["GET", "HEAD", "POST"])
@at_desk(Verb.ASSIGN)
def reassign(request: HttpRequest, desk: Desk, order: UUID) -> HttpResponseBase:
    """All inspectors, those whom nothing hinders first; and what hinders the others, before anything is saved."""
    found = order_of(desk, order)
    if request.method != "POST":
        return _choosing(request, desk, found, kept_form(request) or QueryDict())
    try:
        person = _uuid(request.POST.get("inspector", ""))
        seen = frozenset({_rev(request.POST)})
        made = actions.reassign(
            order, inspector=person, reason=_reason(request.POST), expected_rev=seen, by=desk.user
        )
    except Problem as problem:
        return _choosing(request, desk, order_of(desk, order), request.POST, problem)
    name = User.objects.get(pk=made.inspector_id).name
    messages.success(request, _("%(name)s goes instead; both phones hear of it.") % {"name": name})
    return redirect("console:plan_order", programme=desk.programme.code, order=order)


def shown(
    request: HttpRequest,
    desk: Desk,
    found: Assignment,
    typed: QueryDict | None = None,
    problem: Problem | None = None,
) -> HttpResponseBase:
    """The order's page; with what was typed and why it was refused, if it was."""
    zone = found.unit.time_zone
    now_said = {
        "opens": local(found.window_opens, zone),
        "closes": local(found.window_closes, zone),
        "briefing": found.briefing,
        "scenario": found.scenario,
        "reason": "",
    }
    said = {
        "order": found,
        "state": STATES[found.state],
        "tone": TONES.get(found.state, ""),
        "told": found.state not in (OrderState.ASSIGNED, OrderState.CANCELLED),
        "may_change": CHANGEABLE.get(found.state, frozenset()),
        "may_move": found.state in OPEN,
        "history": history(found),
        "form": {name: typed.get(name, value) if typed else value for name, value in now_said.items()},
        "scenarios": SCENARIOS.items(),
        "problem": _in_words(problem, desk),
        "visit_url": _visit_url(desk, found),
        "tab": "orders",
    }
    return page(request, "console/plan/order.html", said, status=status_of(problem) if problem else 200)


def _visit_url(desk: Desk, found: Assignment) -> str:
    return reverse("console:visit", kwargs={"programme": desk.programme.code, "visit": found.pk})


def history(found: Assignment) -> list[dict[str, Any]]:
    """What happened to the order and its visit, newest first."""
    lines = Entry.objects.filter(subject=str(found.pk), event__in=EVENTS).select_related("actor")
    lines = lines.filter(programme=found.programme_id)
    entries = list(lines.order_by("-id")[:HISTORY_MAX])
    ids = {e.data.get(key) for e in entries for key in ("from", "inspector")} - {None}
    names = {str(pk): name for pk, name in User.objects.filter(pk__in=ids).values_list("pk", "name")}
    return [
        {
            "at": entry.at,
            "event": EVENTS[entry.event],
            "by": entry.actor.name if entry.actor else "",
            "before": names.get(entry.data.get("from", ""), ""),
            "inspector": names.get(entry.data.get("inspector", ""), ""),
            "reason": entry.data.get("reason", "") if entry.event.startswith("assignment.") else "",
        }
        for entry in entries
    ]


def _choosing(
    request: HttpRequest, desk: Desk, found: Assignment, typed: QueryDict, problem: Problem | None = None
) -> HttpResponseBase:
    ground = read_ground(found.programme_id, [found.unit_id], [found.window_opens])
    wanted = Wanted(
        found.pk,
        Terms(
            found.programme_id,
            found.unit_id,
            found.product_id,
            found.inspector_id,
            Scenario(found.scenario),
            found.window,
        ),
    )
    unit = ground.units[found.unit_id]
    able = candidates(unit, wanted, ground, but=frozenset({found.inspector_id}))[:CANDIDATES_MAX]
    others = hinderers((p for one in able for p in one.problems), desk.user)
    first = str(able[0].inspector.pk) if able and not able[0].problems else ""
    said = {
        "order": found,
        "may_move": found.state in OPEN,
        "candidates": [{"who": one, "why": speak(one.problems, others, {})} for one in able],
        "chosen": typed.get("inspector", first),
        "reason": typed.get("reason", ""),
        "problem": _in_words(problem, desk),
        "tab": "orders",
    }
    return page(request, "console/plan/reassign.html", said, status=status_of(problem) if problem else 200)


def _in_words(problem: Problem | None, desk: Desk) -> Any:
    return speak([problem], hinderers([problem], desk.user), {})[0] if problem else None


def _wishes(fields: QueryDict, found: Assignment) -> dict[str, Any]:
    """What is to change; a field that says what already is so is no wish. Raises BadWindow, Invalid."""
    wishes: dict[str, Any] = {}
    if "opens" in fields or "closes" in fields:
        try:
            window = window_in(fields, found.unit.time_zone)
        except BadCell:
            raise BadWindow() from None
        if window != found.window:
            wishes["window"] = window
    briefing = fields.get("briefing", found.briefing).replace("\r\n", "\n").strip()
    if len(briefing) > BRIEFING_LENGTH_MAX or "\x00" in briefing:
        raise Invalid()
    if briefing != found.briefing:
        wishes["briefing"] = briefing
    if (scenario := fields.get("scenario", found.scenario)) != found.scenario:
        if scenario not in list(Scenario):
            raise Invalid()
        wishes["scenario"] = Scenario(scenario)
    return wishes


def _reason(fields: QueryDict) -> str:
    reason = " ".join(fields.get("reason", "").split())
    if not 0 < len(reason) <= REASON_LENGTH_MAX or "\x00" in reason:
        raise NoReason()
    return reason


def _rev(fields: QueryDict) -> int:
    text = fields.get("rev", "")
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise Invalid()
    return int(text)


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NobodyChosen() from None


urlpatterns = [
    path("<slug:programme>/plan/<uuid:order>/", order, name="plan_order"),
    path("<slug:programme>/plan/<uuid:order>/reassign/", reassign, name="plan_reassign"),
]
