"""Steps of a person on a slow phone, and how long the phone makes her wait: from the tap to what she is told."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from playwright.sync_api import Page, Playwright, sync_playwright

from tests.bench.measuring import ms, say
from tests.bench.phone_app import making
from tests.browser import chromium
from tests.browser.office import Office, founded
from tests.browser.phone import PIN, SCREEN, Phone

SLOWER = 4
AIM_START_MS, AIM_ANSWER_MS, AIM_PHOTO_MS = 1500, 50, 2500
# Moments at which a write was on the disk, by the page's own clock.
KEPT_MOMENTS = """(() => {
  globalThis.kept = [];
  const real = IDBDatabase.prototype.transaction;
  IDBDatabase.prototype.transaction = function (stores, mode, options) {
    const made = real.call(this, stores, mode, options);
    if (mode === "readwrite") made.addEventListener("complete", () => kept.push(performance.now()));
    return made;
  };
})();"""
TAP_TO_KEPT = """(button) => new Promise((done) => {
  const before = kept.length, tapped = performance.now();
  const look = () => (kept.length > before ? done(kept.at(-1) - tapped) : requestAnimationFrame(look));
  button.click();
  look();
})"""
TAP_TO_SHOWN = """(input) => new Promise((done) => {
  const tapped = performance.now();
  input.click();
  requestAnimationFrame(() => setTimeout(() => done(performance.now() - tapped)));
})"""
FRAMES_OF_A_SCROLL = """() => new Promise((done) => {
  const frames = [];
  let before = performance.now();
  const step = () => {
    const now = performance.now();
    frames.push(now - before);
    before = now;
    scrollBy(0, 160);
    const further = scrollY + innerHeight < document.documentElement.scrollHeight - 1 && frames.length < 400;
    further ? requestAnimationFrame(step) : done(frames.slice(1));
  };
  requestAnimationFrame(step);
})"""


def measure(folder: Path, *, quick: bool) -> None:
    if not chromium.installed():
        print("  Chromium is not installed: nothing was measured.")
        return
    foundation = folder / "founded"
    film, tokens = making.camera(folder), founded(foundation)
    with sync_playwright() as playwright, Office(folder, foundation, tokens) as office:
        making.filler(office.app)
        flags = [f"--use-file-for-fake-video-capture={film}"]
        phone = Phone(playwright, office, folder / "phone", flags=flags)
        try:
            prepare(phone)
            few = starts(phone, "a few orders", 3 if quick else 7)
            answers(phone)
            photos(phone, 2 if quick else 5)
            many = 60 if quick else 300
            fill(phone, visits=many, photos=many * 10 // 3)
            starts(phone, f"{many} visits, {many * 10 // 3:,} photos", 3 if quick else 7, beside=few)
            scrolling(phone)
        finally:
            phone.close()
        beside(playwright, folder)


def prepare(phone: Phone) -> None:
    phone.open()
    phone.settled()
    phone.first_start()
    phone.sign_in()
    row(phone.page).wait_for()
    phone.page.wait_for_function("!document.querySelector('[aria-busy=true]')")


def row(page: Page) -> Any:
    return page.get_by_role("button", name=re.compile("SAM-")).first


def starts(phone: Phone, what: str, times: int, beside: float = 0.0) -> float:
    """From a closed browser, without network: the page until it asks for the PIN, and from the PIN to the list."""
    took = []
    with phone.airplane():
        for _ in range(times):
            phone.close()
            phone.start()
            phone.slow_down(SLOWER)
            began = time.perf_counter()
            phone.page.goto(phone.address)
            phone.page.get_by_label("PIN", exact=True).wait_for()
            asked = time.perf_counter()
            phone.page.get_by_label("PIN", exact=True).fill(PIN)
            typed = time.perf_counter()
            phone.press("Buka|Open")
            row(phone.page).wait_for()
            took.append((asked - began + time.perf_counter() - typed) * 1000)
    compared = f"{median(took) / beside:.2f} x a few orders" if beside else ""
    tell(f"cold start offline to the list, {what}", took, AIM_START_MS, compared)
    return median(took)


def answers(phone: Phone) -> None:
    phone.reopen()
    phone.page.add_init_script(KEPT_MOMENTS)
    phone.page.reload()
    phone.unlock()
    phone.visit("SAM-000")
    phone.begins()
    phone.opens_checklist()
    phone.slow_down(SLOWER)
    buttons = phone.page.locator("[data-part=value] button:first-child")
    took = [buttons.nth(number).evaluate(TAP_TO_KEPT) for number in range(buttons.count())]
    tell(f"an answer tapped to saved, {len(took)} items", took, AIM_ANSWER_MS)


def photos(phone: Phone, times: int) -> None:
    """From the shutter to the picture in review, and from "keep" to the disk; what she looks at between is hers."""
    phone.reopen()
    phone.unlock()
    phone.visit("SAM-001")
    phone.begins()
    phone.press("Foto|Photo")
    took = []
    for number in range(1, times + 1):
        shutter = phone.button("Ambil|Take")
        shutter.wait_for()
        phone.page.wait_for_timeout(700)  # the camera has to show something first
        phone.slow_down(SLOWER)
        began = time.perf_counter()
        shutter.click()
        phone.button("Simpan|Keep").wait_for()
        seen = time.perf_counter()
        phone.page.wait_for_timeout(300)
        pressed = time.perf_counter()
        phone.press("Simpan|Keep")
        phone.page.get_by_text(re.compile(rf"✓ {number} (foto|photo)")).wait_for()
        took.append((seen - began + time.perf_counter() - pressed) * 1000)
        phone.slow_down(1)
    tell("a 12 MP photo from shutter to safely stored", took, AIM_PHOTO_MS)


def fill(phone: Phone, *, visits: int, photos: int) -> None:
    phone.page.goto(f"{phone.line.address}/healthz")
    made = phone.page.evaluate(
        "([address, given]) => import(address).then((module) => module.fill(given))",
        ["/app/fill.js", {"pin": PIN, "visits": visits, "photos": photos}],
    )
    assert made == photos, made


def scrolling(phone: Phone) -> None:
    with phone.airplane():
        phone.reopen()
        phone.unlock()
        row(phone.page).wait_for()
        phone.slow_down(SLOWER)
        frames = phone.page.evaluate(FRAMES_OF_A_SCROLL)
    late = sum(frame > 50 for frame in frames)
    say("scrolling through them", ms(median(frames) / 1000), f"a frame; {late} of {len(frames)} above 50 ms")


def beside(playwright: Playwright, folder: Path) -> None:
    """The peer's form of as many questions, from a server that is there: it has no other way."""
    built = folder / "peer"
    if not making.peer(built):
        print("  The peer's packages cannot be had here: nothing to compare with.")
        return
    handler = partial(Quiet, directory=str(built))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    browser = playwright.chromium.launch(executable_path=chromium.installed(), args=chromium.FLAGS)
    try:
        page = browser.new_page(viewport=SCREEN)
        address = f"http://127.0.0.1:{server.server_address[1]}/"
        last = page.get_by_text(f"Pertanyaan q{making.QUESTIONS}:")
        page.goto(address)
        last.wait_for()
        slow = page.context.new_cdp_session(page)
        slow.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        loads = [seconds(lambda: (page.goto(address), last.wait_for())) * 1000 for _ in range(3)]
        tell("a peer's form (ODK Web Forms), network to usable", loads)
        inputs = page.locator("input[type=radio]")
        taps = [inputs.nth(number).evaluate(TAP_TO_SHOWN) for number in range(0, inputs.count(), 2)]
        tell("  there, an answer tapped to shown; nothing is saved", taps)
    finally:
        browser.close()
        server.shutdown()
        server.server_close()


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *about: Any) -> None:
        pass

    def handle(self) -> None:
        with suppress(ConnectionError):
            super().handle()


def seconds(doing: Callable[[], Any]) -> float:
    began = time.perf_counter()
    doing()
    return time.perf_counter() - began


def tell(what: str, took: list[float], aim: float = 0.0, more: str = "") -> None:
    high = quantiles(took, n=20)[-1] if len(took) > 1 else took[0]
    reached = f"aim {aim:g} ms: {'reached' if median(took) <= aim else 'MISSED'}" if aim else ""
    say(what, ms(median(took) / 1000), ", ".join(filter(None, [f"p95 {high:.0f} ms", reached, more])))
