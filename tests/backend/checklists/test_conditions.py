"""When an item is asked. The cases are read by every client too."""

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.checklists.conditions import (
    asked,
    constants_for,
    holds,
    in_words,
    is_asked,
    items_in,
    parse,
    settled,
)
from backend.checklists.errors import NotACondition
from backend.checklists.rules import Item
from tests.backend.checklists.making import item

WIRE = json.loads((Path(__file__).parents[2] / "wire" / "conditions.json").read_text())

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.decimals() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)
words = st.sampled_from(
    ["and", "or", "not", "=", "!=", "<", "<=", ">", ">=", "selected", "answered", "item", "fact"]
)
names = st.sampled_from(["I1.1", "I1.2", "scenario", "variant", "x"])
expressions = st.recursive(
    st.booleans() | st.integers(-5, 5) | names | st.tuples(words, names).map(list),
    lambda inner: st.tuples(words, st.lists(inner, max_size=3)).map(lambda pair: [pair[0], *pair[1]]),
    max_leaves=12,
)


@pytest.mark.parametrize("case", WIRE["cases"], ids=lambda case: case["name"])
def test_a_condition_holds_as_the_wire_says(case):
    facts = WIRE["facts"] | case["facts"]
    assert holds(parse(case["expression"]), WIRE["answers"], facts) is case["expected"]


@pytest.mark.parametrize("case", WIRE["refused"], ids=lambda case: case["name"])
def test_what_is_no_condition_is_refused(case):
    with pytest.raises(NotACondition):
        parse(case["expression"])


@pytest.mark.parametrize(
    ("expression", "why"),
    [
        (["not"] * 1 + [["not", ["not", ["not", ["not", ["not", ["not", ["not", ["not", ["not", ["not", ["not",
          ["not", True]]]]]]]]]]]]], "nested more than 12 deep"),
        (["or", *[["answered", "I1.1"]] * 60], "more than 60 parts"),
        (["=", ["item", "I1.1"], 10**12 + 1], "a number too large"),
        (["=", ["item", "I1.1"], "x" * 81], "a text of more than 80 characters, or not printable"),
        (["=", ["item", "I1.1"], "a\0b"], "a text of more than 80 characters, or not printable"),
    ],
)  # fmt: skip
def test_a_condition_may_not_grow_without_end(expression, why):
    with pytest.raises(NotACondition) as refused:
        parse(expression)
    assert refused.value.facts["why"] == why
    assert refused.value.facts["why_id"] not in ("", why)


def test_a_condition_says_what_it_looks_at():
    condition = parse(
        ["and", ["answered", "I1.2"], ["=", ["item", "I1.1"], "cukup"], ["!=", "SAM", ["fact", "variant"]]]
    )
    assert list(items_in(condition)) == ["I1.2", "I1.1"]
    assert list(constants_for(condition)) == [("item", "I1.1", "cukup"), ("fact", "variant", "SAM")]


def test_an_item_without_a_condition_is_always_asked():
    assert is_asked(item("A1", "YN"), {}, {}) is True


def test_an_answer_to_a_question_that_is_not_asked_opens_no_other_question():
    chain: tuple[Item, ...] = (
        item("A1", "YN"),
        item("A2", "YN", asked_if=["=", ["item", "A1"], True]),
        item("A3", "YN", asked_if=["=", ["item", "A2"], True]),
    )
    left_over = {"A1": {"value": False}, "A2": {"value": True}}
    assert [i.code for i in asked(chain, left_over, {})] == ["A1"]
    assert [i.code for i in asked(chain, left_over | {"A1": {"value": True}}, {})] == ["A1", "A2", "A3"]


@given(
    expression=expressions, answers=st.dictionaries(names, values | st.builds(lambda v: {"value": v}, values))
)
def test_a_condition_never_raises(expression: Any, answers: Any):
    try:
        condition = parse(expression)
    except NotACondition:
        return
    assert holds(condition, answers, {"scenario": answers.get("x")}) in (True, False)


@given(raw=values)
def test_nothing_but_not_a_condition_comes_out_of_parsing(raw: Any):
    with suppress(NotACondition):
        parse(raw)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        (["=", ["fact", "scenario"], "inquiry"], True),
        (["!=", ["fact", "scenario"], "inquiry"], False),
        (["not", ["=", ["fact", "scenario"], "inquiry"]], False),
        (["=", ["fact", "product_group"], "SKCK"], None),
        (["=", ["item", "I1.1"], "yes"], None),
        (["answered", "I1.1"], None),
        (["and", ["=", ["fact", "scenario"], "inquiry"], ["answered", "I1.1"]], None),
        (["and", ["=", ["fact", "scenario"], "transaction"], ["answered", "I1.1"]], False),
        (["or", ["=", ["fact", "scenario"], "inquiry"], ["answered", "I1.1"]], True),
        (["or", ["=", ["fact", "scenario"], "transaction"], ["answered", "I1.1"]], None),
        (["or", False, False], False),
        (["and", True, True], True),
        (True, True),
    ],
)
def test_what_facts_alone_settle(expression, expected):
    facts = {"scenario": "inquiry", "variant": "SAM", "product_group": None}
    assert settled(parse(expression), facts) is expected


def test_a_condition_in_words():
    raw = [
        "and",
        ["not", ["answered", "I1.1"]],
        ["or", ["selected", ["item", "I1.2"], "x"], [">=", ["item", "I1.3"], 2]],
    ]
    assert in_words(parse(raw), "en") == "(not I1.1 is answered and (I1.2 holds x or I1.3 >= 2))"
    assert in_words(parse(raw), "id") == "(bukan I1.1 dijawab dan (I1.2 memuat x atau I1.3 >= 2))"
    assert in_words(parse(["=", ["fact", "scenario"], "inquiry"]), "id") == "scenario = inquiry"
