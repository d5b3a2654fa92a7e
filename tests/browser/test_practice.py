"""A visit to learn with: all of it happens on the phone, and none of it anywhere else."""

import gzip
import json
import re

SECRET = "rahasia latihan 7391"


def test_not_a_byte_of_a_practice_visit_goes_on_the_line(phone, office):
    phone.comes_in()
    phone.syncs()
    asked_before, bodies = len(phone.line.asked), []
    phone.page.context.on("request", lambda request: bodies.append(request.post_data_buffer or b""))
    begins_to_practise(phone)
    phone.syncs()
    goes_on_to_the_end(phone)
    assert "Latihan selesai. Tidak dikirim." in phone.row("Loket Latihan")
    phone.syncs()
    assert "Semua sudah diterima" in phone.page.locator("button.line").inner_text()
    asked = [line.partition("?")[0] for line in phone.line.asked[asked_before:]]
    assert {line for line in asked if "/api/" in line} == {"POST /api/v1/sync"}
    said = [json.loads(gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body) for body in bodies if body]
    assert said != []
    for one in said:
        assert set(one) <= {"protocol", "device", "client", "cursor", "pending"}
        assert one.get("pending", {}) == {}
    assert list(office.budi.every("visits")) == []
    holding = [path for path in (office.folder / "server").rglob("*") if path.is_file() and holds(path)]
    assert holding == []


def holds(path):
    return SECRET.encode() in path.read_bytes()


def begins_to_practise(phone):
    """And back to the list in the midst of it."""
    phone.press("Latihan")
    phone.page.get_by_text("LATIHAN: tidak pernah dikirim").wait_for()
    phone.begins()
    phone.marks("Tiba", with_place=True)
    phone.jots("Catatan singkat", "Catatan singkat", SECRET, shown=SECRET)
    with phone.camera() as camera:
        camera.shoot()
    phone.back()


def goes_on_to_the_end(phone):
    phone.visit("Loket Latihan")
    phone.opens_checklist()
    phone.at("L1.1").chooses("jelas").shows(1)
    phone.at("L1.2").says("Ya")
    phone.at("L1.3").says("4")
    phone.at("L1.4").types("2", "3")
    phone.at("L2.1").types("10")
    assert phone.at("L2.3").place.count() == 0
    phone.at("L2.2").says("Ya")
    phone.at("L2.3").types("3", "2")
    phone.at("L2.4").says("Tidak dijawab")
    phone.at("L3.1").takes("Tidak diminta uang")
    phone.at("L3.2").says("Ya").notes(SECRET)
    phone.button("Lengkap ✓").wait_for()
    phone.opens_end()
    phone.page.get_by_text("Daftar sudah lengkap.").wait_for()
    phone.page.get_by_label(re.compile("^Cerita bebas")).fill(SECRET)
    phone.finishes()
    said = phone.page.get_by_role("main").inner_text()
    assert "Ini latihan: tidak ada yang dikirim, dan tidak ada yang akan dikirim." in said
    phone.leaves_receipt()
