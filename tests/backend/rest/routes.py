"""The URL map as it is, not as it describes itself."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver
from rest_framework.views import APIView

METHODS = ("get", "head", "post", "put", "patch", "delete")
IN_A_PATH = {
    "uuid": "01900000-0000-7000-8000-000000000001",
    "int": "1",
    "str": "x",
}


@dataclass(frozen=True)
class Route:
    """One address of the API: its pattern below /api/v1/, its view, and an example of it."""

    pattern: str
    view: type[APIView]
    example: str

    @property
    def methods(self) -> list[str]:
        """Django answers HEAD wherever GET is answered."""
        return [
            method
            for method in METHODS
            if hasattr(self.view, method) or (method == "head" and hasattr(self.view, "get"))
        ]


def api_routes() -> list[Route]:
    found = [Route(*one) for one in _walk(get_resolver("backend.urls"), "")]
    return sorted(found, key=lambda route: route.pattern)


def addresses_outside() -> list[str]:
    """The patterns of the map that do not lie below /api/v1/."""
    patterns = [str(entry.pattern).removeprefix("^") for entry in get_resolver("backend.urls").url_patterns]
    return [pattern for pattern in patterns if pattern != "api/v1/"]


def _walk(resolver: URLResolver, before: str) -> Iterator[tuple[str, Any, str]]:
    for entry in resolver.url_patterns:
        pattern = before + str(entry.pattern).removeprefix("^")
        if isinstance(entry, URLResolver):
            yield from _walk(entry, pattern)
        elif isinstance(entry, URLPattern) and pattern.startswith("api/v1/"):
            yield pattern.removeprefix("api/v1/").removesuffix("$"), entry.callback.cls, _example(pattern)


def _example(pattern: str) -> str:
    """An address that the pattern takes; the one regular expression in the map names a checklist."""
    digest = "sha256:" + "A" * 43
    path = re.sub(r"\(\?P<digest>[^)]*\)", digest, pattern).removesuffix("$")
    return "/" + re.sub(r"<(\w+):\w+>", lambda part: IN_A_PATH[part[1]], path)
