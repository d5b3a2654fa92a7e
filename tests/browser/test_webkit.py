"""The third engine, that of iPhones. Automated, WebKitGTK keeps things until it is closed and no longer, and no Blob at
all: what is proven here of photos is that they are kept as bytes."""

import pytest

from tests.browser import webkit
from tests.browser.afternoon import JOTTED, PICTURES
from tests.browser.received import (
    AS_THE_CAMERA_SAID,
    is_lying_made_upright,
    is_silent,
    is_the_board,
    is_there,
)
from tests.browser.webkit import Screen, WebKit


@pytest.fixture
def sari(office, tmp_path):
    if not webkit.installed():
        pytest.skip("WebKitGTK, its driver or Xvfb is not installed")
    with Screen() as display, WebKit(office, tmp_path, display) as browser:
        yield browser


def test_k1_k2_a_visit_in_webkit_without_a_network_stands_on_the_server_to_the_byte(sari, office):
    sari.first_start()
    sari.signs_in()
    sari.is_ready_for_days()
    assert sari.says_of_itself() == {
        "Siap tanpa jaringan": "✓",
        "Penyimpanan dijaga peramban": "✗",  # no navigator.storage in this mode: nobody knows the room either
        "Ruang terpakai": "?",
        "Kamera": "prompt",
        "Lokasi": "prompt",  # and nobody answers: marks without a place
        "Pemampatan": "✓",
        "Usulan wajah": "✗",
    }
    sari.hides()
    office.server.stop()
    sari.reload()
    sari.unlocks()
    sari.begins()
    sari.marks("Tiba|Arrived")
    sari.jots(JOTTED)
    sari.press("Foto|Photo")
    sari.chooses_photo(PICTURES / "lying.jpg", nth=1, blurred=True)
    sari.shoots(nth=2)
    sari.chooses_photo(PICTURES / "board.heic", nth=3)
    sari.press("Selesai|Done")
    sari.marks("Dipanggil|Called")
    sari.looks_around()
    sari.reload()
    sari.unlocks()
    sari.opens_visit()
    sari.marks("Pergi|Left")
    lying, shot, board = (sari.photo(number) for number in (1, 2, 3))
    sari.asks()
    receipt = sari.finishes()
    sari.is_sealed()
    sari.reload()
    sari.unlocks()
    office.server.start()
    sari.sends()
    said = {lying: {**AS_THE_CAMERA_SAID, "blurred": 1}, shot: {}, board: AS_THE_CAMERA_SAID}
    is_there(office, receipt, said, {})
    is_lying_made_upright(lying)
    is_silent(shot)
    is_the_board(board)
