"""Sari syncs: whatever the line does, nothing is lost, nothing is doubled, and she is told in words."""

import json

import pytest

from fieldsync import errors, wire
from tests.fieldsync.conftest import picture
from tests.fieldsync.scripted import Before, CutAnswer, CutRequest, Portal, Status, Twist, a_visit


def told(server):
    """What the server keeps, by visit."""
    return [item["visit"] for item in server.submissions.values()]


def test_a_finished_visit_arrives_with_its_photos_and_its_exact_text(sari, server, visit):
    receipt = sari.tells(visit, photos=2)
    text = sari.phone.store.submission_text(receipt.digest)
    report = sari.phone.sync()
    assert (report.problem, report.notes, report.submissions, report.photos) == (None, (), 1, 2)
    assert report.done
    assert report.words("id") == [
        "Terkirim: 1 kunjungan, 0 draf, 2 foto.",
        "Semua sudah di server.",
    ]
    assert server.submissions[receipt.id, receipt.digest]["doc"] == text
    assert wire.sha256_text(text) == receipt.digest
    photos = json.loads(text)["photos"]
    assert {photo["id"]: photo["sha256"] for photo in photos} == {
        name: wire.sha256_bytes(photo["bytes"]) for name, photo in server.photos.items()
    }
    assert sari.phone.visit(visit).state == "submitted"
    assert sari.phone.store.receipts()[0].slot == "current"


def test_nothing_new_costs_one_small_request(sari, server, visit):
    sari.phone.sync()
    server.heard.clear()
    report = sari.phone.sync()
    assert report.requests == len(server.heard) == 1
    assert len(server.heard[0].body) < 500
    assert "content-encoding" not in server.heard[0].headers


def test_a_large_request_is_packed_and_a_server_that_cannot_unpack_gets_it_plain(sari, server, visit):
    sari.tells(visit)
    server.next("sync", Status(415, "unknown-encoding"))
    assert sari.phone.sync().done
    packed, plain = server.requests("sync")[-2:]
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers


def test_no_cookie_is_ever_sent_back(sari, server, visit):
    sari.tells(visit)
    sari.phone.sync()
    assert not [heard for heard in server.heard if "cookie" in heard.headers]


def test_a_lost_answer_is_followed_by_the_same_request_and_nothing_is_doubled(sari, server, visit):
    receipt = sari.tells(visit)
    server.next("sync", CutAnswer())
    report = sari.phone.sync()
    assert report.done
    assert report.waits == 1
    first, second = (heard.said for heard in server.requests("sync")[1:3])
    assert first["items"] == second["items"]
    assert first["cursor"] == second["cursor"]
    assert list(server.submissions) == [(receipt.id, receipt.digest)]


@pytest.mark.parametrize(
    "trouble", [Status(500), Status(503), Status(502, spoken=False), Portal(), CutRequest(5)]
)
def test_trouble_is_waited_out_and_changes_nothing(sari, server, visit, trouble):
    sari.tells(visit)
    server.next("sync", trouble, trouble, trouble)
    cursor = sari.outbox.cursor()
    seen = []
    sari.phone.sleep = lambda seconds: seen.append(
        (seconds, sari.outbox.cursor(), len(sari.outbox.waiting()))
    )
    assert sari.phone.sync().done
    assert [(kept, waiting) for _, kept, waiting in seen] == [(cursor, 2)] * 3
    assert [0 <= seconds <= limit for (seconds, *_), limit in zip(seen, (2, 4, 8), strict=True)] == [True] * 3


def test_k11_a_hotel_network_that_answers_everything_ends_the_run_in_words(sari, server, visit):
    sari.tells(visit)
    server.next("sync", *[Portal()] * 20)
    report = sari.phone.sync(failures_max=5)
    assert isinstance(report.problem, errors.NotOurServer)
    assert (report.requests, report.waits, len(sari.waits)) == (5, 4, 4)
    assert report.words("en")[1].startswith("Something answered, but not our server")
    assert report.remains.submissions == 1
    assert report.remains.photos == 1


def test_a_server_that_asks_to_come_back_later_is_obeyed(sari, server, visit):
    server.next("sync", Status(503, headers={"Retry-After": "40"}))
    assert sari.phone.sync().done
    assert 40 <= sari.waits[0] <= 42


def test_a_server_that_asks_to_come_back_tomorrow_ends_the_run(sari, server, visit):
    server.next("sync", Status(429, headers={"Retry-After": "86400"}))
    report = sari.phone.sync()
    assert isinstance(report.problem, errors.ServerBusy)
    assert (report.problem.facts["seconds"], sari.waits) == (86400, [])


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (Status(401, "token-expired"), errors.SignInAgain),
        (Status(403, "device-revoked"), errors.Barred),
        (Status(426, "upgrade-required"), errors.UpdateNeeded),
    ],
)
def test_a_closed_door_stops_at_once_and_keeps_everything(sari, server, visit, answer, problem):
    receipt = sari.tells(visit)
    server.next("sync", answer)
    report = sari.phone.sync()
    assert isinstance(report.problem, problem)
    assert (report.requests, report.waits) == (1, 0)
    assert sari.phone.store.submission_text(receipt.digest)
    assert sari.phone.sync().done, "and the next run sends it"


def test_signing_in_again_keeps_the_device_and_everything_that_waits(sari, server, visit):
    from fieldsync import open_engine, sign_in

    sari.tells(visit)
    before = sari.phone.store.identity()
    sari.phone.close()
    sari.phone = sari.opens(sign_in(sari.home, server.address, "sari", "kata-sandi"))
    assert sari.phone.store.identity() == before
    assert sari.phone.sync().done
    again = open_engine(sari.home)
    assert again.store.identity() == before
    again.close()


def test_a_wrong_password_is_said_as_the_server_says_it(server, tmp_path):
    from fieldsync import sign_in

    with pytest.raises(errors.Refused) as refusal:
        sign_in(tmp_path, server.address, "sari", "salah")
    assert refusal.value.words() == (
        "The server said no: Wrong name or password. What you recorded is safe here."
    )
    assert list(tmp_path.iterdir()) == []


def test_k12_another_account_with_the_same_name_does_not_get_saris_records(sari, server, visit):
    from fieldsync import sign_in

    server.user = wire.uuid7()
    with pytest.raises(errors.OtherUser):
        sign_in(sari.home, server.address, "sari", "kata-sandi")


# Answers that answer something else


def test_k3_an_answer_to_an_earlier_question_is_put_aside_whole(sari, server, visit):
    receipt = sari.tells(visit)
    server.next("sync", Twist(lambda answer: answer.update({"for": "epoch1.1"})))
    seen = []
    sari.phone.sleep = lambda _: seen.append(sari.phone.store.told(visit, 1).state)
    assert sari.phone.sync().done
    assert seen == ["outbox"]
    assert sari.phone.store.told(visit, 1).id == receipt.id


def test_an_answer_nobody_can_read_changes_nothing(sari, server, visit):
    sari.tells(visit)
    server.next("sync", Twist(lambda answer: answer.update({"cursor": 7})))
    report = sari.phone.sync()
    assert (report.done, report.waits) == (True, 1)


def test_k9_a_list_that_does_not_add_up_is_read_anew_once(sari, server, visit):
    server.put(visit, rev=2)
    server.next("sync", Twist(lambda answer: answer.update({"check": [9, 9]})))
    report = sari.phone.sync()
    assert (report.done, report.healed, report.notes) == (True, 1, ())
    assert [heard.said["cursor"] for heard in server.requests("sync")[-2:]] == ["epoch1.11", None]
    assert sari.phone.visit(visit).raw["rev"] == 2


def test_k9_a_list_that_never_adds_up_is_told_and_stops_nothing(sari, server, visit):
    sari.tells(visit)
    server.next("sync", *[Twist(lambda answer: answer.update({"check": [9, 9]}))] * 9)
    report = sari.phone.sync()
    assert (report.submissions, report.photos) == (1, 1)
    assert {type(note) for note in report.notes} == {errors.ListDiffers}
    assert len(server.heard) < 15


def test_a_long_list_comes_in_pages_and_what_was_not_met_is_dropped(sari, server, checklist, visit):
    others = [wire.uuid7() for _ in range(5)]
    for other in others:
        server.put(other, **a_visit(checklist))
    sari.phone.pull()
    assert len(sari.phone.visits()) == 6
    # The server forgets three of them, and the phone's place in the list with them.
    for other in others[:3]:
        del server.items["visit", other]
    server.epoch = "epoch2"
    assert sari.phone.pull().done
    assert {listed.visit.id for listed in sari.phone.visits()} == {visit, *others[3:]}


def test_a_reset_on_the_way_through_a_reset_begins_again(sari, server, checklist, visit):
    for _ in range(4):
        server.put(wire.uuid7(), **a_visit(checklist))
    server.epoch = "epoch2"

    def once_more() -> None:
        server.epoch = "epoch3"
        del server.items["visit", visit]

    server.next("sync", Before(lambda: None), Before(once_more))
    assert sari.phone.pull().done
    assert len(sari.phone.visits()) == 4
    assert sari.outbox.cursor().startswith("epoch3.")


def test_a_kind_nobody_knows_is_kept_and_counted(sari, server, visit):
    server.seq += 1
    server.items["poem", wire.uuid7()] = (server.seq, {"text": "…"})
    report = sari.phone.sync()
    assert (report.healed, report.changes) == (0, 1)
    assert len(sari.phone.visits()) == 1


# What the server takes away


def test_k4_a_reassigned_visit_is_hidden_and_its_draft_stays(sari, server, visit):
    sari.visits(visit)
    server.take_away(visit)
    assert sari.phone.sync().done
    assert sari.phone.visit(visit).removed == "reassigned"
    assert sari.phone.draft(visit).fields["answers"]["A4"]["value"] == 5


def test_k4_a_visit_finished_before_the_news_of_its_reassignment_is_told_late(sari, server, visit):
    sari.tells(visit)
    server.take_away(visit)
    assert sari.phone.sync().done
    assert sari.phone.store.receipts()[0].slot == "late"


def test_a_visit_taken_away_untouched_leaves_no_trace_and_cannot_begin(sari, server, visit):
    server.take_away(visit)
    sari.phone.sync()
    with pytest.raises(errors.NoSuchVisit):
        sari.phone.start(visit)


# Epochs, durability


def test_k7_after_a_restore_everything_still_kept_is_offered_again(sari, server, visit):
    receipt = sari.tells(visit)
    sari.phone.sync()
    server.submissions.clear()
    server.photos.clear()
    server.put(visit, state="assigned")
    server.epoch = "epoch2"
    report = sari.phone.sync()
    assert (report.done, report.submissions, report.photos) == (True, 1, 1)
    assert list(server.submissions) == [(receipt.id, receipt.digest)]


def test_k8_only_what_is_durable_is_freed(sari, server, visit):
    receipt = sari.tells(visit)
    sari.phone.sync()
    photo = sari.phone.store.photos(visit)[0]
    sari.phone.sync()
    assert set(server.requests("sync")[-1].said["kept"]) == {receipt.id, photo.id}
    assert sari.phone.store.photo_content(photo)
    server.durable |= {photo.id, receipt.id}
    sari.phone.sync()
    assert [kept.state for kept in sari.phone.store.photos(visit)] == ["freed"]
    with pytest.raises(errors.PhotoGone):
        sari.phone.store.photo_content(photo)
    freed = sari.phone.store.receipts()[0]
    assert (freed.state, freed.digest) == ("freed", receipt.digest)
    assert sari.phone.store.submission_text(receipt.digest) is None


def test_k8_durable_without_being_sent_frees_nothing(sari, server, visit):
    receipt = sari.tells(visit)
    server.next("sync", Twist(lambda answer: answer.update(results=[], durable=[receipt.id])))
    server.next("sync", *[Status(401)])
    sari.phone.sync()
    assert sari.phone.store.submission_text(receipt.digest)


# Drafts


def test_a_draft_is_kept_on_the_server_and_thrown_away_there_too(sari, server, visit):
    sari.visits(visit, photos=0)
    report = sari.phone.sync()
    assert (report.drafts, report.done) == (1, True)
    rev, doc = server.drafts[visit]
    assert json.loads(doc) == sari.phone.draft(visit).fields
    sari.phone.discard(visit)
    assert sari.phone.sync().drafts == 1
    assert server.drafts[visit] == (rev + 1, None)
    assert sari.phone.sync().drafts == 0


def test_k6_an_answer_written_while_the_draft_was_on_its_way_is_sent_too(sari, server, visit):
    sari.visits(visit, photos=0)
    server.next("sync", Before(lambda: sari.phone.answer(visit, "A4", 6)))
    assert sari.phone.sync().done
    assert json.loads(server.drafts[visit][1])["answers"]["A4"]["value"] == 6


def test_a_phone_restored_from_an_old_copy_writes_above_what_the_server_keeps(sari, server, visit):
    sari.visits(visit, photos=0)
    server.drafts[visit] = (900, "{}")
    assert sari.phone.sync().done
    rev, doc = server.drafts[visit]
    assert rev == 901
    assert json.loads(doc)["answers"]["A4"]["value"] == 5


def test_photos_of_a_draft_stay_here_until_the_visit_is_finished(sari, server, visit):
    sari.visits(visit)
    report = sari.phone.sync()
    assert report.done
    assert server.photos == {}
    sari.phone.finish(visit)
    assert sari.phone.sync().photos == 1


# One bad thing


def test_k10_one_document_the_server_stumbles_over_delays_no_other(sari, server, checklist):
    visits = [wire.uuid7() for _ in range(7)]
    for each in visits:
        server.put(each, **a_visit(checklist))
    sari.phone.pull()
    receipts = [sari.tells(each, photos=0) for each in visits]
    bad = receipts[3].id
    server.refuses = lambda said: any(item.get("id") == bad for item in said["items"])
    report = sari.phone.sync()
    assert [(type(note), note.facts["id"]) for note in report.notes] == [(errors.NeedsHelp, bad)]
    assert report.remains.submissions == 1
    assert sorted(told(server)) == sorted(set(visits) - {visits[3]})
    assert sari.phone.store.told(visits[3], 1).trouble == "malformed"
    server.refuses = lambda said: False
    assert sari.phone.sync().done, "the next run offers it again"


def test_k10_an_item_answered_retry_for_ever_is_left_for_the_next_run(sari, server, checklist, visit):
    receipt = sari.tells(visit)

    def retry(answer):
        for result in answer["results"]:
            result.update(status="retry", reason="unexpected")

    server.next("sync", *[Twist(retry)] * 50)
    report = sari.phone.sync()
    assert [note.facts["id"] for note in report.notes] == [receipt.id]
    assert report.photos == 1
    assert len(sari.waits) == 3


def test_a_photo_the_server_never_mentions_does_not_spin(sari, server, visit):
    sari.tells(visit)
    server.next("sync", *[Twist(lambda answer: answer.update(uploads=[]))] * 50)
    report = sari.phone.sync()
    assert report.submissions == 1
    assert len(server.heard) < 12
    assert report.remains.photos == 1


def test_a_text_damaged_on_the_way_is_sent_again(sari, server, visit):
    receipt = sari.tells(visit)
    answer = {"id": receipt.id, "digest": receipt.digest, "status": "retry", "reason": "digest"}
    server.next("sync", Twist(lambda said: said.update(results=[answer])))
    assert sari.phone.sync().done
    assert "damaged" not in server.submissions[receipt.id, receipt.digest]


def test_a_text_damaged_on_this_phone_is_said_to_be_damaged(sari, server, visit):
    receipt = sari.tells(visit)
    db = sari.phone.store.db
    with db.transaction():
        db.run("DROP TRIGGER submission_k2_a_finished_text_never_changes")
        db.run("UPDATE submissions SET doc = replace(doc, 'tidak', 'tidka')")
    assert sari.phone.sync().done
    kept = server.submissions[receipt.id, receipt.digest]
    assert kept["damaged"] is True
    assert sari.phone.store.receipts()[0].slot == "quarantined"


# Papers


def test_a_checklist_with_another_digest_is_not_believed(sari, server):
    visit = wire.uuid7()
    digest = wire.sha256_text("another text")
    server.papers[digest] = "not that text"
    server.put(visit, **a_visit(digest))
    report = sari.phone.pull()
    assert [(type(note), note.facts["digest"]) for note in report.notes] == [(errors.PaperNotFetched, digest)]
    with pytest.raises(errors.ChecklistMissing):
        sari.phone.start(visit)


def test_a_pull_sends_nothing(sari, server, visit):
    sari.tells(visit)
    sari.phone.pull()
    assert server.submissions == {}
    assert server.photos == {}
    assert server.requests("sync")[-1].said["pending"]["submissions"] == 1


# Corrections


def test_a_returned_visit_begins_with_what_was_told_and_its_photos_need_no_bytes(sari, server, visit):
    receipt = sari.tells(visit)
    sari.phone.sync()
    points = [{"item": "A4", "photo": None, "reason": "unclear", "note": "Hitung lagi."}]
    server.put(
        visit,
        state="returned",
        attempt=2,
        returned={"attempt": 1, "note": "", "points": points, "decided_at": "2026-03-05T01:00:00Z"},
        previous={"id": receipt.id, "digest": receipt.digest},
    )
    sari.phone.sync()
    assert sari.phone.returned(visit)["points"] == points
    draft = sari.phone.start(visit)
    assert (draft.attempt, draft.fields["attempt"], draft.fields["parent"]) == (2, 2, receipt.id)
    assert draft.fields["answers"]["A4"]["value"] == 5
    sari.phone.answer(visit, "A4", 7)
    second = sari.phone.finish(visit)
    server.heard.clear()
    assert sari.phone.sync().done
    assert server.requests("PATCH") == []
    doc = json.loads(server.submissions[second.id, second.digest]["doc"])
    assert [photo["id"] for photo in doc["photos"]] == list(server.photos)
    assert doc["answers"]["A4"]["value"] == 7
    assert len(sari.phone.store.receipts()) == 2


def test_a_visit_returned_to_a_new_phone_fetches_what_the_old_one_told(sari, server, visit, tmp_path):
    from tests.fieldsync.conftest import Sari

    receipt = sari.tells(visit)
    sari.phone.sync()
    server.put(visit, state="returned", attempt=2, previous={"id": receipt.id, "digest": receipt.digest})
    new = Sari(server, tmp_path / "new phone")
    report = new.phone.sync()
    assert (report.done, report.papers) == (True, 2)
    draft = new.phone.start(visit)
    assert draft.fields["answers"]["A4"]["value"] == 5
    new.phone.answer(visit, "A4", 6)
    new.phone.finish(visit)
    assert new.phone.sync().done
    new.phone.close()


# One at a time


def test_k5_two_syncs_of_one_phone_do_not_run_together(sari, server, visit):
    from fieldsync import open_engine

    sari.tells(visit)
    other = sari.opens(open_engine(sari.home))
    refused = []

    def second() -> None:
        try:
            other.sync()
        except errors.SyncRunning as problem:
            refused.append(problem)

    server.next("sync", Before(second))
    assert sari.phone.sync().done
    assert len(refused) == 1
    assert other.sync().done
    other.close()


def test_k5_a_lease_left_by_a_dead_process_is_taken_over(sari, server, visit):
    db = sari.phone.store.db
    with db.transaction():
        db.run("INSERT INTO lease VALUES (1, 'somebody', 99999999, ?)", sari.clock().timestamp())
    assert sari.phone.sync().done


def test_k5_a_lease_of_yesterday_or_of_tomorrow_is_taken_over(sari, server, visit):
    import os

    db = sari.phone.store.db
    for hours in (-24, 24):
        with db.transaction():
            beat = sari.clock().timestamp() + hours * 3600
            db.run("INSERT INTO lease VALUES (1, 'asleep', ?, ?)", os.getppid(), beat)
        assert sari.phone.sync().done


def test_k5_who_lost_the_lease_while_asleep_changes_nothing(sari, server, visit):
    sari.tells(visit)
    db = sari.phone.store.db

    def another_took_over() -> None:
        with db.transaction():
            db.run("UPDATE lease SET holder = 'another'")

    server.next("sync", Before(another_took_over))
    report = sari.phone.sync(failures_max=1)
    assert isinstance(report.problem, errors.AnswerStale)
    assert sari.phone.store.told(visit, 1).state == "outbox"


def test_hundreds_of_visits_go_out_oldest_first_and_within_the_limits_of_a_request(sari, server, checklist):
    visits = [wire.uuid7() for _ in range(60)]
    for each in visits:
        server.put(each, **a_visit(checklist))
    sari.phone.pull()
    for each in visits:
        sari.clock.advance(minutes=1)
        sari.phone.record(each, {"answers": {"A4": {"value": 3}}})
    assert sari.phone.sync().done
    assert told(server) == visits
    assert max(len(heard.said["items"]) for heard in server.requests("sync")) == 50


def test_a_great_deal_of_text_is_sent_in_several_requests(sari, server, checklist):
    visits = [wire.uuid7() for _ in range(4)]
    for each in visits:
        server.put(each, **a_visit(checklist))
    sari.phone.pull()
    for each in visits:
        sari.phone.record(each, {"narrative": "panjang " * 50_000})
    assert sari.phone.sync().done
    assert max(len(heard.body) for heard in server.requests("sync")) < wire.BODY_BYTES_MAX
    assert len(told(server)) == 4


def test_events_tell_a_watcher_how_far_the_photos_are(sari, server, visit):
    sari.phone.start(visit)
    photo = sari.phone.add_photo(visit, picture(1, (640, 480)), as_is=True)
    sari.phone.finish(visit)
    sari.phone.sync()
    steps = [(event.offset, event.size, event.photos_left) for event in sari.events if event.photo]
    assert steps[0] == (0, photo.size, 1)
    assert steps[-1] == (photo.size, photo.size, 1)
    assert steps == sorted(steps)
