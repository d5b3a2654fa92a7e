"""Tables of regions, institutions, units, products and standards: looked at, taken along, brought in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Q
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from backend.core.clock import now
from backend.core.errors import Problem
from backend.core.spreadsheets import CONTENT_TYPE, as_csv
from backend.pages.desk import Desk, at_desk
from backend.pages.page import page, words_of
from backend.pages.paging import bounded_count, rows_of
from backend.people.rules import Verb
from backend.rest.problems import status_of
from backend.units import actions, errors
from backend.units.models import CheckedTable
from backend.units.sheets import FILE_BYTES_MAX, ROWS_MAX
from backend.units.tables import TABLES
from backend.units.written import as_text, cells, kept, lines

WORDS_LENGTH_MAX = 80
SEPARATORS = {"": ",", "comma": ",", "semicolon": ";"}

# In the order in which they are brought in: each stands on those before it.
TITLES: Mapping[str, Promise] = {
    "regions": gettext_lazy("Regions"),
    "institutions": gettext_lazy("Institutions"),
    "units": gettext_lazy("Units"),
    "products": gettext_lazy("Products"),
    "standards": gettext_lazy("Published standards"),
}
HOLDS: Mapping[str, Promise] = {
    "regions": gettext_lazy("Provinces, regencies and cities under their official codes."),
    "institutions": gettext_lazy("The bodies that answer for units."),
    "units": gettext_lazy("The places that are visited, with their hours and where they lie."),
    "products": gettext_lazy("What the public asks units for."),
    "standards": gettext_lazy("Official fees and times of products, with source and validity."),
}
SEARCHED: Mapping[str, tuple[str, ...]] = {
    "regions": ("code", "name"),
    "institutions": ("code", "name"),
    "units": ("code", "name", "institution__code", "region__code"),
    "products": ("code", "name_id", "name_en"),
    "standards": ("product__code", "product__name_id", "unit__code", "source"),
}
ORDERED = {"regions": ("code",), "standards": ("product__code", "-valid_from", "id")}


@require_safe
@at_desk(Verb.MANAGE_UNITS)
def tables(request: HttpRequest, desk: Desk) -> HttpResponseBase:
    """What is here of each kind, and the form that checks a file."""
    return _overview(request, desk)


@require_safe
@at_desk(Verb.MANAGE_UNITS)
def table(request: HttpRequest, desk: Desk, kind: str) -> HttpResponseBase:
    """One table as it is now, searched by code or name."""
    _known(kind)
    words = request.GET.get("q", "").strip()[:WORDS_LENGTH_MAX].replace("\x00", "")
    found = kept(kind, desk.programme).filter(_holding(kind, words))
    shown = rows_of(request, found, ORDERED.get(kind, ("code", "id")))
    rows = [[as_text(value) for value in cells(row).values()] for row in shown.rows]
    context = {"kind": kind, "title": TITLES[kind], "q": words, "columns": list(TABLES[kind].columns)}
    return page(request, "console/tables/table.html", {**context, "list": shown, "rows": rows})


@require_safe
@at_desk(Verb.MANAGE_UNITS)
def taken(request: HttpRequest, desk: Desk, kind: str) -> HttpResponseBase:
    """The table as a file, to be changed and brought back. With `?empty=1` its header alone."""
    _known(kind)
    empty = request.GET.get("empty") == "1"
    separator = SEPARATORS.get(request.GET.get("separator", ""), ",")
    rows = [] if empty else lines(kind, desk.programme)
    pieces = as_csv(tuple(TABLES[kind].columns), rows, separator=separator)
    answer = StreamingHttpResponse(pieces, content_type=CONTENT_TYPE)
    name = f"{kind}-{'template' if empty else desk.programme.code}.csv"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["Cache-Control"] = "no-store"
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
@at_desk(Verb.MANAGE_UNITS)
def check(request: HttpRequest, desk: Desk) -> HttpResponseBase:
    """A rehearsal. A file that fits is kept for a day, so that it is this very content that comes in."""
    return _check(request, desk) if request.method == "POST" else _checked(request, desk)


def _check(request: HttpRequest, desk: Desk) -> HttpResponseBase:
    kind, file = request.POST.get("kind", ""), request.FILES.get("file")
    if kind not in TABLES:
        return _overview(request, desk, wrong={"kind": _("Say what kind of table this is.")})
    if not isinstance(file, UploadedFile):
        return _overview(request, desk, wrong={"file": _("Choose a file first.")})
    content, name = file.read(FILE_BYTES_MAX + 1), str(file.name)
    try:
        report = actions.import_table(
            kind, content, name, programme=desk.programme, by=desk.user, dry_run=True
        )
    except Problem as problem:
        return _overview(request, desk, problem=problem)
    if report.errors:
        context = {"report": report, "title": TITLES[kind], "name": actions.shown(name)}
        return page(request, "console/tables/checked.html", context, status=400)
    actions.keep_table(kind, content, name, programme=desk.programme, by=desk.user)
    return redirect("console:tables_check", desk.programme.code)


def _checked(request: HttpRequest, desk: Desk) -> HttpResponseBase:
    """What the kept table would change as things are now, or what became of it."""
    found = CheckedTable.objects.of(desk.user, desk.programme, now()).first()
    if found is None:
        return redirect("console:tables", desk.programme.code)
    context: dict[str, Any] = {"kept": found, "title": TITLES[found.kind], "name": found.name}
    if found.report is not None:
        return page(request, "console/tables/brought_in.html", {**context, "kind": found.kind})
    report = actions.import_table(
        found.kind, bytes(found.content), found.name, programme=desk.programme, by=desk.user, dry_run=True
    )
    status = 409 if report.errors else 200
    return page(request, "console/tables/checked.html", {**context, "report": report}, status=status)


@require_POST
@at_desk(Verb.MANAGE_UNITS)
def bring_in(request: HttpRequest, desk: Desk) -> HttpResponseBase:
    """Exactly what was checked, and once: a second press shows what the first one did."""
    digest = request.POST.get("digest", "")[:60]
    try:
        found, report = actions.bring_in_checked(digest, programme=desk.programme, by=desk.user)
    except errors.NoCheckedTable as problem:
        return _overview(request, desk, problem=problem)
    if report is not None and not report.stored:
        context = {"kept": found, "title": TITLES[found.kind], "name": found.name, "report": report}
        return page(request, "console/tables/checked.html", context, status=409)
    if report is not None:
        messages.success(request, _("The table was brought in."))
    return redirect("console:tables_check", desk.programme.code)


def _overview(
    request: HttpRequest,
    desk: Desk,
    *,
    wrong: Mapping[str, str] | None = None,
    problem: Problem | None = None,
) -> HttpResponseBase:
    found = CheckedTable.objects.of(desk.user, desk.programme, now()).defer("content").first()
    context = {
        "kinds": [
            {"kind": kind, "title": title, "holds": HOLDS[kind], "columns": _columns(kind)}
            | {"count": bounded_count(kept(kind, desk.programme))}
            for kind, title in TITLES.items()
        ],
        "chosen": request.POST.get("kind") or request.GET.get("kind", ""),
        "waiting": found if found is not None and found.report is None else None,
        "wrong": wrong or {},
        "problem": problem,
        "words": words_of(problem) if problem else "",
        "facts": facts_of(problem) if problem else [],
        "bytes_max": FILE_BYTES_MAX,
        "mib_max": FILE_BYTES_MAX // (1024 * 1024),
        "rows_max": ROWS_MAX,
    }
    status = 400 if wrong else status_of(problem) if problem else 200
    return page(request, "console/tables/overview.html", context, status=status)


def _columns(kind: str) -> list[tuple[str, bool]]:
    """The columns, and whether each must be filled in."""
    return [(column, column in TABLES[kind].required) for column in TABLES[kind].columns]


def facts_of(problem: Problem) -> list[str]:
    """What a problem of a whole file names, in a few words each."""
    told = problem.facts
    found = []
    if columns := told.get("columns"):
        found.append(
            _("Columns: %(names)s.") % {"names": ", ".join(columns) if isinstance(columns, list) else columns}
        )
    if there := told.get("found"):
        found.append(_("In the file: %(names)s.") % {"names": ", ".join(there)[:400]})
    if row := told.get("row"):
        found.append(_("At row %(row)s.") % {"row": row})
    return found


def _holding(kind: str, words: str) -> Q:
    found = Q()
    if words:
        for column in SEARCHED[kind]:
            found |= Q(**{f"{column}__icontains": words})
    return found


def _known(kind: str) -> None:
    if kind not in TABLES:
        raise errors.UnknownKind(kind=kind[:40])


urlpatterns = [
    path("<slug:programme>/tables/", tables, name="tables"),
    path("<slug:programme>/tables/check/", check, name="tables_check"),
    path("<slug:programme>/tables/bring-in/", bring_in, name="tables_bring_in"),
    path("<slug:programme>/tables/<slug:kind>/", table, name="table"),
    path("<slug:programme>/tables/<slug:kind>/taken/", taken, name="table_taken"),
]
