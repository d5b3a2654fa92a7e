"""The pictures of docs/inspector.md: screens as the tests met them, made small."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from PIL import Image

from tests.browser.phone import ROOT, SCREEN, SCREENSHOTS

GUIDE = ROOT / "docs/inspector"
COLOURS = 64


def keep(names: Iterable[str], language: str) -> None:
    """Those of the screens that the guide shows."""
    text = (ROOT / "docs/inspector.md").read_text("utf-8")
    for name in names:
        if f"inspector/{name}-{language}.png" in text:
            reduced(SCREENSHOTS / f"{name}-{language}.png")


def reduced(picture: Path) -> None:
    GUIDE.mkdir(exist_ok=True)
    with Image.open(picture) as image:
        small = image.convert("RGB").resize((SCREEN["width"], SCREEN["height"]), Image.Resampling.LANCZOS)
    small.quantize(COLOURS).save(GUIDE / picture.name, optimize=True)
