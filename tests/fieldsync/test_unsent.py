"""Sari's phone is dying: everything the server has not got goes into one file."""

import json
import os
import zipfile

import pytest

from fieldsync import errors, wire
from tests.fieldsync.conftest import picture
from tests.fieldsync.scripted import Status, a_visit


def read(path):
    """The list of an export, and its photos by id."""
    with zipfile.ZipFile(path) as file:
        assert file.testzip() is None
        names = [name for name in file.namelist() if name.startswith("photos/")]
        photos = {name.removeprefix("photos/"): file.read(name) for name in names}
        return json.loads(file.read("unsent.json")), photos


@pytest.fixture
def second(sari, server, checklist, visit):
    second = wire.uuid7()
    server.put(second, **a_visit(checklist))
    sari.phone.pull()
    return second


def test_an_export_holds_what_would_be_said_to_the_server_and_the_photos(
    sari, server, visit, second, tmp_path
):
    receipt = sari.tells(visit, photos=2)
    sari.visits(second, photos=1)
    done = sari.phone.export_unsent(tmp_path / "unsent.zip")
    said, photos = read(done.path)
    draft = sari.phone.draft(second)
    kept = [*sari.phone.store.photos(visit), *sari.phone.store.photos(second)]
    doc = sari.phone.store.db.row("SELECT doc FROM drafts WHERE visit = ?", second)["doc"]
    identity = sari.phone.store.identity()
    assert said == {
        "format": 1,
        "device": identity.device,
        "user": identity.user,
        "client": wire.CLIENT,
        "made_at": wire.utc_text(sari.clock()),
        "items": [
            {
                "kind": "submission",
                "id": receipt.id,
                "visit": visit,
                "attempt": 1,
                "checklist": draft.checklist,
                "digest": receipt.digest,
                "doc": sari.phone.store.submission_text(receipt.digest),
            },
            {"kind": "draft", "visit": second, "rev": draft.rev, "digest": wire.sha256_text(doc), "doc": doc},
        ],
        "photos": [
            {"id": p.id, "visit": p.visit, "sha256": p.sha256, "size": p.size, "type": p.type}
            for p in sorted(kept, key=lambda p: p.id)
        ],
    }
    assert photos == {p.id: sari.phone.store.photo_content(p) for p in kept}
    assert (done.submissions, done.drafts, done.photos, done.lost) == (1, 1, 3, ())
    assert done.bytes == done.path.stat().st_size


def test_what_the_server_has_is_not_in_it_and_what_was_taken_from_her_is(
    sari, server, visit, second, tmp_path
):
    sari.tells(visit)
    assert sari.phone.sync().done
    sari.visits(second)
    server.take_away(second)
    sari.phone.pull()
    said, photos = read(sari.phone.export_unsent(tmp_path / "unsent.zip").path)
    assert [item["visit"] for item in said["items"]] == [second]
    assert len(photos) == 1


def test_an_export_changes_nothing_and_needs_no_sign_in(sari, server, visit, tmp_path):
    sari.tells(visit)
    sari.phone.sign_out()
    for _ in range(2):
        sari.phone.export_unsent(tmp_path / "unsent.zip")
    assert [path.name for path in tmp_path.iterdir() if path.suffix != ""] == ["unsent.zip"]
    assert sari.phone.store.receipts()[0].state == "outbox"


def test_a_photo_that_went_bad_on_the_phone_is_named_and_stops_nothing(sari, server, visit, tmp_path):
    sari.tells(visit, photos=2)
    first, _ = sari.phone.store.photos(visit)
    (sari.phone.store.files.folder / f"{first.id}.jpg").write_bytes(b"mould")
    done = sari.phone.export_unsent(tmp_path / "unsent.zip")
    assert (done.photos, done.lost, done.submissions) == (1, (first.id,), 1)


def test_a_place_that_cannot_be_written_is_said_so(sari, visit, tmp_path):
    with pytest.raises(errors.FileUnwritable) as refusal:
        sari.phone.export_unsent(tmp_path / "no such folder" / "unsent.zip")
    assert refusal.value.words("en").startswith("The file ")


def test_a_disk_that_fills_up_leaves_the_older_export_as_it_was(sari, visit, tmp_path, monkeypatch):
    sari.tells(visit)
    path = sari.phone.export_unsent(tmp_path / "unsent.zip").path
    before = path.read_bytes()

    def full(handle) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(errors.StoreFull):
        sari.phone.export_unsent(path)
    monkeypatch.undo()
    assert path.read_bytes() == before
    assert not list(tmp_path.glob(".*part"))


def test_the_file_says_nothing_of_when_or_where_it_was_made(sari, visit, tmp_path):
    sari.tells(visit)
    with zipfile.ZipFile(sari.phone.export_unsent(tmp_path / "unsent.zip").path) as file:
        assert {entry.date_time for entry in file.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert (tmp_path / "unsent.zip").stat().st_mode & 0o077 == 0


def test_a_phone_that_lives_after_all_syncs_as_if_nothing_had_been(sari, server, visit, tmp_path):
    server.next("sync", *[Status(500)] * 3)
    sari.tells(visit)
    sari.phone.sync(failures_max=2)
    sari.phone.export_unsent(tmp_path / "unsent.zip")
    server.script.clear()
    assert sari.phone.sync().done
    assert read(sari.phone.export_unsent(tmp_path / "unsent.zip").path)[0]["items"] == []


def test_large_photos_stream_through(sari, visit, tmp_path):
    import tracemalloc

    sari.phone.start(visit)
    size = sum(sari.phone.add_photo(visit, picture(n, (640, 480)), as_is=True).size for n in range(12))
    sari.phone.finish(visit)
    tracemalloc.start()
    sari.phone.export_unsent(tmp_path / "unsent.zip")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < size / 2
