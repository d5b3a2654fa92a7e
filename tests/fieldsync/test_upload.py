"""Sari's photos go out in pieces: what arrived stays there, and never is a byte of another photo sent."""

import base64
import hashlib

import pytest

from fieldsync import errors, rules, wire
from fieldsync.rules import Piece
from tests.fieldsync.conftest import picture
from tests.fieldsync.scripted import NOTHING, Before, CutAnswer, CutRequest, Portal, Status, Twist

KIB = 1024
BIG = (640, 480)


@pytest.fixture
def photo(sari, visit):
    """A photo of some 300 KB in a finished visit."""
    sari.phone.start(visit)
    photo = sari.phone.add_photo(visit, picture(3, BIG), as_is=True)
    sari.phone.finish(visit)
    return photo


def stored(server, photo) -> bool:
    kept = server.photos[photo.id]
    return kept["state"] == "stored" and wire.sha256_bytes(kept["bytes"]) == photo.sha256


def pieces(server):
    return [(int(heard.headers["upload-offset"]), len(heard.body)) for heard in server.requests("PATCH")]


def test_pieces_grow_on_a_good_line_and_follow_each_other(sari, server, photo):
    report = sari.phone.sync()
    assert stored(server, photo)
    assert report.photo_bytes == photo.size
    sent = pieces(server)
    assert [size for _, size in sent] == [32 * KIB, 64 * KIB, photo.size - 96 * KIB]
    assert [offset for offset, _ in sent] == [sum(size for _, size in sent[:n]) for n in range(len(sent))]


def test_pieces_shrink_on_a_slow_line(sari, server, photo):
    moments = iter(range(0, 10_000, 20))
    sari.phone.watch = lambda: float(next(moments))
    assert sari.phone.sync().done
    assert {size for _, size in pieces(server)[1:-1]} == {16 * KIB}


def test_after_a_cut_the_phone_asks_where_the_server_stands_and_goes_on_there(sari, server, photo):
    server.next("PATCH", CutRequest(20_000))
    report = sari.phone.sync()
    assert stored(server, photo)
    assert len(server.requests("HEAD")) == 1
    assert pieces(server)[0] == (20_000, 16 * KIB), "from the last byte that arrived, in a smaller piece"
    assert report.waits == 1


def test_after_a_lost_answer_nothing_is_sent_twice(sari, server, photo):
    server.next("PATCH", CutAnswer(NOTHING))
    assert sari.phone.sync().done
    assert stored(server, photo)
    assert len(server.requests("HEAD")) == 1
    assert sum(size for _, size in pieces(server)) == photo.size


def test_somebody_was_faster_so_the_phone_goes_on_from_there(sari, server, photo):
    content = sari.phone.store.photo_content(sari.phone.store.photo(photo.id))

    def another_connection() -> None:
        server.piece(f"{photo.id}.0", 0, content[:50_000])

    server.next("PATCH", Before(another_connection))
    report = sari.phone.sync()
    assert stored(server, photo)
    assert (report.waits, len(server.requests("HEAD"))) == (0, 0)
    assert [offset for offset, _ in pieces(server)][:2] == [0, 50_000]


def test_a_server_that_moves_the_offset_about_for_ever_is_left_alone(sari, server, photo):
    server.next("PATCH", *[Status(409, "offset-mismatch", {"Upload-Offset": str(n % 2)}) for n in range(99)])
    report = sari.phone.sync()
    assert report.remains.photos == 1
    assert [type(note) for note in report.notes] == [errors.NeedsHelp]
    assert len(server.heard) < 50


def test_an_address_that_is_gone_is_renewed_by_the_next_exchange(sari, server, photo):
    def lose() -> None:
        server.photos[photo.id].update(gen=1, bytes=b"")

    server.next("PATCH", Before(lambda: None), Before(lose))
    report = sari.phone.sync()
    assert stored(server, photo)
    assert (report.done, report.waits) == (True, 0)


def test_a_photo_that_arrived_damaged_is_sent_again_with_checksums(sari, server, photo):
    def flip() -> None:
        kept = server.photos[photo.id]
        kept["bytes"] = b"x" + kept["bytes"][1:]

    server.next("PATCH", Before(lambda: None), Before(flip))
    assert sari.phone.sync().done
    assert stored(server, photo)
    last = server.requests("PATCH")[-1]
    checksum = base64.b64encode(hashlib.sha256(last.body).digest()).decode()
    assert last.headers["upload-checksum"] == f"sha256 {checksum}"


def test_a_photo_the_server_cannot_use_is_told_with_the_reason_and_kept(sari, server, photo):
    def bad() -> None:
        server.photos[photo.id].update(state="bad", gen=3)

    server.next("PATCH", Before(bad))
    report = sari.phone.sync()
    assert [note.words("en") for note in report.notes] == [
        f"The server could not use the photo {photo.id} (wrong-hash). It is kept here. Take it again if you can."
    ]
    assert report.remains.photos == 0
    assert sari.phone.store.photo_content(photo)
    assert [(each.id, each.state) for each in sari.phone.store.troubled_photos()] == [(photo.id, "bad")]


def test_a_piece_that_arrived_damaged_is_sent_again_and_then_in_small(sari, server, photo):
    server.next("PATCH", *[Status(460, "checksum-mismatch")] * 3)
    report = sari.phone.sync()
    assert stored(server, photo)
    assert report.waits == 0
    assert [size // KIB for _, size in pieces(server)[:4]] == [32, 32, 32, 16]


def test_a_server_that_takes_only_small_pieces_gets_them(sari, server, photo):
    server.next("PATCH", Status(413, "too-large"))
    assert sari.phone.sync().done
    assert [size // KIB for _, size in pieces(server)[:2]] == [32, 16]


def test_a_full_server_is_waited_for_and_named(sari, server, photo):
    server.next("PATCH", *[Status(507, "store-full")] * 99)
    report = sari.phone.sync(failures_max=3)
    assert isinstance(report.problem, errors.ServerFull)
    assert (report.submissions, report.remains.photos) == (1, 1)


def test_a_portal_that_comes_up_in_the_middle_changes_nothing(sari, server, photo):
    server.next("PATCH", Before(lambda: None), Portal())
    assert sari.phone.sync().done
    assert stored(server, photo)


def test_k11_the_token_goes_to_no_other_address(sari, server, photo):
    for address in ("http://127.0.0.2:1/x", "//evil.example/x", ".evil.example/x", "@evil.example/x"):
        server.next("sync", Twist(lambda answer, url=address: answer["uploads"][0].update(url=url)))
        report = sari.phone.sync()
        assert isinstance(report.problem, errors.ForeignAddress)
        assert server.requests("PATCH") == []
    assert sari.phone.sync().done


def test_a_photo_damaged_on_this_phone_is_told_and_not_sent(sari, server, photo):
    path = sari.phone.store.files.folder / f"{photo.id}.jpg"
    path.write_bytes(b"mould" + path.read_bytes()[5:])
    report = sari.phone.sync()
    assert [type(note) for note in report.notes] == [errors.PhotoGone]
    assert server.requests("PATCH") == []
    assert sari.phone.store.photo(photo.id).state == "lost"


def test_documents_go_before_photos_and_the_oldest_visit_first(sari, server, checklist, visit):
    from tests.fieldsync.scripted import a_visit

    second = wire.uuid7()
    server.put(second, **a_visit(checklist))
    sari.phone.pull()
    for each in (visit, second):
        sari.phone.start(each)
    # The younger visit is photographed first, and each has a large photo before a small one.
    photos = {}
    for each in (second, visit):
        for size in (BIG, (100, 80)):
            photos[each, size] = sari.phone.add_photo(each, picture(5, size), as_is=True).id
    for each in (visit, second):
        sari.clock.advance(minutes=5)
        sari.phone.finish(each)
    sari.phone.sync()
    in_order = list(dict.fromkeys(heard.path.split("/")[-1][:36] for heard in server.requests("PATCH")))
    assert in_order == [photos[each, size] for each in (visit, second) for size in ((100, 80), BIG)]
    assert len(server.requests("sync")[-2].said["items"]) == 2


def test_yesterdays_address_is_not_used_today(sari, server, photo):
    server.next("PATCH", *[Status(500)] * 3)
    sari.phone.sync(failures_max=2)
    assert sari.phone.store.photo(photo.id).url
    server.script.clear()
    server.photos[photo.id].update(gen=2)
    report = sari.phone.sync()
    assert (report.done, report.waits) == (True, 0)
    assert stored(server, photo)


def test_the_size_of_a_piece_stays_within_its_bounds():
    piece = Piece()
    for _ in range(20):
        piece = piece.after_kept(0.1)
    assert piece.size == 512 * KIB
    assert piece.after_kept(9) == piece
    for _ in range(20):
        piece = piece.after_failed()
    assert piece.size == 16 * KIB == rules.Piece().smallest().size
