"""The second engine: Sari's phone has Firefox."""

import re

import pytest

from tests.browser import firefox
from tests.browser.afternoon import JOTTED, PICTURES
from tests.browser.firefox import Firefox
from tests.browser.received import (
    AS_THE_CAMERA_SAID,
    HERE,
    is_lying_made_upright,
    is_silent,
    is_the_board,
    is_there,
)

# What browsers of some years ago do not have; none of it is asked for before it is looked for.
AN_OLDER_ONE = """() => {
  delete Navigator.prototype.locks;
  delete Navigator.prototype.storage;
  delete globalThis.CompressionStream;
  delete globalThis.OffscreenCanvas;
}"""
NO_WORKER = {"dom.serviceWorkers.enabled": False}


@pytest.fixture
def sari(office, tmp_path):
    with begun(office, tmp_path) as browser:
        yield browser


@pytest.fixture
def sari_with_an_older_one(office, tmp_path):
    with begun(office, tmp_path, before=[AN_OLDER_ONE], settings=NO_WORKER) as browser:
        yield browser


def begun(office, home, **more):
    if not firefox.installed():
        pytest.skip("Firefox is not installed")
    return Firefox(office, home, **more)


def test_k1_k2_a_visit_in_firefox_without_a_network_stands_on_the_server_to_the_byte(sari, office):
    sari.first_start()
    sari.signs_in()
    sari.is_ready_for_days()
    said = sari.says_of_itself()
    assert re.fullmatch(r"[\d,]+ [KM]B / [\d,]+ GB", said.pop("Ruang terpakai"))
    assert said == {
        "Siap tanpa jaringan": "✓",
        "Penyimpanan dijaga peramban": "✗",  # it asks the person, and nobody answers here
        "Kamera": "granted",
        "Lokasi": "granted",
        "Pemampatan": "✓",
        "Usulan wajah": "✗",
    }
    sari.hides()
    office.server.stop()
    sari.reload()
    sari.unlocks()
    sari.begins()
    sari.marks("Tiba|Arrived", with_place=True)
    sari.jots(JOTTED)
    sari.press("Foto|Photo")
    sari.leaves_the_gallery()
    sari.chooses_photo(PICTURES / "lying.jpg", nth=1, blurred=True)
    sari.shoots(nth=2)
    sari.chooses_photo(PICTURES / "board.heic", nth=3)
    sari.press("Selesai|Done")
    sari.marks("Dipanggil|Called")
    sari.looks_around()
    sari.kill()
    sari.unlocks()
    sari.opens_visit()
    sari.marks("Pergi|Left", with_place=True)
    lying, shot, board = (sari.photo(number) for number in (1, 2, 3))
    sari.asks()
    receipt = sari.finishes()
    sari.is_sealed()
    sari.reopen()
    sari.unlocks()
    office.server.start()
    sari.sends()
    said = {lying: {**AS_THE_CAMERA_SAID, "blurred": 1}, shot: {}, board: AS_THE_CAMERA_SAID}
    is_there(office, receipt, said, {"arrived": HERE, "left": HERE})
    is_lying_made_upright(lying)
    is_silent(shot)
    is_the_board(board)
    assert sari.told() == []


def test_an_older_browser_records_and_sends_and_says_what_it_cannot_do(sari_with_an_older_one, office):
    sari = sari_with_an_older_one
    sari.first_start()
    sari.signs_in()
    assert sari.says_of_itself() == {
        "Siap tanpa jaringan": "✗",
        "Penyimpanan dijaga peramban": "✗",
        "Ruang terpakai": "?",
        "Kamera": "granted",
        "Lokasi": "granted",
        "Pemampatan": "✗",
        "Usulan wajah": "✗",
    }
    sari.begins()
    for mark in ("Tiba|Arrived", "Dipanggil|Called", "Pergi|Left"):
        sari.marks(mark, with_place="Dipanggil" not in mark)
    sari.jots(JOTTED)
    sari.press("Foto|Photo")
    sari.choose(PICTURES / "lying.jpg")
    sari.reads("Peramban ini terlalu lama untuk foto; jawaban tetap tersimpan.", "dialog")
    sari.press("Selesai|Done")
    sari.looks_around()
    sari.press("Kembali|Back")
    sari.asks()
    receipt = sari.finishes()
    sari.press("Ke daftar kunjungan|To the visits")
    sari.sends()
    is_there(office, receipt, {}, {"arrived": HERE, "left": HERE})
    assert sari.told() == []
