"""Judging visits, and choosing which submission is judged."""

from collections.abc import Mapping
from uuid import UUID, uuid5

from backend.assignments.models import Assignment
from backend.core.clock import now
from backend.core.errors import Problem
from backend.core.revisions import Expected, check_rev
from backend.evidence.models import Photo
from backend.feed.actions import Touch
from backend.journal.actions import one_transaction, record
from backend.people.access import require
from backend.people.errors import IdTaken
from backend.people.models import User
from backend.people.rules import Verb
from backend.review.errors import (
    NeedsALook,
    NotLate,
    OwnVisit,
    PhotosMissing,
    StaleAttempt,
    ToldAnew,
    VerdictOutOfTurn,
    VisitCancelled,
)
from backend.review.models import Decision
from backend.review.rules import Judgement, Verdict, check_points, check_words, may_follow
from backend.visits.actions import put_in_place
from backend.visits.errors import NoSuchSubmission, NoSuchVisit
from backend.visits.models import Submission, Visit
from backend.visits.rules import Slot, VisitState, Why, may_take


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

    The inspector's feed hears of it. `expected_rev` is the order's, which counts what happens to its visit too; a
    return is undone only by who names it, and the attempt that was judged. Raises as `require`, check_rev, check_words
    and check_points do, and NoSuchVisit, IdTaken, OwnVisit, VisitCancelled, StaleAttempt, ToldAnew, VerdictOutOfTurn,
    PhotosMissing.
    """
    order, told = _locked(visit, by)
    if known := Decision.objects.filter(pk=decision).first():
        if not _says(known, visit, attempt, judgement, by):
            raise IdTaken(decision=decision)
        return known, False
    check_rev(order.rev, expected_rev)
    _check_reviewer(order, by)
    _check_attempt(order, told, attempt, seen=expected_rev is not None)
    _check_turn(told, attempt, judgement.verdict)
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
    _stand(order, told, made)
    made.visit = told
    facts = {"decision": str(decision), "attempt": attempt, "ground": made.ground}
    hears = [Touch(order.inspector_id, "visit", order.pk)]
    record(f"visit.{made.verdict}", told, by=by, programme=order.programme_id, hears=hears, data=facts)
    return made, True


@one_transaction
def accept_unflagged(visit: UUID, *, decision: UUID, attempt: int, by: User) -> tuple[Decision, bool]:
    """Accept a visit without opening it: one that waits, has no flag and misses no photo. Raises as `decide` does, and
    NeedsALook."""
    _, told = _locked(visit, by)
    waits = told.state == VisitState.SUBMITTED and not told.flags and not told.photos_missing
    if not waits and not Decision.objects.filter(pk=decision).exists():
        raise NeedsALook(state=told.state, flags=len(told.flags), missing=told.photos_missing)
    return decide(visit, Judgement(Verdict.ACCEPTED), decision=decision, attempt=attempt, by=by)


def accept_many(visits: Mapping[UUID, int], *, batch: UUID, by: User) -> dict[UUID, Problem | None]:
    """Accept those of these visits (each with the attempt she saw) that need no look; what hindered each of the others.

    batch   names this deed: the same again changes nothing
    Each has a transaction and a decision of its own, so one that fails hinders no other.
    """
    became: dict[UUID, Problem | None] = {}
    for visit, attempt in visits.items():
        try:
            accept_unflagged(visit, decision=uuid5(batch, str(visit)), attempt=attempt, by=by)
            became[visit] = None
        except Problem as problem:
            became[visit] = problem
    return became


@one_transaction
def take_submission(
    submission: UUID, digest: str, *, expected_rev: Expected = None, by: User
) -> tuple[Visit, bool]:
    """Make a late submission the current one of its visit, and whether this is new. The visit waits for review again,
    whatever was decided of another submission; what it replaces becomes late, and nothing is erased.

    `expected_rev` is the order's. Raises as `require` and check_rev do, and NoSuchSubmission, OwnVisit, VisitCancelled,
    NotLate.
    """
    found = Submission.objects.followed_by(by).filter(uuid=submission, digest=digest).first()
    if found is None:
        raise NoSuchSubmission(submission=submission)
    order = Assignment.objects.select_for_update().get(pk=found.visit)
    require(by, order.programme_id, Verb.REVIEW, region=order.unit.region_id)
    late = Submission.objects.get(pk=found.pk)  # as it is now that nobody else tells or judges
    if (told := Visit.objects.filter(pk=order.pk, submission=late.pk).first()) is not None:
        return told, False
    check_rev(order.rev, expected_rev)
    _check_reviewer(order, by)
    if order.cancelled_at is not None:
        raise VisitCancelled(visit=order.pk)
    if not may_take(Slot(late.slot), late.attempt):
        raise NotLate(slot=late.slot)
    why, before = late.why, getattr(order, "told", None)
    visit = put_in_place(late, order)
    visit.assignment.refresh_from_db(fields=["rev"])
    facts = {
        "submission": str(late.uuid),
        "attempt": late.attempt,
        "why": why,
        "state": before.state if before else "",
    }
    hears = [Touch(order.inspector_id, "visit", order.pk)]
    record("submission.taken", visit, by=by, programme=order.programme_id, hears=hears, data=facts)
    return visit, True


def _locked(visit: UUID, by: User) -> tuple[Assignment, Visit]:
    """The order first, then its visit, as everybody who changes a visit does. Raises NoSuchVisit."""
    if not Visit.objects.visible_to(by).filter(pk=visit).exists():
        raise NoSuchVisit(visit=visit)
    order = Assignment.objects.select_for_update().get(pk=visit)
    require(by, order.programme_id, Verb.REVIEW, region=order.unit.region_id)
    told = Visit.objects.select_for_update(of=("self",)).select_related("submission").defer("submission__doc")
    return order, told.get(pk=visit)


def _check_reviewer(order: Assignment, by: User) -> None:
    """Also whoever told an earlier attempt, before the order went to somebody else, does not judge it."""
    if order.inspector_id == by.pk or Submission.objects.filter(visit=order.pk, inspector=by).exists():
        raise OwnVisit(visit=order.pk)


def _check_attempt(order: Assignment, told: Visit, attempt: int, *, seen: bool) -> None:
    """Whether what is judged is what she saw. An attempt alone does not say so where a return is undone, or another
    submission was put in the attempt's place: there she has to say which revision of the order she saw."""
    if order.cancelled_at is not None:
        raise VisitCancelled(visit=order.pk)
    undoes_return = seen and told.state == VisitState.RETURNED and attempt == _judged(told)
    if attempt != told.attempt and not undoes_return:
        raise StaleAttempt(attempt=told.attempt)
    replaced = Submission.objects.filter(visit=order.pk, attempt=attempt, slot=Slot.LATE, why=Why.REPLACED)
    if not seen and replaced.exists():
        raise ToldAnew()


def _judged(told: Visit) -> int:
    """The attempt of what was told last; a returned visit already stands at the next one."""
    assert told.submission is not None
    return told.submission.attempt


def _check_turn(told: Visit, attempt: int, verdict: Verdict) -> None:
    waits = attempt != _judged(told)
    if waits or not may_follow(VisitState(told.state), verdict):
        raise VerdictOutOfTurn(state=told.state)
    if verdict is Verdict.ACCEPTED and told.photos_missing > 0:
        raise PhotosMissing(missing=told.photos_missing)


def _stand(order: Assignment, told: Visit, made: Decision) -> None:
    """The visit as the decision leaves it. A return asks for an attempt that no phone takes for told."""
    told.state, told.decided_at, told.attempt = VisitState(made.verdict).value, made.decided_at, made.attempt
    if made.verdict == Verdict.RETURNED:
        told.attempt = 1 + max(made.attempt, Submission.objects.highest_attempt(order.pk))
    told.save(update_fields=["state", "decided_at", "attempt"])
    order.rev += 1
    order.save(update_fields=["rev"])


def _check_points(order: Assignment, judgement: Judgement) -> None:
    asked = order.checklist.instrument.items_for(order.unit.unit_type) if judgement.items else ()
    taken = Photo.objects.filter(visit=order.pk, pk__in=judgement.photos).values_list("pk", flat=True)
    check_points(judgement, items={item.code for item in asked}, photos=set(taken))


def _says(known: Decision, visit: UUID, attempt: int, judgement: Judgement, by: User) -> bool:
    told = (known.visit_id, known.attempt, known.verdict, known.ground, known.note, known.points, known.by_id)
    points = [point.as_json() for point in judgement.points]
    asked = (visit, attempt, judgement.verdict.value, judgement.ground or "", judgement.note, points, by.pk)
    return told == asked
