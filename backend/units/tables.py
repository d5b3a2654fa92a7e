"""The five tables an import may bring: their columns, and what each row must satisfy by itself. Pure."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from backend.core.spreadsheets import unguarded
from backend.units import errors
from backend.units.complaints import BadCell, Complaints
from backend.units.rules import (
    ADDRESS_LENGTH_MAX,
    CODE_LENGTH_MAX,
    NAME_LENGTH_MAX,
    OPENING_HOURS_LENGTH_MAX,
    SOURCE_LENGTH_MAX,
    CompletionUnit,
    InstitutionClass,
    InstitutionKind,
    RegionKind,
    TimeZone,
    UnitType,
    UnreadableHours,
    parse_opening_hours,
)
from backend.units.sheets import Sheet

RUPIAH_MAX = 10**12
MINUTES_MAX = 100_000
AMOUNT_MAX = 10_000
SIXTH_DECIMAL = Decimal("0.000001")  # a tenth of a metre

FORMULA_BEGINS = ("=", "@", "＝", "＠")  # a lone minus or plus may be meant as it stands

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*", re.ASCII)
_REGION_CODE = re.compile(r"[0-9]{2}(\.[0-9]{2})?", re.ASCII)
_WHOLE = re.compile(r"[0-9]{1,15}", re.ASCII)
_DECIMAL = re.compile(r"[+-]?[0-9]{1,6}([.,][0-9]{1,20})?", re.ASCII)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)

Cell = Callable[[str], Any]
Values = dict[str, Any]


@dataclass(frozen=True)
class Row:
    """One row read: a value per column, None where a cell is empty or was complained about."""

    number: int
    values: Values


@dataclass(frozen=True)
class Table:
    """The columns of a kind, which must be filled, what makes two rows the same thing, and its own rules."""

    columns: Mapping[str, Cell]
    required: frozenset[str]
    key: tuple[str, ...]
    check: Callable[[Row, Complaints], None]


def read_rows(table: Table, sheet: Sheet, complaints: Complaints) -> list[Row]:
    """Every row of the sheet as values, with a complaint for every cell that is none.

    Raises MissingColumns, DuplicateColumns. Columns we do not know are ignored (see `ignored_columns`).
    """
    named = [name for name in sheet.header if name]
    if twice := sorted({name for name in named if named.count(name) > 1}):
        raise errors.DuplicateColumns(columns=twice)
    if missing := [name for name in table.columns if name not in named]:
        raise errors.MissingColumns(columns=missing, found=named)
    rows = [_read_row(table, sheet.header, number, cells, complaints) for number, cells in sheet.rows]
    _complain_of_doubles(table, rows, complaints)
    for row in rows:
        table.check(row, complaints)
    return rows


def ignored_columns(table: Table, sheet: Sheet) -> tuple[str, ...]:
    return tuple(name for name in sheet.header if name and name not in table.columns)


def _read_row(
    table: Table, header: tuple[str, ...], number: int, cells: tuple[str, ...], complaints: Complaints
) -> Row:
    if len(cells) > len(header):
        complaints.add(number, "", cells[len(header)], "too-many-cells")
    texts = dict(zip(header, cells, strict=False))
    values: Values = {}
    for column, read in table.columns.items():
        raw = texts.get(column, "")
        values[column] = None
        try:
            if text := _clean(raw):
                values[column] = read(text)
            elif column in table.required:
                raise BadCell("required")
        except BadCell as bad:
            complaints.add(number, column, raw, bad.code, bad.fact)
    return Row(number, values)


def _clean(raw: str) -> str:
    """A cell with single spaces between its words (line breaks are spaces too) and composed accents (NFC), without
    the apostrophe that our own files put before what a spreadsheet could run."""
    text = unguarded(unicodedata.normalize("NFC", " ".join(raw.split())))
    if not text.isprintable():  # NUL, which PostgreSQL refuses, and marks that hide what a name really says
        raise BadCell("control-character")
    if text.startswith(FORMULA_BEGINS):
        raise BadCell("formula")
    return text


def _complain_of_doubles(table: Table, rows: list[Row], complaints: Complaints) -> None:
    first: dict[tuple[Any, ...], int] = {}
    for row in rows:
        if complaints.about(row.number, *table.key):
            continue
        key = tuple(row.values[column] for column in table.key)
        earlier = first.setdefault(key, row.number)
        if earlier != row.number:
            column = table.key[-1]
            complaints.add(row.number, column, row.values[column], "duplicate", earlier)


# Cells: text in, value out, BadCell when it is none.


def code(text: str) -> str:
    if not _CODE.fullmatch(text):
        raise BadCell("not-a-code")
    return up_to(CODE_LENGTH_MAX)(text)


def region_code(text: str) -> str:
    if not _REGION_CODE.fullmatch(text):
        raise BadCell("not-a-region-code")
    return text


def up_to(length: int) -> Cell:
    def read(text: str) -> str:
        if len(text) > length:
            raise BadCell("too-long", length)
        return text

    return read


def one_of(values: type[StrEnum]) -> Cell:
    known = {value.value for value in values if value.value}

    def read(text: str) -> str:
        if text not in known:
            raise BadCell("unknown-choice", ", ".join(sorted(known)))
        return text

    return read


def whole(low: int, high: int) -> Cell:
    def read(text: str) -> int:
        if not _WHOLE.fullmatch(text):
            raise BadCell("not-a-whole-number")
        if not low <= int(text) <= high:
            raise BadCell("out-of-range", f"{low} … {high}")
        return int(text)

    return read


def degrees(limit: int) -> Cell:
    def read(text: str) -> Decimal:
        if not _DECIMAL.fullmatch(text):
            raise BadCell("not-a-decimal")
        try:
            value = Decimal(text.replace(",", ".")).quantize(SIXTH_DECIMAL)
        except InvalidOperation:
            raise BadCell("not-a-decimal") from None
        if not -limit <= value <= limit:
            raise BadCell("out-of-range", f"-{limit} … {limit}")
        return value

    return read


def day(text: str) -> date:
    try:
        if not _DATE.fullmatch(text):
            raise ValueError
        return date.fromisoformat(text)
    except ValueError:
        raise BadCell("not-a-date") from None


def hours(text: str) -> str:
    up_to(OPENING_HOURS_LENGTH_MAX)(text)
    try:
        parse_opening_hours(text)
    except UnreadableHours as unreadable:
        raise BadCell("bad-opening-hours", unreadable) from None
    return text


# Rows: what the cells of one row must be to each other. Empty cells are None.


def check_region(row: Row, complaints: Complaints) -> None:
    values = row.values
    if complaints.about(row.number, "code", "kind"):
        return
    if values["kind"] == RegionKind.PROVINCE:
        if "." in values["code"]:
            complaints.add(row.number, "code", values["code"], "not-a-region-code")
        if values["parent"] is not None:
            complaints.add(row.number, "parent", values["parent"], "must-be-empty", values["kind"])
        return
    above, dot, _ = values["code"].rpartition(".")
    if not dot:
        complaints.add(row.number, "code", values["code"], "not-a-region-code")
    elif values["parent"] != above:
        complaints.add(row.number, "parent", values["parent"], "wrong-parent", above)


def check_institution(row: Row, complaints: Complaints) -> None:
    of, kind = row.values["class"], row.values["kind"]
    if complaints.about(row.number, "class", "kind"):
        return
    if of == InstitutionClass.PEMDA and kind is None:
        complaints.add(row.number, "kind", kind, "required")
    elif of != InstitutionClass.PEMDA and kind is not None:
        complaints.add(row.number, "kind", kind, "must-be-empty", of)


def check_unit(row: Row, complaints: Complaints) -> None:
    _check_pair(row, complaints, "latitude", "longitude")
    if row.values["host"] is not None and row.values["host"] == row.values["code"]:
        complaints.add(row.number, "host", row.values["host"], "host-cycle")


def check_product(row: Row, complaints: Complaints) -> None:
    """The cells say it all."""


def check_standard(row: Row, complaints: Complaints) -> None:
    values = row.values
    _check_pair(row, complaints, "completion_amount", "completion_unit")
    if values["region"] is not None and values["unit"] is not None:
        complaints.add(row.number, "unit", values["unit"], "two-places")
    begins, ends = values["valid_from"], values["valid_to"]
    if begins is not None and ends is not None and ends < begins:
        complaints.add(row.number, "valid_to", ends, "ends-before-it-begins")


def _check_pair(row: Row, complaints: Complaints, one: str, other: str) -> None:
    if complaints.about(row.number, one, other):
        return
    if row.values[one] is None and row.values[other] is not None:
        complaints.add(row.number, one, None, "half-a-pair", other)
    elif row.values[other] is None and row.values[one] is not None:
        complaints.add(row.number, other, None, "half-a-pair", one)


name = up_to(NAME_LENGTH_MAX)

TABLES: dict[str, Table] = {
    "regions": Table(
        {"code": region_code, "name": name, "kind": one_of(RegionKind), "parent": region_code},
        frozenset({"code", "name", "kind"}),
        ("code",),
        check_region,
    ),
    "institutions": Table(
        {
            "code": code,
            "name": name,
            "class": one_of(InstitutionClass),
            "kind": one_of(InstitutionKind),
            "region": region_code,
        },
        frozenset({"code", "name", "class", "region"}),
        ("code",),
        check_institution,
    ),
    "units": Table(
        {
            "code": code,
            "name": name,
            "institution": code,
            "type": one_of(UnitType),
            "region": region_code,
            "address": up_to(ADDRESS_LENGTH_MAX),
            "latitude": degrees(90),
            "longitude": degrees(180),
            "opening_hours": hours,
            "time_zone": one_of(TimeZone),
            "host": code,
        },
        frozenset({"code", "name", "institution", "type", "region", "time_zone"}),
        ("code",),
        check_unit,
    ),
    "products": Table(
        {"code": code, "name_id": name, "name_en": name, "unit_type": one_of(UnitType), "group": code},
        frozenset({"code", "name_id", "name_en", "unit_type"}),
        ("code",),
        check_product,
    ),
    "standards": Table(
        {
            "product": code,
            "region": region_code,
            "unit": code,
            "fee_rupiah": whole(0, RUPIAH_MAX),
            "completion_amount": whole(1, AMOUNT_MAX),
            "completion_unit": one_of(CompletionUnit),
            "wait_minutes": whole(0, MINUTES_MAX),
            "source": up_to(SOURCE_LENGTH_MAX),
            "valid_from": day,
            "valid_to": day,
        },
        frozenset({"product", "source", "valid_from"}),
        ("product", "region", "unit", "valid_from"),
        check_standard,
    ),
}
