"""What the people at desks do in the story, each through the API."""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from fieldsync.demo import plan
from fieldsync.demo.desk import Desk, Refused

Progress = Callable[[str, int, int], None]

BRIEFING = "Tanyakan syarat, biaya, dan waktu seperti pengunjung biasa. Jangan mencatat nama petugas."
RETURN_SHARE = 0.06
TROUBLING = {"missing_photo", "missing_answer", "missing_note", "bad_value", "unknown_photo"}


@dataclass
class Office:
    """The signed-in desks, and the ids of what they made."""

    server: str
    seed: int
    administrator: tuple[str, str]
    progress: Progress
    unjudged: frozenset[str] = frozenset()  # codes of regions
    desks: dict[str, Desk] = field(default_factory=dict)
    refusals: list[dict[str, Any]] = field(default_factory=list)

    def id(self, *words: str) -> str:
        return str(plan.named(self.seed, *words))

    @property
    def programme(self) -> str:
        return self.id("programme")

    def sign_in(self, username: str, password: str = plan.PASSWORD) -> Desk:
        desk = Desk(self.server)
        desk.sign_in(username, password, UUID(self.id("device", username)))
        self.desks[username] = desk
        return desk

    def found(self) -> None:
        """The administrator founds the programme; the manager brings its tables."""
        name, password = self.administrator
        root = self.sign_in(name, password)
        programme = {
            "id": self.programme,
            "code": plan.PROGRAMME,
            "name": plan.PROGRAMME_NAME,
            "operator": "ombudsman",
        }
        root.post("programmes", programme)
        for number, person in enumerate(plan.CAST, 1):
            self._employ(root, person)
            self.progress("people", number, len(plan.CAST))
        for person in plan.CAST:
            if person.role != "inspector":
                self.sign_in(person.username)
        for number, kind in enumerate(plan.TABLES, 1):
            report = self.desks["mira"].upload(
                "imports", plan.table(kind), f"{kind}.csv", kind=kind, programme=self.programme
            )
            if report.get("errors"):
                raise RuntimeError(f"{kind}.csv: {report['errors'][:3]}")
            self.progress("tables", number, len(plan.TABLES))

    def _employ(self, root: Desk, person: plan.Person) -> None:
        who = {
            "id": self.id("person", person.username),
            "username": person.username,
            "name": person.name,
            "email": "",
            "language": "id",
            "password": plan.PASSWORD,
        }
        root.post("people", who)
        member = {"user": who["id"], "role": person.role, "regions": list(person.regions)}
        root.post(f"programmes/{self.programme}/members", member)

    def order(self, orders: list[plan.Order]) -> None:
        """The coordinators order the visits, each in her own regions; once, on purpose, against the rules."""
        units = {row["code"]: row for row in self.desks["mira"].every("units", programme=self.programme)}
        products = {
            row["code"]: row for row in self.desks["mira"].every("products", programme=self.programme)
        }
        for number, order in enumerate(orders, 1):
            body = self._as_body(order, units[order.unit]["id"], products[order.product]["id"])
            self.coordinator(order.region).post("assignments", body)
            self.progress("orders", number, len(orders))
        again = orders[0]
        body = self._as_body(again, units[again.unit]["id"], products[again.product]["id"])
        opens, closes = again.closes, again.closes + (again.closes - again.opens)
        window = {"opens": opens.isoformat(), "closes": closes.isoformat()}
        try:
            self.coordinator(again.region).post(
                "assignments", {**body, "id": self.id("too soon"), "window": window}
            )
        except Refused as refused:
            self.refusals.append(refused.problem)

    def _as_body(self, order: plan.Order, unit: str, product: str) -> dict[str, Any]:
        return {
            "id": str(order.id),
            "programme": self.programme,
            "unit": unit,
            "product": product,
            "scenario": order.scenario,
            "briefing": BRIEFING,
            "inspector": self.id("person", order.inspector),
            "window": {"opens": order.opens.isoformat(), "closes": order.closes.isoformat()},
        }

    def coordinator(self, region: str) -> Desk:
        return self.desks["budi" if region in plan.SOUTH else "wati"]

    def judge(self) -> Counter[str]:
        """Both coordinators empty their inboxes, but for the regions that are left."""
        verdicts: Counter[str] = Counter()
        for name in ("budi", "wati"):
            desk = self.desks[name]
            asked = desk.every("visits", programme=self.programme, state="submitted")
            waiting = [row for row in asked if row["unit"]["region"] not in self.unjudged]
            for number, row in enumerate(waiting, 1):
                decision = self._decide(desk.get(f"visits/{row['id']}"))
                desk.post(f"visits/{row['id']}/decisions", decision)
                verdicts[decision["verdict"]] += 1
                self.progress(f"review ({name})", number, len(waiting))
        return verdicts

    def _decide(self, visit: dict[str, Any]) -> dict[str, Any]:
        rng = random.Random(f"{self.seed}/judge/{visit['id']}/{visit['attempt']}")
        seen = {flag["flag"]: flag["saw"] for flag in visit["flags"]}
        decision: dict[str, Any] = {
            "id": self.id("decision", visit["id"], str(visit["attempt"])),
            "attempt": visit["attempt"],
            "verdict": "accepted",
            "ground": "",
            "note": "",
            "points": [],
        }
        if "far_from_unit" in seen:
            why = {"ground": "wrong_unit", "note": "Titik kunjungan jauh dari unit."}
            return {**decision, "verdict": "rejected", **why}
        points = list(_points(visit, seen, rng)) if visit["attempt"] == 1 else []
        if points:
            return {
                **decision,
                "verdict": "returned",
                "note": "Mohon lengkapi butir berikut.",
                "points": points,
            }
        return decision

    def count(self, period: str) -> dict[str, Any]:
        """The manager has the indicators computed, and publishes them."""
        body = {"id": self.id("computation"), "programme": self.programme, "period": period, "method": "IKKT"}
        computation = self.desks["mira"].post("computations", body)
        self.desks["mira"].post(f"computations/{computation['id']}/publish", {})
        return dict(computation)


def _points(visit: dict[str, Any], seen: dict[str, Any], rng: random.Random) -> Iterator[dict[str, Any]]:
    """What to correct: whatever a flag names, and now and then a photo that cannot be read."""
    for flag in sorted(TROUBLING & seen.keys()):
        for item in seen[flag].get("items", []):
            yield {"item": item, "photo": None, "reason": flag, "note": ""}
    if rng.random() < RETURN_SHARE:
        pictured = sorted(
            (code, answer["photos"][0])
            for code, answer in visit["submission"]["doc"]["answers"].items()
            if answer.get("photos")
        )
        if pictured:
            item, photo = rng.choice(pictured)
            yield {
                "item": item,
                "photo": photo,
                "reason": "unreadable_photo",
                "note": "Foto papan tidak terbaca.",
            }
