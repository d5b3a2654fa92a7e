"""Rows as a CSV file (RFC 4180, UTF-8 with the mark that Excel looks for) of which no spreadsheet runs a cell.

A spreadsheet takes text for a formula when it begins with = + - or @, also behind blanks, and in their full-width
forms. Where lists are separated by semicolons, as in Indonesia, a file with commas is cut at semicolons and line ends
instead, so what stands behind one of those counts as a beginning too.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from io import StringIO
from typing import TypeAlias

Cell: TypeAlias = "str | int | float | bool | Decimal | None"
Row: TypeAlias = "tuple[Cell, ...]"

CONTENT_TYPE = "text/csv; charset=utf-8"
MARK = "\ufeff"
GUARD = "'"  # a spreadsheet shows what follows as text
ROWS_PER_PIECE = 1000

_FORMULA = "=+\\-@＝＋－＠"
# What may be the beginning of a formula: these characters, and all that a spreadsheet skips before them.
_SUSPECT = frozenset("=+-@＝＋－＠\t\r\n\v\f \u00a0\u2007\u202f\u3000\ufeff\u200b\"'")
_AT_THE_START = re.compile(rf"[\s\ufeff\u200b\"']*[{_FORMULA}]|[\t\r\n]")
_FURTHER_ON = re.compile(r"([;\r\n][\s\ufeff\u200b\"]*)(?=[=@＝＠]|[+\-＋－](?!\s))")
_GUARDED_FURTHER_ON = re.compile(r"([;\r\n][\s\ufeff\u200b\"]*)'(?=[=@＝＠]|[+\-＋－](?!\s))")
_GUARDED = re.compile(rf"'(?=[\s\ufeff\u200b\"']*[{_FORMULA}]|[\t\r\n])")


def as_csv(columns: tuple[str, ...], rows: Iterable[Row], *, separator: str = ",") -> Iterator[bytes]:
    """The file in pieces, header first. Numbers stay numbers, true is 1; text that a spreadsheet could run gets an
    apostrophe in front."""
    buffer = StringIO()
    writer = csv.writer(buffer, delimiter=separator)
    buffer.write(MARK)
    writer.writerow(columns)
    for count, row in enumerate(rows, start=1):
        writer.writerow([_written(cell) for cell in row])
        if count % ROWS_PER_PIECE == 0:
            yield _emptied(buffer)
    yield _emptied(buffer)


def guarded(text: str) -> str:
    """The text with an apostrophe before everything that a spreadsheet could take for a formula."""
    guarded_inside = _FURTHER_ON.sub(rf"\g<1>{GUARD}", text)
    return GUARD + guarded_inside if _AT_THE_START.match(text) else guarded_inside


def unguarded(text: str) -> str:
    """The text that `guarded` wrote, without its apostrophes."""
    return _GUARDED_FURTHER_ON.sub(r"\g<1>", text[1:] if _GUARDED.match(text) else text)


def _written(cell: Cell) -> Cell:
    if type(cell) is str:
        # Most cells are harmless text, and there are millions: only the others are looked at closely.
        return guarded(cell) if cell[:1] in _SUSPECT or ";" in cell or "\n" in cell or "\r" in cell else cell
    return int(cell) if isinstance(cell, bool) else cell


def _emptied(buffer: StringIO) -> bytes:
    piece = buffer.getvalue().encode()
    buffer.seek(0)
    buffer.truncate()
    return piece
