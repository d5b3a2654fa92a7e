"""What an inspector met at a counter, invented from a seed: answers, times, place, and what she photographed.

Each unit has a hidden quality between 0 and 1, the same for all its visits; every answer is drawn with it. The
scores of the demo are therefore invented, but they pass through everything a real visit passes through.
"""

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from fieldsync import rules

SUBJECTS = (
    ("Ruang tunggu", ("I1.1", "I1.2")),
    ("Toilet pengguna", ("I1.3", "I2.3")),
    ("Penunjuk arah dan denah", ("I1.5",)),
    ("Jalur landai dan pemandu", ("I2.1", "I2.4")),
    ("Loket prioritas", ("I2.2", "I2.5")),
    ("APAR dan jalur evakuasi", ("I3.1", "I3.2")),
    ("Papan standar pelayanan", ("P1.1", "P1.2", "P1.3", "P1.4", "P1.5", "P1.7")),
    ("Maklumat pelayanan", ("P2.1", "P2.3")),
    ("Kanal elektronik (tangkapan layar)", ("P4.1",)),
    ("Papan pengaduan", ("C1.1", "C1.2", "C1.3", "C1.4", "C2.1", "C2.2", "C2.3")),
    ("Bukti pembayaran", ("O2.4",)),
)
NOTHING_THERE = "nothing_there"


@dataclass
class Picture:
    subject: str
    items: list[str]


@dataclass
class Conduct:
    """One visit as it happened, in the terms of the submission document."""

    started: datetime
    finished: datetime
    answers: dict[str, dict[str, Any]]
    pictures: list[Picture]
    marks: list[dict[str, str]]
    place: dict[str, Any]
    context: dict[str, Any]
    narrative: str = ""
    flaws: list[str] = field(default_factory=list)


def quality_of(unit: str, institution: str, seed: int) -> float:
    """Institutions differ more than their units do."""
    house = random.Random(f"{seed}/{institution}").betavariate(5, 1.6)
    desk = random.Random(f"{seed}/{unit}").uniform(-0.12, 0.12)
    return min(0.99, max(0.15, house + desk))


def act(visit: dict[str, Any], instrument: dict[str, Any], seed: int) -> Conduct:
    """Play one visit. `visit` is the order as the phone pulled it, `instrument` the published checklist."""
    rng = random.Random(f"{seed}/visit/{visit['id']}")
    quality = quality_of(visit["unit"]["code"], visit["unit"]["institution"], seed)
    started = _arrival(visit, rng)
    finished = started + timedelta(minutes=rng.randint(38, 95))
    facts = {
        "scenario": visit["scenario"],
        "variant": visit["variant"],
        "product_group": visit["product"]["group"],
    }
    answers: dict[str, dict[str, Any]] = {}
    items = rules.items_for(instrument, visit["variant"])
    for item in items:
        if rules.is_asked(item, answers, facts):
            answers[item["code"]] = _answer(item, visit, quality, rng)
    acted = Conduct(
        started=started,
        finished=finished,
        answers=answers,
        pictures=[],
        marks=_marks(started, finished, visit["scenario"], rng),
        place=_place(visit["unit"], rng),
        context=_context(rng),
    )
    _spoil(acted, rng)
    _photograph(acted, items, rng)
    return acted


def _arrival(visit: dict[str, Any], rng: random.Random) -> datetime:
    opens = datetime.fromisoformat(visit["window"]["opens"])
    return opens + timedelta(days=rng.randrange(4), hours=8, minutes=rng.randint(15, 150))


def _answer(
    item: dict[str, Any], visit: dict[str, Any], quality: float, rng: random.Random
) -> dict[str, Any]:
    if item.get("na_when") and rng.random() < 0.08:
        return {"na": True}
    value = _value(item, visit, quality, rng)
    answer: dict[str, Any] = {"value": value}
    if _is_grave(item, value):
        answer["note"] = "Dicatat segera setelah meninggalkan loket; lihat uraian."
    return answer


def _value(item: dict[str, Any], visit: dict[str, Any], quality: float, rng: random.Random) -> Any:
    good = rng.random() < quality
    grave = rng.random() < (1 - quality) * 0.12
    match item["type"]:
        case "YN":
            return good
        case "YN-":
            return grave if item["critical"] else not good and rng.random() < 0.4
        case "SC":
            return _choice(item, good, grave, rng)
        case "NUM":
            return sum(rng.random() < quality for _ in range(int(item["of"])))
        case "NUM2":
            of = rng.randint(3, 8)
            return [max(1, sum(rng.random() < quality for _ in range(of))), of]
        case "MIN":
            promised = (visit["standard"] or {}).get("wait_minutes") or 30
            return round(promised * rng.uniform(0.3, 0.95) if good else promised * rng.uniform(1.05, 2.6))
        case "DUR":
            return [rng.randint(20, 60) if good else rng.randint(70, 160), 60]
        case "DAY":
            return rng.randint(1, 3) if good else rng.choice([4, 5, 9, 14, 20, "none"])
        case "IDR2":
            official = (visit["standard"] or {}).get("fee_rupiah") or 0
            return [official + (rng.choice([5_000, 10_000, 25_000]) if grave else 0), official]
        case unknown:
            raise ValueError(f"{item['code']}: no such item type: {unknown}")


def _choice(item: dict[str, Any], good: bool, grave: bool, rng: random.Random) -> str:
    options = sorted(item["options"], key=lambda option: -float(option["score"]))
    allowed = [option for option in options if grave or not option["critical"]]
    if good or len(allowed) == 1:
        return str(allowed[0]["code"])
    return str((allowed[-1] if grave else rng.choice(allowed[1:]))["code"])


def _is_grave(item: dict[str, Any], value: Any) -> bool:
    """A critical finding needs a note; the server decides what one is, this only knows when to write."""
    if not item["critical"]:
        return False
    if item["type"] == "IDR2":
        return bool(value[0] > value[1])
    if item["type"] == "YN-":
        return bool(value)
    return any(
        o["code"] == value and (o["critical"] or float(o["score"]) == 0) for o in item.get("options", ())
    )


def _marks(started: datetime, finished: datetime, scenario: str, rng: random.Random) -> list[dict[str, str]]:
    whats = [
        "arrived",
        "ticket",
        "called",
        "served",
        *(["paid"] if scenario == "transaction" else []),
        "left",
    ]
    span = (finished - started).total_seconds()
    middle = sorted(rng.uniform(0.03, 0.95) for _ in whats[2:])
    moments = [started, *(started + timedelta(seconds=round(span * share)) for share in middle), finished]
    return [{"what": what, "at": at.isoformat()} for what, at in zip(whats, moments, strict=True)]


def _place(unit: dict[str, Any], rng: random.Random) -> dict[str, Any]:
    def near() -> dict[str, Any]:
        return {
            "lat": round(float(unit["latitude"]) + rng.gauss(0, 0.0003), 6),
            "lon": round(float(unit["longitude"]) + rng.gauss(0, 0.0003), 6),
            "accuracy_m": rng.randint(6, 40),
            "mock": False,
        }

    return {"arrived": near(), "left": near()}


def _context(rng: random.Random) -> dict[str, Any]:
    return {
        "ticket_number": f"{rng.choice('ABC')}{rng.randint(1, 140):03d}",
        "waiting_people": rng.randint(0, 30),
        "day_type": rng.choice(["biasa", "biasa", "puncak"]),
        "companion": False,
        "detected": "no",
        "photo_forbidden_signs": rng.random() < 0.05,
    }


def _spoil(acted: Conduct, rng: random.Random) -> None:
    """Field work is not perfect: some covers are doubted, some visits end up at the wrong door."""
    fate = rng.random()
    if fate < 0.015:
        acted.context["detected"] = "yes"
        acted.flaws.append("detected")
    elif fate < 0.03:
        acted.place["arrived"]["lat"] = round(acted.place["arrived"]["lat"] + 0.03, 6)
        acted.flaws.append("wrong door")
    elif fate < 0.06:
        acted.flaws.append("forgets a photo")


def _photograph(acted: Conduct, items: list[dict[str, Any]], rng: random.Random) -> None:
    """One photo may evidence many items; where a photo is not possible, the reason is told instead."""
    asked = {
        item["code"]: item
        for item in items
        if item["photo"] == "required" and _evidenced(item, acted.answers)
    }
    left = dict(asked)
    for subject, codes in SUBJECTS:
        here = [code for code in codes if left.pop(code, None)]
        _one_photo(acted, subject, here, rng)
    variant = sorted(left)
    _one_photo(acted, "Papan layanan khusus", variant, rng)
    if "forgets a photo" in acted.flaws and acted.pictures:
        acted.pictures.pop(rng.randrange(len(acted.pictures)))


def _evidenced(item: dict[str, Any], answers: dict[str, dict[str, Any]]) -> bool:
    return "value" in answers.get(item["code"], {})


def _one_photo(acted: Conduct, subject: str, codes: list[str], rng: random.Random) -> None:
    if not codes:
        return
    if acted.context["photo_forbidden_signs"]:
        reason = "forbidden_sign"
    elif rng.random() < 0.12:
        reason = NOTHING_THERE
    else:
        acted.pictures.append(Picture(subject, codes))
        return
    for code in codes:
        acted.answers[code]["no_photo"] = reason
