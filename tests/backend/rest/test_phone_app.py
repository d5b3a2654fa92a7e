"""Whoever opens /app/ gets the notebook: whole, small, safe to keep, and without being asked who she is."""

import gzip
import json
import os
from pathlib import Path

import pytest
from django.test import Client

POLICY = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' blob: data:; "
    "media-src 'self' blob:; connect-src 'self'; worker-src 'self'; manifest-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)
SAFE = {
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
}
FILES = {
    "index.html": b"<!doctype html><title>Catatan</title>",
    "sw.js": b"self",
    "catatan.webmanifest": b"{}",
    "ikon.svg": b"<svg/>",
    "f/a1b2.js": b"let a = 1;" * 50,
    "f/c3d4.css": b"p{}",
    "f/e5f6.wasm": b"\0asm",
}
PACKED = gzip.compress(FILES["f/a1b2.js"])
YEAR = "public, max-age=31536000, immutable"


@pytest.fixture
def folder(settings, tmp_path) -> Path:
    settings.PHONE_APP = tmp_path / "dist"
    return tmp_path / "dist"


@pytest.fixture
def app(folder) -> Path:
    (folder / "f").mkdir(parents=True)
    for name, content in FILES.items():
        (folder / name).write_bytes(content)
    (folder / "f/a1b2.js.gz").write_bytes(PACKED)
    (folder / "f/a1b2.js.br").write_bytes(b"smaller")
    return folder


class Answer:
    """Read to its end, which closes the file."""

    def __init__(self, path: str, *, method: str = "get", by: Client | None = None, **headers: str) -> None:
        told = getattr(by or Client(), method)(path, headers=headers)
        self.status, self.headers, self.cookies = told.status_code, dict(told.headers), told.cookies
        self.body = b"".join(told.streaming_content) if told.streaming else told.content

    def __getitem__(self, header: str) -> str:
        return self.headers[header]


@pytest.mark.parametrize(
    ("path", "name", "type", "kept"),
    [
        ("/app/", "index.html", 'text/html; charset="utf-8"', "no-cache"),
        ("/app/index.html", "index.html", 'text/html; charset="utf-8"', "no-cache"),
        ("/app/sw.js", "sw.js", 'text/javascript; charset="utf-8"', "no-cache"),
        ("/app/catatan.webmanifest", "catatan.webmanifest", "application/manifest+json", "no-cache"),
        ("/app/ikon.svg", "ikon.svg", "image/svg+xml", "no-cache"),
        ("/app/f/a1b2.js", "f/a1b2.js", 'text/javascript; charset="utf-8"', YEAR),
        ("/app/f/c3d4.css", "f/c3d4.css", 'text/css; charset="utf-8"', YEAR),
        ("/app/f/e5f6.wasm", "f/e5f6.wasm", "application/wasm", YEAR),
    ],
)
def test_every_file_comes_as_what_it_is_and_says_how_long_to_keep_it(app, path, name, type, kept):
    answer = Answer(path)
    assert (answer.status, answer.body) == (200, FILES[name])
    assert (answer["Content-Type"], answer["Cache-Control"]) == (type, kept)
    assert {header: answer[header] for header in SAFE} == SAFE
    assert answer["Permissions-Policy"].startswith(
        "camera=(self), geolocation=(self), screen-wake-lock=(self), accelerometer=()"
    )
    assert "microphone=()" in answer["Permissions-Policy"]


@pytest.mark.parametrize(
    ("accepted", "encoding", "content"),
    [
        ("gzip, deflate, br", "br", b"smaller"),
        ("gzip", "gzip", PACKED),
        ("identity", None, FILES["f/a1b2.js"]),
    ],
    ids=["br", "gzip", "identity"],
)
def test_a_phone_gets_the_smallest_form_it_can_read(app, accepted, encoding, content):
    answer = Answer("/app/f/a1b2.js", **{"Accept-Encoding": accepted})
    assert (answer.headers.get("Content-Encoding"), answer["Vary"]) == (encoding, "Accept-Encoding")
    assert answer.body == content


def test_head_says_the_same_and_sends_nothing(app):
    asked, told = Answer("/app/"), Answer("/app/", method="head")
    assert (told.status, told.body) == (200, b"")
    assert told.headers == asked.headers


def test_nothing_under_app_sets_a_cookie(app, budi):
    browser = Client()
    browser.force_login(budi.user)
    for path in ("/app", "/app/", "/app/sw.js", "/app/f/a1b2.js", "/app/nothing.js"):
        assert Answer(path, by=browser).cookies == {}, path
        assert Answer(path).cookies == {}, path


def test_who_leaves_the_last_stroke_out_is_led_home(app):
    answer = Answer("/app")
    assert (answer.status, answer["Location"]) == (302, "/app/")


@pytest.mark.parametrize(
    "path",
    [
        "/app/nothing.js",
        "/app/f/",
        "/app/f",
        "/app/f/a1b2.js.gz",
        "/app/../backend/settings.py",
        "/app/%2e%2e/%2e%2e/%2e%2e/backend/settings.py",
        "/app/..%2f..%2f..%2fpyproject.toml",
        "/app//etc/passwd",
        "/app/f/../../dist/index.html",
        "/app/\\..\\index.html",
    ],
)
def test_what_is_not_part_of_the_app_is_not_there_wherever_it_lies(app, path):
    answer = Answer(path)
    assert (answer.status, json.loads(answer.body)["code"]) == (404, "not-found")
    assert answer["Content-Security-Policy"] == POLICY


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_the_app_is_only_read(app, method):
    for path in ("/app/", "/app/f/a1b2.js", "/app/nothing"):
        answer = Answer(path, method=method, by=Client(enforce_csrf_checks=True))
        assert (answer.status, answer["Allow"].split(", ")) == (405, ["GET", "HEAD"])


def test_a_phone_that_has_the_file_is_told_so_in_a_few_bytes(app):
    seen = Answer("/app/")
    again = Answer("/app/", **{"If-None-Match": seen["ETag"]})
    assert (again.status, again.body, again["ETag"]) == (304, b"", seen["ETag"])


def test_a_new_version_of_the_same_size_and_time_is_another_one(app):
    """As packages are installed whose files all have one time."""
    browser, index = Client(), app / "index.html"
    seen = Answer("/app/", by=browser)
    newer = FILES["index.html"].replace(b"Catatan", b"NATATAC")
    replaced = app / "new.html"
    replaced.write_bytes(newer)
    os.utime(replaced, (index.stat().st_atime, index.stat().st_mtime))
    replaced.replace(index)
    assert Answer("/app/", by=browser, **{"If-None-Match": seen["ETag"]}).body == newer


def test_a_build_made_while_the_server_runs_is_served_whole_and_the_old_one_no_more(app):
    browser = Client()
    assert Answer("/app/f/a1b2.js", by=browser).status == 200
    (app / "f/a1b2.js").unlink()
    assert Answer("/app/f/a1b2.js", by=browser).status == 404  # between the two, never a 500
    (app / "f/9z8y.js").write_bytes(b"let b")
    (app / "index.new").write_bytes(b"<p>f/9z8y.js")
    (app / "index.new").replace(app / "index.html")
    assert Answer("/app/", by=browser).body == b"<p>f/9z8y.js"
    assert Answer("/app/f/9z8y.js", by=browser).body == b"let b"


@pytest.mark.parametrize("path", ["/app/", "/app/sw.js", "/app/f/a1b2.js"])
def test_where_no_app_was_built_a_page_says_how_in_both_languages(folder, path):
    answer = Answer(path)
    assert (answer.status, answer["Cache-Control"]) == (503, "no-store")
    text = answer.body.decode()
    assert "Jalankan <code>make app</code>" in text
    assert "Run <code>make app</code>" in text
    assert {header: answer[header] for header in SAFE} == SAFE
