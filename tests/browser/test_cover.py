"""A phone in somebody else's hands: without the PIN it is a notebook, with the second PIN it is only a notebook, and what
is inside is gone from sight at one tap."""

import re
import time
from base64 import b64encode
from pathlib import Path

import pytest

from tests.browser.phone import PASSWORD, ROOT, SECOND_PIN
from tests.browser.test_opening import TELLING

PICTURE = Path(__file__).parent / "pictures/lying.jpg"
NOTE = "Petugas loket tiga meminta seikhlasnya"
JOTTED = "Kipas angin mati sejak pagi"
TYPED = "Papan tarif tertutup tirai"
OPTION = "sebagian_berdiri"
PIECE_BYTES = 64
FIELD = re.compile(r"<(?:input|textarea|select)\b(?:[^>{]|\{(?:[^{}]|\{[^{}]*\})*\})*>")
PUT_IN_CLEAR = """async ({ texts, photo }) => {
  const opening = indexedDB.open("tried");
  opening.onupgradeneeded = () => opening.result.createObjectStore("rows");
  const database = await new Promise((done) => { opening.onsuccess = () => done(opening.result); });
  const change = database.transaction("rows", "readwrite", { durability: "strict" });
  texts.forEach((text, n) => change.objectStore("rows").put({ text }, n));
  change.objectStore("rows").put(Uint8Array.from(atob(photo), (sign) => sign.charCodeAt(0)).buffer, "photo");
  await new Promise((done) => { change.oncomplete = done; });
  database.close();
}"""
NOBODY_LOOKS = """(state) => {
  Object.defineProperty(document, "visibilityState", { configurable: true, get: () => state });
  Object.defineProperty(document, "hidden", { configurable: true, get: () => state === "hidden" });
  document.dispatchEvent(new Event("visibilitychange"));
  return document.documentElement.outerHTML;
}"""
TAP = "(selector) => { document.querySelector(selector).click(); return document.documentElement.outerHTML; }"
TAP_TWICE = """(selector) => {
  for (const time of [1, 2]) document.querySelector(selector).dispatchEvent(new PointerEvent("pointerup", { bubbles: true }));
  return document.documentElement.outerHTML;
}"""
WHAT_ELSE_CAN_BE_READ = """async () => {
  const locks = await navigator.locks.query();
  const registrations = await navigator.serviceWorker.getRegistrations();
  const shown = await Promise.all(registrations.map((one) => one.getNotifications()));
  return {
    locks: [...locks.held, ...locks.pending].map((lock) => lock.name),
    notifications: shown.flat().map((one) => one.title),
    workers: registrations.map((one) => [one.scope, one.active?.scriptURL ?? ""]).flat(),
    state: JSON.stringify(history.state), name: window.name,
  };
}"""
FILES_LOADED = (
    "performance.getEntriesByType('resource').map((one) => one.name).filter((name) => name.includes('/app/'))"
)


SECONDS_KEPT = 120


@pytest.fixture
def inside(phone):
    """Sari's list, on a phone with one PIN."""
    phone.open()
    phone.settled()
    phone.first_start()
    phone.signed_in = signed_in(phone)
    phone.wait_until(lambda: "Masih" in phone.row("SAM-000"), "it is not ready for a day without a network")
    return phone


def signed_in(phone, **more):
    """The device's id and its token, as they went over the line."""
    with phone.page.expect_response(lambda answer: answer.url.endswith("/login")) as answered:
        phone.sign_in(**more)
    asked = answered.value.request.post_data_json
    return {"device": asked["device"]["id"], "token": answered.value.json()["token"]}


def records(phone, unit="SAM-000", photos=1):
    """A visit begun: a mark, a word, photos, answers and a note. On the checklist afterwards."""
    phone.visit(unit)
    phone.begins()
    phone.marks("Tiba")
    phone.jots("Catatan singkat", "Catatan singkat", JOTTED, shown=JOTTED)
    with phone.camera() as camera:
        for _ in range(photos):
            camera.shoot()
    phone.opens_checklist()
    phone.at("I1.1").chooses(OPTION)
    phone.at("I1.2").says("Tidak").notes(NOTE)


def finishes(phone):
    """From the checklist: finished, and back on the list; the receipt."""
    phone.back()
    phone.opens_end()
    receipt = phone.finishes()
    phone.leaves_receipt()
    return receipt


def without_address(phone, text):
    return text.replace(phone.line.address, "")


def telling(phone, *texts):
    return sorted({found for text in texts for found in TELLING.findall(without_address(phone, text))})


def leaves_for_another_app(phone):
    """What the page shows at the very moment when it is covered."""
    return phone.page.evaluate(NOBODY_LOOKS, "hidden")


def returns(phone):
    return phone.page.evaluate(NOBODY_LOOKS, "visible")


# At rest


def test_at_rest_nothing_that_was_recorded_can_be_read_without_the_pin(inside):
    records(inside, photos=2)
    finishes(inside)
    inside.syncs()
    records(inside, unit="SAM-001")
    inside.back()
    inside.back()
    document, photos = inside.exports()
    [content] = photos.values()
    pieces = (content[at:][:PIECE_BYTES] for at in range(0, len(content), PIECE_BYTES))
    piece = max(pieces, key=lambda one: len(set(one)))  # not one of a plain surface
    texts = [
        NOTE,
        JOTTED,
        OPTION,
        "SAM-000",
        "SAM-001",
        "SAM-003",
        "Tanyakan syarat",
        inside.signed_in["token"],
    ]
    texts += ['"sari"', inside.office.user("sari"), document["device"], document["photos"][0]["id"]]
    inside.reopen()
    kept = inside.dump()
    assert len(kept.databases["catatan"]["arsip"]) > 10
    assert len(kept.databases["catatan"]["lampiran"]) == 3
    assert {text: places for text in texts if (places := kept.where(text))} == {}
    assert (kept.where(content), kept.where(piece)) == ([], [])
    # And the search finds them, in the database and on the disk, when they are there.
    inside.page.evaluate(PUT_IN_CLEAR, {"texts": texts, "photo": b64encode(content).decode()})
    kept = inside.dump()
    assert [text for text in texts if "tried/rows" not in " ".join(kept.where(text))] == []
    assert {place.partition("/")[0] for place in kept.where(piece)} == {"tried", "Default"}


def test_no_browser_keeps_what_stands_in_a_field(built):
    """Chromium writes fields into the file from which it restores tabs, answers and all, unless they say "off"."""
    sources = sorted((ROOT / "fieldsync/web/src").rglob("*.svelte"))
    fields = [field for source in sources for field in FIELD.findall(source.read_text("utf-8"))]
    assert len(fields) > 20
    assert [
        field for field in fields if 'autocomplete="off"' not in field and 'type="file"' not in field
    ] == []


def test_who_opens_the_browsers_inspector_finds_a_notebook(inside):
    records(inside)
    inside.back()
    for name in ("Isi: .*", "Selesai"):
        inside.press(name)
        looks_like_a_notebook(inside)
        inside.back()
    inside.page.get_by_role("button", name=re.compile("^Foto 1,")).click()
    inside.page.locator("main img").wait_for()
    looks_like_a_notebook(inside)
    inside.back()
    inside.back()
    for name in ("Bantuan", "Pengaturan"):
        inside.press(name)
        looks_like_a_notebook(inside)
        inside.back()
    inside.syncs()
    inside.reopen()
    kept, read = inside.dump(), inside.page.evaluate(WHAT_ELSE_CAN_BE_READ)
    history = inside.devtools().send("Page.getNavigationHistory")["entries"]
    entries = [part for entry in history for part in (entry["url"], entry["title"])]
    named = [
        *kept.names(),
        *read["locks"],
        *read["notifications"],
        *read["workers"],
        read["state"],
        read["name"],
    ]
    assert telling(inside, *named, *entries, inside.page.content()) == []
    assert read["locks"] == ["catatan"]
    assert {"catatan", "arsip", "tanda", "sisa"} <= kept.names(), "nothing was looked at"
    assert {*kept.local.values(), *kept.session.values()} <= {"id", "en", *map(str, range(10))}


def looks_like_a_notebook(phone):
    """Titles and address are what the phone's list of apps shows, and what stays in a browser's history."""
    state = phone.page.evaluate("[history.state, document.title, location.href]")
    assert state[1:] == ["Catatan", phone.address]
    assert set(state[0] or {}) <= {"depth"}


# The PIN


def test_wrong_pins_are_slowed_also_over_a_reload_and_the_right_one_opens_afterwards(inside):
    inside.reopen()
    inside.page.clock.install()
    inside.page.clock.pause_at(time.time() + 60)
    for _ in range(3):
        is_wrong(inside, "111222")
        assert inside.button("Buka").is_enabled()
    is_wrong(inside, "111222")
    assert seconds_to_wait(inside) == 2
    inside.reload()
    assert inside.button("Buka").is_disabled()
    assert seconds_to_wait(inside) == 2, "begun anew"
    inside.page.clock.run_for(2000)
    is_wrong(inside, "111223")
    assert seconds_to_wait(inside) == 4
    inside.page.clock.run_for(3000)
    assert inside.button("Buka").is_disabled()
    inside.page.clock.run_for(2000)
    inside.unlock()
    assert inside.heading() == "Kunjungan"
    inside.reload()
    is_wrong(inside, "111224")
    assert inside.button("Buka").is_enabled(), "the right PIN makes good for the wrong ones"


def is_wrong(phone, pin):
    phone.try_pin(pin)
    phone.page.get_by_role("alert").filter(has_text="PIN salah").wait_for()


def seconds_to_wait(phone):
    [seconds] = re.findall(r"\d+", phone.page.get_by_role("timer").inner_text())
    return int(seconds)


def test_the_second_pin_opens_a_notebook_and_nothing_else(phone):
    phone.open()
    phone.settled()
    phone.first_start()
    signed_in(phone, second_pin=SECOND_PIN)
    records(phone)
    phone.reopen()
    phone.page.wait_for_load_state("networkidle")
    loaded, asked = phone.page.evaluate(FILES_LOADED), len(phone.asked)
    phone.unlock(SECOND_PIN)
    phone.button("Catatan baru").wait_for()
    assert telling(phone, phone.page.content()) == []
    assert phone.page.evaluate(FILES_LOADED) == loaded
    assert phone.asked[asked:] == [], "it asked somebody"
    tries_to_sign_in(phone)
    assert telling(phone, phone.page.content()) == []
    assert [address for address in phone.asked[asked:] if "/app/" not in address] == [], "it asked somebody"
    phone.reopen()
    phone.unlock()
    assert phone.heading() == "Kunjungan"
    assert set(phone.page.evaluate(FILES_LOADED)) > set(loaded), "what is inside comes with the PIN"


def tries_to_sign_in(phone):
    """Whoever forces her has her name and her password, too: it looks like a wrong password."""
    phone.press("Pengaturan")
    phone.page.locator("summary", has_text="Akun").click()
    phone.fill("Nama", "sari")
    phone.fill("Kata sandi", PASSWORD)
    phone.press("Masuk")
    phone.page.get_by_role("alert").filter(has_text="Nama pengguna dan kata sandi tidak cocok").wait_for()


# Hiding


WAYS_OUT = {
    "by ✕": lambda phone: phone.page.evaluate(TAP, "[aria-label=Sembunyikan]"),
    "by two taps on the title": lambda phone: phone.page.evaluate(TAP_TWICE, "h1"),
    "by looking at another app": leaves_for_another_app,
}


def test_what_is_inside_is_out_of_sight_at_once_and_comes_back_where_it_was(inside):
    records(inside)
    for number, (way, goes) in enumerate(WAYS_OUT.items()):
        field = inside.at("I1.2").place.locator("textarea")
        field.fill(f"{TYPED} {number}")  # and not a moment to save it
        shown = goes(inside)
        assert telling(inside, shown) == [], way
        assert TYPED not in shown, way
        assert "Catatan baru" in shown, way
        returns(inside)
        inside.press("Kunci")
        inside.unlock()
        inside.wait_until(lambda: inside.heading() == "Isian", f"{way}: it came back elsewhere")
        assert inside.at("I1.2").place.locator("textarea").input_value() == f"{TYPED} {number}", way


def test_coming_back_from_the_phones_camera_needs_no_pin(inside):
    inside.visit("SAM-000")
    inside.begins()
    inside.press("Foto")
    dialog = inside.page.get_by_role("dialog", name="Ambil gambar")
    with inside.page.expect_file_chooser() as asked:
        dialog.get_by_role("button", name="Kamera ponsel").click()
    leaves_for_another_app(inside)
    returns(inside)
    asked.value.set_files(PICTURE)
    dialog.get_by_role("button", name="Simpan").click()
    dialog.get_by_text("✓ 1 foto tersimpan").wait_for()
    assert "Catatan baru" in leaves_for_another_app(inside), "and that only once"


def test_after_two_minutes_out_of_sight_the_keys_are_gone(inside):
    inside.page.clock.install()
    inside.reload()
    inside.unlock()
    records(inside)
    assert keys_alive(inside) == 2
    leaves_for_another_app(inside)
    assert keys_alive(inside) == 2, "whoever comes back soon goes on"
    inside.page.clock.fast_forward(1000 * (SECONDS_KEPT + 1))
    inside.wait_until(lambda: keys_alive(inside) == 0, "the keys are still there")
    memory = memory_of(inside)
    assert "Catatan" in memory
    assert [
        text for text in (NOTE, JOTTED, OPTION, "SAM-000", inside.signed_in["token"]) if text in memory
    ] == []
    returns(inside)
    inside.unlock()
    assert inside.heading() == "Kunjungan"
    inside.hide()
    inside.page.clock.fast_forward(1000 * (SECONDS_KEPT + 1))
    inside.wait_until(lambda: keys_alive(inside) == 1, "more than the notebook's is still there")
    assert inside.button("Catatan baru").is_visible()


def keys_alive(phone):
    """How many keys this page still holds in memory, by the browser's own count."""
    ask, looking = phone.devtools().send, {"objectGroup": "looking"}
    ask("HeapProfiler.collectGarbage")
    prototype = ask("Runtime.evaluate", {"expression": "CryptoKey.prototype", **looking})["result"][
        "objectId"
    ]
    found = ask("Runtime.queryObjects", {"prototypeObjectId": prototype, **looking})["objects"]["objectId"]
    told = ask("Runtime.getProperties", {"objectId": found, "ownProperties": True})["result"]
    ask("Runtime.releaseObjectGroup", looking)  # or our looking would keep them alive
    return sum(one["name"].isdecimal() for one in told)


def memory_of(phone):
    """Every text that the page's scripts can still reach."""
    pieces = []
    looking = phone.devtools()
    looking.on("HeapProfiler.addHeapSnapshotChunk", lambda told: pieces.append(told["chunk"]))
    looking.send("HeapProfiler.takeHeapSnapshot", {"reportProgress": False})
    return "".join(pieces)


# Taken out of service


def test_a_revoked_phone_forgets_what_the_office_has_and_keeps_the_rest_sealed(inside, office):
    records(inside, unit="SAM-000")
    finishes(inside)
    inside.syncs()
    with inside.out_of_reach():
        records(inside, unit="SAM-001")
        finishes(inside)
        records(inside, unit="SAM-002")
        inside.back()
        inside.back()
        document, photos = inside.exports()
        before = inside.dump().databases["catatan"]
        office.revoke(inside.signed_in["device"])
    is_sealed(inside)  # by itself, as soon as the line is back
    after = inside.dump().databases["catatan"]
    assert len(after["arsip"]) < len(before["arsip"])
    assert (len(before["lampiran"]), len(after["lampiran"])) == (3, 2)
    inside.reopen()
    inside.unlock()
    is_sealed(inside)
    inside.fill("Kata sandi", PASSWORD)
    inside.press("Masuk lagi")
    inside.wait_until(lambda: inside.row("SAM-001").count("Diterima server"), "it was not sent")
    stands_once(office, document, photos)


def is_sealed(phone):
    phone.page.get_by_role("heading", name="Ponsel ini dikeluarkan oleh kantor").wait_for()
    said = phone.page.locator("main").inner_text()
    assert "tetap disimpan, terkunci: 1 selesai, 1 sedang dicatat" in said
    html = phone.page.content()
    assert [text for text in ("SAM-", NOTE, JOTTED, "<img") if text in html] == []


def stands_once(office, document, photos):
    """What was kept while nobody could send it: the very texts, the very photos, and no visit twice."""
    visits = {item["visit"]: item for item in document["items"] if item["kind"] == "submission"}
    told = {
        one["id"]: one["attempts"]
        for one in map(office.visit, [row["id"] for row in office.budi.every("visits")])
    }
    assert [len(attempts) for attempts in told.values()] == [1, 1]
    [(visit, item)] = visits.items()
    assert office.text(item["id"]) == item["doc"]
    assert told[visit][0]["slot"] == "current"
    [sent] = office.visit(visit)["photos"]
    assert office.photo(sent["id"]) == photos[sent["id"]]


# The notebook


def test_the_notebook_is_one(inside):
    inside.hide()
    for title, text in (("Belanja", "Beli telur dan kopi"), ("Resep", "Santan, gula merah")):
        inside.press("Catatan baru")
        inside.fill("Judul", title)
        inside.fill("Isi", text)
        inside.page.get_by_text("Tersimpan").wait_for()
        inside.back()
    inside.kill()
    inside.unlock()
    inside.hide()
    assert titles(inside) == ["Resep", "Belanja"]
    inside.page.get_by_role("searchbox").fill("TELUR")
    assert titles(inside) == ["Belanja"]
    inside.page.get_by_role("button", name=re.compile("^Belanja")).click()
    inside.press("Hapus")
    inside.press("Ya, hapus")
    inside.page.get_by_text("Tidak ada yang cocok.").wait_for()
    inside.reopen()
    inside.unlock()
    inside.hide()
    assert titles(inside) == ["Resep"]


def titles(phone):
    phone.button("Catatan baru").wait_for()
    return phone.page.locator(".note strong").all_inner_texts()
