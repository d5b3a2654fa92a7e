"""Where rows come from: read in chunks by key, so that memory is the same for ten rows and for a million.

Each chunk is a query of its own. No cursor stays open while somebody on a slow line reads; what changes meanwhile
may or may not be in the rest of the file.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from backend.checklists.models import Checklist
from backend.core.spreadsheets import Row
from backend.exports.rules import ItemTold, finding_rows, items_told
from backend.indicators.models import Computation, CountedVisit, Result, accepted_visits
from backend.indicators.rules import Period
from backend.people.models import User, regions_where
from backend.people.rules import Verb
from backend.visits.models import Visit
from backend.visits.testimony import answers_in, as_text

VISITS_PER_CHUNK = 100
LINES_PER_CHUNK = 500

VISIT_FIELDS = (
    "pk",
    "local_date",
    "programme__code",
    "assignment__unit__code",
    "assignment__unit__name",
    "assignment__unit__unit_type",
    "assignment__unit__institution__code",
    "assignment__unit__institution__name",
    "assignment__unit__institution__institution_class",
    "assignment__unit__region",
    "assignment__unit__region__name",
    "assignment__product__code",
    "assignment__scenario",
    "score__checklist",
    "submission__doc",
    "score__items",
    "score__criticals",
)


def exportable(user: User, programme: UUID, period: Period, *, notes: bool = False) -> QuerySet[Visit]:
    """The accepted visits of a period whose findings may leave with this person: those she follows, and those
    that a published computation counted. With notes, only those she follows."""
    hers = regions_where(
        user, Verb.SEE_VISITS, programme="programme", region="assignment__unit__region__code"
    )
    published = CountedVisit.objects.filter(
        visit=OuterRef("pk"), submission=OuterRef("submission"), computation__published_at__isnull=False
    )
    return accepted_visits(programme, period).filter(hers if notes else hers | Q(Exists(published)))


def findings(visits: QuerySet[Visit], *, notes: bool = False) -> Iterator[Row]:
    """FINDING_COLUMNS (and the note) of these visits, day by day."""
    checklists = _Checklists()
    ordered = visits.filter(score__submission=F("submission")).order_by("local_date", "pk")
    after: Q = Q()
    while chunk := list(ordered.filter(after).values_list(*VISIT_FIELDS)[:VISITS_PER_CHUNK]):
        for row in chunk:
            yield from _findings(row, checklists, notes)
        day, key = chunk[-1][1], chunk[-1][0]
        after = Q(local_date__gte=day) & (Q(local_date__gt=day) | Q(pk__gt=key))


def _findings(row: tuple[Any, ...], checklists: _Checklists, notes: bool) -> Iterator[Row]:
    pk, day, programme, unit, unit_name, unit_type, *place, checklist, doc, scores, criticals = row
    version, items = checklists.told(checklist, unit_type)
    visit = (str(pk), programme, _day(day), unit, unit_name, unit_type, *place, checklist, version)
    yield from finding_rows(visit, items, answers_in(as_text(doc)), scores, frozenset(criticals), notes=notes)


class _Checklists:
    """The checklists met on the way, and the cells they give to every row; each is read once."""

    def __init__(self) -> None:
        self._known: dict[str, Checklist] = {}
        self._items: dict[tuple[str, str], tuple[ItemTold, ...]] = {}

    def told(self, digest: str, variant: str) -> tuple[str, tuple[ItemTold, ...]]:
        if digest not in self._known:
            self._known[digest] = Checklist.objects.named(digest)
        checklist = self._known[digest]
        if (digest, variant) not in self._items:
            self._items[digest, variant] = items_told(checklist.instrument, variant)
        return checklist.version, self._items[digest, variant]


def results(made: Computation, dimensions: tuple[str, ...]) -> Iterator[Row]:
    """RESULT_COLUMNS and a column for each dimension, line by line as they are listed."""
    head = (str(made.pk), made.period, made.method, made.checklist_id, made.checklist.version)
    published = made.published_at.isoformat() if made.published_at else None
    after = 0
    lines = Result.objects.filter(computation=made).order_by("pk")
    while chunk := list(lines.filter(pk__gt=after)[:LINES_PER_CHUNK]):
        for line in chunk:
            yield (
                *head,
                published,
                *_result(line),
                *(_number(line.dimensions.get(code)) for code in dimensions),
            )
        after = chunk[-1].pk


def _result(line: Result) -> Row:
    return (
        line.level, line.institution_class, line.code, line.name, line.unit_type, line.region, line.n, line.units,
        line.value, line.spread, line.least, line.most, line.zone or None, line.category or None, line.rank, line.of,
        line.critical, line.enough,
    )  # fmt: skip


def _number(text: str | None) -> float | None:
    return float(text) if text is not None else None


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
