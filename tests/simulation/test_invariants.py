"""Whoever checks is checked: each sentence of the checkers is provoked by a corruption of a sound server or phone."""

import contextlib
import shutil
import sqlite3
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import connection, transaction

from backend.assignments.models import Assignment
from backend.evidence.models import Photo, Segment, Upload
from backend.feed.models import Scope
from backend.visits.models import Draft, Submission, Visit
from tests.simulation import server_side
from tests.simulation.engines import EngineHistories
from tests.simulation.invariants import Seen, check_phones

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(tmp_path):
    """Two phones of Sari that told a visit with two photos, keep a draft of another, and have half a photo under
    way; the folder of the first phone is copied, to be spoiled."""
    played = EngineHistories()
    played.begin()
    played.day(p=0, n=0, photos=2, ends="told", faults=[])
    played.day(p=0, n=1, photos=0, ends="open", faults=[])
    assert list(played.complaints()) == []
    half_a_photo(played)
    played.own = server_side.Own(played.server.users)
    played.folder = tmp_path / "phone"
    shutil.copytree(played.phones[0].folder, played.folder)
    yield played
    for phone in played.phones:
        phone.engine.close()
    shutil.rmtree(played.home)


def half_a_photo(played: EngineHistories) -> None:
    photo = Photo.objects.filter(inspector__in=played.server.users).first()
    wanted = Photo(
        id=played.server.people["sari"].id,  # any id
        visit=photo.visit,
        inspector=photo.inspector,
        device=photo.device,
        sha256=photo.sha256,
        size=10,
        media_type="image/jpeg",
        announced_at=photo.announced_at,
    )
    wanted.save()
    upload = Upload.objects.create(
        photo=wanted, generation=0, size=10, offset=4, touched_at=photo.announced_at
    )
    key = storages["evidence"].save(f"pieces/{wanted.pk}.0/0-abc", ContentFile(b"1234"))
    Segment.objects.create(upload=upload, offset=0, length=4, key=key)


def told_otherwise(world):
    Submission.objects.update(doc=b'{"other": 1}')


def told_on_another_checklist(world):
    Submission.objects.update(checklist="sha256:other")


def told_twice_as_current(world):
    with connection.cursor() as cursor:  # no rule of the database would allow it
        cursor.execute("DROP INDEX submission_v2_one_current_an_attempt")
    told = Submission.objects.get()
    told.pk, told.uuid = None, world.server.people["sari"].id
    told.save(force_insert=True)


def other_bytes(world):
    key = Photo.objects.filter(state="stored").first().blob_id
    storages["evidence"].delete(key)
    storages["evidence"].save(key, ContentFile(b"other"))


def no_bytes(world):
    storages["evidence"].delete(Photo.objects.filter(state="stored").first().blob_id)


def a_lie_about_the_offset(world):
    Upload.objects.filter(state="receiving").update(offset=5)


def a_gap(world):
    Segment.objects.update(offset=1)


def a_lost_piece(world):
    storages["evidence"].delete(Segment.objects.get().key)


def a_number_ahead(world):
    Scope.objects.update(seq=1)


def somebody_elses_order(world):
    rina, sari = world.server.people["rina"], world.server.people["sari"]
    Assignment.objects.filter(inspector=sari.user).update(inspector=rina.user)


def photos_miscounted(world):
    Visit.objects.update(photos_missing=7)


def no_paper(world):
    Visit.objects.update(submission=None)


def a_garbled_draft(world):
    Draft.objects.update(digest="sha256:other")


SPOILED_SERVERS = [
    (told_otherwise, "I3"),
    (told_on_another_checklist, "I11"),
    (told_twice_as_current, "I2"),
    (other_bytes, "I6"),
    (no_bytes, "I16"),
    (a_lie_about_the_offset, "I12"),
    (a_gap, "I12"),
    (a_lost_piece, "I16"),
    (a_number_ahead, "I7"),
    (somebody_elses_order, "I5"),
    (somebody_elses_order, "I4"),
    (photos_miscounted, "I6"),
    (no_paper, "I2"),
    (a_garbled_draft, "I10"),
]


class NotForGood(Exception):
    """Ends a transaction whose changes must not stay."""


def found_after(spoil, world) -> set[str]:
    """Numbers of the sentences about a server spoiled like that; afterwards it is sound again."""
    media = Path(storages["evidence"].location)
    kept = {path: path.read_bytes() for path in media.rglob("*") if path.is_file()}
    said: set[str] = set()
    with contextlib.suppress(NotForGood), transaction.atomic():
        spoil(world)
        said = {sentence.split()[0] for sentence in server_side.violations(own=world.own)}
        raise NotForGood
    for path, content in kept.items():
        path.write_bytes(content)
    return said


def test_every_way_to_spoil_a_server_is_noticed(world):
    def sound(world):
        pass

    assert found_after(sound, world) == set()
    missed = [spoil.__name__ for spoil, number in SPOILED_SERVERS if number not in found_after(spoil, world)]
    assert missed == []
    assert found_after(sound, world) == set()


def test_i16_an_object_that_nobody_knows_is_noticed(world):
    assert list(server_side.every_object_has_a_row(aged=False)) == []
    storages["evidence"].save("pieces/stray", ContentFile(b"?"))
    assert list(server_side.every_object_has_a_row(aged=False)) == [
        "I16 pieces/stray belongs to nothing we know"
    ]


SPOILED_PHONES = [
    ("DELETE FROM items", "I4"),
    ("INSERT INTO items (kind, id, seq, raw) VALUES ('visit', 'x', 9, '{}')", "I5"),
    ("UPDATE items SET raw = json_set(raw, '$.state', 'accepted')", "I4"),
    ("UPDATE phone SET value = 'other.7' WHERE key = 'cursor'", "I4"),
    ("UPDATE submissions SET digest = 'sha256:other'", "I3"),
    ("UPDATE submissions SET checklist = 'sha256:other'", "I11"),
    ("UPDATE submissions SET state = 'outbox'", "I9"),
    ("UPDATE submissions SET id = 'other'", "I9"),
    ("UPDATE submissions SET id = 'other', state = 'freed', doc = NULL", "I1"),
    ("UPDATE photos SET state = 'captured'", "I9"),
    ("UPDATE photos SET id = 'x' || id", "I6"),
    ("UPDATE drafts SET rev = rev + 1 WHERE doc IS NOT NULL", "I10"),
    ("INSERT INTO phone VALUES ('healed', '1')", "I15"),
]


def found_on(phone: Path, spoil: str, seen: Seen, copy: Path) -> set[str]:
    """Numbers of the sentences about a copy of this phone, spoiled by a statement that no rule stops."""
    shutil.copytree(phone, copy)
    with contextlib.closing(sqlite3.connect(copy / "field.sqlite3")) as db, db:
        for (trigger,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            db.execute(f"DROP TRIGGER {trigger}")
        db.execute(spoil)
    return {sentence.split()[0] for sentence in check_phones([copy], seen)}


def test_every_way_to_spoil_a_phone_is_noticed(world, tmp_path):
    seen = world.seen()
    assert found_on(world.folder, "SELECT 1", seen, tmp_path / "sound") == set()
    copies = (tmp_path / f"spoiled-{number}" for number in range(len(SPOILED_PHONES)))
    found = [
        (spoil, said, found_on(world.folder, spoil, seen, next(copies))) for spoil, said in SPOILED_PHONES
    ]
    assert [spoil for spoil, said, numbers in found if said not in numbers] == []


def test_i13_what_was_freed_too_early_is_noticed(world):
    seen = world.seen()
    with contextlib.closing(sqlite3.connect(world.folder / "field.sqlite3")) as db, db:
        db.execute("UPDATE submissions SET state = 'freed', doc = NULL")
        db.execute("UPDATE photos SET state = 'freed'")
    assert (
        check_phones([world.folder], seen) == []
    )  # here everything counts as durable: no backup was ever made
    early = {name: {**one, "durable": False} for name, one in seen.submissions.items()}
    photos = {name: {**one, "durable": False} for name, one in seen.photos.items()}
    found = check_phones([world.folder], Seen(**{**vars(seen), "submissions": early, "photos": photos}))
    assert [sentence.split()[0] for sentence in found] == ["I13", "I13", "I13"]


def test_i13_a_photo_without_a_file_is_noticed(world):
    for file in Path(world.folder, "photos").iterdir():
        file.unlink()
    found = check_phones([world.folder], world.seen())
    assert [sentence.split()[0] for sentence in found] == ["I13", "I13"]
