"""Who plays, and which visits are ordered: pure, and the same for the same seed.

The spacing of covert visits is kept here as a planner keeps it (a unit rests a week, an inspector comes back to a
unit after 180 days and to an institution class of a regency after 90); the server checks it again and may refuse.
"""

import csv
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from importlib.resources import files
from itertools import islice
from uuid import UUID, uuid5

PROGRAMME = "kalsel-demo"
PROGRAMME_NAME = "Kalimantan Selatan (demo)"
PERIOD = "2026-S1"
PASSWORD = "samar-demo-2026"
TABLES = ("regions", "institutions", "units", "products", "standards")

WITA = timezone(timedelta(hours=8))
FIRST_DAY = datetime(2026, 1, 12, tzinfo=WITA)
WAVE_DAYS = 54
WINDOW_DAYS = 5
UNIT_REST_DAYS, ACCOUNT_REST_DAYS, LOCATION_REST_DAYS = 7, 90, 180

SOUTH = ("63.01", "63.02", "63.03", "63.04", "63.10", "63.71", "63.72")
NORTH = ("63.05", "63.06", "63.07", "63.08", "63.09", "63.11")
REGENCIES = tuple(sorted(SOUTH + NORTH))

INSPECTORS = (
    "sari",
    "rina",
    "tono",
    "lestari",
    "hadi",
    "nurul",
    "yusuf",
    "maya",
    "anwar",
    "putri",
    "fajar",
    "ida",
)
PRODUCT_OF_TYPE = {
    "SAM": "STNK-5TH-R2",
    "SIM": "SIM-C-BARU",
    "KTH": "TANAH-CEK",
    "DKC": "KTP-EL",
    "PKM": "PKM-UMUM",
    "MPP": "MPP-INFO",
    "PTS": "NIB",
}


def named(seed: int, *words: str) -> UUID:
    """A name that the same seed gives again, so that the story can be played on after any interruption."""
    return uuid5(UUID("5a3a7000-0000-5000-8000-000000000000"), "/".join((str(seed), *words)))


@dataclass(frozen=True)
class Person:
    username: str
    name: str
    role: str
    regions: tuple[str, ...] = ()


CAST = (
    Person("mira", "Mira (pengelola)", "manager"),
    Person("budi", "Budi (koordinator selatan)", "coordinator", SOUTH),
    Person("wati", "Wati (koordinator Banua Anam)", "coordinator", NORTH),
    Person("dewi", "Dewi (pengguna data)", "consumer"),
    *(Person(name, name.capitalize(), "inspector") for name in INSPECTORS),
)


@dataclass(frozen=True)
class Order:
    """One planned visit, in the codes of the imported tables."""

    id: UUID
    unit: str
    product: str
    region: str
    inspector: str
    scenario: str
    opens: datetime
    closes: datetime


def table(name: str) -> bytes:
    """One of the demo's CSV files, as it is uploaded."""
    return (files(__package__) / "data" / f"{name}.csv").read_bytes()


def rows(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(table(name).decode("utf-8").splitlines()))


def visits_wanted() -> Iterator[tuple[str, int]]:
    """Unit codes and how many visits each gets; what gets fewer than three stays without a zone."""
    for regency in REGENCIES:
        for code in (
            f"SAM-{regency}",
            f"SIM-{regency}",
            f"KTH-{regency}",
            f"DKC-{regency}",
            f"PKM-{regency}-1",
        ):
            yield code, 3
    for regency in ("63.01", "63.06", "63.71"):
        yield f"PTS-{regency}", 3
        yield f"POL-{regency}-SKCK", 3
    for code in ("MPP-63.04", "DKC-63.04-MPP", "POL-63.71-SPKT", "GEN-63.06-SOS", "GEN-63.01-SOS"):
        yield code, 3
    for code in ("GEN-63.71-DIK", "PKM-63.72-2"):
        yield code, 2
    for code in ("SAM-63.04-MPP", "POL-63.04-MPP", "PTS-63.72"):
        yield code, 1


def orders(seed: int, units_max: int | None = None) -> list[Order]:
    """The whole plan, oldest first; or only that of the first few units."""
    units = {row["code"]: row for row in rows("units")}
    classes = {row["code"]: row["class"] for row in rows("institutions")}
    rng = random.Random(f"{seed}/plan")
    slots = [
        (FIRST_DAY + timedelta(days=wave * WAVE_DAYS + rng.randrange(35)), code, wave)
        for code, times in islice(visits_wanted(), units_max)
        for wave in range(times)
    ]
    diary = Diary()
    planned = []
    for opens, code, wave in sorted(slots):
        unit = units[code]
        account = (classes[unit["institution"]], unit["region"])
        opens, inspector = diary.take(opens, code, account)
        planned.append(
            Order(
                id=named(seed, "order", code, str(wave)),
                unit=code,
                product=product_for(unit),
                region=unit["region"],
                inspector=inspector,
                scenario=scenario_for(unit, rng),
                opens=opens,
                closes=opens + timedelta(days=WINDOW_DAYS),
            )
        )
    return planned


def product_for(unit: dict[str, str]) -> str:
    if unit["type"] == "POL":
        return "SPKT-HILANG" if unit["code"].endswith("SPKT") else "SKCK"
    if unit["type"] == "GEN":
        return "DIK-LEGALISIR" if unit["code"].endswith("DIK") else "SOS-REKOM"
    return PRODUCT_OF_TYPE[unit["type"]]


def scenario_for(unit: dict[str, str], rng: random.Random) -> str:
    """A real transaction only where the inspector's own real need is plausible."""
    real_need = unit["type"] in ("SAM", "SIM", "PKM")
    return "transaction" if real_need and rng.random() < 0.3 else "inquiry"


class Diary:
    """Who was where, when; gives each visit the least busy inspector whom no rule holds back."""

    def __init__(self) -> None:
        self.visits: list[tuple[datetime, str, tuple[str, str], str]] = []
        self.load = dict.fromkeys(INSPECTORS, 0)

    def take(self, wanted: datetime, unit: str, account: tuple[str, str]) -> tuple[datetime, str]:
        for delay in range(120):
            opens = wanted + timedelta(days=delay)
            if opens.weekday() > 0:  # every window begins on a Monday
                continue
            for name in self.free(opens, unit, account):
                self.visits.append((opens, unit, account, name))
                self.load[name] += 1
                return opens, name
        raise RuntimeError(f"no inspector may visit {unit} within 120 days of {wanted:%Y-%m-%d}")

    def free(self, opens: datetime, unit: str, account: tuple[str, str]) -> Iterable[str]:
        near = (when for when, where, _, _ in self.visits if where == unit)
        if any(abs((opens - when).days) < UNIT_REST_DAYS for when in near):
            return ()
        held = {
            who
            for when, where, what, who in self.visits
            if (where == unit and abs((opens - when).days) < LOCATION_REST_DAYS)
            or (what == account and abs((opens - when).days) < ACCOUNT_REST_DAYS)
        }
        return sorted((name for name in INSPECTORS if name not in held), key=lambda name: self.load[name])
