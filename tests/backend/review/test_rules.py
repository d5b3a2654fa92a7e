"""Which verdict may follow which state, and what a judgement must say."""

from uuid import UUID

import pytest

from backend.review.errors import RejectionNeedsGround, ReturnNeedsWords, UnknownPoint
from backend.review.reasons import REASONS, reasons_for
from backend.review.rules import Ground, Judgement, Point, Verdict, check_points, check_words, may_follow
from backend.visits.rules import VisitState

PHOTO = UUID(int=1)


def test_d7_a_decision_is_undone_by_another_one():
    allowed = {state: {verdict for verdict in Verdict if may_follow(state, verdict)} for state in VisitState}
    assert allowed == {
        VisitState.SUBMITTED: {Verdict.ACCEPTED, Verdict.RETURNED, Verdict.REJECTED},
        VisitState.ACCEPTED: {Verdict.RETURNED, Verdict.REJECTED},
        VisitState.REJECTED: {Verdict.ACCEPTED, Verdict.RETURNED},
        VisitState.RETURNED: {Verdict.ACCEPTED, Verdict.REJECTED},
    }


def test_every_reason_is_there_once_in_both_languages_and_fits_into_a_point():
    words = [(reason.words.id, reason.words.en) for reason in REASONS]
    assert len({reason.code for reason in REASONS}) == len(set(words)) == len(REASONS)
    assert all(0 < len(each) <= 200 for pair in words for each in pair)
    assert {reason.code for reason in reasons_for("photo")} & {"missing_answer", "explain"} == {"explain"}


@pytest.mark.parametrize(
    ("judgement", "problem"),
    [
        (Judgement(Verdict.ACCEPTED), None),
        (Judgement(Verdict.RETURNED), ReturnNeedsWords),
        (Judgement(Verdict.RETURNED, note="Foto buram."), None),
        (Judgement(Verdict.RETURNED, points=(Point("buram"),)), None),
        (Judgement(Verdict.REJECTED, note="Unit lain."), RejectionNeedsGround),
        (Judgement(Verdict.REJECTED, Ground.WRONG_UNIT), None),
        (Judgement(Verdict.REJECTED, Ground.OTHER), RejectionNeedsGround),
        (Judgement(Verdict.REJECTED, Ground.OTHER, "Banjir."), None),
    ],
)
def test_d5_a_return_says_what_and_a_rejection_says_why(judgement, problem):
    if problem is None:
        check_words(judgement)
    else:
        with pytest.raises(problem):
            check_words(judgement)


def test_d6_points_name_what_was_asked_and_what_was_taken():
    judgement = Judgement(
        Verdict.RETURNED,
        points=(Point("buram", photo=PHOTO), Point("kosong", item="I1.1"), Point("salah", "Z9", UUID(int=2))),
    )
    with pytest.raises(UnknownPoint) as refused:
        check_points(judgement, items={"I1.1", "I1.2"}, photos={PHOTO})
    assert refused.value.facts == {"items": ["Z9"], "photos": [UUID(int=2)]}
    check_points(judgement, items={"I1.1", "Z9"}, photos={PHOTO, UUID(int=2)})
