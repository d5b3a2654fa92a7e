"""Makes the pictures of this folder: a notice board, and a drawn face at a counter. Nobody was photographed.

Run `python make.py` with Pillow and pillow-heif (only here: it brings an encoder, which the product has no need of).
"""

from pathlib import Path
from typing import Any

import pillow_heif
from PIL import ExifTags, Image, ImageDraw, ImageFilter

HERE = Path(__file__).parent
WALL, FLOOR, BOARD, SKIN, HAIR, SHIRT = "#d8d2c4", "#8d7f6a", "#1d4e89", "#c58c5c", "#2a1c12", "#2f7d4f"


def scene(width: int, height: int) -> Image.Image:
    """Upright; the top left eighth is red, so that turning and mirroring show. The face is at 62..86 % by 40..62 %."""
    image = Image.new("RGB", (width, height), WALL)
    draw = ImageDraw.Draw(image)

    def box(left: float, top: float, right: float, bottom: float) -> tuple[int, int, int, int]:
        return (int(left * width), int(top * height), int(right * width), int(bottom * height))

    draw.rectangle(box(0, 0.75, 1, 1), FLOOR)
    draw.rectangle(box(0, 0, 0.125, 0.125), "#ff0000")
    draw.rectangle(box(0.08, 0.2, 0.5, 0.6), BOARD)
    for line in range(6):
        draw.rectangle(box(0.12, 0.25 + line * 0.055, 0.3 + (line % 3) * 0.07, 0.265 + line * 0.055), "white")
    draw.rectangle(box(0.6, 0.6, 0.9, 0.8), SHIRT)
    draw.ellipse(box(0.62, 0.38, 0.86, 0.62), HAIR)
    draw.ellipse(box(0.64, 0.41, 0.84, 0.63), SKIN)
    for eye in (0.69, 0.77):
        draw.ellipse(box(eye, 0.48, eye + 0.03, 0.5), "white")
        draw.ellipse(box(eye + 0.01, 0.482, eye + 0.022, 0.498), "black")
    draw.arc(box(0.69, 0.5, 0.79, 0.58), 20, 160, "#7a2f2f", max(2, width // 200))
    draw.rectangle(box(0.55, 0.74, 1, 0.8), "#5b4630")
    return image.filter(ImageFilter.GaussianBlur(width / 800))


def memory(orientation: int) -> Image.Exif:
    """What a phone notes: Banjarmasin, 4 March 2026, 09.40 there, 12 m."""
    said = Image.Exif()
    said[ExifTags.Base.Make] = "Telepon"
    said[ExifTags.Base.Model] = "Telepon Sari"
    said[ExifTags.Base.Orientation] = orientation
    said.get_ifd(ExifTags.IFD.Exif).update(
        {
            ExifTags.Base.DateTimeOriginal: "2026:03:04 09:40:00",
            ExifTags.Base.OffsetTimeOriginal: "+08:00",
        }
    )
    gps: dict[int, Any] = said.get_ifd(ExifTags.IFD.GPSInfo)
    gps.update(
        {
            ExifTags.GPS.GPSLatitudeRef: "S",
            ExifTags.GPS.GPSLatitude: (3.0, 19.0, 8.4),
            ExifTags.GPS.GPSLongitudeRef: "E",
            ExifTags.GPS.GPSLongitude: (114.0, 35.0, 27.6),
            ExifTags.GPS.GPSHPositioningError: 12.0,
        }
    )
    return said


def main() -> None:
    """A JPEG lying on its side, as phones store what was taken upright, and a HEIC."""
    lying = scene(1500, 2000).transpose(Image.Transpose.ROTATE_90)
    lying.save(HERE / "lying.jpg", quality=70, optimize=True, exif=memory(6), comment=b"Telepon Sari 12345")
    heif = pillow_heif.from_pillow(scene(640, 480))
    heif.save(HERE / "board.heic", quality=55, exif=memory(1).tobytes())


if __name__ == "__main__":
    main()
