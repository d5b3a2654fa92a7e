"""Photos on Sari's phone: taken, looked at, made unrecognizable where she says so, and only then kept."""

import base64
import re
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import pytest
from PIL import Image

from tests.browser import chromium
from tests.browser.judging import axe

PICTURES = Path(__file__).parent / "pictures"
FACE = (0.6, 0.36, 0.88, 0.65)  # left, top, right, bottom, in shares of pictures/lying.jpg as it is seen
EYES = (0.68, 0.46, 0.82, 0.52)
BOARD = (0.12, 0.24, 0.4, 0.56)
NONSENSE = {"name": "IMG_0.JPG", "mimeType": "image/jpeg", "buffer": b"\xff\xd8 and so on" * 100}
SEE_WHAT_IS_SHOWN = """() => {
  const real = URL.createObjectURL;
  window.shown = [];
  URL.createObjectURL = (blob) => { window.shown.push(blob); return real(blob); };
}"""
BYTES_SHOWN = """async () => {
  const bytes = new Uint8Array(await window.shown.at(-1).arrayBuffer());
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}"""


@pytest.fixture
def visiting(phone):
    """Sari's phone, with her first visit begun."""
    return begun(phone)


def begun(phone):
    phone.open()
    phone.first_start()
    phone.sign_in()
    phone.page.get_by_role("button", name=re.compile("SAM-000")).click()
    phone.press("Mulai kunjungan|Start the visit|Begin the visit")
    phone.page.get_by_role("button", name="Foto", exact=True).wait_for()
    return phone


def camera(phone):
    """What lies over the screen while photos are taken."""
    phone.page.get_by_role("button", name="Foto", exact=True).click()
    return phone.page.get_by_role("dialog", name="Ambil gambar")


def choose(phone, dialog, *files):
    with phone.page.expect_file_chooser() as asked:
        dialog.get_by_role("button", name="Galeri").click()
    asked.value.set_files(list(files))


def keep(dialog, count):
    dialog.get_by_role("button", name="Simpan").click()
    dialog.get_by_text(f"✓ {count} foto tersimpan").wait_for()


def photo(phone, number=1):
    """The screen of a photo, from the visit's."""
    phone.page.evaluate(SEE_WHAT_IS_SHOWN)
    phone.page.get_by_role("button", name=re.compile(f"^Foto {number},")).click()
    phone.page.locator("main img").wait_for()


def bytes_shown(phone):
    return base64.b64decode(phone.page.evaluate(BYTES_SHOWN))


def sharpest(image, box):
    """The largest step from one pixel to the next within the box, 0 to 255."""
    wide, high = image.size
    part = image.convert("L").crop(
        (int(box[0] * wide), int(box[1] * high), int(box[2] * wide), int(box[3] * high))
    )
    lines = [list(part.crop((0, y, part.width, y + 1)).tobytes()) for y in range(part.height)]
    across = max(abs(a - b) for line in lines for a, b in pairwise(line))
    down = max(abs(a - b) for upper, lower in pairwise(lines) for a, b in zip(upper, lower, strict=True))
    return max(across, down)


def drag_a_box(phone, dialog, box):
    seen = dialog.locator("canvas").bounding_box()
    corners = [(seen["x"] + x * seen["width"], seen["y"] + y * seen["height"]) for x, y in (box[:2], box[2:])]
    phone.page.mouse.move(*corners[0])
    phone.page.mouse.down()
    phone.page.mouse.move(*corners[1], steps=4)
    phone.page.mouse.up()


def test_k1_a_photo_is_kept_when_sari_says_so_and_outlives_the_battery(visiting):
    dialog = camera(visiting)
    dialog.get_by_role("button", name="Ambil").click()
    dialog.get_by_role("button", name="Ulangi").click()
    dialog.get_by_text("Belum ada foto baru").wait_for()
    for count in (1, 2):
        dialog.get_by_role("button", name="Ambil").click()
        keep(dialog, count)
    visiting.kill()
    visiting.unlock()
    visiting.page.get_by_role("button", name=re.compile("SAM-000")).click()
    visiting.page.get_by_role("heading", name="2 foto").wait_for()
    photo(visiting)
    assert Image.open(BytesIO(bytes_shown(visiting))).format == "JPEG"
    assert visiting.told == []


def test_a_photo_from_the_gallery_becomes_small_upright_and_silent_and_the_face_is_gone(visiting):
    dialog = camera(visiting)
    choose(visiting, dialog, PICTURES / "lying.jpg")
    dialog.get_by_role("button", name="Simpan").wait_for()
    drag_a_box(visiting, dialog, FACE)
    visiting.picture("camera-review")
    keep(dialog, 1)
    dialog.get_by_role("button", name="Selesai").click()
    photo(visiting)
    content = bytes_shown(visiting)
    with Image.open(BytesIO(content)) as image:
        assert (image.format, image.size, dict(image.getexif())) == ("JPEG", (1200, 1600), {})
        assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
        red, wall = image.getpixel((60, 60)), image.getpixel((1100, 60))
        assert red[0] > 200 > 60 > red[1]
        assert min(wall) > 180
        assert sharpest(image, BOARD) > 40
        assert sharpest(image, EYES) < 12
    with Image.open(PICTURES / "lying.jpg") as source:
        assert sharpest(source.transpose(Image.Transpose.ROTATE_270), EYES) > 40
    assert b"Telepon" not in content
    said = visiting.page.get_by_role("main").inner_text()
    assert "Diambil Rab, 4 Mar 2026, 09.40" in said
    assert "Tempatnya ikut dicatat · 1 bagian dikaburkan" in said


def test_a_heic_is_read_in_airplane_mode_too(visiting):
    visiting.settled()
    has_reader = """() => caches.keys().then((names) => Promise.all(names.map((name) => caches.open(name))))
      .then((found) => Promise.all(found.map((cache) => cache.keys())))
      .then((lists) => lists.flat().some(({ url }) => url.endsWith(".wasm")))"""
    visiting.wait_until(lambda: visiting.page.evaluate(has_reader), "the reader was not fetched for later")
    with visiting.airplane():
        dialog = camera(visiting)
        choose(visiting, dialog, PICTURES / "board.heic")
        keep(dialog, 1)
        dialog.get_by_role("button", name="Selesai").click()
        photo(visiting)
        with Image.open(BytesIO(bytes_shown(visiting))) as image:
            assert (image.format, image.size) == ("JPEG", (640, 480))
            assert image.getpixel((10, 10))[0] > 200
        assert "Diambil Rab, 4 Mar 2026, 09.40" in visiting.page.get_by_role("main").inner_text()


def test_what_is_no_picture_is_said_and_the_next_one_comes(visiting):
    larger = BytesIO()
    Image.new("L", (12_000, 9_000)).save(larger, "JPEG")
    dialog = camera(visiting)
    huge = NONSENSE | {"buffer": larger.getvalue()}
    choose(visiting, dialog, NONSENSE)
    dialog.get_by_role("alert").filter(has_text="bukan gambar yang dapat dibaca").wait_for()
    choose(visiting, dialog, huge)
    dialog.get_by_role("alert").filter(has_text="12000 × 9000").wait_for()
    choose(visiting, dialog, PICTURES / "lying.jpg", PICTURES / "board.heic")
    dialog.get_by_text("Gambar 1 dari 2").wait_for()
    dialog.get_by_role("button", name="Lewati").click()
    dialog.get_by_text("Gambar 2 dari 2").wait_for()
    keep(dialog, 1)


def test_without_a_camera_the_gallery_is_left(visiting):
    denied = "() => Promise.reject(new DOMException('', 'NotAllowedError'))"
    visiting.page.evaluate(f"() => {{ navigator.mediaDevices.getUserMedia = {denied}; }}")
    dialog = camera(visiting)
    dialog.get_by_role("alert").filter(has_text="Kamera tidak diizinkan").wait_for()
    choose(visiting, dialog, PICTURES / "lying.jpg")
    keep(dialog, 1)


def test_a_full_phone_takes_no_photos_and_still_takes_marks(phones):
    phone = begun(phones(flags=[chromium.TELLS_ITS_LIMIT]))
    used = phone.page.evaluate("navigator.storage.estimate().then(({ usage }) => usage)")
    phone.limit_storage(int(used / 0.96))
    dialog = camera(phone)
    dialog.get_by_role("alert").filter(has_text="foto berhenti dulu, jawaban tetap tersimpan").wait_for()
    assert dialog.get_by_role("button", name="Ambil", exact=True).count() == 0
    assert dialog.get_by_role("button", name="Galeri").is_disabled()
    dialog.get_by_role("button", name="Selesai").click()
    phone.page.get_by_role("button", name=re.compile("^Tiba")).click()
    phone.page.get_by_text(re.compile("Tersimpan")).first.wait_for()


def test_hiding_lets_the_camera_go(visiting):
    dialog = camera(visiting)
    dialog.get_by_role("button", name="Ambil").click()
    dialog.get_by_role("button", name="Simpan").wait_for()
    visiting.page.evaluate("() => { window.tracks = document.querySelector('video').srcObject.getTracks(); }")
    dialog.get_by_role("button", name="Sembunyikan").click()
    visiting.page.get_by_role("button", name="Catatan baru").wait_for()
    assert visiting.page.evaluate("window.tracks.map((track) => track.readyState)") == ["ended"]
    assert visiting.page.locator("dialog, video, canvas").count() == 0


def test_k1_what_she_said_to_keep_is_kept_when_she_hides_it_at_once(visiting):
    dialog = camera(visiting)
    choose(visiting, dialog, PICTURES / "lying.jpg")
    dialog.get_by_role("button", name="Simpan").wait_for()
    visiting.page.evaluate("""() => {
      document.querySelector("dialog .keep").click();
      document.querySelector("dialog header button").click();
    }""")
    visiting.press("Kunci|Lock")
    visiting.unlock()
    visiting.page.get_by_role("heading", name="1 foto").wait_for()


def test_boxes_are_drawn_without_a_finger_and_one_photo_is_evidence_for_many_items(visiting):
    dialog = camera(visiting)
    dialog.locator("video").wait_for()
    visiting.picture("camera")
    assert axe(visiting.page) == []
    choose(visiting, dialog, PICTURES / "lying.jpg")
    dialog.get_by_role("button", name="Tambah kotak").click()
    box = dialog.get_by_role("button", name="Kotak 1 dari 1")
    before = box.bounding_box()
    for key in ("ArrowRight", "ArrowRight", "Shift+ArrowDown"):
        box.press(key)
    after = box.bounding_box()
    assert (after["x"] > before["x"], after["height"] > before["height"]) == (True, True)
    assert axe(visiting.page) == []
    keep(dialog, 1)
    dialog.get_by_role("button", name="Selesai").click()
    photo(visiting)
    visiting.picture("photo")
    visiting.page.get_by_label("Cari butir").fill("p1.")
    for code in ("P1.1", "P1.2"):
        visiting.page.get_by_role("checkbox", name=code).check()
    visiting.page.get_by_text("2 butir dipilih").wait_for()
    visiting.page.get_by_label("Cari butir").fill("")
    assert axe(visiting.page) == []
    visiting.press("Ambil lagi|Take again")
    dialog = visiting.page.get_by_role("dialog")
    dialog.get_by_role("button", name="Ambil").click()
    dialog.get_by_role("button", name="Simpan").click()
    dialog.wait_for(state="detached")
    visiting.page.get_by_text("2 butir dipilih").wait_for()
    visiting.press("Hapus foto|Remove photo")
    visiting.press("Ya, hapus|Yes, remove")
    visiting.page.get_by_role("button", name="Foto", exact=True).wait_for()
    assert visiting.page.get_by_role("button", name=re.compile("^Foto 1,")).count() == 0
