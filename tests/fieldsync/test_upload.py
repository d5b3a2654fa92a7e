"""Sari's photos go out in pieces: what arrived stays there, and never is a byte of another photo sent."""

import base64
import hashlib

import pytest

from fieldsync import errors, wire
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


def slow(sari) -> None:
    """Whatever she does takes twenty seconds."""
    moments = iter(range(0, 100_000, 20))
    sari.phone.watch = lambda: float(next(moments))


def pieces(server):
    return [(int(heard.headers["upload-offset"]), len(heard.body)) for heard in server.requests("PATCH")]


def test_a_fast_line_takes_a_fresh_photo_in_one_piece(sari, server, photo):
    report = sari.phone.sync()
    assert stored(server, photo)
    assert report.photo_bytes == photo.size
    assert pieces(server) == [(0, photo.size)]


def test_a_visit_with_five_photos_costs_one_exchange_and_five_pieces(sari, server, visit):
    sari.phone.start(visit)
    for number in range(5):
        sari.phone.add_photo(visit, picture(number, BIG), as_is=True)
    sari.phone.finish(visit)
    server.heard.clear()
    report = sari.phone.sync()
    assert report.done
    assert [heard.method for heard in server.heard] == ["POST", *["PATCH"] * 5]
    assert (report.requests, report.photos, report.submissions) == (6, 5, 1)


def test_pieces_shrink_on_a_slow_line(sari, server, photo):
    slow(sari)
    assert sari.phone.sync().done
    assert {size for _, size in pieces(server)[1:-1]} == {16 * KIB}


def test_after_a_cut_the_phone_asks_where_the_server_stands_and_goes_on_there(sari, server, photo):
    server.next("PATCH", CutRequest(20_000))
    report = sari.phone.sync()
    assert stored(server, photo)
    assert len(server.requests("HEAD")) == 1
    assert pieces(server)[0] == (20_000, 16 * KIB), "from the last byte that arrived, in a smaller piece"
    assert sari.phone.store.photo(photo.id).state == "stored"
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

    slow(sari)
    server.next("PATCH", Before(lambda: None), Before(lose))
    report = sari.phone.sync()
    assert stored(server, photo)
    assert (report.done, report.waits) == (True, 0)


def test_a_photo_that_arrived_damaged_is_sent_again_with_checksums(sari, server, photo):
    def flip() -> None:
        kept = server.photos[photo.id]
        kept["bytes"] = b"x" + kept["bytes"][1:]

    slow(sari)
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
    whole = photo.size // KIB
    assert [size // KIB for _, size in pieces(server)[:4]] == [whole, whole, whole, 16]


def test_a_server_that_takes_only_small_pieces_gets_them(sari, server, photo):
    server.next("PATCH", Status(413, "too-large"))
    assert sari.phone.sync().done
    assert [size for _, size in pieces(server)[:2]] == [photo.size, photo.size // 2]


def test_a_full_server_is_waited_for_and_named(sari, server, photo):
    server.next("PATCH", *[Status(507, "store-full")] * 99)
    report = sari.phone.sync(failures_max=3)
    assert isinstance(report.problem, errors.ServerFull)
    assert (report.submissions, report.remains.photos) == (1, 1)


def test_a_portal_that_comes_up_in_the_middle_changes_nothing(sari, server, photo):
    slow(sari)
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
    assert len(server.requests("sync")[-1].said["items"]) == 2


def test_yesterdays_address_is_not_used_today(sari, server, photo):
    server.next("PATCH", *[Status(500)] * 3)
    sari.phone.sync(failures_max=2)
    assert sari.phone.store.photo(photo.id).url
    server.script.clear()
    server.photos[photo.id].update(gen=2)
    report = sari.phone.sync()
    assert (report.done, report.waits) == (True, 0)
    assert stored(server, photo)


def test_a_piece_of_another_epoch_counts_for_nothing_until_the_list_says_so(sari, server, photo):
    """The server was restored while the photo was on its way: what it says of it is not yet our history."""

    def restored() -> None:
        server.epoch = "epoch2"
        server.submissions.clear()

    seen = []
    sari.phone.progress = lambda _: seen.append((sari.outbox.epoch(), sari.phone.store.photo(photo.id).state))
    server.next("PATCH", Before(restored))
    report = sari.phone.sync()
    assert ("epoch1", "declared") in seen
    assert ("epoch1", "stored") not in seen
    assert (report.done, len(server.submissions)) == (True, 1)
    assert sari.phone.store.photo(photo.id).state == "stored"
    assert sari.outbox.epoch() == "epoch2"


def test_a_visit_finished_while_a_photo_is_on_its_way_goes_before_the_rest_of_it(
    sari, server, checklist, photo
):
    from tests.fieldsync.scripted import a_visit

    second = wire.uuid7()
    server.put(second, **a_visit(checklist))
    sari.phone.pull()
    slow(sari)
    server.heard.clear()
    server.next("PATCH", Before(lambda: sari.phone.record(second, {"answers": {"A4": {"value": 3}}})))
    assert sari.phone.sync().done
    assert [heard.method for heard in server.heard][:4] == ["POST", "PATCH", "POST", "PATCH"]
    assert server.requests("sync")[1].said["items"][0]["visit"] == second
    offsets = [offset for offset, _ in pieces(server)]
    assert offsets == sorted(offsets)
    assert server.requests("HEAD") == []


def test_what_the_line_can_bear_is_remembered_for_the_next_run(sari, server, checklist, visit):
    from tests.fieldsync.scripted import a_visit

    sari.phone.start(visit)
    sari.phone.add_photo(visit, picture(3, BIG), as_is=True)
    sari.phone.finish(visit)
    server.next("PATCH", *[CutRequest(3_000)] * 4)
    assert sari.phone.sync().done
    second = wire.uuid7()
    server.put(second, **a_visit(checklist))
    sari.phone.pull()
    sari.phone.start(second)
    sari.phone.add_photo(second, picture(4, BIG), as_is=True)
    sari.phone.finish(second)
    server.heard.clear()
    sari.phone.sync()
    assert pieces(server)[0][1] < 64 * KIB


def test_photos_the_server_takes_later_are_asked_for_again_when_others_are_through(sari, server, visit):
    sari.phone.start(visit)
    for number in range(5):
        sari.phone.add_photo(visit, picture(number), as_is=True)
    sari.phone.finish(visit)
    server.uploads_max = 2
    report = sari.phone.sync()
    assert (report.done, report.photos, report.notes) == (True, 5, ())
    assert len(server.requests("sync")) == 4, "the pull, and one for each lot of photos"


def test_photos_the_server_does_not_take_today_wait_and_are_told(sari, server, photo):
    server.uploads_max = 0
    report = sari.phone.sync()
    assert (report.submissions, report.photos, report.remains.photos) == (1, 0, 1)
    assert [note.words() for note in report.notes] == [
        "The server takes 1 photos only when others are through. They are safe here. They go with a later sync."
    ]
    assert len(sari.waits) == 0
    server.uploads_max = None
    assert sari.phone.sync().done
