"""What was set aside: late submissions, which a coordinator may take as the one to judge, and those that could not be
read or placed. Their texts are shown and given out as text, and never run."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from backend.assignments.models import Assignment
from backend.console.deciding.judging import address
from backend.console.deciding.typed import Typed
from backend.console.deciding.words import why_words
from backend.console.flags import explain
from backend.core.errors import Invalid, Problem
from backend.pages.desk import Desk, at_desk
from backend.pages.page import page, words_of
from backend.pages.paging import rows_of
from backend.people.rules import Verb
from backend.rest.problems import status_of
from backend.review import actions
from backend.visits.errors import NoSuchSubmission
from backend.visits.models import Submission, SubmissionQuerySet, Visit
from backend.visits.rules import Slot, may_take
from backend.visits.testimony import keepable

TEXT_SHOWN_MAX = 20_000
VERBS = (Verb.REVIEW, Verb.SEE_VISITS, Verb.MANAGE_PEOPLE)
KINDS: dict[str, Promise] = {
    "": gettext_lazy("All"),
    Slot.LATE: gettext_lazy("Late"),
    Slot.QUARANTINED: gettext_lazy("Unreadable"),
}


@dataclass(frozen=True)
class Row:
    """A submission that was set aside. `order` is None where it names none."""

    told: Submission
    order: Assignment | None
    kind: Promise
    why: str

    @property
    def zone(self) -> str:
        """Whose clock its times are shown on; "" for the usual one."""
        return self.order.unit.time_zone if self.order else ""


@require_safe
@at_desk(*VERBS)
def late(request: HttpRequest, desk: Desk) -> HttpResponseBase:
    """The newest first; ?kind=late or ?kind=quarantined."""
    kind = request.GET.get("kind", "")
    if kind not in KINDS:
        raise Invalid(filter="kind")
    found = seen_from(desk).in_brief().select_related("inspector", "device")
    rows = rows_of(request, found.filter(slot=kind) if kind else found, ("-received_at", "-pk"))
    orders = orders_named(rows.rows)
    said = {
        "list": rows,
        "rows": [row(told, orders.get(told.visit)) for told in rows.rows],
        "kinds": [
            {"title": title, "query": f"?kind={name}" if name else "?", "here": name == kind}
            for name, title in KINDS.items()
        ],
    }
    return page(request, "console/deciding/late.html", said)


@require_safe
@at_desk(*VERBS)
def late_one(request: HttpRequest, desk: Desk, submission: int) -> HttpResponseBase:
    return shown(request, desk, told_at(desk, submission))


@require_safe
@at_desk(*VERBS)
def late_text(request: HttpRequest, desk: Desk, submission: int) -> HttpResponseBase:
    """The exact bytes, to be saved and not to be run."""
    told = told_at(desk, submission)
    answer = HttpResponse(bytes(told.doc), content_type="text/plain; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{told.uuid}.txt"'
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "private, no-store"
    return answer


@require_POST
@at_desk(Verb.REVIEW)
def late_take(request: HttpRequest, desk: Desk, submission: int) -> HttpResponseBase:
    """Make it the one that is judged, and go there."""
    told, typed = told_at(desk, submission), Typed.read(request.POST)
    try:
        seen = None if typed.rev is None else frozenset({typed.rev})
        visit, new = actions.take_submission(told.uuid, told.digest, expected_rev=seen, by=desk.user)
    except Problem as problem:
        return shown(request, desk, told_at(desk, submission), problem)
    if new:
        messages.success(
            request, _("This submission is now the one to judge. What it replaced is kept as late.")
        )
    return redirect(address(desk, visit.pk, ""))


def seen_from(desk: Desk) -> SubmissionQuerySet:
    """Of orders in her regions; and, for whoever manages people, what its own people told of no order at all."""
    of_orders = Submission.objects.followed_by(desk.user).for_programme(desk.programme.pk)
    here = Q(pk__in=of_orders.values("pk"))
    if desk.may(Verb.MANAGE_PEOPLE):
        here |= Q(pk__in=Submission.objects.for_no_order(desk.programme.pk).values("pk"))
    return Submission.objects.set_aside().filter(here)


def told_at(desk: Desk, submission: int) -> Submission:
    """Raises NoSuchSubmission."""
    found = seen_from(desk).select_related("inspector", "device").filter(pk=submission).first()
    if found is None:
        raise NoSuchSubmission(submission=submission)
    return found


def orders_named(rows: list[Submission]) -> dict[UUID, Assignment]:
    return Assignment.objects.select_related("unit", "product").in_bulk([one.visit for one in rows])


def row(told: Submission, order: Assignment | None) -> Row:
    return Row(told, order, KINDS[told.slot], why_words(told.why))


def shown(
    request: HttpRequest, desk: Desk, told: Submission, problem: Problem | None = None
) -> HttpResponseBase:
    order = orders_named([told]).get(told.visit)
    visit = Visit.objects.filter(pk=told.visit).first() if order else None
    text = keepable(told.text)
    said = {
        "row": row(told, order),
        "visit": visit,
        "doubts": explain(told.flags),
        "text": text[:TEXT_SHOWN_MAX],
        "cut": len(text) > TEXT_SHOWN_MAX,
        "hindrance": hindrance(desk, told, order),
        "problem": problem,
        "words": words_of(problem) if problem else "",
        "visit_url": address(desk, visit.pk, "") if visit else "",
        "list_url": reverse("console:late", kwargs={"programme": desk.programme.code}),
    }
    return page(
        request, "console/deciding/late_one.html", said, status=status_of(problem) if problem else 200
    )


def hindrance(desk: Desk, told: Submission, order: Assignment | None) -> str:
    """Why it cannot be taken here; "" when it can."""
    if order is None or not may_take(Slot(told.slot), told.attempt):
        return _("Only a late submission of an order can be judged. This one stays here as it arrived.")
    if not desk.standing.may_in(Verb.REVIEW, order.unit.region_id):
        return _("A coordinator of this region decides whether it is judged.")
    if order.cancelled_at is not None:
        return _(
            "The order is cancelled, and what is cancelled stays so. This submission stays here as it arrived."
        )
    own = Submission.objects.filter(visit=told.visit, inspector=desk.user).exists()
    if own or order.inspector_id == desk.user.pk:
        return _("This is your own visit: another coordinator decides.")
    return ""


urlpatterns = [
    path("<slug:programme>/late/", late, name="late"),
    path("<slug:programme>/late/<int:submission>/", late_one, name="late_one"),
    path("<slug:programme>/late/<int:submission>/text/", late_text, name="late_text"),
    path("<slug:programme>/late/<int:submission>/take/", late_take, name="late_take"),
]
