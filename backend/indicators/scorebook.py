"""Reading what scoring needs, many visits at a time: a fixed number of statements for each chunk."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from backend.checklists.models import Checklist
from backend.core.clock import now
from backend.indicators.models import VisitScore
from backend.indicators.rules import exact, round_half_up
from backend.indicators.scoring import DimensionScore, VisitScored, score_answers
from backend.units.models import PublishedStandard
from backend.visits.models import Visit, facts_for


def scorable(visits: QuerySet[Visit]) -> QuerySet[Visit]:
    """Told visits with what scoring reads of them, and neither the exact text nor any name."""
    return (
        visits.filter(submission__isnull=False)
        .select_related("submission", "assignment", "assignment__unit", "assignment__product")
        .only(
            "local_date",
            "told_at",
            "submission__doc",
            "submission__slot",
            "submission__checklist",
            "assignment__scenario",
            "assignment__checklist",
            "assignment__unit__unit_type",
            "assignment__unit__region",
            "assignment__product__group",
        )
    )


class ScoreBook:
    """Scores visits against published checklists and standards; keeps each checklist it has read."""

    def __init__(self) -> None:
        self._checklists: dict[str, Checklist] = {}

    def score(self, visits: Iterable[Visit]) -> list[tuple[VisitScore, VisitScored]]:
        """The scores of visits read through `scorable`; nothing is written."""
        visits = list(visits)
        self._read_checklists({visit.submission.checklist for visit in visits if visit.submission})
        self._read_checklists({visit.assignment.checklist_id for visit in visits})
        standards = _standards({visit.assignment.product_id for visit in visits})
        return [self._score(visit, standards) for visit in visits]

    def _read_checklists(self, digests: set[str]) -> None:
        if unread := digests - self._checklists.keys():
            self._checklists |= Checklist.objects.in_bulk(list(unread))

    def _score(
        self, visit: Visit, standards: Mapping[UUID, list[PublishedStandard]]
    ) -> tuple[VisitScore, VisitScored]:
        submission, order = visit.submission, visit.assignment
        assert submission is not None  # `scorable` leaves the untold out
        # The checklist the phone filled in, even if older than the order's; the order's if we never saw it.
        checklist = self._checklists.get(submission.checklist) or self._checklists[order.checklist_id]
        instrument = checklist.instrument
        day = visit.local_date or visit.told_at.date()
        facts = facts_for(order, instrument, day, standards.get(order.product_id, []))
        scored = score_answers(instrument, order.unit.unit_type, submission.answers or {}, facts)
        row = VisitScore(
            visit=visit,
            submission=submission,
            checklist=checklist,
            value=exact(scored.value) if scored.value is not None else None,
            rounded=round_half_up(scored.value) if scored.value is not None else None,
            valid=scored.valid,
            dimensions=[_dimension(dimension) for dimension in scored.dimensions],
            items={code: exact(points) for code, points in scored.items.items()},
            criticals=list(scored.criticals),
            computed_at=now(),
        )
        return row, scored


def _standards(products: set[UUID]) -> dict[UUID, list[PublishedStandard]]:
    found: dict[UUID, list[PublishedStandard]] = {}
    for standard in PublishedStandard.objects.filter(product__in=products):
        found.setdefault(standard.product_id, []).append(standard)
    return found


def _dimension(dimension: DimensionScore) -> dict[str, Any]:
    return {
        "code": dimension.code,
        "weight": exact(dimension.weight),
        **_value(dimension.value),
        "points": str(round_half_up(dimension.points)) if dimension.points is not None else None,
        "answered": str(round_half_up(dimension.answered)),
        "valid": dimension.valid,
        "indicators": [
            {"code": i.code, **_value(i.value), "answered": str(round_half_up(i.answered))}
            for i in dimension.indicators
        ],
    }


def _value(value: Any) -> dict[str, str | None]:
    if value is None:
        return {"value": None, "rounded": None}
    return {"value": exact(value), "rounded": str(round_half_up(value))}
