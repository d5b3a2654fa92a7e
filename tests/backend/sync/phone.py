"""A phone in the hand of a test: it says what docs/protocol.md says, and nothing is checked before it is sent."""

import base64
import gzip
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.db import connection
from django.test.utils import CaptureQueriesContext

from backend.assignments.models import Assignment
from backend.core.digests import sha256_text
from backend.core.ids import uuid7
from tests.backend.visits.telling import doc
from tests.world import Person

TUS = {"HTTP_TUS_RESUMABLE": "1.0.0"}
PIECE_TYPE = "application/offset+octet-stream"


def request(who: Person, **more: Any) -> dict[str, Any]:
    """The smallest request and whatever is added to it."""
    return {"protocol": 1, "device": str(who.device.pk), **more}


def sync(who: Person, *items: Any, **more: Any) -> dict[str, Any]:
    """POST /sync, which must succeed: the answer."""
    if items:
        more["items"] = list(items)
    answer = who.api.post("/api/v1/sync", request(who, **more), format="json")
    assert (answer.status_code, answer["Sync-Protocol"]) == (200, "1"), answer.content[:500]
    return answer.json()


def post_raw(who: Person, body: bytes, **headers: Any) -> tuple[int, dict[str, Any]]:
    answer = who.api.post("/api/v1/sync", body, content_type="application/json", **headers)
    assert answer["Sync-Protocol"] == "1"
    return answer.status_code, answer.json()


def zipped(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)


def submission(order: Assignment, **changes: Any) -> dict[str, Any]:
    """An item; `changes` replace its members or those of its document, ... (Ellipsis) removes one."""
    members = ("kind", "id", "visit", "attempt", "checklist", "digest", "doc", "damaged")
    said = {name: changes.pop(name) for name in members if name in changes}
    text = json.dumps(doc(order, attempt=said.get("attempt", 1), **changes), ensure_ascii=False)
    item = {
        "kind": "submission",
        "id": str(uuid7()),
        "visit": str(order.pk),
        "attempt": 1,
        "checklist": order.checklist_id,
        "digest": sha256_text(said["doc"] if isinstance(said.get("doc"), str) else text),
        "doc": text,
    }
    return {name: value for name, value in {**item, **said}.items() if value is not ...}


def draft(visit: UUID, rev: int, text: str | None = "{}") -> dict[str, Any]:
    digest = None if text is None else sha256_text(text)
    return {"kind": "draft", "visit": str(visit), "rev": rev, "digest": digest, "doc": text}


def offered(order: Assignment, one: dict[str, Any]) -> dict[str, Any]:
    """A photo of a document, as it is announced."""
    return {"visit": str(order.pk), **{name: one[name] for name in ("id", "sha256", "size", "type")}}


def patch(who: Person, url: str, content: bytes, offset: int = 0, **headers: Any) -> Any:
    asked = {**TUS, "HTTP_UPLOAD_OFFSET": str(offset), **headers}
    return who.api.patch(url, content, content_type=asked.pop("content_type", PIECE_TYPE), **asked)


def head(who: Person, url: str) -> Any:
    return who.api.head(url, **TUS)


def metadata(**said: str) -> str:
    return ",".join(f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in said.items())


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements made inside, without those that only frame transactions (a test adds some of its own)."""
    found: list[str] = []
    with CaptureQueriesContext(connection) as seen:
        yield found
    frames = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")
    found += [query["sql"] for query in seen.captured_queries if not query["sql"].startswith(frames)]
