"""A visit as a line of the inbox: its state, its doubts, its deadline."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from backend.console.flags import tags_of
from backend.console.spans import Deadline, deadline
from backend.visits.models import Visit
from backend.visits.rules import VisitState

STATES: Mapping[str, Promise] = {
    VisitState.SUBMITTED: _("Awaiting review"),
    VisitState.RETURNED: _("Returned"),
    VisitState.ACCEPTED: _("Accepted"),
    VisitState.REJECTED: _("Rejected"),
}
TONES: Mapping[str, str] = {
    VisitState.ACCEPTED: "good",
    VisitState.REJECTED: "bad",
    VisitState.RETURNED: "warn",
}


@dataclass(frozen=True)
class Row:
    """A visit in the list. `due` only while it awaits a judgement."""

    visit: Visit
    tags: list[dict[str, str]]
    due: Deadline | None
    state: Promise | str
    tone: str
    in_bulk: bool


def row(visit: Visit, moment: datetime, *, may_review: bool) -> Row:
    awaits = visit.state == VisitState.SUBMITTED and visit.assignment.cancelled_at is None
    return Row(
        visit=visit,
        tags=tags_of(visit.flags),
        due=deadline(visit.told_at, moment) if awaits else None,
        state=STATES.get(visit.state, visit.state),
        tone=TONES.get(visit.state, ""),
        in_bulk=may_review and awaits and not visit.flags and not visit.photos_missing,
    )
