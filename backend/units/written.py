"""What is here, written as the tables that bring it in: a table taken along and brought back changes nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Model, Q, QuerySet

from backend.core.spreadsheets import Cell
from backend.core.spreadsheets import Row as Line
from backend.people.models import Programme
from backend.units.models import Institution, Product, PublishedStandard, Region, Unit
from backend.units.tables import TABLES, Row

CHANGES_LISTED_MAX = 100
ROWS_PER_CHUNK = 500


@dataclass(frozen=True, slots=True)
class Change:
    """One cell that an import makes another. `key` names the thing, `row` is the number a spreadsheet shows."""

    row: int
    key: str
    column: str
    before: str
    after: str


@dataclass
class Changes:
    """What an import makes new and what it changes: all are counted, the first 100 of each are kept."""

    added: list[str] = field(default_factory=list)
    changed: list[Change] = field(default_factory=list)
    total: int = 0

    def add(self, model: type[Model], told: Row) -> None:
        if len(self.added) < CHANGES_LISTED_MAX:
            self.added.append(key_of(model, told.values))

    def change(self, row: Model, told: Row) -> None:
        """Every cell of the file that differs from what is here; `row` is still as it was."""
        before = cells(row)
        for column, value in told.values.items():
            old, new = as_text(before[column]), as_text(value)
            if old == new:
                continue
            self.total += 1
            if len(self.changed) < CHANGES_LISTED_MAX:
                key = key_of(type(row), told.values)
                self.changed.append(Change(told.number, key, column, old, new))


def key_of(model: type[Model], values: Mapping[str, Any]) -> str:
    """A row's name: its code, or the parts that together make it one."""
    return " · ".join(text for name in TABLES[KINDS[model]].key if (text := as_text(values[name])))


def cells(row: Any) -> dict[str, Any]:
    """The columns of the row's table."""
    match row:
        case Region():
            return {"code": row.code, "name": row.name, "kind": row.kind, "parent": row.parent_id}
        case Institution():
            named = {"code": row.code, "name": row.name, "class": row.institution_class}
            return named | {"kind": row.kind, "region": row.region_id}
        case Unit():
            return _unit(row)
        case Product():
            named = {"code": row.code, "name_id": row.name_id, "name_en": row.name_en}
            return named | {"unit_type": row.unit_type, "group": row.group}
        case PublishedStandard():
            return _standard(row)
    raise TypeError(type(row))


def _unit(unit: Unit) -> dict[str, Any]:
    return {
        "code": unit.code,
        "name": unit.name,
        "institution": unit.institution.code,
        "type": unit.unit_type,
        "region": unit.region_id,
        "address": unit.address,
        "latitude": unit.latitude,
        "longitude": unit.longitude,
        "opening_hours": unit.opening_hours,
        "time_zone": unit.time_zone,
        "host": unit.host.code if unit.host else None,
    }


def _standard(standard: PublishedStandard) -> dict[str, Any]:
    return {
        "product": standard.product.code,
        "region": standard.region_id,
        "unit": standard.unit.code if standard.unit else None,
        "fee_rupiah": standard.fee_rupiah,
        "completion_amount": standard.completion_amount,
        "completion_unit": standard.completion_unit,
        "wait_minutes": standard.wait_minutes,
        "source": standard.source,
        "valid_from": standard.valid_from,
        "valid_to": standard.valid_to,
    }


def as_text(value: Any) -> str:
    """A value as a cell of a table says it."""
    return "" if value is None else value.isoformat() if isinstance(value, date) else str(value)


def kept(kind: str, programme: Programme) -> QuerySet[Any]:
    """What a table of this kind may bring in and change, as it is now. Regions are everybody's."""
    found: dict[str, QuerySet[Any]] = {
        "regions": Region.objects.all(),
        "institutions": Institution.objects.filter(programme=programme),
        "units": Unit.objects.filter(programme=programme).select_related("institution", "host"),
        "products": Product.objects.filter(programme=programme),
        "standards": PublishedStandard.objects.filter(product__programme=programme).select_related(
            "product", "unit"
        ),
    }
    return found[kind]


def lines(kind: str, programme: Programme) -> Iterator[Line]:
    """Every row as cells in the order of the table's columns, read in chunks by key."""
    key = "pk" if kind == "standards" else "code"
    ordered, after = kept(kind, programme).order_by(key), Q()
    while chunk := list(ordered.filter(after)[:ROWS_PER_CHUNK]):
        for row in chunk:
            yield tuple(_cell(value) for value in cells(row).values())
        after = Q(**{f"{key}__gt": getattr(chunk[-1], key)})


def _cell(value: Any) -> Cell:
    return value.isoformat() if isinstance(value, date) else value


KINDS: Mapping[type[Model], str] = {
    Region: "regions",
    Institution: "institutions",
    Unit: "units",
    Product: "products",
    PublishedStandard: "standards",
}
