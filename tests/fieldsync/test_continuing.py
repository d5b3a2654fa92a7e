"""Sari goes on with a visit on another phone, or on the same one set up anew."""

import json
from uuid import UUID, uuid5

import pytest

from fieldsync import errors, wire
from tests.fieldsync.conftest import Sari, picture
from tests.fieldsync.scripted import Status

OTHER = "0195f0a1-0000-7000-8000-00000000d009"


def entry(server, visit, text, device=OTHER, updated_at="2026-03-04T01:00:00Z", **more):
    """The server lists a draft of another device."""
    name = str(uuid5(UUID(visit), device))
    server.seq += 1
    members = {"visit": visit, "device": device, "device_name": "Telepon lama", "rev": 7, "bytes": len(text)}
    server.items["draft", name] = (server.seq, {**members, "updated_at": updated_at, "removed": None, **more})
    server.drafts_of_others[visit, device] = text
    return name


@pytest.fixture
def begun(sari, server, checklist, visit):
    """A draft on the old phone: two answers, and two photos, of which the server has one."""
    there, gone = wire.uuid7(), wire.uuid7()
    server.photos[there] = {"state": "stored"}
    listed = [{"id": name, "sha256": "x" * 43, "size": 9, "type": "image/jpeg"} for name in (there, gone)]
    fields = {"form": 1, "visit": visit, "attempt": 1, "checklist": checklist, "scenario": "inquiry"}
    fields |= {"started_at": "2026-03-04T09:00:00+08:00", "photos": listed, "parent": None}
    fields["answers"] = {"A1": {"value": True, "photos": [there, gone]}, "A4": {"value": 5}}
    text = wire.document(fields)
    entry(server, visit, text)
    sari.phone.sync()
    return text, there, gone


def test_drafts_of_other_devices_are_listed_and_her_own_is_not(sari, server, visit, begun):
    mine = sari.phone.store.identity().device
    entry(server, visit, "{}", device=mine)
    sari.phone.sync()
    (other,) = sari.phone.drafts_elsewhere(visit)
    assert (other.device, other.device_name, other.rev, other.bytes) == (
        OTHER,
        "Telepon lama",
        7,
        len(begun[0]),
    )
    assert other.updated_at == "2026-03-04T01:00:00Z"


def test_she_goes_on_in_a_draft_of_her_own_that_names_its_parent(sari, server, visit, begun):
    text, *_ = begun
    draft = sari.phone.continue_here(visit, OTHER)
    assert draft.fields["answers"] == json.loads(text)["answers"]
    assert draft.fields["started_at"] == "2026-03-04T09:00:00+08:00"
    assert draft.fields["parent"] == wire.sha256_text(text)
    assert draft.rev == 1
    assert sari.phone.sync().done
    assert json.loads(server.drafts[visit][1])["parent"] == wire.sha256_text(text)
    sari.phone.answer(visit, "A4", 6)
    receipt = sari.phone.finish(visit)
    assert sari.phone.sync().done
    told = json.loads(server.submissions[receipt.id, receipt.digest]["doc"])
    assert (told["answers"]["A4"]["value"], told["parent"]) == (6, wire.sha256_text(text))


def test_photos_are_referred_to_by_id_and_missing_ones_are_shown(sari, server, visit, begun):
    _, there, gone = begun
    sari.phone.continue_here(visit, OTHER)
    mine = sari.phone.add_photo(visit, picture(1), item="A2")
    assert [(p.id, p.where, p.items) for p in sari.phone.photos_of_draft(visit)] == [
        (there, "server", ("A1",)),
        (gone, "missing", ("A1",)),
        (mine.id, "here", ("A2",)),
    ]
    elsewhere = [gap.item for gap in sari.phone.missing(visit) if gap.code == "photo-elsewhere"]
    assert elsewhere == ["A1"]
    sari.phone.remove_photo(visit, gone)
    assert [p.where for p in sari.phone.photos_of_draft(visit)] == ["server", "here"]
    assert "photo-elsewhere" not in [gap.code for gap in sari.phone.missing(visit)]


def test_what_she_has_begun_here_is_never_written_over(sari, server, visit, begun):
    sari.phone.start(visit)
    sari.phone.answer(visit, "A4", 1)
    with pytest.raises(errors.AlreadyBegun):
        sari.phone.continue_here(visit, OTHER)
    assert sari.phone.draft(visit).fields["answers"]["A4"]["value"] == 1
    sari.phone.discard(visit)
    assert sari.phone.continue_here(visit, OTHER).fields["answers"]["A4"]["value"] == 5


def test_a_draft_that_was_thrown_away_there_is_gone_from_the_list(sari, server, visit, begun):
    server.seq += 1
    name = str(uuid5(UUID(visit), OTHER))
    server.items["draft", name] = (server.seq, {"removed": "discarded"})
    server.drafts_of_others.clear()
    report = sari.phone.sync()
    assert (report.healed, sari.phone.drafts_elsewhere(visit)) == (0, [])
    with pytest.raises(errors.NoSuchDraft):
        sari.phone.continue_here(visit, OTHER)
    assert sari.phone.draft(visit) is None


def test_a_visit_that_was_told_has_no_drafts_to_go_on_with(sari, server, visit, begun):
    server.put(visit, state="submitted")
    sari.phone.sync()
    assert sari.phone.drafts_elsewhere(visit) == []
    with pytest.raises(errors.AlreadyTold):
        sari.phone.continue_here(visit, OTHER)


def test_after_a_return_only_drafts_written_since_count(sari, server, visit, begun):
    returned = {"attempt": 1, "note": "", "points": [], "decided_at": "2026-03-05T01:00:00Z"}
    server.put(visit, state="returned", attempt=2, returned=returned)
    sari.phone.sync()
    assert sari.phone.drafts_elsewhere(visit) == []
    entry(server, visit, begun[0], updated_at="2026-03-05T01:00:00.5Z")
    sari.phone.sync()
    assert [other.device for other in sari.phone.drafts_elsewhere(visit)] == [OTHER]
    assert sari.phone.continue_here(visit, OTHER).attempt == 2


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (Status(401, "token-expired"), errors.SignInAgain),
        (Status(404, "no-such-draft"), errors.NoSuchDraft),
        (Status(503), errors.ServerTrouble),
    ],
)
def test_without_an_answer_nothing_is_begun(sari, server, visit, begun, answer, problem):
    server.next("drafts", answer)
    with pytest.raises(problem):
        sari.phone.continue_here(visit, OTHER)
    assert sari.phone.draft(visit) is None


def test_a_text_that_is_not_what_its_digest_says_is_not_believed(sari, server, visit, begun):
    from tests.fieldsync.scripted import Twist

    server.next("drafts", Twist(lambda said: said.update(doc=said["doc"] + " ")))
    with pytest.raises(errors.AnswerBroken):
        sari.phone.continue_here(visit, OTHER)
    assert sari.phone.draft(visit) is None


def test_a_phone_set_up_anew_finds_what_the_old_one_had_sent(sari, server, visit, tmp_path):
    sari.visits(visit, photos=0)
    sari.phone.sync()
    old, text = sari.phone.store.identity().device, server.drafts[visit][1]
    entry(server, visit, text, device=old)
    new = Sari(server, tmp_path / "new phone")
    new.phone.sync()
    (other,) = new.phone.drafts_elsewhere(visit)
    assert new.phone.continue_here(visit, other.device).fields["answers"]["A4"]["value"] == 5
    new.phone.close()


def test_k7_in_another_epoch_drafts_are_sent_again(sari, server, visit):
    sari.visits(visit, photos=0)
    sari.phone.sync()
    server.drafts.clear()
    server.epoch = "epoch2"
    assert sari.phone.sync().drafts == 1
    assert json.loads(server.drafts[visit][1])["answers"]["A4"]["value"] == 5
