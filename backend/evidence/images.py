"""The only place that decodes pictures. Nothing here trusts a byte."""

import threading
from io import BytesIO

from PIL import Image, ImageOps

from backend.evidence.errors import NotAPicture
from backend.evidence.rules import (
    DECODINGS_AT_ONCE_MAX,
    PHOTO_PIXELS_MAX,
    THUMBNAIL_SIDE,
    Reason,
)

FORMATS = ("JPEG", "PNG", "WEBP")
THUMBNAIL_QUALITY = 75

# Pillow looks at the size in a picture's head before it decodes: above this it warns, above twice it raises.
Image.MAX_IMAGE_PIXELS = PHOTO_PIXELS_MAX

# A picture within the limit can take 200 MB while it is decoded; two at a time are enough for two cores.
_decoding = threading.BoundedSemaphore(DECODINGS_AT_ONCE_MAX)


def thumbnail(content: bytes) -> bytes:
    """A JPEG with a long side of at most 320 pixels, upright, without any metadata. Raises NotAPicture."""
    picture = _opened(content)
    with _decoding:
        picture.draft("RGB", (2 * THUMBNAIL_SIDE, 2 * THUMBNAIL_SIDE))
        _load(picture)
        picture.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE))
        upright = _without_transparency(_upright(picture))
    out = BytesIO()
    upright.save(out, "JPEG", quality=THUMBNAIL_QUALITY)
    return out.getvalue()


def _opened(content: bytes) -> Image.Image:
    """The head is read, nothing is decoded yet."""
    try:
        picture = Image.open(BytesIO(content), formats=FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise NotAPicture(reason=Reason.TOO_MANY_PIXELS) from error
    except Exception as error:  # a broken head can make a decoder raise anything
        raise NotAPicture(reason=Reason.NOT_AN_IMAGE) from error
    if picture.width * picture.height > PHOTO_PIXELS_MAX:
        raise NotAPicture(reason=Reason.TOO_MANY_PIXELS)
    return picture


def _load(picture: Image.Image) -> None:
    try:
        picture.load()
    except Exception as error:  # as above
        raise NotAPicture(reason=Reason.INCOMPLETE) from error


def _upright(picture: Image.Image) -> Image.Image:
    try:
        return ImageOps.exif_transpose(picture)
    except Exception:  # orientation is a courtesy; metadata may be any garbage
        return picture


def _without_transparency(picture: Image.Image) -> Image.Image:
    """On white, as a JPEG cannot be transparent; and in plain colours."""
    if not picture.has_transparency_data:
        return picture.convert("RGB")
    layer = picture.convert("RGBA")
    ground = Image.new("RGB", layer.size, "white")
    ground.paste(layer, mask=layer)
    return ground
