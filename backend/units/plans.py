"""What an import would change: rows of a table set against what is already there. Reads, never writes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID

from django.db import models

from backend.core.ids import uuid7
from backend.people.models import Programme
from backend.units.complaints import Complaints
from backend.units.models import Institution, Product, PublishedStandard, Region, Unit
from backend.units.rules import clashing, going_round
from backend.units.tables import Row, Values
from backend.units.written import Changes

T = TypeVar("T")
Key = Any  # what two rows must share to be the same thing


@dataclass
class Plan:
    """Rows to write: new ones, those that differ, and how many are as they were."""

    model: type[models.Model]
    columns: tuple[str, ...] = ()
    created: list[models.Model] = field(default_factory=list)
    updated: list[models.Model] = field(default_factory=list)
    unchanged: int = 0
    changes: Changes = field(default_factory=Changes)


def compare(
    model: type[models.Model],
    found: Mapping[Key, models.Model],
    wanted: Iterable[tuple[Key, Values]],
    rows: Iterable[Row],
) -> Plan:
    """Wanted values against rows found under the same key. `rows` are where the wanted values stand in the file."""
    plan = Plan(model)
    for (key, values), told in zip(wanted, rows, strict=True):
        plan.columns = tuple(values)
        row = found.get(key)
        if row is None:
            plan.changes.add(model, told)
            plan.created.append(model(**values))
        elif all(getattr(row, column) == value for column, value in values.items()):
            plan.unchanged += 1
        else:
            plan.changes.change(row, told)
            for column, value in values.items():
                setattr(row, column, value)
            plan.updated.append(row)
    return plan


def refer(row: Row, column: str, known: Mapping[str, T], complaints: Complaints) -> T | None:
    """What a cell's code stands for; a complaint when nothing bears that code."""
    code = row.values[column]
    if code is None or code in known:
        return known.get(code) if code is not None else None
    complaints.add(row.number, column, code, "unknown-reference")
    return None


def all_regions() -> dict[str, str]:
    return {code: code for code in Region.objects.values_list("code", flat=True)}


def by_code(rows: Iterable[Any]) -> dict[str, Any]:
    return {row.code: row for row in rows}


def plan_regions(programme: Programme, rows: list[Row], complaints: Complaints) -> Plan:
    found = by_code(Region.objects.all())
    known = {code: code for code in found} | {row.values["code"]: row.values["code"] for row in rows}
    wanted = []
    for row in rows:
        refer(row, "parent", known, complaints)
        values = row.values
        wanted.append(
            (
                values["code"],
                {
                    "code": values["code"],
                    "name": values["name"],
                    "kind": values["kind"],
                    "parent_id": values["parent"],
                },
            )
        )
    plan = compare(Region, found, wanted, rows)
    _spare_shared_regions(programme, plan, rows, complaints)
    return plan


def _spare_shared_regions(programme: Programme, plan: Plan, rows: list[Row], complaints: Complaints) -> None:
    """Regions belong to nobody: one that another programme stands on is not changed from here."""
    if not plan.updated:
        return
    shared: set[str] = set()
    for model in (Institution, Unit):
        elsewhere = model.objects.exclude(programme=programme)
        shared.update(elsewhere.values_list("region_id", flat=True).distinct())
    changed = {region.pk for region in plan.updated} & shared
    for row in rows:
        if row.values["code"] in changed:
            complaints.add(row.number, "code", row.values["code"], "region-shared")


def plan_institutions(programme: Programme, rows: list[Row], complaints: Complaints) -> Plan:
    found = by_code(Institution.objects.filter(programme=programme))
    regions = all_regions()
    wanted = []
    for row in rows:
        values = row.values
        wanted.append(
            (
                values["code"],
                {
                    "programme_id": programme.pk,
                    "code": values["code"],
                    "name": values["name"],
                    "institution_class": values["class"],
                    "kind": values["kind"] or "",
                    "region_id": refer(row, "region", regions, complaints),
                },
            )
        )
    return compare(Institution, found, wanted, rows)


def plan_units(programme: Programme, rows: list[Row], complaints: Complaints) -> Plan:
    found = by_code(Unit.objects.filter(programme=programme).select_related("host", "institution"))
    institutions = dict(Institution.objects.filter(programme=programme).values_list("code", "id"))
    regions = all_regions()
    # Booths and their hall may come in one file, in any order: everybody gets an id first.
    ids = {row.values["code"]: uuid7() for row in rows} | {code: unit.pk for code, unit in found.items()}
    wanted = []
    for row in rows:
        values = row.values
        wanted.append(
            (
                values["code"],
                {
                    "id": ids[values["code"]],
                    "programme_id": programme.pk,
                    "code": values["code"],
                    "name": values["name"],
                    "institution_id": refer(row, "institution", institutions, complaints),
                    "unit_type": values["type"],
                    "region_id": refer(row, "region", regions, complaints),
                    "address": values["address"] or "",
                    "latitude": values["latitude"],
                    "longitude": values["longitude"],
                    "opening_hours": values["opening_hours"] or "",
                    "time_zone": values["time_zone"],
                    "host_id": refer(row, "host", ids, complaints),
                },
            )
        )
    _complain_of_cycles(found, rows, complaints)
    return compare(Unit, found, wanted, rows)


def _complain_of_cycles(found: Mapping[str, Unit], rows: list[Row], complaints: Complaints) -> None:
    hosts = {code: unit.host.code if unit.host else None for code, unit in found.items()}
    hosts |= {row.values["code"]: row.values["host"] for row in rows}
    round_and_round = going_round({code: host for code, host in hosts.items() if host is not None})
    for row in rows:
        if row.values["code"] in round_and_round:
            complaints.add(row.number, "host", row.values["host"], "host-cycle")


def plan_products(programme: Programme, rows: list[Row], complaints: Complaints) -> Plan:
    found = by_code(Product.objects.filter(programme=programme))
    wanted = []
    for row in rows:
        values = row.values
        wanted.append(
            (
                values["code"],
                {
                    "programme_id": programme.pk,
                    "code": values["code"],
                    "name_id": values["name_id"],
                    "name_en": values["name_en"],
                    "unit_type": values["unit_type"],
                    "group": values["group"] or "",
                },
            )
        )
    return compare(Product, found, wanted, rows)


def plan_standards(programme: Programme, rows: list[Row], complaints: Complaints) -> Plan:
    products = by_code(Product.objects.filter(programme=programme))
    units = by_code(Unit.objects.filter(programme=programme))
    regions = all_regions()
    standards = PublishedStandard.objects.filter(product__programme=programme).select_related(
        "product", "unit"
    )
    found = {(s.product_id, s.region_id, s.unit_id, s.valid_from): s for s in standards}
    wanted: list[tuple[Key, Values]] = []
    for row in rows:
        product = refer(row, "product", products, complaints)
        unit = refer(row, "unit", units, complaints)
        if product and unit and product.unit_type != unit.unit_type:
            complaints.add(row.number, "product", product.code, "wrong-unit-type", product.unit_type)
        region = refer(row, "region", regions, complaints)
        place = (product.pk if product else None, region, unit.pk if unit else None)
        wanted.append(((*place, row.values["valid_from"]), _standard(row, *place)))
    _complain_of_overlaps(found, wanted, rows, complaints)
    return compare(PublishedStandard, found, wanted, rows)


def _standard(row: Row, product: UUID | None, region: str | None, unit: UUID | None) -> Values:
    values = row.values
    return {
        "product_id": product,
        "region_id": region,
        "unit_id": unit,
        "fee_rupiah": values["fee_rupiah"],
        "completion_amount": values["completion_amount"],
        "completion_unit": values["completion_unit"] or "",
        "wait_minutes": values["wait_minutes"],
        "source": values["source"],
        "valid_from": values["valid_from"],
        "valid_to": values["valid_to"],
    }


def _complain_of_overlaps(
    found: Mapping[Key, PublishedStandard],
    wanted: list[tuple[Key, Values]],
    rows: list[Row],
    complaints: Complaints,
) -> None:
    """No two standards of one product and place hold on the same day: in the file, or with what is kept."""
    places: dict[Key, list[tuple[Row | None, Any]]] = defaultdict(list)
    replaced = {key for key, _ in wanted}
    for key, standard in found.items():
        if key not in replaced:
            places[key[:3]].append((None, (standard.valid_from, standard.valid_to)))
    for row, (key, values) in zip(rows, wanted, strict=True):
        if not complaints.about(row.number, "product", "region", "unit", "valid_from", "valid_to"):
            places[key[:3]].append((row, (values["valid_from"], values["valid_to"])))
    for entries in places.values():
        for position in sorted(clashing([validity for _, validity in entries])):
            if (row_ := entries[position][0]) is not None:
                complaints.add(row_.number, "valid_from", row_.values["valid_from"], "overlap")


PLANS: dict[str, Callable[[Programme, list[Row], Complaints], Plan]] = {
    "regions": plan_regions,
    "institutions": plan_institutions,
    "units": plan_units,
    "products": plan_products,
    "standards": plan_standards,
}
