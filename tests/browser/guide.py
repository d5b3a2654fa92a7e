"""The pictures of the guides: screens as the tests met them, made small. docs/inspector.md shows docs/inspector/*.png."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from PIL import Image

from tests.browser.phone import ROOT, SCREEN, SCREENSHOTS

COLOURS = 64
INSPECTOR_WIDE = SCREEN["width"]  # pixels; phones of tests show two of theirs for one of these
COORDINATOR_WIDE = 960


def keep(names: Iterable[str], language: str, *, of: str = "inspector", wide: int = INSPECTOR_WIDE) -> None:
    """Those of the screens that the guide `of` somebody shows."""
    text = (ROOT / f"docs/{of}.md").read_text("utf-8")
    for name in names:
        if f"{of}/{name}-{language}.png" in text:
            reduced(SCREENSHOTS / f"{name}-{language}.png", ROOT / "docs" / of, wide)


def reduced(picture: Path, into: Path, wide: int) -> None:
    """No wider than `wide` pixels, in COLOURS."""
    into.mkdir(exist_ok=True)
    with Image.open(picture) as image:
        small = image.convert("RGB")
    if small.width > wide:
        small = small.resize((wide, round(small.height * wide / small.width)), Image.Resampling.LANCZOS)
    small.quantize(COLOURS).save(into / picture.name, optimize=True)


def wrong_with(of: str, *, bytes_max: int) -> list[str]:
    """Every picture is there and said in words; none is left over; all together are small."""
    shown = re.findall(
        r'<img src="(.*?)" width="\d+" alt="(.*?)">', (ROOT / f"docs/{of}.md").read_text("utf-8")
    )
    there = {f"{of}/{one.name}": one.stat().st_size for one in (ROOT / "docs" / of).glob("*.png")}
    named = {address for address, _ in shown}
    wrong = [f"not said in words: {address}" for address, said in shown if len(said) < 20]
    wrong += [f"not there: {address}" for address in sorted(named - set(there))]
    wrong += [f"left over: {address}" for address in sorted(set(there) - named)]
    large = sum(there.values())
    return [*wrong, *([f"{large} bytes in all"] if large > bytes_max else [])]
