"""A class from the best to the least: rank, value, spread, number of visits, zone, and the change since last time."""

from __future__ import annotations

from decimal import Decimal

from django.db.models import Count, F, IntegerField, QuerySet
from django.db.models.functions import Cast, Floor
from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.http import require_safe

from backend.indicators.models import Result
from backend.indicators.rules import Level
from backend.pages.paging import rows_of
from backend.pages.templatetags.samar import points
from backend.results import figures
from backend.results.door import Reader, for_readers
from backend.results.drawings import BIN, distribution_of
from backend.results.editions import edition_for
from backend.results.errors import NoSuchFigures
from backend.results.overview import class_chosen
from backend.results.sheets import Sheet
from backend.units.models import Region
from backend.units.rules import codes_above

LEVELS = (Level.INSTITUTION.value, Level.UNIT.value)
ROWS_A_PAGE = 60


@require_safe
@for_readers
def ranking(request: HttpRequest, reader: Reader, period: str) -> HttpResponseBase:
    """One class, narrowed by region, of institutions or of units. A rank is always the one in the whole class."""
    edition = edition_for(request, reader, period)
    assert edition is not None  # the address names a period
    sheet = Sheet(request, reader, edition)
    classes = figures.class_lines(edition.made)
    chosen = class_chosen(request, classes)
    level = request.GET.get("level", LEVELS[0])
    region = request.GET.get("region", "")
    if level not in LEVELS:
        raise NoSuchFigures()
    lines = figures.rows().filter(
        computation=edition.made, level=level, institution_class=chosen.institution_class
    )
    if region:
        lines = lines.filter(figures.in_region(region))
    listed = rows_of(request, lines, ("pk",), each=ROWS_A_PAGE)  # kept in this order: best first
    changes = figures.changes_for(edition, listed.rows)
    names = figures.names_of({line.region for line in listed.rows} | ({region} if region else set()))
    values = values_in(lines)
    return sheet.show(
        "results/ranking.html",
        {
            "classes": classes,
            "chosen": chosen,
            "level": level,
            "region": region,
            "region_name": names.get(region, region),
            "regions": regions_to_choose(region),
            "list": listed,
            "rows": [
                {
                    "line": line,
                    "change": changes.get(line.pk),
                    "region": names.get(line.region, line.region),
                    "url": sheet.url("unit", unit=line.unit_id)
                    if line.unit_id
                    else sheet.url("institution", code=line.code),
                }
                for line in listed.rows
            ],
            "distribution": distribution_of(
                values, edition.method, chosen.value if not region and level == LEVELS[0] else None, points
            )
            if values
            else None,
        },
    )


def values_in(lines: QuerySet[Result]) -> list[Decimal]:
    """One value for each line that has one, told by the bin it is in: a bounded answer, however many lines."""
    step = int(BIN)
    bins = (
        lines.filter(value__isnull=False)
        .order_by()
        .annotate(bin=Cast(Floor(F("value") / step), IntegerField()))
        .values_list("bin")
        .annotate(lines=Count("pk"))
    )
    return [BIN * place for place, count in bins for _ in range(count)]


def regions_to_choose(region: str) -> list[Region]:
    """The parts of the region that is chosen, and those it lies in; else the provinces."""
    if not region:
        return list(Region.objects.filter(parent=None).order_by("pk"))
    province = codes_above(region)[0]
    return list(Region.objects.filter(figures.in_region(province, "pk")).order_by("pk"))
