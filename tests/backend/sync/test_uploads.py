"""Photos in pieces, as tus 1.0 has them: cut, repeated, garbled, and by clients we did not write."""

import base64
import hashlib
from io import BytesIO
from uuid import UUID

import pytest
from django.db import DatabaseError, connection

from backend.core.digests import sha256_bytes
from backend.core.ids import uuid7
from backend.evidence.models import Photo, Segment, Upload
from backend.evidence.rules import mib
from backend.visits.models import Visit
from tests.backend.evidence.pictures import PDF, bomb, jpeg
from tests.backend.sync.phone import (
    PIECE_TYPE,
    TUS,
    counted,
    head,
    metadata,
    offered,
    patch,
    submission,
    sync,
)
from tests.backend.visits.telling import listed
from tests.world import A_UUID

pytestmark = pytest.mark.django_db


@pytest.fixture
def picture() -> bytes:
    return jpeg(640, 480)


@pytest.fixture
def url(sari, order, picture) -> str:
    """Where Sari's phone was told to send it."""
    (upload,) = sync(sari, photos=[offered(order, listed(picture))])["uploads"]
    return upload["url"]


def told(answer) -> tuple[int, str | None, str | None]:
    """The status, where to go on, and what became of the photo."""
    return answer.status_code, answer.get("Upload-Offset"), answer.get("Photo-State")


def code(answer) -> tuple[int, str]:
    assert (answer["Sync-Protocol"], answer["Tus-Resumable"]) == ("1", "1.0.0")
    return answer.status_code, answer.json()["code"]


def test_a_photo_in_one_piece_is_stored_with_its_only_answer(sari, url, picture):
    answer = patch(sari, url, picture)

    assert told(answer) == (204, str(len(picture)), "stored")
    assert (answer["Tus-Resumable"], answer["Sync-Protocol"], answer.content) == ("1.0.0", "1", b"")


def test_a_photo_resumes_from_the_last_byte_that_arrived(sari, url, picture):
    size = str(len(picture))
    assert told(patch(sari, url, picture[:1000])) == (204, "1000", None)
    assert "Upload-Expires" in head(sari, url)
    asked = head(sari, url)
    assert told(asked) == (200, "1000", None)
    assert (asked["Upload-Length"], asked["Cache-Control"]) == (size, "no-store")

    assert told(patch(sari, url, picture[1000:2500], 1000)) == (204, "2500", None)
    assert told(patch(sari, url, picture[2500:], 2500)) == (204, size, "stored")
    assert told(head(sari, url)) == (200, size, "stored")


def test_a_piece_sent_again_because_its_answer_was_lost_is_told_where_to_go_on(sari, url, picture):
    patch(sari, url, picture[:1000])

    again = patch(sari, url, picture[:1000])

    assert (code(again), again["Upload-Offset"]) == ((409, "offset-mismatch"), "1000")
    patch(sari, url, picture[1000:], 1000)
    last = patch(sari, url, picture[1000:], 1000)
    assert (code(last), last["Upload-Offset"]) == ((409, "offset-mismatch"), str(len(picture)))


def test_a_kill_before_the_last_commit_is_healed_by_whoever_asks_next(sari, order, picture):
    uploads = {}
    for who_asks in ("head", "patch", "sync"):
        one = listed(picture[:-2] + b"\xff\xfe\x00\x04" + who_asks[:2].encode() + b"\xff\xd9")
        uploads[who_asks] = offered(order, one)
    for who_asks, photo in uploads.items():
        content = picture[:-2] + b"\xff\xfe\x00\x04" + who_asks[:2].encode() + b"\xff\xd9"
        url = sync(sari, photos=[photo])["uploads"][0]["url"]
        patch(sari, url, content[:1000])
        # Every byte is here and counted, and the server dies before it settles the photo.
        from backend.evidence import actions

        actions.receive(actions.find_upload(UUID(photo["id"]), 0, by=sari.user), 1000, content[1000:])
        photo["url"], photo["bytes"] = url, len(content)

    assert told(head(sari, uploads["head"]["url"]))[2] == "stored"
    assert told(patch(sari, uploads["patch"]["url"], b"", uploads["patch"]["bytes"]))[2] == "stored"
    named = {name: uploads["sync"][name] for name in ("id", "visit", "sha256", "size", "type")}
    assert sync(sari, photos=[named])["uploads"] == [{"photo": named["id"], "state": "stored"}]
    assert Segment.objects.count() == 0


def test_y8_a_photo_and_what_its_visit_waits_for_change_together(sari, order, picture):
    one = listed(picture)
    sync(sari, submission(order, photos=[one]), photos=[offered(order, one)])
    assert Visit.objects.get().photos_missing == 1

    patch(sari, f"/api/v1/uploads/{one['id']}.0", picture)

    assert Visit.objects.get().photos_missing == 0


def test_y8_when_the_visit_cannot_be_counted_the_photo_is_not_stored_either_and_comes_again(
    sari, order, picture
):
    one = listed(picture)
    sync(sari, submission(order, photos=[one]), photos=[offered(order, one)])
    url = f"/api/v1/uploads/{one['id']}.0"

    def refuse(execute, sql, params, many, context):
        if sql.startswith('UPDATE "visits_visit"'):
            raise DatabaseError("refused")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(refuse), pytest.raises(DatabaseError):
        patch(sari, url, picture)

    assert (Photo.objects.get().state, Visit.objects.get().photos_missing) == ("need", 1)
    assert told(patch(sari, url, picture))[2] == "stored"
    assert Visit.objects.get().photos_missing == 0


@pytest.mark.parametrize(
    ("content", "reason"),
    [(PDF, "not-an-image"), (jpeg()[:-100], "incomplete-image"), (bomb(), "too-many-pixels")],
    ids=["a pdf named .jpg", "a truncated jpeg", "an image bomb"],
)
def test_y8_what_is_no_picture_is_bad_and_its_visit_waits_no_longer(sari, order, content, reason):
    one = listed(content)
    sync(sari, submission(order, photos=[one]), photos=[offered(order, one)])

    answer = patch(sari, f"/api/v1/uploads/{one['id']}.0", content)

    assert told(answer) == (204, str(len(content)), "bad")
    bad = {"photo": one["id"], "state": "bad", "reason": reason}
    assert sync(sari, photos=[offered(order, one)])["uploads"] == [bad]
    visit = Visit.objects.get()
    saw = {"photos": [{"photo": one["id"], "reason": reason}]}
    assert (visit.photos_missing, visit.flags) == (0, [{"flag": "bad_photo", "saw": saw}])


def test_three_generations_of_wrong_bytes_make_a_photo_bad(sari, order, picture):
    one = listed(picture)
    photo = offered(order, one)
    lie = picture[:-1] + b"!"
    for generation in range(3):
        url = f"/api/v1/uploads/{one['id']}.{generation}"
        assert sync(sari, photos=[photo])["uploads"][0]["url"] == url
        assert code(patch(sari, url, lie)) == (410, "upload-gone")
        assert code(patch(sari, url, picture)) == (410, "upload-gone")
        assert head(sari, url).status_code == 410

    assert sync(sari, photos=[photo])["uploads"] == [
        {"photo": one["id"], "state": "bad", "reason": "wrong-hash"}
    ]


def test_rina_cannot_send_look_at_or_end_saris_upload(sari, rina, url, picture):
    assert code(patch(rina, url, picture)) == (403, "not-your-upload")
    assert head(rina, url).status_code == 403
    assert code(rina.api.delete(url, **TUS)) == (403, "not-your-upload")
    assert told(head(sari, url)) == (200, "0", None)


def test_an_address_nobody_was_given_is_unknown(sari):
    for name in (f"{A_UUID}.0", f"{A_UUID}.{10**9}", f"{A_UUID}.{'9' * 30}"):
        assert code(patch(sari, f"/api/v1/uploads/{name}", b"x")) == (404, "upload-unknown")


def checksum(content: bytes, name: str = "sha256") -> str:
    digest = hashlib.new(name, content, usedforsecurity=False).digest()
    return f"{name} {base64.b64encode(digest).decode()}"


def test_a_piece_with_a_checksum_is_kept_whole_or_not_at_all(sari, url, picture):
    piece = picture[:1000]

    wrong = patch(sari, url, piece, HTTP_UPLOAD_CHECKSUM=checksum(b"other"))
    assert code(wrong) == (460, "checksum-mismatch")
    assert told(head(sari, url))[1] == "0"
    assert told(patch(sari, url, piece, HTTP_UPLOAD_CHECKSUM=checksum(piece)))[1] == "1000"
    second = patch(
        sari, url, picture[1000:1500], 1000, HTTP_UPLOAD_CHECKSUM=checksum(picture[1000:1500], "sha1")
    )
    assert told(second)[1] == "1500"


@pytest.mark.parametrize("header", ["md5 AAAA", "sha256", "sha256 ???", "", "sha256 \u00e9"])
def test_a_checksum_nobody_can_read_is_refused(sari, url, picture, header):
    answer = patch(sari, url, picture, HTTP_UPLOAD_CHECKSUM=header)

    assert answer.status_code in (400, 460)
    assert told(head(sari, url))[1] == "0"


@pytest.mark.parametrize(
    ("headers", "answer"),
    [
        ({"HTTP_TUS_RESUMABLE": "0.2.2"}, (412, "tus-version")),
        ({"content_type": "image/jpeg"}, (415, "piece-type")),
        *[
            ({"HTTP_UPLOAD_OFFSET": offset}, (400, "header-wrong"))
            for offset in ("", "x", "-1", "1e3", "9" * 30)
        ],
        ({"HTTP_UPLOAD_OFFSET": "9" * 18}, (409, "offset-mismatch")),
    ],
)
def test_headers_out_of_shape_are_refused_by_name_and_nothing_is_kept(sari, url, picture, headers, answer):
    assert code(patch(sari, url, picture, **headers)) == answer
    assert told(head(sari, url))[1] == "0"


def test_a_piece_beyond_a_mebibyte_or_beyond_the_photo_is_refused(sari, order, url, picture):
    assert code(patch(sari, url, picture + b"x")) == (413, "piece-too-large")
    big = {**listed(picture), "size": mib(4)}
    sync(sari, photos=[offered(order, big)])
    large = patch(sari, f"/api/v1/uploads/{big['id']}.0", b"\0" * (mib(1) + 1))
    assert code(large) == (413, "piece-too-large")


class Line(BytesIO):
    """A connection that breaks after the bytes it holds."""

    def read(self, size: int | None = -1) -> bytes:  # type: ignore[override]
        if piece := super().read(size):
            return piece
        raise OSError("the line was cut")


def cut(sari, url: str, arrived: bytes, announced: int, line=Line, **headers):
    """A PATCH whose line breaks before all announced bytes came."""
    return sari.api.generic(
        "PATCH",
        url,
        b"",
        content_type=PIECE_TYPE,
        **{
            "wsgi.input": line(arrived),
            "CONTENT_LENGTH": str(announced),
            "HTTP_UPLOAD_OFFSET": "0",
            **TUS,
            **headers,
        },
    )


def test_what_came_before_a_cut_is_kept(sari, url, picture):
    assert told(cut(sari, url, picture[:700], len(picture)))[:2] == (204, "700")
    assert told(head(sari, url))[1] == "700"


def test_what_came_before_a_cut_is_not_kept_when_a_checksum_was_given(sari, url, picture):
    answer = cut(sari, url, picture[:700], 1000, HTTP_UPLOAD_CHECKSUM=checksum(picture[:1000]))

    assert code(answer) == (400, "body-cut")
    assert told(head(sari, url))[1] == "0"


@pytest.mark.parametrize("announced", ["1000", "-5", "many", "9" * 40, ""])
def test_a_length_that_lies_harms_nobody(sari, url, picture, announced):
    answer = sari.api.generic(
        "PATCH",
        url,
        b"",
        content_type=PIECE_TYPE,
        **{
            "wsgi.input": BytesIO(picture[:700]),
            "CONTENT_LENGTH": announced,
            "HTTP_UPLOAD_OFFSET": "0",
            **TUS,
        },
    )

    assert answer.status_code in (204, 413)
    assert told(head(sari, url))[1] in ("0", "700")


def test_a_refused_body_is_read_a_little_so_that_the_answer_arrives(sari, url, picture):
    line = BytesIO(b"\0" * 900_000)
    answer = cut(sari, url, b"", 900_000, line=lambda _: line, HTTP_UPLOAD_OFFSET="5")

    assert code(answer) == (409, "offset-mismatch")
    assert line.tell() == 262_144


def created(sari, photo, **more):
    """POST /uploads as other tus clients do."""
    names = {name: photo[name] for name in ("id", "sha256", "visit", "type")}
    return sari.api.generic(
        "POST",
        "/api/v1/uploads",
        more.pop("content", b""),
        content_type=more.pop("content_type", "application/offset+octet-stream"),
        HTTP_UPLOAD_LENGTH=str(photo["size"]),
        **{"HTTP_UPLOAD_METADATA": metadata(**names), **TUS, **more},
    )


def test_a_foreign_tus_client_asks_creates_sends_and_looks(sari, order, picture):
    options = sari.api.options("/api/v1/uploads")
    assert options.status_code == 204
    assert {name: value for name, value in options.items() if name.startswith("Tus-")} == {
        "Tus-Resumable": "1.0.0",
        "Tus-Version": "1.0.0",
        "Tus-Extension": "creation,creation-with-upload,checksum,expiration,termination",
        "Tus-Max-Size": "8388608",
        "Tus-Checksum-Algorithm": "sha256,sha1",
    }
    photo = offered(order, listed(picture))

    first, again = created(sari, photo), created(sari, photo)

    place = f"/api/v1/uploads/{photo['id']}.0"
    assert (first.status_code, first["Location"]) == (again.status_code, again["Location"]) == (201, place)
    override = sari.api.generic(
        "POST",
        place,
        picture[:100],
        content_type=PIECE_TYPE,
        HTTP_UPLOAD_OFFSET="0",
        HTTP_X_HTTP_METHOD_OVERRIDE="PATCH",
        **TUS,
    )
    assert told(override) == (204, "100", None)
    assert sari.api.post(place, **TUS).status_code == 405
    assert told(patch(sari, place, picture[100:], 100))[2] == "stored"
    assert created(sari, photo)["Location"] == place
    assert told(head(sari, place))[2] == "stored"


def test_a_foreign_tus_client_may_send_the_first_bytes_at_once(sari, order, picture):
    photo = offered(order, listed(picture))

    first = created(sari, photo, content=picture[:500])
    again = created(sari, photo, content=picture[:500])

    assert (first.status_code, first["Upload-Offset"]) == (201, "500")
    assert told(head(sari, again["Location"])) == (200, "500", None)
    whole = offered(order, listed(jpeg()))
    assert created(sari, whole, content=jpeg())["Photo-State"] == "stored"


def test_a_foreign_tus_client_may_give_up(sari, order, picture):
    photo = offered(order, listed(picture))
    place = created(sari, photo, content=picture[:500])["Location"]

    assert sari.api.delete(place, **TUS).status_code == 204
    assert code(sari.api.delete(place, **TUS)) == (410, "upload-gone")
    assert Segment.objects.count() == 0
    assert created(sari, photo)["Location"] == place[:-1] + "1"
    patch(sari, place[:-1] + "1", picture)
    assert code(sari.api.delete(place[:-1] + "1", **TUS)) == (410, "upload-gone")
    assert Photo.objects.get().state == "stored"


@pytest.mark.parametrize(
    ("change", "answer"),
    [
        ({"id": "x"}, (400, "header-wrong")),
        ({"sha256": "x"}, (400, "header-wrong")),
        ({"size": "x"}, (400, "header-wrong")),
        ({"size": 0}, (400, "header-wrong")),
        ({"type": "text/html"}, (409, "photo-bad")),
        ({"size": mib(9)}, (413, "photo-too-large")),
    ],
)
def test_a_creation_out_of_shape_is_refused(sari, order, picture, change, answer):
    assert code(created(sari, {**offered(order, listed(picture)), **change})) == answer


def test_a_creation_of_somebody_elses_photo_or_with_other_bytes_is_refused(sari, rina, order, picture):
    photo = offered(order, listed(picture))
    created(sari, photo)

    assert code(created(rina, photo)) == (403, "not-your-photo")
    assert code(created(sari, {**photo, "size": 5})) == (409, "announced-differently")
    assert code(created(sari, photo, HTTP_UPLOAD_METADATA="id !!!")) == (400, "header-wrong")
    assert Upload.objects.count() == 1


def test_a_small_photo_of_a_told_visit_takes_a_fixed_number_of_statements(sari, order):
    photos = [listed(jpeg(shade=shade)) for shade in range(3)]
    sync(sari, submission(order, photos=photos), photos=[offered(order, one) for one in photos])
    for shade, one in enumerate(photos):
        with counted() as statements:
            patch(sari, f"/api/v1/uploads/{one['id']}.0", jpeg(shade=shade))
        assert len(statements) == STATEMENTS_PER_PHOTO, statements


STATEMENTS_PER_PHOTO = 12


def test_the_hash_of_what_is_stored_is_the_hash_that_was_announced(sari, url, picture):
    patch(sari, url, picture)

    served = sari.api.get(f"/api/v1/photos/{Photo.objects.get().pk}")
    assert sha256_bytes(b"".join(served.streaming_content)) == sha256_bytes(picture)
    assert (served["Content-Type"], served["Content-Length"]) == ("image/jpeg", str(len(picture)))


def test_uuids_of_uploads_are_not_guessed_by_case_or_braces(sari, url, picture):
    assert patch(sari, url.upper().replace("/API/V1/UPLOADS", "/api/v1/uploads"), picture).status_code == 404
    assert patch(sari, f"/api/v1/uploads/{{{uuid7()}}}.0", picture).status_code == 404
