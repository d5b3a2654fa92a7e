"""Comma-separated values (RFC 4180) in UTF-8, with the mark that lets Excel see that it is UTF-8."""

import csv
from collections.abc import Iterable, Iterator
from io import StringIO

from backend.exports.rules import Cell, Row

NAME = "csv"
CONTENT_TYPE = "text/csv; charset=utf-8"
MARK = "\ufeff"
ROWS_PER_PIECE = 1000

# What a spreadsheet would run as a formula when somebody opens the file.
FORMULA = frozenset("=+-@\t\r\n")


def write(columns: tuple[str, ...], rows: Iterable[Row]) -> Iterator[bytes]:
    """The file in pieces, header first. Numbers stay numbers, true is 1; text that looks like a formula gets an
    apostrophe in front."""
    buffer = StringIO()
    writer = csv.writer(buffer)
    buffer.write(MARK)
    writer.writerow(columns)
    for count, row in enumerate(rows, start=1):
        # Most cells are harmless text, and there are millions: only the others are worth a call.
        writer.writerow([c if type(c) is str and c[:1] not in FORMULA else _written(c) for c in row])
        if count % ROWS_PER_PIECE == 0:
            yield _emptied(buffer)
    yield _emptied(buffer)


def _written(cell: Cell) -> Cell:
    if isinstance(cell, str):
        return "'" + cell
    return int(cell) if isinstance(cell, bool) else cell


def _emptied(buffer: StringIO) -> bytes:
    piece = buffer.getvalue().encode()
    buffer.seek(0)
    buffer.truncate()
    return piece
