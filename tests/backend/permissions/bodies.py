"""What is sent where an empty body would be refused before it mattered whose it is: each is one that would be done."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from backend.core.ids import uuid7
from tests import world
from tests.backend.evidence.pictures import jpeg
from tests.backend.sync.phone import PIECE_TYPE, metadata
from tests.backend.visits.telling import listed

FORM = "application/x-www-form-urlencoded"
TUS = {"HTTP_TUS_RESUMABLE": "1.0.0"}
Here = dict[str, str]


@dataclass(frozen=True)
class Sent:
    content: bytes = b""
    type: str = FORM
    headers: dict[str, str] = field(default_factory=dict)


def sent_for(method: str, pattern: str, here: Here) -> Sent:
    made = BODIES.get(f"{method} {pattern}")
    said: Any = made(here) if made else {}
    if isinstance(said, Sent):
        return said
    if method == "GET":
        return Sent()
    if pattern.startswith("api/v1/"):
        return Sent(json.dumps(said).encode(), "application/json")
    return form(said)


def form(fields: dict[str, Any]) -> Sent:
    return Sent(urlencode(fields, doseq=True).encode())


def files(**fields: Any) -> Sent:
    return Sent(encode_multipart(BOUNDARY, fields), MULTIPART_CONTENT)


def new_id() -> str:
    return str(uuid7())


def window(days: int = 400) -> dict[str, str]:
    """Far enough away that no spacing rule is met."""
    opens = datetime.now(UTC).replace(hour=0, minute=0) + timedelta(days=days)
    return {"opens": opens.isoformat(), "closes": (opens + timedelta(days=14)).isoformat()}


def order(here: Here) -> dict[str, Any]:
    named = {name: here[name] for name in ("programme", "unit", "product")}
    return {
        "id": new_id(),
        **named,
        "inspector": here["other_inspector"],
        "scenario": "inquiry",
        "window": window(),
    }


def conflict(here: Here) -> dict[str, Any]:
    named = {name: here[name] for name in ("programme", "inspector", "unit")}
    return {"id": new_id(), **named}


def person(here: Here) -> dict[str, Any]:
    return {"id": new_id(), "username": "lina", "name": "Lina", "password": world.PASSWORD}


def computation(here: Here) -> dict[str, Any]:
    return {"id": new_id(), "programme": here["programme"], "period": here["period"]}


def creation(here: Here) -> Sent:
    one = listed(jpeg(32, 32))
    said = metadata(id=one["id"], sha256=one["sha256"], visit=here["visit"], type=one["type"])
    return Sent(
        b"", PIECE_TYPE, {**TUS, "HTTP_UPLOAD_LENGTH": str(one["size"]), "HTTP_UPLOAD_METADATA": said}
    )


def piece(here: Here) -> Sent:
    return Sent(b"\xff\xd8\xff", PIECE_TYPE, {**TUS, "HTTP_UPLOAD_OFFSET": "0"})


def table(here: Here) -> Sent:
    head, line = "code,name,kind,parent", "63.98,Contoh,kabupaten,63"
    return files(
        programme=here["programme"], kind="regions", dry_run="true", file=upload(f"{head}\n{line}\n")
    )


def instrument(here: Here) -> Sent:
    return files(files=[upload("format = 1", "instrument.toml")])


def upload(text: str, name: str = "table.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, text.encode())


def decision(here: Here) -> dict[str, Any]:
    return {"decision": new_id(), "attempt": 1, "rev": here["rev"], "verdict": "accepted"}


BODIES: dict[str, Callable[[Here], Any]] = {
    # Orders
    "POST api/v1/assignments": order,
    "PATCH api/v1/assignments/{order}": lambda here: {"rev": 1, "briefing": "Tanyakan loketnya."},
    "POST api/v1/assignments/{order}/cancel": lambda here: {"reason": "Unit tutup."},
    "POST api/v1/assignments/{order}/reassign": lambda here: {
        "inspector": here["other_inspector"],
        "reason": "Sakit.",
    },
    "POST api/v1/conflicts": conflict,
    # People
    "POST api/v1/programmes": lambda here: {"id": new_id(), "code": "bali", "name": "Bali"},
    "POST api/v1/people": person,
    "POST api/v1/programmes/{programme}/invitations": lambda here: {
        "id": new_id(),
        "username": "lina",
        "name": "Lina",
        "email": "lina@contoh.id",
        "role": "inspector",
    },
    "POST api/v1/programmes/{programme}/members": lambda here: {
        "user": here["newcomer"],
        "role": "inspector",
    },
    # Judging
    "POST api/v1/visits/{visit}/decisions": lambda here: {
        "id": new_id(),
        "attempt": 1,
        "verdict": "accepted",
    },
    "POST api/v1/submissions/{submission}/take": lambda here: {"digest": here["late_digest"]},
    # Figures
    "POST api/v1/computations": computation,
    # Phones
    "POST api/v1/sync": lambda here: {"protocol": 1, "device": here["own_device"]},
    "POST api/v1/uploads": creation,
    "PATCH api/v1/uploads/{photo}.{generation}": piece,
    "DELETE api/v1/uploads/{photo}.{generation}": lambda here: Sent(headers=TUS),
    "POST api/v1/unsent-work": lambda here: Sent(b"PK", "application/zip"),
    # Files
    "POST api/v1/imports": table,
    "POST api/v1/checklists": instrument,
    # Pages
    "POST console/{programme}/visits/{visit}/decide/": decision,
    "POST console/{programme}/visits/{visit}/return/": decision,
    "POST console/{programme}/accept-many/": lambda here: {"id": new_id(), "visit": f"{here['visit']}:1"},
    "POST console/{programme}/computations/compute/": lambda here: {"id": new_id(), "period": here["period"]},
    "POST console/{programme}/computations/{computation}/publish/": lambda here: {"sure": "yes"},
}
