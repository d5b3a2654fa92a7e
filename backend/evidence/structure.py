"""What a picture's bytes say without being decoded: which format, which size, and whether they go on to their end.

A twentieth of the work of decoding. Bytes that keep to the form and still cannot be decoded are found when somebody
first looks at the photo. Pure; nothing here trusts a byte.
"""

import re
from collections.abc import Callable, Iterator

from backend.evidence.errors import NotAPicture
from backend.evidence.rules import PHOTO_PIXELS_MAX, Picture, Reason

JPEG, PNG = b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"
PARTS_MAX = 20_000  # more markers or chunks than any camera writes

# JPEG (ITU-T T.81, table B.1): starts of frames hold the size; these have no length after them.
_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
_WITHOUT_LENGTH = {0x01, *range(0xD0, 0xD8)}
_SCAN, _END, _START, _FILL = 0xDA, 0xD9, 0xD8, 0xFF
# The next marker behind compressed data, in which FF 00 is a byte FF and FF D0 … FF D7 only count.
_NEXT_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")

_VP8_START = b"\x9d\x01\x2a"
_VP8L_START = 0x2F


def examine_structure(content: bytes) -> Picture:
    """Raises NotAPicture(reason): not-an-image, incomplete-image, too-many-pixels."""
    for begins, read, media_type in _FORMATS:
        if begins(content):
            return _looked_over(content, read, media_type)
    raise NotAPicture(reason=Reason.NOT_AN_IMAGE)


def _looked_over(content: bytes, read: "_Size", media_type: str) -> Picture:
    try:
        width, height = read(content)
    except IndexError:
        raise NotAPicture(reason=Reason.INCOMPLETE) from None
    if not width or not height:
        raise NotAPicture(reason=Reason.NOT_AN_IMAGE)
    if width * height > PHOTO_PIXELS_MAX:
        raise NotAPicture(reason=Reason.TOO_MANY_PIXELS)
    return Picture(media_type, width, height)


def _jpeg(content: bytes) -> tuple[int, int]:
    """Marker by marker to the end of the image; whatever cameras put behind that is let be."""
    size, at = (0, 0), 2
    for _ in range(PARTS_MAX):
        if content[at] != 0xFF:
            raise NotAPicture(reason=Reason.NOT_AN_IMAGE)
        marker = content[at + 1]
        if marker == _END:
            return size
        if marker == _FILL:
            at += 1
            continue
        at += 2
        if marker in _WITHOUT_LENGTH:
            continue
        length = _number(content, at, 2)
        if length < 2 or marker in (0x00, _START):
            raise NotAPicture(reason=Reason.NOT_AN_IMAGE)
        if marker in _FRAMES:
            size = _number(content, at + 5, 2), _number(content, at + 3, 2)
        at += length
        if marker == _SCAN:
            if size == (0, 0):
                raise NotAPicture(reason=Reason.NOT_AN_IMAGE)
            at = _behind_scan(content, at)
    raise NotAPicture(reason=Reason.NOT_AN_IMAGE)


def _behind_scan(content: bytes, at: int) -> int:
    found = _NEXT_MARKER.search(content, at)
    if found is None:
        raise IndexError
    return found.start()


def _png(content: bytes) -> tuple[int, int]:
    """Chunk by chunk to IEND; the first is IHDR, and there is some IDAT."""
    names: list[bytes] = []
    for name, start, length in _chunks(content):
        if not names and (name, length) != (b"IHDR", 13):
            raise NotAPicture(reason=Reason.NOT_AN_IMAGE)
        if name not in names[-1:]:
            names.append(name)
        if name == b"IEND":
            break
        if start + length + 4 > len(content):
            raise IndexError
    if b"IDAT" not in names:
        raise NotAPicture(reason=Reason.INCOMPLETE)
    return _number(content, 16, 4), _number(content, 20, 4)


def _chunks(content: bytes) -> Iterator[tuple[bytes, int, int]]:
    at = len(PNG)
    for _ in range(PARTS_MAX):
        length = _number(content, at, 4)
        content[at + 7]
        yield content[at + 4 : at + 8], at + 8, length
        at += length + 12
    raise NotAPicture(reason=Reason.NOT_AN_IMAGE)


def _webp(content: bytes) -> tuple[int, int]:
    """A RIFF of the length it says, whose first chunk tells the size."""
    if _number(content, 4, 4, little=True) + 8 > len(content):
        raise IndexError
    kind = content[12:16]
    if kind == b"VP8X":
        return 1 + _number(content, 24, 3, little=True), 1 + _number(content, 27, 3, little=True)
    if kind == b"VP8L" and content[20] == _VP8L_START:
        bits = _number(content, 21, 4, little=True)
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if kind == b"VP8 " and content[23:26] == _VP8_START:
        return (
            _number(content, 26, 2, little=True) & 0x3FFF,
            _number(content, 28, 2, little=True) & 0x3FFF,
        )
    raise NotAPicture(reason=Reason.NOT_AN_IMAGE)


def _number(content: bytes, at: int, length: int, *, little: bool = False) -> int:
    content[at + length - 1]  # an IndexError where a slice would only be shorter
    return int.from_bytes(content[at : at + length], "little" if little else "big")


_Size = Callable[[bytes], tuple[int, int]]
_FORMATS: tuple[tuple[Callable[[bytes], bool], _Size, str], ...] = (
    (lambda content: content.startswith(JPEG), _jpeg, "image/jpeg"),
    (lambda content: content.startswith(PNG), _png, "image/png"),
    (lambda content: content[:4] == b"RIFF" and content[8:12] == b"WEBP", _webp, "image/webp"),
)
