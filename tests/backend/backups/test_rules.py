"""What a backup's folder says of itself."""

import json
from datetime import UTC, datetime

import pytest

from backend.backups.errors import NotABackup
from backend.backups.rules import Manifest, Name, folder_name

MANIFEST = Manifest(
    backup="3.k3f9Qa1z",
    begun_at="2026-03-04T01:00:00+00:00",
    finished_at="2026-03-04T01:02:00+00:00",
    database="database.sqlite3",
    database_bytes=4096,
    database_sha256="00",
    photos=2,
    photo_bytes=600_000,
    lost=("01900000-0000-7000-8000-000000000001",),
)


def test_a_manifest_is_read_as_it_was_written_and_what_is_unknown_in_it_is_ignored():
    told = {**json.loads(MANIFEST.as_text()), "weather": "hujan"}
    assert Manifest.read(json.dumps(told), folder="x") == MANIFEST


@pytest.mark.parametrize("change", [{"format": 2}, {"backup": "three"}, {"backup": None}, {"lost": 3}])
def test_a_manifest_that_cannot_be_understood_is_no_backup(change):
    with pytest.raises(NotABackup):
        Manifest.read(json.dumps({**json.loads(MANIFEST.as_text()), **change}), folder="x")


@pytest.mark.parametrize("text", ["", "[]", "null", '{"format": 1}'])
def test_a_torn_manifest_is_no_backup(text):
    with pytest.raises(NotABackup):
        Manifest.read(text, folder="x")


def test_folders_sort_by_when_they_were_begun():
    early, late = datetime(2026, 3, 4, 1, tzinfo=UTC), datetime(2026, 3, 4, 11, tzinfo=UTC)
    names = [folder_name(Name(10, "abc"), early), folder_name(Name(9, "abd"), late)]
    assert names == ["samar-20260304T010000Z-10.abc", "samar-20260304T110000Z-9.abd"] == sorted(names)
