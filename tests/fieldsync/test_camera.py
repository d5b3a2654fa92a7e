"""Sari's photos become small, upright and silent; what the camera knew is handed over as values."""

from datetime import datetime, timedelta
from io import BytesIO

import pytest
from PIL import ExifTags, Image

from fieldsync import errors
from fieldsync.camera import develop
from tests.fieldsync.conftest import WITA, picture


def photographed(size=(4000, 3000), *, exif=True, kind="JPEG", mode="RGB", turned=6) -> bytes:
    """A photo as a phone makes it: the top left quarter red, lying on its side, and full of metadata."""
    image = Image.new(mode, size, "white")
    image.paste("red", (0, 0, size[0] // 2, size[1] // 2))
    out = BytesIO()
    said = Image.Exif()
    if exif:
        said[ExifTags.Base.Orientation] = turned
        said[ExifTags.Base.Model] = "Telepon Sari"
        said.get_ifd(ExifTags.IFD.Exif).update(
            {
                ExifTags.Base.DateTimeOriginal: "2026:03:04 09:40:00",
                ExifTags.Base.OffsetTimeOriginal: "+08:00",
            }
        )
        said.get_ifd(ExifTags.IFD.GPSInfo).update(
            {
                ExifTags.GPS.GPSLatitudeRef: "S",
                ExifTags.GPS.GPSLatitude: (3.0, 48.0, 36.0),
                ExifTags.GPS.GPSLongitudeRef: "E",
                ExifTags.GPS.GPSLongitude: (114.0, 45.0, 36.0),
            }
        )
    image.save(out, kind, exif=said)
    return out.getvalue()


def test_a_photo_becomes_small_upright_and_silent():
    made = develop(photographed(), zone=WITA)
    with Image.open(BytesIO(made.content)) as image:
        assert (image.format, image.mode, image.size) == ("JPEG", "RGB", (1200, 1600))
        assert dict(image.getexif()) == {}
        assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
        red, white = image.getpixel((1100, 100)), image.getpixel((100, 100))
    assert red[0] > 200 > 60 > red[1]
    assert min(white) > 200
    assert len(made.content) < 350 * 1024
    assert made.taken_at == datetime(2026, 3, 4, 9, 40, tzinfo=WITA)
    assert made.place == {"lat": -3.81, "lon": 114.76}


def test_a_photo_without_memory_is_taken_now(sari, visit):
    sari.phone.start(visit)
    sari.phone.add_photo(visit, photographed(exif=False, size=(800, 600)))
    (told,) = sari.phone.draft(visit).fields["photos"]
    assert told["taken_at"] == "2026-03-04T09:12:00+08:00"
    assert "place" not in told


def test_when_and_where_a_photo_was_taken_goes_into_the_document(sari, visit, tmp_path):
    file = tmp_path / "IMG_0001.JPG"
    file.write_bytes(photographed(size=(800, 600)))
    sari.phone.start(visit)
    photo = sari.phone.add_photo(visit, file, item="A1")
    (told,) = sari.phone.draft(visit).fields["photos"]
    assert told == {
        "id": photo.id,
        "sha256": photo.sha256,
        "size": photo.size,
        "type": "image/jpeg",
        "taken_at": "2026-03-04T09:40:00+08:00",
        "place": {"lat": -3.81, "lon": 114.76},
    }


@pytest.mark.parametrize(
    ("kind", "mode"), [("PNG", "RGBA"), ("PNG", "P"), ("PNG", "L"), ("WEBP", "RGB"), ("JPEG", "CMYK")]
)
def test_pictures_of_other_kinds_become_jpegs(kind, mode):
    image = Image.new("RGB", (300, 200), "green").convert(mode)
    out = BytesIO()
    image.save(out, kind)
    made = develop(out.getvalue())
    assert made.content.startswith(b"\xff\xd8\xff")
    assert (made.width, made.height) == (300, 200)


def test_a_small_picture_is_not_blown_up():
    made = develop(picture(1, (320, 240)))
    assert (made.width, made.height) == (320, 240)


@pytest.mark.parametrize("source", [b"", b"not a picture", picture()[:500], b"\xff\xd8\xff" + b"\0" * 100])
def test_what_is_no_picture_is_said_so(source):
    with pytest.raises(errors.NotAPicture):
        develop(source)


def test_a_picture_that_would_fill_the_memory_is_not_opened():
    out = BytesIO()
    Image.new("1", (12_000, 12_000)).save(out, "PNG")
    with pytest.raises(errors.NotAPicture):
        develop(out.getvalue())


def test_a_photo_of_a_hundred_megapixels_is_taken(monkeypatch):
    # As Pillow has it; the server, which may have been imported by other tests, is stricter.
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 89_478_485)
    out = BytesIO()
    Image.new("L", (12_000, 9_000), 200).save(out, "JPEG")
    made = develop(out.getvalue())
    assert (made.width, made.height) == (1600, 1200)


def test_nonsense_in_the_metadata_is_no_reason_to_lose_a_photo():
    image = Image.new("RGB", (100, 80), "blue")
    said = Image.Exif()
    said.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = "0000:00:00 25:61:61"
    said.get_ifd(ExifTags.IFD.GPSInfo).update(
        {1: "S", 2: (float("inf"), 0.0, 0.0), 3: "E", 4: (999.0, 0.0, 0.0)}
    )
    out = BytesIO()
    image.save(out, "JPEG", exif=said)
    made = develop(out.getvalue(), zone=WITA)
    assert (made.taken_at, made.place) == (None, None)


def test_a_camera_without_a_zone_is_believed_to_be_where_sari_is():
    image, out, said = Image.new("RGB", (100, 80)), BytesIO(), Image.Exif()
    said[ExifTags.Base.DateTime] = "2026:03:04 09:40:00"
    image.save(out, "JPEG", exif=said)
    taken_at = develop(out.getvalue(), zone=WITA).taken_at
    assert taken_at is not None
    assert taken_at.utcoffset() == timedelta(hours=8)


def test_a_file_that_is_not_there_is_said_so(sari, visit, tmp_path):
    sari.phone.start(visit)
    with pytest.raises(errors.FileUnreadable):
        sari.phone.add_photo(visit, tmp_path / "nowhere.jpg")
    with pytest.raises(errors.FileUnreadable):
        sari.phone.add_photo(visit, tmp_path)


def test_a_ready_photo_is_kept_as_it_is(sari, visit):
    sari.phone.start(visit)
    source = photographed(size=(640, 480))
    photo = sari.phone.add_photo(visit, source, as_is=True)
    assert sari.phone.store.photo_content(photo) == source
