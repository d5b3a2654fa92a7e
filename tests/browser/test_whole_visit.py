"""A whole visit through the screens, with nobody at the other end of the line; then all of it is there, to the byte."""

import json
import os
import re
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

from PIL import Image

from tests.browser.office import WITH_CUTS
from tests.browser.testimony import OF_A_PICTURE, digest, numbered, segments, timeless, times
from tests.simulation.proxy import Weather

PICTURES = Path(__file__).parent / "pictures"
UNIT = "SAM-004"
FACE = (0.6, 0.36, 0.88, 0.65)
# 6144 is a bad day's GPRS; with that the test takes some minutes.
BYTES_A_SECOND = int(os.environ.get("BYTES_A_SECOND", "60000"))
BAD_LINE = Weather(
    bytes_a_second=BYTES_A_SECOND,
    up_bytes_between_cuts=WITH_CUTS.up_bytes_between_cuts,
    down_bytes_between_cuts=WITH_CUTS.down_bytes_between_cuts,
)
ANSWERS_ARE_LOST = Weather(down_bytes_between_cuts=1)

NARRATIVE = "Saya mengambil nomor A12 dan menunggu.\nLoket 3 meminta uang “map”; loket 4 tidak."
BLOCKED = "Satpam berdiri persis di depannya."
ASKED = "Loket 3: “seikhlasnya”, tanpa kuitansi."
MORE = "Diminta 125.000, resmi 100.000."
FREE_CHECK = "Petugas cek fisik meminta 20.000."
ANSWERS = {
    "I1.1": {"value": "cukup", "photos": [5]},
    "I1.2": {"value": True},
    "I1.3": {"value": "tidak_ada", "no_photo": "nothing_there"},
    "I1.5": {"value": False, "no_photo": "other", "note": BLOCKED},
    "I2.6": {"na": True},
    "I4.1": {"value": [2, 4]},
    "P1.1": {"value": "lengkap", "photos": [1]},
    "P1.2": {"value": "sebagian", "photos": [1]},
    "P1.4": {"value": "rinci", "photos": [1]},
    "P1.6": {"value": 5},
    "P3.1": {"value": "sesuai", "photos": [2, 3]},
    "P3.4": {"value": "sama"},
    "P5.SAM.3": {"value": "diminta_uang", "photos": [10], "note": FREE_CHECK},
    "O1.1": {"value": 12.5},
    "O1.2": {"value": [3, 2]},
    "O2.1": {"value": [125_000, 100_000], "note": MORE},
    "O2.2": {"value": True, "note": ASKED},
    "C3.3": {"value": "none"},
}
AS_THE_CAMERA_SAID = {"place": {"lat": -3.319, "lon": 114.591, "accuracy_m": 12}}
HERE = {"lat": -3.8, "lon": 114.76, "accuracy_m": 12}
KINDS = {"YN", "YN-", "SC", "NUM", "NUM2", "MIN", "DUR", "DAY", "IDR2"}

WHAT_IS_SHOWN = """() => {
  const text = document.querySelector("main").innerText;
  const [, stored, all] = /Foto diterima (\\d+) dari (\\d+)/.exec(text) ?? [];
  return {
    visit: /Diterima server/.test(text), photos: Number(stored ?? 0), of: Number(all ?? 0),
    over: text.includes("Semua sudah diterima server"),
  };
}"""


# The reader of HEIC comes some time after everything else; here nobody waits for that time.
FETCH_THE_REST = "navigator.serviceWorker.ready.then(({ active }) => active.postMessage('sisanya'))"
HAS_READER = """() => caches.keys().then((names) => Promise.all(names.map((name) => caches.open(name))))
  .then((found) => Promise.all(found.map((cache) => cache.keys())))
  .then((lists) => lists.flat().some(({ url }) => url.endsWith(".wasm")))"""
# How far the photo under way is, each time that changes, as a share.
NOTE_EACH_PART = """() => {
  window.parts = [];
  new MutationObserver(() => {
    const bar = document.querySelector("progress");
    if (bar) window.parts.push(bar.value / bar.max);
  }).observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true });
}"""


def test_k2_a_visit_without_a_network_stands_on_the_server_to_the_byte(phone, office, tmp_path):
    [visit] = office.order("sari", scenario="transaction")
    began = datetime.now(UTC)
    ready(phone)
    with phone.airplane():
        phone.visit(UNIT)
        before_it_begins(phone)
        phone.begins()
        while_she_waits(phone)
        phone.reopen()
        phone.unlock()
        after_the_restart(phone)
        looks_around(phone)
        phone.kill()
        phone.unlock()
        after_the_battery_fell_out(phone, busy_board(tmp_path))
        asks(phone)
        receipt = ends(phone)
        told, photos = phone.exports()
        phone.line.weather = ANSWERS_ARE_LOST
    ended = datetime.now(UTC)
    text = told["items"][0]["doc"]
    is_sent(phone, office, visit)
    is_what_she_said(json.loads(text), visit, began, ended)
    assert kinds_of(office, json.loads(text)) == KINDS
    is_there(office, visit, text, photos, receipt)
    assert [line for line in phone.told if "net::ERR" not in line] == []


def busy_board(folder):
    """A picture with so much to see that it stays as large as real ones do."""
    place = folder / "busy.png"
    Image.effect_noise((700, 500), 50).save(place)
    return place


def ready(phone):
    """At home, with a network."""
    phone.comes_in()
    phone.page.evaluate(FETCH_THE_REST)
    phone.wait_until(lambda: phone.page.evaluate(HAS_READER), "the reader was not fetched for later")
    phone.wait_until(lambda: "Masih" in phone.row(UNIT), "it is not ready for a day without a network")


def before_it_begins(phone):
    said = phone.page.get_by_role("main").inner_text()
    for words in (
        "Tanyakan syarat dan biaya.",
        "Rp 100.000",
        "30 menit",
        "Keperluan sungguhan",
        f"Unit {UNIT}",
    ):
        assert words in said.replace("\u00a0", " ")


def while_she_waits(phone):
    phone.marks("Tiba", with_place=True)
    phone.marks("Ambil nomor")
    phone.jots("Nomor antrean", "Nomor antrean di karcis", "A12", shown="Nomor antrean: A12")
    phone.jots("Orang menunggu", "Orang yang menunggu saat Anda tiba", "7", shown="Orang menunggu: 7")
    with phone.camera() as camera:
        camera.shoot()
        camera.shoot()
        camera.choose(PICTURES / "lying.jpg", blurred=FACE)
        camera.choose(PICTURES / "board.heic")
    phone.marks("Dipanggil")
    phone.sets_earlier("Dipanggil", "−5 mnt")


def after_the_restart(phone):
    phone.visit(UNIT)
    phone.page.get_by_role("heading", name="4 foto").wait_for()
    phone.button("Nomor antrean: A12").wait_for()
    phone.marks("Dilayani")
    what = "Untuk apa, oleh siapa \\(loket, bukan nama\\)"
    phone.press("Uang diminta")
    phone.fill("Berapa rupiah diminta", "125")
    phone.press("Tambah 000")
    phone.fill(what, "map, loket 3")
    phone.press("Tutup")
    phone.page.get_by_text("map, loket 3").wait_for()
    phone.jots("Catatan singkat", "Catatan singkat", "Kipas angin mati", shown="Kipas angin mati")


def looks_around(phone):
    phone.opens_checklist()
    phone.at("I1.1").chooses("cukup").is_photographed()
    phone.at("I1.2").says("Ya").was_seen("arrived")
    phone.at("I1.3").chooses("tidak_ada").has_no_photo("nothing_there")
    phone.at("I1.5").says("Tidak").has_no_photo("other").notes(BLOCKED)
    phone.at("I2.6").says("Tidak berlaku")
    phone.at("I4.1").types("2", "4")
    for code, option in (("P1.1", "lengkap"), ("P1.2", "sebagian"), ("P1.4", "rinci")):
        phone.at(code).chooses(option).shows(1)
    phone.at("P1.6").says("5")
    phone.at("P3.1").chooses("sesuai").shows(2, 3)


def after_the_battery_fell_out(phone, busy):
    phone.visit(UNIT)
    phone.page.get_by_role("heading", name="5 foto").wait_for()
    with phone.camera() as camera:
        for _ in range(3):
            camera.shoot()
        camera.choose(busy)
    phone.opens_checklist()
    assert phone.at("I1.5").place.locator("textarea").input_value() == BLOCKED


def asks(phone):
    """The counter; and days later, what became of it. Three of these are asked only of who has a real errand."""
    phone.at("P3.4").chooses("sama")
    phone.at("P5.SAM.3").chooses("diminta_uang").notes(FREE_CHECK).is_photographed()
    phone.at("O1.1").types("12,5")
    phone.at("O1.2").types("3", "2")
    phone.at("O2.1").takes("Rp.125.000").notes(MORE)
    phone.at("O2.2").says("Ya").place.get_by_text("Catatan (wajib)").wait_for()
    phone.press(r"Kurang \d+")
    phone.page.get_by_role("dialog").get_by_role("button", name=re.compile("O2.2: Catatan wajib")).click()
    phone.at("O2.2").notes(ASKED)
    phone.at("C3.3").says("Tidak dijawab")
    phone.back()
    phone.marks("Bayar")
    phone.marks("Pergi", with_place=True)


def ends(phone):
    """With the signed statement, although much is missing; the beginning of the fingerprint she can read aloud."""
    phone.opens_end()
    phone.page.get_by_text(re.compile(r"^\d+ butir belum dijawab$")).wait_for()
    phone.page.get_by_role("group", name="Harinya").get_by_role("button", name="Puncak").click()
    phone.page.get_by_role("group", name="Anda ditemani orang lain?").get_by_role(
        "button", name="Tidak"
    ).click()
    signs = phone.page.get_by_role("group", name="Ada tanda dilarang memotret?")
    signs.get_by_role("button", name="Ya").click()
    phone.page.get_by_label(re.compile("^Cerita bebas")).fill(NARRATIVE)
    receipt = phone.finishes()
    said = phone.page.get_by_role("main").inner_text()
    for words in ("Menunggu dikirim. Akan dikirim begitu ada jaringan.", "10 foto menunggu dikirim."):
        assert words in said
    phone.leaves_receipt()
    assert "Menunggu dikirim. Aman di ponsel ini." in phone.row(UNIT)
    return receipt


def is_sent(phone, office, visit):
    """Nothing is called received before its receipt is here: first the server has it and its answers are lost."""
    phone.page.locator("button.line").click()
    waiting = phone.page.get_by_text(re.compile("^Menunggu .* detik, lalu mencoba lagi$"))
    phone.wait_until(lambda: visit in {one["id"] for one in office.budi.every("visits")}, "it never arrived")
    waiting.wait_for()
    shown = phone.page.evaluate(WHAT_IS_SHOWN)
    assert (shown["visit"], shown["photos"], shown["of"], shown["over"]) == (False, 0, 10, False)
    phone.page.evaluate(NOTE_EACH_PART)
    phone.weather(BAD_LINE, latency_milliseconds=300)
    seen = watched(phone, office, visit)
    assert [one for one in seen if one["photos"] > one["stored"]] == []
    assert {one["photos"] for one in seen} >= {0, 10}
    on_its_way = [part for part in phone.page.evaluate("window.parts") if 0 < part < 1]
    assert on_its_way != [], "no photo was seen on its way"
    assert phone.line.saw["RST"] + phone.line.saw["FIN"] > 0, "the line was never cut"


def watched(phone, office, visit):
    """What the phone showed until all was over, each time with how many photos the server had stored then."""
    seen = []

    def look():
        shown = phone.page.evaluate(WHAT_IS_SHOWN)
        photos = office.visit(visit)["photos"]
        seen.append({**shown, "stored": sum(one["state"] == "stored" for one in photos)})
        return shown["over"]

    phone.wait_until(look, "it was never all received", seconds=60 + 4_000_000 / BYTES_A_SECOND)
    return seen


def is_what_she_said(doc, visit, began, ended):
    marks = {mark["what"]: mark for mark in doc["marks"]}
    assert timeless(
        {name: one for name, one in doc.items() if name not in ("answers", "photos", "marks")}
    ) == {
        "form": 1,
        "visit": visit,
        "attempt": 1,
        "checklist": doc["checklist"],
        "scenario": "transaction",
        "parent": None,
        "place": {"arrived": HERE, "left": HERE},
        "context": {
            "ticket_number": "A12",
            "waiting_people": 7,
            "day_type": "puncak",
            "companion": False,
            "photo_forbidden_signs": True,
            "detected": "no",
        },
        "jottings": [{"text": "map, loket 3", "amount_rupiah": 125_000}, {"text": "Kipas angin mati"}],
        "narrative": NARRATIVE,
        "statement": {"signed": True},
    }
    assert numbered(doc) == ANSWERS
    assert set(marks) == {"arrived", "ticket", "called", "served", "paid", "left"}
    were = {what: moment(mark["recorded_at"]) - moment(mark["at"]) for what, mark in marks.items()}
    assert were.pop("called") >= timedelta(minutes=5)
    assert set(were.values()) == {timedelta(0)}
    assert doc["answers"]["I1.2"]["observed_at"] == marks["arrived"]["at"]
    of_photos = [{name: one[name] for name in ("place", "blurred") if name in one} for one in doc["photos"]]
    assert of_photos == [{}, {}, {**AS_THE_CAMERA_SAID, "blurred": 1}, AS_THE_CAMERA_SAID, *[{}] * 6]
    assert {doc["photos"][at]["taken_at"] for at in (2, 3)} == {"2026-03-04T09:40:00+08:00"}
    others = {**doc, "photos": doc["photos"][:2] + doc["photos"][4:], "marks": []}
    assert min(times(others)) >= began.replace(microsecond=0)
    assert max(times(others)) <= ended


def kinds_of(office, doc):
    """Of the items that were answered."""
    checklist = office.desk("sari").get(f"checklists/{doc['checklist']}")
    indicators = [one for dimension in checklist["dimensions"] for one in dimension["indicators"]]
    items = [
        item
        for one in indicators
        for item in [*one.get("items", []), *one.get("variants", {}).get("SAM", [])]
    ]
    return {item["type"] for item in items if item["code"] in doc["answers"]}


def moment(text):
    return datetime.fromisoformat(text)


def is_there(office, visit, text, photos, receipt):
    """On the server: the very text that the phone kept, and the very bytes of each photo."""
    told = office.visit(visit)
    kept = office.text(told["submission"]["id"])
    name = f"sha256:{digest(kept.encode())}"
    assert kept == text
    assert told["submission"]["digest"] == name
    assert name.removeprefix("sha256:").startswith(receipt)
    assert [(one["slot"], one["digest"]) for one in told["attempts"]] == [("current", name)]
    assert (told["state"], told["photos_missing"]) == ("submitted", 0)
    listed = json.loads(text)["photos"]
    assert [one["id"] for one in listed] == [one["id"] for one in told["photos"]]
    assert (len(listed), {one["id"] for one in listed}) == (10, set(photos))
    for one in listed:
        content = office.photo(one["id"])
        assert content == photos[one["id"]]
        assert (digest(content), len(content)) == (one["sha256"], one["size"])
        assert segments(content) <= OF_A_PICTURE
        assert [word for word in (b"Exif", b"GPS", b"Telepon", b"http") if word in content] == []
        with Image.open(BytesIO(content)) as image:
            assert (image.format, dict(image.getexif())) == ("JPEG", {})
