"""One decision, and where one goes from there."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase, QueryDict
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from backend.console.deciding.errors import FormIncomplete
from backend.console.deciding.panel import decisions_of, panel_for
from backend.console.deciding.typed import Typed
from backend.console.deciding.words import VERDICTS
from backend.console.errors import UnknownFilter
from backend.console.inbox_filters import Asked
from backend.console.inbox_visits import followed, neighbours
from backend.core.errors import Problem
from backend.pages.desk import Desk, at_desk
from backend.pages.kept import keep_form
from backend.pages.page import page, words_of
from backend.people.rules import Verb
from backend.rest.problems import status_of
from backend.review import actions
from backend.review.models import Decision
from backend.visits.errors import NoSuchVisit
from backend.visits.models import Visit


@require_POST
@at_desk(Verb.REVIEW)
def decide(request: HttpRequest, desk: Desk, visit: UUID) -> HttpResponseBase:
    """Accept or reject, or undo an earlier decision so."""
    found, typed = visit_at(desk, visit), Typed.read(request.POST)
    try:
        made = made_of(desk, found, typed)
    except Problem as problem:
        return not_done(request, desk, found, typed, problem)
    return onward(request, desk, made, typed)


def visit_at(desk: Desk, visit: UUID) -> Visit:
    """With names, without the text. Raises NoSuchVisit."""
    found = followed(desk).with_names().in_brief().filter(pk=visit).first()
    if found is None:
        raise NoSuchVisit(visit=visit)
    return found


def made_of(desk: Desk, visit: Visit, typed: Typed) -> Decision:
    """Raises FormIncomplete, and what `Typed.judgement` and review's `decide` raise."""
    judgement = typed.judgement(visit.assignment.inspector.language)
    if typed.decision is None or typed.attempt is None or typed.rev is None:
        raise FormIncomplete()
    return actions.decide(
        visit.pk,
        judgement,
        decision=typed.decision,
        attempt=typed.attempt,
        expected_rev=frozenset({typed.rev}),
        by=desk.user,
    )[0]


def onward(request: HttpRequest, desk: Desk, made: Decision, typed: Typed) -> HttpResponseBase:
    """To the next visit of the list she came from, or back to this one, saying what was done and where it is undone."""
    visit = visit_at(desk, made.visit_id)
    asked = asked_in(typed.query)
    here = address(desk, visit.pk, asked.query)
    if made.visit.state != made.verdict:  # an old form, sent again after others have decided
        messages.warning(request, _("This decision was made before; others have followed it since."))
        return redirect(f"{here}#decision")
    said = {"verdict": VERDICTS[made.verdict], "unit": visit.assignment.unit.name}
    words = _("%(verdict)s: %(unit)s.") % said
    if typed.stay:
        messages.success(request, words)
        return redirect(f"{here}#decision")
    undo = format_html('<a href="{}#decision" data-key="z">{}</a>', here, _("Look again or undo"))
    messages.success(request, format_html("{} {}", words, undo))
    before, after = neighbours(desk, asked, visit)
    if (following := after or before) is not None:
        return redirect(address(desk, following, asked.query))
    messages.info(request, _("That was the last visit of this list."))
    return redirect(reverse("console:inbox", kwargs={"programme": desk.programme.code}) + asked.query)


def not_done(
    request: HttpRequest, desk: Desk, visit: Visit, typed: Typed, problem: Problem
) -> HttpResponseBase:
    """What happened meanwhile, in words, and the form again with all that was typed. Where something else was told
    meanwhile she looks at that first; her words wait for her there."""
    visit = visit_at(desk, visit.pk)
    told_anew = typed.told is not None and typed.told != visit.submission_id
    back = keep_form(request) if told_anew else address(desk, visit.pk, asked_in(typed.query).query)
    decisions = decisions_of(visit)
    said = {
        "visit": visit,
        "problem": problem,
        "words": words_of(problem),
        "last": decisions[-1] if decisions else None,
        "told_anew": told_anew,
        "typed": typed,
        "back": back,
        "deciding": None if told_anew else panel_for(desk, visit, request, typed=typed),
    }
    return page(request, "console/deciding/not_done.html", said, status=status_of(problem))


def asked_in(query: str) -> Asked:
    """The list she came from; the whole inbox when that cannot be understood."""
    try:
        return Asked.read(QueryDict(query).dict())
    except UnknownFilter:
        return Asked()


def address(desk: Desk, visit: UUID, query: str) -> str:
    return reverse("console:visit", kwargs={"programme": desk.programme.code, "visit": visit}) + query


urlpatterns = [path("<slug:programme>/visits/<uuid:visit>/decide/", decide, name="decide")]
