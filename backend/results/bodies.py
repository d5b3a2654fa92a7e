"""A region, an institution, a unit: each with what is below it, and with other bodies' scores beside."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.http import require_safe

from backend.indicators.models import Result
from backend.indicators.reading import unit_counted
from backend.indicators.rules import Level
from backend.pages.templatetags.samar import points
from backend.results import figures
from backend.results.door import Reader, for_readers
from backend.results.drawings import trend_of
from backend.results.editions import Edition, edition_for
from backend.results.errors import NoSuchFigures
from backend.results.sheets import Sheet
from backend.units.models import Unit
from backend.units.rules import codes_above

LINES_MAX = 400
UNITS_MAX = 200


@require_safe
@for_readers
def region(request: HttpRequest, reader: Reader, period: str, region: str) -> HttpResponseBase:
    """What was found in a region, class by class; and what Ombudsman RI published of it."""
    sheet = _sheet(request, reader, period)
    lines = list(
        figures.rows()
        .filter(
            figures.in_region(region),
            computation=sheet.edition.made,
            level__in=[Level.REGION.value, Level.INSTITUTION.value],
        )
        .order_by("pk")[:LINES_MAX]
    )
    names = figures.names_of({region} | {line.region for line in lines})
    if not lines or region not in names:
        raise NoSuchFigures()
    changes = figures.changes_for(sheet.edition, lines)
    rows = [_row(sheet, line, changes, names) for line in lines]
    return sheet.show(
        "results/region.html",
        {
            "region": region,
            "cut": len(lines) == LINES_MAX,
            "name": names[region],
            "above": [
                (code, names.get(code, code), sheet.url("region", region=code))
                for code in codes_above(region)[:-1]
            ],
            "classes": [
                (klass, [row for row in rows if row["line"].institution_class == klass])
                for klass in figures.CLASS_ORDER
                if any(line.institution_class == klass for line in lines)
            ],
            "beside": figures.beside([region], below=True),
        },
    )


@require_safe
@for_readers
def institution(request: HttpRequest, reader: Reader, period: str, code: str) -> HttpResponseBase:
    """One institution with its units."""
    sheet = _sheet(request, reader, period)
    made = sheet.edition.made
    line = Result.objects.filter(computation=made, level=Level.INSTITUTION.value, code=code).first()
    if line is None:
        raise NoSuchFigures()
    units = list(
        figures.rows()
        .filter(computation=made, level=Level.UNIT.value, unit__institution__code=code)
        .order_by("pk")[:UNITS_MAX]
    )
    changes = figures.changes_for(sheet.edition, [line, *units])
    names = figures.names_of({line.region} | {unit.region for unit in units})
    return sheet.show(
        "results/institution.html",
        {
            **_body(sheet, line, names),
            "change": changes.get(line.pk),
            "rows": [_row(sheet, unit, changes, names) for unit in units],
            "cut": len(units) == UNITS_MAX,
            "beside": figures.beside([line.region], line.institution_class),
        },
    )


@require_safe
@for_readers
def unit(request: HttpRequest, reader: Reader, period: str, unit: UUID) -> HttpResponseBase:
    """One unit down to its items, with what it had promised."""
    sheet = _sheet(request, reader, period)
    found = Unit.objects.filter(programme=reader.programme, pk=unit).with_names().first()
    line = Result.objects.filter(computation=sheet.edition.made, level=Level.UNIT.value, unit=found).first()
    if found is None or line is None:
        raise NoSuchFigures()
    told = unit_counted(sheet.edition.made, found)
    return sheet.show(
        "results/unit.html",
        {
            **_body(sheet, line, {found.region_id: found.region.name}),
            "unit": found,
            "belongs_to": sheet.url("institution", code=found.institution.code),
            "change": figures.changes_for(sheet.edition, [line]).get(line.pk),
            "told": told,
            "fewer": told.n != line.n,
            "standards": figures.standards_for(found, sheet.edition),
        },
    )


def _sheet(request: HttpRequest, reader: Reader, period: str) -> Sheet:
    edition = edition_for(request, reader, period)
    assert edition is not None  # the address names a period
    return Sheet(request, reader, edition)


def _body(sheet: Sheet, line: Result, names: dict[str, str]) -> dict[str, Any]:
    edition: Edition = sheet.edition
    return {
        "line": line,
        "region_name": names.get(line.region, line.region),
        "region_url": sheet.url("region", region=line.region),
        "trend": trend_of(figures.trend_for(edition, line), edition.method, points),
    }


def _row(sheet: Sheet, line: Result, changes: Any, names: dict[str, str]) -> dict[str, Any]:
    if line.unit_id:
        url = sheet.url("unit", unit=line.unit_id)
    elif line.level == Level.INSTITUTION.value:
        url = sheet.url("institution", code=line.code)
    else:
        url = sheet.url("region", region=line.region)
    return {
        "line": line,
        "change": changes.get(line.pk),
        "url": url,
        "region": names.get(line.region, line.region),
    }
