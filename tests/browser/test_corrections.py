"""What becomes of a visit when others have a say in it: returned, given to somebody else, begun on another phone."""

import json
import re
from pathlib import Path

import pytest
from PIL import Image

from tests.browser.office import PASSWORD
from tests.browser.testimony import digest, numbered, timeless

PICTURES = Path(__file__).parent / "pictures"
LATE = "Diterima sebagai susulan: tugas ini sudah dialihkan atau sudah terisi. Koordinator yang memutuskan."
FOCUSED = "document.activeElement.closest('[data-item]')?.dataset.item"
IN_SIGHT = """() => {
  const { top, bottom } = document.activeElement.getBoundingClientRect();
  return top >= 0 && top < innerHeight && bottom > 0;
}"""


@pytest.fixture
def sari(phone):
    phone.comes_in()
    return phone


def records(phone, unit):
    """Begun, with two photos and a few answers; on the visit's screen."""
    phone.visit(unit)
    phone.begins()
    phone.marks("Tiba", with_place=True)
    with phone.camera() as camera:
        camera.shoot()
        camera.choose(PICTURES / "lying.jpg")
    phone.opens_checklist()
    phone.at("I1.1").chooses("cukup").shows(1)
    phone.at("I1.2").says("Ya")
    phone.at("I1.3").chooses("tidak_ada").has_no_photo("unsafe")
    phone.at("P1.1").chooses("lengkap").shows(1, 2)
    phone.back()


def ends(phone):
    """Finished, and back in the list; the beginning of the fingerprint."""
    phone.opens_end()
    receipt = phone.finishes()
    phone.leaves_receipt()
    return receipt


def all_received(phone, office, visit):
    phone.syncs()
    phone.wait_until(lambda: office.visit(visit)["photos_missing"] == 0, "photos are missing on the server")


def sent_photos(asked):
    """The photos whose bytes went on the line, from request lines."""
    return {re.search("uploads/([0-9a-f-]{36})", line)[1] for line in asked if line.startswith("PATCH")}


def told(office, visit):
    """Attempts as (number, slot, why), the last one first."""
    return [(one["attempt"], one["slot"], one["why"]) for one in office.visit(visit)["attempts"]]


# Returned


def test_what_was_returned_is_corrected_and_nothing_else_is_touched(sari, office, tmp_path):
    visit = office.orders()[0]["id"]
    records(sari, "SAM-000")
    ends(sari)
    all_received(sari, office, visit)
    before = office.visit(visit)["submission"]
    _, blurry = (one["id"] for one in before["doc"]["photos"])
    assert sent_photos(sari.line.asked) == {one["id"] for one in before["doc"]["photos"]}
    points = [
        {"item": "I1.2", "reason": "unclear", "note": "Ruang mana yang kotor?"},
        {"item": "I1.3", "reason": "missing_note", "note": ""},
        {"photo": blurry, "reason": "unreadable_photo", "note": "Buram."},
    ]
    office.decide(visit, "returned", note="Tinggal sedikit lagi.", points=points)
    sari.syncs()
    assert sari.group_of("SAM-000") == "Perlu diperbaiki"
    assert "3 hal perlu diperbaiki" in sari.row("SAM-000")
    asked_before = len(sari.line.asked)
    Image.new("RGB", (800, 600), "#1d4e89").save(sharp := tmp_path / "sharp.png")
    with sari.airplane():
        corrects(sari, sharp)
        receipt = ends(sari)
    all_received(sari, office, visit)
    after = office.visit(visit)["submission"]
    assert told(office, visit) == [(2, "current", ""), (1, "current", "")]
    assert after["digest"].removeprefix("sha256:").startswith(receipt)
    fresh = differs_only_there(before, after)
    assert sent_photos(sari.line.asked[asked_before:]) == {fresh}
    assert digest(office.photo(fresh)) == after["doc"]["photos"][1]["sha256"]


def corrects(phone, sharp):
    """Each small task opens where it is to be done."""
    phone.visit("SAM-000")
    tasks = phone.page.locator(".task")
    assert tasks.locator("strong").all_inner_texts() == [
        "I1.2: Kurang jelas",
        "I1.3: Catatan kurang",
        "Foto: Foto tidak terbaca",
    ]
    assert "“Ruang mana yang kotor?”" in tasks.nth(0).inner_text()
    phone.page.get_by_text("“Tinggal sedikit lagi.”").wait_for()
    tasks.nth(0).click()
    is_at(phone, "I1.2").says("Tidak").notes("Ruang tunggu.")
    phone.back()
    phone.page.get_by_role("heading", name="2 hal perlu diperbaiki").wait_for()
    tasks.nth(1).click()
    is_at(phone, "I1.3").notes("Toilet tidak ada sama sekali.")
    phone.back()
    tasks.nth(2).click()
    with phone.camera(phone.button("Ambil lagi")) as camera:
        camera.choose(sharp)
    phone.back()
    phone.page.get_by_role("heading", name="Semua sudah diperbaiki. Tinggal diselesaikan.").wait_for()


def is_at(phone, code):
    phone.wait_until(lambda: phone.page.evaluate(FOCUSED) == code, f"{code} is not where it opened")
    phone.wait_until(lambda: phone.page.evaluate(IN_SIGHT), f"{code} is out of sight")
    return phone.at(code)


def differs_only_there(before, after):
    """Member by member, clocks too; the id of the photo that took the other's place."""
    first, second = before["doc"], after["doc"]
    differing = {name for name in {*first, *second} if first.get(name) != second.get(name)}
    assert differing == {"attempt", "parent", "finished_at", "statement", "answers", "photos"}
    assert (second["attempt"], second["parent"], second["statement"]["signed"]) == (2, before["id"], True)
    kept, fresh = second["photos"]
    assert kept == first["photos"][0]
    assert fresh["id"] != first["photos"][1]["id"]
    answers = {
        code: timeless(one) for code, one in second["answers"].items() if one != first["answers"][code]
    }
    assert answers == {
        "I1.2": {"value": False, "note": "Ruang tunggu."},
        "I1.3": {"value": "tidak_ada", "no_photo": "unsafe", "note": "Toilet tidak ada sama sekali."},
        "P1.1": {"value": "lengkap", "photos": [kept["id"], fresh["id"]]},
    }
    assert {**second["answers"]["P1.1"], "photos": []} == {**first["answers"]["P1.1"], "photos": []}
    assert set(second["answers"]) == set(first["answers"])
    return fresh["id"]


# Given to somebody else, or cancelled, while she was out of reach


def test_k4_a_visit_that_was_finished_meanwhile_is_sent_and_stored_as_late(sari, office):
    given, cancelled = (order["id"] for order in office.orders()[:2])
    with sari.out_of_reach():
        receipts = []
        for unit in ("SAM-000", "SAM-001"):
            records(sari, unit)
            receipts.append(ends(sari))
        office.reassign(given, "rina")
        office.cancel(cancelled)
        assert "Menunggu dikirim" in sari.row("SAM-000")
    sari.syncs()
    reasons = ("Dialihkan ke orang lain", "Dibatalkan oleh koordinator")
    for unit, reason in zip(("SAM-000", "SAM-001"), reasons, strict=True):
        assert sari.group_of(unit) == "Bukan tugas Anda lagi"
        assert f"{reason}. Diterima sebagai susulan; koordinator memutuskan" in sari.row(unit)
        sari.visit(unit)
        assert LATE in sari.page.get_by_role("main").inner_text()
        sari.back()
    are_stored_late(office, {given: ("reassigned", receipts[0]), cancelled: ("cancelled", receipts[1])})
    states = {order["id"]: (order["state"], order["inspector"]["name"]) for order in office.orders()}
    assert states[given] == ("assigned", "Rina")


def are_stored_late(office, expected):
    """expected: visit -> (why, the beginning of its fingerprint). With all their photos."""
    came = office.told(*expected)
    assert {one["visit"]: (one["slot"], one["why"]) for one in came} == {
        visit: ("late", why) for visit, (why, _) in expected.items()
    }
    assert len(came) == len(expected)
    for one in came:
        assert digest(one["text"].encode()) == one["digest"].removeprefix("sha256:")
        assert one["digest"].removeprefix("sha256:").startswith(expected[one["visit"]][1])
        for photo in json.loads(one["text"])["photos"]:
            assert digest(office.photo(photo["id"], by="sari")) == photo["sha256"]


def test_k4_a_record_of_a_visit_that_is_no_longer_hers_is_kept_with_the_reason(sari, office):
    given, cancelled, untouched = (order["id"] for order in office.orders()[:3])
    with sari.out_of_reach():
        for unit in ("SAM-000", "SAM-001"):
            records(sari, unit)
            sari.back()
        office.reassign(given, "rina")
        for visit in (cancelled, untouched):
            office.cancel(visit)
    sari.syncs()
    assert [sari.group_of(unit) for unit in ("SAM-000", "SAM-001", "SAM-002", "SAM-003")] == [
        "Bukan tugas Anda lagi",
        "Bukan tugas Anda lagi",
        "",
        "Sekarang",
    ]
    assert "Dialihkan ke orang lain. Catatan Anda tetap disimpan." in sari.row("SAM-000")
    assert "Dibatalkan oleh koordinator. Catatan Anda tetap disimpan." in sari.row("SAM-001")
    receipts = []
    for unit in ("SAM-000", "SAM-001"):
        sari.visit(unit)
        sari.page.get_by_text("Catatan Anda aman; bila diselesaikan, dikirim sebagai susulan.").wait_for()
        sari.page.get_by_role("heading", name="2 foto").wait_for()
        receipts.append(ends(sari))
    sari.syncs()
    are_stored_late(office, {given: ("reassigned", receipts[0]), cancelled: ("cancelled", receipts[1])})


# Two phones of one person


def test_a_record_begun_on_one_phone_is_continued_on_the_other_and_nothing_is_lost(phones, office):
    visit = office.orders()[0]["id"]
    first, other = phones("sari"), phones("sari")
    first.comes_in()
    records(first, "SAM-000")
    first.back()
    first.syncs()
    other.comes_in()
    other.visit("SAM-000")
    other.page.get_by_text(re.compile("^Sudah dimulai di Android")).wait_for()
    other.press("Lanjutkan di sini")
    other.page.get_by_role("heading", name="2 foto").wait_for()
    other.opens_checklist()
    other.at("O1.1").types("20")
    other.back()
    with first.out_of_reach():
        quicker = ends(other)
        other.syncs()
        first.visit("SAM-000")
        slower = ends(first)
    first.syncs()
    assert "Diterima sebagai susulan; koordinator memutuskan" in first.row("SAM-000")
    first.visit("SAM-000")
    assert LATE in first.page.get_by_role("main").inner_text()
    seen = office.visit(visit)
    assert told(office, visit) == [(1, "late", "slot-taken"), (1, "current", "")]
    late, current = seen["attempts"]
    assert late["digest"].removeprefix("sha256:").startswith(slower)
    assert current["digest"].removeprefix("sha256:").startswith(quicker)
    hers, before = (json.loads(office.text(one["id"])) for one in (current, late))
    assert numbered(hers) == {**numbered(before), "O1.1": {"value": 20}}
    assert hers["photos"] == before["photos"]
    assert {one["state"] for one in seen["photos"]} == {"stored"}
    for one in hers["photos"]:
        assert digest(office.photo(one["id"])) == one["sha256"]


# Signed out by time


def test_an_expired_session_never_blocks_recording_and_all_is_sent_afterwards(sari, office):
    visit = office.orders()[0]["id"]
    office.expire("sari")
    sari.syncs()
    assert "Perlu masuk lagi: Pengaturan" in sari.page.locator("button.line").inner_text()
    records(sari, "SAM-000")
    sari.reopen()
    sari.unlock()
    sari.visit("SAM-000")
    receipt = ends(sari)
    sari.wait_until(
        lambda: "Perlu masuk lagi" in sari.page.locator("button.line").inner_text(), "it is not said"
    )
    assert list(office.budi.every("visits")) == []
    assert "Menunggu dikirim. Aman di ponsel ini." in sari.row("SAM-000")
    sari.press("Pengaturan")
    sari.page.get_by_text("Pencatatan tetap jalan").wait_for()
    sari.fill("Kata sandi", PASSWORD)
    sari.press("Masuk lagi")
    sari.wait_until(lambda: [one["id"] for one in office.budi.every("visits")] == [visit], "nothing was sent")
    sari.back()
    all_received(sari, office, visit)
    told_now = office.visit(visit)
    assert told_now["submission"]["digest"].removeprefix("sha256:").startswith(receipt)
    assert {one["state"] for one in told_now["photos"]} == {"stored"}
    assert "Semua sudah diterima" in sari.page.locator("button.line").inner_text()
