"""Every answer that is no success, as docs/protocol.md lists them: what it says, that it is ours, and that the phone
which got it loses nothing: the photo goes on at the byte where it was, the visit is told as if nothing had been."""

import errno
import gzip
import io
import logging
import os
from collections.abc import Callable
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import DatabaseError, OperationalError, connection
from rest_framework.test import APIClient

from backend.core.clock import now
from backend.core.ids import uuid7
from backend.people.models import Device, DeviceToken, User
from backend.people.throttles import LoginsPerName
from backend.visits.models import Submission
from tests import world
from tests.backend.evidence.pictures import jpeg
from tests.backend.sync.phone import TUS, offered, patch, request, submission, sync
from tests.backend.visits.telling import listed

pytestmark = pytest.mark.django_db

SENT_BYTES = 100
MIB = 1024 * 1024


@dataclass
class Phone:
    """Sari's, with one photo of which the server has a hundred bytes, and a visit she has not told yet."""

    who: Any
    order: Any
    picture: bytes
    url: str

    def post(self, body: bytes, **headers: Any) -> Any:
        """To /sync, as a plain stream: the test client's own refuses to be read beyond its end."""
        length = headers.pop("CONTENT_LENGTH", str(len(body)))
        said = {"wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": length, **headers}
        return self.who.api.post("/api/v1/sync", b"", content_type="application/json", **said)

    def sync(self, **more: Any) -> Any:
        return self.who.api.post("/api/v1/sync", request(self.who, **more), format="json")

    def patch(
        self, url: str = "", content: bytes | None = None, offset: int = SENT_BYTES, **more: Any
    ) -> Any:
        rest = self.picture[SENT_BYTES:] if content is None else content
        return patch(self.who, url or self.url, rest, offset, **more)


@pytest.fixture
def phone(sari, order, monkeypatch):
    cache.clear()
    sari.api.raise_request_exception = False
    picture = jpeg(64, 48)
    (told,) = sync(sari, photos=[offered(order, listed(picture))])["uploads"]
    held = Phone(sari, order, picture, told["url"])
    assert held.patch(content=picture[:SENT_BYTES], offset=0).status_code == 204
    yield held
    cache.clear()


# Causes: true while the answer is made, and gone afterwards.


@contextmanager
def nothing(phone):
    yield


@contextmanager
def changed(model, back, **values):
    model.objects.update(**values)
    yield
    model.objects.update(**back)


def token_expired(phone):
    back = {"expiry": now() + timedelta(days=9)}
    return changed(DeviceToken, back, expiry=now() - timedelta(seconds=1))


def device_revoked(phone):
    return changed(Device, {"revoked_at": None}, revoked_at=now())


def account_off(phone):
    return changed(User, {"is_active": True}, is_active=False)


@contextmanager
def disk_says(number):
    """The world's edge: the operating system refuses to make the bytes durable."""

    def refuse(handle: int) -> None:
        raise OSError(number, os.strerror(number))

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(os, "fsync", refuse)
        yield


@contextmanager
def database_says(error):
    """Django's own hook between us and the database: it fails for every list of changes."""

    def refuse(execute, sql, params, many, context):
        if "feed_" in sql:
            raise error
        return execute(sql, params, many, context)

    # What was put on record already stays; what is asked now fails.
    with connection.execute_wrapper(refuse):
        yield


@contextmanager
def many_tries(phone):
    """As if somebody had tried all minute long."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(LoginsPerName, "THROTTLE_RATES", {"login-name": "1/min"})
        try_a_password(phone)
        yield


def try_a_password(phone):
    device = {"id": str(phone.who.device.pk), "name": "Telepon"}
    said = {"username": "sari", "password": "salah", "device": device}
    return APIClient().post("/api/v1/login", said, format="json")


def given_up(phone):
    """Another photo's upload, ended by the phone."""
    (told,) = sync(phone.who, photos=[offered(phone.order, listed(jpeg(32, 32)))])["uploads"]
    phone.who.api.delete(told["url"], **TUS)
    return phone.patch(told["url"], b"x", 0)


def anothers(phone):
    rina = world.person("rina")
    return patch(rina, phone.url, phone.picture[SENT_BYTES:], SENT_BYTES)


def without_token(phone, **headers):
    return APIClient().post("/api/v1/sync", request(phone.who), format="json", **headers)


def two_under_one_key(phone):
    """What a coordinator's page sent twice under one key."""
    root = world.person("root", administrator=True)
    said = {"code": "jabar", "name": "Jawa Barat"}
    for _ in range(2):
        body = {"id": str(uuid7()), **said}
        answer = root.api.post("/api/v1/programmes", body, format="json", HTTP_IDEMPOTENCY_KEY="k")
    return answer


@dataclass(frozen=True)
class Row:
    status: int
    code: str
    ask: Callable[[Phone], Any]
    cause: Callable[[Phone], Any] = nothing
    headers: dict[str, str] = field(default_factory=dict)
    later: bool = False  # it says when to come back


GZIP = {"HTTP_CONTENT_ENCODING": "gzip"}
TABLE = {
    "no JSON": Row(400, "malformed", lambda p: p.post(b"{")),
    "another protocol": Row(400, "protocol-unknown", lambda p: p.sync(protocol=2)),
    "a line that was cut": Row(400, "body-cut", lambda p: p.post(b"{}", CONTENT_LENGTH="1000")),
    "gzip that was cut": Row(400, "body-cut", lambda p: p.post(gzip.compress(b"{}" * 99)[:-5], **GZIP)),
    "gzip that is none": Row(400, "body-cut", lambda p: p.post(b"{}", **GZIP)),
    "a header out of shape": Row(400, "header-wrong", lambda p: p.patch(HTTP_UPLOAD_OFFSET="x")),
    "no token": Row(401, "unauthenticated", without_token, headers={"WWW-Authenticate": "Bearer"}),
    "a token nobody knows": Row(
        401, "token-unknown", lambda p: without_token(p, HTTP_AUTHORIZATION=f"Bearer {'ab' * 32}")
    ),
    "a token of last year": Row(401, "token-expired", lambda p: p.sync(), token_expired),
    "a device that was revoked": Row(403, "device-revoked", lambda p: p.sync(), device_revoked),
    "an account switched off": Row(403, "user-disabled", lambda p: p.sync(), account_off),
    "another's device": Row(403, "not-your-device", lambda p: p.sync(device=str(uuid7()))),
    "another's upload": Row(403, "not-your-upload", anothers),
    "an address that is not there": Row(404, "not-found", lambda p: p.who.api.get("/api/v1/nowhere")),
    "an upload that is not there": Row(
        404, "upload-unknown", lambda p: p.patch(f"/api/v1/uploads/{uuid7()}.0")
    ),
    "a method that is not there": Row(405, "wrong-method", lambda p: p.who.api.put("/api/v1/sync")),
    "a form we do not speak": Row(
        406, "not-in-that-form", lambda p: p.who.api.get("/api/v1/visits", HTTP_ACCEPT="text/html")
    ),
    "an offset behind": Row(
        409, "offset-mismatch", lambda p: p.patch(offset=0), headers={"Upload-Offset": str(SENT_BYTES)}
    ),
    "an offset ahead": Row(
        409, "offset-mismatch", lambda p: p.patch(offset=101), headers={"Upload-Offset": str(SENT_BYTES)}
    ),
    "an upload that ended": Row(410, "upload-gone", given_up),
    "another version of tus": Row(
        412, "tus-version", lambda p: p.patch(HTTP_TUS_RESUMABLE="0.2.2"), headers={"Tus-Version": "1.0.0"}
    ),
    "more than a mebibyte": Row(413, "too-large", lambda p: p.post(b" " * (MIB + 1))),
    "a gzip bomb": Row(413, "too-large", lambda p: p.post(gzip.compress(b" " * 50 * MIB), **GZIP)),
    "too many items": Row(413, "too-many-things", lambda p: p.sync(items=[None] * 51)),
    "a piece beyond the photo": Row(413, "piece-too-large", lambda p: p.patch(content=b"x" * len(p.picture))),
    **{
        f"{encoding} that nobody unpacks": Row(
            415,
            "unknown-encoding",
            lambda p, encoding=encoding: p.post(b"{}", HTTP_CONTENT_ENCODING=encoding),
            headers={"Accept-Encoding": "gzip, identity"},
        )
        for encoding in ("br", "deflate", "zstd", "gzip, gzip")
    },
    "a piece that is called something else": Row(
        415, "piece-type", lambda p: p.patch(content_type="image/jpeg")
    ),
    "a body that is no JSON by its own word": Row(
        415,
        "unsupported",
        lambda p: p.who.api.post("/api/v1/people", b"<a/>", content_type="application/xml"),
        headers={"Accept": "application/json"},
    ),
    "a key sent with another request": Row(422, "idempotency-key-reused", two_under_one_key),
    "an app that is too old": Row(426, "upgrade-required", lambda p: p.sync(client="fieldsync/0.0.1")),
    "too many tries": Row(429, "too-many-tries", try_a_password, many_tries, later=True),
    "a checksum that differs": Row(
        460, "checksum-mismatch", lambda p: p.patch(HTTP_UPLOAD_CHECKSUM="sha256 " + "A" * 43 + "=")
    ),
    "what nobody expected": Row(
        500,
        "problem",
        lambda p: p.who.api.get("/api/v1/changes"),
        lambda p: database_says(DatabaseError("insides: SELECT secret FROM people_user")),
    ),
    "a database that is away": Row(
        503,
        "unavailable",
        lambda p: p.who.api.get("/api/v1/changes"),
        lambda p: database_says(OperationalError("insides: host 10.0.0.7")),
        later=True,
    ),
    "a store that does not answer": Row(
        503, "store-unavailable", lambda p: p.patch(), lambda p: disk_says(errno.EIO), later=True
    ),
    "a full disk": Row(507, "store-full", lambda p: p.patch(), lambda p: disk_says(errno.ENOSPC), later=True),
}


@pytest.mark.parametrize("row", TABLE.values(), ids=TABLE)
def test_r1_every_row_of_the_error_table_is_a_problem_of_ours_and_the_phone_loses_nothing(phone, row, caplog):
    with caplog.at_level(logging.ERROR), row.cause(phone):
        answer = row.ask(phone)

    problem = answer.json()
    assert (answer.status_code, problem["status"], problem["code"]) == (row.status, row.status, row.code)
    assert (answer["Content-Type"], answer["Sync-Protocol"]) == ("application/problem+json", "1")
    assert problem["type"] == f"/problems/{row.code}"
    assert all(len(words) > 10 for words in (problem["title"], problem["title_id"]))
    assert problem["title"] != problem["title_id"]
    assert row.headers.items() <= answer.headers.items()
    assert ("Retry-After" in answer) == row.later
    assert not row.later or 1 <= int(answer["Retry-After"]) <= 600
    assert "insides" not in answer.content.decode()
    if row.status == 500:
        assert problem["trace"] in caplog.text

    with ExitStack() as unharmed:
        unharmed.callback(cache.clear)
        assert Submission.objects.count() == 0
        where = phone.who.api.head(phone.url, **TUS)
        assert (where.status_code, where["Upload-Offset"]) == (200, str(SENT_BYTES))
        assert phone.patch()["Photo-State"] == "stored"
        assert sync(phone.who, submission(phone.order))["results"][0]["slot"] == "current"


PLACES = [
    "/%00",
    "/api/v1/%00",
    "/api/v1/%ff%fe",
    "//api/v1/me",
    "/api/v1/me%0d%0aX: y",
    "/api/v1/" + "a" * 9000,
]


@pytest.mark.parametrize("place", PLACES)
def test_r1_a_path_that_cannot_be_is_not_found(sari, place):
    answer = sari.api.get(place)
    assert (answer.status_code, answer["Content-Type"], answer.json()["code"]) == (
        404,
        "application/problem+json",
        "not-found",
    )


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1:x", "a b", "[::1", "127.0.0.1\x00"])
def test_r1_a_host_that_is_not_ours_is_refused_as_a_problem(sari, host, caplog):
    with caplog.at_level(logging.CRITICAL, logger="django.security.DisallowedHost"):
        answer = sari.api.get("/api/v1/devices", HTTP_HOST=host)
    assert (answer.status_code, answer["Content-Type"], answer["Sync-Protocol"], answer.json()) == (
        400,
        "application/problem+json",
        "1",
        {
            "type": "/problems/invalid",
            "title": "What was sent cannot be understood.",
            "title_id": "Isi yang dikirim tidak dapat dipahami.",
            "status": 400,
            "code": "invalid",
        },
    )


@pytest.mark.parametrize(
    "query", ["?after=%00", "?after=%ff", "?limit=-1&limit=x", "?programme=%00", "?" + "a=1&" * 3000]
)
def test_r1_a_query_that_cannot_be_is_read_or_refused_and_is_no_accident(sari, query):
    answer = sari.api.get(f"/api/v1/assignments{query}")
    assert answer.status_code in (200, 400)
    assert answer.status_code == 200 or answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("encoding", ["", "identity", "gzip", "GZIP", " gzip "])
def test_r3_a_body_may_come_plain_or_as_gzip(phone, encoding):
    body = b'{"protocol": 1, "device": "%s"}' % str(phone.who.device.pk).encode()
    packed = gzip.compress(body) if "gzip" in encoding.lower() else body
    assert phone.post(packed, HTTP_CONTENT_ENCODING=encoding).status_code == 200
