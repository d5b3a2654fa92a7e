"""From the bytes of a file to rows of text: CSV here, XLSX in a process of its own. All sizes have limits."""

import csv
import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from backend.units import errors

FILE_BYTES_MAX = 5 * 1024 * 1024
ROWS_MAX = 50_000  # below the header row
COLUMNS_MAX = 60
WORKBOOK_MEMBERS_MAX = 500
WORKBOOK_BYTES_MAX = 128 * 1024 * 1024  # unpacked
READER_BYTES_MAX = 1024 * 1024 * 1024
READER_SECONDS_MAX = 30

READER = Path(__file__).with_name("workbook_reader.py")
DELIMITERS = ",;\t"  # Excel with Indonesian settings writes semicolons
ZIP_MAGIC, OLD_OFFICE_MAGIC = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


@dataclass(frozen=True)
class Sheet:
    """A header and the rows below it. Rows carry the number a spreadsheet shows; empty rows are left out."""

    header: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]


def read_sheet(content: bytes, *, expected: Collection[str]) -> Sheet:
    """The table in a CSV (UTF-8; comma, semicolon or tab) or in the first sheet of an XLSX workbook.

    `expected` are column names that help to tell the delimiter. The first row not empty is the header.
    Raises FileTooLarge, NotATable, HoldsMacros, WrongEncoding, EmptyTable, TooManyRows, TooManyColumns, WorkbookTooBig,
    ReaderUnavailable.
    """
    if len(content) > FILE_BYTES_MAX:
        raise errors.FileTooLarge(bytes=len(content), limit=FILE_BYTES_MAX)
    if content.startswith(OLD_OFFICE_MAGIC):
        raise errors.NotATable()
    records = _workbook(content) if content.startswith(ZIP_MAGIC) else _csv(content, expected)
    return _sheet(records)


def _sheet(records: Iterator[Sequence[str]] | list[list[str]]) -> Sheet:
    header: tuple[str, ...] = ()
    rows: list[tuple[int, tuple[str, ...]]] = []
    for number, record in enumerate(records, start=1):
        if not any(cell.strip() for cell in record):
            continue
        if not header:
            header = tuple(cell.strip().casefold() for cell in _trimmed(record))
            if len(header) > COLUMNS_MAX:
                raise errors.TooManyColumns(columns=len(header), limit=COLUMNS_MAX)
        elif len(rows) == ROWS_MAX:
            raise errors.TooManyRows(limit=ROWS_MAX)
        else:
            rows.append((number, _trimmed(record)))
    if not header:
        raise errors.EmptyTable()
    return Sheet(header, tuple(rows))


def _trimmed(record: Sequence[str]) -> tuple[str, ...]:
    """Without the empty cells at its end, which spreadsheets like to leave."""
    end = len(record)
    while end and not record[end - 1].strip():
        end -= 1
    return tuple(record[:end])


def _csv(content: bytes, expected: Collection[str]) -> Iterator[Sequence[str]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise errors.WrongEncoding(row=content.count(b"\n", 0, error.start) + 1) from None
    delimiter = max(DELIMITERS, key=lambda candidate: _fit(text, candidate, expected))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        yield from reader
    except csv.Error as error:
        raise errors.NotATable(row=reader.line_num, detail=str(error)) from None


def _fit(text: str, delimiter: str, expected: Collection[str]) -> tuple[int, int]:
    """How well a delimiter cuts the first lines into the names we look for."""
    first = next((line for line in text[:10_000].splitlines() if line.strip()), "")
    names = [name.strip().strip('"').casefold() for name in first.split(delimiter)]
    return sum(name in expected for name in names), len(names)


def _workbook(content: bytes) -> list[list[str]]:
    _refuse_bombs(content)
    limits = (ROWS_MAX + 1, COLUMNS_MAX, READER_BYTES_MAX, READER_SECONDS_MAX)
    try:
        done = subprocess.run(
            [sys.executable, "-P", str(READER), *map(str, limits)],
            input=content,
            capture_output=True,
            timeout=READER_SECONDS_MAX,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise errors.WorkbookTooBig(seconds=READER_SECONDS_MAX) from None
    except OSError:
        raise errors.ReaderUnavailable() from None
    if done.returncode == 1:  # it could not even begin
        raise errors.ReaderUnavailable()
    if done.returncode != 0:  # stopped by one of its own limits
        raise errors.WorkbookTooBig()
    answer = json.loads(done.stdout)
    if refused := answer.get("refused"):
        raise _REFUSED.get(refused, errors.NotATable)(**_LIMITS.get(refused, {}))
    rows: list[list[str]] = answer["rows"]
    return rows


_REFUSED = {
    "too-many-rows": errors.TooManyRows,
    "too-many-columns": errors.TooManyColumns,
    "workbook-too-big": errors.WorkbookTooBig,
}
_LIMITS = {"too-many-rows": {"limit": ROWS_MAX}, "too-many-columns": {"limit": COLUMNS_MAX}}


def _refuse_bombs(content: bytes) -> None:
    """Look at the announced sizes before unpacking; that a size may lie is the reading process's affair."""
    try:
        members = zipfile.ZipFile(io.BytesIO(content)).infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        raise errors.NotATable() from None
    names = {member.filename.casefold() for member in members}
    if any(name.endswith("vbaproject.bin") or name.startswith("xl/macrosheets/") for name in names):
        raise errors.HoldsMacros()
    if "xl/workbook.xml" not in names:
        raise errors.NotATable()
    unpacked = sum(member.file_size for member in members)
    if len(members) > WORKBOOK_MEMBERS_MAX or unpacked > WORKBOOK_BYTES_MAX:
        raise errors.WorkbookTooBig(unpacked=unpacked, limit=WORKBOOK_BYTES_MAX)
