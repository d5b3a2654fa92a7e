"""One inspector with a phone of her own: signs in, pulls, goes out of reach, records, comes back, syncs, corrects."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

from fieldsync import Engine, Picture, Problem, Store, Transport, sign_in
from fieldsync.demo.conduct import act
from fieldsync.demo.network import Relay
from fieldsync.demo.pictures import photograph
from fieldsync.demo.plan import PASSWORD

VISITS_PER_TOUR = 7
PATIENCE_SECONDS = 180.0
DEMO_HURRY = 40  # the demo waits a fortieth of what a phone in the field would,
DEMO_WAIT_SECONDS_MAX = 1.0  # and never longer than this

Advance = Callable[[], None]


class Inspector:
    """Her phone's store lies in `home`; a story that was interrupted finds it there and goes on with it."""

    def __init__(self, name: str, home: Path, relay: Relay, seed: int, device: str) -> None:
        self.name, self.home, self.relay, self.seed, self.device = name, home, relay, seed, device
        self.sent_photos = 0
        self._phone: Engine | None = None

    @property
    def phone(self) -> Engine:
        if self._phone is None:
            self._phone = self._opened() or self._signed_in()
            self._phone.rng = Random(f"{self.seed}/waits/{self.name}")
            self._phone.sleep = lambda seconds: time.sleep(min(seconds / DEMO_HURRY, DEMO_WAIT_SECONDS_MAX))
        return self._phone

    def _opened(self) -> Engine | None:
        current = self.home / "current"
        if not current.exists():
            return None
        store = Store(self.home / current.read_text("utf-8"))
        return Engine(store, Transport(self.address, token=store.identity().token))

    def _signed_in(self) -> Engine:
        self.home.mkdir(parents=True, exist_ok=True)
        self.relay.online = True
        until = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                return sign_in(
                    self.home,
                    self.address,
                    self.name,
                    PASSWORD,
                    device_name=f"HP {self.name}",
                    device=self.device,
                )
            except Problem as problem:
                if not problem.waiting_helps or time.monotonic() > until:
                    raise
                time.sleep(0.2)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.relay.port}"

    def visit_and_sync(self, advance: Advance) -> None:
        """All her orders, a few a tour: offline while she visits, online when she is back."""
        self._sync()
        todo = [listed.visit for listed in self.phone.visits() if listed.visit.state == "assigned"]
        open_orders = [visit for visit in todo if not self.phone.store.told(visit.id, visit.attempt)]
        open_orders.sort(key=lambda visit: (visit.raw["window"]["opens"], visit.id))
        for start in range(0, len(open_orders), VISITS_PER_TOUR):
            self.relay.online = False
            for visit in open_orders[start : start + VISITS_PER_TOUR]:
                self._record(visit.id, dict(visit.raw))
                advance()
            self._sync()

    def _record(self, visit: str, order: dict[str, Any]) -> None:
        acted = act({**order, "id": visit}, self.phone.instrument(order["checklist"]), self.seed)
        pictures = []
        for number, picture in enumerate(acted.pictures):
            content = photograph(picture.subject, order["unit"]["name"], f"{visit}/{number}")
            kept = Picture(content, taken_at=acted.started)
            for code in picture.items:
                acted.answers[code]["photos"] = [kept.id]
            pictures.append(kept)
        for answer in acted.answers.values():
            answer["observed_at"] = answer["recorded_at"] = acted.finished.isoformat()
        fields = {
            "started_at": acted.started.isoformat(),
            "finished_at": acted.finished.isoformat(),
            "marks": acted.marks,
            "place": acted.place,
            "context": acted.context,
            "answers": acted.answers,
            "narrative": acted.narrative,
            "statement": {"signed": True, "at": acted.finished.isoformat()},
        }
        self.phone.record(visit, fields, pictures)

    def correct_and_sync(self, advance: Advance) -> None:
        """Her next sync brings what was returned; she corrects just that, and sends it."""
        self._sync()
        self.relay.online = False
        for listed in self.phone.visits():
            returned = listed.visit.returned
            told = self.phone.store.told(listed.visit.id, listed.visit.attempt)
            if listed.visit.state == "returned" and returned and not told:
                self._correct(listed.visit.id, listed.visit.raw["unit"]["name"], returned["points"])
        self._sync()
        advance()

    def _correct(self, visit: str, place: str, points: list[dict[str, Any]]) -> None:
        """Photos are taken again; what has to be written is written."""
        self.phone.start(visit)
        for number, point in enumerate(points):
            item = point["item"]
            if point["reason"] in ("missing_photo", "unreadable_photo", "unknown_photo"):
                content = photograph(f"{item} (foto ulang)", place, f"{visit}/again/{number}")
                photo = self.phone.add_photo(visit, content, as_is=True)
                self.phone.answer(visit, item, photos=[photo.id])
            elif point["reason"] == "missing_answer":
                self.phone.answer(visit, item, na=True)
            else:
                self.phone.answer(visit, item, note="Dilengkapi setelah dikembalikan koordinator.")
        self.phone.describe(visit, signed=True)
        self.phone.finish(visit)

    def _sync(self) -> None:
        """Until nothing is pending, however often the line is cut or the server is away."""
        self.relay.online = True
        until = time.monotonic() + PATIENCE_SECONDS
        while True:
            report = self.phone.sync()
            self.sent_photos += report.photos
            if report.done:
                return
            if time.monotonic() > until:
                raise report.problem or RuntimeError(f"{self.name}: {report.remains}")
            time.sleep(0.1)
