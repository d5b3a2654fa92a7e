"""Cursors, as values."""

import pytest

from backend.feed.rules import SEQ_MAX, Cursor, must_start_again


def test_a_cursor_reads_what_it_writes():
    for cursor in (Cursor("k3f9Qa1z", 0), Cursor("a.b", 10482), Cursor("e", SEQ_MAX)):
        assert Cursor.read(str(cursor)) == cursor


@pytest.mark.parametrize(
    "text",
    [
        None,
        5,
        [],
        "",
        ".",
        "k3f9",
        "k3f9.",
        ".7",
        "k3f9.-7",
        "k3f9.+7",
        "k3f9.7 ",
        "k3f9.٧",
        "k3f9.7.x",
        "k3f9.²",
        "k3f9." + "9" * 19,
        "k3f9." + "9" * 5000,
        {"epoch": "k3f9", "seq": 7},
    ],
)
def test_f5_what_is_no_cursor_of_ours_is_none(text):
    assert Cursor.read(text) is None


@pytest.mark.parametrize(
    ("cursor", "again"),
    [
        (None, True),
        (Cursor("old", 7), True),
        (Cursor("new", 2), True),
        (Cursor("new", 3), False),
        (Cursor("new", 9), False),
        (Cursor("new", 10), True),
    ],
)
def test_f5_who_must_start_again(cursor, again):
    assert must_start_again(cursor, epoch="new", floor=3, seq=9) is again
