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
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def write(columns: tuple[str, ...], rows: Iterable[Row]) -> Iterator[bytes]:
    """The file in pieces, header first. Numbers stay numbers, true is 1; text that looks like a formula gets an
    apostrophe in front."""
    buffer = StringIO()
    writer = csv.writer(buffer)
    buffer.write(MARK)
    writer.writerow(columns)
    for count, row in enumerate(rows, start=1):
        writer.writerow([_harmless(cell) for cell in row])
        if count % ROWS_PER_PIECE == 0:
            yield _emptied(buffer)
    yield _emptied(buffer)


def _harmless(cell: Cell) -> Cell:
    if type(cell) is str:
        return "'" + cell if cell.startswith(FORMULA) else cell
    return int(cell) if type(cell) is bool else cell


def _emptied(buffer: StringIO) -> bytes:
    piece = buffer.getvalue().encode()
    buffer.seek(0)
    buffer.truncate()
    return piece
