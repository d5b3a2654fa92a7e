"""Orders from a file: its columns, what each row must satisfy by itself, and what its codes name here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from backend.assignments.errors import TooManyOrders
from backend.assignments.planning import ORDERS_AT_ONCE_MAX, Wanted
from backend.assignments.rules import Scenario, Terms, Window
from backend.core.ids import uuid7
from backend.people.access import require
from backend.people.models import Programme, User
from backend.people.rules import Role, Standing, Verb
from backend.units.complaints import BadCell, Complaints
from backend.units.models import Product, Unit
from backend.units.sheets import read_sheet
from backend.units.tables import Row, Table, code, ignored_columns, one_of, read_rows, up_to

BRIEFING_LENGTH_MAX = 4000
YEARS = range(2000, 2200)

_MOMENT = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[ T]([0-9]{2}[:.][0-9]{2})(?:[:.]00)?)?", re.ASCII)


@dataclass(frozen=True)
class ReadOrders:
    """A file as it was read: the orders by the number of their row, and what is wrong with the others' cells."""

    rows: Mapping[int, Wanted]
    complaints: Complaints
    ignored_columns: tuple[str, ...]


def clock(text: str) -> tuple[datetime, bool]:
    """A moment without a zone, and whether its hour was written: 2026-12-01 08:00, 2026-12-01T08:00, 2026-12-01."""
    match = _MOMENT.fullmatch(text)
    try:
        if match is None:
            raise ValueError
        day, hour = match.groups()
        moment = datetime.fromisoformat(f"{day}T{(hour or '00:00').replace('.', ':')}")
    except ValueError:
        raise BadCell("not-a-moment") from None
    if moment.year not in YEARS:
        raise BadCell("not-a-moment")
    return moment, hour is not None


def window_at(zone: str, opens: tuple[datetime, bool], closes: tuple[datetime, bool]) -> Window:
    """On the clock of a place. A closing day without an hour is meant whole."""
    ends, said = closes
    if not said:
        ends = datetime.combine(ends.date(), time()) + timedelta(days=1)
    here = ZoneInfo(zone)
    return Window(opens[0].replace(tzinfo=here), ends.replace(tzinfo=here))


def check_order(row: Row, complaints: Complaints) -> None:
    opens, closes = row.values["opens"], row.values["closes"]
    if opens is not None and closes is not None:
        window = window_at("UTC", opens, closes)
        if window.opens >= window.closes:
            complaints.add(row.number, "closes", closes[0].isoformat(sep=" "), "closes-first")


ORDERS = Table(
    {
        "unit": code,
        "product": code,
        "inspector": up_to(60),
        "opens": clock,
        "closes": clock,
        "scenario": one_of(Scenario),
        "briefing": up_to(BRIEFING_LENGTH_MAX),
    },
    frozenset({"unit", "product", "inspector", "opens", "closes", "scenario"}),
    ("unit", "inspector", "opens"),
    check_order,
)


def read_orders(content: bytes, *, programme: Programme, by: User) -> ReadOrders:
    """The orders of a CSV or XLSX file, each under a new id; nothing is saved.

    Raises NotAllowed, TooManyOrders, and for files that are no such table those of units' sheets.py and tables.py.
    """
    standing = require(by, programme, Verb.ASSIGN)
    sheet = read_sheet(content, expected=ORDERS.columns)
    if len(sheet.rows) > ORDERS_AT_ONCE_MAX:
        raise TooManyOrders(limit=ORDERS_AT_ONCE_MAX)
    complaints = Complaints()
    rows = read_rows(ORDERS, sheet, complaints)
    names = _Names(programme, rows)
    read = {row.number: names.order(row, standing, complaints) for row in rows}
    found = {number: wanted for number, wanted in read.items() if wanted is not None}
    return ReadOrders(found, complaints, ignored_columns(ORDERS, sheet))


class _Names:
    """What the codes of a file name in a programme, in three queries."""

    def __init__(self, programme: Programme, rows: list[Row]) -> None:
        self.programme = programme
        said = {column: {row.values[column] for row in rows} for column in ("unit", "product", "inspector")}
        units = Unit.objects.filter(programme=programme, code__in=said["unit"] - {None})
        self.units = {unit.code: unit for unit in units}
        products = Product.objects.filter(programme=programme, code__in=said["product"] - {None})
        self.products = {product.code: product for product in products}
        people = User.objects.filter(
            memberships__programme=programme,
            memberships__role=Role.INSPECTOR.value,
            username__in=said["inspector"] - {None},
            is_active=True,
        )
        self.people: dict[str, UUID] = dict(people.values_list("username", "pk"))

    def order(self, row: Row, standing: Standing, complaints: Complaints) -> Wanted | None:
        """The order that a row asks for; None, with complaints, when it does not."""
        values = row.values
        unit, product = self.units.get(values["unit"]), self.products.get(values["product"])
        inspector = self.people.get(values["inspector"])

        def complain(column: str, code: str, fact: object = "") -> None:
            if values[column] is not None:
                complaints.add(row.number, column, values[column], code, fact)

        if unit is None:
            complain("unit", "unknown-reference")
        elif not standing.may_in(Verb.ASSIGN, unit.region_id):
            complain("unit", "not-your-region", unit.region_id)
        if product is None:
            complain("product", "unknown-reference")
        elif unit is not None and product.unit_type != unit.unit_type:
            complain("product", "wrong-unit-type", product.unit_type)
        if inspector is None:
            complain("inspector", "unknown-inspector")
        if complaints.about(row.number, *ORDERS.columns) or not (unit and product and inspector):
            return None
        return Wanted(uuid7(), self._terms(values, unit, product, inspector))

    def _terms(self, values: Mapping[str, Any], unit: Unit, product: Product, inspector: UUID) -> Terms:
        return Terms(
            programme=self.programme.pk,
            unit=unit.pk,
            product=product.pk,
            inspector=inspector,
            scenario=Scenario(values["scenario"]),
            window=window_at(unit.time_zone, values["opens"], values["closes"]),
            briefing=values["briefing"] or "",
        )
