"""How plans are spoken of: states, hindrances with the visit that hinders, moments on a unit's clock."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backend.assignments.errors import NotAnInspector, Spaced
from backend.assignments.models import Assignment
from backend.assignments.planning import NOBODY_YET
from backend.assignments.rules import Notice, OrderState, Scenario, Window
from backend.assignments.tables import clock, window_at
from backend.core.errors import Problem
from backend.pages.page import words_of
from backend.people.models import User
from backend.units.complaints import BadCell

STATES: Mapping[str, Promise] = {
    OrderState.ASSIGNED: gettext_lazy("Assigned"),
    OrderState.SUBMITTED: gettext_lazy("Told, awaiting review"),
    OrderState.RETURNED: gettext_lazy("Returned"),
    OrderState.ACCEPTED: gettext_lazy("Accepted"),
    OrderState.REJECTED: gettext_lazy("Rejected"),
    OrderState.CANCELLED: gettext_lazy("Cancelled"),
}
TONES = {
    OrderState.ACCEPTED: "good",
    OrderState.REJECTED: "bad",
    OrderState.RETURNED: "warn",
    OrderState.CANCELLED: "bad",
}
SCENARIOS: Mapping[str, Promise] = {
    Scenario.INQUIRY: gettext_lazy("Inquiry (asks only)"),
    Scenario.TRANSACTION: gettext_lazy("Transaction (is served)"),
}
NOTICES: Mapping[Notice, Promise] = {
    Notice.NEVER_OPEN: gettext_lazy("The unit is not open at all in this window."),
    Notice.CLOSED_ON_OPENING_DAY: gettext_lazy("The unit is closed on the day the window opens."),
    Notice.ALREADY_OVER: gettext_lazy("This window has already closed."),
}


@dataclass(frozen=True)
class Said:
    """A problem in words; with the visit that hinders, when it is one, and the first day that is free of it."""

    words: str
    order: Assignment | None = None
    row: int | None = None
    free_from: date | None = None


def speak(
    problems: Iterable[Problem], others: Mapping[UUID, Assignment], rows: Mapping[UUID, int]
) -> list[Said]:
    """`others` are saved orders (see `hinderers`), `rows` the lines of the plan itself."""
    return [_speak(problem, others, rows) for problem in problems]


def _speak(problem: Problem, others: Mapping[UUID, Assignment], rows: Mapping[UUID, int]) -> Said:
    if isinstance(problem, NotAnInspector) and problem.facts.get("inspector") == NOBODY_YET:
        return Said(_("Nobody is chosen yet."))
    if not isinstance(problem, Spaced):
        return Said(words_of(problem))
    order = problem.facts["order"]
    return Said(words_of(problem), others.get(order), rows.get(order), problem.facts.get("free_from"))


def hinderers(problems: Iterable[Problem], user: User) -> dict[UUID, Assignment]:
    """The saved orders that these problems name, in one query."""
    ids = {problem.facts["order"] for problem in problems if isinstance(problem, Spaced)}
    if not ids:
        return {}
    found = Assignment.objects.visible_to(user).filter(pk__in=ids).select_related("unit", "inspector")
    return {order.pk: order for order in found}


def local(moment: datetime, zone: str) -> str:
    """As a field for a day and an hour holds it, on this zone's clock."""
    return moment.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%dT%H:%M")


def window_in(fields: Mapping[str, Any], zone: str, prefix: str = "") -> Window:
    """The window that two fields hold, on this zone's clock. Raises BadCell."""
    opens = clock(str(fields.get(f"{prefix}opens", "")).strip())
    closes = clock(str(fields.get(f"{prefix}closes", "")).strip())
    try:
        return window_at(zone, opens, closes)
    except OverflowError:
        raise BadCell("not-a-moment") from None
