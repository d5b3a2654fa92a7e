"""What a visit costs on the line, in bytes and requests counted by the relay between a real phone and a real server."""

import json
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from fieldsync import Engine, sign_in
from fieldsync.store import Store
from fieldsync.transport import Transport
from tests.simulation.handset import picture
from tests.simulation.proxy import Line, Weather
from tests.simulation.stage import PASSWORD, Stage

ANSWERS, PHOTOS, SIDE = 50, 5, 703  # 703 pixels of noise are 300 KB
VISITS = 3  # over which the cuts' chance evens out
WAIT_SECONDS_MAX = 0.1  # by then the server has noticed a cut, and kept what came before it
CUT_EVERY_60_KB = Weather(up_bytes_between_cuts=60_000)


@pytest.fixture(scope="module")
def stage(tmp_path_factory) -> Iterator[Stage]:
    """The server as it is deployed."""
    opened = Stage(tmp_path_factory.mktemp("stage"), "bytes")
    opened.server.words = ("serve",)
    with opened as stage:
        stage.ask_desk(do="prepare", inspectors=["sari"], visits=VISITS + 2)
        yield stage


@pytest.fixture
def line(stage: Stage, request) -> Line:
    return stage.network.line(request.node.name)


@pytest.fixture
def phone(stage: Stage, line: Line, tmp_path: Path) -> Iterator[Engine]:
    """Sari's phone, with her visits and their checklists already on it."""
    sign_in(tmp_path, stage.server.address, "sari", PASSWORD, folder=tmp_path / "store").close()
    opened = of_sari(tmp_path / "store", line)
    assert opened.sync().done
    line.saw.clear()
    line.asked.clear()
    with opened:
        yield opened


def of_sari(folder: Path, line: Line) -> Engine:
    store = Store(folder)
    transport = Transport(line.address, token=store.identity().token)
    return Engine(
        store, transport, rng=Random(7), sleep=lambda seconds: time.sleep(min(seconds, WAIT_SECONDS_MAX))
    )


def made(phone: Engine, seed: str) -> tuple[int, int]:
    """A visit with 50 answers and 5 photos is finished: the bytes of its photos, and of its text."""
    visit = next(each.visit.id for each in phone.visits() if each.visit.state == "assigned" and each.ready)
    phone.start(visit)
    answers = [item for item in phone.items(visit) if item["type"] in ("YN", "YN-", "SC")][:ANSWERS]
    assert len(answers) == ANSWERS
    for number, item in enumerate(answers):
        value = item["options"][0]["code"] if item["type"] == "SC" else True
        phone.answer(visit, item["code"], value, note="Papan tertutup lemari." if number % 10 == 0 else None)
    photos = [picture(Random(f"{seed}/{number}"), SIDE) for number in range(PHOTOS)]
    for content in photos:
        phone.add_photo(visit, content, as_is=True)
    receipt = phone.finish(visit)
    return sum(map(len, photos)), len((phone.store.submission_text(receipt.digest) or "").encode())


def methods(line: Line) -> Counter[str]:
    """How often the whole of such a request reached the server."""
    return Counter(words.split()[0] for words in line.asked)


def test_an_undisturbed_visit_is_one_sync_and_its_pieces_and_half_a_percent_more(phone, line, request):
    photos, text = made(phone, request.node.name)

    assert phone.sync().done

    spoken = line.saw["bytes up"] + line.saw["bytes down"]
    assert methods(line) == {"POST": 1, "PATCH": PHOTOS}
    assert spoken <= 1.005 * (photos + text), (spoken, photos, text)


def test_cut_every_60_kb_visits_cost_a_quarter_more_at_most(phone, line):
    line.weather = CUT_EVERY_60_KB
    payload = 0
    for number in range(VISITS):
        payload += sum(made(phone, f"cut {number}"))
        with of_sari(phone.store.folder, line) as cut_off:
            while not cut_off.sync().done:
                pass

    spoken = line.saw["bytes up"] + line.saw["bytes down"]
    assert line.saw["RST"] + line.saw["FIN"] >= 20 * VISITS, line.saw
    assert spoken <= 1.25 * payload, (spoken / payload, line.saw, methods(line))


def test_a_sync_without_news_is_half_a_kilobyte_each_way(phone, line):
    assert phone.sync().done

    assert line.asked == ["POST /api/v1/sync"]
    assert line.saw["bytes up"] <= 512, line.saw
    assert line.saw["bytes down"] <= 512, line.saw


def test_what_is_counted_is_what_goes_over_the_line(phone, line):
    """The relay's own count against the body that went up: a budget that counts nothing would always be kept."""
    photos, _ = made(phone, "counted")

    assert phone.sync().done

    assert line.saw["bytes up"] > photos
    assert json.dumps(line.asked).count("PATCH") >= PHOTOS
