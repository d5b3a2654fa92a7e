"""The whole URL map as Django has it: every address, whatever door it belongs to."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

# OPTIONS says which of these there are and nothing else; HEAD is GET without its body.
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
PLACEHOLDER = re.compile(r"<(?:\w+:)?(\w+)>|\(\?P<(\w+)>[^)]*\)")


@dataclass(frozen=True)
class Address:
    """`pattern` as it is written in the table, with names in braces: api/v1/visits/{visit}."""

    pattern: str
    view: Any

    @property
    def parameters(self) -> list[str]:
        return re.findall(r"{(\w+)}", self.pattern)


def all_addresses() -> list[Address]:
    found = [Address(readable(pattern), view) for pattern, view in _walk(get_resolver("backend.urls"), "")]
    return sorted(found, key=lambda one: one.pattern)


def readable(pattern: str) -> str:
    bare = PLACEHOLDER.sub(lambda part: f"{{{part[1] or part[2]}}}", pattern)
    return bare.replace("^", "").replace("$", "").replace("\\Z", "").replace("(?:.*)/?", "")


def _walk(resolver: URLResolver, before: str) -> Iterator[tuple[str, Any]]:
    for entry in resolver.url_patterns:
        pattern = before + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from _walk(entry, pattern)
        elif isinstance(entry, URLPattern):
            yield pattern, entry.callback
