"""What stands beside a visit: the decisions so far, and the forms for the next one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from backend.console.deciding.typed import Typed
from backend.console.deciding.words import GROUNDS, TONES, VERDICTS, ground_words
from backend.pages.desk import Desk
from backend.pages.kept import kept_form
from backend.people.rules import Verb
from backend.review.models import Decision
from backend.review.rules import Verdict, may_follow
from backend.visits.models import Submission, Visit
from backend.visits.rules import VisitState

DECISIONS_SHOWN_MAX = 50


@dataclass(frozen=True)
class Decided:
    """A decision in words; `undone` by the one after it."""

    decision: Decision
    verdict: Any
    tone: str
    ground: str
    undone: bool


def panel_for(
    desk: Desk, visit: Visit, request: HttpRequest, *, typed: Typed | None = None
) -> dict[str, Any] | None:
    """The context, as `deciding`, of console/deciding/panel.html; None for whoever does not review there.

    visit   with names and its submission
    typed   what was typed into a form that was refused; without one, what was typed before a session ended
    """
    order = visit.assignment
    if not desk.standing.may_in(Verb.REVIEW, order.unit.region_id) or visit.submission is None:
        return None
    kept = None if typed else kept_form(request)
    typed = typed or (Typed.read(kept) if kept else Typed())
    query = typed.query or request.GET.urlencode()
    here = {"programme": desk.programme.code, "visit": visit.pk}
    blocked = blocked_by(desk, visit)
    state = VisitState(visit.state)
    may = {verdict.value: not blocked and may_follow(state, verdict) for verdict in Verdict}
    return {
        "visit": visit,
        "state": state.value,
        "decisions": decisions_of(visit),
        "blocked": blocked,
        "may": may,
        "missing": visit.photos_missing,
        "attempt": visit.submission.attempt,
        "rev": order.rev,
        "told": visit.submission_id,
        "query": query,
        "visit_url": reverse("console:visit", kwargs=here) + (f"?{query}" if query else ""),
        "decide_url": reverse("console:decide", kwargs=here),
        "return_url": reverse("console:return", kwargs=here) + (f"?{query}" if query else ""),
        "grounds": list(GROUNDS.items()),
        "typed": typed,
        "kept": kept is not None,
    }


def blocked_by(desk: Desk, visit: Visit) -> str:
    """Why she judges this visit not at all: "own", "cancelled", or "" when she may."""
    own = Submission.objects.filter(visit=visit.pk, inspector=desk.user)
    if visit.assignment.inspector_id == desk.user.pk or own.exists():
        return "own"
    return "cancelled" if visit.assignment.cancelled_at is not None else ""


def decisions_of(visit: Visit) -> list[Decided]:
    """The newest last; of very many only the newest."""
    found = Decision.objects.filter(visit=visit).select_related("by").order_by("-decided_at", "-pk")
    made = list(found[:DECISIONS_SHOWN_MAX])[::-1]
    judged = [(one.submission_id, one.verdict) for one in made]
    return [
        Decided(
            one,
            VERDICTS[one.verdict],
            TONES[Verdict(one.verdict)],
            ground_words(one.ground),
            # A correction that was told answers a return; another decision about the same submission undoes it.
            undone=any(submission == one.submission_id for submission, _ in judged[number:]),
        )
        for number, one in enumerate(made, start=1)
    ]
