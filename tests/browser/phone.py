"""A phone: Chromium on a profile of its own, small, touched, Indonesian, with a camera and a place.

phone.open()           the app, from its address
phone.reopen()         closed and opened again on the same profile: the phone was restarted
phone.kill()           the battery fell out (SIGKILL of all its processes), then opened again
phone.airplane()       no network for it, and the server is stopped, too
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, CDPSession, ConsoleMessage, Error, Locator, Page, Playwright

from tests.browser import chromium, kept
from tests.browser.office import CALM, PASSWORD, Office
from tests.browser.visiting import Visitor, exactly
from tests.simulation.proxy import Weather

ROOT = Path(__file__).resolve().parents[2]
SCREENSHOTS = ROOT / "var/screenshots"
SCREEN = {"width": 360, "height": 640}
AT_THE_UNIT = {"latitude": -3.8, "longitude": 114.76, "accuracy": 12}
ANDROID = (
    "Mozilla/5.0 (Linux; Android 13; SM-A042F) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/156.0.0.0 Mobile Safari/537.36"
)
PIN, SECOND_PIN = "482913", "705164"
PATIENCE_SECONDS = 60
NOBODY_ANSWERS = Weather(black_holes=1.0)
# The page's clock is so many milliseconds off; whole answers of Date, and nothing of performance.now().
OTHER_CLOCK = """(() => {
  const Real = Date, off = %d;
  const now = () => Real.now() + off;
  globalThis.Date = new Proxy(Real, {
    construct: (target, given, called) => Reflect.construct(target, given.length ? given : [now()], called),
    apply: () => new Real(now()).toString(),
    get: (target, name) => (name === "now" ? now : Reflect.get(target, name)),
  });
})();"""


class Phone(Visitor):
    """office: whose server it speaks to · home: the folder of its profile · language: "id-ID" or "en-US" ·
    flags: more of them for Chromium."""

    def __init__(
        self,
        playwright: Playwright,
        office: Office,
        home: Path,
        *,
        name: str = "sari",
        language: str = "id-ID",
        flags: Sequence[str] = (),
    ) -> None:
        self.playwright, self.office, self.profile = playwright, office, home / "profile"
        self.language, self.flags = language, [*chromium.FLAGS, *flags]
        self.line = office.line(name)
        self.told: list[str] = []  # by the console, and errors nobody caught
        self.asked: list[str] = []  # every address that was asked for, the worker's too
        self.clock_off_seconds = 0.0
        self.context: BrowserContext | None = None
        self.offline = False

    # On and off

    @property
    def address(self) -> str:
        return f"{self.line.address}/app/"

    @property
    def page(self) -> Page:
        assert self.context, "the phone is off"
        return self.context.pages[0]

    def start(self) -> None:
        """The browser, without the app."""
        self.context = context = self.playwright.chromium.launch_persistent_context(
            self.profile,
            executable_path=chromium.installed(),
            args=self.flags,
            viewport=SCREEN,
            screen=SCREEN,
            device_scale_factor=2,
            has_touch=True,
            is_mobile=True,
            user_agent=ANDROID,
            locale=self.language,
            timezone_id="Asia/Makassar",
            geolocation=AT_THE_UNIT,
            permissions=["geolocation", "camera"],
            offline=self.offline,
        )
        context.set_default_timeout(PATIENCE_SECONDS * 1000)
        context.on("request", lambda request: self.asked.append(request.url))
        context.on("console", self._hear)
        context.on("weberror", lambda error: self.told.append(f"uncaught: {error.error}"))
        if self.clock_off_seconds:
            context.add_init_script(OTHER_CLOCK % round(self.clock_off_seconds * 1000))

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.told.append(f"{message.type}: {message.text}")

    def open(self) -> Page:
        """The app as from the home screen, whether or not there is a network."""
        if self.context is None:
            self.start()
        self.page.goto(self.address)
        return self.shown()

    def reload(self) -> Page:
        self.page.reload()
        return self.shown()

    def shown(self) -> Page:
        """Once there is something to see: the app first looks at what it keeps."""
        self.page.locator("#catatan h1").first.wait_for()
        return self.page

    def close(self) -> None:
        """In peace: the browser ends by itself."""
        if self.context is not None:
            context, self.context = self.context, None
            context.close()

    def reopen(self) -> Page:
        self.close()
        return self.open()

    def kill(self) -> Page:
        self.die()
        return self.open()

    def die(self) -> None:
        """Killed, and left so until it is opened."""
        chromium.kill(self.profile)
        self.died()

    def died(self) -> None:
        """It was killed meanwhile."""
        context, self.context = self.context, None
        with suppress(Error):
            if context is not None:
                context.close()

    def settled(self) -> None:
        """The worker has everything that the app needs offline."""
        self.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        self.page.wait_for_function("!!navigator.serviceWorker.controller")

    # The world around it

    @contextmanager
    def airplane(self) -> Iterator[None]:
        """No network on the phone, and nobody at the other end of it. The server is there again afterwards."""
        self.fly()
        try:
            yield
        finally:
            self.land()

    def fly(self) -> None:
        self.offline = True
        self.office.server.stop()
        if self.context is not None:
            self.context.set_offline(True)

    def land(self) -> None:
        self.offline = False
        self.office.server.start()
        if self.context is not None:
            self.context.set_offline(False)

    @contextmanager
    def out_of_reach(self) -> Iterator[None]:
        """No network for it, while the office goes on."""
        self.offline, self.line.weather = True, NOBODY_ANSWERS
        self.page.context.set_offline(True)
        try:
            yield
        finally:
            self.offline, self.line.weather = False, CALM
            self.page.context.set_offline(False)

    def weather(self, weather: Weather = CALM, *, latency_milliseconds: int = 0) -> None:
        """How the line is, for the page and its worker alike; latency is the page's alone."""
        self.line.weather = weather
        speed = weather.bytes_a_second or -1
        self.devtools().send(
            "Network.emulateNetworkConditions",
            {
                "offline": self.offline,
                "latency": latency_milliseconds,
                "downloadThroughput": speed,
                "uploadThroughput": speed,
            },
        )

    def slow_down(self, times: float = 4) -> None:
        """As a cheap phone's processor would be, until this page ends."""
        self.devtools().send("Emulation.setCPUThrottlingRate", {"rate": times})

    def shift_clock(self, *, days: float = 0, seconds: float = 0) -> Page:
        """Its owner set the time wrong; the phone is started again with it."""
        self.clock_off_seconds = days * 86_400 + seconds
        return self.reopen()

    def goes_to(self, latitude: float, longitude: float, accuracy: float = 12) -> None:
        assert self.context
        self.context.set_geolocation({"latitude": latitude, "longitude": longitude, "accuracy": accuracy})

    def limit_storage(self, size_bytes: int | None) -> None:
        """What the browser grants this origin; None: as much as it usually does."""
        limit = {} if size_bytes is None else {"quotaSize": size_bytes}
        self.devtools().send("Storage.overrideQuotaForOrigin", {"origin": self.line.address, **limit})

    def devtools(self) -> CDPSession:
        """Lives as long as the page; what is set through it ends with it."""
        page = self.page
        if getattr(self, "_told_to", None) is not page:
            self._session, self._told_to = page.context.new_cdp_session(page), page
        return self._session

    # What a person does

    def first_start(self, pin: str = PIN) -> None:
        """A PIN of her own, said twice; then the notebook lies open."""
        self.fill("PIN baru|New PIN", pin)
        self.fill("Ulangi PIN|Repeat the PIN", pin)
        self.press("Kunci dan mulai|Lock it and begin")
        self.button("Catatan baru|New note").wait_for()

    def unlock(self, pin: str = PIN) -> None:
        """With the right PIN: until something is open."""
        self.try_pin(pin)
        self.page.get_by_label("PIN", exact=True).wait_for(state="detached")

    def try_pin(self, pin: str) -> None:
        self.fill("PIN", pin)
        self.press("Buka|Open")

    def sign_in(self, user: str = "sari", password: str = PASSWORD, *, second_pin: str | None = None) -> None:
        """From the open notebook, with a network; until what is inside is open. Without a second PIN: later."""
        self.press("Pengaturan|Settings")
        self.page.locator("summary", has_text=exactly("Akun|Account")).click()
        self.fill("Nama|Name", user)
        self.fill("Kata sandi|Password", password)
        self.press("Masuk|Sign in")
        if second_pin is None:
            self.press("Nanti saja|Later")
            self.button("Sembunyikan|Hide").wait_for()
            return
        self.fill("PIN Anda sekarang|Your present PIN", PIN)
        self.fill("PIN kedua, jauh berbeda|The second PIN, quite different", second_pin)
        self.fill("Ulangi PIN|Repeat the PIN", second_pin)
        self.press("Pakai PIN kedua ini|Use this second PIN")
        self.button("Sembunyikan|Hide").wait_for()

    def hide(self) -> None:
        self.press("Sembunyikan|Hide")

    def fill(self, label: str, text: str) -> None:
        """label: all of it, the words of both languages with | between them."""
        self.page.get_by_label(exactly(label)).filter(visible=True).fill(text)

    def press(self, name: str) -> None:
        self.button(name).click()

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=exactly(name))

    # Looking

    def dump(self) -> kept.Kept:
        return kept.read(self.page, self.profile)

    def picture(self, name: str, page: Page | None = None) -> Path:
        """The screen as it is, kept for the user guide; page: another tab's."""
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        place = SCREENSHOTS / f"{name}.png"
        (page or self.page).screenshot(path=place)
        return place

    def wait_until(self, found: Any, what: str, seconds: float = PATIENCE_SECONDS) -> None:
        """For what is seen from outside; the page goes on meanwhile."""
        until = time.monotonic() + seconds
        while not found():
            assert time.monotonic() < until, what
            self.page.wait_for_timeout(50)
