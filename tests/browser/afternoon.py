"""Sari's afternoon in any browser: what she does at home, and at the counter without a network."""

from __future__ import annotations

import base64
from pathlib import Path

from tests.browser.hands import Hands
from tests.browser.office import PASSWORD
from tests.browser.phone import PIN
from tests.browser.test_camera import FACE

PICTURES = Path(__file__).parent / "pictures"
UNIT = "SAM-000"
JOTTED = "Kipas angin mati, kata loket 3: “biasa”."
FINDING = "Loket 3 meminta “seikhlasnya”, tanpa kuitansi."
ASKED = "Diminta 125.000, resmi 100.000."
LATER = "Tidak bisa dicari di rumah."
ANSWERS = {
    "I1.1": {"value": "cukup"},
    "I1.2": {"value": True},
    "I2.6": {"na": True, "note": LATER},
    "I4.1": {"value": [2, 4]},
    "P1.6": {"value": 5},
    "O1.1": {"value": 12.5},
    "O2.1": {"value": [125_000, 100_000], "note": ASKED},
    "O2.2": {"value": True, "note": FINDING},
}
READY = r".*SAM-000.*(Masih .* lagi|Open .* more).*"
RECEIVED = ".*(Semua sudah diterima server|The server has received everything).*"

ABOUT_THE_BROWSER = (
    "Siap tanpa jaringan",
    "Penyimpanan dijaga peramban",
    "Ruang terpakai",
    "Kamera",
    "Lokasi",
    "Pemampatan",
    "Usulan wajah",
)
FINDINGS = """() => [...document.querySelectorAll("dl .row")]
  .map((row) => [...row.children].map((one) => one.textContent.trim()))"""
SEE_THE_GALLERY_LEFT = """() => addEventListener("cancel", () => (window.left = true), { once: true })"""
IS_SERVED = """() => navigator.serviceWorker.ready.then(() => navigator.serviceWorker.controller !== null)"""
HAS_READER = """() => caches.keys().then((names) => Promise.all(names.map((name) => caches.open(name))))
  .then((found) => Promise.all(found.map((cache) => cache.keys())))
  .then((lists) => lists.flat().some(({ url }) => url.endsWith(".wasm")))"""
SEE_WHAT_IS_SHOWN = """() => {
  if (window.shown) { window.shown.length = 0; return; }
  const real = URL.createObjectURL;
  window.shown = [];
  URL.createObjectURL = (blob) => { window.shown.push(blob); return real.call(URL, blob); };
}"""
BYTES_SHOWN = """async () => {
  if (!window.shown.length || !document.querySelector("main .frame img")?.naturalWidth) return null;
  const bytes = new Uint8Array(await window.shown.at(-1).arrayBuffer());
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}"""


class Afternoon(Hands):
    """Each step ends when the screen says that it is done."""

    # The notebook

    def first_start(self) -> None:
        self.open()
        self.type("PIN baru|New PIN", PIN)
        self.type("Ulangi PIN|Repeat the PIN", PIN)
        self.press("Kunci dan mulai|Lock it and begin")
        self.waits_for("Catatan baru|New note")

    def signs_in(self) -> None:
        self.press("Pengaturan|Settings")
        self.press("Akun|Account", "summary")
        self.type("Nama|Name", "sari")
        self.type("Kata sandi|Password", PASSWORD)
        self.press("Masuk|Sign in")
        self.press("Nanti saja|Later")
        self.waits_for(READY)

    def unlocks(self) -> None:
        self.type("PIN", PIN)
        self.press("Buka|Open")
        self.waits_for("Sembunyikan|Hide")

    def hides(self) -> None:
        """By two quick taps on the title."""
        self.tap_twice("h1")
        self.waits_for("Catatan baru|New note")

    def is_ready_for_days(self) -> None:
        """All of the app is on the phone, what reads HEIC too."""
        self.wait_until(lambda: self.evaluate(IS_SERVED), lambda: "no worker serves it")
        self.wait_until(lambda: self.evaluate(HAS_READER), lambda: "the reader was not fetched for later")

    def says_of_itself(self) -> dict[str, str]:
        """From the list and back: what the app's diagnostics say of this browser, and not of this visit."""
        self.press("Pengaturan|Settings")
        self.press("Diagnostik|Diagnostics")
        self.waits_for("Salin untuk petugas bantuan|Copy for support")
        said = dict(self.evaluate(FINDINGS))
        self.back()
        self.back()
        return {name: said[name] for name in ABOUT_THE_BROWSER}

    def back(self) -> None:
        self.press("Kembali|Back")

    # The visit

    def opens_visit(self, unit: str = UNIT) -> None:
        self.press(f".*{unit}.*")

    def begins(self, unit: str = UNIT) -> None:
        self.opens_visit(unit)
        self.press("Mulai kunjungan|Begin the visit")
        self.waits_for("Foto|Photo")

    def marks(self, words: str, *, with_place: bool = False) -> None:
        self.press(f"({words}) (ketuk|tap)")
        place = ".* (lokasi|place) ±12 m" if with_place else ".*"
        self.waits_for(f"({words}) .*✓{place}.*", ".marks button.done")

    def jots(self, text: str) -> None:
        self.press("Catatan singkat|Short note")
        self.type("", text, "form textarea")
        self.waits_for(f".* {text}", "li .text")
        self.press("Tutup|Close")

    def chooses_photo(self, file: Path, *, nth: int, blurred: bool = False) -> None:
        """In the camera's dialog, from the gallery; nth: of those that were kept in this dialog."""
        self.choose(file)
        self.waits_for("Simpan|Keep")
        if blurred:
            self.drag("dialog .stage", FACE[:2], FACE[2:])
            self.waits_for("", "button.box")
        self.keeps(nth)

    def leaves_the_gallery(self) -> None:
        """Without a picture, and is with the camera again."""
        self.evaluate(SEE_THE_GALLERY_LEFT)
        self.press("Galeri|Gallery")
        self.wait_until(lambda: self.evaluate("() => window.left"), lambda: "the gallery does not end")
        assert self.sees("Galeri|Gallery", "dialog button")

    def shoots(self, *, nth: int) -> None:
        self.press("Ambil|Take")
        self.keeps(nth)

    def keeps(self, nth: int) -> None:
        self.press("Simpan|Keep")
        self.reads(f"✓ {nth} ", "dialog")

    def photo(self, number: int) -> bytes:
        """As the phone keeps it; from the visit's screen and back."""
        self.evaluate(SEE_WHAT_IS_SHOWN)
        self.press(f"(Foto|Photo) {number},.*")
        content = self.wait_until(lambda: self.evaluate(BYTES_SHOWN), lambda: "the photo is not shown")
        self.back()
        return base64.b64decode(content)

    # The checklist

    def opens_checklist(self) -> None:
        self.press("(Isi|Fill in):.*")
        self.waits_for("", "article[data-item]")

    def presses(self, code: str, words: str) -> None:
        """A button of an item's answer."""
        self.press(words, f"{part(code)} button")
        self.waits_for(words, f"{part(code)} button[aria-pressed=true]")
        self.is_kept()

    def picks(self, code: str, option: str) -> None:
        self.press("", f'{part(code)} label:has(input[value="{option}"])')
        self.waits_for("", f'{part(code)} label.chosen:has(input[value="{option}"])')
        self.is_kept()

    def fills(self, code: str, *texts: str) -> None:
        for at, text in enumerate(texts, 1):
            self.type("", text, f"{part(code)} .fields label:nth-child({at})")
        self.leaves_the_field(code)

    def notes(self, code: str, text: str) -> None:
        if not self.sees("", part(code, "note")):
            self.press("Catatan|Note", f'article[data-item="{code}"] .beside button')
        self.type("", text, part(code, "note"))
        self.leaves_the_field(code)

    def leaves_the_field(self, code: str) -> None:
        self.press("", f'article[data-item="{code}"] h4')
        self.is_kept()

    def is_kept(self) -> None:
        self.waits_for("✓ (Tersimpan|Saved)", "header [role=status]")

    def looks_around(self) -> None:
        """The first half of ANSWERS."""
        self.opens_checklist()
        self.picks("I1.1", "cukup")
        self.presses("I1.2", "Ya|Yes")
        self.presses("I2.6", "(Tidak berlaku|Does not apply).*")
        self.notes("I2.6", LATER)
        self.fills("I4.1", "2", "4")
        self.presses("P1.6", "5")

    def asks(self) -> None:
        """And the second half."""
        self.opens_checklist()
        self.fills("O1.1", "12,5")
        self.fills("O2.1", "125.000")
        self.notes("O2.1", ASKED)
        self.presses("O2.2", "Ya|Yes")
        self.notes("O2.2", FINDING)

    def finishes(self) -> str:
        """From the visit's screen or the checklist; the beginning of the fingerprint on the receipt."""
        self.press("Selesai|Finish")
        self.press("Tidak|No", "#cover button")
        self.waits_for("Tidak|No", "#cover button[aria-pressed=true]")
        self.press("", "label:has(#sign)")
        self.press("Selesaikan kunjungan|Finish the visit")
        self.press("Ya, selesaikan|Yes, finish")
        self.waits_for("", ".digest")
        return self.text(".digest").replace(" ", "").strip()

    def sends(self) -> None:
        """From the list, until the server has everything."""
        self.press("", "button.line")
        self.press("Kirim sekarang|Send now")
        self.waits_for(RECEIVED, "p")

    # What is on the phone

    def is_sealed(self) -> None:
        """Whatever the browser keeps for the app, photos too, is bytes that say nothing without the PIN."""
        found = self.dump()
        stores = found.databases["catatan"]
        assert {name for name, rows in stores.items() if rows} == {"kunci", "arsip", "lampiran"}
        plain = {name for name, rows in stores.items() for _, value in rows if not isinstance(value, bytes)}
        assert plain == {"kunci"}
        secrets = (JOTTED, FINDING, "Unit SAM-000", PASSWORD, b"JFIF")
        assert {place for secret in secrets for place in found.where(secret)} == set()


def part(code: str, name: str = "value") -> str:
    return f'article[data-item="{code}"] [data-part={name}]'
