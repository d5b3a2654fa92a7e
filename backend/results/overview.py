"""The first sheet: every class by itself, one class on the map, its distribution and its way from period to period."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, cast

from django.conf import settings
from django.db.models import OuterRef, Subquery
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from backend.indicators.models import Computation, Result
from backend.pages.desk import anybody, to_sign_in
from backend.pages.page import page
from backend.pages.templatetags.samar import points
from backend.people.models import Programme, User
from backend.results import figures
from backend.results.door import OPENS, Reader, for_readers, with_published
from backend.results.drawings import Map, distribution_of, map_of, trend_of
from backend.results.editions import edition_for
from backend.results.errors import NoSuchFigures
from backend.results.sheets import Sheet
from backend.results.tiles import cells_for

PROGRAMMES_MAX = 200
ROWS_MAX = 60  # of the table beside the map; the ranking has all of them, page by page
DRAFTS_MAX = 3
BODIES_TOLD_MAX = 3  # institutions of one class in one cell of the map, in words
PROVINCE_LENGTH = 2


@require_safe
@anybody
def programmes(request: HttpRequest) -> HttpResponseBase:
    """The programmes with published figures that this reader may open."""
    if not (request.user.is_authenticated or settings.RESULTS_PUBLIC):
        return to_sign_in(request)
    found = with_published(Programme.objects.all())
    if not settings.RESULTS_PUBLIC:
        found = found.filter(pk__in=cast(User, request.user).programmes_where(*OPENS))
    newest = Computation.objects.published().filter(programme=OuterRef("pk")).order_by("-computed_at")
    listed = found.annotate(period=Subquery(newest.values("period")[:1])).order_by("name")[:PROGRAMMES_MAX]
    return page(request, "results/programmes.html", {"programmes": listed})


@require_safe
@for_readers
def overview(request: HttpRequest, reader: Reader, period: str = "") -> HttpResponseBase:
    """One period at a glance; without a period, the latest that was published."""
    edition = edition_for(request, reader, period)
    drafts = drafts_of(reader)
    if edition is None:
        empty = {"reader": reader, "programme": reader.programme, "drafts": drafts}
        return page(request, "results/nothing.html", empty)
    sheet = Sheet(request, reader, edition)
    classes = figures.class_lines(edition.made)
    chosen = class_chosen(request, classes)
    bodies = figures.bodies(edition.made, chosen.institution_class)
    places = figures.places_of(reader.programme)
    names = figures.names_of(places)
    provinces = sorted({code[:PROVINCE_LENGTH] for code in places})
    values = [body.value for body in bodies if body.value is not None]
    return sheet.show(
        "results/overview.html",
        {
            "classes": classes,
            "chosen": chosen,
            "drafts": drafts if not edition.asked else [],
            "map": honeycomb(sheet, places, names, bodies),
            "rows": [row_of(sheet, body, names) for body in bodies[:ROWS_MAX]],
            "more_rows": len(bodies) > ROWS_MAX,
            "distribution": distribution_of(values, edition.method, chosen.value, points) if values else None,
            "trend": trend_of(figures.trend_for(edition, chosen), edition.method, points),
            "beside": figures.beside(provinces, chosen.institution_class),
        },
    )


def row_of(sheet: Sheet, body: Result, names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "line": body,
        "region": names.get(body.region, body.region),
        "region_url": sheet.url("region", region=body.region),
        "url": sheet.url("institution", code=body.code),
    }


def drafts_of(reader: Reader) -> Sequence[Computation]:
    """The newest computations that are not published, for those who work on them."""
    if not reader.is_staff:
        return ()
    return list(reader.computations().filter(published_at=None).order_by("-computed_at", "-pk")[:DRAFTS_MAX])


def class_chosen(request: HttpRequest, classes: Sequence[Result]) -> Result:
    """The class the reader asks for, or the first one. Raises NoSuchFigures."""
    asked = request.GET.get("class", "")
    found = [line for line in classes if asked in ("", line.institution_class)]
    if not found:
        raise NoSuchFigures()
    return found[0]


def honeycomb(
    sheet: Sheet,
    places: Mapping[str, figures.Place | None],
    names: Mapping[str, str],
    bodies: Sequence[Result],
) -> Map:
    """The map of one class; bodies of whole provinces are not on it."""
    at: dict[str, list[Result]] = {}
    for body in bodies:
        at.setdefault(body.region[: figures.REGENCY_LENGTH], []).append(body)
    known = {code: place for code, place in places.items() if code in names}
    told = {
        code: figures.told_of(
            short_name(names[code]), at.get(code, []), sheet.url("region", region=code), sentence=sentence_for
        )
        for code in known
    }
    return map_of(cells_for(known), told)


def short_name(name: str) -> str:
    """Without the word that most of them begin with; a city keeps its own."""
    return name.removeprefix("Kabupaten ")


def sentence_for(lines: Sequence[Result]) -> str:
    """What a cell of the map says in words."""
    if not lines:
        return _("no figures of this class")
    told = [f"{line.name} {_figure(line.value, line)}" for line in lines[:BODIES_TOLD_MAX]]
    more = len(lines) - len(told)
    return "; ".join([*told, f"+ {more}"] if more else told)


def _figure(value: Decimal | None, line: Result) -> str:
    visits = ngettext("%(n)s visit", "%(n)s visits", line.n) % {"n": line.n}
    if value is None:
        return f"{_('not enough data')} ({visits})"
    return f"{points(value)}, {line.zone} {line.category} ({visits})"
