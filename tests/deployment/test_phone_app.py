"""The phone app through every server of ours: small, safe, and on one connection."""

import pytest

from tests.deployment.conftest import HOME_PAGE, SCRIPT, Door

YEAR = "public, max-age=31536000, immutable"


@pytest.mark.parametrize(
    ("accepted", "form"), [("gzip, deflate, br", ".br"), ("gzip", ".gz"), ("identity", "")]
)
def test_a_script_arrives_in_the_form_it_lies_there(door: Door, accepted: str, form: str) -> None:
    with door.line() as line:
        answer = line.ask("GET", "/app/f/a1.js", {"Accept-Encoding": accepted})
    assert (answer.status, answer.body) == (200, SCRIPT[form])
    encoding = {".br": "br", ".gz": "gzip", "": None}[form]
    assert (answer.headers.get("content-encoding"), answer.headers["cache-control"]) == (encoding, YEAR)


def test_the_home_page_keeps_its_headers_and_is_not_sent_twice(door: Door) -> None:
    with door.line() as line:
        seen = line.ask("GET", "/app/")
        head = line.ask("HEAD", "/app/")
        again = line.ask("GET", "/app/", {"If-None-Match": seen.headers["etag"]})
        assert line.ask("GET", "/healthz").status == 200
    assert (seen.status, seen.body, head.status) == (200, HOME_PAGE, 200)
    assert (again.status, again.body, again.headers["etag"]) == (304, b"", seen.headers["etag"])
    for answer in (seen, head):
        assert answer.headers["cache-control"] == "no-cache"
        assert answer.headers["content-type"] == 'text/html; charset="utf-8"'
        assert answer.headers["content-security-policy"].startswith("default-src 'none'; script-src 'self' ")
        assert answer.headers["permissions-policy"].startswith("camera=(self), geolocation=(self), ")
        assert answer.headers["cross-origin-opener-policy"] == "same-origin"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "set-cookie" not in answer.headers
        assert ("strict-transport-security" in answer.headers) == (door.kind == "nginx")


def test_without_the_last_stroke_one_is_led_home(door: Door) -> None:
    with door.line() as line:
        answer = line.ask("GET", "/app")
        missing = line.ask("GET", "/app/nothing.js")
    assert (answer.status, answer.headers["location"]) == (302, "/app/")
    assert missing.status == 404
