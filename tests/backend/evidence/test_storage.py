"""The durable disk: whole files under names that are written once."""

import errno
import os
from datetime import timedelta
from pathlib import Path

import pytest

from backend.core.clock import now
from backend.evidence import storage
from backend.evidence.errors import StoreFull, StoreUnavailable


@pytest.fixture
def disk(settings) -> Path:
    return Path(settings.MEDIA_ROOT)


def files(disk: Path) -> list[str]:
    return sorted(str(path.relative_to(disk)) for path in disk.rglob("*") if path.is_file())


def test_what_is_kept_can_be_read_and_removed(disk):
    storage.keep("photos/3f/a.0", b"abc")
    assert (storage.exists("photos/3f/a.0"), storage.read_kept("photos/3f/a.0")) == (True, b"abc")
    with storage.open_kept("photos/3f/a.0") as file:
        assert file.read(2) == b"ab"

    storage.remove("photos/3f/a.0")
    storage.remove("photos/3f/a.0")

    assert (storage.exists("photos/3f/a.0"), files(disk)) == (False, [])


def test_e4_a_name_is_written_once(disk):
    storage.keep("photos/3f/a.0", b"first")
    storage.keep("photos/3f/a.0", b"second")

    assert (storage.read_kept("photos/3f/a.0"), files(disk)) == (b"first", ["photos/3f/a.0"])


def test_e4_a_writer_that_dies_half_way_leaves_no_name(disk, monkeypatch):
    def dies(handle: int) -> None:
        raise OSError(errno.EIO, "the disk went away")

    monkeypatch.setattr(os, "fsync", dies)
    (disk / "photos" / "3f").mkdir(parents=True)
    (disk / ".unfinished").mkdir()
    with pytest.raises(StoreUnavailable):
        storage.keep("photos/3f/a.0", b"abc")

    assert files(disk) == []


def test_a_full_disk_is_said_to_be_full(disk, monkeypatch):
    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    (disk / "photos").mkdir(parents=True)
    (disk / ".unfinished").mkdir()
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreFull):
        storage.keep("photos/a", b"abc")


def test_nothing_outside_the_store_can_be_reached(disk):
    for key in ("../outside", "/etc/passwd", "photos/../../outside"):
        with pytest.raises(Exception, match=r"traversal|outside|path"):
            storage.keep(key, b"abc")


def test_a_folder_goes_with_what_no_row_speaks_of(disk):
    storage.keep("pieces/3f/a.0/0-1", b"abc")
    storage.keep("pieces/3f/a.0/3-2", b"def")
    storage.keep("pieces/3f/b.0/0-1", b"ghi")

    storage.remove_folder("pieces/3f/a.0")
    storage.remove_folder("pieces/3f/a.0")

    assert files(disk) == ["pieces/3f/b.0/0-1"]
    assert not (disk / "pieces/3f/a.0").exists()


def test_what_a_killed_writer_left_is_swept_after_a_day(disk):
    storage.keep("photos/a", b"abc")
    left = disk / ".unfinished" / "b.123"
    left.write_bytes(b"ab")

    storage.remove_unfinished(before=now() - timedelta(days=1))
    assert left.exists()

    os.utime(left, (0, 0))
    storage.remove_unfinished(before=now() - timedelta(days=1))
    assert files(disk) == ["photos/a"]
