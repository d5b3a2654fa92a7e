"""One JSON object a line, in UTF-8 without a mark."""

import json
from collections.abc import Iterable, Iterator

from backend.core.spreadsheets import Row

NAME = "jsonl"
CONTENT_TYPE = "application/jsonl; charset=utf-8"
ROWS_PER_PIECE = 1000


def write(columns: tuple[str, ...], rows: Iterable[Row]) -> Iterator[bytes]:
    """The file in pieces; every line has every column."""
    encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=float).encode
    lines: list[str] = []
    for row in rows:
        lines.append(encode(dict(zip(columns, row, strict=True))))
        if len(lines) == ROWS_PER_PIECE:
            yield _emptied(lines)
    yield _emptied(lines)


def _emptied(lines: list[str]) -> bytes:
    piece = "".join(line + "\n" for line in lines).encode()
    lines.clear()
    return piece
