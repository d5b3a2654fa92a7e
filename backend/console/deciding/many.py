"""Many visits accepted at once, each for itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from backend.console.deciding.errors import FormIncomplete, NoneChosen, TooManyVisits
from backend.console.deciding.judging import asked_in
from backend.console.inbox_visits import followed
from backend.core.errors import Problem
from backend.core.ids import uuid7
from backend.evidence.rules import read_uuid
from backend.pages.desk import Desk, at_desk
from backend.pages.page import page, words_of
from backend.people.rules import Verb
from backend.review import actions
from backend.review.errors import NeedsALook
from backend.visits.errors import NoSuchVisit
from backend.visits.models import Visit

VISITS_AT_ONCE_MAX = 50


@dataclass(frozen=True)
class Became:
    """One visit, and why it was not accepted; "" when it was. A visit is None where she may not see it."""

    visit: Visit | None
    why: str


@require_POST
@at_desk(Verb.REVIEW)
def accept_many(request: HttpRequest, desk: Desk) -> HttpResponseBase:
    """Fields `visit`, each "id:attempt" as it was seen; `id` names the whole, so that sent twice it is done once."""
    asked = chosen(request.POST.getlist("visit"))
    batch = read_uuid(request.POST.get("id", "")) or uuid7()
    here = {visit.pk: visit for visit in followed(desk).with_names().in_brief().filter(pk__in=list(asked))}
    wanted = {visit: attempt for visit, attempt in asked.items() if visit in here}
    became: dict[UUID, Problem | None] = dict(actions.accept_many(wanted, batch=batch, by=desk.user))
    became |= {visit: NoSuchVisit(visit=visit) for visit in asked if visit not in here}
    back = list_of(request, desk)
    count = sum(1 for problem in became.values() if problem is None)
    words = ngettext("%(count)d visit accepted.", "%(count)d visits accepted.", count) % {"count": count}
    if count == len(became):
        inbox = reverse("console:inbox", kwargs={"programme": desk.programme.code})
        undo = format_html('<a href="{}?state=accepted" data-key="z">{}</a>', inbox, _("Look again or undo"))
        messages.success(request, format_html("{} {}", words, undo))
        return redirect(back)
    rows = [Became(here.get(visit), why_not(problem)) for visit, problem in became.items()]
    said: dict[str, Any] = {
        "words": words if count else _("No visit was accepted."),
        "accepted": [row for row in rows if not row.why],
        "left": [row for row in rows if row.why],
        "back": back,
    }
    return page(request, "console/deciding/many.html", said)


def chosen(sent: list[str]) -> dict[UUID, int]:
    """Raises NoneChosen, TooManyVisits, FormIncomplete."""
    if not sent:
        raise NoneChosen()
    if len(sent) > VISITS_AT_ONCE_MAX:
        raise TooManyVisits(most=VISITS_AT_ONCE_MAX)
    found: dict[UUID, int] = {}
    for one in sent:
        name, _colon, attempt = one.partition(":")
        visit = read_uuid(name)
        if visit is None or not attempt.isascii() or not attempt.isdigit() or len(attempt) > 5:
            raise FormIncomplete()
        found[visit] = int(attempt)
    return found


def list_of(request: HttpRequest, desk: Desk) -> str:
    """The list that was ticked."""
    inbox = reverse("console:inbox", kwargs={"programme": desk.programme.code})
    return inbox + asked_in(request.POST.get("query", "")).query


def why_not(problem: Problem | None) -> str:
    if problem is None:
        return ""
    if isinstance(problem, NeedsALook):
        return _needs_a_look(problem.facts)
    return words_of(problem)


def _needs_a_look(facts: dict[str, Any]) -> str:
    if facts["state"] != "submitted":
        return _("Somebody has judged it meanwhile.")
    if facts["missing"]:
        missing = facts["missing"]
        words = ngettext("%(count)d photo is missing.", "%(count)d photos are missing.", missing)
        return words % {"count": missing}
    return _("It has flags: open it first.")


urlpatterns = [path("<slug:programme>/accept-many/", accept_many, name="accept_many")]
