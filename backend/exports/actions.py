"""Letting rows leave the house: who took what is written in the journal before the first byte goes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from backend.core.spreadsheets import Row
from backend.exports.errors import NotesStayInside
from backend.exports.rules import FINDING_COLUMNS, NOTE_COLUMNS, RESULT_COLUMNS
from backend.exports.sources import exportable, findings, results
from backend.indicators.actions import score_accepted
from backend.indicators.methods import method_named
from backend.indicators.models import Computation
from backend.indicators.rules import parse_period
from backend.journal.actions import one_transaction, record
from backend.people.access import require
from backend.people.models import Programme, User
from backend.people.rules import Verb


@dataclass(frozen=True)
class Paper:
    """What leaves: a file's name without its ending, its columns, and its rows, which are read as they are taken."""

    name: str
    columns: tuple[str, ...]
    rows: Iterator[Row]


def export_findings(programme: UUID, *, period: str, form: str, notes: bool, by: User) -> Paper:
    """The answered items of a period's accepted visits.

    Raises NoSuchProgramme, NotAllowed, BadPeriod, NotesStayInside.
    """
    standing, days = require(by, programme, Verb.EXPORT), parse_period(period)
    if notes and not standing.may(Verb.SEE_VISITS):
        raise NotesStayInside()
    score_accepted(programme, days)
    _record_findings(programme, period=days.name, form=form, notes=notes, by=by)
    visits = exportable(by, programme, days, notes=notes)
    columns = FINDING_COLUMNS + (NOTE_COLUMNS if notes else ())
    code = Programme.objects.values_list("code", flat=True).get(pk=programme)
    return Paper(f"findings-{code}-{days.name}", columns, findings(visits, notes=notes))


@one_transaction
def _record_findings(programme: UUID, *, period: str, form: str, notes: bool, by: User) -> None:
    data = {"what": "findings", "form": form, "period": period, "notes": notes}
    record("export.made", Programme(pk=programme), by=by, programme=programme, data=data)


@one_transaction
def export_results(computation: Computation, *, form: str, by: User) -> Paper:
    """The lines of a computation she may see. Raises NoSuchProgramme, NotAllowed."""
    require(by, computation.programme_id, Verb.EXPORT)
    dimensions = tuple(method_named(computation.method).weights)
    name = f"indicators-{computation.period}-{str(computation.pk)[:8]}"
    data = {"what": "indicators", "form": form, "period": computation.period}
    record("export.made", computation, by=by, programme=computation.programme_id, data=data)
    return Paper(name, RESULT_COLUMNS + dimensions, results(computation, dimensions))
