"""CSV of which no spreadsheet runs a cell, and back."""

import csv
import io
import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.core.spreadsheets import as_csv, guarded, unguarded

DDE = "=cmd|' /C calc'!A0"


def read(pieces, separator=","):
    text = b"".join(pieces).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))


@pytest.mark.parametrize(
    "text",
    [
        DDE, "+1+1", "-1+1", "@SUM(A1)", " =1+1", "\t=1+1", "\u00a0=1", "\u3000=1", "\ufeff=1",
        "\u200b=1", "＝1+1", "＋1", "－1", "＠A1", '"=1"', "'=1", " \t\u00a0@x", "\tteks", "-",
    ],
)  # fmt: skip
def test_what_a_spreadsheet_could_run_gets_an_apostrophe_in_front(text):
    assert read(as_csv(("a", "b"), [(text, "x" + text)]))[1][0] == "'" + text
    assert unguarded(guarded(text)) == text


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("a;" + DDE, "a;'" + DDE),
        ("a; " + DDE, "a; '" + DDE),
        ("antre\n" + DDE, "antre\n'" + DDE),
        ("\r=1", "'\r'=1"),
        ("\n=1", "'\n'=1"),
        ("a;@x;+1", "a;'@x;'+1"),
        ("antre panjang\n- petugas ramah; - tertib", "antre panjang\n- petugas ramah; - tertib"),
    ],
)
def test_a_file_cut_at_semicolons_and_line_ends_runs_nothing_either(text, written):
    assert guarded(text) == written
    assert unguarded(written) == text


@pytest.mark.parametrize(
    "text", ["Samsat", "a=b", "Rp 5.000", "63.01", "Jl. A. Yani 1; lantai 2", "", " spasi", "x@y.id", "1-2"]
)
def test_harmless_text_stays_as_it_is(text):
    assert read(as_csv(("a",), [(text,)]))[1:] == ([[text]] if text else [[]]) or text == ""
    assert guarded(text) == unguarded(text) == text


def test_numbers_stay_numbers_even_below_zero():
    told = b"".join(as_csv(("a",) * 5, [(-1, Decimal("-3.319"), -2.5, True, None)])).decode("utf-8-sig")
    assert told == "a,a,a,a,a\r\n-1,-3.319,-2.5,1,\r\n"


def test_excel_in_indonesian_gets_semicolons():
    assert read(as_csv(("a", "b"), [("x,y", "p;q")], separator=";"), ";") == [["a", "b"], ["x,y", "p;q"]]


@given(st.text(st.characters(codec="utf-8"), max_size=30))
def test_no_cell_begins_with_a_formula_however_it_is_cut(text):
    for cell in re.split(r"[;\r\n]", guarded(text)):
        assert not re.match(r"[\s\ufeff\u200b\"]*(?:[=@＝＠]|[+\-＋－]\S)", cell)
