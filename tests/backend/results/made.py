"""Figures as a computation leaves them, made from exact values of units; and pages as a reader's browser gets them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from html.parser import HTMLParser
from typing import Any

from django.test import Client

from backend.core.ids import uuid7
from backend.indicators import actions
from backend.indicators.figures import Heard, unit_figure
from backend.indicators.lines import UnitHeard, lines_of
from backend.indicators.methods import method_named
from backend.indicators.models import Computation, Result
from backend.units.models import Region
from tests import world
from tests.world import Person

WHEN = datetime(2026, 7, 1, tzinfo=UTC)


def figures(
    mira: Person,
    period: str,
    told: dict[str, tuple[str, str, str | None]],
    *,
    published: bool = True,
    checklist: Any = None,
    at: datetime = WHEN,
) -> Computation:
    """A computation of units: code -> (class, region, value), each unit of an institution of its own; three visits by
    two people each, or a single one where the value is None."""
    made = Computation.objects.create(
        programme=world.programme(), period=period, method="IKKT", checklist=checklist or world.checklist(),
        visits=3 * len(told), counted=3 * len(told), incomplete=0, detected=0, others=[],
        computed_by=mira.user, computed_at=at, published_by=mira.user if published else None,
        published_at=at + timedelta(hours=1) if published else None,
    )  # fmt: skip
    units = [_heard(code, *said) for code, said in told.items()]
    lines = lines_of(units, method_named("IKKT"), {"63": "Kalimantan Selatan"})
    Result.objects.bulk_create(actions._result(made, line) for line in lines)
    return made


def _heard(code: str, klass: str, region: str, value: str | None) -> UnitHeard:
    place(region)
    office = world.institution(f"I-{code}", klass=klass, where=region)
    unit = world.unit(code, belongs_to=office, where=region)
    told = 3 if value is not None else 1
    exact = Fraction(value or "50")
    visits = [Heard(who, exact, dimensions={"INP": exact}) for who in ("a", "b", "a")[:told]]
    return UnitHeard(
        unit.pk, code, unit.name, unit.unit_type, region,
        office.code, office.name, klass, region, unit_figure(visits),
    )  # fmt: skip


def place(code: str, name: str = "") -> Region:
    """A region of any province."""
    if "." not in code:
        return Region.objects.get_or_create(
            code=code, defaults={"name": name or f"Provinsi {code}", "kind": "province"}
        )[0]
    kind = "city" if code.split(".")[1].startswith("7") else "regency"
    above = place(code.split(".")[0])
    return Region.objects.get_or_create(
        code=code, defaults={"name": name or f"Kabupaten {code}", "kind": kind, "parent": above}
    )[0]


def computed(mira: Person, period: str = "2026", *, published: bool = True) -> Computation:
    """The figures of what was told, as Mira has them computed."""
    asked = {"programme": world.programme().pk, "period": period, "method": "IKKT"}
    made, _ = actions.compute(uuid7(), **asked, by=mira.user)
    return actions.publish_computation(made, by=mira.user) if published else made


class Page(HTMLParser):
    """What a page shows: its text, and the rows of its tables that say what they are about."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text = ""
        self.rows: list[tuple[dict[str, str], list[str]]] = []
        self.tiles: list[tuple[str, str]] = []  # (kind, what it says aloud)
        self._row: list[str] | None = None
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "tr":
            about = {name[5:]: value for name, value in said.items() if name.startswith("data-")}
            self._row = []
            self.rows.append((about, self._row))
        elif tag in ("td", "th") and self._row is not None:
            self._row.append("")
        elif tag == "a" and said.get("class", "").startswith("tile "):
            self.tiles.append((said["class"].split()[1], said["aria-label"]))

    def handle_endtag(self, tag: str) -> None:
        if tag == "tr":
            self._row = None

    def handle_data(self, data: str) -> None:
        self.text += data
        if self._row:
            self._row[-1] = " ".join(f"{self._row[-1]} {data}".split())

    def cells(self, **about: str) -> list[list[str]]:
        """The cells of every row about this: level, code, dimension, body …"""
        return [cells for known, cells in self.rows if about.items() <= known.items()]


def look(browser: Client, path: str, status: int = 200) -> Page:
    answer = browser.get(path)
    assert answer.status_code == status, answer.content.decode()[:2000]
    return Page(answer.content.decode())
