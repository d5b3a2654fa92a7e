"""What `restore --after-manual` finds and says, with photos on a disk and in a bucket."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from backend.backups.actions import begin
from backend.backups.restoring import set_right
from backend.evidence import storage
from backend.evidence.models import Photo
from backend.feed.actions import epoch
from backend.visits.models import Visit
from tests.backend.backups.telling import tell_with_photos

pytestmark = pytest.mark.django_db


@pytest.fixture(params=["disk", "bucket"])
def store(request):
    """Where the photos are kept."""
    return request.getfixturevalue("bucket") if request.param == "bucket" else None


def test_b6_photos_the_store_has_lost_are_asked_for_again_wherever_they_are_kept(sari, store):
    told, here, gone = tell_with_photos(sari, photos=2)
    begin()
    storage.remove(str(Photo.objects.get(pk=gone).blob_id))
    seen = []
    found = set_right(tell=lambda step, done, total: seen.append((step, done, total)))
    assert (found.uploads, found.photos, found.epoch) == (0, 1, epoch())
    assert seen == [("looked at", 1, 2), ("looked at", 2, 2)]
    assert dict(Photo.objects.values_list("pk", "state")) == {here: "stored", gone: "need"}
    assert Visit.objects.get(submission__uuid=told).photos_missing == 1


def test_an_operator_has_to_say_what_to_restore():
    with pytest.raises(CommandError, match="Say a backup's folder"):
        call_command("restore")


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite's own command needs no tools")
def test_without_the_tools_of_postgresql_the_way_by_hand_is_named(sari, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CommandError, match=r"docs/operations.md\. \(why=pg_dump is not here\)"):
        call_command("backup", to=tmp_path / "copies")
    assert [path.name for path in (tmp_path / "copies").iterdir()] == [".samar-backup.lock"]
