"""What one answer scores and lacks. The cases are read by every client too."""

import json
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.checklists.answers import (
    GAPS,
    Gap,
    chosen,
    is_critical,
    note_needed,
    photo_needed,
    problems_in,
    score,
    scores,
)
from backend.checklists.rules import Type
from tests.backend.checklists.making import item, item_of

WIRE = Path(__file__).parents[2] / "wire"
SCORES = json.loads((WIRE / "item_scores.json").read_text())
PROBLEMS = json.loads((WIRE / "item_problems.json").read_text())
ITEMS = {name: item_of(raw) for name, raw in SCORES["items"].items()}
FACTS = {
    "scenario": "inquiry",
    "variant": "SAM",
    "product_group": None,
    "waiting_minutes": 30,
    "official_fee": None,
}

IMPOSSIBLE = [
    10**400,
    -(10**400),
    float("nan"),
    float("inf"),
    1e308,
    Decimal("NaN"),
    Decimal("sNaN"),
    Decimal("1e999999"),
    "\x00",
    "\ud800",
    "9" * 5000,
    [[[[]]]],
    [[1], [2]],
    [float("nan"), float("nan")],
    [10**400, 10**400],
    [True, True],
    ["3", "3"],
    (1,),
    {"value": 1},
    {1, 2},
    b"3",
    ...,  # no kind of JSON
]


@pytest.mark.parametrize("case", SCORES["cases"], ids=lambda c: f"{c['item']}: {c['answer']}"[:60])
def test_an_answer_scores_as_the_wire_says(case):
    told = ITEMS[case["item"]]
    result = score(told, case["answer"], case.get("facts", {}))
    assert result == (None if case["score"] is None else Fraction(case["score"]))
    assert is_critical(told, case["answer"], result) is case.get("critical", False)


@pytest.mark.parametrize("case", PROBLEMS["cases"], ids=lambda c: c["name"])
def test_a_visit_lacks_what_the_wire_says(case):
    items = [item_of(raw) for raw in PROBLEMS["items"].values()]
    found = problems_in(items, case["answers"], case["facts"])
    assert [{"item": gap.item, "code": gap.code} for gap in found] == case["problems"]


def test_every_type_has_a_case_on_the_wire():
    assert {told.type for told in ITEMS.values()} == set(Type)


@pytest.mark.parametrize("name", ITEMS)
@pytest.mark.parametrize("value", IMPOSSIBLE, ids=lambda value: repr(value)[:30])
def test_c4_an_impossible_value_is_told_and_scores_as_unanswered(name, value):
    told, answers = ITEMS[name], {ITEMS[name].code: {"value": value}}
    assert score(told, answers[told.code], FACTS) is None
    assert Gap(told.code, "value-wrong") in problems_in([told], answers, FACTS)


@pytest.mark.parametrize("name", sorted(set(ITEMS) - {"yes-no", "reversed"}))
def test_true_is_neither_a_number_nor_a_choice(name):
    assert score(ITEMS[name], {"value": True}, FACTS) is None


@pytest.mark.parametrize("answers", [None, [], "answers", 5, {"MIN1": None}, {"MIN1": []}, {"MIN1": {}}])
def test_answers_that_are_no_answers_are_unanswered(answers):
    wait = ITEMS["wait"]
    assert problems_in([wait], answers, FACTS) == [Gap("MIN1", "answer-missing")]
    assert scores([wait], answers, FACTS) == {"MIN1": None}


def test_minutes_are_taken_as_they_were_written():
    told = item("M1", "MIN", bands=[{"up_to": "1", "score": "100"}, {"up_to": None, "score": "0"}])
    tenth = FACTS | {"waiting_minutes": Fraction(1, 10)}
    assert score(told, {"value": 0.1}, tenth) == 100  # 0.1 in binary is a little more than a tenth
    assert score(told, {"value": Decimal("0.1")}, tenth) == 100
    assert score(told, {"value": 0.11}, tenth) == 0


def test_a_wait_without_a_standard_has_no_score_and_lacks_nothing():
    assert score(ITEMS["wait"], {"value": 30}, {}) is None
    assert problems_in([ITEMS["wait"]], {"MIN1": {"value": 30}}, {}) == []


@pytest.mark.parametrize("fee", [100_000, Decimal("100000.00"), Fraction(100_000)])
def test_the_published_fee_wins_over_the_inspectors_own_number(fee):
    facts = FACTS | {"official_fee": fee}
    assert score(ITEMS["rupiah"], {"value": [150_000, 200_000]}, facts) == 0
    assert score(ITEMS["rupiah"], {"value": [100_000, 50_000]}, facts) == 100


def test_an_item_that_is_not_asked_has_no_score():
    told = item("T1", "YN", mode="TRX", asked_if=["=", ["fact", "scenario"], "transaction"])
    answers = {"T1": {"value": True}}
    assert scores([told], answers, FACTS) == {"T1": None}
    assert scores([told], answers, FACTS | {"scenario": "transaction"}) == {"T1": 100}


def test_only_the_marked_option_is_critical():
    broker = ITEMS["broker"]
    findings = {
        code: is_critical(broker, {"value": code}, option.score) for code, option in broker.option.items()
    }
    assert findings == {"tidak_ada": False, "di_dalam": False, "difasilitasi": True, "lain": False}


def test_what_was_not_scored_is_never_critical():
    assert is_critical(ITEMS["rupiah"], {"na": True}, None) is False


def test_the_chosen_option_has_a_label_for_people():
    yes_no = item("Y1", "YN")
    labels = [chosen(yes_no, {"value": value}) for value in (True, False, "yes", 3, None)]
    assert [option and option.label.id for option in labels] == ["Ya", "Tidak", None, None, None]
    assert chosen(ITEMS["count"], {"value": 3}) is None


def test_a_photo_is_needed_only_beside_an_answer():
    board = item("B1", "YN", photo="required")
    assert [photo_needed(board, answer) for answer in ({"value": False}, {"na": True}, None)] == [
        True,
        False,
        False,
    ]
    assert photo_needed(item("B2", "YN", photo="optional"), {"value": True}) is False


def test_a_critical_finding_needs_a_note():
    asked_for_money = ITEMS["reversed"]
    assert note_needed(asked_for_money, {"value": True}, Fraction(0)) is True
    assert note_needed(asked_for_money, {"value": False}, Fraction(100)) is False


def test_every_gap_has_words_in_both_languages():
    told = {gap["code"] for case in PROBLEMS["cases"] for gap in case["problems"]}
    assert told == set(GAPS)
    assert all(words.id and words.en for words in GAPS.values())


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.decimals() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
likely = st.integers(-2, 20) | st.floats(-1, 200) | st.lists(st.integers(-1, 9), min_size=2, max_size=2)
answers = st.fixed_dictionaries(
    {},
    optional={
        "value": likely | anything,
        "na": anything,
        "note": anything,
        "photos": anything,
        "no_photo": anything,
    },
)


@given(name=st.sampled_from(sorted(ITEMS)), answer=answers | anything, wait=anything, fee=anything)
def test_c5_a_score_is_nothing_or_between_0_and_100(name: str, answer: Any, wait: Any, fee: Any):
    told, facts = ITEMS[name], {"waiting_minutes": wait, "official_fee": fee}
    result = score(told, answer, facts)
    assert result is None or (isinstance(result, Fraction) and 0 <= result <= 100)
    assert is_critical(told, answer, result) in (True, False)
    assert all(gap.code in GAPS for gap in problems_in([told], {told.code: answer}, facts))
