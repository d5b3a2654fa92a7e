"""Sari records without a network: every answer is kept at once, and nothing finished ever changes."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from fieldsync import Picture, errors, open_engine, wire
from fieldsync.rules import Gap
from tests.fieldsync.conftest import picture
from tests.fieldsync.scripted import a_checklist, a_visit


def test_a_visit_can_begin_only_when_its_checklist_is_here(sari, server):
    visit = wire.uuid7()
    server.put(visit, **a_visit(wire.sha256_text("elsewhere")))
    sari.phone.pull()
    assert [listed.ready for listed in sari.phone.visits()] == [False]
    with pytest.raises(errors.ChecklistMissing):
        sari.phone.start(visit)


def test_k1_every_answer_is_on_the_disk_when_the_call_returns(sari, visit):
    sari.phone.start(visit)
    sari.phone.answer(visit, "A4", 3, note="Dihitung dua kali.")
    other = open_engine(sari.home)
    assert other.draft(visit).fields["answers"]["A4"] == {
        "value": 3,
        "note": "Dihitung dua kali.",
        "observed_at": "2026-03-04T09:12:00+08:00",
        "recorded_at": "2026-03-04T09:12:00+08:00",
    }
    other.close()


def test_two_terminals_that_record_one_visit_lose_nothing(sari, visit):
    sari.phone.start(visit)
    other = open_engine(sari.home)
    sari.phone.answer(visit, "A4", 3)
    other.answer(visit, "A5", 12)
    sari.phone.answer(visit, "A3", False)
    assert list(other.draft(visit).fields["answers"]) == ["A4", "A5", "A3"]
    other.close()


def test_an_answer_given_again_keeps_its_note_and_changes_its_value(sari, visit):
    sari.phone.start(visit)
    sari.phone.answer(visit, "A1", na=True, note="Tutup.")
    sari.clock.advance(minutes=3)
    sari.phone.answer(visit, "A1", True)
    told = sari.phone.draft(visit).fields["answers"]["A1"]
    assert told == {
        "value": True,
        "note": "Tutup.",
        "observed_at": "2026-03-04T09:12:00+08:00",
        "recorded_at": "2026-03-04T09:15:00+08:00",
    }
    sari.phone.unanswer(visit, "A1")
    assert sari.phone.draft(visit).fields["answers"] == {}


def test_what_cannot_be_an_answer_is_refused_in_words_and_not_recorded(sari, visit):
    sari.phone.start(visit)
    with pytest.raises(errors.ValueWrong) as refusal:
        sari.phone.answer(visit, "A4", 8)
    assert refusal.value.words("id") == (
        "8 tidak mungkin menjadi jawaban A4 (bilangan bulat sampai 7). Tidak ada yang dicatat. Beri nilai lain."
    )
    with pytest.raises(errors.UnknownItem):
        sari.phone.answer(visit, "A9", 1)
    with pytest.raises(errors.UnknownWord):
        sari.phone.answer(visit, "A1", True, no_photo="malas")
    with pytest.raises(errors.UnknownWord):
        sari.phone.mark(visit, "lunch")
    assert sari.phone.draft(visit).rev == 1


def test_a_moment_is_noted_with_its_place(sari, visit):
    sari.phone.start(visit)
    place = {"lat": -3.8, "lon": 114.76, "accuracy_m": 8, "mock": False}
    sari.phone.mark(visit, "arrived", place=place)
    sari.clock.advance(minutes=40)
    sari.phone.mark(visit, "left")
    sari.phone.mark(visit, "arrived", at=sari.clock() - timedelta(minutes=41))
    fields = sari.phone.draft(visit).fields
    assert fields["marks"] == [
        {"what": "left", "at": "2026-03-04T09:52:00+08:00"},
        {"what": "arrived", "at": "2026-03-04T09:11:00+08:00"},
    ]
    assert fields["place"] == {"arrived": place}


def test_a_photo_of_what_must_not_be_photographed_is_not_kept(sari, visit):
    sari.phone.start(visit)
    with pytest.raises(errors.PhotoForbidden):
        sari.phone.add_photo(visit, picture(), item="A3")
    assert sari.phone.store.photos(visit) == []
    assert not sari.phone.store.files.folder.exists()


def test_a_photo_evidences_several_items_and_can_be_taken_out_again(sari, visit):
    sari.phone.start(visit)
    photo = sari.phone.add_photo(visit, picture(), item="A1")
    sari.phone.answer(visit, "A2", "tidak", photos=[photo.id])
    with pytest.raises(errors.PhotoGone):
        sari.phone.answer(visit, "A2", photos=[wire.uuid7()])
    sari.phone.remove_photo(visit, photo.id)
    fields = sari.phone.draft(visit).fields
    assert (fields["photos"], fields["answers"]["A2"]["photos"]) == ([], [])
    assert sari.phone.store.photo(photo.id) is None
    assert list(sari.phone.store.files.folder.iterdir()) == []


def test_what_is_missing_is_said_and_refuses_nothing(sari, visit):
    sari.phone.start(visit)
    sari.phone.answer(visit, "A1", True)
    sari.phone.answer(visit, "A2", "ada")
    assert sari.phone.missing(visit) == [
        Gap("A1", "photo-missing"),
        Gap("A2", "note-missing"),
        Gap("A3", "answer-missing"),
        Gap("A4", "answer-missing"),
        Gap("A5", "answer-missing"),
    ]
    assert sari.phone.missing(visit)[0].words("id") == "A1: Perlu foto, atau alasan tanpa foto."
    assert sari.phone.finish(visit).state == "outbox"


def test_the_checklist_of_the_beginning_stays_though_the_order_names_another(sari, server, checklist, visit):
    sari.phone.start(visit)
    newer = server.publish(a_checklist().replace('"version":"1"', '"version":"2"'))
    server.put(visit, checklist=newer, rev=2)
    sari.phone.pull()
    assert sari.phone.start(visit).checklist == checklist
    receipt = sari.phone.finish(visit)
    assert json.loads(sari.phone.store.submission_text(receipt.digest))["checklist"] == checklist


def test_k2_a_finished_visit_cannot_be_changed_or_finished_again(sari, visit):
    receipt = sari.tells(visit)
    for act in (sari.phone.start, sari.phone.finish, sari.phone.missing, lambda v: sari.phone.record(v, {})):
        with pytest.raises((errors.AlreadyTold, errors.NotStarted)):
            act(visit)
    db = sari.phone.store.db
    for change in ("UPDATE submissions SET doc = '{}'", "DELETE FROM submissions"):
        with pytest.raises(errors.StoreBroken, match="submission_k2"), db.transaction():
            db.run(change)
    assert wire.sha256_text(sari.phone.store.submission_text(receipt.digest)) == receipt.digest


def test_k2_even_a_caller_who_insists_finishes_an_attempt_once(sari, visit):
    receipt = sari.tells(visit)
    with pytest.raises(errors.AlreadyTold):
        sari.phone.record(visit, {}, force=True)
    assert sari.phone.store.receipts() == [receipt]


def test_a_visit_told_late_that_becomes_hers_again_can_be_told_again(sari, server, checklist, visit):
    sari.tells(visit)
    server.take_away(visit)
    sari.phone.sync()
    server.put(visit, **a_visit(checklist))
    sari.phone.sync()
    sari.clock.advance(days=1)
    second = sari.tells(visit, photos=0)
    assert sari.phone.sync().done
    assert [kept.slot for kept in sari.phone.store.receipts()] == ["late", "current"]
    assert sari.phone.store.told(visit, 1).id == second.id


def test_finishing_notices_a_photo_whose_file_is_gone(sari, visit):
    sari.visits(visit)
    photo = sari.phone.store.photos(visit)[0]
    sari.phone.store.files.remove([photo.id])
    with pytest.raises(errors.PhotoGone):
        sari.phone.finish(visit)
    sari.phone.remove_photo(visit, photo.id)
    assert sari.phone.finish(visit).state == "outbox"


def test_a_text_longer_than_can_be_sent_is_refused_before_it_is_finished(sari, visit):
    sari.phone.start(visit)
    with pytest.raises(errors.TextTooLong):
        sari.phone.describe(visit, narrative="panjang sekali " * 70_000)
    assert sari.phone.draft(visit).fields["narrative"] == ""


def test_half_a_letter_from_a_terminal_does_not_spoil_the_text(sari, server, visit):
    sari.phone.start(visit)
    sari.phone.describe(visit, narrative="loket \udce2\udc80 ramai")
    receipt = sari.phone.finish(visit)
    assert sari.phone.sync().done
    assert (receipt.id, receipt.digest) in server.submissions


def test_a_discarded_draft_takes_its_photos_with_it(sari, visit):
    sari.visits(visit)
    sari.phone.discard(visit)
    assert sari.phone.draft(visit) is None
    assert sari.phone.store.photos(visit) == []
    assert list(sari.phone.store.files.folder.iterdir()) == []
    assert sari.phone.start(visit).fields["answers"] == {}


# A whole visit at once


def test_a_whole_visit_is_recorded_at_once_with_the_callers_times_and_bytes(sari, server, visit):
    board = Picture(picture(1), taken_at=sari.clock() - timedelta(days=3), place={"lat": -3.8, "lon": 114.8})
    fields = {
        "started_at": "2026-03-01T09:00:00+08:00",
        "finished_at": "2026-03-01T09:50:00+08:00",
        "marks": [{"what": "arrived", "at": "2026-03-01T09:00:00+08:00"}],
        "answers": {"A1": {"value": True, "photos": [board.id]}},
        "narrative": "Ramai.",
    }
    receipt = sari.phone.record(visit, fields, [board])
    doc = json.loads(sari.phone.store.submission_text(receipt.digest))
    assert {name: doc[name] for name in fields} == fields
    assert (doc["form"], doc["visit"], doc["attempt"]) == (1, visit, 1)
    assert doc["photos"] == [
        {
            "id": board.id,
            "sha256": wire.sha256_bytes(board.content),
            "size": len(board.content),
            "type": "image/jpeg",
            "taken_at": "2026-03-01T09:12:00+08:00",
            "place": {"lat": -3.8, "lon": 114.8},
        }
    ]
    assert sari.phone.sync().done
    assert server.photos[board.id]["bytes"] == board.content


def test_a_whole_visit_costs_one_transaction(sari, visit):
    seen = []
    sari.phone.store.db._db.set_trace_callback(seen.append)
    sari.phone.record(visit, {"answers": {}}, [Picture(picture(n)) for n in range(5)])
    assert len([statement for statement in seen if statement == "COMMIT"]) == 1


def test_a_whole_visit_goes_over_the_draft_that_was_begun(sari, visit):
    sari.phone.start(visit)
    sari.phone.answer(visit, "A4", 3)
    receipt = sari.phone.record(visit, {"answers": {"A5": {"value": 9}}})
    doc = json.loads(sari.phone.store.submission_text(receipt.digest))
    assert {code: told["value"] for code, told in doc["answers"].items()} == {"A4": 3, "A5": 9}
    assert sari.phone.draft(visit) is None


def test_what_is_no_jpeg_or_carries_no_proper_name_is_not_kept(sari, visit):
    with pytest.raises(errors.NotAPicture):
        sari.phone.record(visit, {}, [Picture(b"PNG?")])
    with pytest.raises(errors.UnknownWord):
        sari.phone.record(visit, {}, [replace(Picture(picture()), id="../../etc/passwd")])
    assert sari.phone.store.receipts() == []


def test_a_visit_that_is_over_is_not_recorded_unless_that_is_meant(sari, server, visit):
    server.put(visit, state="accepted")
    sari.phone.pull()
    with pytest.raises(errors.AlreadyTold):
        sari.phone.record(visit, {})
    assert sari.phone.record(visit, {}, force=True).state == "outbox"
