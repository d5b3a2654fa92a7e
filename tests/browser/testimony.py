"""What was told, looked at closely: documents without their clocks, photos down to the segments of the file."""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode
from datetime import datetime
from typing import Any

CLOCKS = ("at", "recorded_at", "observed_at", "taken_at", "started_at", "finished_at")
# JFIF, quantization, Huffman tables, frame, restart interval, scan: what a picture needs to be one, and nothing else.
OF_A_PICTURE = {0xE0, 0xDB, 0xC4, 0xC0, 0xC2, 0xDD, 0xDA}


def digest(content: bytes) -> str:
    """Unpadded base64url of SHA-256."""
    return urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()


def timeless(value: Any) -> Any:
    """The same without anything that a clock wrote."""
    if isinstance(value, list):
        return [timeless(one) for one in value]
    if isinstance(value, dict):
        return {name: timeless(one) for name, one in value.items() if name not in CLOCKS}
    return value


def times(value: Any) -> list[datetime]:
    """Every moment in it."""
    if isinstance(value, list):
        return [moment for one in value for moment in times(one)]
    if isinstance(value, dict):
        own = [datetime.fromisoformat(value[name]) for name in CLOCKS if name in value]
        return own + [moment for one in value.values() for moment in times(one)]
    return []


def numbered(doc: dict[str, Any]) -> dict[str, Any]:
    """The answers, with photos named by their number, from 1."""
    number = {photo["id"]: at for at, photo in enumerate(doc["photos"], 1)}
    return {
        code: {**told, "photos": [number[one] for one in told["photos"]]} if "photos" in told else told
        for code, told in timeless(doc["answers"]).items()
    }


def segments(jpeg: bytes) -> set[int]:
    """The markers of a JPEG's segments, which must end where the file does."""
    assert jpeg[:2] == b"\xff\xd8"
    found, at = set(), 2
    while jpeg[at + 1] != 0xD9:
        assert jpeg[at] == 0xFF
        marker = jpeg[at + 1]
        found.add(marker)
        at += 2 + int.from_bytes(jpeg[at + 2 : at + 4])
        if marker == 0xDA:
            while jpeg[at] != 0xFF or jpeg[at + 1] == 0 or 0xD0 <= jpeg[at + 1] <= 0xD7:
                at += 1
    assert at + 2 == len(jpeg)
    return found
