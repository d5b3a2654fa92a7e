"""The durable disk: whole files under names that are written once."""

import errno
import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from backend.core.clock import now
from backend.evidence import storage
from backend.evidence.errors import NothingKept, StoreFull, StoreUnavailable
from backend.evidence.rules import Trouble


@pytest.fixture
def disk(settings) -> Path:
    return Path(settings.MEDIA_ROOT)


@contextmanager
def no_file_beyond(size: int) -> Iterator[None]:
    """The operating system itself writes no file of this process beyond so many bytes."""
    usual = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, usual[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, usual)


def files(disk: Path) -> list[str]:
    return sorted(str(path.relative_to(disk)) for path in disk.rglob("*") if path.is_file())


def test_what_is_kept_can_be_read_and_removed(disk):
    storage.keep("photos/3f/a.0", b"abc")
    assert storage.read_kept("photos/3f/a.0") == b"abc"
    with storage.open_kept("photos/3f/a.0") as file:
        assert file.read(2) == b"ab"

    storage.remove("photos/3f/a.0")
    storage.remove("photos/3f/a.0")

    assert files(disk) == []
    with pytest.raises(NothingKept):
        storage.read_kept("photos/3f/a.0")


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


def test_a_disk_that_takes_no_more_is_said_to_be_full_and_keeps_no_half(disk):
    storage.keep("photos/3f/a.0", b"abc")
    with no_file_beyond(1000), pytest.raises(StoreFull):
        storage.keep("photos/3f/b.0", b"x" * 5000)

    assert files(disk) == ["photos/3f/a.0"]
    storage.keep("photos/3f/b.0", b"x" * 5000)
    assert storage.read_kept("photos/3f/b.0") == b"x" * 5000


def test_a_good_disk_has_no_trouble_and_keeps_nothing_of_the_check(disk):
    assert (storage.check(), files(disk)) == (None, [])


def test_a_disk_set_up_wrong_is_named_in_plain_words(disk):
    disk.write_text("a file where the folder should be")
    assert storage.check() is Trouble.NOT_WRITABLE

    disk.unlink()
    with no_file_beyond(10):
        assert storage.check() is Trouble.FULL


def test_nothing_outside_the_store_can_be_reached(disk):
    for key in ("../outside", "/etc/passwd", "photos/../../outside"):
        with pytest.raises(Exception, match=r"traversal|outside|path"):
            storage.keep(key, b"abc")


def test_e10_what_a_killed_writer_left_is_swept_half_written_files_after_a_day_and_pieces_after_a_month(disk):
    storage.keep("photos/3f/a", b"abc")
    storage.keep("pieces/3f/a.0.0-1", b"abc")
    storage.keep("pieces/3f/b.0.0-1", b"abc")
    left = [disk / ".unfinished" / "b.123", disk / "pieces/3f/b.0.0-1"]
    left[0].write_bytes(b"ab")
    month = {"unfinished_before": now() - timedelta(days=1), "pieces_before": now() - timedelta(days=30)}

    storage.remove_forgotten(**month)
    assert all(path.exists() for path in left)

    for path in left:
        os.utime(path, (0, 0))
    storage.remove_forgotten(**month)
    assert files(disk) == ["photos/3f/a", "pieces/3f/a.0.0-1"]
