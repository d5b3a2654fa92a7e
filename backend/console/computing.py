"""Figures of a period: computed, looked at, compared with what was published before, and published."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from backend.core.clock import now
from backend.core.errors import Problem
from backend.indicators import actions
from backend.indicators.comparing import changes, published_before
from backend.indicators.errors import NoSuchComputation
from backend.indicators.models import Computation
from backend.indicators.rules import Level, parse_period
from backend.pages.desk import Desk, at_desk
from backend.pages.kept import kept_form
from backend.pages.page import page, words_of
from backend.pages.paging import bounded_count, rows_of
from backend.pages.templatetags.samar import period as period_name
from backend.people.rules import Verb
from backend.rest.problems import status_of
from backend.units.rules import InstitutionClass
from backend.visits.models import Visit

METHOD = "IKKT"
CLASSES = [klass.value for klass in InstitutionClass]
ROWS_A_PAGE = 30
ZONE_CHANGES_MAX = 60


@require_safe
@at_desk(Verb.COMPUTE, Verb.PUBLISH_RESULTS)
def computations(request: HttpRequest, desk: Desk) -> HttpResponseBase:
    """What was computed, newest first, and a form to compute anew."""
    return _listed(request, desk, kept_form(request) or {})


@require_POST
@at_desk(Verb.COMPUTE)
def compute(request: HttpRequest, desk: Desk) -> HttpResponseBase:
    """The figures of a period as they stand now; the same form sent twice computes once."""
    try:
        made, new = actions.compute(
            _uuid(request.POST.get("id", "")),
            programme=desk.programme.pk,
            period=request.POST.get("period", "").strip(),
            method=METHOD,
            by=desk.user,
        )
    except Problem as problem:
        return _listed(request, desk, request.POST, problem)
    if new:
        said = _("The figures of %(period)s are computed. Look at them before you publish them.")
        messages.success(request, said % {"period": period_name(made.period)})
    return redirect("console:computation", desk.programme.code, made.pk)


@require_safe
@at_desk(Verb.COMPUTE, Verb.PUBLISH_RESULTS)
def computation(request: HttpRequest, desk: Desk, computation: UUID) -> HttpResponseBase:
    """One computation: what went in, what it says, what it says otherwise than before; and a button to publish it."""
    made = _one(desk, computation)
    before = published_before(made)
    told = changes(made, before)
    days = parse_period(made.period)
    waiting = Visit.objects.filter(programme=desk.programme, local_date__range=(days.first, days.last))
    moved = [c for c in told if c.line.level == Level.INSTITUTION.value and c.before and c.of_zone]
    return page(
        request,
        "console/computing/computation.html",
        {
            "made": made,
            "before": before,
            "alike": before is not None and before.measured_like(made),
            "classes": sorted(
                (c for c in told if c.line.level == Level.CLASS.value),
                key=lambda c: CLASSES.index(c.line.institution_class),
            ),
            "moved": moved[:ZONE_CHANGES_MAX],
            "moved_count": len(moved),
            "waiting": bounded_count(waiting.awaiting_review()),
            "others_visits": sum(other["visits"] for other in made.others),
            "may_publish": desk.may(Verb.PUBLISH_RESULTS) and made.published_at is None,
        },
    )


@require_POST
@at_desk(Verb.PUBLISH_RESULTS)
def publish(request: HttpRequest, desk: Desk, computation: UUID) -> HttpResponseBase:
    """Let the programme's readers see these figures, once somebody has said that she looked at them; twice is once."""
    made = _one(desk, computation)
    if request.POST.get("sure") != "yes":
        messages.error(request, _("Nothing was published: tick that you have looked at the figures."))
    else:
        actions.publish_computation(made, by=desk.user)
        said = _("The figures of %(period)s are published.")
        messages.success(request, said % {"period": period_name(made.period)})
    return redirect("console:computation", desk.programme.code, made.pk)


def _listed(request: HttpRequest, desk: Desk, typed: Any, problem: Problem | None = None) -> HttpResponseBase:
    found = Computation.objects.filter(programme=desk.programme).with_names().select_related("computed_by")
    suggested = periods_around(_newest_day(desk))
    return page(
        request,
        "console/computing/computations.html",
        {
            "list": rows_of(request, found, ("-computed_at", "-pk"), each=ROWS_A_PAGE),
            "may_compute": desk.may(Verb.COMPUTE),
            "suggested": suggested,
            "period": typed.get("period", suggested[0]),
            "problem": words_of(problem) if problem else "",
        },
        status=status_of(problem) if problem else 200,
    )


def periods_around(day: date) -> list[str]:
    """The half-year of a day, and the year, quarter and month."""
    half, quarter = (day.month + 5) // 6, (day.month + 2) // 3
    return [f"{day.year}-S{half}", f"{day.year}", f"{day.year}-Q{quarter}", f"{day.year}-{day.month:02}"]


def _newest_day(desk: Desk) -> date:
    """The day of the newest accepted visit; today while there is none."""
    accepted = Visit.objects.accepted().filter(programme=desk.programme, local_date__isnull=False)
    newest = accepted.order_by("-local_date").values_list("local_date", flat=True).first()
    return newest or now().date()


def _one(desk: Desk, computation: UUID) -> Computation:
    found = Computation.objects.filter(programme=desk.programme, pk=computation)
    made = found.with_names().select_related("checklist", "computed_by", "published_by").first()
    if made is None:
        raise NoSuchComputation(computation=computation)
    return made


def _uuid(text: str) -> UUID:
    """Raises NoSuchComputation: the id of a form is ours and not typed by anybody."""
    try:
        return UUID(text)
    except ValueError:
        raise NoSuchComputation() from None


urlpatterns = [
    path("<slug:programme>/computations/", computations, name="computations"),
    path("<slug:programme>/computations/compute/", compute, name="compute"),
    path("<slug:programme>/computations/<uuid:computation>/", computation, name="computation"),
    path("<slug:programme>/computations/<uuid:computation>/publish/", publish, name="publish_computation"),
]
