"""Photos on their way in: Sari's phone announces, sends, is cut off, lies, and is asked again."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.db import connection

from backend.core.clock import now
from backend.core.digests import sha256_bytes
from backend.core.ids import uuid7
from backend.evidence import actions, storage
from backend.evidence.announcing import announce_photos
from backend.evidence.errors import (
    NoSuchUpload,
    NotYourUpload,
    OffsetMismatch,
    PieceTooLarge,
    StoreUnavailable,
    UploadGone,
)
from backend.evidence.looking import thumbnail_of
from backend.evidence.models import Blob, Photo, Segment, Upload
from backend.evidence.rules import Announced, PhotoState, Reason, Standing, mib, photo_key
from backend.evidence.sweeping import sweep
from backend.journal.models import Entry
from tests.backend.evidence.pictures import PDF, bomb, jpeg, other
from tests.world import A_UUID

pytestmark = pytest.mark.django_db


def announced(content: bytes, **told) -> Announced:
    facts = {
        "id": uuid7(),
        "visit": A_UUID,
        "sha256": sha256_bytes(content),
        "size": len(content),
        "media_type": "image/jpeg",
    }
    return Announced(**{**facts, **told})


def announce(person, *photos: Announced) -> list[Standing]:
    return announce_photos(photos, by=person.user, device=person.device)


def send(person, photo: Announced, content: bytes, *, at: int = 0, generation: int = 0) -> Photo | None:
    upload = actions.find_upload(photo.id, generation, by=person.user)
    finding = actions.receive(upload, at, content)
    if finding is None:
        return None
    settled = actions.settle(upload, finding, by=person.user)
    actions.forget_pieces(upload)
    return settled


def files() -> list[str]:
    root = Path(storage._store().location)
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())


def need(photo: Announced, offset: int = 0, generation: int = 0) -> Standing:
    return Standing(photo.id, PhotoState.NEED, "", generation, offset)


def stored(photo: Announced) -> Standing:
    return Standing(photo.id, PhotoState.STORED)


def test_e7_announcing_twice_is_announcing_once(sari):
    photo = announced(jpeg())

    assert announce(sari, photo) == announce(sari, photo) == [need(photo)]
    assert announce(sari, photo, photo) == [need(photo)]
    assert Upload.objects.count() == Photo.objects.count() == 1


def test_e1_a_photo_in_one_piece_is_stored_under_its_hash(sari):
    content = jpeg()
    photo = announced(content)
    announce(sari, photo)

    kept = send(sari, photo, content)

    assert (kept.state, kept.width, kept.height, kept.media_type) == ("stored", 160, 120, "image/jpeg")
    assert storage.read_kept(kept.blob_id) == content
    assert files() == [photo_key(photo.id, 0)]
    assert announce(sari, photo) == [stored(photo)]
    assert Entry.objects.last().event == "photo.kept"


def test_e1_a_photo_in_three_pieces_is_stored_and_its_pieces_are_forgotten(sari):
    content = jpeg(640, 480)
    photo = announced(content)
    announce(sari, photo)

    assert send(sari, photo, content[:1000]) is None
    assert announce(sari, photo) == [need(photo, 1000)]
    assert send(sari, photo, content[1000:3000], at=1000) is None
    kept = send(sari, photo, content[3000:], at=3000)

    assert (kept.state, storage.read_kept(kept.blob_id)) == ("stored", content)
    assert (files(), Segment.objects.count()) == ([photo_key(photo.id, 0)], 0)


def test_e2_bytes_beyond_the_announced_size_are_not_taken(sari):
    content = jpeg()
    photo = announced(content)
    announce(sari, photo)

    with pytest.raises(PieceTooLarge):
        send(sari, photo, content + b"x")
    send(sari, photo, content[:100])
    with pytest.raises(PieceTooLarge):
        send(sari, photo, content, at=100)

    assert announce(sari, photo) == [need(photo, 100)]


def test_e3_a_piece_at_another_offset_is_not_taken(sari):
    content = jpeg()
    photo = announced(content)
    announce(sari, photo)
    send(sari, photo, content[:100])

    for offset in (0, 50, 101):
        with pytest.raises(OffsetMismatch) as raised:
            send(sari, photo, content[offset : offset + 10], at=offset)
        assert raised.value.facts == {"offset": 100}

    assert Segment.objects.count() == len(files()) == 1


def test_e4_of_two_pieces_at_one_place_one_stays_and_the_other_leaves_nothing(sari):
    content = jpeg()
    photo = announced(content)
    announce(sari, photo)
    one, other_one = (actions.find_upload(photo.id, 0, by=sari.user) for _ in range(2))

    actions.receive(one, 0, content[:100])
    with pytest.raises(OffsetMismatch) as raised:
        actions.receive(other_one, 0, content[:60])

    assert raised.value.facts == {"offset": 100}
    assert [segment.length for segment in Segment.objects.all()] == [100]
    assert len(files()) == 1


def test_of_two_who_settle_one_upload_the_second_is_told_it_is_over(sari):
    content = jpeg()
    photo = announced(content)
    announce(sari, photo)
    one, other_one = (actions.find_upload(photo.id, 0, by=sari.user) for _ in range(2))
    findings = [actions.receive(upload, 0, content) for upload in (one, other_one)]

    actions.settle(one, findings[0], by=sari.user)
    with pytest.raises(OffsetMismatch) as raised:
        actions.settle(other_one, findings[1], by=sari.user)

    assert raised.value.facts == {"offset": len(content)}
    assert (Blob.objects.count(), files()) == (1, [photo_key(photo.id, 0)])


def test_a_kill_between_the_last_piece_and_its_commit_costs_nothing(sari):
    content = jpeg()
    photo = announced(content)
    announce(sari, photo)
    upload = actions.find_upload(photo.id, 0, by=sari.user)
    actions.receive(upload, 0, content[:100])
    actions.receive(upload, 100, content[100:])  # and here the server dies

    standing = Standing(photo.id, PhotoState.NEED, "", 0, len(content), complete=True)
    assert announce(sari, photo) == [standing]
    assert send(sari, photo, b"", at=len(content)).state == "stored"
    assert files() == [photo_key(photo.id, 0)]


def test_e9_a_photo_that_lies_about_its_hash_is_asked_for_again_twice_and_then_is_bad(sari):
    content = jpeg()
    photo = announced(content)
    lie = jpeg(shade=9)[: len(content)].ljust(len(content), b"\0")
    for generation in range(3):
        assert announce(sari, photo) == [need(photo, generation=generation)]
        send(sari, photo, lie, generation=generation)
        with pytest.raises(UploadGone):
            actions.find_upload(photo.id, generation, by=sari.user)

    assert announce(sari, photo) == [Standing(photo.id, PhotoState.BAD, "wrong-hash", 3)]
    assert files() == []
    events = Entry.objects.filter(subject=str(photo.id)).order_by("id").values_list("event", flat=True)
    assert list(events) == ["photo.garbled", "photo.garbled", "photo.bad"]


def test_e9_a_photo_garbled_once_is_stored_the_second_time(sari):
    content = jpeg()
    photo = announced(content)
    announce(sari, photo)
    send(sari, photo, content[:-1] + b"!")
    announce(sari, photo)

    assert send(sari, photo, content, generation=1).state == "stored"
    assert files() == [photo_key(photo.id, 1)]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (PDF, "not-an-image"),
        (jpeg()[:-100], "incomplete-image"),
        (bomb(), "too-many-pixels"),
        (other("GIF"), "not-an-image"),
    ],
    ids=["a pdf named .jpg", "a truncated jpeg", "an image bomb", "a gif"],
)
def test_e6_what_is_no_picture_is_bad_at_once_and_says_why(sari, content, reason):
    photo = announced(content)
    announce(sari, photo)

    kept = send(sari, photo, content)

    assert (kept.state, kept.reason) == ("bad", reason)
    assert announce(sari, photo) == [Standing(photo.id, PhotoState.BAD, reason)]
    # The same bytes under a new id are not taken for a stored picture.
    again = announced(content)
    assert announce(sari, again) == [need(again)]


def test_a_png_announced_as_a_jpeg_is_kept_as_the_png_it_is(sari):
    content = other("PNG")
    photo = announced(content)
    announce(sari, photo)

    assert send(sari, photo, content).media_type == "image/png"


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ({"media_type": ""}, "type-not-allowed"),
        ({"size": mib(8) + 1}, "too-large"),
        ({"size": 2**53}, "too-large"),
    ],
)
def test_a_photo_that_may_not_be_sent_is_bad_before_its_first_byte(sari, told, reason):
    photo = announced(jpeg(), **told)

    assert announce(sari, photo) == [Standing(photo.id, PhotoState.BAD, reason, fresh=True)]
    assert announce(sari, photo) == [Standing(photo.id, PhotoState.BAD, reason)]
    assert Upload.objects.count() == 0


def test_e8_bytes_she_sent_before_are_linked_and_not_sent_again(sari):
    content = jpeg()
    first, second = announced(content), announced(content)
    announce(sari, first)
    send(sari, first, content)

    linked = Standing(second.id, PhotoState.STORED, fresh=True)
    assert announce(sari, second) == [linked]
    assert announce(sari, second) == [stored(second)]
    assert (Blob.objects.count(), files()) == (1, [photo_key(first.id, 0)])


def test_e8_rina_does_not_get_saris_picture_by_naming_its_hash(sari, rina):
    content = jpeg()
    photo, same = announced(content), announced(content)
    announce(sari, photo)
    send(sari, photo, content)

    assert announce(rina, same) == [need(same)]


def test_e7_rina_cannot_announce_or_send_saris_photo(sari, rina):
    content = jpeg()
    photo = announced(content)
    announce(sari, photo)

    assert announce(rina, photo) == [Standing(photo.id, PhotoState.BAD, Reason.NOT_YOURS)]
    with pytest.raises(NotYourUpload):
        send(rina, photo, content)
    send(sari, photo, content)
    assert announce(rina, photo) == [Standing(photo.id, PhotoState.BAD, Reason.NOT_YOURS)]


def test_e7_a_photo_cannot_be_announced_anew_with_other_bytes(sari):
    photo = announced(jpeg())
    announce(sari, photo)

    for told in ({"sha256": "A" * 43}, {"size": 5}, {"visit": uuid7()}):
        changed = announced(jpeg(), id=photo.id, **told)
        assert announce(sari, changed) == [Standing(photo.id, PhotoState.BAD, Reason.ANNOUNCED_DIFFERENTLY)]
    assert announce(sari, photo) == [need(photo)]


def test_an_upload_nobody_opened_is_unknown(sari):
    with pytest.raises(NoSuchUpload):
        actions.find_upload(A_UUID, 0, by=sari.user)


def test_an_upload_given_up_has_a_new_address(sari):
    content = jpeg()
    photo = announced(content)
    announce(sari, photo)
    send(sari, photo, content[:100])
    upload = actions.find_upload(photo.id, 0, by=sari.user)

    actions.give_up_upload(upload, by=sari.user)
    actions.give_up_upload(upload, by=sari.user)

    with pytest.raises(UploadGone):
        actions.find_upload(photo.id, 0, by=sari.user)
    assert announce(sari, photo) == [need(photo, generation=1)]
    actions.forget_pieces(upload)
    assert files() == []


def test_when_the_disk_fails_nothing_counts_and_the_piece_is_sent_again(sari, settings):
    content = jpeg()
    photo = announced(content)
    announce(sari, photo)
    root = Path(settings.MEDIA_ROOT)
    root.write_text("a file where the folder should be")
    for piece in (content, content[:100]):
        with pytest.raises(StoreUnavailable):
            send(sari, photo, piece)
    assert announce(sari, photo) == [need(photo)]

    root.unlink()
    assert send(sari, photo, content).state == "stored"


def test_a_thumbnail_is_made_at_the_first_look_and_once(sari):
    content = jpeg(1600, 1200)
    photo = announced(content)
    announce(sari, photo)
    kept = send(sari, photo, content)

    key = thumbnail_of(kept)

    assert thumbnail_of(kept) == thumbnail_of(Photo.objects.get()) == key
    assert files() == [photo_key(photo.id, 0), key]
    assert storage.read_kept(key).startswith(b"\xff\xd8\xff")


def test_e10_the_sweep_forgets_what_nobody_will_ask_for_and_nothing_else(sari):
    whole, half, garbled, bad = jpeg(), jpeg(shade=1), jpeg(shade=2), PDF
    photos = {content: announced(content) for content in (whole, half, garbled, bad)}
    announce(sari, *photos.values())
    send(sari, photos[whole], whole)
    send(sari, photos[half], half[:100])
    send(sari, photos[bad], bad)
    upload = actions.find_upload(photos[garbled].id, 0, by=sari.user)
    actions.receive(upload, 0, garbled[:100])
    actions.settle(upload, actions.receive(upload, 100, b"\0" * (len(garbled) - 100)), by=sari.user)
    # ... and the server dies before the pieces are forgotten.

    assert sweep() == 1
    assert len(files()) == 3

    with time_machine.travel(now() + timedelta(days=15)):
        sweep()
    assert sorted(files()) == sorted(photo_key(photos[content].id, 0) for content in (whole, bad))
    assert announce(sari, photos[half]) == [need(photos[half], generation=1)]

    with time_machine.travel(now() + timedelta(days=91)):
        sweep()
        assert sweep() == 0
    assert files() == [photo_key(photos[whole].id, 0)]
    assert Photo.objects.get(pk=photos[bad].id).reason == "not-an-image"


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor == "sqlite", reason="threads cannot share SQLite's database in memory")
def test_e3_eight_connections_sending_the_same_piece_leave_one(sari):
    content = jpeg()
    photo = announced(content)
    announce(sari, photo)

    def try_once(_: int) -> str:
        try:
            return "kept" if send(sari, photo, content) else "more"
        except (OffsetMismatch, UploadGone) as problem:
            return problem.code
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        outcomes = sorted(pool.map(try_once, range(8)))

    assert outcomes == ["kept"] + ["offset-mismatch"] * 7
    assert (Blob.objects.count(), Photo.objects.get().state) == (1, "stored")
