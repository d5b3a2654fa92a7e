"""WebKitGTK as Debian has it, on a screen that nobody sees; driven by its WebDriver.

Automated, it keeps nothing beyond its session: there is no restart of it that finds anything again.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from selenium.common.exceptions import WebDriverException
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.webkitgtk.options import Options
from selenium.webdriver.webkitgtk.service import Service
from selenium.webdriver.webkitgtk.webdriver import WebDriver

from tests.browser.afternoon import Afternoon
from tests.browser.hands import FIND, TIME_ZONE, Point
from tests.browser.office import Office
from tests.browser.phone import SCREEN

BROWSERS = "*/webkit2gtk-4.*/MiniBrowser"
SCREEN_END_SECONDS_MAX = 10
ANSWER_SECONDS_MAX = 60
# A function's answer, also when it comes later.
CALL = """const answer = arguments[arguments.length - 1], given = [...arguments].slice(0, -1);
(async () => ({ told: await (%s)(...given) }))().then(answer, (problem) => answer({ problem: String(problem) }));"""


def installed() -> str:
    """Its path; empty when something of it is missing."""
    if not all(shutil.which(name) for name in ("WebKitWebDriver", "Xvfb")):
        return ""
    return next((str(path) for root in ("lib", "libexec") for path in Path("/usr", root).glob(BROWSERS)), "")


class Screen:
    """`with Screen() as display`: an X server of our own, on a number that is free."""

    def __enter__(self) -> str:
        reading, writing = os.pipe()
        size = f"{2 * SCREEN['width']}x{2 * SCREEN['height']}x24"
        words = ["Xvfb", "-displayfd", str(writing), "-screen", "0", size, "-nolisten", "tcp"]
        self.process = subprocess.Popen(words, pass_fds=[writing], stderr=subprocess.DEVNULL)
        os.close(writing)
        with os.fdopen(reading) as told:
            return f":{told.readline().strip()}"

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait(SCREEN_END_SECONDS_MAX)


class WebKit(Afternoon):
    """display: an X server's."""

    def __init__(self, office: Office, home: Path, display: str) -> None:
        super().__init__(office)
        self.profile = home / "profile"
        self.profile.mkdir()
        own = {
            name: str(self.profile) for name in ("HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME")
        }
        environment = {**os.environ, **own, "DISPLAY": display, "GDK_BACKEND": "x11", "TZ": TIME_ZONE}
        options = Options()
        options.binary_location = installed()
        for word in ("--automation", "--enable-media-stream=true", "--enable-mock-capture-devices=true"):
            options.add_argument(word)
        with warnings.catch_warnings():
            warnings.filterwarnings(
                "ignore", "setting remote_server_addr", DeprecationWarning
            )  # selenium's own
            service = Service(env=environment, log_output=str(home / "driver.log"))
            self.driver = WebDriver(options=options, service=service)
        self.driver.set_script_timeout(ANSWER_SECONDS_MAX)
        self.driver.set_window_size(**SCREEN)

    def __enter__(self) -> WebKit:
        return self

    def __exit__(self, *_: object) -> None:
        self.driver.quit()

    def go(self, address: str) -> None:
        self.driver.get(address)

    def reload(self) -> None:
        self.driver.refresh()

    def evaluate(self, text: str, *given: Any) -> Any:
        answer = self.driver.execute_async_script(CALL % text, *given)
        assert "problem" not in answer, answer
        return answer.get("told")

    def _found(self, css: str, words: str) -> Any:
        return self.driver.execute_script(f"return ({FIND})(...arguments)", css, words)

    def try_press(self, css: str, words: str) -> bool:
        """The page may have changed since it was found: then it is looked for again."""
        try:
            if found := self._found(css, words):
                found.click()
            return found is not None
        except WebDriverException:
            return False

    def try_type(self, css: str, words: str, text: str) -> bool:
        found = self._found(css, words)
        if found is not None:
            found.clear()
            found.send_keys(text)
        return found is not None

    def try_choose(self, css: str, words: str, files: Sequence[Path]) -> bool:
        """Its driver cannot answer the gallery, so the files are put where the gallery puts them."""
        if not self.sees(words, css):
            return False
        place = self.driver.find_element(By.CSS_SELECTOR, 'dialog input[type="file"]:not([capture])')
        place.send_keys("\n".join(str(file) for file in files))
        return True

    def try_drag(self, css: str, start: Point, end: Point) -> bool:
        found = self._found(css, "")
        if found is None:
            return False
        size = found.size
        from_middle = [((x - 0.5) * size["width"], (y - 0.5) * size["height"]) for x, y in (start, end)]
        begun, ended = [(round(x), round(y)) for x, y in from_middle]
        hand = ActionChains(self.driver).move_to_element_with_offset(found, *begun).click_and_hold()
        hand.move_to_element_with_offset(found, *ended).release().perform()
        return True

    def try_tap_twice(self, css: str) -> bool:
        found = self._found(css, "")
        if found is not None:
            ActionChains(self.driver).double_click(found).perform()
        return found is not None

    def photograph(self, place: Path) -> None:
        self.driver.save_screenshot(str(place))
