"""tus 1.0 as its community tries servers: core, creation, creation with upload, checksum, expiration, termination.

One case a sentence of the standard that a server can break. Each is asked over HTTP as any client would.
"""

import base64
import hashlib
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
import time_machine

from backend.core.clock import now
from backend.core.ids import uuid7
from backend.evidence.models import Photo
from backend.evidence.rules import PHOTO_BYTES_MAX
from backend.feed.actions import epoch
from tests.backend.evidence.pictures import jpeg
from tests.backend.sync.phone import PIECE_TYPE, TUS, head, metadata, offered, patch
from tests.backend.sync.test_uploads import created
from tests.backend.visits.telling import listed
from tests.world import A_UUID

pytestmark = pytest.mark.django_db

EXTENSIONS = "creation,creation-with-upload,checksum,expiration,termination"
PICTURE = jpeg(640, 480)
SIZE = str(len(PICTURE))


@pytest.fixture
def photo(order) -> dict[str, Any]:
    return offered(order, listed(PICTURE))


@pytest.fixture
def place(sari, photo) -> str:
    """Where a client was told to send its photo."""
    return created(sari, photo)["Location"]


def asked(who, method: str, path: str, content: bytes = b"", **headers: str) -> Any:
    """Any request; only the headers named here."""
    return who.api.generic(method, path, content, content_type=headers.pop("type", PIECE_TYPE), **headers)


def override(who, method: str, path: str, content: bytes = b"", **headers: str) -> Any:
    return asked(who, "POST", path, content, **TUS, HTTP_X_HTTP_METHOD_OVERRIDE=method, **headers)


def offset(answer: Any) -> tuple[int, str | None]:
    return answer.status_code, answer.get("Upload-Offset")


def checksum(content: bytes, name: str = "sha256") -> str:
    return f"{name} {base64.b64encode(hashlib.new(name, content, usedforsecurity=False).digest()).decode()}"


def expires_in_days(answer: Any) -> int:
    return round((parsedate_to_datetime(answer["Upload-Expires"]) - now()) / timedelta(days=1))


# Core: OPTIONS


@pytest.mark.parametrize("path", ["/api/v1/uploads", f"/api/v1/uploads/{uuid7()}.0"], ids=["all", "one"])
@pytest.mark.parametrize("headers", [{}, TUS, {"HTTP_TUS_RESUMABLE": "0.2.1"}], ids=["plain", "1.0", "0.2"])
def test_a_server_says_what_it_can_do_to_whoever_asks(sari, path, headers):
    answer = asked(sari, "OPTIONS", path, **headers)

    told = {name: value for name, value in answer.items() if name.startswith("Tus-")}
    assert (answer.status_code, answer.content, told) == (
        204,
        b"",
        {
            "Tus-Resumable": "1.0.0",
            "Tus-Version": "1.0.0",
            "Tus-Extension": EXTENSIONS,
            "Tus-Max-Size": str(PHOTO_BYTES_MAX),
            "Tus-Checksum-Algorithm": "sha256,sha1",
        },
    )


# Core: the version


@pytest.mark.parametrize("version", [None, "", "0.2.1", "1.0.1", "2.0.0", "1.0.0, 0.2.1", "x"])
@pytest.mark.parametrize("method", ["POST", "HEAD", "PATCH", "DELETE"])
def test_a_request_in_another_version_is_not_processed_and_told_ours(sari, photo, place, method, version):
    headers = {} if version is None else {"HTTP_TUS_RESUMABLE": version}
    path = "/api/v1/uploads" if method == "POST" else place

    answer = asked(sari, method, path, PICTURE[:10], HTTP_UPLOAD_OFFSET="0", **headers)

    assert (answer.status_code, answer["Tus-Version"], answer["Tus-Resumable"]) == (412, "1.0.0", "1.0.0")
    assert offset(head(sari, place)) == (200, "0")


@pytest.mark.parametrize("status", [200, 201, 204, 400, 403, 404, 405, 409, 410, 412, 413, 415, 460])
def test_every_answer_names_the_version(sari, rina, photo, place, status):
    answer = {
        200: lambda: head(sari, place),
        201: lambda: created(sari, photo),
        204: lambda: patch(sari, place, PICTURE),
        400: lambda: patch(sari, place, PICTURE, HTTP_UPLOAD_OFFSET="x"),
        403: lambda: patch(rina, place, PICTURE),
        404: lambda: patch(sari, f"/api/v1/uploads/{uuid7()}.0", PICTURE),
        405: lambda: asked(sari, "PUT", place, PICTURE, **TUS),
        409: lambda: patch(sari, place, PICTURE, 5),
        410: lambda: (sari.api.delete(place, **TUS), head(sari, place))[1],
        412: lambda: asked(sari, "HEAD", place),
        413: lambda: patch(sari, place, PICTURE + b"x"),
        415: lambda: asked(sari, "PATCH", place, PICTURE, type="text/plain", **TUS),
        460: lambda: patch(sari, place, PICTURE, HTTP_UPLOAD_CHECKSUM=checksum(b"")),
    }[status]()

    assert (answer.status_code, answer["Tus-Resumable"]) == (status, "1.0.0")


# Core: HEAD


def test_a_new_upload_stands_at_nothing_and_says_all_it_knows(sari, photo, place):
    answer = head(sari, place)

    told = {name: answer[name] for name in ("Upload-Offset", "Upload-Length", "Cache-Control", "Sync-Epoch")}
    assert (answer.status_code, answer.content, told) == (
        200,
        b"",
        {"Upload-Offset": "0", "Upload-Length": SIZE, "Cache-Control": "no-store", "Sync-Epoch": epoch()},
    )
    names = {name: photo[name] for name in ("id", "sha256", "visit", "type")}
    assert answer["Upload-Metadata"] == metadata(**names)


@pytest.mark.parametrize("length", [1, 1000, len(PICTURE) - 1])
def test_an_upload_stands_where_its_last_piece_ended(sari, place, length):
    patch(sari, place, PICTURE[:length])

    assert offset(head(sari, place)) == (200, str(length))


@pytest.mark.parametrize("name", [f"{A_UUID}.0", "x", "1", str(A_UUID)])
def test_an_unknown_upload_stands_nowhere(sari, name):
    answer = head(sari, f"/api/v1/uploads/{name}")

    assert (answer.status_code, "Upload-Offset" in answer) == (404, False)


# Core: PATCH


@pytest.mark.parametrize("count", [1, 2, 7])
def test_pieces_one_after_the_other_make_the_whole(sari, photo, place, count):
    length = len(PICTURE) // count + 1
    for at in range(0, len(PICTURE), length):
        piece = PICTURE[at : at + length]
        assert offset(patch(sari, place, piece, at)) == (204, str(at + len(piece)))

    assert offset(head(sari, place)) == (200, SIZE)
    served = sari.api.get(f"/api/v1/photos/{photo['id']}")
    assert b"".join(served.streaming_content) == PICTURE


def test_an_answer_to_a_piece_has_no_body_and_names_the_history_it_holds_in(sari, place):
    answer = patch(sari, place, PICTURE[:100])

    assert (answer.status_code, answer.content, answer["Sync-Epoch"]) == (204, b"", epoch())


@pytest.mark.parametrize("at", ["1", "99", "101", SIZE, "100000"])
def test_a_piece_at_another_place_conflicts_and_is_not_kept(sari, place, at):
    patch(sari, place, PICTURE[:100])

    assert offset(patch(sari, place, b"x", 0, HTTP_UPLOAD_OFFSET=at)) == (409, "100")
    assert offset(head(sari, place)) == (200, "100")


@pytest.mark.parametrize("at", ["", "-1", "1.0", "0x1", "abc", " ", "1e1", "\u0661"])
def test_an_offset_that_is_no_number_is_refused(sari, place, at):
    assert patch(sari, place, PICTURE[:10], 0, HTTP_UPLOAD_OFFSET=at).status_code == 400
    assert offset(head(sari, place)) == (200, "0")


def test_a_piece_without_an_offset_is_refused(sari, place):
    assert asked(sari, "PATCH", place, PICTURE[:10], **TUS).status_code == 400


@pytest.mark.parametrize("kind", ["", "application/octet-stream", "text/plain", "image/jpeg"])
def test_a_piece_of_another_type_is_refused(sari, place, kind):
    answer = asked(sari, "PATCH", place, PICTURE[:10], type=kind, HTTP_UPLOAD_OFFSET="0", **TUS)

    assert (answer.status_code, offset(head(sari, place))) == (415, (200, "0"))


def test_a_type_may_carry_a_parameter(sari, place):
    kind = f"{PIECE_TYPE}; charset=binary"
    answer = asked(sari, "PATCH", place, PICTURE[:10], type=kind, HTTP_UPLOAD_OFFSET="0", **TUS)

    assert offset(answer) == (204, "10")


def test_an_empty_piece_changes_nothing(sari, place):
    patch(sari, place, PICTURE[:100])

    assert offset(patch(sari, place, b"", 100)) == (204, "100")


@pytest.mark.parametrize("start", [0, 100])
def test_a_piece_beyond_the_length_is_refused_whole(sari, place, start):
    patch(sari, place, PICTURE[:start])

    assert patch(sari, place, PICTURE[start:] + b"x", start).status_code == 413
    assert offset(head(sari, place)) == (200, str(start))


def test_a_finished_upload_takes_nothing_more_and_says_where_it_ends(sari, place):
    patch(sari, place, PICTURE)

    assert offset(patch(sari, place, b"x", len(PICTURE))) == (409, SIZE)
    assert offset(patch(sari, place, PICTURE, 0)) == (409, SIZE)
    assert offset(head(sari, place)) == (200, SIZE)


# Core: method override


def test_post_may_mean_another_method(sari, place):
    assert offset(override(sari, "PATCH", place, PICTURE[:100], HTTP_UPLOAD_OFFSET="0")) == (204, "100")
    assert offset(override(sari, "HEAD", place)) == (200, "100")
    assert override(sari, "DELETE", place).status_code == 204
    assert head(sari, place).status_code == 410


@pytest.mark.parametrize("method", ["", "PUT", "patch", "POST"])
def test_post_cannot_mean_what_there_is_not(sari, place, method):
    assert override(sari, method, place, PICTURE[:10], HTTP_UPLOAD_OFFSET="0").status_code == 405


# Creation


def test_a_creation_names_an_address_at_which_nothing_is_yet(sari, photo):
    answer = created(sari, photo)

    assert (answer.status_code, answer["Location"]) == (201, f"/api/v1/uploads/{photo['id']}.0")
    assert offset(head(sari, answer["Location"])) == (200, "0")


@pytest.mark.parametrize("length", ["", "-1", "abc", "1.5", "9" * 30, "0"])
def test_a_creation_needs_a_length_that_is_a_number(sari, photo, length):
    assert created(sari, {**photo, "size": length}).status_code == 400
    assert Photo.objects.count() == 0


def test_a_creation_may_not_put_its_length_off(sari, photo):
    answer = created(sari, {**photo, "size": ""}, HTTP_UPLOAD_DEFER_LENGTH="1")

    assert answer.status_code == 400


@pytest.mark.parametrize("more", [1, 10**12])
def test_a_creation_beyond_the_largest_size_is_too_large(sari, photo, more):
    answer = created(sari, {**photo, "size": PHOTO_BYTES_MAX + more})

    assert (answer.status_code, Photo.objects.count()) == (413, 0)


def test_a_creation_of_the_largest_size_is_taken(sari, photo):
    assert created(sari, {**photo, "size": PHOTO_BYTES_MAX}).status_code == 201


@pytest.mark.parametrize("change", ["spaces", "other names", "names without values"])
def test_metadata_may_hold_more_than_we_know(sari, photo, change):
    names = {name: photo[name] for name in ("id", "sha256", "visit", "type")}
    said = {
        "spaces": metadata(**names).replace(",", ", "),
        "other names": metadata(filename="foto saya.jpg", **names),
        "names without values": metadata(**names) + ",is_confidential",
    }[change]

    assert created(sari, photo, HTTP_UPLOAD_METADATA=said).status_code == 201


# Creation with upload


def test_first_bytes_may_come_with_the_creation(sari, photo):
    answer = created(sari, photo, content=PICTURE[:500])

    assert offset(answer) == (201, "500")
    assert offset(patch(sari, answer["Location"], PICTURE[500:], 500)) == (204, SIZE)


def test_all_bytes_may_come_with_the_creation(sari, photo):
    answer = created(sari, photo, content=PICTURE)

    assert (offset(answer), answer["Photo-State"]) == ((201, SIZE), "stored")


def test_bytes_of_another_type_do_not_count_as_first_bytes(sari, photo):
    answer = created(sari, photo, content=PICTURE[:500], content_type="image/jpeg")

    assert offset(answer) == (201, "0")


def test_first_bytes_beyond_the_length_are_refused(sari, photo):
    assert created(sari, photo, content=PICTURE + b"x").status_code == 413
    assert offset(head(sari, created(sari, photo)["Location"])) == (200, "0")


@pytest.mark.parametrize(("of", "status", "kept"), [(PICTURE[:500], 201, "500"), (b"other", 460, "0")])
def test_first_bytes_may_carry_a_checksum(sari, photo, of, status, kept):
    answer = created(sari, photo, content=PICTURE[:500], HTTP_UPLOAD_CHECKSUM=checksum(of))

    assert answer.status_code == status
    assert offset(head(sari, created(sari, photo)["Location"])) == (200, kept)


# Checksum


@pytest.mark.parametrize("name", ["sha256", "sha1"])
@pytest.mark.parametrize("right", [True, False])
def test_a_piece_counts_only_if_it_is_what_its_checksum_says(sari, place, name, right):
    piece = PICTURE[:300]
    answer = patch(sari, place, piece, HTTP_UPLOAD_CHECKSUM=checksum(piece if right else b"", name))

    assert answer.status_code == (204 if right else 460)
    assert offset(head(sari, place)) == (200, "300" if right else "0")


@pytest.mark.parametrize(
    "said", ["md5 1B2M2Y8AsgTpgAmy7PhCfg==", "crc32 AAAAAA==", "sha256", "sha256 *", "x"]
)
def test_a_checksum_of_a_kind_we_do_not_know_is_refused(sari, place, said):
    assert patch(sari, place, PICTURE[:300], HTTP_UPLOAD_CHECKSUM=said).status_code in (400, 460)
    assert offset(head(sari, place)) == (200, "0")


# Expiration


@pytest.mark.parametrize("of", ["creation", "piece", "head"])
def test_an_unfinished_upload_says_when_it_ends(sari, photo, place, of):
    answer = {
        "creation": lambda: created(sari, photo),
        "piece": lambda: patch(sari, place, PICTURE[:100]),
        "head": lambda: head(sari, place),
    }[of]()

    assert expires_in_days(answer) == 14


def test_every_piece_puts_the_end_off(sari, place):
    with time_machine.travel(now() + timedelta(days=10)):
        assert expires_in_days(head(sari, place)) == 4
        assert expires_in_days(patch(sari, place, PICTURE[:100])) == 14


def test_a_finished_upload_does_not_end(sari, place):
    assert "Upload-Expires" not in patch(sari, place, PICTURE)


# Termination


@pytest.mark.parametrize("length", [0, 500])
def test_a_terminated_upload_is_gone_and_stays_gone(sari, place, length):
    patch(sari, place, PICTURE[:length])

    answer = sari.api.delete(place, **TUS)

    assert (answer.status_code, answer.content) == (204, b"")
    assert head(sari, place).status_code == 410
    assert patch(sari, place, PICTURE[length:], length).status_code == 410
    assert sari.api.delete(place, **TUS).status_code == 410


def test_what_nobody_created_cannot_be_terminated(sari):
    assert sari.api.delete(f"/api/v1/uploads/{uuid7()}.0", **TUS).status_code == 404


def test_a_stored_photo_cannot_be_terminated(sari, photo, place):
    patch(sari, place, PICTURE)

    assert sari.api.delete(place, **TUS).status_code == 410
    assert b"".join(sari.api.get(f"/api/v1/photos/{photo['id']}").streaming_content) == PICTURE
