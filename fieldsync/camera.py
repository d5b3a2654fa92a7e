"""From a picture as the camera made it to the photo as it is kept: upright, small, and silent about itself.

The kept file carries no metadata; what the camera knew (when, where) is handed back as values instead.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from datetime import datetime, tzinfo
from io import BytesIO
from typing import Any

from PIL import ExifTags, Image, ImageOps

from fieldsync.errors import NotAPicture

LONG_SIDE_PIXELS = 1600
JPEG_QUALITY = 78
PIXELS_MAX = 60_000_000  # decoded whole
JPEG_PIXELS_MAX = 170_000_000  # decoded at a fraction of its size
SOURCE_BYTES_MAX = 60 * 1024 * 1024


@dataclass(frozen=True)
class Developed:
    """A photo ready to be kept: `content` JPEG bytes; `taken_at` as the camera said; `place` {"lat", "lon"} in
    degrees, WGS 84."""

    content: bytes
    width: int
    height: int
    taken_at: datetime | None
    place: dict[str, float] | None


def develop(source: bytes, *, zone: tzinfo | None = None) -> Developed:
    """Re-encode a picture: long side at most 1600 pixels, turned upright, no metadata.

    `zone` is the camera's time zone where the picture does not say. Raises NotAPicture(why).
    """
    if len(source) > SOURCE_BYTES_MAX:
        raise NotAPicture(why=f"{len(source) // 1024**2} MiB")
    try:
        # We count pixels ourselves.
        quiet = warnings.catch_warnings(action="ignore", category=Image.DecompressionBombWarning)
        with quiet, Image.open(BytesIO(source)) as picture:
            limit = JPEG_PIXELS_MAX if picture.format in ("JPEG", "MPO") else PIXELS_MAX
            if picture.width * picture.height > limit:
                raise NotAPicture(why=f"{picture.width} x {picture.height}")
            exif = picture.getexif()
            taken_at, place = _taken_at(exif, zone), _place(exif)
            picture.draft("RGB", (LONG_SIDE_PIXELS, LONG_SIDE_PIXELS))  # skips what is not needed
            small = _upright(picture)
    except NotAPicture:
        raise
    except Exception as error:  # decoders fail in many ways, and all of them mean the same here
        raise NotAPicture(why=type(error).__name__) from error
    out = BytesIO()
    small.save(out, "JPEG", quality=JPEG_QUALITY, optimize=True)
    return Developed(out.getvalue(), small.width, small.height, taken_at, place)


def _upright(picture: Image.Image) -> Image.Image:
    picture.thumbnail((LONG_SIDE_PIXELS, LONG_SIDE_PIXELS), Image.Resampling.LANCZOS)
    upright = ImageOps.exif_transpose(picture)
    if upright.mode in ("RGBA", "LA", "PA", "P"):
        upright = upright.convert("RGBA")
        white = Image.new("RGBA", upright.size, "white")
        upright = Image.alpha_composite(white, upright)
    bare = Image.new("RGB", upright.size)
    bare.paste(upright.convert("RGB"))
    return bare


def _taken_at(exif: Image.Exif, zone: tzinfo | None) -> datetime | None:
    details = exif.get_ifd(ExifTags.IFD.Exif)
    said = details.get(ExifTags.Base.DateTimeOriginal) or exif.get(ExifTags.Base.DateTime)
    offset = str(details.get(ExifTags.Base.OffsetTimeOriginal) or "").strip("\0 ")
    try:
        moment = datetime.strptime(str(said).strip("\0 "), "%Y:%m:%d %H:%M:%S").replace(tzinfo=zone)
        return (
            datetime.fromisoformat(f"{moment:%Y-%m-%dT%H:%M:%S}{offset}")
            if offset
            else moment.astimezone(zone)
        )
    except (ValueError, OverflowError):
        return None


def _place(exif: Image.Exif) -> dict[str, float] | None:
    gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
    tags = ExifTags.GPS
    try:
        lat = _degrees(gps[tags.GPSLatitude], gps[tags.GPSLatitudeRef], "S")
        lon = _degrees(gps[tags.GPSLongitude], gps[tags.GPSLongitudeRef], "W")
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        return None
    return {"lat": lat, "lon": lon} if abs(lat) <= 90 and abs(lon) <= 180 else None


def _degrees(parts: Any, half: Any, negative: str) -> float:
    degrees, minutes, seconds = (float(part) for part in parts)
    size = degrees + minutes / 60 + seconds / 3600
    return round(-size if str(half).strip("\0 ").upper() == negative else size, 6)
