"""Photographs for the demo: real JPEG files of signboards and counters, drawn; nobody is in them."""

import io
import random

from PIL import Image, ImageDraw, ImageFont

SIZE = (960, 720)
WALLS = ((214, 221, 208), (222, 214, 198), (205, 216, 224), (226, 222, 214))
INK = (32, 42, 54)


def photograph(subject: str, place: str, key: str) -> bytes:
    """A JPEG of `subject` at `place`; the same key gives the same bytes, another key other bytes.

    It carries no EXIF: what a phone knows about time and place travels in the visit, not in the file.
    """
    rng = random.Random(key)
    picture = Image.new("RGB", SIZE, rng.choice(WALLS))
    draw = ImageDraw.Draw(picture)
    _room(draw, rng)
    _board(draw, rng, subject, place)
    _dust(draw, rng)
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=76)
    return out.getvalue()


def _room(draw: ImageDraw.ImageDraw, rng: random.Random) -> None:
    draw.rectangle((0, 560, 960, 720), fill=(150, 140, 126))
    for left in range(-40, 960, 120):
        shade = 120 + rng.randrange(30)
        draw.polygon(
            [(left, 720), (left + 60, 560), (left + 64, 560), (left + 10, 720)], fill=(shade, shade, shade)
        )
    for _ in range(rng.randint(2, 5)):
        left = rng.randrange(60, 820)
        draw.rectangle((left, 520, left + 90, 640), fill=(70, 90, 110 + rng.randrange(60)))


def _board(draw: ImageDraw.ImageDraw, rng: random.Random, subject: str, place: str) -> None:
    left, top = 90 + rng.randrange(60), 60 + rng.randrange(40)
    draw.rectangle((left, top, left + 720, top + 410), fill=(250, 250, 246), outline=INK, width=6)
    draw.text((left + 30, top + 24), subject.upper(), font=ImageFont.load_default(38), fill=(140, 30, 24))
    draw.text((left + 30, top + 82), place, font=ImageFont.load_default(24), fill=INK)
    for number in range(1, 9):
        width = rng.randrange(240, 640)
        y = top + 110 + number * 32
        draw.text((left + 30, y - 4), str(number), font=ImageFont.load_default(20), fill=INK)
        draw.rectangle((left + 60, y, left + 60 + width, y + 12), fill=(120, 128, 136))


def _dust(draw: ImageDraw.ImageDraw, rng: random.Random) -> None:
    for _ in range(400):
        x, y = rng.randrange(SIZE[0]), rng.randrange(SIZE[1])
        shade = rng.randrange(256)
        draw.point((x, y), fill=(shade, shade, shade))
