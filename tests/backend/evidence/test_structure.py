"""What is let in without being decoded."""

from contextlib import suppress
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from backend.evidence.errors import NotAPicture
from backend.evidence.rules import Picture, Reason
from backend.evidence.structure import PARTS_MAX, examine_structure
from tests.backend.evidence.pictures import PDF, bomb, jpeg, other


def made(kind: str, **how: object) -> bytes:
    out = BytesIO()
    Image.linear_gradient("L").resize((64, 48)).convert("RGB").save(out, kind, **how)
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "seen"),
    [
        (jpeg(), Picture("image/jpeg", 160, 120)),
        (jpeg(7, 3), Picture("image/jpeg", 7, 3)),
        (jpeg(turned=True), Picture("image/jpeg", 160, 120)),
        (made("JPEG", progressive=True), Picture("image/jpeg", 64, 48)),
        (made("JPEG", restart_marker_rows=1), Picture("image/jpeg", 64, 48)),
        (jpeg() + b"what cameras put behind", Picture("image/jpeg", 160, 120)),
        (other("PNG"), Picture("image/png", 64, 48)),
        (other("PNG", "RGBA"), Picture("image/png", 64, 48)),
        (made("WEBP"), Picture("image/webp", 64, 48)),
        (made("WEBP", lossless=True), Picture("image/webp", 64, 48)),
        (made("WEBP", exif=b"Exif\0\0"), Picture("image/webp", 64, 48)),
    ],
    ids=[
        "jpeg",
        "tiny jpeg",
        "jpeg with metadata",
        "progressive jpeg",
        "jpeg with restarts",
        "jpeg and more",
        "png",
        "transparent png",
        "webp",
        "lossless webp",
        "extended webp",
    ],
)
def test_real_pictures_are_seen_for_what_they_are(content, seen):
    assert examine_structure(content) == seen


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (PDF, Reason.NOT_AN_IMAGE),
        (b"", Reason.NOT_AN_IMAGE),
        (other("GIF"), Reason.NOT_AN_IMAGE),
        (other("TIFF"), Reason.NOT_AN_IMAGE),
        (b"\xff\xd8\xff\xe0", Reason.INCOMPLETE),
        (jpeg()[:-200], Reason.INCOMPLETE),
        (jpeg()[:-2], Reason.INCOMPLETE),
        (jpeg()[:-1], Reason.INCOMPLETE),
        (jpeg()[:300] + b"\xff\xd9", Reason.INCOMPLETE),
        (b"\xff\xd8\xff\xd9", Reason.NOT_AN_IMAGE),
        (b"\xff\xd8\xff\xda\x00\x02abc\xff\xd9", Reason.NOT_AN_IMAGE),
        (b"\xff\xd8\xff\x01" + b"\xff\x01" * PARTS_MAX, Reason.NOT_AN_IMAGE),
        (b"\xff\xd8" + b"\xff" * 100_000, Reason.NOT_AN_IMAGE),
        (other("PNG")[:-30], Reason.INCOMPLETE),
        (other("PNG")[:-8], Reason.INCOMPLETE),
        (other("PNG")[:8], Reason.INCOMPLETE),
        (made("WEBP")[:-30], Reason.INCOMPLETE),
        (made("WEBP")[:16], Reason.INCOMPLETE),
        (b"RIFF\x04\0\0\0WEBP" + b"VP9 " * 10, Reason.NOT_AN_IMAGE),
        (bomb(), Reason.TOO_MANY_PIXELS),
        (bomb(9_000, 6_000), Reason.TOO_MANY_PIXELS),
        (bomb(0, 10), Reason.NOT_AN_IMAGE),
    ],
    ids=[
        "pdf",
        "nothing",
        "gif",
        "tiff",
        "four bytes",
        "cut jpeg",
        "jpeg without end",
        "jpeg with half an end",
        "jpeg cut in its tables",
        "jpeg of nothing",
        "jpeg without a size",
        "twenty thousand markers",
        "nothing but fill bytes",
        "cut png",
        "png without end",
        "png of eight bytes",
        "cut webp",
        "webp of sixteen bytes",
        "webp of another kind",
        "900 megapixels",
        "54 megapixels",
        "no pixel",
    ],
)
def test_e6_what_is_no_whole_picture_is_said_to_be_none(content, reason):
    with pytest.raises(NotAPicture) as raised:
        examine_structure(content)

    assert raised.value.facts == {"reason": reason}


@given(st.sampled_from([jpeg(), other("PNG"), made("WEBP")]), st.data())
def test_whatever_is_garbled_is_a_picture_or_says_why_not(good, data):
    garbled = bytearray(good)
    for _ in range(data.draw(st.integers(1, 4))):
        garbled[data.draw(st.integers(0, len(good) - 1))] = data.draw(st.integers(0, 255))
    cut = bytes(garbled[: data.draw(st.integers(0, len(good)))])
    with suppress(NotAPicture):
        seen = examine_structure(cut)
        assert 0 < seen.width * seen.height <= 50_000_000
