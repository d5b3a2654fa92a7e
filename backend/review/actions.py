"""Judging a visit."""

from uuid import UUID

from backend.assignments.models import Assignment
from backend.core.clock import now
from backend.core.revisions import Expected, check_rev
from backend.evidence.models import Photo
from backend.feed.actions import Touch
from backend.journal.actions import one_transaction, record
from backend.people.access import require
from backend.people.errors import IdTaken
from backend.people.models import User
from backend.people.rules import Verb
from backend.review.errors import (
    OwnVisit,
    PhotosMissing,
    StaleAttempt,
    VerdictOutOfTurn,
    VisitCancelled,
)
from backend.review.models import Decision
from backend.review.rules import Judgement, Verdict, check_points, check_words, may_follow
from backend.visits.errors import NoSuchVisit
from backend.visits.models import Submission, Visit
from backend.visits.rules import VisitState


@one_transaction
def decide(
    visit: UUID,
    judgement: Judgement,
    *,
    decision: UUID,
    attempt: int,
    expected_rev: Expected = None,
    by: User,
) -> tuple[Decision, bool]:
    """Accept, return or reject the attempt under review, or undo an earlier decision; and whether this is new.

    The inspector's feed hears of it. `expected_rev` is the order's, which counts what happens to its visit too.
    Raises as `require`, check_rev, check_words and check_points do, and NoSuchVisit, IdTaken, OwnVisit,
    VisitCancelled, StaleAttempt, VerdictOutOfTurn, PhotosMissing.
    """
    order, told = _locked(visit, by)
    if known := Decision.objects.filter(pk=decision).first():
        if not _says(known, visit, attempt, judgement, by):
            raise IdTaken(decision=decision)
        return known, False
    check_rev(order.rev, expected_rev)
    _check_reviewer(order, by)
    _check_turn(order, told, attempt, judgement.verdict)
    check_words(judgement)
    _check_points(order, judgement)
    assert told.submission_id is not None  # a visit is there from its first submission on
    made = Decision.objects.create(
        id=decision,
        visit=told,
        submission_id=told.submission_id,
        attempt=attempt,
        verdict=judgement.verdict.value,
        ground=judgement.ground or "",
        note=judgement.note,
        points=[point.as_json() for point in judgement.points],
        by=by,
        decided_at=now(),
    )
    told.state, told.decided_at = VisitState(judgement.verdict.value).value, made.decided_at
    if judgement.verdict is Verdict.RETURNED:
        told.attempt += 1
    told.save(update_fields=["state", "decided_at", "attempt"])
    order.rev += 1
    order.save(update_fields=["rev"])
    made.visit = told
    facts = {"decision": str(decision), "attempt": attempt, "ground": made.ground}
    hears = [Touch(order.inspector_id, "visit", order.pk)]
    record(f"visit.{made.verdict}", told, by=by, programme=order.programme_id, hears=hears, data=facts)
    return made, True


def _locked(visit: UUID, by: User) -> tuple[Assignment, Visit]:
    """The order first, then its visit, as everybody who changes a visit does. Raises NoSuchVisit."""
    if not Visit.objects.visible_to(by).filter(pk=visit).exists():
        raise NoSuchVisit(visit=visit)
    order = Assignment.objects.select_for_update().get(pk=visit)
    require(by, order.programme_id, Verb.REVIEW, region=order.unit.region_id)
    return order, Visit.objects.select_for_update().get(pk=visit)


def _check_reviewer(order: Assignment, by: User) -> None:
    """Also whoever told an earlier attempt, before the order went to somebody else, does not judge it."""
    if order.inspector_id == by.pk or Submission.objects.filter(visit=order.pk, inspector=by).exists():
        raise OwnVisit(visit=order.pk)


def _check_turn(order: Assignment, told: Visit, attempt: int, verdict: Verdict) -> None:
    if order.cancelled_at is not None:
        raise VisitCancelled(visit=order.pk)
    if told.attempt != attempt:
        raise StaleAttempt(attempt=told.attempt)
    if not may_follow(VisitState(told.state), verdict):
        raise VerdictOutOfTurn(state=told.state)
    if verdict is Verdict.ACCEPTED and told.photos_missing > 0:
        raise PhotosMissing(missing=told.photos_missing)


def _check_points(order: Assignment, judgement: Judgement) -> None:
    asked = order.checklist.instrument.items_for(order.unit.unit_type) if judgement.items else ()
    taken = Photo.objects.filter(visit=order.pk, pk__in=judgement.photos).values_list("pk", flat=True)
    check_points(judgement, items={item.code for item in asked}, photos=set(taken))


def _says(known: Decision, visit: UUID, attempt: int, judgement: Judgement, by: User) -> bool:
    told = (known.visit_id, known.attempt, known.verdict, known.ground, known.note, known.points, known.by_id)
    points = [point.as_json() for point in judgement.points]
    asked = (visit, attempt, judgement.verdict.value, judgement.ground or "", judgement.note, points, by.pk)
    return told == asked
