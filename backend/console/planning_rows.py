"""The rows of a table of orders: read from a form, looked at, and shown with what hinders each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.utils.functional import Promise

from backend.assignments.ground import Ground
from backend.assignments.planning import (
    NOBODY_YET,
    Candidate,
    Wanted,
    Weighed,
    candidates,
    weigh,
)
from backend.assignments.rules import Scenario, Terms
from backend.assignments.tables import BRIEFING_LENGTH_MAX
from backend.console.planning_errors import BadWindow
from backend.console.planning_words import NOTICES, Said, hinderers, speak, window_in
from backend.core.errors import Invalid
from backend.core.ids import uuid7
from backend.evidence.rules import read_uuid
from backend.pages.desk import Desk
from backend.pages.page import words_of
from backend.units.complaints import BadCell
from backend.units.models import Product, Unit

CANDIDATES_A_ROW_MAX = 40


@dataclass
class Row:
    """One row as it was typed. `wrong` is what keeps it from being read as an order."""

    number: int
    order: UUID
    unit: Unit
    product: UUID | None
    inspector: UUID
    opens: str
    closes: str
    taken: bool = True
    wanted: Wanted | None = None
    wrong: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Shown:
    """A row with what the reader needs for choosing."""

    row: Row
    products: Sequence[Product]
    candidates: Sequence[Candidate]
    whys: Sequence[Said]
    notices: Sequence[Promise]
    free_from: Any = None

    @property
    def free(self) -> bool:
        return self.row.taken and self.row.wanted is not None and not self.whys


@dataclass(frozen=True)
class Common:
    """What all rows share."""

    scenario: Scenario
    briefing: str

    @classmethod
    def read(cls, fields: Mapping[str, Any]) -> Common:
        """Raises Invalid."""
        briefing = str(fields.get("briefing", "")).replace("\r\n", "\n").strip()
        if len(briefing) > BRIEFING_LENGTH_MAX or "\x00" in briefing:
            raise Invalid()
        try:
            return cls(Scenario(fields.get("scenario", Scenario.INQUIRY)), briefing)
        except ValueError:
            raise Invalid() from None


def rows_in(fields: Mapping[str, Any], units: Sequence[Unit]) -> list[Row]:
    """The rows that a form holds for these units; each names its order, so that saving twice is saving once."""
    return [_row(fields, number, unit) for number, unit in enumerate(units, start=1)]


def _row(fields: Mapping[str, Any], number: int, unit: Unit) -> Row:
    def said(name: str) -> str:
        return str(fields.get(f"{unit.pk}-{name}", "")).strip()

    return Row(
        number=number,
        order=read_uuid(said("order")) or uuid7(),
        unit=unit,
        product=read_uuid(said("product")),
        inspector=read_uuid(said("inspector")) or NOBODY_YET,
        opens=said("opens"),
        closes=said("closes"),
        taken=bool(said("take")),
    )


def read_wanted(rows: Sequence[Row], common: Common, desk: Desk) -> list[Wanted]:
    """The orders of the rows that are taken; a row that cannot be read says why."""
    found = []
    for row in rows:
        if not row.taken:
            continue
        try:
            window = window_in({"opens": row.opens, "closes": row.closes}, row.unit.time_zone)
        except BadCell:
            row.wrong.append(words_of(BadWindow))
            continue
        terms = Terms(
            programme=desk.programme.pk,
            unit=row.unit.pk,
            product=row.product or NOBODY_YET,
            inspector=row.inspector,
            scenario=common.scenario,
            window=window,
            briefing=common.briefing,
        )
        row.wanted = Wanted(row.order, terms)
        found.append(row.wanted)
    return found


def show(
    rows: Sequence[Row],
    wanted: Sequence[Wanted],
    products: Mapping[str, Sequence[Product]],
    desk: Desk,
    ground: Ground,
) -> list[Shown]:
    """Every row with what hinders it, who could go instead, and which products its unit serves.

    ground   for these orders and everybody (see `ground_for`); it is left as it was
    """
    looked = weigh(wanted, ground.copy(), programme=desk.programme.pk, standing=desk.standing)
    weighed = {one.wanted.order: one for one in looked}
    others = hinderers((p for one in looked for p in one.problems), desk.user)
    numbers = {row.order: row.number for row in rows}
    return [_shown(row, weighed.get(row.order), ground, products, others, numbers) for row in rows]


def _shown(
    row: Row,
    weighed: Weighed | None,
    ground: Ground,
    products: Mapping[str, Sequence[Product]],
    others: Mapping[UUID, Any],
    numbers: Mapping[UUID, int],
) -> Shown:
    whys = [Said(words) for words in row.wrong]
    able: list[Candidate] = []
    if weighed is not None:
        whys += speak(weighed.problems, others, numbers)
        able = candidates(row.unit, weighed.wanted, ground) if row.unit.pk in ground.units else []
    chosen = [one for one in able[CANDIDATES_A_ROW_MAX:] if one.inspector.pk == row.inspector]
    return Shown(
        row=row,
        products=products.get(row.unit.unit_type, ()),
        candidates=[*able[:CANDIDATES_A_ROW_MAX], *chosen],
        whys=whys,
        notices=[NOTICES[notice] for notice in weighed.notices] if weighed else [],
        free_from=weighed.free_from if weighed else None,
    )
