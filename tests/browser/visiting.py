"""What an inspector does on a visit with her thumb, from the order to the receipt: a Phone can all of this.

Words on the screen are given in both languages with | between them. Each step ends when the screen says that it is
kept.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page

Box = tuple[float, float, float, float]  # left, top, right, bottom, in shares of a picture
KEPT = re.compile(r"^\s*✓ (Tersimpan|Saved)")
NOT_SENDING = "() => [...document.querySelectorAll('button.main')].some((one) => !one.disabled)"


def exactly(words: str) -> re.Pattern[str]:
    return re.compile(rf"^\s*({words})\s*$")


class Visitor:
    """The half of a Phone that works inside; the other half is the phone itself."""

    page: Page
    open: Callable[[], Page]
    settled: Callable[[], None]
    first_start: Callable[[], None]
    sign_in: Callable[[], None]
    press: Callable[[str], None]
    fill: Callable[[str, str], None]
    button: Callable[[str], Locator]
    wait_until: Callable[..., None]

    # Getting in, and about

    def comes_in(self) -> None:
        """Signed in for the first time, with a network; her first order is ready for a day without."""
        self.open()
        self.settled()
        self.first_start()
        self.sign_in()
        self.wait_until(lambda: re.search("Masih|Open", self.row("SAM-000")), "her order is not ready")

    def visit(self, unit: str) -> None:
        """The screen of an order or a visit, from the list; `unit` is in its name."""
        self.page.get_by_role("button", name=re.compile(rf"\b{unit}\b")).click()
        self.page.get_by_role("heading", level=1, name=re.compile(rf"\b{unit}\b")).wait_for()

    def back(self) -> None:
        before = self.heading()
        self.press("Kembali|Back")
        self.wait_until(lambda: self.heading() != before, f"{before} does not go away")

    def heading(self) -> str:
        return self.page.get_by_role("heading", level=1).inner_text()

    def group_of(self, unit: str) -> str:
        """Under which heading of the list it stands; empty when it is not in the list."""
        row = self.page.get_by_role("button", name=re.compile(rf"\b{unit}\b"))
        groups = self.page.locator("section", has=row)
        return re.sub(r"\s*\d+$", "", groups.locator("h2").inner_text()) if groups.count() else ""

    def row(self, unit: str) -> str:
        """What the list says of it."""
        return self.page.get_by_role("button", name=re.compile(rf"\b{unit}\b")).inner_text()

    def syncs(self) -> None:
        """From the list and back to it: send what waits and hear what is new."""
        self.page.locator("button.line").click()
        self.press("Kirim sekarang|Send now")
        self.page.wait_for_function(NOT_SENDING)
        self.back()

    # As it happens

    def begins(self) -> None:
        """From the briefing; also a correction."""
        self.press("Mulai kunjungan|Begin the visit|Mulai perbaikan|Begin correcting")
        self.button("Foto|Photo").wait_for()

    def marks(self, name: str, *, with_place: bool = False) -> None:
        """One tap; arriving and leaving may also wait for the place."""
        self._mark(name).click()
        kept = self.page.locator(".marks button.done", has_text=re.compile(name))
        (kept.filter(has_text="±") if with_place else kept).wait_for()

    def sets_earlier(self, name: str, minutes: str) -> None:
        """`minutes`: the button's words."""
        self._mark(name).click()
        before = self._mark(name).inner_text()
        self.press(minutes)
        self.wait_until(lambda: self._mark(name).inner_text() != before, "it was not set earlier")
        self.press("Tutup|Close")

    def _mark(self, name: str) -> Locator:
        return self.page.locator(".marks button", has_text=re.compile(name))

    def jots(self, kind: str, label: str, text: str, *, shown: str) -> None:
        """A quick note: `kind` opens its field `label`; `shown` stands on the screen afterwards."""
        self.press(kind)
        self.fill(label, text)
        self.press("Tutup|Close")
        self.page.get_by_role("button", name=re.compile(shown)).first.wait_for()

    @contextmanager
    def camera(self, opened_by: Locator | None = None) -> Iterator[Camera]:
        """While it is open; by the large button of the visit's screen, if nothing else is said."""
        (opened_by or self.button("Foto|Photo")).click()
        camera = Camera(self)
        yield camera
        camera.close()

    # The checklist

    def opens_checklist(self) -> None:
        """From the visit's screen."""
        self.press("(Isi|Fill in): .*")
        self.page.get_by_role("heading", level=1, name=exactly("Isian|Checklist")).wait_for()

    def at(self, code: str) -> Item:
        """An item of the checklist."""
        return Item(self, code)

    # The end of it

    def opens_end(self) -> None:
        """From the visit's screen or the checklist."""
        self.press("Selesai|Finish")
        self.page.get_by_role("heading", level=1, name=exactly("Selesaikan|Finish")).wait_for()

    def finishes(self, *, noticed: str = "Tidak|No") -> str:
        """With the signed statement; the beginning of the fingerprint on the receipt."""
        asked = self.page.locator("#cover")
        asked.get_by_role("button", name=exactly(noticed)).click()
        asked.locator("[aria-pressed=true]").wait_for()
        self.page.locator("#sign").check()
        self.press("Selesaikan kunjungan|Finish the visit")
        self.press("Ya, selesaikan|Yes, finish")
        self.page.get_by_role("heading", level=1, name=exactly("Tanda terima|Receipt")).wait_for()
        return self.page.locator(".digest").inner_text().replace(" ", "")

    def leaves_receipt(self) -> None:
        self.press("Ke daftar kunjungan|To the visits")
        self.page.get_by_role("heading", level=1, name=exactly("Kunjungan|Visits")).wait_for()

    def exports(self) -> tuple[dict[str, Any], dict[str, bytes]]:
        """From the list and back: everything that was not sent, as a file for who helps: what `unsent.json` says, and
        the photos by id."""
        return unpacked(self.exported_file())

    def exported_file(self) -> bytes:
        """From the list and back: that file as it is."""
        self.press("Pengaturan|Settings")
        with self.page.expect_download() as saved:
            self.press("Simpan yang belum terkirim|Save what was not sent")
        content = Path(saved.value.path()).read_bytes()
        self.back()
        return content


def unpacked(export: bytes) -> tuple[dict[str, Any], dict[str, bytes]]:
    with zipfile.ZipFile(io.BytesIO(export)) as file:
        told = json.loads(file.read("unsent.json"))
        return told, {one["id"]: file.read(f"photos/{one['id']}") for one in told.get("photos", [])}


class Camera:
    """What lies over the screen while photos are taken."""

    def __init__(self, phone: Visitor) -> None:
        self.phone, self.kept = phone, 0
        self.dialog = phone.page.get_by_role("dialog", name=exactly("Ambil gambar|Take a picture"))

    def button(self, name: str) -> Locator:
        return self.dialog.get_by_role("button", name=exactly(name))

    def shoot(self) -> None:
        self.button("Ambil|Take").click()
        self.keep()

    def choose(self, file: Path, *, blurred: Box | None = None) -> None:
        """From the gallery; a box is drawn over a part of it."""
        with self.phone.page.expect_file_chooser() as asked:
            self.button("Galeri|Gallery").click()
        asked.value.set_files(file)
        self.button("Simpan|Keep").wait_for()
        if blurred:
            self.blur(blurred)
        self.keep()

    def blur(self, box: Box) -> None:
        """A box drawn by hand."""
        seen = self.dialog.locator("canvas").bounding_box()
        assert seen
        ends = [
            (seen["x"] + x * seen["width"], seen["y"] + y * seen["height"]) for x, y in (box[:2], box[2:])
        ]
        mouse = self.phone.page.mouse
        mouse.move(*ends[0])
        mouse.down()
        mouse.move(*ends[1], steps=4)
        mouse.up()
        self.dialog.locator("button.box").wait_for()

    def keep(self) -> None:
        """Until the phone says that it is saved; a photo in the place of another closes the camera."""
        self.button("Simpan|Keep").click()
        self.kept += 1
        saved = self.dialog.get_by_text(re.compile(rf"^✓ {self.kept} (foto tersimpan|photos? )"))
        self.phone.wait_until(lambda: saved.count() or not self.dialog.count(), "the photo is not kept")

    def close(self) -> None:
        if self.dialog.count():
            self.button("Selesai|Done").click()
            self.dialog.wait_for(state="detached")


class Item:
    """One item of the checklist on the screen."""

    def __init__(self, phone: Visitor, code: str) -> None:
        self.phone = phone
        self.place = phone.page.locator(f'[data-item="{code}"]')

    def says(self, button: str) -> Item:
        """A button that stays pressed."""
        named = re.compile(rf"^\s*({button})")
        self.place.get_by_role("button", name=named).first.click()
        self.place.get_by_role("button", name=named, pressed=True).wait_for()
        return self

    def chooses(self, option: str) -> Item:
        """By the option's code."""
        self.place.locator(f'input[value="{option}"]').check()
        self.place.locator(f'label.chosen:has([value="{option}"])').wait_for()
        return self

    def types(self, *texts: str) -> Item:
        """Into its fields, in their order."""
        for field, text in zip(self.place.locator(".fields input").all(), texts, strict=True):
            field.fill(text)
            field.blur()
        return self.is_kept()

    def takes(self, offer: str) -> Item:
        """What the visit knows already, by the button that offers it."""
        self.place.get_by_role("button", name=re.compile(offer)).click()
        return self.is_kept()

    def notes(self, text: str) -> Item:
        field = self.place.locator("[data-part=note] textarea")
        if not field.count():
            self.place.get_by_role("button", name=exactly("Catatan|Note")).click()
        field.fill(text)
        field.blur()
        return self.is_kept()

    def was_seen(self, mark: str) -> Item:
        """At a mark of the visit, by its code."""
        self.place.get_by_role("button", name=exactly("Lainnya|More")).click()
        asked = self.place.locator("label", has_text=re.compile("Kapan terlihat|When it was seen"))
        asked.locator("select").select_option(mark)
        return self.is_kept()

    def has_no_photo(self, reason: str) -> Item:
        """By the reason's code."""
        self._opens_photos()
        self.place.locator("[data-part=photo] select").select_option(reason)
        return self.is_kept()

    def is_photographed(self) -> Item:
        self._opens_photos()
        with self.phone.camera(
            self.place.get_by_role("button", name=exactly("Ambil foto|Take photo"))
        ) as camera:
            camera.shoot()
        self.place.locator(".picture").first.wait_for()
        return self

    def shows(self, *numbers: int) -> Item:
        """Photos of the visit, by their numbers, as evidence."""
        self._opens_photos()
        self.place.get_by_role("button", name=re.compile("^(Pilih foto|Choose) ")).click()
        sheet = self.phone.page.get_by_role("dialog")
        for number in numbers:
            named = re.compile(rf"(Foto|Photo) {number},")
            sheet.get_by_role("button", name=named).click()
            sheet.get_by_role("button", name=named, pressed=True).wait_for()
        sheet.get_by_role("button", name=exactly("Tutup|Close")).click()
        sheet.wait_for(state="detached")
        return self

    def _opens_photos(self) -> None:
        if not self.place.locator("[data-part=photo]").count():
            self.place.get_by_role("button", name=re.compile("^(Foto|Photos?)( |$)")).click()

    def is_kept(self) -> Item:
        """What was under way is done, and the sign says so."""
        self.phone.page.get_by_role("status").filter(has_text=KEPT).first.wait_for()
        return self
