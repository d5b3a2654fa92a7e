"""Parsers: bounded, complete, and never surprised."""

import json
from typing import Any, NoReturn

from rest_framework.parsers import BaseParser

from backend.rest.bodies import read_body
from backend.rest.errors import Malformed

BODY_BYTES_MAX = 1024 * 1024


def read_json(raw: bytes) -> Any:
    """JSON values of UTF-8 bytes. Raises Malformed for anything else: NaN, absurd numbers, bottomless nesting."""
    try:
        return json.loads(raw.decode("utf-8"), parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise Malformed(detail=str(error)[:200]) from None


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


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
    if isinstance(content, str):
        return "\x00" not in content and not any("\ud800" <= letter <= "\udfff" for letter in content)
    if isinstance(content, dict):
        return all(_storable(key) and _storable(value) for key, value in content.items())
    if isinstance(content, list):
        return all(_storable(value) for value in content)
    return True
