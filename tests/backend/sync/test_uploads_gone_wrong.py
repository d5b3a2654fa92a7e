"""Uploads as no phone should send them, and stores that fail: every test states the whole answer. Nothing is lost,
nothing is a 500, and the phone is told what to do next."""

import random
import resource
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
import time_machine
from django.db import connection

from backend.core.clock import now
from backend.core.ids import uuid7
from backend.evidence.models import Blob, Photo, Segment, Upload
from backend.evidence.rules import OPEN_UPLOADS_MAX, PIECES_MAX, UNFINISHED_BYTES_MAX, mib, photo_key
from backend.evidence.sweeping import sweep
from backend.feed.actions import epoch
from backend.visits.models import Visit
from tests.backend.evidence.pictures import bomb, jpeg
from tests.backend.sync.phone import head, offered, patch, submission, sync
from tests.backend.sync.test_uploads import created, cut
from tests.backend.visits.telling import listed
from tests.world import told

pytestmark = pytest.mark.django_db

PROBLEM = {
    "offset-mismatch": (
        "The next byte wanted is another one; please continue from `offset`.",
        "Byte berikutnya yang diminta adalah yang lain; lanjutkan dari `offset`.",
    ),
    "piece-too-large": (
        "This piece is larger than a piece may be, or reaches beyond the photo's announced size.",
        "Potongan ini melebihi batas, atau melewati ukuran foto yang diumumkan.",
    ),
    "upload-gone": (
        "This address takes no more bytes; /sync names a new one if any are wanted.",
        "Alamat ini tidak lagi menerima byte; /sync menyebut yang baru bila masih diperlukan.",
    ),
    "upload-unknown": ("There is no such upload.", "Unggahan ini tidak dikenal."),
    "not-your-upload": ("This upload belongs to somebody else.", "Unggahan ini milik orang lain."),
    "not-your-photo": (
        "This photo was announced by somebody else.",
        "Foto ini telah diumumkan oleh orang lain.",
    ),
    "header-wrong": (
        "A header is missing or cannot be read; `header` names it.",
        "Sebuah header tidak ada atau tidak terbaca; `header` menyebutnya.",
    ),
    "length-required": (
        "A piece says how long it is, in Content-Length.",
        "Potongan menyebut panjangnya dalam Content-Length.",
    ),
    "store-full": (
        "The server's storage is full. Nothing is lost; please keep the photo and try again later.",
        "Penyimpanan server penuh. Tidak ada yang hilang; simpan foto dan coba lagi nanti.",
    ),
    "store-unavailable": (
        "The server's storage does not answer. Nothing is lost; please keep the photo and try again later.",
        "Penyimpanan server tidak menjawab. Tidak ada yang hilang; simpan foto dan coba lagi nanti.",
    ),
    "quota": (
        "This device has too many unfinished photos under way; please finish some of them first.",
        "Perangkat ini memiliki terlalu banyak foto yang belum selesai; silakan selesaikan sebagian dahulu.",
    ),
}


def problem(status: int, code: str, **facts: object) -> tuple[int, dict[str, object]]:
    title, title_id = PROBLEM[code]
    body = {"type": f"/problems/{code}", "title": title, "title_id": title_id, "status": status, "code": code}
    return status, {**body, **facts}


def said(answer) -> tuple[int, dict[str, object] | None]:
    """The whole answer; every answer speaks the protocol and tus."""
    assert (answer["Sync-Protocol"], answer["Tus-Resumable"]) == ("1", "1.0.0")
    return answer.status_code, answer.json() if answer.content else None


def received(who, url: str) -> str | None:
    return head(who, url).get("Upload-Offset")


@pytest.fixture
def picture() -> bytes:
    return jpeg(640, 480)


@pytest.fixture
def photo(order, picture) -> dict[str, object]:
    return offered(order, listed(picture))


@pytest.fixture
def url(sari, photo) -> str:
    return sync(sari, photos=[photo])["uploads"][0]["url"]


@pytest.mark.parametrize("offset", [1, 500, 2000, 10**17])
def test_an_offset_that_lies_is_told_the_true_one(sari, url, picture, offset):
    patch(sari, url, picture[:1000])

    answer = patch(sari, url, picture[1000:1100], offset)

    assert said(answer) == problem(409, "offset-mismatch", offset=1000)
    assert (answer["Upload-Offset"], received(sari, url)) == ("1000", "1000")


def test_a_length_that_promises_more_than_comes_keeps_what_came(sari, url, picture):
    answer = cut(sari, url, picture[:700], 5000)

    assert (said(answer), answer["Upload-Offset"], received(sari, url)) == ((204, None), "700", "700")


def test_e2_a_piece_that_reaches_beyond_the_photo_is_refused_whole(sari, url, picture):
    patch(sari, url, picture[:1000])

    answer = patch(sari, url, picture[1000:] + b"more", 1000)

    remaining = len(picture) - 1000
    assert said(answer) == problem(413, "piece-too-large", limit=mib(1), remaining=remaining)
    assert received(sari, url) == "1000"


def test_a_body_that_does_not_say_how_long_it_is_is_asked_to(sari, url, picture):
    answer = cut(sari, url, picture, "", HTTP_TRANSFER_ENCODING="chunked")

    assert (said(answer), received(sari, url)) == (problem(411, "length-required"), "0")


def test_a_photo_announced_smaller_than_it_is_never_becomes_anything_else(sari, order, picture):
    short = {**offered(order, listed(picture)), "size": len(picture) - 10}
    (upload,) = sync(sari, photos=[short])["uploads"]

    answer = patch(sari, upload["url"], picture[:-10])

    assert said(answer) == problem(410, "upload-gone", photo=short["id"])
    (again,) = sync(sari, photos=[short])["uploads"]
    assert again == {"photo": short["id"], "state": "need", "offset": 0, "url": f"{upload['url'][:-1]}1"}


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor == "sqlite", reason="threads cannot share SQLite's database in memory")
def test_e3_two_connections_on_one_upload_agree_on_every_byte(sari, picture):
    from tests import world

    world.checklist()
    order = world.order(sari)
    one = offered(order, listed(picture))
    url = sync(sari, photos=[one])["uploads"][0]["url"]

    def send(seed: int) -> set[int]:
        lengths, seen, offset = random.Random(seed), set(), 0
        try:
            while offset < len(picture):
                length = lengths.randrange(200, 900)
                answer = patch(sari, url, picture[offset : offset + length], offset)
                seen.add(answer.status_code)
                offset = int(answer["Upload-Offset"])
        finally:
            connection.close()
        return seen

    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(send, (1, 2)))

    assert all(seen <= {204, 409} for seen in outcomes)
    assert sync(sari, photos=[one])["uploads"] == [{"photo": one["id"], "state": "stored"}]
    served = sari.api.get(f"/api/v1/photos/{one['id']}")
    assert b"".join(served.streaming_content) == picture
    assert Segment.objects.count() == 0


def test_rina_can_do_nothing_at_saris_address(sari, rina, url, picture):
    patch(sari, url, picture[:1000])
    tus = {"HTTP_TUS_RESUMABLE": "1.0.0"}

    assert said(patch(rina, url, picture[1000:], 1000)) == problem(403, "not-your-upload")
    assert said(rina.api.delete(url, **tus)) == problem(403, "not-your-upload")
    assert (head(rina, url).status_code, received(sari, url)) == (403, "1000")


def test_an_address_of_another_world_is_unknown(sari, picture):
    for name in (f"{uuid7()}.0", f"{uuid7()}.4294967296", f"{uuid7()}.{'9' * 40}"):
        assert said(patch(sari, f"/api/v1/uploads/{name}", picture)) == problem(404, "upload-unknown")


def test_e7_a_photo_id_of_another_inspector_is_hers_for_ever(sari, rina, order, url, photo, picture):
    assert sync(rina, photos=[photo])["uploads"] == [
        {"photo": photo["id"], "state": "bad", "reason": "not-yours"}
    ]
    assert said(created(rina, photo)) == problem(403, "not-your-photo", photo=photo["id"], reason="not-yours")
    assert said(patch(sari, url, picture)) == (204, None)


@pytest.mark.parametrize(
    "header", ["id !!!", "id AAA", "id /w==", "id 0190", "sha256", ",,,", "", "id id", "\u00e9 AAAA"]
)
def test_metadata_that_cannot_be_read_announces_nothing(sari, photo, header):
    answer = created(sari, photo, HTTP_UPLOAD_METADATA=header)

    assert said(answer) == problem(400, "header-wrong", header="Upload-Metadata")
    assert Photo.objects.count() == 0


def test_e11_ten_thousand_tiny_pieces_end_at_the_thousandth_and_the_photo_gets_a_fresh_address(sari, order):
    picture = jpeg(shade=3)
    one = offered(order, listed(picture))
    url = sync(sari, photos=[one])["uploads"][0]["url"]
    patch(sari, url, picture[:1])
    Upload.objects.update(pieces=PIECES_MAX - 20)  # most of them came before
    pieces = 1
    while (answer := patch(sari, url, picture[pieces : pieces + 1], pieces)).status_code == 204:
        pieces += 1

    assert (pieces, said(answer)) == (21, problem(410, "upload-gone", photo=one["id"]))
    assert (Segment.objects.count(), files()) == (0, [])
    (again,) = sync(sari, photos=[one])["uploads"]
    assert again == {"photo": one["id"], "state": "need", "offset": 0, "url": f"{url[:-1]}1"}
    assert said(patch(sari, again["url"], picture)) == (204, None)


def test_e10_an_upload_never_finished_expires_and_is_collected_and_the_photo_can_come_again(
    sari, url, photo, picture
):
    patch(sari, url, picture[:1000])
    assert len(files()) == 1

    with time_machine.travel(now() + timedelta(days=15)):
        sweep()
        assert (Segment.objects.count(), files()) == (0, [])
        gone = patch(sari, url, picture[1000:], 1000)
        assert said(gone) == problem(410, "upload-gone", photo=photo["id"], reason="")
        (again,) = sync(sari, photos=[photo])["uploads"]
        assert again == {"photo": photo["id"], "state": "need", "offset": 0, "url": f"{url[:-1]}1"}
        assert said(patch(sari, again["url"], picture)) == (204, None)


def test_e10_bytes_kept_by_a_server_killed_before_its_commit_are_collected_with_their_upload(
    sari, url, photo
):
    from backend.evidence import storage

    storage.keep(photo_key(UUID(str(photo["id"])), 0), b"the whole photo")
    sari.api.delete(url, HTTP_TUS_RESUMABLE="1.0.0")

    with time_machine.travel(now() + timedelta(days=91)):
        sweep()

    assert files() == []


def test_e11_a_device_with_too_much_under_way_is_asked_to_wait_and_later_goes_on(sari, order):
    many = [numbered(order, n) for n in range(OPEN_UPLOADS_MAX + 1)]
    first = sync(sari, photos=many[:OPEN_UPLOADS_MAX])["uploads"]
    assert {told["state"] for told in first} == {"need"}

    asked = sync(sari, photos=many[-2:])["uploads"]

    wait = {"photo": many[-1]["id"], "state": "wait", "reason": "quota"}
    assert (asked, Photo.objects.count()) == ([first[-1], wait], OPEN_UPLOADS_MAX)
    refused = created(sari, many[-1])
    assert (said(refused), refused["Retry-After"]) == (problem(429, "quota"), "60")
    sari.api.delete(first[0]["url"], HTTP_TUS_RESUMABLE="1.0.0")
    assert sync(sari, photos=many[-1:])["uploads"][0]["state"] == "need"
    assert sync(sari, photos=many[:1])["uploads"] == [{**wait, "photo": many[0]["id"]}]


def test_e11_a_device_with_half_a_gibibyte_of_pieces_is_asked_to_wait(sari, order, url):
    Upload.objects.update(size=UNFINISHED_BYTES_MAX, offset=UNFINISHED_BYTES_MAX)
    one = numbered(order, 1)

    told_to = sync(sari, photos=[one])["uploads"]

    assert told_to == [{"photo": one["id"], "state": "wait", "reason": "quota"}]


def test_a_piece_that_was_lost_in_the_store_starts_the_photo_anew(sari, url, photo, picture, settings):
    patch(sari, url, picture[:1000])
    for path in Path(settings.MEDIA_ROOT).glob("pieces/*/*"):
        path.unlink()

    assert said(patch(sari, url, picture[1000:], 1000)) == problem(410, "upload-gone", photo=photo["id"])
    (again,) = sync(sari, photos=[photo])["uploads"]
    assert said(patch(sari, again["url"], picture)) == (204, None)


@pytest.mark.parametrize("pieces", [1, 3])
def test_e12_a_full_disk_loses_nothing_and_the_photo_goes_on_when_there_is_room(
    sari, url, photo, picture, pieces
):
    sync(sari)
    length = len(picture) // pieces + 1
    cuts = [(at, picture[at : at + length]) for at in range(0, len(picture), length)]
    for at, piece in cuts:
        with no_file_beyond(100):
            answer = patch(sari, url, piece, at)
        assert (said(answer), answer["Retry-After"]) == (problem(507, "store-full"), "300")
        assert received(sari, url) == str(at)
        assert said(patch(sari, url, piece, at)) == (204, None)

    assert files() == [photo_key(UUID(str(photo["id"])), 0)]


@pytest.mark.parametrize(
    ("fault", "status", "code", "wait"),
    [
        ("503", 503, "store-unavailable", "5"),
        ("hang", 503, "store-unavailable", "5"),
        ("denied", 503, "store-unavailable", "5"),
        ("full", 507, "store-full", "300"),
    ],
)
def test_e12_a_bucket_that_takes_nothing_loses_nothing(
    sari, url, photo, picture, bucket, faulty, fault, status, code, wait
):
    key = photo_key(UUID(str(photo["id"])), 0)
    for piece in (picture[:1000], picture):
        faulty.always("PUT", fault)
        answer = patch(sari, url, piece)
        assert (said(answer), answer["Retry-After"]) == (problem(status, code), wait)
        assert (received(sari, url), bucket.keys) == ("0", [])

    faulty.heals()
    assert said(patch(sari, url, picture)) == (204, None)
    assert (bucket.keys, Photo.objects.get().state) == ([key], "stored")


def test_e12_a_bucket_that_cannot_be_read_holds_the_last_piece_up_and_loses_none(
    sari, url, photo, picture, bucket, faulty
):
    patch(sari, url, picture[:1000])
    faulty.always("GET", "500")

    answer = patch(sari, url, picture[1000:], 1000)

    assert (said(answer), answer["Retry-After"]) == (problem(503, "store-unavailable"), "5")
    assert head(sari, url).status_code == 503
    assert sync(sari, photos=[photo])["uploads"][0]["offset"] == len(picture)
    faulty.heals()
    assert sync(sari, photos=[photo])["uploads"] == [{"photo": photo["id"], "state": "stored"}]
    assert bucket.keys == [photo_key(UUID(str(photo["id"])), 0)]


def test_e12_a_bucket_that_does_not_let_go_of_pieces_keeps_no_photo_waiting(
    sari, url, photo, picture, bucket, faulty
):
    patch(sari, url, picture[:1000])
    faulty.always("DELETE", "denied")

    last = patch(sari, url, picture[1000:], 1000)

    assert (said(last), last["Photo-State"]) == ((204, None), "stored")
    assert (sweep(), len(bucket.keys)) == (1, 3)
    faulty.heals()
    assert (sweep(), bucket.keys) == (1, [photo_key(UUID(str(photo["id"])), 0)])
    assert sweep() == 0


def test_e4_a_put_whose_answer_was_lost_is_no_second_photo(sari, url, photo, picture, bucket, faulty):
    faulty.does("PUT", "deaf", "500")  # done, not heard; and the second try is refused
    assert patch(sari, url, picture).status_code == 503
    assert bucket.keys == [photo_key(UUID(str(photo["id"])), 0)]

    assert said(patch(sari, url, picture)) == (204, None)
    assert (len(bucket.keys), Blob.objects.count()) == (1, 1)


def test_a_photo_in_a_bucket_is_fetched_from_there(sari, url, photo, picture, bucket):
    from urllib.request import urlopen

    patch(sari, url, picture)

    answer = sari.api.get(f"/api/v1/photos/{photo['id']}")
    small = sari.api.get(f"/api/v1/photos/{photo['id']}/thumbnail")

    assert [(one.status_code, one["Cache-Control"]) for one in (answer, small)] == [
        (302, "private, no-store")
    ] * 2
    with urlopen(answer["Location"]) as fetched:
        assert (fetched.read(), fetched.headers["Content-Type"]) == (picture, "image/jpeg")
    with urlopen(small["Location"]) as fetched:
        assert fetched.read().startswith(b"\xff\xd8\xff")


def test_a_phone_that_asks_whether_a_photo_is_there_is_sent_nowhere(sari, url, photo, picture, bucket):
    """A phone may not look behind a redirect, and follows none."""
    there = f"/api/v1/photos/{photo['id']}"
    assert sari.api.head(there).status_code == 404

    patch(sari, url, picture)

    answer = sari.api.head(there)
    assert (answer.status_code, answer["Content-Type"], answer.content) == (200, "image/jpeg", b"")


def test_a_store_that_is_away_is_said_to_whoever_looks_at_a_photo(sari, url, photo, picture, faulty):
    patch(sari, url, picture)
    faulty.always("GET", "503")

    answer = sari.api.get(f"/api/v1/photos/{photo['id']}/thumbnail")

    assert (answer.status_code, answer.json()["code"], answer["Retry-After"]) == (
        503,
        "store-unavailable",
        "5",
    )
    assert Photo.objects.get().state == "stored"


def test_y8_a_photo_that_cannot_be_decoded_is_found_at_the_first_look_and_its_visits_say_so(
    sari, budi, order
):
    """It keeps to the form of a PNG from head to end, and holds a fraction of the bytes it should."""
    hollow = bomb(100, 100)
    one, same = listed(hollow), listed(hollow)
    sync(sari, submission(order, photos=[one, same]), photos=[offered(order, one)])
    assert patch(sari, f"/api/v1/uploads/{one['id']}.0", hollow)["Photo-State"] == "stored"
    assert sync(sari, photos=[offered(order, same)])["uploads"][0]["state"] == "have"
    assert (Visit.objects.get().photos_missing, Visit.objects.get().flags) == (0, [])

    looks = [told(budi.api, f"photos/{one['id']}/thumbnail", method="get") for _ in range(2)]

    bad = {"photo": one["id"], "reason": "incomplete-image"}
    assert [(status, answer["code"], answer["reason"]) for status, answer in looks] == [
        (404, "no-such-photo", "incomplete-image")
    ] * 2
    visit = Visit.objects.get()
    saw = {"photos": sorted([bad, {**bad, "photo": same["id"]}], key=lambda one: one["photo"])}
    assert (visit.photos_missing, visit.flags) == (0, [{"flag": "bad_photo", "saw": saw}])
    assert sync(sari, photos=[offered(order, one)])["uploads"] == [{**bad, "state": "bad"}]
    assert Blob.objects.get().state == "condemned"


def numbered(order, n: int) -> dict[str, object]:
    return offered(order, {**listed(b"a photo"), "sha256": f"{n:043d}"})


def files() -> list[str]:
    from django.conf import settings

    root = Path(settings.MEDIA_ROOT)
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())


@contextmanager
def no_file_beyond(size: int) -> Iterator[None]:
    """The operating system itself writes no file of this process beyond so many bytes."""
    usual = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, usual[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, usual)


def test_what_an_address_refuses_is_refused_in_this_servers_history(sari, rina, order, picture):
    url = sync(sari, photos=[offered(order, listed(picture))])["uploads"][0]["url"]
    for who, offset, status in ((sari, 7, 409), (rina, 0, 403)):
        answer = patch(who, url, b"x", offset)
        assert (answer.status_code, answer["Sync-Epoch"]) == (status, epoch())


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor == "sqlite", reason="threads cannot share SQLite's database in memory")
def test_e3_photos_announced_twice_at_once_are_written_down_once_and_without_alarm(sari, caplog):
    from tests import world

    world.checklist()
    order = world.order(sari)
    rounds = [[offered(order, listed(jpeg(shade=turn * 6 + n))) for n in range(6)] for turn in range(8)]

    def announce(photos) -> list[str]:
        try:
            return [told["state"] for told in sync(sari, photos=photos)["uploads"]]
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        for photos in rounds:
            assert list(pool.map(announce, (photos, photos))) == [["need"] * 6] * 2
    assert Upload.objects.count() == Photo.objects.count() == 48
    assert caplog.records == []
