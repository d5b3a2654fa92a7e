"""Backing up and restoring as an operator does it: whole commands over a whole Samar in a folder (SQLite and disk)."""

import shutil
import sqlite3
from contextlib import closing

import pytest
from django.db import connection

from tests.backend.backups.machine import STEPS, Machine

pytestmark = pytest.mark.skipif(connection.vendor == "postgresql", reason="these bring their own SQLite")


@pytest.fixture(scope="module")
def told(tmp_path_factory) -> tuple[Machine, list[str]]:
    """A server to which Sari told a visit with two photos, all of it in a backup."""
    machine = Machine(tmp_path_factory.mktemp("told"))
    machine.does("setup")
    names = machine.inside("tell", "2")
    machine.does("backup", "--to", str(machine.folder / "copies"))
    return machine, names


@pytest.fixture
def machine(told, tmp_path) -> Machine:
    """That server, for one test alone."""
    shutil.copytree(told[0].folder, tmp_path / "machine")
    return Machine(tmp_path / "machine")


@pytest.fixture
def copy(machine):
    (found,) = (machine.folder / "copies").glob("samar-*")
    return found


def files(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_b1_a_backup_killed_at_any_step_makes_nothing_durable_and_is_cleaned_by_the_next(
    told, machine, tmp_path
):
    before, more = len(told[1]), machine.inside("tell", "1")
    kills = {step: {"killed": True, "durable": before, "folders": [True]} for step in STEPS}
    kills["marked"]["folders"] = []  # nothing was written yet
    kills["named"]["folders"] = [False]  # a good copy, only that nobody was told of it
    kills["completed"] = {"killed": True, "durable": before + len(more), "folders": [False, False]}
    assert machine.inside("killed", str(tmp_path / "copies")) == kills
    out = machine.does("backup", "--to", str(tmp_path / "copies"))
    assert "Backed up: database and 3 photos" in out
    assert "Dicadangkan: basis data dan 3 foto" in out
    assert not list((tmp_path / "copies").glob("*.unfinished"))


def test_b1_a_full_disk_is_said_in_plain_words_and_makes_nothing_durable(told, machine, tmp_path):
    more = machine.inside("tell", "1")
    size = machine.database.stat().st_size // 2
    said = machine.refuses("backup", "--to", str(tmp_path / "small"), file_bytes_max=size)
    assert "The disk is full" in said
    assert "Disk penuh" in said
    assert files(tmp_path / "small") == [".samar-backup.lock"]
    assert not set(more) & set(machine.durable())


def test_b7_a_photo_missing_on_the_server_is_named_left_out_and_the_rest_is_backed_up(
    told, machine, tmp_path
):
    told_id, gone, *_ = machine.inside("tell", "2")
    (path,) = machine.media.rglob(f"{gone}.0")
    path.unlink()
    said = machine.refuses("backup", "--to", str(tmp_path / "copies"))
    assert f"1 photos are missing or damaged on this server and not in the backup: {gone}" in said
    durable = machine.durable()
    assert told_id in durable
    assert gone not in durable


def test_b8_a_restore_puts_everything_back_and_moves_aside_what_was_there(told, machine, copy):
    later = machine.inside("tell", "1")
    said = machine.refuses("restore", str(copy))
    assert "There is data here already" in said
    assert "Di sini sudah ada data" in said
    out = machine.does("restore", str(copy), "--replace")
    assert "Restored backup 1." in out
    assert machine.durable() == sorted(told[1])
    (aside,) = machine.folder.glob("samar.sqlite3.before-restore-*")
    with closing(sqlite3.connect(aside)) as old:
        assert old.execute("SELECT count(*) FROM visits_submission").fetchone() == (2,)
    (photos,) = machine.media.glob(".before-restore-*")
    assert any(later[1] in name for name in files(photos))
    assert not any(later[1] in name for name in files(machine.media / "photos"))
    assert not list(machine.folder.rglob("*.restoring"))


def test_b8_a_restore_into_an_empty_folder_needs_no_more_than_the_copy(told, copy, tmp_path):
    fresh = Machine(tmp_path / "fresh")
    fresh.does("restore", str(copy))
    assert fresh.durable() == sorted(told[1])
    assert files(fresh.media / "photos") == files(copy / "media/photos")


def test_b8_what_is_missing_in_a_copy_is_asked_for_again(told, copy, tmp_path):
    told_id, gone, kept = told[1]
    (path,) = copy.rglob(f"{gone}.0")
    path.unlink()
    fresh = Machine(tmp_path / "fresh")
    assert "Asked for again: 1 photos that are not in the store" in fresh.does("restore", str(copy))
    assert fresh.durable() == sorted([told_id, kept])


def test_b8_nothing_is_restored_under_a_running_server(machine, copy):
    before = machine.database.read_bytes()
    with closing(sqlite3.connect(machine.database, isolation_level=None)) as server:
        server.execute("BEGIN")
        server.execute("SELECT count(*) FROM visits_submission").fetchone()
        said = machine.refuses("restore", str(copy), "--replace")
        assert "A server or worker is using this database" in said
    assert machine.database.read_bytes() == before


def test_b5_other_tools_are_framed_by_begin_and_complete(machine):
    more = machine.inside("tell", "1")
    name = machine.does("backup", "--begin").strip()
    assert not set(more) & set(machine.durable())
    machine.does("backup", "--complete", name)
    assert set(more) <= set(machine.durable())
