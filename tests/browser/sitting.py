"""Somebody at a desk with a browser: a laptop's or a phone's, in one language, signed in or not.

with Sitting(browser, address) as budi: budi.signs_in("budi"); budi.opens("/console/kalsel-demo/inbox/")

`minded` is what nobody should ever meet: what the console complains of, what the policy of the page had to stop,
dialogs that scripts opened, scripts that failed, parts of pages that were not there.
"""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Browser, ConsoleMessage, Dialog, Locator, Page, Response

from fieldsync.demo.plan import PASSWORD
from tests.browser.judging import axe
from tests.browser.minding import ENGLISH
from tests.browser.phone import SCREENSHOTS

LAPTOP = {"width": 1280, "height": 800}
PHONE = {"width": 360, "height": 740}
PATIENCE_SECONDS = 30
TABS_MAX = 200
STOPPED = """() => document.addEventListener("securitypolicyviolation", (event) =>
  console.error(`the policy stopped ${event.violatedDirective}: ${event.blockedURI} ${event.sample}`))"""
ACROSS = "() => document.scrollingElement.scrollWidth - document.documentElement.clientWidth"
SAID = """() => [...document.querySelectorAll("*")]
  .filter((one) => !one.closest("script, style, noscript, pre, code, .own, details dl, [lang]:not(html)"))
  .flatMap((one) => [
    ...[...one.childNodes].filter((node) => node.nodeType === 3).map((node) => node.data),
    ...["aria-label", "placeholder", "title", "alt"].map((name) => one.getAttribute(name)).filter(Boolean),
  ])"""
FOREIGN = re.compile(rf"\b({ENGLISH})\b", re.IGNORECASE)
# What the page answered to what was asked; its own line in the console says nothing more.
ANSWERED = re.compile(r"Failed to load resource: the server responded with a status of (4\d\d|502)")
HERE = "(element) => element === document.activeElement"
# Where the keyboard is, and what shows it: an outline, or something that changed when it came.
AT = """() => {
  const at = document.activeElement;
  if (!at || at === document.body) return null;
  const style = getComputedStyle(at);
  const outlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  const box = at.getBoundingClientRect();
  const seen = box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
  const all = [...document.querySelectorAll("*")];
  return { number: all.indexOf(at), outlined, seen, box: box.toJSON(), named: at.outerHTML.slice(0, 120) };
}"""
REACHABLE = """() => [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex='0']")]
  .filter((one) => one.type !== "hidden" && !one.disabled && one.checkVisibility({ visibilityProperty: true }))
  .filter((one) => !(one.type === "radio" && one.name && !one.checked))
  .map((one) => ({ number: [...document.querySelectorAll("*")].indexOf(one), named: one.outerHTML.slice(0, 120) }))"""


class Sitting:
    def __init__(
        self,
        browser: Browser,
        address: str,
        *,
        language: str = "id",
        screen: dict[str, int] | None = None,
        scripts: bool = True,
    ) -> None:
        self.address, self.language, self.minded = address, language, list[str]()
        self.forgotten = False
        size: Any = screen or LAPTOP
        self.context = browser.new_context(
            viewport=size,
            screen=size,
            base_url=address,
            locale={"id": "id-ID", "en": "en-US"}[language],
            timezone_id="Asia/Makassar",
            java_script_enabled=scripts,
            device_scale_factor=1,
        )
        self.context.add_cookies([{"name": "django_language", "value": language, "url": address}])
        self.context.set_default_timeout(PATIENCE_SECONDS * 1000)
        self.context.on("console", self._hear)
        self.context.on("dialog", self._dismiss)
        self.context.on("weberror", lambda error: self.minded.append(f"uncaught: {error.error}"))
        self.context.on("response", self._look)
        if scripts:
            self.context.add_init_script(f"({STOPPED})()")
        self.page: Page = self.context.new_page()

    def __enter__(self) -> Sitting:
        return self

    def __exit__(self, *_: object) -> None:
        self.context.close()

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not ANSWERED.match(message.text):
            self.minded.append(f"{message.type}: {message.text}")

    def _dismiss(self, dialog: Dialog) -> None:
        if dialog.type != "beforeunload":
            self.minded.append(f"a dialog: {dialog.message}")
        dialog.accept()

    def _look(self, answer: Response) -> None:
        """A page may say no; what it is made of may not be missing."""
        part = answer.request.resource_type != "document" and "/console/" not in answer.url
        if answer.status == 401 and self.forgotten:
            return
        if answer.status >= 500 or (answer.status >= 400 and part):
            self.minded.append(f"{answer.status}: {answer.url}")

    # About

    def opens(self, path: str) -> Page:
        self.page.goto(path)
        return self.page

    def signs_in(self, name: str, password: str = PASSWORD) -> None:
        """From wherever she is asked to, or from the sign-in page."""
        if not self.page.url.startswith(f"{self.address}/accounts/login"):
            self.opens("/accounts/login/")
        self.page.locator("#id_login").fill(name)
        self.page.locator("#id_password").fill(password)
        self.page.keyboard.press("Enter")
        self.page.wait_for_url(lambda url: "/accounts/login" not in url)

    def proves_again(self, password: str = PASSWORD) -> None:
        """What her account asks for before second factors are shown."""
        self.opens("/accounts/reauthenticate/")
        self.page.locator("#id_password").fill(password)
        self.page.keyboard.press("Enter")
        self.page.wait_for_url(lambda url: "/reauthenticate" not in url)

    def cookies(self) -> list[dict[str, str]]:
        """As Lighthouse takes them."""
        kept = self.context.cookies()
        return [{"name": one["name"], "value": one["value"], "url": self.address} for one in kept]

    def forget(self) -> None:
        """Her session is over, and nobody told her."""
        self.forgotten = True
        self.context.clear_cookies(name="sessionid")

    # By keyboard

    def tabs_to(self, wanted: Locator) -> None:
        """Tab after Tab, as far as it takes."""
        wanted.wait_for()
        for _ in range(TABS_MAX):
            if wanted.evaluate(HERE):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"no Tab leads to {wanted}")

    def writes(self, wanted: Locator, text: str) -> None:
        self.tabs_to(wanted)
        self.page.keyboard.type(text)

    def walks_by_keyboard(self) -> list[str]:
        """Tab through the page, once around: what is not reached, or does not show that it is."""
        wanted = {one["number"]: one["named"] for one in self.page.evaluate(REACHABLE)}
        minded, met = [], set[int]()
        for _ in range(2 * len(wanted) + TABS_MAX):
            self.page.keyboard.press("Tab")
            at = self.page.evaluate(AT)
            if at is None or at["number"] in met:  # past the end; or still in a field of several parts
                if wanted.keys() <= met:
                    break
                continue
            met.add(at["number"])
            if not (at["seen"] and (at["outlined"] or self._changes_when_left(at["box"]))):
                minded.append(f"does not show that one is there: {at['named']}")
        return [
            *minded,
            *(f"no Tab leads to {named}" for number, named in wanted.items() if number not in met),
        ]

    def _changes_when_left(self, box: dict[str, float]) -> bool:
        """Whether what has the focus looks otherwise than without it."""
        around: Any = {
            "x": max(0, box["x"] - 4),
            "y": max(0, box["y"] - 4),
            "width": box["width"] + 8,
            "height": box["height"] + 8,
        }
        there = self.page.screenshot(clip=around)
        self.page.evaluate("(window.left = document.activeElement).blur()")
        gone = self.page.screenshot(clip=around)
        self.page.evaluate("window.left.focus()")
        return there != gone

    # Looking

    def words(self) -> str:
        return self.page.get_by_role("main").inner_text()

    def says(self, words: str) -> None:
        """Within her patience."""
        self.page.get_by_role("main").get_by_text(re.compile(words)).first.wait_for()

    def minds(self) -> list[str]:
        """Whoever uses this page: what axe says, whether it scrolls sideways, and whether it speaks her language."""
        across = self.page.evaluate(ACROSS)
        sideways = [f"it scrolls sideways by {across} px"] if across > 0 else []
        return [*axe(self.page), *sideways, *(f"in English: {text}" for text in self._english())]

    def _english(self) -> list[str]:
        """On an Indonesian page. What people wrote, and the names of things, are Indonesian on English pages too."""
        if self.language != "id":
            return []
        return [one.strip() for one in dict.fromkeys(self.page.evaluate(SAID)) if FOREIGN.search(one)]

    def picture(self, name: str, *, of: Locator | None = None, whole: bool = False) -> None:
        """As it is, kept for the guide: what is in sight, all of it, or a part."""
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        place = SCREENSHOTS / f"{name}-{self.language}.png"
        if of is not None:
            of.screenshot(path=place)
        else:
            self.page.screenshot(path=place, full_page=whole)
