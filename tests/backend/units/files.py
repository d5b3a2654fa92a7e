"""Tables as people make them: CSV text and real workbooks."""

import io
from collections.abc import Sequence
from typing import Any

import xlsxwriter

HEADERS = {
    "regions": "code,name,kind,parent",
    "institutions": "code,name,class,kind,region",
    "units": "code,name,institution,type,region,address,latitude,longitude,opening_hours,time_zone,host",
    "products": "code,name_id,name_en,unit_type,group",
    "standards": (
        "product,region,unit,fee_rupiah,completion_amount,completion_unit,wait_minutes,source,valid_from,valid_to"
    ),
}
A_UNIT = {
    "code": "SAM-9",
    "name": "Samsat Sembilan",
    "institution": "I-SAM-01",
    "type": "SAM",
    "region": "63.01",
    "time_zone": "Asia/Makassar",
}
A_STANDARD = {
    "product": "STNK-5TH-R2",
    "fee_rupiah": "100000",
    "source": "PP 76/2020",
    "valid_from": "2021-01-20",
}


def table(kind: str, *rows: str) -> bytes:
    """CSV with the kind's header; rows as text."""
    return "\n".join([HEADERS[kind], *rows, ""]).encode()


def rows_of(kind: str, *rows: dict[str, str]) -> bytes:
    """CSV with the kind's header; rows by column, the rest empty, every cell quoted."""
    columns = HEADERS[kind].split(",")
    lines = [
        ",".join('"' + row.get(column, "").replace('"', '""') + '"' for column in columns) for row in rows
    ]
    return table(kind, *lines)


def units(*rows: dict[str, str]) -> bytes:
    return rows_of("units", *({**A_UNIT, **row} for row in rows))


def standards(*rows: dict[str, str]) -> bytes:
    return rows_of("standards", *({**A_STANDARD, **row} for row in rows))


def workbook(
    rows: Sequence[Sequence[Any]], *, at_row: int = 0, formats: dict[int, str] | None = None
) -> bytes:
    """A real XLSX: numbers, dates and texts as they are; `formats` are number formats by column."""
    kept = io.BytesIO()
    book = xlsxwriter.Workbook(kept)
    sheet = book.add_worksheet("Data")
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            shown = (formats or {}).get(column)
            style = book.add_format({"num_format": shown}) if shown and not isinstance(cell, str) else None
            write = sheet.write_string if isinstance(cell, str) else sheet.write
            write(at_row + number, column, cell, style)
    book.close()
    return kept.getvalue()
