"""What stands on the server after Sari's afternoon, and what her photos have become."""

from __future__ import annotations

import json
from io import BytesIO
from typing import Any

from PIL import Image

from tests.browser.afternoon import ANSWERS, JOTTED
from tests.browser.office import Office
from tests.browser.test_camera import BOARD, EYES, sharpest
from tests.browser.testimony import OF_A_PICTURE, digest, numbered, segments, timeless

Photos = dict[bytes, dict[str, Any]]  # what is said of each
HERE = {"lat": -3.8, "lon": 114.76, "accuracy_m": 12}
AS_THE_CAMERA_SAID = {"place": {"lat": -3.319, "lon": 114.591, "accuracy_m": 12}}
TAKEN_AT = "2026-03-04T09:40:00+08:00"


def is_there(office: Office, receipt: str, photos: Photos, places: dict[str, Any]) -> None:
    """On the server: what the receipt names, all that was entered, and the photos to the byte. places: by mark."""
    [visit] = [one["id"] for one in office.budi.every("visits")]
    told = office.visit(visit)
    text = office.text(told["submission"]["id"])
    doc = json.loads(text)
    assert told["submission"]["digest"] == f"sha256:{digest(text.encode())}"
    assert digest(text.encode()).startswith(receipt)
    assert (told["state"], told["photos_missing"]) == ("submitted", 0)
    assert timeless({name: one for name, one in doc.items() if name not in ("answers", "photos")}) == {
        "form": 1,
        "visit": visit,
        "attempt": 1,
        "checklist": doc["checklist"],
        "scenario": "inquiry",
        "parent": None,
        "marks": [{"what": what} for what in ("arrived", "called", "left")],
        "place": places,
        "context": {"detected": "no"},
        "jottings": [{"text": JOTTED}],
        "narrative": "",
        "statement": {"signed": True},
    }
    assert numbered(doc) == ANSWERS
    listed = doc["photos"]
    assert [one["sha256"] for one in listed] == [digest(content) for content in photos]
    assert [office.photo(one["id"]) for one in listed] == list(photos)
    said = [{name: one[name] for name in ("place", "blurred") if name in one} for one in listed]
    assert said == list(photos.values())
    assert [one["taken_at"] == TAKEN_AT for one in listed] == ["place" in one for one in listed]


def is_silent(content: bytes) -> None:
    """A JPEG that tells nothing beside its picture."""
    assert segments(content) <= OF_A_PICTURE
    assert [word for word in (b"Exif", b"GPS", b"Telepon", b"http") if word in content] == []
    with Image.open(BytesIO(content)) as image:
        assert (image.format, dict(image.getexif())) == ("JPEG", {})


def is_lying_made_upright(content: bytes) -> None:
    """pictures/lying.jpg, with the face gone and the board to be read."""
    is_silent(content)
    with Image.open(BytesIO(content)) as image:
        assert image.size == (1200, 1600)
        red, wall = image.getpixel((60, 60)), image.getpixel((1100, 60))
        assert red[0] > 200 > 60 > red[1]
        assert min(wall) > 180
        assert sharpest(image, BOARD) > 40
        assert sharpest(image, EYES) < 12


def is_the_board(content: bytes) -> None:
    """pictures/board.heic"""
    is_silent(content)
    with Image.open(BytesIO(content)) as image:
        assert image.size == (640, 480)
        assert image.getpixel((10, 10))[0] > 200
