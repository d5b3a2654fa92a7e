"""What Sari's phone remembers: on the disk before the call returns, or not at all."""

import os
import resource
import sqlite3
import subprocess
import sys
import time

import pytest

from fieldsync import Store, errors, open_engine, sign_in
from fieldsync.store import folder_for
from tests.fieldsync.conftest import picture


def test_the_records_are_for_their_owners_eyes(sari, visit):
    sari.visits(visit)
    folder = sari.phone.store.folder
    modes = {path.name: path.stat().st_mode & 0o777 for path in [folder, *folder.iterdir()]}
    assert (modes[folder.name], modes["field.sqlite3"], modes["photos"]) == (0o700, 0o600, 0o700)
    assert {path.stat().st_mode & 0o777 for path in (folder / "photos").iterdir()} == {0o600}


def test_the_database_is_strict_about_the_disk(sari):
    db = sari.phone.store.db
    found = {name: db.row(f"PRAGMA {name}")[name] for name in ("journal_mode", "synchronous", "foreign_keys")}
    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


def test_two_users_of_one_laptop_have_two_folders(tmp_path):
    names = [
        folder_for(tmp_path, server, user).name
        for server in ("https://a.example", "https://a.example:8443")
        for user in ("sari", "rina", "../../x", "..", "Ibu Sari")
    ]
    assert len(set(names)) == 10
    assert not [name for name in names if "/" in name or name.startswith(".")] or names[3] == "..@a.example"
    assert all((tmp_path / name).resolve().parent == tmp_path.resolve() for name in names)


def test_signing_in_goes_on_where_a_kill_left_a_store_without_an_owner(server, tmp_path):
    Store.create(folder_for(tmp_path, server.address, "sari")).close()
    with pytest.raises(errors.NotSignedIn):
        open_engine(tmp_path, server.address, "sari")
    with sign_in(tmp_path, server.address, "sari", "kata-sandi") as phone:
        assert phone.store.identity().username == "sari"


def test_k12_a_store_of_a_newer_program_is_not_touched(sari, visit):
    sari.visits(visit)
    folder = sari.phone.store.folder
    sari.phone.close()
    with sqlite3.connect(folder / "field.sqlite3") as db:
        db.execute("PRAGMA user_version = 99")
    db.close()
    before = (folder / "field.sqlite3").read_bytes()
    with pytest.raises(errors.NewerStore) as refusal:
        Store(folder)
    assert refusal.value.facts == {"found": 99, "known": 2}
    assert (folder / "field.sqlite3").read_bytes() == before
    with sqlite3.connect(folder / "field.sqlite3") as db:
        db.execute("PRAGMA user_version = 2")
    db.close()
    sari.phone = sari.opens(open_engine(sari.home))
    assert sari.phone.draft(visit)


def test_a_store_that_is_no_database_is_said_so_and_left_alone(sari):
    folder = sari.phone.store.folder
    sari.phone.close()
    for name in ("field.sqlite3-wal", "field.sqlite3-shm"):
        (folder / name).unlink(missing_ok=True)
    (folder / "field.sqlite3").write_bytes(b"something else entirely" * 99)
    with pytest.raises(errors.StoreBroken):
        Store(folder)
    assert (folder / "field.sqlite3").read_bytes() == b"something else entirely" * 99


def test_a_migration_is_made_once_and_whole(sari, visit, monkeypatch):
    from fieldsync.store import database

    sari.tells(visit)
    folder = sari.phone.store.folder
    sari.phone.close()
    known = database._scripts()
    broken = "CREATE TABLE news (id TEXT);\nINSERT INTO nowhere VALUES (1);\n"
    monkeypatch.setattr(database, "_scripts", lambda: [*known, broken])
    with pytest.raises(errors.StoreBroken):
        Store(folder)
    monkeypatch.setattr(database, "_scripts", lambda: [*known, "CREATE TABLE news (id TEXT);\n"])
    for _ in range(2):
        store = Store(folder)
        assert store.db.row("PRAGMA user_version") == {"user_version": 3}
        assert store.db.rows("SELECT * FROM news") == []
        assert len(store.receipts()) == 1
        store.close()
    monkeypatch.undo()
    with pytest.raises(errors.NewerStore):
        Store(folder)
    with sqlite3.connect(folder / "field.sqlite3") as db:
        db.execute("PRAGMA user_version = 2")
    db.close()
    sari.phone = sari.opens(open_engine(sari.home))


def test_k1_a_crash_between_file_and_row_leaves_an_orphan_that_is_swept_after_a_day(sari, visit):
    sari.visits(visit)
    files = sari.phone.store.files
    files.keep({"0195f0a0-0000-7000-8000-00000000beef": picture()})
    (files.folder / "0195f0a0-0000-7000-8000-00000000dead.77.part").write_bytes(b"half")
    known = sari.phone.store.photos(visit)[0].id

    def names() -> set[str]:
        return {path.name.split(".")[0][-4:] for path in files.folder.iterdir()}

    sari.phone.sync()
    assert names() == {"beef", "dead", known[-4:]}, "another process may be about to write its row"
    yesterday = time.time() - 25 * 3600
    for path in files.folder.iterdir():
        os.utime(path, (yesterday, yesterday))
    sari.phone.sync()
    assert names() == {known[-4:]}


def test_the_sweep_never_takes_a_photo_that_a_row_speaks_of(sari, visit):
    sari.tells(visit, photos=3)
    folder = sari.phone.store.files.folder
    for path in folder.iterdir():
        os.utime(path, (0, 0))
    sari.phone.sync()
    assert len(list(folder.iterdir())) == 3


FULL_DISK = """
import resource, sys
from pathlib import Path
from fieldsync import errors, open_engine
phone = open_engine(Path(sys.argv[1]))
visit, what = sys.argv[2:4]
photo = Path(sys.argv[4]).read_bytes()
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[5]), resource.RLIM_INFINITY))
try:
    for n in range(1000):
        if what == "photo":
            phone.add_photo(visit, photo, as_is=True)
        else:
            phone.describe(visit, narrative=str(n) * 20_000)
except errors.StoreFull as problem:
    print(problem.code, n)
"""


@pytest.mark.parametrize(("what", "limit"), [("photo", 60_000), ("answer", 300_000)])
def test_k1_a_full_disk_is_said_in_words_and_what_was_saved_is_safe(sari, visit, tmp_path, what, limit):
    sari.visits(visit)
    before = sari.phone.draft(visit)
    file = tmp_path / "photo.jpg"
    file.write_bytes(picture(1, (480, 320)))
    arguments = [str(sari.home), visit, what, str(file), str(limit)]
    done = subprocess.run(
        [sys.executable, "-c", FULL_DISK, *arguments], capture_output=True, text=True, check=False
    )
    assert done.stdout.startswith("store-full "), done.stderr
    steps = int(done.stdout.split()[1])
    after = sari.phone.draft(visit)
    assert after.rev == before.rev + steps
    assert after.fields["answers"] == before.fields["answers"]
    assert len(after.fields["photos"]) == len(list(sari.phone.store.files.folder.iterdir()))
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY
    assert sari.phone.finish(visit)


def test_another_program_that_holds_the_store_is_named(sari, visit, monkeypatch):
    from fieldsync.store import database

    monkeypatch.setattr(database, "BUSY_SECONDS_MAX", 0.1)
    other = open_engine(sari.home)
    with sari.phone.store.changing(), pytest.raises(errors.StoreBusy):
        other.start(visit)
    other.close()
    assert sari.phone.start(visit).rev == 1


def test_a_change_outside_a_transaction_is_a_mistake_of_ours(sari):
    with pytest.raises(AssertionError):
        sari.phone.store.db.set("cursor", "x")


def test_what_is_freed_is_gone_from_the_disk_too(sari, server, visit):
    sari.phone.start(visit)
    sari.phone.describe(visit, narrative="RAHASIA-DI-LOKET-TIGA")
    receipt = sari.phone.finish(visit)
    sari.phone.sync()
    server.durable.add(receipt.id)
    sari.phone.sync()
    folder = sari.phone.store.folder
    sari.phone.close()
    kept = b"".join(path.read_bytes() for path in folder.iterdir() if path.is_file())
    assert b"RAHASIA" not in kept
    sari.phone = sari.opens(open_engine(sari.home))
