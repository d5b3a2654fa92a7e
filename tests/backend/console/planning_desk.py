"""A desk at the plan: pages opened and forms sent as a browser would."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any
from urllib.parse import urlencode

from django.test import Client

from tests import world
from tests.world import Person, browser_of

NOW = datetime.now(UTC).replace(microsecond=0)
FIELD = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')


def desk(person: Person, language: str = "en") -> Client:
    return browser_of(person, language)


def url(page: str = "", /, programme: str = "kalsel", **query: Any) -> str:
    return f"/console/{programme}/plan/{page}" + (f"?{urlencode(query, doseq=True)}" if query else "")


def text(answer: Any) -> str:
    """What a reader sees, in one line."""
    body = re.sub(r"<(script|style|svg).*?</\1>", " ", answer.content.decode(), flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


def hidden(answer: Any) -> dict[str, str]:
    """The hidden fields of its forms."""
    return {name: unescape(value) for name, value in FIELD.findall(answer.content.decode())}


def soon(days: int) -> datetime:
    return NOW + timedelta(days=days)


def at(days: int) -> str:
    """A field for a day and an hour, some days from now at eight."""
    return f"{soon(days):%Y-%m-%d}T08:00"


def units(count: int, where: str = "63.01") -> list[Any]:
    return [world.unit(f"SAM-{number:02}", where=where) for number in range(1, count + 1)]
