"""What is shown of one visit and of one unit: read, put together, and written nowhere."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Max

from backend.checklists.models import Checklist
from backend.checklists.rules import Instrument
from backend.indicators.breakdown import Breakdown, Part, Summary
from backend.indicators.errors import NoScore
from backend.indicators.models import Computation, VisitScore, VisitScoreQuerySet
from backend.indicators.rules import INSPECTORS_MIN, VISITS_MIN, Period, parse_period
from backend.indicators.scorebook import ScoreBook, scorable
from backend.people.models import User, regions_where
from backend.people.rules import Verb
from backend.units.errors import NoSuchUnit
from backend.units.models import Unit
from backend.visits.models import Visit

VISITS_PER_CHUNK = 200
NOTHING = Summary(0, None, None)


def score_for(user: User, visit_id: UUID) -> dict[str, Any]:
    """The score of a told visit as it stands now, for those who judge it. Raises NoScore."""
    hers = regions_where(
        user, Verb.SEE_RESULTS, programme="programme", region="assignment__unit__region__code"
    )
    visit = scorable(Visit.objects.filter(hers, pk=visit_id)).first()
    if visit is None:
        raise NoScore(visit=visit_id)
    ((score, _),) = ScoreBook().score([visit])
    instrument = score.checklist.instrument
    items = {item.code: item for item in instrument.items_for(visit.assignment.unit.unit_type)}
    return {
        "visit": visit.pk,
        "checklist": score.checklist_id,
        "value": score.rounded,
        "valid": score.valid,
        "dimensions": score.dimensions,
        "items": score.items,
        "criticals": [{"item": code, "question": items[code].question} for code in score.criticals],
    }


@dataclass(frozen=True)
class UnitRead:
    """One unit in one period. `dimensions` is empty when nothing may be shown yet."""

    unit: UUID
    period: str
    checklist: str | None
    enough: bool
    n: int
    mean: Any
    spread: Any
    dimensions: list[Part]


def unit_for(user: User, unit_id: UUID, period: str, checklist: str = "") -> UnitRead:
    """One unit's counted visits down to the items. Raises NoSuchUnit, BadPeriod.

    Those who work on results see accepted visits as they stand; readers see what the newest published
    computation counted, once there is enough.
    """
    days = parse_period(period)
    unit = Unit.objects.visible_to(user).filter(pk=unit_id).first()
    standing = user.standing_in(unit.programme_id) if unit else None
    if unit is None or standing is None or not standing.may(Verb.SEE_PUBLISHED):
        raise NoSuchUnit(unit=unit_id)
    staff = standing.may(Verb.SEE_RESULTS)
    counted = _standing_now(unit, days) if staff else _as_published(unit, days)
    return _read(unit, days, counted, checklist, all_shown=staff)


def unit_counted(made: Computation, unit: Unit) -> UnitRead:
    """What one computation counted of a unit, down to the items; no dimensions while there is not enough.

    A visit that was told anew since then is no longer among them, so `n` may be less than the line's.
    """
    counted = _counted(unit, [made.pk]).filter(checklist=made.checklist_id)
    return _told(unit, made.period, counted, made.checklist_id, all_shown=False)


def _standing_now(unit: Unit, days: Period) -> VisitScoreQuerySet:
    scores = VisitScore.objects.accepted(unit.programme_id, days).filter(visit__assignment__unit=unit)
    return scores.filter(valid=True).exclude(visit__detected="yes")


def _as_published(unit: Unit, days: Period) -> VisitScoreQuerySet:
    published = Computation.objects.published().filter(programme=unit.programme_id, period=days.name)
    return _counted(unit, published.order_by("-computed_at").values("pk")[:1])


def _counted(unit: Unit, computations: Any) -> VisitScoreQuerySet:
    return VisitScore.objects.filter(
        visit__assignment__unit=unit,
        visit__counted_in__computation__in=computations,
        visit__counted_in__submission=F("submission"),
    )


def _read(unit: Unit, days: Period, counted: VisitScoreQuerySet, asked: str, *, all_shown: bool) -> UnitRead:
    by_checklist = counted.values("checklist").annotate(
        visits=Count("pk"), newest=Max("checklist__published_at")
    )
    most = by_checklist.order_by("-visits", "-newest", "checklist").first()
    digest = asked or (most["checklist"] if most else None)
    if digest is None or not Checklist.objects.filter(pk=digest).exists():
        return UnitRead(unit.pk, days.name, None, False, 0, None, None, [])
    return _told(unit, days.name, counted.filter(checklist=digest), digest, all_shown=all_shown)


def _told(unit: Unit, period: str, counted: VisitScoreQuerySet, digest: str, *, all_shown: bool) -> UnitRead:
    told = Breakdown()
    rows = counted.values_list("submission__inspector", "value", "dimensions", "items", "criticals")
    for inspector, value, *found in rows.iterator(chunk_size=VISITS_PER_CHUNK):
        told.hear(inspector, value or "0", *found)
    whole = told.whole
    enough = whole.n >= VISITS_MIN and len(told.inspectors) >= INSPECTORS_MIN
    shown = enough or all_shown
    parts = told.parts(instrument_of(digest), unit.unit_type) if shown and whole.n else []
    summary = whole if shown else NOTHING
    return UnitRead(unit.pk, period, digest, enough, whole.n, summary.mean, summary.spread, parts)


@lru_cache(maxsize=32)
def instrument_of(digest: str) -> Instrument:
    """A published checklist's content, kept in memory: it never changes. Raises NoSuchChecklist."""
    return Checklist.objects.named(digest).instrument
