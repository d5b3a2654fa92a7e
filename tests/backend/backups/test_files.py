"""Copying a database others write to, and photos that are linked, copied, missing or rotten."""

import os
import sqlite3
from contextlib import closing
from uuid import UUID

import pytest

from backend.backups import sqlite
from backend.backups.errors import BackupDamaged, BackupRunning, NotABackup, ServerRunning
from backend.backups.folder import newest_finished, read_manifest, sha256_hex, write_manifest, writing_into
from backend.backups.photos import copy_photos
from backend.backups.rules import Manifest, PhotoBytes
from backend.core.digests import sha256_bytes

PAGES = 3 * sqlite.PAGES_AT_ONCE


def database(path):
    opened = sqlite3.connect(path, isolation_level=None)
    opened.execute("PRAGMA journal_mode = WAL")
    opened.execute("CREATE TABLE told (text)")
    return opened


def test_a_database_is_copied_as_of_one_moment_while_others_go_on_writing(tmp_path):
    source, target, steps = tmp_path / "here", tmp_path / "there", []
    with closing(database(source)) as ours:
        ours.execute(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)"
            " INSERT INTO told SELECT randomblob(4000) FROM n",
            [PAGES],
        )

        def write_something(done, total):
            steps.append(done)
            ours.execute("INSERT INTO told VALUES ('late')")

        sqlite.copy_database(source, target, tell=write_something)
        assert len(steps) >= 3  # it was no single step, and it did not begin anew at every write
        assert steps == sorted(steps)
        assert ours.execute("SELECT count(*) FROM told WHERE text = 'late'").fetchone() == (len(steps),)
    sqlite.check_database(target)
    with closing(sqlite3.connect(target)) as copy:
        assert copy.execute("SELECT count(*), sum(text = 'late') FROM told").fetchone() == (PAGES, 0)


def test_a_database_with_a_broken_page_is_no_copy(tmp_path):
    with closing(database(tmp_path / "here")) as ours:
        ours.execute("INSERT INTO told VALUES (randomblob(20000))")
        sqlite.copy_database(tmp_path / "here", tmp_path / "there", tell=lambda done, total: None)
    with open(tmp_path / "there", "r+b") as file:
        file.seek(4096)
        file.write(os.urandom(4096))
    with pytest.raises(BackupDamaged):
        sqlite.check_database(tmp_path / "there")


def test_a_database_somebody_uses_is_said_to_be_in_use(tmp_path):
    path = tmp_path / "here"
    with closing(database(path)) as ours:
        ours.execute("INSERT INTO told VALUES ('x')")
        with pytest.raises(ServerRunning):
            sqlite.settle_files(path)
    sqlite.settle_files(path)
    assert [file.name for file in tmp_path.iterdir()] == ["here"]  # nothing waits beside it


def kept(content, key="photos/ab/one"):
    return PhotoBytes(key, len(content), sha256_bytes(content))


def laid(folder, content, key="photos/ab/one"):
    (folder / key).parent.mkdir(parents=True, exist_ok=True)
    (folder / key).write_bytes(content)
    return folder


A, B = UUID(int=1), UUID(int=2)


def test_photos_are_linked_where_they_lie_and_copied_where_links_are_not_wanted(tmp_path):
    store = laid(tmp_path / "store", b"one")
    photos = [(A, kept(b"one")), (B, kept(b"one"))]  # two photos of the same bytes
    linked = copy_photos(photos, source=store, target=tmp_path / "linked")
    assert (linked.count, linked.size, linked.linked, linked.lost) == (2, 3, 1, [])
    assert (tmp_path / "linked/photos/ab/one").samefile(store / "photos/ab/one")
    copied = copy_photos(photos, source=store, target=tmp_path / "copied", link=False)
    assert (copied.count, copied.size, copied.linked, copied.lost) == (2, 3, 0, [])
    assert not (tmp_path / "copied/photos/ab/one").samefile(store / "photos/ab/one")


def test_a_photo_of_the_last_backup_is_not_copied_again(tmp_path):
    before, store = laid(tmp_path / "before", b"one"), laid(tmp_path / "store", b"one")
    copy_photos([(A, kept(b"one"))], source=store, target=tmp_path / "now", before=before)
    assert (tmp_path / "now/photos/ab/one").samefile(before / "photos/ab/one")


@pytest.mark.parametrize("link", [True, False])
def test_a_rotten_or_missing_photo_is_lost_and_leaves_no_file(tmp_path, link):
    store = laid(tmp_path / "store", b"one", "photos/ab/rotten")
    photos = [(A, kept(b"two", "photos/ab/rotten")), (B, kept(b"two", "photos/ab/missing"))]
    copied = copy_photos(photos, source=store, target=tmp_path / "target", link=link)
    assert (copied.count, copied.lost) == (0, [A, B])
    assert [path for path in (tmp_path / "target").rglob("*") if path.is_file()] == []


def test_a_photo_that_rotted_in_the_last_backup_comes_from_the_store(tmp_path):
    before, store = laid(tmp_path / "before", b"0ne"), laid(tmp_path / "store", b"one")
    copied = copy_photos([(A, kept(b"one"))], source=store, target=tmp_path / "now", before=before)
    assert copied.lost == []
    assert (tmp_path / "now/photos/ab/one").read_bytes() == b"one"


def test_only_finished_backups_lend_their_photos(tmp_path):
    for name in ("samar-1-1.a", "samar-2-2.a", "samar-3-3.a.unfinished"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "manifest.json").touch()
    (tmp_path / "samar-4-4.a").mkdir()  # without a manifest
    assert newest_finished(tmp_path) == tmp_path / "samar-2-2.a"


def finished(folder):
    folder.mkdir()
    (folder / "database.sqlite3").write_bytes(b"told")
    digest = sha256_hex(folder / "database.sqlite3")
    manifest = Manifest(
        "1.abc", "2026-03-04T01:00:00Z", "2026-03-04T01:00:09Z", "database.sqlite3", 4, digest
    )
    write_manifest(folder, manifest)
    return manifest


def test_b8_what_is_no_finished_and_whole_backup_is_none(tmp_path):
    whole = tmp_path / "samar-1"
    assert finished(whole) == read_manifest(whole)
    finished(tmp_path / "samar-2.unfinished")
    with pytest.raises(NotABackup, match="it was interrupted"):
        read_manifest(tmp_path / "samar-2.unfinished")
    with pytest.raises(NotABackup, match="no manifest.json"):
        read_manifest(tmp_path)
    (whole / "database.sqlite3").write_bytes(b"t0ld")
    with pytest.raises(NotABackup, match="database.sqlite3 is damaged"):
        read_manifest(whole)
    (whole / "database.sqlite3").unlink()
    with pytest.raises(NotABackup, match="no database.sqlite3"):
        read_manifest(whole)


def test_only_one_backup_writes_into_a_folder_and_removes_what_a_killed_one_left(tmp_path):
    (tmp_path / "samar-1.unfinished").mkdir()
    (tmp_path / "samar-2").mkdir()
    (tmp_path / "holiday.unfinished").mkdir()
    with writing_into(tmp_path), pytest.raises(BackupRunning), writing_into(tmp_path):
        pass
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_dir()) == [
        "holiday.unfinished",
        "samar-2",
    ]
