"""Requests that are done once, however often they are sent: `Idempotency-Key`.

The behaviour is that of the last IETF draft of this header (draft-ietf-httpapi-idempotency-key-header-07, expired
in April 2026). The answer is kept in the transaction of the effect, so a kill leaves both or neither.
Only what was done is kept. A refusal changed nothing: its transaction is rolled back and its key stays free, so a
person who has put the cause right may send the same request under the same key and have it done.
"""

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, cast
from uuid import UUID

from django.db import connection
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.utils.crypto import salted_hmac
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from backend.core.clock import now
from backend.journal.actions import transaction_of_one_action
from backend.rest.errors import KeyReused, KeyUnreadable, Malformed, StillInProgress
from backend.rest.models import KEY_LENGTH_MAX, KeptAnswer
from backend.rest.renderers import JSON

KEY = re.compile(rf"[\x20-\x7e]{{1,{KEY_LENGTH_MAX}}}")
KEPT_HEADERS = ("ETag", "Location")

IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "minLength": 1, "maxLength": KEY_LENGTH_MAX, "pattern": r"^[\x20-\x7e]*$"},
    OpenApiParameter.HEADER,
    description="The same request under the same key is done once, and answered alike for seven days",
)


@dataclass(frozen=True)
class Asked:
    """Who asked for what, under which key of hers."""

    user: UUID
    key: str
    fingerprint: str


class Once(APIView):
    """A view whose POSTs are done once a key. They say `return self.once(lambda: ...)`."""

    def once(
        self, do: Callable[[], Response], *, first: Callable[[], object] | None = None
    ) -> HttpResponseBase:
        """What `do` answers; without a key that is all.

        do      the effect and its answer, in one transaction with the note that it was done
        first   what takes long and needs no transaction; done before it begins
        Raises what both raise, KeyUnreadable, KeyReused, StillInProgress.
        """
        asked = read(self.request)
        if asked is None:
            return do()
        if again := _kept(asked):
            return again
        if first is not None:
            first()
        with transaction_of_one_action():
            _take_turn(asked)
            if again := _kept(asked):
                return again
            answer = do()
            _keep(asked, answer)
        return answer


def read(request: Request) -> Asked | None:
    """None without the header. Raises KeyUnreadable."""
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return None
    if not KEY.fullmatch(key):
        raise KeyUnreadable()
    return Asked(cast(Any, request.user).pk, key, fingerprint(request))


def fingerprint(request: Request) -> str:
    """Of method, address and content. Keyed with the server's secret: of a person's registration it would
    otherwise be a quick hash of her password."""
    data: Any = request.data
    if hasattr(data, "lists"):
        data = {name: [_said(value) for value in values] for name, values in data.lists()}
    try:
        content = json.dumps(data, sort_keys=True, separators=(",", ":"))
    except RecursionError:
        raise Malformed() from None
    digest = sha256(content.encode()).hexdigest()
    said = f"{request.method} {request.get_full_path()} {digest}"
    return salted_hmac("samar.rest.once", said, algorithm="sha256").hexdigest()


def _said(value: Any) -> Any:
    """A field of a form; of a file its name and the hash of its bytes."""
    if isinstance(value, str):
        return value
    digest = sha256()
    pieces: Iterable[bytes] = value.chunks()
    for piece in pieces:
        digest.update(piece)
    value.seek(0)
    return {"name": value.name, "sha256": digest.hexdigest()}


def _take_turn(asked: Asked) -> None:
    """Nobody else works under this key until this transaction ends, also when it ends by a kill.

    On SQLite the transaction itself is the turn: the second one waits for it and finds the answer. Raises
    StillInProgress.
    """
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [turn(asked)])
        (mine,) = cursor.fetchone()
    if not mine:
        raise StillInProgress()


def turn(asked: Asked) -> int:
    """The number of the advisory lock: 64 bits of a person's key."""
    name = sha256(f"{asked.user} {asked.key}".encode()).digest()[:8]
    return int.from_bytes(name, "big", signed=True)


def _kept(asked: Asked) -> HttpResponse | None:
    """The answer that was given. Raises KeyReused when it was to another request."""
    kept = KeptAnswer.objects.filter(user=asked.user, key=asked.key).first()
    if kept is None:
        return None
    if kept.fingerprint != asked.fingerprint:
        raise KeyReused()
    headers = {**kept.headers, "Idempotent-Replay": "true"}
    return HttpResponse(
        bytes(kept.body), status=kept.status, headers=headers, content_type="application/json"
    )


def _keep(asked: Asked, answer: Response) -> None:
    KeptAnswer.objects.create(
        user=asked.user,
        key=asked.key,
        fingerprint=asked.fingerprint,
        status=answer.status_code,
        headers={name: answer[name] for name in KEPT_HEADERS if name in answer},
        body=JSON().render(answer.data),
        answered_at=now(),
    )
