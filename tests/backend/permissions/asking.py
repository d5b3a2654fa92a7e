"""A member of the cast asks at an address, and what she is answered."""

from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.test import Client

from tests import world
from tests.backend.permissions.bodies import sent_for
from tests.backend.permissions.staging import Stage
from tests.backend.permissions.table import Row


def asked(row: Row, who: str, stage: Stage, *, by: str, method: str = "") -> str:
    """What she is answered, as it is written in the table; whatever the request did is undone.

    by      "token" of her device, "session" of her browser
    """
    with transaction.atomic():
        answer = sent(row, who, stage, by=by, method=method)
        cell = cell_of(answer)
        answer.close()
        transaction.set_rollback(True)
    return cell


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


def named_for(row: Row, who: str, stage: Stage) -> dict[str, str]:
    """What the names in this address stand for; pages name a programme by its code."""
    device = stage.people[who].device.pk if who in stage.people else world.A_UUID
    here = {**stage.here, "own_device": str(device)}
    return here if row.for_programs else {**here, "programme": here["code"]}


def cell_of(answer: Any) -> str:
    """`in`: sent to the sign-in page. `none`: a list or table without lines. Otherwise the status."""
    if answer.status_code == 302 and answer["Location"].startswith("/accounts/login/"):
        return "in"
    return "none" if answer.status_code == 200 and is_empty(answer) else str(answer.status_code)


def is_empty(answer: Any) -> bool:
    kind = answer.get("Content-Type", "").partition(";")[0]
    if kind == "application/json" and not answer.streaming and answer.content:
        told = answer.json()
        return isinstance(told, dict) and told.get("results", told.get("changes")) == []
    if kind in ("text/csv", "application/x-ndjson") and answer.streaming:
        headings = 1 if kind == "text/csv" else 0
        return len(b"".join(answer.streaming_content).splitlines()) <= headings
    return False
