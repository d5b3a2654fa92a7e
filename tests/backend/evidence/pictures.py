"""Pictures to send, made once."""

import struct
import zlib
from functools import cache
from io import BytesIO

from PIL import Image

TURNED = 0x0112  # the EXIF tag of orientation


@cache
def jpeg(width: int = 160, height: int = 120, *, shade: int = 0, turned: bool = False) -> bytes:
    """A real JPEG of soft stripes; another shade is another picture."""
    stripes = Image.linear_gradient("L").resize((width, height)).point(lambda p: (p + shade) % 256)
    picture = Image.merge("RGB", (stripes, stripes.transpose(Image.Transpose.ROTATE_180), stripes))
    exif = Image.Exif()
    if turned:
        exif[TURNED] = 6  # hold it a quarter to the right
        exif[0x8825] = {1: "S", 2: (3.0, 48.0, 0.0)}  # a place
    out = BytesIO()
    picture.save(out, "JPEG", quality=80, exif=exif if turned else b"")
    return out.getvalue()


@cache
def other(kind: str, mode: str = "RGB") -> bytes:
    out = BytesIO()
    Image.linear_gradient("L").resize((64, 48)).convert(mode).save(out, kind)
    return out.getvalue()


def bomb(width: int = 30_000, height: int = 30_000) -> bytes:
    """A PNG of a few hundred bytes that says it is 900 megapixels."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
        )

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    body = zlib.compress(b"\0" * 10_000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
