"""Scoring visits, computing the figures of a period, publishing them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Max, Q

from backend.checklists.models import Checklist
from backend.core.clock import now
from backend.indicators.errors import ChecklistDoesNotFit, ComputationDiffers, NothingAccepted
from backend.indicators.figures import Figure, Heard, unit_figure
from backend.indicators.lines import Line, UnitHeard, lines_of
from backend.indicators.methods import computed_method
from backend.indicators.models import (
    Computation,
    CountedVisit,
    Result,
    VisitScore,
    accepted_visits,
)
from backend.indicators.rules import Method, Period, parse_exact, parse_period, round_half_up
from backend.indicators.scorebook import ScoreBook, scorable
from backend.journal.actions import one_transaction, record
from backend.people.access import require
from backend.people.models import Programme, User
from backend.people.rules import Verb
from backend.units.models import Region, Unit
from backend.units.rules import RegionKind
from backend.visits.models import Visit

VISITS_PER_CHUNK = 500
WRITTEN_ANEW = [
    "submission",
    "checklist",
    "value",
    "rounded",
    "valid",
    "dimensions",
    "items",
    "criticals",
    "computed_at",
]

# Scores of visits


@one_transaction
def score_visit(visit_id: UUID) -> VisitScore | None:
    """Score a visit from its current submission and keep it; a score that is still fresh is left as it is.

    None when the visit is gone or was never told.
    """
    fresh = VisitScore.objects.fresh().filter(pk=visit_id).first()
    visit = scorable(Visit.objects.filter(pk=visit_id)).first()
    if fresh is not None or visit is None:
        return fresh
    (score, _), *_ = ScoreBook().score([visit])
    _keep([score])
    value = str(score.rounded) if score.valid else None
    record("visit.scored", visit, by=None, programme=visit.programme_id, data={"value": value})
    return score


def score_accepted(programme: UUID, period: Period) -> int:
    """Score the accepted visits of a period that have no fresh score yet; returns how many there were.

    In transactions of its own, so that phones are not kept waiting; what an interruption leaves is found again.
    """
    book, scored = ScoreBook(), 0
    missing = accepted_visits(programme, period).filter(
        Q(score=None) | ~Q(score__submission=F("submission")), submission__isnull=False
    )
    while visits := list(scorable(missing).order_by("pk")[:VISITS_PER_CHUNK]):
        _keep([score for score, _ in book.score(visits)])
        scored += len(visits)
    return scored


def _keep(scores: list[VisitScore]) -> None:
    VisitScore.objects.bulk_create(
        scores, update_conflicts=True, unique_fields=["visit"], update_fields=WRITTEN_ANEW
    )


# Computations


@dataclass
class Tally:
    """What was met while the visits of a period went by."""

    visits: int = 0
    incomplete: int = 0
    detected: int = 0
    counted: list[tuple[UUID, int]] = field(default_factory=list)  # (visit, submission) of the present chunk


def compute(
    computation_id: UUID, *, programme: UUID, period: str, method: str, by: User, checklist: str = ""
) -> tuple[Computation, bool]:
    """The figures of a period as they stand now, and whether they are new: the same id again answers what it has.

    checklist   digest; "" takes the one most visits of the period were made with. Visits on others are left
                out and named, never mixed in.
    Raises NoSuchProgramme, NotAllowed, BadPeriod, NoSuchMethod, NothingAccepted, ChecklistDoesNotFit,
    ComputationDiffers.
    """
    require(by, programme, Verb.COMPUTE)
    days, how = parse_period(period), computed_method(method)
    if told := _told_before(computation_id, programme, days, how, checklist):
        return told, False
    score_accepted(programme, days)
    return _compute(computation_id, programme, days, how, checklist, by)


def prepare(*, programme: UUID, period: str, by: User) -> None:
    """What takes long about computing and needs no transaction, for those who compute within a larger one.

    Raises NoSuchProgramme, NotAllowed, BadPeriod.
    """
    require(by, programme, Verb.COMPUTE)
    score_accepted(programme, parse_period(period))


def _told_before(
    computation_id: UUID, programme: UUID, days: Period, how: Method, checklist: str
) -> Computation | None:
    told = Computation.objects.with_names().filter(pk=computation_id).first()
    if told is None:
        return None
    said = (told.programme_id, told.period, told.method, told.asked_checklist)
    if said != (programme, days.name, how.code, checklist):
        raise ComputationDiffers(computation=computation_id)
    return told


@one_transaction
def _compute(
    computation_id: UUID, programme: UUID, days: Period, how: Method, checklist: str, by: User
) -> tuple[Computation, bool]:
    Programme.objects.select_for_update().get(
        pk=programme
    )  # the same id told twice at once: one of them waits
    if told := _told_before(computation_id, programme, days, how, checklist):
        return told, False
    chosen, others = _choose(programme, days, how, checklist)
    made = Computation.objects.create(
        id=computation_id, programme_id=programme, period=days.name, method=how.code,
        checklist=chosen, asked_checklist=checklist, others=others,
        visits=0, counted=0, incomplete=0, detected=0, computed_by=by, computed_at=now(),
    )  # fmt: skip
    figures = _figures(made, days, how)
    lines = lines_of(_units_heard(programme, figures), how, _province_names())
    Result.objects.bulk_create((_result(made, line) for line in lines), batch_size=VISITS_PER_CHUNK)
    made.save(update_fields=["visits", "counted", "incomplete", "detected"])
    data = {"period": days.name, "method": how.code, "counted": made.counted}
    record("computation.made", made, by=by, programme=programme, data=data)
    return made, True


def _choose(programme: UUID, days: Period, how: Method, asked: str) -> tuple[Checklist, list[dict[str, Any]]]:
    """The checklist to compute by, and what was told on others."""
    scores = VisitScore.objects.accepted(programme, days)
    found = list(
        scores.values("checklist", "checklist__code", "checklist__version")
        .annotate(visits=Count("pk"), newest=Max("checklist__published_at"))
        .order_by("-visits", "-newest", "checklist")
    )
    digest = asked or (found[0]["checklist"] if found else "")
    if digest not in [row["checklist"] for row in found]:
        raise NothingAccepted(period=days.name, **({"checklist": asked} if asked else {}))
    chosen = Checklist.objects.get(pk=digest)
    if {d.code: d.weight for d in chosen.instrument.dimensions} != how.weights:
        raise ChecklistDoesNotFit(checklist=digest, method=how.code)
    others = [
        {
            "checklist": row["checklist"],
            "code": row["checklist__code"],
            "version": row["checklist__version"],
            "visits": row["visits"],
        }
        for row in found
        if row["checklist"] != digest
    ]
    return chosen, others


def _figures(made: Computation, days: Period, how: Method) -> dict[UUID, Figure]:
    """Unit -> figure, from visits that go by in the order of their units; notes which of them counted."""
    rows = (
        VisitScore.objects.accepted(made.programme_id, days)
        .filter(checklist=made.checklist_id)
        .order_by("visit__assignment__unit", "visit")
        .values_list(
            "visit__assignment__unit",
            "submission__inspector",
            "visit",
            "submission",
            "value",
            "visit__detected",
            "criticals",
            "dimensions",
        )
    )
    figures: dict[UUID, Figure] = {}
    tally = Tally()
    for unit, told in groupby(rows.iterator(chunk_size=VISITS_PER_CHUNK), key=lambda row: row[0]):
        visits = [_heard(row, tally) for row in told]
        figures[unit] = unit_figure(visits, visits_min=how.visits_min, inspectors_min=how.inspectors_min)
        if len(tally.counted) >= VISITS_PER_CHUNK:
            _note_counted(made, tally)
    _note_counted(made, tally)
    made.visits, made.incomplete, made.detected = tally.visits, tally.incomplete, tally.detected
    return figures


def _heard(row: tuple[Any, ...], tally: Tally) -> Heard:
    _, inspector, visit, submission, value, detected, criticals, dimensions = row
    heard = Heard(
        inspector,
        parse_exact(value) if value is not None else None,
        # "doubt" counts: the coordinator has seen that flag and accepted the visit.
        detected == "yes",
        len(criticals),
        {d["code"]: parse_exact(d["value"]) for d in dimensions if d["valid"]},
    )
    tally.visits += 1
    tally.detected += heard.detected
    tally.incomplete += heard.value is None and not heard.detected
    if heard.counts:
        tally.counted.append((visit, submission))
    return heard


def _note_counted(made: Computation, tally: Tally) -> None:
    rows = [
        CountedVisit(computation=made, visit_id=visit, submission_id=told) for visit, told in tally.counted
    ]
    CountedVisit.objects.bulk_create(rows, batch_size=VISITS_PER_CHUNK)
    made.counted += len(rows)
    tally.counted.clear()


def _units_heard(programme: UUID, figures: Mapping[UUID, Figure]) -> Iterator[UnitHeard]:
    rows = Unit.objects.filter(programme=programme).values_list(
        "pk",
        "code",
        "name",
        "unit_type",
        "region",
        "institution__code",
        "institution__name",
        "institution__institution_class",
        "institution__region",
    )
    for row in rows.iterator(chunk_size=2000):
        if row[0] in figures:
            yield UnitHeard(*row, figure=figures[row[0]])


def _province_names() -> dict[str, str]:
    return dict(Region.objects.filter(kind=RegionKind.PROVINCE.value).values_list("code", "name"))


def _result(made: Computation, line: Line) -> Result:
    figure, band = line.figure, line.band
    return Result(
        computation=made,
        level=line.level.value,
        code=line.code,
        name=line.name,
        unit_id=line.unit,
        unit_type=line.unit_type,
        institution_class=line.institution_class,
        region=line.region,
        n=figure.n,
        units=figure.units,
        value=line.value,
        spread=figure.spread,
        least=round_half_up(figure.least) if figure.least is not None else None,
        most=round_half_up(figure.most) if figure.most is not None else None,
        zone=band.zone if band else "",
        category=band.category if band else "",
        rank=line.rank,
        of=line.of,
        critical=figure.critical,
        enough=figure.enough,
        dimensions={code: str(round_half_up(value)) for code, value in figure.dimensions.items()},
        zones=dict(line.zones),
    )


@one_transaction
def publish_computation(computation: Computation, *, by: User) -> Computation:
    """Let the programme's consumers see these figures; twice is once. Raises NotAllowed, NoSuchProgramme."""
    require(by, computation.programme_id, Verb.PUBLISH_RESULTS)
    locked = Computation.objects.select_for_update().get(pk=computation.pk)
    if locked.published_at is not None:
        return locked
    locked.published_at, locked.published_by = now(), by
    locked.save(update_fields=["published_at", "published_by"])
    record(
        "computation.published", locked, by=by, programme=locked.programme_id, data={"period": locked.period}
    )
    return locked
