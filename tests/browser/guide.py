"""The pictures of the guides: screens as the tests met them, made small. docs/inspector.md shows docs/inspector/*.png."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from PIL import Image

from tests.browser.phone import ROOT, SCREEN, SCREENSHOTS

FAR_APART = Image.Quantize.MAXCOVERAGE  # a small red mark stays red


@dataclass(frozen=True)
class Guide:
    """`wide`: pixels of a picture at most. `colours`: of a picture."""

    of: str
    wide: int
    colours: int
    bytes_max: int

    @property
    def text(self) -> str:
        return (ROOT / f"docs/{self.of}.md").read_text("utf-8")

    @cached_property
    def folder(self) -> Path:
        return ROOT / "docs" / self.of

    def keep(self, names: Iterable[str], language: str) -> None:
        """Those of the screens that the guide shows."""
        text = self.text
        for name in names:
            if f"{self.of}/{name}-{language}.png" in text:
                self._reduced(SCREENSHOTS / f"{name}-{language}.png")

    def _reduced(self, picture: Path) -> None:
        self.folder.mkdir(exist_ok=True)
        with Image.open(picture) as image:
            small = image.convert("RGB")
        if small.width > self.wide:
            tall = round(small.height * self.wide / small.width)
            small = small.resize((self.wide, tall), Image.Resampling.LANCZOS)
        small.quantize(self.colours, FAR_APART).save(self.folder / picture.name, optimize=True)

    def flaws(self) -> list[str]:
        """Every picture is there and said in words; none is left over; all together are small."""
        shown = re.findall(r'<img src="(.*?)" width="\d+" alt="(.*?)">', self.text)
        there = {f"{self.of}/{one.name}": one.stat().st_size for one in self.folder.glob("*.png")}
        named, large = {address for address, _ in shown}, sum(there.values())
        return [
            *(f"not said in words: {address}" for address, said in shown if len(said) < 20),
            *(f"not there: {address}" for address in sorted(named - set(there))),
            *(f"left over: {address}" for address in sorted(set(there) - named)),
            *([f"{large} bytes in all"] if large > self.bytes_max else []),
        ]


INSPECTOR = Guide("inspector", SCREEN["width"], 64, 1_500_000)
COORDINATOR = Guide("coordinator", 880, 256, 2_500_000)
