"""Reading documents that nobody should have written."""

import json
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.units.rules import Point
from backend.visits.testimony import DEPTH_MAX, Place, Told, read_doc, read_time, understand

PHOTO = "01900000-0000-7000-8000-000000000009"


def test_a_plain_document_is_read_as_it_was_written():
    doc = {"a": [1, 2.5, True, None, "ä"], "b": {"c": "\U0001f600"}}
    for text in (json.dumps(doc), json.dumps(doc, ensure_ascii=False)):
        assert read_doc(text) == doc


@pytest.mark.parametrize("text", ["", "{", "[]", "1", '"text"', "null", '{"a":}', "[" * 100_000, '{"a":1} x'])
def test_what_is_no_json_object_is_none(text):
    assert read_doc(text) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (r'{"a":"x\u0000y"}', "x\ufffdy"),
        ('{"a":"x\x00y"}', "x\ufffdy"),
        (r'{"a":"x\\u0000y"}', "x\\u0000y"),
        (r'{"a":"x\\\u0000y"}', "x\\\ufffdy"),
        (r'{"a":"\ud83d\ude00"}', "\U0001f600"),
        (r'{"a":"\ud83dx"}', "\ufffdx"),
        (r'{"a":"\ude00"}', "\ufffd"),
        ('{"a":"\ud83d"}', "\ufffd"),
        ('{"a":1e999}', "1e999"),
        ('{"a":-1e999}', "-1e999"),
        ('{"a":NaN}', "NaN"),
        ('{"a":' + "9" * 5000 + "}", "9" * 5000),
        ('{"a":123456789012345678}', 123456789012345678),
    ],
)
def test_v4_whatever_a_text_holds_its_copy_can_be_kept_by_any_database(text, value):
    assert read_doc(text) == {"a": value}


def test_v4_nuls_in_names_are_replaced_too():
    assert read_doc(r'{"a\u0000b":1}') == {"a\ufffdb": 1}


def test_v4_depth_beyond_reason_is_cut_and_the_rest_is_kept():
    deep = '{"answers":{"I1.1":{"value":true}},"x":' + "[" * 300 + "]" * 300 + "}"

    doc = read_doc(deep)

    assert doc is not None
    assert doc["answers"] == {"I1.1": {"value": True}}
    assert json.dumps(doc["x"]) == "[" * (DEPTH_MAX - 1) + "null" + "]" * (DEPTH_MAX - 1)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("2026-03-04T09:12:00+08:00", datetime(2026, 3, 4, 1, 12, tzinfo=UTC)),
        ("2026-03-04T01:12:00.5Z", datetime(2026, 3, 4, 1, 12, 0, 500_000, tzinfo=UTC)),
        *[(said, None) for said in ("2026-03-04T09:12:00", "2026-03-04", "", "yesterday", None, 5, True, [])],
        *[(said, None) for said in ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "1" * 9999)],
    ],
)
def test_a_time_is_an_instant_or_nothing(said, meant):
    assert read_time(said) == meant


def test_an_empty_document_says_only_that_its_times_are_missing():
    assert understand({}) == Told(strange=("started_at", "finished_at"))


def test_everything_that_can_be_understood_is():
    told = understand(
        {
            "started_at": "2026-03-04T09:12:00+08:00",
            "finished_at": "2026-03-04T10:00:00+08:00",
            "marks": [
                {"what": "arrived", "at": "2026-03-04T09:10:00+08:00"},
                {"what": "arrived", "at": "2026-03-04T09:30:00+08:00"},
                {"what": "sneezed", "at": "whenever"},
            ],
            "place": {"arrived": {"lat": -3.3, "lon": 114.6, "accuracy_m": 12, "mock": True}, "left": None},
            "context": {"detected": "doubt"},
            "answers": {"I1.1": {"value": "cukup", "photos": [PHOTO, PHOTO, 7]}, "I1.2": 3},
            "photos": [{"id": PHOTO}],
            "statement": {"signed": True},
        }
    )

    assert told == Told(
        started_at=datetime(2026, 3, 4, 1, 12, tzinfo=UTC),
        finished_at=datetime(2026, 3, 4, 2, 0, tzinfo=UTC),
        marks={"arrived": datetime(2026, 3, 4, 1, 10, tzinfo=UTC)},
        arrived=Place(Point(-3.3, 114.6), 12.0, mock=True),
        detected="doubt",
        answers={"I1.1": {"value": "cukup", "photos": [PHOTO, PHOTO, 7]}, "I1.2": 3},
        described=(UUID(PHOTO),),
        referred=(UUID(PHOTO),),
        signed=True,
    )


@pytest.mark.parametrize(
    ("member", "value", "name"),
    [
        ("marks", "arrived", "marks"),
        ("marks", [{"what": "left", "at": 5}], "marks"),
        ("marks", [None], "marks"),
        ("place", [], "place"),
        ("place", {"arrived": {"lat": 91, "lon": 0}}, "place.arrived"),
        ("place", {"left": {"lat": "x", "lon": 0}}, "place.left"),
        ("place", {"left": 5}, "place.left"),
        ("context", 5, "context"),
        ("context", {"detected": {"yes": 1}}, "context.detected"),
        ("answers", [], "answers"),
        ("photos", {}, "photos"),
        ("photos", [{"id": "x"}], "photos"),
        ("photos", [5], "photos"),
        ("statement", "signed", "statement"),
        ("started_at", 5, "started_at"),
    ],
)
def test_what_cannot_be_understood_is_named(member, value, name):
    times = {"started_at": "2026-03-04T01:12:00Z", "finished_at": "2026-03-04T01:12:00Z"}

    assert understand({**times, member: value}).strange == (name,)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=12,
)
MEMBERS = [
    *(
        "started_at",
        "finished_at",
        "marks",
        "place",
        "context",
        "answers",
        "photos",
        "statement",
        "what",
        "at",
    ),
    *("arrived", "left", "lat", "lon", "accuracy_m", "mock", "detected", "id", "signed", "value", "note"),
    *("no_photo", "I1.1", "P1.1"),
]
SHAPED = st.recursive(
    ANYTHING,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(MEMBERS), inner, max_size=5),
    max_leaves=20,
)


@given(st.dictionaries(st.sampled_from(MEMBERS), SHAPED))
def test_nothing_a_phone_can_write_raises(doc):
    read = read_doc(json.dumps(doc))
    assert read is not None
    understand(read)
    json.dumps(read).encode()


@given(st.text(st.characters(codec=None)))
def test_no_text_raises(text):
    read_doc(text)
