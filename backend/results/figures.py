"""Reading what the pages show. Nothing is computed here: lines of a computation, places, and other bodies' scores."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Avg, Q, QuerySet

from backend.indicators.methods import method_named
from backend.indicators.models import Computation, PublishedResult, Result
from backend.indicators.rules import Level
from backend.pages.templatetags.samar import period as period_name
from backend.pages.templatetags.samar import points
from backend.people.models import Programme
from backend.results.drawings import At, Told
from backend.results.editions import Edition
from backend.results.tiles import Place
from backend.units.models import PublishedStandard, Region, Unit
from backend.units.rules import InstitutionClass, codes_above, standard_on

CLASS_ORDER = [klass.value for klass in InstitutionClass]
BODIES_MAX = 1000  # institutions of one class; there are 552 governments
REGENCY_LENGTH = len("63.01")
BESIDE_MAX = 60  # scores of another body shown at once


def in_region(code: str, column: str = "region") -> Q:
    """Rows of a region and of those below it."""
    return Q(**{column: code}) | Q(**{f"{column}__startswith": f"{code}."})


def rows() -> QuerySet[Result]:
    """Lines as tables show them, without what only a sheet of their own shows."""
    return Result.objects.defer("dimensions", "zones")


def class_lines(made: Computation) -> list[Result]:
    """A line for each class, in the order classes are always told."""
    lines = Result.objects.filter(computation=made, level=Level.CLASS.value)
    return sorted(lines, key=lambda line: CLASS_ORDER.index(line.institution_class))


def bodies(made: Computation, klass: str) -> list[Result]:
    """The institutions of a class, best first, those without enough data last."""
    lines = rows().filter(computation=made, level=Level.INSTITUTION.value, institution_class=klass)
    return list(lines.order_by("pk")[:BODIES_MAX])


# Places


def places_of(programme: Programme) -> dict[str, Place | None]:
    """Regency -> the mean of its units' points, None where no unit has one. Codes below regencies count as theirs."""
    units = Unit.objects.filter(programme=programme)
    found: dict[str, list[Place | None]] = {}
    means = units.order_by().values("region").annotate(south=Avg("latitude"), east=Avg("longitude"))
    for row in means:
        point = None if row["south"] is None else (float(row["south"]), float(row["east"]))
        found.setdefault(row["region"][:REGENCY_LENGTH], []).append(point)
    return {
        code: _middle([point for point in points if point is not None])
        for code, points in found.items()
        if len(code) == REGENCY_LENGTH
    }


def _middle(points: list[Place]) -> Place | None:
    if not points:
        return None
    # Four decimals are ten metres: the map is the same from whichever database the means come.
    north, east = (round(sum(values) / len(points), 4) for values in zip(*points, strict=True))
    return north, east


def names_of(codes: Iterable[str]) -> dict[str, str]:
    """Region code -> name, also of the provinces above."""
    wanted = {above for code in codes for above in codes_above(code)}
    return dict(Region.objects.filter(pk__in=wanted).values_list("pk", "name"))


def told_of(name: str, lines: list[Result], url: str, *, sentence: Callable[[list[Result]], str]) -> Told:
    """What the map says of a regency from the institutions of one class in it."""
    enough = [line for line in lines if line.value is not None]
    zones = {line.zone for line in enough}
    kind, letter, value = "several", f"{len(enough)}×", ""
    if not lines:
        kind, letter = "empty", ""
    elif not enough:
        kind, letter = "none", "◇"
    elif len(zones) == 1:
        kind = zones.pop()
    if len(enough) == 1:
        letter, value = enough[0].category, points(enough[0].value)
    # What is read aloud begins with what is seen.
    seen = " ".join(part for part in (name, letter, value) if part)
    return Told(name, kind, letter, value, f"{seen}: {sentence(lines)}", url)


# From period to period


def trend_for(edition: Edition, line: Result) -> list[At]:
    """What the periods of the edition said of the same body."""
    known = {
        other.computation_id: other
        for other in Result.objects.filter(
            computation__in=[made.pk for made in edition.series],
            level=line.level,
            institution_class=line.institution_class,
            code=line.code,
        )
    }
    return [_at(made, known.get(made.pk)) for made in edition.series]


def _at(made: Computation, line: Result | None) -> At:
    value = line.value if line is not None else None
    checklist = f"{made.checklist.code} {made.checklist.version}"
    ruler = checklist if made.checklist.code == made.method else f"{made.method}, {checklist}"
    return At(period_name(made.period), value, points(value), ruler, line.zone if line is not None else "")


def changes_for(edition: Edition, lines: Iterable[Result]) -> Mapping[int, Decimal]:
    """Line -> its change against the previous period, where both were made with one ruler and have a value."""
    lines = [line for line in lines if line.value is not None]
    if edition.comparable is None or not lines:
        return {}
    before = Result.objects.filter(
        computation=edition.comparable,
        level__in={line.level for line in lines},
        code__in=[line.code for line in lines],
        value__isnull=False,
    ).values_list("level", "institution_class", "code", "value")
    known = {(level, klass, code): value for level, klass, code, value in before}
    found = {line.pk: known.get((line.level, line.institution_class, line.code)) for line in lines}
    return {
        line.pk: line.value - value
        for line in lines
        if line.value is not None and (value := found[line.pk]) is not None
    }


# Beside ours, never mixed with ours


@dataclass(frozen=True)
class Beside:
    """A score another body published. `zone` follows from its method where the source prints none (`printed`)."""

    row: PublishedResult
    zone: str
    category: str
    printed: bool


def beside(regions: Iterable[str], klass: str = "", *, below: bool = False) -> list[Beside]:
    """What other bodies published of these regions (and those below them), the newest first."""
    where = Q(pk__in=[])
    for code in regions:
        where |= in_region(code) if below else Q(region=code)
    rows = PublishedResult.objects.filter(where, **({"institution_class": klass} if klass else {}))
    return [_beside(row) for row in rows.order_by("-year", "-value", "pk")[:BESIDE_MAX]]


def _beside(row: PublishedResult) -> Beside:
    if row.zone_as_printed:
        return Beside(row, row.zone_as_printed, row.category_as_printed, True)
    band = method_named(row.method).zone_of(row.value)
    return Beside(row, band.zone if band else "", band.category if band else "", False)


# What a unit had promised


def standards_for(unit: Unit, edition: Edition) -> list[PublishedStandard]:
    """The published standard that binds the unit at the period's end, for each product of its type."""
    day = edition.days.last
    here = Q(unit=unit) | Q(unit=None, region=None) | Q(region__in=codes_above(unit.region_id))
    rows = (
        PublishedStandard.objects.filter(
            here, product__programme=unit.programme_id, product__unit_type=unit.unit_type, valid_from__lte=day
        )
        .select_related("product")
        .order_by("product__code")
    )
    products: dict[Any, list[PublishedStandard]] = {}
    for row in rows:
        products.setdefault(row.product_id, []).append(row)
    chosen = [standard_on(day, told, unit=unit.pk, region=unit.region_id) for told in products.values()]
    return [standard for standard in chosen if standard is not None]
