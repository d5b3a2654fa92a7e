"""Photos in a bucket: a real S3 server, and one that misbehaves."""

import urllib.error
import urllib.request
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command

from backend.evidence import storage
from backend.evidence.errors import NothingKept, StoreFull, StoreUnavailable
from backend.evidence.rules import Trouble
from backend.settings import evidence_store
from tests.backend.conftest import chosen

KEY = "photos/3f/a.0"


def test_what_is_kept_can_be_read_and_removed(bucket):
    storage.keep(KEY, b"abc")
    assert (storage.read_kept(KEY), storage.open_kept(KEY).read(2), bucket.keys) == (b"abc", b"ab", [KEY])

    storage.remove(KEY)
    storage.remove(KEY)

    assert bucket.keys == []
    with pytest.raises(NothingKept):
        storage.read_kept(KEY)


def test_e4_a_name_is_written_once_and_the_same_again_is_no_fault(bucket):
    storage.keep(KEY, b"first")
    storage.keep(KEY, b"first")
    with pytest.raises(StoreUnavailable):
        storage.keep(KEY, b"other")

    assert storage.read_kept(KEY) == b"first"


def test_e4_a_put_whose_answer_was_lost_is_tried_again_and_found_done(bucket, faulty):
    faulty.does("PUT", "deaf")

    storage.keep(KEY, b"abc")

    assert (storage.read_kept(KEY), faulty.seen) == (b"abc", ["PUT", "PUT", "HEAD", "GET"])


@pytest.mark.parametrize("fault", ["500", "503", "cut", "hang"])
def test_a_store_that_stumbles_once_is_asked_again(bucket, faulty, fault):
    for method in ("PUT", "GET", "DELETE"):
        faulty.does(method, fault)

    storage.keep(KEY, b"abc")
    assert storage.read_kept(KEY) == b"abc"
    storage.remove(KEY)

    assert (bucket.keys, faulty.seen) == ([], ["PUT"] * 2 + ["GET"] * 2 + ["DELETE"] * 2)


@pytest.mark.parametrize(
    ("fault", "problem"),
    [
        ("500", StoreUnavailable),
        ("hang", StoreUnavailable),
        ("denied", StoreUnavailable),
        ("full", StoreFull),
        ("quota", StoreFull),
    ],
)
def test_a_store_that_goes_on_stumbling_is_told_as_a_problem_and_not_asked_for_ever(faulty, fault, problem):
    faulty.always("PUT", fault)

    with pytest.raises(problem):
        storage.keep(KEY, b"abc")

    assert len(faulty.seen) <= 2


def test_a_photo_has_an_address_that_holds_five_minutes_and_opens_nothing_else(bucket):
    storage.keep(KEY, b"abc")
    storage.keep("photos/3f/b.0", b"def")

    address = storage.address(KEY, media_type="image/jpeg", name="a.jpg")

    with urllib.request.urlopen(address) as answer:
        assert answer.read() == b"abc"
        shown = {name: answer.headers[name] for name in ("Content-Type", "Content-Disposition")}
    assert shown == {"Content-Type": "image/jpeg", "Content-Disposition": 'attachment; filename="a.jpg"'}
    asked = parse_qs(urlsplit(address).query)
    assert asked["X-Amz-Expires"] == ["300"]
    for changed in (address.replace("a.0", "b.0"), address.replace("X-Amz-Expires=300", "X-Amz-Expires=900")):
        with pytest.raises(urllib.error.HTTPError, match="403") as refused:
            urllib.request.urlopen(changed)
        refused.value.close()


def test_browsers_may_reach_the_store_at_another_address_than_we_do(bucket, settings, monkeypatch):
    chosen(settings, monkeypatch, {"S3_PUBLIC_ENDPOINT": "https://foto.example.go.id"})

    address = urlsplit(storage.address(KEY, media_type="image/jpeg", name="a.jpg"))

    expected = ("https", "foto.example.go.id", f"/{bucket.server.bucket}/{bucket.prefix}/{KEY}")
    assert (address.scheme, address.netloc, address.path) == expected


def test_nothing_is_ever_listed(bucket, faulty):
    storage.check()

    assert faulty.seen == ["PUT", "GET", "PUT", "HEAD", "DELETE", "GET"]


def test_a_good_store_has_no_trouble_and_keeps_nothing_of_the_check(bucket, capsys):
    call_command("check_store")

    assert (bucket.keys, capsys.readouterr().out) == (
        [],
        "Penyimpanan foto baik.\nThe store of photos is fine.\n",
    )


@pytest.mark.parametrize(
    ("told", "trouble"),
    [
        ({"S3_ENDPOINT": "http://127.0.0.1:9"}, Trouble.CANNOT_CONNECT),
        ({"S3_ENDPOINT": "http://store.invalid"}, Trouble.CANNOT_CONNECT),
        ({"S3_ACCESS_KEY": "NOBODY"}, Trouble.WRONG_KEY),
        ({"S3_SECRET_KEY": "guessed"}, Trouble.WRONG_KEY),
    ],
    ids=["nobody listens", "no such host", "unknown key", "wrong secret"],
)
def test_a_store_set_up_wrong_is_named_in_plain_words(faulty, settings, monkeypatch, told, trouble):
    chosen(settings, monkeypatch, told)

    with pytest.raises(CommandError) as raised:
        call_command("check_store")

    assert str(raised.value) == f"{trouble.words_id}\n{trouble.words} ({trouble.code})"


@pytest.mark.parametrize(
    ("method", "fault", "trouble"),
    [
        ("PUT", "no bucket", Trouble.NO_SUCH_BUCKET),
        ("PUT", "denied", Trouble.NOT_WRITABLE),
        ("PUT", "full", Trouble.FULL),
        ("GET", "denied", Trouble.NOT_READABLE),
        ("GET", "garble", Trouble.OTHER_BYTES),
        ("DELETE", "denied", Trouble.CANNOT_DELETE),
        ("PUT", "hang", Trouble.CANNOT_CONNECT),
    ],
)
def test_a_store_that_does_not_do_its_work_is_named_in_plain_words(faulty, method, fault, trouble):
    faulty.always(method, fault)

    assert storage.check() is trouble


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({"EVIDENCE_STORE": "tape"}, "EVIDENCE_STORE='tape': say disk or s3"),
        ({"EVIDENCE_STORE": "s3"}, "EVIDENCE_STORE=s3 needs S3_BUCKET, S3_ACCESS_KEY, S3_SECRET_KEY"),
        ({"EVIDENCE_STORE": "s3", "S3_BUCKET": "b"}, "EVIDENCE_STORE=s3 needs S3_ACCESS_KEY, S3_SECRET_KEY"),
    ],
)
def test_a_store_half_named_is_refused_at_the_start(monkeypatch, environment, words):
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    with pytest.raises(ImproperlyConfigured) as raised:
        evidence_store(environment["EVIDENCE_STORE"])

    assert str(raised.value) == words
