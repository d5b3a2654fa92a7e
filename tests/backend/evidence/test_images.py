"""What the decoder lets in."""

from io import BytesIO

import pytest
from PIL import Image

from backend.evidence.errors import NotAPicture
from backend.evidence.images import thumbnail
from backend.evidence.rules import Reason
from tests.backend.evidence.pictures import PDF, bomb, jpeg, other


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (PDF, Reason.NOT_AN_IMAGE),
        (other("GIF"), Reason.NOT_AN_IMAGE),
        (jpeg()[:-200], Reason.INCOMPLETE),
        (other("PNG")[:-30], Reason.INCOMPLETE),
        (bomb(), Reason.TOO_MANY_PIXELS),
        (bomb(9_000, 6_000), Reason.TOO_MANY_PIXELS),
        (bomb(100, 100), Reason.INCOMPLETE),
    ],
    ids=["pdf", "gif", "cut jpeg", "cut png", "900 megapixels", "54 megapixels", "png with too few bytes"],
)
def test_e6_what_cannot_be_decoded_has_no_thumbnail_and_says_why(content, reason):
    with pytest.raises(NotAPicture) as raised:
        thumbnail(content)

    assert raised.value.facts == {"reason": reason}


def test_no_byte_flipped_anywhere_makes_the_decoder_crash():
    good = other("PNG")
    for place in range(0, len(good), 3):
        try:
            thumbnail(good[:place] + bytes([good[place] ^ 0xFF]) + good[place + 1 :])
        except NotAPicture:
            continue


def test_a_thumbnail_is_small_upright_and_knows_no_place():
    small = Image.open(BytesIO(thumbnail(jpeg(1600, 1200, turned=True))))

    assert (small.format, small.size, dict(small.getexif())) == ("JPEG", (240, 320), {})
    assert "exif" not in small.info


def test_a_thumbnail_of_a_transparent_picture_lies_on_white():
    out = BytesIO()
    Image.new("RGBA", (40, 30), (0, 0, 0, 0)).save(out, "PNG")

    small = Image.open(BytesIO(thumbnail(out.getvalue())))

    assert (small.size, small.getpixel((5, 5))) == ((40, 30), (255, 255, 255))
