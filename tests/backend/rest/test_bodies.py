"""Bodies that are too long, too short, packed, nested, or no JSON at all."""

import gzip
import io
import json
import zlib

import pytest
from django.core.handlers.wsgi import WSGIHandler
from rest_framework.test import APIClient

from backend.rest.parsers import BODY_BYTES_MAX

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.backend.rest.places")]


def send(body, place="echo", content_type="application/json", **headers):
    answer = APIClient().generic("POST", f"/{place}", body, content_type, **headers)
    return answer.status_code, answer.json()


def code(body, **more):
    status, answer = send(body, **more)
    return status, answer["code"] if isinstance(answer, dict) else answer


def test_json_in_utf_8_is_understood():
    body = json.dumps({"nama": "Siti Nurhaliza ☕", "n": [1, 2.5, None, True]}, ensure_ascii=False)
    assert send(body.encode()) == (200, ascii({"nama": "Siti Nurhaliza ☕", "n": [1, 2.5, None, True]}))


@pytest.mark.parametrize(
    "body",
    [
        b"NaN",
        b'{"a": NaN}',
        b"[Infinity]",
        b"[-Infinity]",
        b"[1e999]",
        b"[-1e999]",
        b"9" * 5000,
        b"{",
        b'{"a": 1,}',
        b"{'a': 1}",
        b'{"a": "\x01"}',
        b"\xff\xfe{}",
        b"\xef\xbb\xbf{}",
        '{"a": 1}'.encode("utf-16"),
        b"\xc3\x28",
        b" ",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"[" * 100_000 + b"]" * 100_000,
    ],
    ids=lambda body: repr(body[:12]),
)
def test_what_is_not_json_is_malformed_and_breaks_nothing(body):
    assert code(body) == code(body, place="lenient") == (400, "malformed")


def test_no_body_at_all_is_no_data():
    assert send(b"") == (200, "{}")


def test_a_malformed_body_is_answered_with_the_reason():
    assert send(b"[NaN]") == (
        400,
        {
            "type": "/problems/malformed",
            "title": "This is not JSON as RFC 8259 has it.",
            "title_id": "Ini bukan JSON yang sah.",
            "status": 400,
            "code": "malformed",
            "detail": "NaN is not JSON",
        },
    )


@pytest.mark.parametrize("depth", [10, 300, 490, 600, 900, 990])
def test_a_body_nested_deeply_is_understood_or_malformed_but_never_an_accident(depth):
    status, _ = send(b"[" * depth + b"]" * depth)
    assert status in (200, 400)


@pytest.mark.parametrize(
    "body",
    [
        rb'{"a": "x\u0000y"}',
        rb'{"a\u0000": 1}',
        rb'["\ud800"]',
        rb'{"a": [{"b": "\udfff"}]}',
        rb'{"a": "\udc00\ud800"}',
    ],
)
def test_text_no_database_keeps_is_refused_except_where_testimony_arrives(body):
    assert code(body) == (400, "malformed")
    status, answer = send(body, place="lenient")
    assert (status, answer) == (200, ascii(json.loads(body)))


def test_a_surrogate_pair_is_one_letter():
    assert send(rb'["\ud83d\ude00"]') == (200, ascii(["😀"]))


# How long


def test_r3_a_body_of_exactly_the_limit_is_read_and_one_byte_more_is_not():
    whole = b'"' + b"a" * (BODY_BYTES_MAX - 2) + b'"'
    assert send(whole)[0] == 200
    assert send(whole + b" ") == (
        413,
        {
            "type": "/problems/too-large",
            "title": "The request is larger than this address takes.",
            "title_id": "Permintaan melebihi batas alamat ini.",
            "status": 413,
            "code": "too-large",
            "limit": BODY_BYTES_MAX,
        },
    )


def packed(body, **more):
    return code(body, HTTP_CONTENT_ENCODING="gzip", **more)


def test_r3_a_packed_body_is_unpacked():
    assert packed(gzip.compress(b'{"a": 1}')) == (200, "{'a': 1}")


def test_r3_a_bomb_is_not_unpacked():
    bomb = gzip.compress(b"[" + b" " * 200_000_000 + b"]")
    assert len(bomb) < BODY_BYTES_MAX
    assert packed(bomb) == (413, "too-large")
    assert packed(gzip.compress(b'"' + b"a" * BODY_BYTES_MAX + b'"')) == (413, "too-large")


@pytest.mark.parametrize(
    "body",
    [b"{}", b"\x1f\x8b", gzip.compress(b"{}")[:-1], gzip.compress(b"{}")[:12], zlib.compress(b"{}")],
    ids=["plain", "two-bytes", "cut", "head", "zlib"],
)
def test_r3_a_packed_body_that_was_cut_is_asked_for_again(body):
    assert packed(body) == packed(body, place="lenient") == (400, "body-cut")


def test_r3_a_packed_body_with_a_wrong_sum_is_asked_for_again():
    whole = bytearray(gzip.compress(b'{"a": 1}'))
    whole[-8] ^= 1
    assert packed(bytes(whole)) == (400, "body-cut")


@pytest.mark.parametrize("encoding", ["br", "deflate", "gzip, gzip", "zstd", "x" * 5000])
def test_an_unknown_packing_is_not_supported(encoding):
    assert code(b"{}", HTTP_CONTENT_ENCODING=encoding) == (415, "unknown-encoding")


def call(body, **environ):
    """Straight to the application, with an environ no honest client would make."""
    whole = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/echo",
        "CONTENT_TYPE": "application/json",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": io.StringIO(),
        "wsgi.url_scheme": "http",
        **environ,
    }
    said = []
    content = b"".join(WSGIHandler()(whole, lambda status, headers: said.append((status, dict(headers)))))
    (status, headers), answer = said[0], json.loads(content)
    return int(status[:3]), headers["Content-Type"], answer["code"] if isinstance(answer, dict) else answer


PROBLEM = "application/problem+json"


def test_r3_a_body_shorter_than_announced_is_asked_for_again():
    assert call(b'{"a": 1}', CONTENT_LENGTH="8") == (200, "application/json", "{'a': 1}")
    assert call(b'{"a": 1}', CONTENT_LENGTH="9") == (400, PROBLEM, "body-cut")
    assert call(b"", CONTENT_LENGTH="1000000000") == (400, PROBLEM, "body-cut")


def test_r3_what_comes_after_the_announced_bytes_is_not_read():
    assert call(b'{"a": 1}{"b": 2}', CONTENT_LENGTH="8") == (200, "application/json", "{'a': 1}")


@pytest.mark.parametrize("length", ["", "abc", "-5", "0", "٨", "8.0"])
def test_r3_an_absurd_length_is_no_accident(length):
    assert call(b'{"a": 1}', CONTENT_LENGTH=length)[0] in (200, 400)


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/xml", "multipart/form-data; boundary=x", "x"]
)
def test_another_form_of_content_is_not_supported(content_type):
    assert code(b"{}", content_type=content_type) == (415, "unsupported")
