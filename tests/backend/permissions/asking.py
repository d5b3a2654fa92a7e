"""A member of the cast asks at an address, and what she is answered."""

import json
import re
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client

from tests import world
from tests.backend.permissions.bodies import sent_for
from tests.backend.permissions.staging import Stage
from tests.backend.permissions.table import Row

WRITING = re.compile(r'\s*(?:INSERT INTO|UPDATE|DELETE FROM)\s+"?(\w+)', re.IGNORECASE)


@dataclass(frozen=True)
class Heard:
    """`cell` is the answer as it is written in the table, `text` its body, `wrote` the tables that were changed."""

    cell: str
    text: str
    wrote: frozenset[str]


def heard(row: Row, who: str, stage: Stage, *, by: str, method: str = "") -> Heard:
    """What she is answered; whatever the request did is undone, so that asking once is enough.

    by      "token" of her device, "session" of her browser
    """
    name = (row.name, who, by, method)
    if name not in stage.heard:
        wrote = Wrote()
        with transaction.atomic(), connection.execute_wrapper(wrote):
            answer = sent(row, who, stage, by=by, method=method)
            text = text_of(answer)
            transaction.set_rollback(True)
        stage.heard[name] = Heard(cell_of(answer, text), text, frozenset(wrote.tables))
    return stage.heard[name]


class Wrote:
    """The tables that statements changed."""

    def __init__(self) -> None:
        self.tables: set[str] = set()

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if found := WRITING.match(sql):
            self.tables.add(found[1])
        return execute(sql, params, many, context)


def sent(row: Row, who: str, stage: Stage, *, by: str, method: str = "", strictly: bool = False) -> Any:
    """The answer. `strictly`: a browser's unsafe request needs its CSRF token, and has none."""
    cache.clear()  # how often a name was tried at signing in
    client = Client(raise_request_exception=False, enforce_csrf_checks=strictly)
    here = named_for(row, who, stage)
    what = sent_for(row.method, row.pattern, here)
    headers = dict(what.headers)
    if who != "nobody" and by == "token":
        headers["HTTP_AUTHORIZATION"] = f"Bearer {stage.people[who].token}"
    if who != "nobody" and by == "session":
        client.cookies[settings.SESSION_COOKIE_NAME] = stage.sessions[who]
    address = row.address.format_map(here)
    return client.generic(method or row.method, address, what.content, what.type, **headers)


def text_of(answer: Any) -> str:
    """Read to its end, which closes it: closing it by hand would let go of the connection and its transaction."""
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return body.decode(errors="replace")


def named_for(row: Row, who: str, stage: Stage) -> dict[str, str]:
    """What the names in this address stand for; pages name a programme by its code."""
    device = stage.people[who].device.pk if who in stage.people else world.A_UUID
    here = {**stage.here, "own_device": str(device)}
    return here if row.for_programs else {**here, "programme": here["slug"]}


def cell_of(answer: Any, text: str) -> str:
    """`in`: sent to the sign-in page. `none`: a list or table without lines. Otherwise the status."""
    if answer.status_code == 302 and answer["Location"].startswith("/accounts/login/"):
        return "in"
    looked = answer.wsgi_request.method == "GET" and answer.status_code == 200
    kind = answer.get("Content-Type", "").partition(";")[0]
    return "none" if looked and is_empty(kind, text) else str(answer.status_code)


def is_empty(kind: str, text: str) -> bool:
    if kind == "application/json":
        told = json.loads(text)
        return isinstance(told, dict) and told.get("results", told.get("changes")) == []
    headings = {"text/csv": 1, "application/jsonl": 0}.get(kind)
    return headings is not None and len(text.splitlines()) <= headings
