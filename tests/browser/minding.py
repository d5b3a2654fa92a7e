"""What a person would mind about a screen on a small phone, and what axe says of it.

screens = Screens(phone)         in the phone's language
screens.look("list")             keeps the picture var/screenshots/list-id.png, and what there is to mind
assert screens.minded == []
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from playwright.sync_api import Page

from tests.browser.judging import axe
from tests.browser.phone import SCREEN, Phone

TARGET_PIXELS_MIN = 48
LINK_PIXELS_MIN = 24  # a link within a text
# Words that no sentence of the other language has. What people wrote is theirs, in whatever language.
INDONESIAN = "yang|dan|di|ke|dari|untuk|belum|sudah|tidak|ini|itu|dengan|anda|atau|kunjungan|catatan|foto|kirim|simpan|hapus|isi|selesai|batal|tutup|tugas|ponsel|jaringan|menunggu|waktu|bantuan|pengaturan|kembali|sembunyikan|butir|jawaban|kurang|bagian|tiba|menit|jam|hari|loket"
ENGLISH = "the|and|of|to|from|for|not|yet|this|that|with|your|or|visit|visits|notes|send|save|remove|finish|cancel|close|orders|phone|network|waiting|help|settings|back|hide|items|answer|missing|parts|arrived|minutes|hours|days|you|is|are|photos"
WRITTEN_BY_PEOPLE = (
    "Tanyakan syarat dan biaya.",
    "Unit SAM",
    "Institusi I-SAM",
    "Bahasa Indonesia",
    "Bahasa / Language",
    "Beli telur dan kopi",
    "Sabun habis; pasar buka jam 7.",
    "Uang parkir, loket 2",
    "Papan tidak terbaca",
    "Foto papan lebih dekat",
    "Tolong lengkapi",
    "Laptop Sari",
    "Loket Latihan",
    "catatan-20",
)
MINDED = """({ across, target, link, away }) => {
  const found = [];
  const over = [...document.querySelectorAll("dialog")].filter((one) => one.matches(":modal")).at(-1);
  const scope = over ?? document.body;
  const seen = (one) => one.checkVisibility({ visibilityProperty: true }) && !one.closest(".unseen");
  const named = (one) => (one.getAttribute("aria-label") || one.innerText || one.id || one.tagName).trim().slice(0, 40);
  const wide = Math.max(document.documentElement.scrollWidth, over?.scrollWidth ?? 0);
  if (wide > across) found.push(`it scrolls sideways: ${wide} px`);
  if (document.title !== "Catatan") found.push(`its title is ${document.title}`);

  for (const one of scope.querySelectorAll("button, a[href], input, select, textarea, summary, [role=button]")) {
    if (!seen(one) || one.matches(".box")) continue; // boxes on a photo are as large as a person draws them
    const box = (one.matches("[type=checkbox], [type=radio]") && one.closest("label") || one).getBoundingClientRect();
    const least = one.matches("a[href]") && getComputedStyle(one).display === "inline" ? link : target;
    const size = [box.width, box.height].map(Math.round);
    if (Math.min(...size) < least) found.push(`too small to press: ${named(one)}, ${size.join(" × ")}`);
    if (box.left < -1 || box.right > across + 1) found.push(`out of the screen: ${named(one)}`);
    if (one.matches("button, a") && one.scrollWidth > one.clientWidth + 1 && !one.querySelector("img")) found.push(`cut off: ${named(one)}`);
  }

  const texts = document.createTreeWalker(scope, NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  while (texts.nextNode()) {
    const text = texts.currentNode;
    if (!seen(text.parentElement) || text.parentElement.closest("pre, dd, .digest")) continue; // codes may break anywhere
    for (const word of text.data.matchAll(/[^\\s\\-–/,.:;()]+/g)) {
      range.setStart(text, word.index);
      range.setEnd(text, word.index + word[0].length);
      const rows = new Set([...range.getClientRects()].map((one) => Math.round(one.top)));
      if (rows.size > 1) found.push(`broken in two: ${word[0]}`);
    }
  }

  const at = document.activeElement;
  if (away !== null && !at.matches(away)) found.push(`one arrives at ${at === document.body ? "nothing" : at.outerHTML.slice(0, 80)}`);
  return found;
}"""
SAID = """() => {
  const over = [...document.querySelectorAll("dialog")].filter((one) => one.matches(":modal")).at(-1);
  const scope = over ?? document.body;
  const seen = [...scope.querySelectorAll("*")].filter((one) => one.checkVisibility() && !one.closest("pre, [lang]:not(html)"));
  const attributes = ["aria-label", "placeholder", "title", "alt"];
  const told = seen.flatMap((one) => attributes.map((name) => one.getAttribute(name)).filter(Boolean));
  const own = seen.flatMap((one) => [...one.childNodes].filter((node) => node.nodeType === 3).map((node) => node.data));
  return [document.documentElement.lang, ...own, ...told];
}"""
# What lies outside the part in sight is laid out and judged all the same.
SHOW_EVERYTHING = "() => document.styleSheets[0].insertRule('* { content-visibility: visible !important }')"
HEADING = "h1, dialog h2"


class Screens:
    def __init__(self, phone: Phone) -> None:
        self.phone = phone
        self.language = phone.language[:2]
        self.minded: list[str] = []
        self.names: list[str] = []

    def look(self, name: str, *, at: str | None = None, page: Page | None = None) -> None:
        """at: where one has just arrived, a selector; None: something was pressed and one is still there."""
        page = page or self.phone.page
        page.wait_for_function("() => document.getAnimations().every((one) => one.playState !== 'running')")
        self.names.append(name)
        self.phone.picture(f"{name}-{self.language}", page)
        page.evaluate(SHOW_EVERYTHING)
        sizes = {"across": SCREEN["width"], "target": TARGET_PIXELS_MIN, "link": LINK_PIXELS_MIN, "away": at}
        minded = [*page.evaluate(MINDED, sizes), *axe(page, "color-contrast-enhanced"), *self._foreign(page)]
        self.minded += [f"{name}: {one}" for one in dict.fromkeys(minded)]

    def arrive(self, name: str, *, at: str = HEADING, page: Page | None = None) -> None:
        self.look(name, at=at, page=page)

    def _foreign(self, page: Page) -> Iterator[str]:
        language, *said = page.evaluate(SAID)
        if language != self.language:
            yield f"it says that it speaks {language}"
        other = re.compile(rf"\b({ENGLISH if self.language == 'id' else INDONESIAN})\b", re.IGNORECASE)
        for text in said:
            ours = text
            for written in WRITTEN_BY_PEOPLE:
                ours = ours.replace(written, "")
            if found := other.search(ours):
                yield f"the other language: {found[0]!r} in {text.strip()[:80]!r}"
