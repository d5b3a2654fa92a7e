"""Decisions, tried as values; the checklist rules against the golden files that the server's are tried against."""

import json
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from random import Random

import pytest

from fieldsync import errors, rules
from fieldsync.rules import Do, Gap, State, Step

WIRE = Path(__file__).resolve().parents[1] / "wire"


def golden(name):
    return json.loads((WIRE / f"{name}.json").read_text(encoding="utf-8"))


def cases(name):
    numbered = enumerate(golden(name)["cases"])
    return [
        pytest.param(case, id=case.get("name", f"{number} {case.get('item')}")) for number, case in numbered
    ]


# Checklists, as golden files tell them


@pytest.mark.parametrize("case", cases("conditions"))
def test_a_condition_holds_here_as_it_holds_on_the_server(case):
    given = golden("conditions")
    facts = {**given["facts"], **case.get("facts", {})}
    answers = case.get("answers", given["answers"])
    assert rules.holds(case["expression"], answers, facts) is case["expected"]


@pytest.mark.parametrize("case", cases("item_scores"))
def test_an_answer_scores_here_as_it_scores_on_the_server(case):
    item = golden("item_scores")["items"][case["item"]]
    expected = None if case["score"] is None else Fraction(case["score"])
    found = rules.score(item, case["answer"], case.get("facts", {}))
    assert found == expected
    assert rules.is_critical(item, case["answer"], found) is case.get("critical", False)


@pytest.mark.parametrize("case", cases("item_problems"))
def test_a_visit_lacks_here_what_it_lacks_on_the_server(case):
    items = golden("item_problems")["items"].values()
    found = rules.gaps_in(items, case["answers"], case.get("facts", {}))
    assert [{"item": gap.item, "code": gap.code} for gap in found] == case["problems"]


def test_no_condition_however_strange_stops_a_phone():
    strange = [
        [],
        [[]],
        ["and"],
        ["=", 1],
        ["=", [], []],
        ["item"],
        ["fact", 3],
        {"a": 1},
        None,
        "true",
        ["?", 1, 2],
    ]
    deep: list = ["item", "A"]
    for _ in range(500):
        deep = ["not", deep]
    for expression in [*strange, deep]:
        assert rules.holds(expression, {}, {}) in (True, False)


def test_the_default_waiting_time_is_the_mildest_when_the_product_is_not_told():
    instrument = {"waiting_minutes": {"POL-SKCK": 30, "POL-SPKT": 10, "SAM": 30}}

    def wait(variant, group=None):
        return rules.facts_for(instrument, {"variant": variant, "product_group": group})["waiting_minutes"]

    assert [wait("SAM"), wait("POL", "SPKT"), wait("POL"), wait("PKM")] == [30, 10, 30, None]
    told = rules.facts_for(instrument, {"variant": "SAM", "waiting_minutes": 15})
    assert told["waiting_minutes"] == 15


@pytest.mark.parametrize(
    ("item", "typed", "value"),
    [
        ({"type": "YN"}, "Ya", True),
        ({"type": "YN-"}, "tidak", False),
        ({"type": "SC", "options": [{"code": "cukup", "score": "100"}]}, "cukup", "cukup"),
        ({"type": "NUM", "of": 7}, "5", 5),
        ({"type": "NUM2"}, "3/5", [3, 5]),
        ({"type": "MIN"}, "12.5", 12.5),
        ({"type": "DUR"}, "45/60", [45, 60]),
        ({"type": "DAY"}, "none", "none"),
        ({"type": "DAY"}, "4", 4),
        ({"type": "IDR2"}, "25000/20000", [25000, 20000]),
        ({"type": "IDR2"}, "25000", [25000, None]),
    ],
)
def test_what_a_person_types_becomes_a_value(item, typed, value):
    found = rules.value_from_words({"code": "X", **item}, typed)
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(
    ("item", "typed"),
    [
        ({"type": "YN"}, "mungkin"),
        ({"type": "SC", "options": [{"code": "cukup", "score": "100"}]}, "kurang"),
        ({"type": "NUM", "of": 7}, "lima"),
        ({"type": "NUM2"}, "3"),
        ({"type": "XYZ"}, "3"),
    ],
)
def test_what_cannot_be_a_value_is_said_so(item, typed):
    with pytest.raises(errors.ValueWrong):
        rules.value_from_words({"code": "X", **item}, typed)


def test_a_checklist_of_a_later_form_is_not_guessed_at():
    for text in (
        '{"format":2,"dimensions":[]}',
        "[]",
        "not json",
        '{"format":1}',
        '{"format":1,"dimensions":[1]}',
    ):
        with pytest.raises(errors.ChecklistUnreadable):
            rules.read_instrument(text)


def test_a_gap_is_said_in_both_languages():
    assert Gap("I1.1", "note-missing").words("id") == "I1.1: Catatan wajib diisi."
    assert Gap("I1.1", "note-missing").words("en") == "I1.1: A note is required."


# The sync


@pytest.mark.parametrize(
    ("state", "step"),
    [
        (State(), Step.EXCHANGE),
        (State(caught_up=True), Step.DONE),
        (State(caught_up=True, unsent=1, papers=1, uploads=1), Step.EXCHANGE),
        (State(caught_up=True, papers=1, uploads=1), Step.FETCH),
        (State(caught_up=True, uploads=1), Step.UPLOAD),
        (State(wait_seconds=0.5, failures=1), Step.WAIT),
        (State(wait_seconds=0.5, failures=8, failures_max=8), Step.DONE),
        (State(stopped=True, unsent=5), Step.DONE),
    ],
)
def test_documents_go_before_papers_and_papers_before_photos(state, step):
    assert rules.next_step(state) is step


def test_waits_grow_to_a_quarter_of_an_hour_and_are_never_the_same_for_all():
    rng = Random(7)
    ceilings = [2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]
    for attempt, ceiling in enumerate(ceilings, 1):
        waits = [rules.wait_seconds(attempt, None, rng) for _ in range(200)]
        assert 0 <= min(waits) < ceiling * 0.1
        assert ceiling * 0.9 < max(waits) <= ceiling
    assert 30 <= rules.wait_seconds(1, 30, rng) <= 32
    assert rules.wait_seconds(10_000, None, rng) <= 900


def test_when_to_come_back_is_read_from_numbers_and_dates():
    now = datetime(2026, 3, 4, 2, 0, 0, tzinfo=UTC)
    header = "Wed, 04 Mar 2026 02:01:30 GMT"
    assert rules.retry_after_seconds("120", now) == 120
    assert rules.retry_after_seconds(header, now) == 90
    assert rules.retry_after_seconds("Wed, 04 Mar 2026 01:00:00 GMT", now) == 0
    assert [rules.retry_after_seconds(bad, now) for bad in (None, "", "soon", "-5", "1e9")] == [None] * 5
    assert rules.retry_after_seconds("9" * 30, now) == 86400


@pytest.mark.parametrize(
    ("status", "do"),
    [
        (200, Do.APPLY),
        (400, Do.SPLIT),
        (401, Do.STOP),
        (403, Do.STOP),
        (413, Do.SPLIT),
        (415, Do.PLAIN),
        (423, Do.WAIT),
        (426, Do.STOP),
        (429, Do.WAIT),
        (500, Do.WAIT),
        (503, Do.WAIT),
        (507, Do.WAIT),
    ],
)
def test_every_answer_to_an_exchange_means_one_thing(status, do):
    assert rules.after_sync(status, things=9) is do


def test_a_server_that_stumbles_three_times_is_sent_less():
    assert rules.after_sync(500, failures=3, things=9) is Do.SPLIT
    assert rules.after_sync(500, failures=3, things=1) is Do.SPLIT, "to learn whether it is that one"
    assert rules.after_sync(500, failures=3, things=0) is Do.WAIT
    assert (
        rules.after_sync(503, failures=3, things=9) is rules.after_sync(507, failures=3, things=9) is Do.WAIT
    )
    assert rules.after_sync(400, code="body-cut", things=9) is Do.WAIT


@pytest.mark.parametrize(
    ("status", "do"),
    [
        (204, Do.KEPT),
        (401, Do.STOP),
        (403, Do.RENEW),
        (404, Do.RENEW),
        (409, Do.MOVE),
        (410, Do.RENEW),
        (412, Do.STOP),
        (413, Do.SHRINK),
        (415, Do.STOP),
        (460, Do.RESEND),
        (503, Do.WAIT),
        (507, Do.WAIT),
    ],
)
def test_every_answer_to_a_piece_means_one_thing(status, do):
    assert rules.after_upload(status) is do


def test_a_lease_is_free_when_its_holder_died_or_fell_silent_or_the_clock_was_moved():
    assert not rules.lease_is_free(age_seconds=60, holder_lives=True)
    assert rules.lease_is_free(age_seconds=60, holder_lives=False)
    assert rules.lease_is_free(age_seconds=3600, holder_lives=True)
    assert rules.lease_is_free(age_seconds=-3600, holder_lives=True)
