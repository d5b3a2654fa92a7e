"""Sari, her phone, and a scripted server."""

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from io import BytesIO
from pathlib import Path
from random import Random

import pytest
from PIL import Image

from fieldsync import Engine, Event, sign_in
from fieldsync.wire import uuid7
from tests.fieldsync.scripted import ScriptedServer, a_checklist, a_visit

WITA = timezone(timedelta(hours=8))


class Clock:
    """Shows what it is told."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 3, 4, 9, 12, tzinfo=WITA)

    def __call__(self) -> datetime:
        return self.moment

    def advance(self, **how: float) -> None:
        self.moment += timedelta(**how)


class Sari:
    """Sari and her phone; waits are written down instead of waited."""

    def __init__(self, server: ScriptedServer, home: Path) -> None:
        self.server, self.home = server, home
        self.clock = Clock()
        self.waits: list[float] = []
        self.events: list[Event] = []
        self.phone = self.opens(sign_in(home, server.address, "sari", server.passwords["sari"]))

    def opens(self, engine: Engine) -> Engine:
        engine.clock, engine.rng, engine.sleep = self.clock, Random(7), self.waits.append
        engine.progress = self.events.append
        return engine

    @property
    def outbox(self):
        from fieldsync.store import Outbox

        return Outbox(self.phone.store)

    def visits(self, visit: str, photos: int = 1) -> str:
        """Starts, answers everything and photographs; returns the visit, ready to finish."""
        self.phone.start(visit)
        self.phone.answer(visit, "A1", True)
        for number in range(photos):
            self.phone.add_photo(visit, picture(number), item="A1")
        self.phone.answer(visit, "A2", "tidak")
        self.phone.answer(visit, "A3", True)
        self.phone.answer(visit, "A4", 5)
        self.phone.answer(visit, "A5", 20)
        return visit

    def tells(self, visit: str, photos: int = 1):
        """Visits and finishes; returns the receipt."""
        return self.phone.finish(self.visits(visit, photos))


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    server = ScriptedServer()
    yield server
    server.close()


@pytest.fixture
def checklist(server: ScriptedServer) -> str:
    return server.publish(a_checklist())


@pytest.fixture
def sari(server: ScriptedServer, tmp_path: Path) -> Iterator[Sari]:
    sari = Sari(server, tmp_path / "home")
    yield sari
    sari.phone.close()


@pytest.fixture
def visit(server: ScriptedServer, checklist: str, sari: Sari) -> str:
    """A visit ordered, and fetched by Sari's phone."""
    visit = uuid7()
    server.put(visit, **a_visit(checklist))
    assert sari.phone.pull().done
    return visit


def picture(seed: int = 0, size: tuple[int, int] = (320, 240)) -> bytes:
    """A JPEG that does not compress away."""
    noise = Random(seed).randbytes(size[0] * size[1] * 3)
    out = BytesIO()
    Image.frombytes("RGB", size, noise).save(out, "JPEG", quality=80)
    return out.getvalue()
