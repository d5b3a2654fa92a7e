"""The error table of the protocol (6.9), row by row: what the server may answer, and what Sari's phone makes of it."""

from dataclasses import dataclass

import pytest

from fieldsync import errors, wire
from tests.fieldsync.conftest import picture
from tests.fieldsync.scripted import NOTHING, CutAnswer, CutRequest, Portal, Status, Twist, a_visit

KIB = 1024
SERVER_SAYS_WHEN = {"Retry-After": "40"}


@dataclass(frozen=True)
class Row:
    """An answer to the next exchange, and what the run is like that gets it once.

    problem   why the run ends early; None: it is got over
    waits     pauses it takes
    first     the least of the first pause, in seconds
    """

    name: str
    answer: object
    problem: type[errors.Problem] | None = None
    waits: int = 0
    first: float = 0.0


SYNC = [
    Row("200 without our header: a portal", Portal(), waits=1),
    Row("any status without our header", Status(404, spoken=False), waits=1),
    Row("no answer: the line is cut before it", CutAnswer(NOTHING), waits=1),
    Row("no answer: the line is cut within it", CutAnswer(20), waits=1),
    Row("no answer: the line is cut within the request", CutRequest(10), waits=1),
    Row("400 body-cut", Status(400, "body-cut"), waits=1),
    Row("401 token-expired", Status(401, "token-expired"), errors.SignInAgain),
    Row("401 token-unknown", Status(401, "token-unknown"), errors.SignInAgain),
    Row("403 device-revoked", Status(403, "device-revoked"), errors.Barred),
    Row("403 user-disabled", Status(403, "user-disabled"), errors.Barred),
    Row("408", Status(408), waits=1),
    Row("412", Status(412, "tus-version"), errors.UpdateNeeded),
    Row("415 with our encoding", Status(415, "unknown-encoding"), waits=1),
    Row("423 of a foreign proxy", Status(423), waits=1),
    Row("425", Status(425), waits=1),
    Row("426 to a push", Status(426, "upgrade-required"), errors.UpdateNeeded),
    Row("429 without a time", Status(429), waits=1),
    Row("429 with a time", Status(429, headers=SERVER_SAYS_WHEN), waits=1, first=40),
    Row("500", Status(500), waits=1),
    Row("502", Status(502), waits=1),
    Row("503 with a time", Status(503, headers=SERVER_SAYS_WHEN), waits=1, first=40),
    Row("507", Status(507, "store-full"), waits=1),
]

PATCH = [
    Row("200 without our header: a portal", Portal(), waits=1),
    Row("no answer", CutAnswer(NOTHING), waits=1),
    Row("400 body-cut", Status(400, "body-cut"), waits=1),
    Row("400 anything else: another address", Status(400, "header-wrong")),
    Row("401", Status(401, "token-expired"), errors.SignInAgain),
    Row("403 not yours: another address", Status(403, "not-your-upload")),
    Row("404", Status(404, "no-such-upload")),
    Row("410", Status(410, "upload-gone")),
    Row("412", Status(412, "tus-version"), errors.UpdateNeeded),
    Row("413", Status(413, "too-large")),
    Row("423", Status(423), waits=1),
    Row("429 with a time", Status(429, headers=SERVER_SAYS_WHEN), waits=1, first=40),
    Row("460", Status(460, "checksum-mismatch")),
    Row("500", Status(500), waits=1),
    Row("503 with a time", Status(503, headers=SERVER_SAYS_WHEN), waits=1, first=40),
    Row("507 with a time", Status(507, "store-full", SERVER_SAYS_WHEN), waits=1, first=40),
]


def rows(table):
    return pytest.mark.parametrize("row", [pytest.param(row, id=row.name) for row in table])


def kept(sari, visit) -> list[str]:
    """States of what she recorded: nothing is ever gone."""
    (receipt,) = sari.phone.store.receipts()
    assert sari.phone.store.submission_text(receipt.digest)
    assert all(sari.phone.store.photo_content(photo) for photo in sari.phone.store.photos(visit))
    return [receipt.state, *(photo.state for photo in sari.phone.store.photos(visit))]


@rows(SYNC)
def test_what_an_answer_to_an_exchange_makes_the_phone_do(sari, server, visit, row):
    sari.tells(visit)
    server.next("sync", row.answer)
    report = sari.phone.sync()
    assert (type(report.problem) if report.problem else None) is row.problem
    assert (report.waits, len(sari.waits)) == (row.waits, row.waits)
    assert all(row.first <= seconds for seconds in sari.waits)
    if row.problem:
        assert kept(sari, visit) == ["outbox", "captured"]
        assert report.requests == 1, "it stops at once"
        report = sari.phone.sync()
    assert report.done
    assert kept(sari, visit) == ["kept", "stored"]
    assert len(server.submissions) == len(server.photos) == 1


@rows(PATCH)
def test_what_an_answer_to_a_piece_makes_the_phone_do(sari, server, visit, row):
    receipt = sari.tells(visit)
    server.next("PATCH", row.answer)
    report = sari.phone.sync()
    assert (type(report.problem) if report.problem else None) is row.problem
    assert report.waits == row.waits
    assert all(row.first <= seconds for seconds in sari.waits)
    if row.problem:
        assert kept(sari, visit) == ["kept", "sending"]
        report = sari.phone.sync()
    assert report.done
    assert kept(sari, visit) == ["kept", "stored"]
    assert list(server.submissions) == [(receipt.id, receipt.digest)]
    (photo,) = server.photos.values()
    assert wire.sha256_bytes(photo["bytes"]) == photo["sha256"]


def test_409_the_server_stands_elsewhere_so_the_phone_goes_there_without_waiting(sari, server, visit):
    sari.tells(visit)
    (photo,) = sari.phone.store.photos(visit)
    server.next("PATCH", Status(409, "offset-mismatch", {"Upload-Offset": "0"}))
    report = sari.phone.sync()
    assert (report.done, report.waits, report.photo_bytes) == (True, 0, 2 * photo.size)
    assert server.requests("HEAD") == []


def test_460_three_times_makes_the_pieces_as_small_as_they_get(sari, server, visit):
    sari.phone.start(visit)
    photo = sari.phone.add_photo(visit, picture(3, (640, 480)), as_is=True)
    sari.phone.finish(visit)
    server.next("PATCH", *[Status(460, "checksum-mismatch")] * 3)
    assert sari.phone.sync().done
    sizes = [len(heard.body) for heard in server.requests("PATCH")]
    assert sizes[:3] == [photo.size] * 3
    assert max(sizes[3:-1]) == 16 * KIB


@pytest.mark.parametrize("status", [400, 413, 422])
def test_a_request_that_is_refused_whole_is_cut_in_two_until_the_culprit_stands_alone(
    sari, server, checklist, status
):
    visits = [wire.uuid7() for _ in range(6)]
    for each in visits:
        server.put(each, **a_visit(checklist))
    sari.phone.pull()
    receipts = [sari.tells(each, photos=0) for each in visits]
    poison = receipts[2].id
    server.refuses = lambda said: any(item.get("id") == poison for item in said["items"])
    server.refusal = status
    report = sari.phone.sync()
    assert [note.facts["id"] for note in report.notes] == [poison]
    assert (report.submissions, report.remains.submissions, report.waits) == (5, 1, 0)
    assert "server cannot take one document" in report.notes[0].words("en")


def test_a_server_that_stumbles_over_one_thing_gets_all_the_others(sari, server, checklist):
    """500 again and again: after three the batch is cut in two, with pauses between."""
    visits = [wire.uuid7() for _ in range(5)]
    for each in visits:
        server.put(each, **a_visit(checklist))
    sari.phone.pull()
    receipts = [sari.tells(each, photos=0) for each in visits]
    poison = receipts[0].id
    server.refuses = lambda said: any(item.get("id") == poison for item in said["items"])
    server.refusal = 500
    report = sari.phone.sync()
    assert [note.facts["id"] for note in report.notes] == [poison]
    assert (report.submissions, report.remains.submissions) == (4, 1)
    assert report.problem is None
    assert report.waits >= 4


def test_a_server_that_is_down_is_not_taken_for_one_that_stumbles_over_a_document(sari, server, visit):
    sari.tells(visit, photos=0)
    server.next("sync", *[Status(500)] * 30)
    report = sari.phone.sync(failures_max=8)
    assert isinstance(report.problem, errors.ServerTrouble)
    assert report.notes == ()
    server.script.clear()
    assert sari.phone.sync().done


# Old clients: what they push counts, and they are told to update


def upgrade(answer):
    answer.update(changes=[], check=None, notices=[{"code": "upgrade-required"}])


def test_426_an_old_client_goes_on_pushing_and_is_told_to_update(sari, server, visit):
    sari.tells(visit, photos=2)
    cursor = sari.outbox.cursor()
    server.next("sync", Twist(lambda answer: upgrade(answer) or answer.update(cursor=cursor)))
    report = sari.phone.sync()
    assert (report.problem, report.submissions, report.photos, report.done) == (None, 1, 2, True)
    assert [type(note) for note in report.notes] == [errors.UpdateNeeded]
    assert sari.outbox.cursor() == cursor
    assert [listed.visit.id for listed in sari.phone.visits()] == [visit], "the list stays as it was"


def test_426_to_a_request_that_pushes_nothing_stops_the_pull_and_nothing_else(sari, server, visit):
    server.next("sync", Status(426, "upgrade-required"))
    report = sari.phone.sync()
    assert (report.problem, report.requests, report.waits) == (None, 1, 0)
    assert [type(note) for note in report.notes] == [errors.UpdateNeeded]
    assert len(sari.phone.visits()) == 1


def test_an_old_client_that_never_pulled_keeps_what_it_has(sari, server, visit):
    receipt = sari.tells(visit)
    with sari.phone.store.db.transaction():
        sari.phone.store.db.set("cursor", None)
    server.next("sync", Twist(lambda answer: upgrade(answer) or answer.update(cursor=None, reset=True)))
    report = sari.phone.sync()
    assert (report.done, sari.outbox.cursor(), sari.outbox.epoch()) == (True, None, "epoch1")
    assert [listed.visit.id for listed in sari.phone.visits()] == [visit]
    assert sari.phone.store.told(visit, 1).digest == receipt.digest


# What is said to people


@pytest.mark.parametrize(
    ("answer", "english", "indonesian"),
    [
        (
            Status(429, headers={"Retry-After": "86400"}),
            "The server asks to come back in 86400 seconds. Everything you recorded is safe here.",
            "Server meminta kembali dalam 86400 detik. Semua catatan Anda aman di sini.",
        ),
        (
            Status(507, "store-full", {"Retry-After": "86400"}),
            "The server's storage is full. Your photos are safe here and are sent when there is room. Tell your "
            "coordinator.",
            "Penyimpanan server penuh. Foto Anda aman di sini dan dikirim bila ada tempat. Beri tahu koordinator.",
        ),
        (
            Status(503, headers={"Retry-After": "86400"}),
            "The server asks to come back in 86400 seconds. Everything you recorded is safe here.",
            "Server meminta kembali dalam 86400 detik. Semua catatan Anda aman di sini.",
        ),
    ],
)
def test_a_server_that_needs_a_day_says_so_in_both_languages(
    sari, server, visit, answer, english, indonesian
):
    sari.tells(visit)
    server.next("sync", answer)
    report = sari.phone.sync()
    assert report.problem is not None
    assert (report.problem.words("en"), report.problem.words("id")) == (english, indonesian)
    assert sari.waits == []
