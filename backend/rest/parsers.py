"""Parsers: bounded, complete, and never surprised."""

import json
from math import isfinite
from typing import Any, NoReturn

from rest_framework.parsers import BaseParser

from backend.rest.bodies import read_body
from backend.rest.errors import Malformed

BODY_BYTES_MAX = 1024 * 1024


def read_json(raw: bytes) -> Any:
    """JSON values of UTF-8 bytes. Raises Malformed for anything else: NaN, absurd numbers, bottomless nesting."""
    try:
        return json.loads(raw.decode("utf-8"), parse_constant=_refuse, parse_float=_finite)
    except (ValueError, RecursionError) as error:
        raise Malformed(detail=str(error)[:200]) from None


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


def _finite(digits: str) -> float:
    number = float(digits)
    return number if isfinite(number) else _refuse(digits[:20])


class LenientJSON(BaseParser):
    """JSON of at most 1 MiB (also after gzip), with whatever text is inside: testimony is not edited on arrival."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        return read_json(read_body(stream, parser_context["request"].META, limit=BODY_BYTES_MAX))


class StrictJSON(LenientJSON):
    """The same, and no text that a database cannot keep: NUL and lone surrogates are refused."""

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        content = super().parse(stream, media_type, parser_context)
        if not _storable(content):
            raise Malformed(detail="NUL or a lone surrogate in a text")
        return content


def _storable(content: Any) -> bool:
    """Without recursion: what one parser reads may be nested deeper than our own calls may be."""
    waiting = [content]
    while waiting:
        part = waiting.pop()
        if isinstance(part, str):
            if "\x00" in part or any("\ud800" <= letter <= "\udfff" for letter in part):
                return False
        elif isinstance(part, dict):
            waiting.extend(part.keys())
            waiting.extend(part.values())
        elif isinstance(part, list):
            waiting.extend(part)
    return True
