"""Reads the first sheet of an XLSX workbook; runs as a process of its own, see `sheets.py`.

    python -P workbook_reader.py ROWS_MAX COLUMNS_MAX MEMORY_BYTES CPU_SECONDS < workbook > answer

A process of its own, because a workbook of 5 KB may put a value into the very last cell: the reader then asks
for 512 GiB and aborts, and whoever holds it dies with it. The answer is JSON: {"rows": [[text, ...], ...]},
from row 1 on, or {"refused": code}. This file knows nothing of the rest of Samar.
"""

import io
import json
import sys
from datetime import date, datetime, time
from typing import Any

from python_calamine import CalamineWorkbook


def limit(memory_bytes: int, cpu_seconds: int) -> None:
    """Ask the system to stop us early; where it cannot, the caller's clock remains."""
    try:
        import resource
    except ImportError:  # Windows
        return
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def first_sheet(content: bytes, rows_max: int, columns_max: int) -> dict[str, Any]:
    sheet = CalamineWorkbook.from_object(io.BytesIO(content)).get_sheet_by_index(0)
    if sheet.end is None:
        return {"rows": []}
    last_row, last_column = sheet.end
    if last_row >= rows_max:
        return {"refused": "too-many-rows"}
    if last_column >= columns_max:
        return {"refused": "too-many-columns"}
    return {"rows": [[text(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)]}


def text(cell: object) -> str:
    """A cell as one would type it: 120000, not 120000.0; 2021-01-20, not 44216."""
    match cell:
        case bool():
            return "TRUE" if cell else "FALSE"
        case float():
            return str(int(cell)) if cell.is_integer() else repr(cell)
        case datetime():
            midnight = cell.time() == time()
            return cell.date().isoformat() if midnight else cell.isoformat(sep=" ")
        case date() | time():
            return cell.isoformat()
        case _:
            return str(cell)


def main() -> None:
    rows_max, columns_max, memory_bytes, cpu_seconds = (int(word) for word in sys.argv[1:5])
    content = sys.stdin.buffer.read()
    limit(memory_bytes, cpu_seconds)
    try:
        answer = first_sheet(content, rows_max, columns_max)
    except MemoryError:
        answer = {"refused": "workbook-too-big"}
    except BaseException:  # the reader's own panics are not Exceptions
        answer = {"refused": "not-a-table"}
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main()
