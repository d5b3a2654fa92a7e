"""Sari's battery falls out at any moment: what her phone has shown as kept is kept, and everything is sent once.

BATTERIES=50 is the long form; another SEED, other moments.
"""

import json
import os
import re
from collections import Counter
from dataclasses import dataclass, field
from random import Random
from threading import Lock, Timer
from typing import Any

from playwright.sync_api import Error

from tests.browser import chromium
from tests.browser.office import CALM, ORDERS
from tests.browser.testimony import digest, timeless
from tests.simulation.proxy import Weather

BATTERIES = int(os.environ.get("BATTERIES", "4"))
SEED = int(os.environ.get("SEED", "4"))
PHOTOS = 3
SLOW = Weather(bytes_a_second=40_000)  # a sync takes its time, so that it can be met in its midst
# It dies within so many seconds, or at the very moment when one of so many things is shown as kept.
DOINGS = {"photos": (2.0, PHOTOS), "saving": (2.5, 9), "finishing": (1.2, 1), "sending": (4.0, PHOTOS)}
MARKS = ("Tiba", "Ambil nomor", "Dipanggil", "Dilayani")
NAMES = dict(zip(("arrived", "ticket", "called", "served"), MARKS, strict=True))
OPTIONS = (("I1.1", "cukup"), ("I1.3", "layak_terpisah"), ("P1.1", "lengkap"))

# Every picture that the page shows, by the digest of its bytes: they were read from the disk and deciphered.
SEE_PICTURES = """(() => {
  const real = URL.createObjectURL;
  window.pictures = [];
  URL.createObjectURL = (blob) => {
    if (blob.type === "image/jpeg") window.pictures.push(blob.arrayBuffer().then((bytes) => crypto.subtle.digest("SHA-256", bytes)));
    return real(blob);
  };
})();"""
PICTURES_SEEN = """async () => (await Promise.all(window.pictures)).map((digest) =>
  btoa(String.fromCharCode(...new Uint8Array(digest))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", ""))"""
SENDING = """(unit) => {
  const card = [...document.querySelectorAll("article")].find((one) => one.innerText.includes(unit));
  const over = document.querySelector("main").innerText.includes("Semua sudah diterima server");
  return [unit, card?.innerText ?? "", over];
}"""
ON_THE_CHECKLIST = """() => Object.fromEntries([...document.querySelectorAll("[data-item]")].map((item) => [item.dataset.item, {
  option: item.querySelector("input[type=radio]:checked")?.value ?? null,
  pressed: item.querySelector("[data-part=value] [aria-pressed=true]")?.innerText ?? null,
  typed: item.querySelector(".fields input")?.value ?? null,
  note: item.querySelector("[data-part=note] textarea")?.value ?? null,
}]).filter(([, told]) => told.option || told.pressed || told.typed || told.note))"""


@dataclass
class Believed:
    """What the screen has shown as kept, of one visit."""

    photos: int = 0
    pictures: set[str] = field(default_factory=set)  # digests, once they were seen again
    marks: dict[str, str] = field(default_factory=dict)  # name: time
    jotted: set[str] = field(default_factory=set)
    answers: dict[str, dict[str, Any]] = field(default_factory=dict)  # as in a document, without clocks
    receipt: str = ""
    received: bool = False
    photos_received: int = 0


class Day:
    """Sari's day with a phone that dies once in everything she does, and what she believes of it."""

    def __init__(self, phone, office, rng):
        self.phone, self.office, self.rng = phone, office, rng
        self.visits = {order["unit"]["code"]: order["id"] for order in office.orders()}
        self.units = iter(sorted(self.visits))
        self.unit, self.believed = "", {}
        self.deaths = Counter()

    @property
    def now(self):
        return self.believed[self.unit]

    def next_visit(self):
        self.unit = next(self.units)
        self.believed[self.unit] = Believed()
        self.phone.visit(self.unit)
        self.phone.begins()
        self.phone.back()

    # What she does, each from the list; and dies in it

    def dies_in(self, doing):
        self.phone.line.weather = SLOW if doing in ("finishing", "sending") else CALM
        seconds_max, things = DOINGS[doing]
        self.more = self.rng.randint(1, things) if self.rng.random() < 0.5 else None
        timer = Timer(self.rng.uniform(0, seconds_max), self.dies)
        self.dead = Lock()
        try:
            if self.more is None:
                timer.start()
            getattr(self, doing)()
            how = "afterwards"
        except (Error, IndexError):
            if not self.dead.locked():
                raise
            how = "when something was shown" if self.more == 0 else "in the midst"
        finally:
            timer.cancel()
        self.dies()
        self.deaths[f"{doing}, {how}"] += 1
        if timer.is_alive():
            timer.join()
        self.phone.died()
        self.opens()
        self.finds_what_she_believed()

    def dies(self):
        if self.dead.acquire(blocking=False):
            chromium.kill(self.phone.profile)

    def shown(self):
        """Something more is shown as kept, just now."""
        if self.more:
            self.more -= 1
            if self.more == 0:
                self.dies()

    def opens(self):
        self.phone.start()
        self.phone.context.add_init_script(SEE_PICTURES)
        self.phone.open()
        self.phone.unlock()

    def photos(self):
        self.phone.visit(self.unit)
        with self.phone.camera() as camera:
            for _ in range(PHOTOS):
                camera.shoot()
                self.now.photos += 1
                self.shown()

    def saving(self):
        phone, now = self.phone, self.now
        phone.visit(self.unit)
        for name in MARKS:
            phone.marks(name)
            now.marks[name] = (
                phone.page.locator(".marks button.done", has_text=name).locator(".at").inner_text()
            )
            self.shown()
        text = f"Kipas mati {self.rng.randint(0, 999)}"
        phone.jots("Catatan singkat", "Catatan singkat", text, shown=text)
        now.jotted.add(text)
        self.shown()
        phone.opens_checklist()
        for code, option in OPTIONS:
            phone.at(code).chooses(option)
            now.answers[code] = {"value": option}
            self.shown()
        note = f"Kursi {self.rng.randint(0, 999)} dari 40 “rusak”"
        phone.at("I1.2").says("Tidak")
        now.answers["I1.2"] = {"value": False}
        self.shown()
        phone.at("I1.2").notes(note)
        now.answers["I1.2"] = {"value": False, "note": note}
        self.shown()
        minutes = self.rng.randint(1, 90)
        phone.at("O1.1").types(str(minutes))
        now.answers["O1.1"] = {"value": minutes}
        self.shown()

    def finishing(self):
        self.phone.visit(self.unit)
        self.phone.opens_end()
        self.now.receipt = self.phone.finishes()
        self.shown()

    def sending(self):
        """She does nothing but look: it sends by itself."""
        self.phone.page.locator("button.line").click()
        while not self.looks_at_sending():
            self.phone.page.wait_for_timeout(20)

    def looks_at_sending(self):
        _, text, over = self.phone.page.evaluate(SENDING, self.unit)
        now, before = self.now, (self.now.received, self.now.photos_received)
        now.received = now.received or "Diterima server" in text
        stored = re.search(r"Foto diterima (\d+) dari", text)
        now.photos_received = max(now.photos_received, int(stored[1]) if stored else 0)
        if before != (now.received, now.photos_received):
            self.shown()
        return over

    # What she finds afterwards

    def finds_what_she_believed(self):
        if self.now.receipt:
            self.finds_it_finished()
        else:
            self.finds_the_record()

    def finds_the_record(self):
        phone, now = self.phone, self.now
        phone.visit(self.unit)
        if phone.page.locator(".marks").count() == 0:
            self.finds_it_finished()  # it was, and nobody had told her yet
            return
        marks = phone.page.locator(".marks button.done").all()
        shown = {mark.locator("span").first.inner_text(): mark.locator(".at").inner_text() for mark in marks}
        assert now.marks.items() <= shown.items()
        assert now.jotted <= {
            text.split(" ", 1)[1].strip() for text in phone.page.locator("li .text").all_inner_texts()
        }
        self.sees_pictures()
        phone.opens_checklist()
        answers = {code: as_told(told) for code, told in phone.page.evaluate(ON_THE_CHECKLIST).items()}
        assert {code: answers.get(code) for code in now.answers} == now.answers
        phone.back()
        phone.back()

    def finds_it_finished(self):
        phone, now = self.phone, self.now
        if phone.heading() == "Kunjungan":
            phone.visit(self.unit)
        receipt = phone.page.locator(".digest").inner_text()
        assert receipt.startswith(now.receipt)
        now.receipt = receipt
        said = phone.page.locator("main").inner_text()
        assert "Diterima server" in said or not now.received
        stored = re.search(r"Foto (\d+) dari \d+ diterima", said)
        assert now.photos_received <= int(stored[1] if stored else 0)
        self.sees_pictures()
        self.is_with_the_office()
        phone.press("Ke daftar")

    def sees_pictures(self):
        thumbs = self.phone.page.locator("section ul li .thumb")
        count = thumbs.count()
        assert count >= self.now.photos
        for thumb in thumbs.all():
            thumb.scroll_into_view_if_needed()
        self.phone.wait_until(
            lambda: self.phone.page.locator("section ul li .thumb img").count() == count, "a photo is gone"
        )
        seen = set(self.phone.page.evaluate(PICTURES_SEEN))
        assert self.now.pictures <= seen
        assert len(seen) == count
        self.now.pictures, self.now.photos = seen, count

    def is_with_the_office(self):
        """Whatever was called received is there, whatever else happened."""
        if not self.now.received:
            return
        told = self.office.visit(self.visits[self.unit])
        assert told["submission"]["digest"].startswith(f"sha256:{self.now.receipt}")
        assert sum(photo["state"] == "stored" for photo in told["photos"]) >= self.now.photos_received

    # The evening

    def ends(self):
        if not self.now.receipt:
            self.finishing()
            self.phone.leaves_receipt()
        self.phone.line.weather = CALM
        self.phone.syncs()
        self.phone.page.get_by_text("Semua sudah diterima").wait_for()

    def stands_at_the_office(self, unit):
        believed, told = self.believed[unit], self.office.visit(self.visits[unit])
        assert [attempt["slot"] for attempt in told["attempts"]] == ["current"]
        text = self.office.text(told["submission"]["id"])
        assert digest(text.encode()).startswith(believed.receipt)
        doc = json.loads(text)
        marks = {NAMES[mark["what"]]: f"✓ {mark['at'][11:16].replace(':', '.')}" for mark in doc["marks"]}
        assert believed.marks.items() <= marks.items()
        assert believed.jotted <= {jotting["text"] for jotting in doc["jottings"]}
        answers = timeless(doc["answers"])
        assert {code: answers.get(code) for code in believed.answers} == believed.answers
        sent = {digest(self.office.photo(photo["id"])) for photo in doc["photos"]}
        assert sent == {photo["sha256"] for photo in doc["photos"]} == believed.pictures
        assert (told["photos_missing"], len(doc["photos"])) == (0, believed.photos)


def as_told(shown):
    """What an item shows, as a document says it."""
    told = {"value": shown["option"]} if shown["option"] else {}
    if shown["pressed"]:
        told = {"value": shown["pressed"].startswith("Ya")}
    if shown["typed"]:
        told = {"value": int(shown["typed"])}
    return {**told, "note": shown["note"]} if shown["note"] else told


def test_k1_whatever_she_was_doing_when_the_battery_fell_out_nothing_shown_as_kept_is_lost(phone, office):
    rng = Random(SEED)
    doings = list(DOINGS)
    rounds = -(-BATTERIES // len(doings))
    office.order("sari", max(0, rounds - ORDERS))
    day = Day(phone, office, rng)
    phone.open()
    phone.settled()
    phone.first_start()
    phone.sign_in()
    phone.close()
    day.opens()
    for number in range(BATTERIES):
        doing = doings[number % len(doings)]
        if doing == "photos":
            day.next_visit()
        day.dies_in(doing)
        if doing == "finishing" and not day.now.receipt:
            day.finishing()
            phone.leaves_receipt()
    day.ends()
    for unit in day.believed:
        day.stands_at_the_office(unit)
    assert {row["id"] for row in office.budi.every("visits")} == {day.visits[unit] for unit in day.believed}
    print(f"seed {SEED}: {dict(day.deaths)}")  # noqa: T201
