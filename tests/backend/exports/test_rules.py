"""Cells, rows and formats, without a database."""

import csv as standard_csv
import io
import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.exports import csv, jsonl
from backend.exports.rules import as_cell, finding_rows, items_told, shown
from tests.backend.indicators.answers import ikkt

ITEMS = items_told(ikkt(), "SAM")


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (True, "yes"),
        (False, "no"),
        ("cukup", "cukup"),
        (3, 3),
        (12.5, 12.5),
        ([3, 4], "3/4"),
        ([150_000, None], "150000/"),
        ("none", "none"),
        ({"odd": 1}, "{'odd': 1}"),
        ("x" * 1000, "x" * 400),
    ],
)
def test_an_answer_becomes_one_cell(value: object, cell: object) -> None:
    assert as_cell(value) == cell


def test_the_weights_of_all_items_add_up_to_one_hundred() -> None:
    assert abs(sum(item.cells[-1] for item in ITEMS) - 100) < Decimal("0.001")
    assert shown("300/7") == Decimal("42.86")


def test_only_answered_items_become_rows_and_not_applicable_is_an_answer() -> None:
    answers = {
        "I1.1": {"value": "cukup", "photos": ["a", "b"], "note": "ramai"},
        "I1.2": {"value": None},
        "I1.4": "?",
        "I2.6": {"na": True},
        "XX": {"value": 1},
    }
    rows = list(finding_rows(("v",), ITEMS, answers, {"I1.1": "100"}, frozenset({"I1.1"})))
    assert [(row[0], row[3], row[-5:]) for row in rows] == [
        ("v", "I1.1", ("cukup", False, Decimal("100.00"), True, 2)),
        ("v", "I2.6", (None, True, None, False, 0)),
    ]
    noted = finding_rows((), ITEMS, answers, {}, frozenset(), notes=True)
    assert [row[-1] for row in noted] == ["ramai", ""]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_x5_a_text_that_a_spreadsheet_would_run_gets_an_apostrophe(start: str) -> None:
    text = start + 'HYPERLINK("http://example.org";"klik")'
    assert read(csv.write(("a", "b"), [(text, "a" + text)])) == [["a", "b"], ["'" + text, "a" + text]]


def test_x5_numbers_stay_numbers_even_below_zero() -> None:
    written = b"".join(csv.write(("a",) * 6, [(-1, Decimal("-2.50"), 3.5, True, False, None)])).decode()
    assert written == "\ufeffa,a,a,a,a,a\r\n-1,-2.50,3.5,1,0,\r\n"


def read(pieces: object) -> list[list[str]]:
    text = b"".join(pieces).decode("utf-8-sig")  # type: ignore[arg-type]
    return list(standard_csv.reader(io.StringIO(text, newline="")))


cells = st.one_of(st.none(), st.booleans(), st.integers(), st.text(st.characters(codec="utf-8"), max_size=20))


@given(st.lists(st.tuples(cells, cells), max_size=5))
def test_both_formats_tell_the_same_rows(rows: list) -> None:
    text = b"".join(jsonl.write(("a", "b"), rows)).decode()
    objects = [json.loads(line) for line in text.split("\n")[:-1]]
    assert [(line["a"], line["b"]) for line in objects] == rows
    told = read(csv.write(("a", "b"), rows))[1:]
    assert [len(row) for row in told] == [2] * len(rows)
    for row, (one, other) in zip(told, rows, strict=True):
        for cell, value in zip(row, (one, other), strict=True):
            plain = "" if value is None else str(int(value)) if isinstance(value, bool) else str(value)
            assert cell.replace("'", "") == plain.replace("'", "")
            assert isinstance(value, int) or cell[:1] not in "=+-@\t\r\n" or not cell


def test_a_number_with_decimals_is_a_number_in_both_formats() -> None:
    rows = [(Decimal("54.75"),)]
    assert b"".join(jsonl.write(("v",), rows)) == b'{"v":54.75}\n'
    assert read(csv.write(("v",), rows))[1] == ["54.75"]


def test_x4_long_files_leave_in_pieces() -> None:
    for form in (csv, jsonl):
        pieces = list(form.write(("n",), ((n,) for n in range(2500))))
        assert len(pieces) == 3
        assert b"".join(pieces).count(b"\n") >= 2500
