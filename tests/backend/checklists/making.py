"""Making items and instruments for these tests."""

import json
from pathlib import Path
from typing import Any

from backend.checklists.actions import BUILTIN
from backend.checklists.rules import Item, read

YES_NO = [
    {"code": "yes", "label": {"id": "Ya", "en": "Yes"}, "score": "100", "critical": False},
    {"code": "no", "label": {"id": "Tidak", "en": "No"}, "score": "0", "critical": False},
]


def item(code: str, type: str, **more: Any) -> Item:
    """An item from its published form, with the dull members filled in."""
    return item_of({"code": code, "type": type, "options": YES_NO if type == "YN" else [], **more})


def item_of(raw: dict[str, Any]) -> Item:
    words = {"id": "?", "en": "?"}
    dull = {
        "question": words,
        "weight": "100",
        "mode": "OBS",
        "photo": "none",
        "basis": [],
        "origin": "design",
    }
    indicator = {"code": "I", "title": words, "weight": "100", "items": [dull | raw]}
    dimension = {"code": "D", "title": words, "weight": "100", "indicators": [indicator]}
    text = {
        "format": 1,
        "code": "T",
        "version": "1",
        "technique": "covert_visit",
        "title": words,
        "caveat": words,
        "variants": [],
        "waiting_minutes": {},
        "valid_share": "60",
        "dimensions": [dimension],
    }
    return read(json.dumps(text)).items_for("GEN")[0]


def ikkt() -> dict[str, bytes]:
    """The files of the instrument that comes with Samar, to be spoilt."""
    return {path.name: path.read_bytes() for path in sorted(Path(BUILTIN).glob("*.toml"))}


def spoilt(file: str, old: str, new: str) -> dict[str, bytes]:
    """The same files with one passage changed; the passage must be there."""
    files = ikkt()
    text = files[file].decode()
    assert old in text, f"{file} has no {old!r}"
    return files | {file: text.replace(old, new, 1).encode()}
