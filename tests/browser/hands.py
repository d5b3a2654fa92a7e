"""A person's eyes and hands on a browser that Playwright cannot drive. firefox.py and webkit.py say how they reach it.

What is asked for is told by a CSS selector and by the words on it, all of them, those of both languages with | between;
only what is seen in the topmost dialog is found, and only what nothing covers is pressed.
"""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from tests.browser import kept
from tests.browser.office import Office
from tests.browser.phone import SCREENSHOTS

PATIENCE_SECONDS = 60
PAUSE_SECONDS = 0.05
TIME_ZONE = "Asia/Makassar"
# What is far below in a long list may not be drawn yet and has no inner text: then what stands in the document counts.
ALL_SEEN = r"""(css, words) => {
  const within = [...document.querySelectorAll("dialog[open]")].at(-1) ?? document;
  const wanted = new RegExp(`^(${words})$`);
  const named = (one) => one.getAttribute("aria-label") || one.innerText || one.textContent;
  const fits = (one) => !words || wanted.test(named(one).replace(/\s+/g, " ").trim());
  const is = (one) => one.checkVisibility({ visibilityProperty: true }) && fits(one);
  return [...within.querySelectorAll(css)].filter(is);
}"""
SEEN = f"(css, words) => ({ALL_SEEN})(css, words).length > 0"
# Answers the element; of a label: what it labels. Nothing while it is covered, or moves, or may not be pressed.
FIND = f"""(css, words) => {{
  const places = (globalThis.placesSeen ??= new WeakMap());
  const touched = (one) => {{
    one.scrollIntoView({{ block: "center" }});
    const {{ x, y, width, height }} = one.getBoundingClientRect();
    const [before, now] = [places.get(one), [x, y, width, height].join()];
    places.set(one, now);
    return before === now && one.contains(document.elementFromPoint(x + width / 2, y + height / 2));
  }};
  const of = (one) => (one instanceof HTMLLabelElement ? one.control : one);
  return ({ALL_SEEN})(css, words).map(of).find((one) => one && !one.disabled && touched(one)) ?? null;
}}"""
TEXT = r"""(css) => (document.querySelector(css)?.innerText ?? "").replace(/\u00a0/g, " ")"""
BUTTON = "button, summary, a"
Point = tuple[float, float]


class Hands(ABC):
    """profile: the folder of the browser's profile, where it keeps one."""

    profile: Path

    def __init__(self, office: Office, name: str = "sari") -> None:
        self.office, self.line = office, office.line(name)

    # What each browser does in its own way

    @abstractmethod
    def go(self, address: str) -> None: ...

    @abstractmethod
    def reload(self) -> None: ...

    @abstractmethod
    def evaluate(self, text: str, *given: Any) -> Any:
        """text: of a function in the page, which may answer later."""

    @abstractmethod
    def try_press(self, css: str, words: str) -> bool:
        """False: it is not there, or not yet."""

    @abstractmethod
    def try_type(self, css: str, words: str, text: str) -> bool: ...

    @abstractmethod
    def try_choose(self, css: str, words: str, files: Sequence[Path]) -> bool:
        """By the button that opens the phone's gallery."""

    @abstractmethod
    def try_drag(self, css: str, start: Point, end: Point) -> bool:
        """start, end: in shares of the element's width and height."""

    @abstractmethod
    def try_tap_twice(self, css: str) -> bool:
        """Quickly."""

    @abstractmethod
    def photograph(self, place: Path) -> None: ...

    # Hands

    def open(self) -> None:
        self.go(f"{self.line.address}/app/")

    def press(self, words: str, css: str = BUTTON) -> None:
        self.wait_until(lambda: self.try_press(css, words), lambda: f"no {words} to press: {self.text()}")

    def type(self, words: str, text: str, css: str = "label") -> None:
        self.wait_until(lambda: self.try_type(css, words, text), lambda: f"no {words} to fill: {self.text()}")

    def choose(self, *files: Path) -> None:
        """From the gallery."""
        gallery = "Galeri|Gallery"
        self.wait_until(lambda: self.try_choose(BUTTON, gallery, files), lambda: f"no gallery: {self.text()}")

    def drag(self, css: str, start: Point, end: Point) -> None:
        self.wait_until(lambda: self.try_drag(css, start, end), lambda: f"no {css} to draw on: {self.text()}")

    def tap_twice(self, css: str) -> None:
        self.wait_until(lambda: self.try_tap_twice(css), lambda: f"no {css} to tap: {self.text()}")

    # Eyes

    def sees(self, words: str, css: str = BUTTON) -> bool:
        return bool(self.evaluate(SEEN, css, words))

    def waits_for(self, words: str, css: str = BUTTON) -> None:
        self.wait_until(lambda: self.sees(words, css), lambda: f"no {words}: {self.text()}")

    def text(self, css: str = "body") -> str:
        return str(self.evaluate(TEXT, css))

    def reads(self, words: str, css: str = "body") -> None:
        """Until it stands there."""
        self.wait_until(lambda: words in self.text(css), lambda: f"it does not say “{words}”: {self.text()}")

    def wait_until(self, found: Callable[[], Any], what: Callable[[], str]) -> Any:
        """The answer, as soon as there is one."""
        until = time.monotonic() + PATIENCE_SECONDS
        while not (answer := found()):
            assert time.monotonic() < until, what()
            time.sleep(PAUSE_SECONDS)
        return answer

    def picture(self, name: str) -> None:
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        self.photograph(SCREENSHOTS / f"{name}.png")

    def dump(self) -> kept.Kept:
        return kept.read(self, self.profile)
