"""Unsent work handed in as a file: Sari's phone dies, and what it held is kept all the same, once."""

import io
import json
import struct
import zipfile

import pytest
from django.test import Client

from backend.core.digests import sha256_text
from backend.evidence.models import Photo
from backend.journal.models import Entry
from backend.sync import unsent, unsent_zip
from backend.visits.models import Draft, Submission, Visit
from fieldsync import Engine, Picture, Store, Transport
from fieldsync.store import Identity
from tests import world
from tests.backend.evidence.pictures import jpeg
from tests.backend.sync.phone import draft, offered, patch, submission, sync
from tests.backend.visits.telling import listed

pytestmark = pytest.mark.django_db
DOOR = "/api/v1/unsent-work"


def packed(who, items=(), photos=(), contents=None, *, compress=zipfile.ZIP_STORED, **said) -> bytes:
    """An export as a phone writes it; `said` replaces members of its list."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for name, content in (contents or {}).items():
            file.writestr(f"photos/{name}", content, compress)
        told = {"format": 1, "device": str(who.device.pk), "user": str(who.id), "client": "fieldsync/0.1.0"}
        told |= {"made_at": "2026-03-05T02:00:00.000Z", "items": list(items), "photos": list(photos), **said}
        file.writestr("unsent.json", json.dumps(told), zipfile.ZIP_DEFLATED)
    return out.getvalue()


def hand_in(who, content: bytes, query: str = "", content_type: str = "application/zip"):
    answer = who.api.post(DOOR + query, content, content_type=content_type)
    return answer.status_code, answer.json()


@pytest.fixture
def dead_phone(sari, order):
    """What Sari's phone holds: a finished visit with a photo, and a draft of another with one."""
    second = world.order(sari, at=world.unit("SAM-02"))
    pictures = [jpeg(), jpeg(shade=9)]
    first_photo, draft_photo = (listed(content) for content in pictures)
    told = submission(order, photos=[first_photo])
    begun = draft(second.pk, 3, json.dumps({"photos": [draft_photo]}))
    photos = [offered(order, first_photo), offered(second, draft_photo)]
    contents = {one["id"]: content for one, content in zip(photos, pictures, strict=True)}
    return told, begun, photos, contents


def test_the_work_of_a_dead_phone_is_kept_as_if_it_had_synced(sari, order, dead_phone):
    told, begun, photos, contents = dead_phone

    status, answer = hand_in(sari, packed(sari, (told, begun), photos, contents))

    assert (status, answer) == (
        200,
        {
            "results": [
                {"id": told["id"], "digest": told["digest"], "status": "stored", "slot": "current"},
                {"draft": begun["visit"], "rev": 3},
            ],
            "photos": [{"photo": one["id"], "state": "stored"} for one in photos],
        },
    )
    kept = Submission.objects.get()
    assert (kept.text, kept.device, kept.inspector) == (told["doc"], sari.device, sari.user)
    assert Draft.objects.get().text == begun["doc"]
    assert Visit.objects.get().photos_missing == 0
    assert Photo.objects.filter(state="stored").count() == 2


def test_what_the_field_client_exports_is_what_this_server_takes(sari, order, tmp_path):
    page = sync(sari)
    store = Store.create(tmp_path / "records")
    store.sign_in(
        Identity(str(sari.device.pk), "https://x.example", str(sari.id), "sari", "Sari", sari.token)
    )
    with store.db.transaction():
        for change in page["changes"]:
            raw = json.dumps(change)
            store.db.run(
                "INSERT INTO items (kind, id, seq, raw) VALUES ('visit', ?, 1, ?)", change["id"], raw
            )
    phone = Engine(store, Transport("https://x.example"))
    receipt = phone.record(str(order.pk), {"narrative": "Tertib."}, [Picture(jpeg())])
    phone.export_unsent(tmp_path / "unsent.zip")
    phone.close()

    _, answer = hand_in(sari, (tmp_path / "unsent.zip").read_bytes())

    told = {"id": receipt.id, "digest": receipt.digest, "status": "stored", "slot": "current"}
    assert answer["results"] == [told]
    assert [one["state"] for one in answer["photos"]] == ["stored"]
    assert Visit.objects.get().photos_missing == 0


def test_the_same_file_twice_and_the_phone_coming_back_double_nothing(sari, order, dead_phone):
    told, begun, photos, contents = dead_phone
    content = packed(sari, (told, begun), photos, contents)
    hand_in(sari, content)

    _, again = hand_in(sari, content)
    back = sync(sari, told, begun, photos=photos)

    assert [one.get("status", one.get("rev")) for one in again["results"]] == ["duplicate", 3]
    assert [one["state"] for one in again["photos"]] == ["stored", "stored"]
    assert [one.get("status", one.get("rev")) for one in back["results"]] == ["duplicate", 3]
    assert [one["state"] for one in back["uploads"]] == ["stored", "stored"]
    assert (Submission.objects.count(), Draft.objects.count(), Photo.objects.count()) == (1, 1, 2)


def test_a_photo_that_was_half_sent_is_finished_from_the_file(sari, order):
    content = jpeg()
    photo = listed(content)
    (upload,) = sync(sari, photos=[offered(order, photo)])["uploads"]
    patch(sari, upload["url"], content[:100])

    _, answer = hand_in(sari, packed(sari, (), [offered(order, photo)], {photo["id"]: content}))

    assert answer["photos"] == [{"photo": photo["id"], "state": "stored"}]


def test_budi_hands_in_for_sari_and_the_journal_notes_it(sari, budi, order, dead_phone):
    told, begun, photos, contents = dead_phone

    status, answer = hand_in(budi, packed(sari, (told, begun), photos, contents), f"?inspector={sari.id}")

    assert (status, answer["results"][0]["status"]) == (200, "stored")
    assert Submission.objects.get().inspector == sari.user
    line = Entry.objects.get(event="work.handed-in")
    assert (line.actor_id, line.device, line.data) == (
        budi.id,
        sari.device.pk,
        {"inspector": str(sari.id), "items": 2, "photos": 2},
    )


def test_what_lies_outside_a_coordinators_regions_is_left_for_another(sari, budi, order):
    far = world.order(sari, at=world.unit("SAM-71", where="63.71"))
    photo = listed(jpeg())
    near, away = submission(order), submission(far, photos=[photo])
    content = packed(sari, (away, near), [offered(far, photo)], {photo["id"]: jpeg()})

    _, answer = hand_in(budi, content, f"?inspector={sari.id}")

    left = {"status": "left", "reason": "not-in-your-regions"}
    assert answer["results"] == [
        {"id": away["id"], "digest": away["digest"], **left},
        {"id": near["id"], "digest": near["digest"], "status": "stored", "slot": "current"},
    ]
    assert answer["photos"] == [{"photo": photo["id"], "state": "left", "reason": "not-in-your-regions"}]
    assert (Submission.objects.get().visit, Photo.objects.count()) == (order.pk, 0)


@pytest.mark.parametrize("who", ["rina", "mira", "dewi", "agus", "root"])
def test_nobody_else_hands_in_for_sari(who, sari, order, request):
    person = request.getfixturevalue(who)

    status, answer = hand_in(person, packed(sari, [submission(order)]), f"?inspector={sari.id}")

    assert (status, answer["code"], Submission.objects.count()) == (404, "no-such-person", 0)


def test_sari_does_not_hand_in_rinas_work_as_her_own(sari, rina, order):
    status, answer = hand_in(sari, packed(rina, [submission(order)]))

    assert (status, answer["code"], Submission.objects.count()) == (403, "not-her-work", 0)


def test_a_device_that_is_not_hers_is_no_witness(sari, rina, order):
    content = packed(sari, [submission(order)], device=str(rina.device.pk))

    status, answer = hand_in(sari, content)

    assert (status, answer["code"], Submission.objects.count()) == (404, "no-such-device", 0)


def test_she_hands_in_from_a_browser_with_its_token_and_not_without(sari, order):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(sari.user)
    content = packed(sari, [submission(order)])

    refused = browser.post(DOOR, content, content_type="application/zip")
    browser.cookies["csrftoken"] = "a" * 32
    taken = browser.post(DOOR, content, content_type="application/zip", headers={"X-CSRFToken": "a" * 32})

    assert (refused.status_code, taken.status_code, Submission.objects.count()) == (403, 200, 1)


# Photos that are not what they say


def test_a_photo_with_other_bytes_or_none_is_still_asked_for(sari, order):
    honest, absent, garbled = (listed(jpeg(shade=n)) for n in (1, 2, 3))
    contents = {honest["id"]: jpeg(shade=1), garbled["id"]: jpeg(shade=4)}

    _, answer = hand_in(
        sari, packed(sari, (), [offered(order, one) for one in (garbled, absent, honest)], contents)
    )

    missing = {"state": "need", "reason": "bytes-missing"}
    assert answer["photos"] == [
        {"photo": garbled["id"], **missing},
        {"photo": absent["id"], **missing},
        {"photo": honest["id"], "state": "stored"},
    ]
    (upload,) = sync(sari, photos=[offered(order, garbled)])["uploads"]
    assert (upload["state"], upload["offset"], upload["url"][-2:]) == ("need", 0, ".0")


def test_a_photo_that_unpacks_without_end_is_not_unpacked(sari, order):
    photo = {**listed(jpeg()), "size": 1000}
    bomb = {photo["id"]: b"\0" * 30_000_000}

    _, answer = hand_in(sari, packed(sari, (), [offered(order, photo)], bomb, compress=zipfile.ZIP_DEFLATED))

    assert answer["photos"] == [{"photo": photo["id"], "state": "need", "reason": "bytes-missing"}]


def test_a_photo_nobody_can_read_about_harms_no_other(sari, order):
    photo = listed(jpeg())
    strange = [7, {"id": "../../etc/passwd"}, {"id": photo["id"], "visit": str(order.pk), "size": -1}]

    _, answer = hand_in(sari, packed(sari, (), [*strange, offered(order, photo)], {photo["id"]: jpeg()}))

    malformed = {"state": "bad", "reason": "malformed"}
    assert answer["photos"] == [
        {"photo": "", **malformed},
        {"photo": "../../etc/passwd", **malformed},
        {"photo": photo["id"], **malformed},
        {"photo": photo["id"], "state": "stored"},
    ]


def test_a_document_nobody_can_read_is_kept_in_quarantine_as_in_a_sync(sari, order):
    broken = submission(order, doc="{not json")

    _, answer = hand_in(sari, packed(sari, [broken, "nonsense"]))

    assert [one["slot"] for one in answer["results"]] == ["quarantined", "quarantined"]
    assert Submission.objects.count() == 2


# Files that are no exports


def damaged(content: bytes) -> bytes:
    """With the list's bytes flipped."""
    at = content.index(b"unsent.json") + 20
    return content[:at] + bytes(byte ^ 0xFF for byte in content[at : at + 20]) + content[at + 20 :]


def with_directory_of(content: bytes, size: int) -> bytes:
    """With an end that speaks of a directory of that many bytes."""
    return content[:-10] + struct.pack("<L", size) + content[-6:]


@pytest.mark.parametrize(
    ("spoil", "detail"),
    [
        (lambda zip_file: b"", "not a zip file"),
        (lambda zip_file: b"PK\x03\x04" + b"x" * 100, "not a zip file"),
        (lambda zip_file: zip_file[:-30], "not a zip file"),
        (lambda zip_file: zip_file[:-2] + b"\x05\x00hello", "not a zip file"),
        (lambda zip_file: zip_file[:-22] + b"PK\x06\x07" + b"\0" * 16 + zip_file[-22:], "not a zip file"),
        (lambda zip_file: with_directory_of(zip_file, 2**31), "too many files inside"),
        (damaged, "unsent.json cannot be read"),
    ],
)
def test_a_file_that_is_no_export_is_refused_in_words(sari, order, spoil, detail):
    content = spoil(packed(sari, [submission(order)]))

    status, answer = hand_in(sari, content)

    assert (status, answer["code"], answer["detail"]) == (400, "not-unsent-work", detail)
    assert Submission.objects.count() == 0


@pytest.mark.parametrize(
    ("said", "detail"),
    [
        ({"format": 2}, "unsent.json is not of format 1"),
        ({"format": True}, "unsent.json is not of format 1"),
        ({"device": "x"}, "unsent.json names no device or no user"),
        ({"user": None}, "unsent.json names no device or no user"),
        ({"items": [1] * 2001}, "items is no list, or too long"),
        ({"photos": [1] * 2001}, "photos is no list, or too long"),
    ],
)
def test_a_list_that_says_something_else_is_refused_in_words(sari, said, detail):
    status, answer = hand_in(sari, packed(sari, **said))

    assert (status, answer["code"], answer["detail"]) == (400, "not-unsent-work", detail)


def test_names_that_climb_out_of_the_file_are_names_nobody_asks_for(sari, order, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    out = io.BytesIO(packed(sari, [submission(order)]))
    with zipfile.ZipFile(out, "a") as file:
        for name in ("../../outside", "/outside", "photos/../../outside", "C:\\outside"):
            file.writestr(name, b"x")

    status, answer = hand_in(sari, out.getvalue())

    assert (status, answer["results"][0]["status"]) == (200, "stored")
    assert list(tmp_path.iterdir()) == []


def test_a_file_of_too_many_files_is_refused(sari):
    contents = {str(n): b"" for n in range(unsent_zip.ENTRIES_MAX)}

    status, answer = hand_in(sari, packed(sari, contents=contents))

    assert (status, answer["detail"]) == (400, "more than 2000 files inside")


def test_a_file_that_is_too_large_is_refused_while_it_comes(sari, monkeypatch):
    monkeypatch.setattr(unsent, "ZIP_BYTES_MAX", 100)

    status, answer = hand_in(sari, packed(sari))

    assert (status, answer["code"], answer["limit"]) == (413, "too-large", 100)


def test_a_file_that_was_cut_on_its_way_is_not_begun(sari, order):
    content = packed(sari, [submission(order)])

    cut = {"wsgi.input": io.BytesIO(content), "CONTENT_LENGTH": str(len(content) + 10)}
    answer = sari.api.generic("POST", DOOR, content, "application/zip", **cut)

    assert (answer.status_code, answer.json()["code"]) == (400, "body-cut")


def test_another_type_of_file_is_refused(sari):
    status, answer = hand_in(sari, b"{}", content_type="application/json")

    assert (status, answer["code"]) == (415, "unsent-type")


def test_a_draft_damaged_on_the_phone_is_told_to_be_tried_again(sari, order):
    bad = {**draft(order.pk, 1, "{}"), "digest": sha256_text("other")}

    _, answer = hand_in(sari, packed(sari, [bad]))

    assert answer["results"] == [{"draft": str(order.pk), "status": "retry", "reason": "digest"}]
    assert Draft.objects.count() == 0
