"""What a phone's connection lives through: many requests on one, and refusals that arrive."""

import base64
import hashlib
import json
import shutil
from collections.abc import Callable
from uuid import uuid4

from tests.backend.evidence.pictures import jpeg
from tests.deployment.conftest import Door
from tests.deployment.lines import Answer, Line

TRIES = 10
PIECE = b"\xff" * 1024 * 1024  # the largest piece there may be
TUS = {"Tus-Resumable": "1.0.0"}
PIECE_TYPE = {**TUS, "Content-Type": "application/offset+octet-stream"}
LONG_BYTES = 9 * 1024 * 1024
LIE_BYTES = 200 * 1024 * 1024


def bearer(door: Door, name: str = "sari") -> dict[str, str]:
    return {"Authorization": f"Bearer {door.tokens[name]}"}


def announced(door: Door, content: bytes, *, size: int | None = None) -> str:
    """The address for a photo's bytes."""
    digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=")
    told = {"id": str(uuid4()), "visit": str(uuid4()), "sha256": digest.decode(), "type": "image/jpeg"}
    metadata = ",".join(f"{name} {base64.b64encode(text.encode()).decode()}" for name, text in told.items())
    headers = {**bearer(door), **TUS, "Upload-Length": str(size or len(content)), "Upload-Metadata": metadata}
    with door.line() as line:
        answer = line.ask("POST", "/api/v1/uploads", headers)
    assert answer.status == 201, answer
    return answer.headers["location"]


def test_d1_every_piece_of_a_photo_rides_one_connection(door: Door) -> None:
    photo = jpeg(800, 600)
    address = announced(door, photo)
    size = len(photo) // 8 + 1
    offsets = []
    with door.line() as line:
        for begin in range(0, len(photo), size):
            headers = {**bearer(door), **PIECE_TYPE, "Upload-Offset": str(begin)}
            answer = line.ask("PATCH", address, headers, photo[begin : begin + size])
            assert (answer.status, answer.body) == (204, b"")
            offsets.append(int(answer.headers["upload-offset"]))
            head = line.ask("HEAD", address, {**bearer(door), **TUS})
            assert (head.status, head.headers["upload-offset"]) == (200, answer.headers["upload-offset"])
        assert line.ask("OPTIONS", "/api/v1/uploads", bearer(door)).status == 204
        assert line.ask("HEAD", "/healthz").status == 200
        assert line.ask("GET", "/healthz").status == 200
    assert offsets == [*range(size, len(photo), size), len(photo)]


def test_d1_who_asks_for_the_connection_to_be_closed_gets_that(door: Door) -> None:
    with door.line() as line:
        answer = line.ask("OPTIONS", "/api/v1/uploads", {**bearer(door), "Connection": "close"})
        assert (answer.status, line.reading.read()) == (204, b"")


def patch(address: str, headers: dict[str, str], body: bytes = PIECE) -> Callable[[Line], Answer]:
    return lambda line: line.ask("PATCH", address, {**PIECE_TYPE, "Upload-Offset": "0", **headers}, body)


def log_in(line: Line) -> Answer:
    body = json.dumps({"username": "nobody", "password": "?" * 1000 * 1024}).encode()
    return line.ask("POST", "/api/v1/login", {"Content-Type": "application/json"}, body)


def refusals(door: Door) -> dict[tuple[int, str], Callable[[Line], Answer]]:
    """Every way a piece is refused, by status and code. Only logins are ever too many."""
    hers, rinas = announced(door, PIECE), bearer(door, "rina")
    gone = announced(door, PIECE)
    with door.line() as line:
        assert line.ask("DELETE", gone, {**bearer(door), **TUS}).status == 204
    unknown = f"/api/v1/uploads/{uuid4()}.0"
    elsewhere = {**bearer(door), "Upload-Offset": "7"}
    unkept = announced(door, PIECE, size=2 * len(PIECE))
    shutil.rmtree(door.media / "pieces", ignore_errors=True)
    (door.media / "pieces").write_text("a file where a folder has to be")
    for _ in range(40):  # each process counts for itself
        with door.line() as line:
            log_in(line)
    return {
        (401, "unauthenticated"): patch(hers, {}),
        (403, "not-your-upload"): patch(hers, rinas),
        (404, "upload-unknown"): patch(unknown, bearer(door)),
        (404, "not-found"): patch("/api/v1/nothing", bearer(door)),
        (405, "wrong-method"): patch("/api/v1/uploads", bearer(door)),
        (409, "offset-mismatch"): patch(hers, elsewhere),
        (410, "upload-gone"): patch(gone, bearer(door)),
        (412, "tus-version"): patch(hers, {**bearer(door), "Tus-Resumable": "0.2.2"}),
        (413, "piece-too-large"): patch(hers, bearer(door), PIECE + b"!"),
        (415, "piece-type"): patch(hers, {**bearer(door), "Content-Type": "image/jpeg"}),
        (429, "too-many-tries"): log_in,
        (503, "store-unavailable"): patch(unkept, bearer(door)),
    }


def test_d2_a_piece_refused_unread_is_answered_and_the_line_stays_good(door: Door) -> None:
    for (status, code), refused in refusals(door).items():
        for _ in range(TRIES):
            with door.line() as line:
                answer = refused(line)
                assert (answer.status, json.loads(answer.body)["code"]) == (status, code)
                assert answer.headers["sync-protocol"] == "1"
                assert line.ask("GET", "/healthz").status == 200


def test_d2_unsent_work_may_be_long_for_those_who_are_known(door: Door) -> None:
    """Longer than anything else may be; it is taken, and then refused for what it is."""
    headers = {**bearer(door), "Content-Type": "application/zip"}
    with door.line() as line:
        answer = line.ask("POST", "/api/v1/unsent-work", headers, bytes(LONG_BYTES))
    assert (answer.status, json.loads(answer.body)["code"]) == (400, "not-unsent-work")


def test_d2_unsent_work_of_a_stranger_is_refused_in_words(door: Door) -> None:
    with door.line() as line:
        answer = line.ask(
            "POST", "/api/v1/unsent-work", {"Content-Type": "application/zip"}, bytes(LONG_BYTES)
        )
    assert (answer.status, json.loads(answer.body)["code"]) == (401, "unauthenticated")


def test_d2_a_body_far_beyond_any_limit_is_not_read_for_ever(door: Door) -> None:
    """nginx answers at once and listens on for half a minute at most; our own servers hang up."""
    address = announced(door, PIECE)
    headers = {**bearer(door), **PIECE_TYPE, "Upload-Offset": "0"}
    with door.line() as line:
        try:
            line.send("PATCH", address, headers, bytes(LIE_BYTES), announced=LIE_BYTES)
            answer = line.read()
        except OSError:
            return
    assert (door.kind, answer.status, answer.headers.get("sync-protocol")) == ("nginx", 413, None)


def test_a_table_beyond_what_pages_take_is_refused_in_both_languages(door: Door) -> None:
    """No broken line in the middle of an upload, whichever server stands in front."""
    with door.line() as line:
        headers = {"Content-Type": "multipart/form-data; boundary=x", "Accept": "text/html"}
        answer = line.ask("POST", "/console/kalsel/tables/", headers, bytes(LONG_BYTES))
    assert (answer.status, answer.headers["content-type"]) == (413, "text/html; charset=utf-8")
    assert "Tidak ada yang dibaca" in answer.body.decode()
