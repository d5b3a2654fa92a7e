"""What a phone lives through between a visit and its receipt: updates, full disks, wrong clocks, cleared browsers, two
tabs, broken databases. Nothing that was recorded is lost, and whatever is, is told."""

import json
import re

import pytest

from tests.browser import chromium
from tests.browser.phone import PASSWORD, PIN
from tests.browser.testimony import digest
from tests.browser.visiting import unpacked

FULL = "Penyimpanan ponsel penuh. Yang sudah tersimpan aman"
NOTE = "Kursi rusak di ruang tunggu"
ASKED_TO_KEEP = """(() => {
  window.asked = 0;
  const real = navigator.storage.persist.bind(navigator.storage);
  navigator.storage.persist = () => { window.asked += 1; return real(); };
})();"""
NO_WORKER = "delete Navigator.prototype.serviceWorker;"
NO_LOCKS = "Object.defineProperty(Navigator.prototype, 'locks', { get: () => undefined });"
KNOW_CONNECTIONS = """(() => {
  const real = IDBFactory.prototype.open;
  window.connections = [];
  IDBFactory.prototype.open = function (...asked) {
    const opening = real.apply(this, asked);
    opening.addEventListener("success", () => window.connections.push(opening.result));
    return opening;
  };
})();"""
LOSE_CONNECTIONS = "window.connections.splice(0).map((connection) => connection.close()).length"
TYPE_A_SIGN = """async () => {
  const field = document.querySelector("[data-item='I1.2'] textarea");
  field.value += "!";
  field.dispatchEvent(new InputEvent("input", { bubbles: true }));
  await new Promise((drawn) => requestAnimationFrame(drawn));
  return document.querySelector("header [role=status]").innerText;
}"""
CLEAR_IT = """() => new Promise((done, failed) => {
  const clearing = indexedDB.deleteDatabase("catatan");
  clearing.onsuccess = () => done();
  clearing.onblocked = () => failed(new Error("somebody has it open"));
})"""


@pytest.fixture
def inside(phone):
    """Sari's list."""
    return signed_in(phone)


def signed_in(phone):
    phone.open()
    phone.settled()
    phone.first_start()
    phone.sign_in()
    phone.wait_until(lambda: "Masih" in phone.row("SAM-000"), "it is not ready for a day without a network")
    return phone


def records(phone, unit="SAM-000"):
    """A mark, a photo, two answers and a note; on the visit's screen afterwards."""
    phone.visit(unit)
    phone.begins()
    phone.marks("Tiba")
    with phone.camera() as camera:
        camera.shoot()
    phone.opens_checklist()
    phone.at("I1.1").chooses("cukup")
    phone.at("I1.2").says("Tidak").notes(NOTE)
    phone.back()


def finishes(phone):
    """From the visit's screen to the list."""
    phone.opens_end()
    receipt = phone.finishes()
    phone.leaves_receipt()
    return receipt


def stands_once(office, document, photos):
    """Every finished visit of an export is with the office, to the byte, once, and nothing else is."""
    told = {item["visit"]: item for item in document["items"] if item["kind"] == "submission"}
    assert {row["id"] for row in office.budi.every("visits")} == set(told)
    for visit, item in told.items():
        found = office.visit(visit)
        assert [(one["slot"], one["digest"]) for one in found["attempts"]] == [("current", item["digest"])]
        assert office.text(item["id"]) == item["doc"]
        sent = {one["id"]: digest(office.photo(one["id"])) for one in found["photos"]}
        assert sent == {one["id"]: digest(photos[one["id"]]) for one in json.loads(item["doc"])["photos"]}
        assert found["photos_missing"] == 0


# Updates


def test_k1_an_update_waits_for_the_pin_and_keeps_a_full_outbox(inside, office, newer):
    with inside.out_of_reach():
        records(inside)
        finishes(inside)
        document, photos = inside.exports()
        leaves_the_account(inside)
    office.serve(newer)
    before = version(inside)
    inside.press("Kunci")
    inside.page.get_by_text("Versi baru sudah siap").wait_for()
    inside.unlock()
    assert (version(inside), before) == (before, before), "the one in use goes on"
    assert before != "Versi 99.0.0"
    inside.press("Kunci")
    with inside.page.expect_navigation():
        inside.press("Pakai versi baru")
    inside.shown()
    inside.unlock()
    assert version(inside) == "Versi 99.0.0"
    inside.press("Kunci")
    assert inside.page.get_by_text("Versi baru sudah siap").count() == 0
    inside.unlock()
    assert "Menunggu dikirim" in inside.row("SAM-000")
    comes_back_to_the_account(inside)
    inside.syncs()
    stands_once(office, document, photos)


def version(phone):
    """As the notebook tells it; on the notebook afterwards."""
    phone.hide()
    phone.press("Pengaturan")
    told = phone.page.get_by_text(re.compile("^Versi ")).inner_text()
    phone.back()
    return told


def leaves_the_account(phone):
    """Until she comes back to it, nothing is sent, whatever the line is like."""
    phone.press("Pengaturan")
    phone.press("Keluar dari akun")
    phone.press("Keluar dari akun")
    phone.button("Masuk lagi").wait_for()
    phone.back()


def comes_back_to_the_account(phone):
    phone.press("Pengaturan")
    phone.fill("Kata sandi", PASSWORD)
    phone.press("Masuk lagi")
    phone.button("Keluar dari akun").wait_for()
    phone.back()


# Saying so


def test_k1_the_sign_does_not_say_saved_of_what_is_just_being_typed(inside):
    records(inside)
    inside.opens_checklist()
    sign = inside.page.locator("header [role=status]")
    inside.at("I1.1").chooses("cukup")
    assert sign.inner_text() == "✓ Tersimpan"
    assert inside.page.evaluate(TYPE_A_SIGN) == "Menyimpan…"
    inside.at("I1.2").is_kept()
    assert inside.at("I1.2").place.locator("textarea").input_value() == f"{NOTE}!"


# Room


def test_when_the_storage_fills_up_she_is_told_in_time(phones):
    phone = signed_in(phones(flags=[chromium.TELLS_ITS_LIMIT]))
    records(phone)
    phone.back()
    assert phone.page.get_by_text("terpakai").count() == 0
    phone.limit_storage(int(usage(phone) / 0.85))
    phone.visit("SAM-000")
    phone.page.get_by_text(re.compile(r"Penyimpanan ponsel 8\d % terpakai")).wait_for()
    with phone.camera() as camera:
        camera.shoot()
    phone.limit_storage(int(usage(phone) / 0.97))
    phone.press("Foto")
    dialog = phone.page.get_by_role("dialog")
    dialog.get_by_role("alert").filter(has_text="foto berhenti dulu, jawaban tetap tersimpan").wait_for()
    dialog.get_by_role("button", name="Selesai").click()
    phone.marks("Dipanggil")
    phone.opens_checklist()
    phone.at("P1.1").chooses("lengkap")


def test_k1_a_full_phone_keeps_what_it_said_it_kept_and_goes_on_when_there_is_room(phones):
    phone = signed_in(phones(flags=[chromium.TELLS_ITS_LIMIT]))
    records(phone)
    phone.reopen()
    phone.limit_storage(usage(phone) + 30_000)
    phone.unlock()
    phone.visit("SAM-000")
    kept = jots_until_it_is_full(phone)
    phone.page.get_by_text("Belum tersimpan").wait_for()
    phone.press("Mengerti")
    phone.reopen()
    phone.limit_storage(usage(phone) // 2)
    phone.try_pin(PIN)
    phone.page.get_by_role("alert").filter(has_text=FULL).wait_for()
    phone.limit_storage(None)
    phone.unlock()
    phone.visit("SAM-000")
    assert jotted(phone) == kept != []
    phone.page.get_by_role("heading", name="1 foto").wait_for()
    phone.jots("Catatan singkat", "Catatan singkat", NOTE, shown=NOTE)


def usage(phone):
    return phone.page.evaluate("navigator.storage.estimate().then(({ usage }) => usage)")


def jotting(phone, text):
    return phone.page.locator("li .text", has_text=text)


def jotted(phone):
    return [
        re.sub(r"^\s*[\d.]+\s*", "", text).strip()
        for text in phone.page.locator("li .text").all_inner_texts()
    ]


def jots_until_it_is_full(phone):
    """What stood on the screen as kept, before it was said that this was not."""
    full, kept = phone.page.get_by_role("alert").filter(has_text=FULL), []
    for number in range(200):
        text = f"Catatan ke-{number}: " + "kipas angin mati, " * 50
        phone.press("Catatan singkat")
        phone.fill("Catatan singkat", text)
        there = jotting(phone, f"ke-{number}:")
        phone.wait_until(lambda there=there: full.count() or there.count(), "neither kept nor refused")
        if full.count():
            return kept
        kept.append(text.strip())
        phone.press("Tutup")
    raise AssertionError("it never was full")


# Clocks


def test_a_clock_that_is_days_off_and_jumps_back_refuses_nothing(inside, office):
    inside.shift_clock(days=3)
    inside.unlock()
    records(inside)
    inside.marks("Ambil nomor")
    inside.shift_clock(days=0)
    inside.unlock()
    inside.visit("SAM-000")
    inside.marks("Dilayani")
    inside.marks("Pergi")
    finishes(inside)
    inside.syncs()
    [row] = office.budi.every("visits")
    told = office.visit(row["id"])
    marks = json.loads(office.text(told["submission"]["id"]))["marks"]
    assert [mark["what"] for mark in marks] == ["arrived", "ticket", "served", "left"]
    assert marks[1]["at"] > marks[2]["at"], "as her phone told it"
    assert "odd_clock" in [flag["flag"] for flag in told["flags"]]
    assert (told["state"], told["photos_missing"]) == ("submitted", 0)


# Losses


def test_k1_what_the_browser_cleared_is_told_with_how_much_was_not_sent(inside):
    with inside.out_of_reach():
        records(inside)
        finishes(inside)
        records(inside, unit="SAM-001")
        inside.close()
        inside.start()
        inside.page.goto(f"{inside.address}ikon.svg")
        inside.page.evaluate(CLEAR_IT)
        inside.open()
        said = inside.page.get_by_role("alert").inner_text()
        # A finished visit, a visit begun, and a photo of each.
        assert "telah dikosongkan" in said
        assert "4 hal di dalamnya belum dicadangkan" in said
        inside.press("Mulai lagi")
        inside.first_start()
    inside.sign_in()
    inside.wait_until(lambda: "Masih" in inside.row("SAM-000"), "it is not ready for a day without a network")


def test_a_second_tab_asks_and_then_the_first_lets_go(inside):
    inside.visit("SAM-000")
    inside.begins()
    second = inside.context.new_page()
    second.goto(inside.address)
    second.get_by_text("Catatan sedang terbuka di tab lain").wait_for()
    inside.marks("Tiba")
    second.get_by_role("button", name="Pakai di sini").click()
    second.get_by_label("PIN", exact=True).fill(PIN)
    inside.page.get_by_text("Catatan sedang terbuka di tab lain").wait_for()
    assert inside.page.locator(".marks").count() == 0
    second.get_by_role("button", name="Buka").click()
    second.get_by_role("button", name=re.compile("SAM-000")).click()
    assert second.locator(".marks button.done").count() == 1
    inside.press("Pakai di sini")
    second.get_by_text("Catatan sedang terbuka di tab lain").wait_for()
    inside.page.bring_to_front()
    inside.unlock()
    assert "Sedang dicatat" in inside.row("SAM-000")


def test_a_tab_that_was_asleep_when_another_took_over_writes_nothing_any_more(phone):
    """A frozen tab does not hear that its lock is gone. This one has never heard of locks."""
    phone.open()
    phone.settled()
    phone.first_start()
    phone.sign_in()
    phone.page.add_init_script(NO_LOCKS)
    phone.reload()
    phone.unlock()
    phone.visit("SAM-000")
    phone.begins()
    phone.marks("Tiba")
    second = phone.context.new_page()
    second.goto(phone.address)
    second.get_by_label("PIN", exact=True).fill(PIN)
    second.get_by_role("button", name="Buka").click()
    second.get_by_role("button", name=re.compile("SAM-000")).click()
    second.locator(".marks button.done").wait_for()
    phone.page.locator(".marks button", has_text="Dipanggil").click()
    phone.page.get_by_role("alert").filter(has_text="Catatan sekarang terbuka di tab lain").wait_for()
    assert phone.page.locator(".marks button.done").count() == 1, "it does not say that it kept it"
    second.locator(".marks button", has_text="Bayar").click()
    second.locator(".marks button.done", has_text="Bayar").wait_for()
    phone.close()
    phone.open()
    phone.unlock()
    phone.visit("SAM-000")
    assert [mark.split("\n")[0] for mark in phone.page.locator(".marks button.done").all_inner_texts()] == [
        "Tiba",
        "Bayar",
    ]


def test_k1_a_connection_to_the_database_that_breaks_is_made_anew(phone):
    phone.start()
    phone.context.add_init_script(KNOW_CONNECTIONS)
    signed_in(phone)
    phone.visit("SAM-000")
    phone.begins()
    assert phone.page.evaluate(LOSE_CONNECTIONS) > 0
    phone.marks("Tiba")
    assert phone.page.evaluate(LOSE_CONNECTIONS) > 0
    with phone.camera() as camera:
        camera.shoot()
    assert phone.page.evaluate(LOSE_CONNECTIONS) > 0
    phone.page.get_by_role("button", name=re.compile("^Foto 1,")).click()
    phone.page.locator("main img").wait_for()
    assert phone.page.get_by_role("alert").count() == 0
    phone.kill()
    phone.unlock()
    phone.visit("SAM-000")
    phone.page.get_by_role("heading", name="1 foto").wait_for()
    assert phone.page.locator(".marks button.done").count() == 1


def test_k14_work_handed_in_as_a_file_and_then_sent_after_all_stands_once(inside, office):
    with inside.out_of_reach():
        records(inside)
        finishes(inside)
        file = inside.exported_file()
        document, photos = unpacked(file)
        handed_in = hand_in(office, file)
        assert [one["status"] for one in handed_in["results"]] == ["stored"]
        assert [one["state"] for one in handed_in["photos"]] == ["stored"]
        stands_once(office, document, photos)
    inside.syncs()
    inside.wait_until(lambda: "Diterima server" in inside.row("SAM-000"), "it was not sent")
    stands_once(office, document, photos)
    assert [one["status"] for one in hand_in(office, file)["results"]] == ["duplicate"]
    stands_once(office, document, photos)


def hand_in(office, file):
    """By Budi, at his desk, as he would with the file that she gave him."""
    desk = office.desk("budi").http
    told = {"inspector": office.user("sari")}
    answer = desk.post("unsent-work", content=file, params=told, headers={"Content-Type": "application/zip"})
    return answer.raise_for_status().json()


# What a browser has, or has not


def test_the_browser_is_asked_to_keep_what_is_there(phone):
    phone.start()
    phone.context.add_init_script(ASKED_TO_KEEP)
    phone.open()
    assert phone.page.evaluate("window.asked") == 0
    phone.first_start()
    phone.wait_until(lambda: phone.page.evaluate("window.asked") == 1, "nobody asked")


def test_without_a_service_worker_it_works_with_a_network(phone, office):
    phone.start()
    phone.context.add_init_script(NO_WORKER)
    phone.open()
    phone.first_start()
    phone.sign_in()
    assert phone.page.evaluate("'serviceWorker' in navigator") is False
    records(phone)
    phone.reload()
    phone.unlock()
    phone.visit("SAM-000")
    with phone.out_of_reach():
        receipt = finishes(phone)
    phone.syncs()
    [row] = office.budi.every("visits")
    told = office.visit(row["id"])
    assert told["submission"]["digest"].startswith(f"sha256:{receipt}")
    assert told["photos_missing"] == 0
    assert [line for line in phone.told if "ERR_INTERNET_DISCONNECTED" not in line] == []
