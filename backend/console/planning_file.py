"""Orders from a file: read, looked at line by line, and saved as they were looked at."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from backend.assignments.planning import ORDERS_AT_ONCE_MAX, Plan, Wanted, assign_many
from backend.assignments.rules import Scenario, Terms, Window
from backend.assignments.tables import ORDERS, ReadOrders, read_orders
from backend.console.planning_errors import NoFile, PlanIllegible
from backend.console.planning_reach import people, units_of
from backend.console.planning_words import NOTICES, hinderers, speak
from backend.core.clock import now
from backend.core.errors import Problem
from backend.pages.desk import Desk, at_desk
from backend.pages.kept import kept_form
from backend.pages.page import page, words_of
from backend.people.rules import Verb
from backend.rest.problems import status_of
from backend.units.errors import FileTooLarge
from backend.units.models import Product
from backend.units.sheets import FILE_BYTES_MAX

EXAMPLES = 2
DAYS_AHEAD = 14


@require_http_methods(["GET", "HEAD", "POST"])
@at_desk(Verb.ASSIGN)
def plan_file(request: HttpRequest, desk: Desk) -> HttpResponseBase:
    """A file is checked; what was checked is what is saved."""
    if request.method != "POST":
        kept = kept_form(request)
        return again(request, desk, kept.get("plan", "")) if kept else asking(request, desk)
    try:
        if request.POST.get("do") == "save":
            return saving(request, desk)
        read = read_orders(_content(request), programme=desk.programme, by=desk.user)
    except Problem as problem:
        return asking(request, desk, problem)
    if read.complaints.total:
        return complaining(request, desk, read)
    plan = assign_many(list(read.rows.values()), programme=desk.programme.pk, by=desk.user, dry_run=True)
    return checked(request, desk, plan, list(read.rows), read.ignored_columns)


def saving(request: HttpRequest, desk: Desk) -> HttpResponseBase:
    """The orders that were checked and free. When one of them no longer is, nothing is saved and the lines say why."""
    numbers, wanted = unsealed(request.POST.get("plan", ""), desk)
    plan = assign_many(wanted, programme=desk.programme.pk, by=desk.user)
    if not plan.stored:
        return checked(request, desk, plan, numbers, (), status=409)
    words = ngettext(
        "%(count)s order is saved; the inspector's phone hears of it at its next sync.",
        "%(count)s orders are saved; the inspectors' phones hear of them at their next sync.",
        len(wanted),
    )
    messages.success(request, words % {"count": len(wanted)})
    return redirect(f"{reverse('console:plan', kwargs={'programme': desk.programme.code})}?show=coming")


def again(request: HttpRequest, desk: Desk, plan: str) -> HttpResponseBase:
    """What had been checked before the session ended is looked at once more."""
    try:
        numbers, wanted = unsealed(plan, desk)
    except Problem as problem:
        return asking(request, desk, problem)
    looked = assign_many(wanted, programme=desk.programme.pk, by=desk.user, dry_run=True)
    return checked(request, desk, looked, numbers, ())


def asking(request: HttpRequest, desk: Desk, problem: Problem | None = None) -> HttpResponseBase:
    said = {
        "problem": problem and words_of(problem),
        "missing": problem.facts.get("columns") if problem else None,
        "columns": [(name, name in ORDERS.required) for name in ORDERS.columns],
        "orders_max": ORDERS_AT_ONCE_MAX,
        "bytes_max": FILE_BYTES_MAX,
        "megabytes_max": FILE_BYTES_MAX // (1024 * 1024),
        "tab": "file",
    }
    return page(request, "console/plan/file.html", said, status=status_of(problem) if problem else 200)


def complaining(request: HttpRequest, desk: Desk, read: ReadOrders) -> HttpResponseBase:
    said = {
        "errors": read.complaints.in_order(),
        "total": read.complaints.total,
        "orders_max": ORDERS_AT_ONCE_MAX,
        "tab": "file",
    }
    return page(request, "console/plan/file_errors.html", said, status=400)


def checked(
    request: HttpRequest,
    desk: Desk,
    plan: Plan,
    numbers: Sequence[int],
    ignored: Sequence[str],
    *,
    status: int = 200,
) -> HttpResponseBase:
    """Line by line what hinders; the free ones are sealed into the form that saves them."""
    others = hinderers((p for row in plan.rows for p in row.problems), desk.user)
    lines = {row.wanted.order: number for row, number in zip(plan.rows, numbers, strict=True)}
    shown = [
        {
            "number": lines[row.wanted.order],
            "row": row,
            "terms": row.wanted.terms,
            "whys": speak(row.problems, others, lines),
            "notices": [NOTICES[notice] for notice in row.notices],
        }
        for row in plan.rows
    ]
    free = [row.wanted for row in plan.rows if not row.problems]
    said = {
        "rows": shown,
        "free": len(free),
        "refused": plan.refused,
        "ignored": ignored,
        "changed": status == 409,
        "plan": sealed([(lines[one.order], one) for one in free], desk),
        "tab": "file",
    }
    return page(request, "console/plan/file_checked.html", said, status=status)


@require_safe
@at_desk(Verb.ASSIGN)
def template(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The columns, and two rows that name a unit, a product and inspectors of this programme."""
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="orders-{desk.programme.code}.csv"'
    text = io.StringIO()
    lines = csv.writer(text)
    lines.writerow(ORDERS.columns)
    lines.writerows(_examples(desk))
    answer.write(
        b"\xef\xbb\xbf" + text.getvalue().encode()
    )  # Excel takes a CSV for UTF-8 only with this mark
    return answer


def _examples(desk: Desk) -> list[list[str]]:
    """Two lines that could be sent as they are, one fortnight after the other."""
    served = set(Product.objects.filter(programme=desk.programme).values_list("unit_type", flat=True))
    unit = units_of(desk).filter(unit_type__in=served).order_by("code").first()
    product = None
    if unit is not None:
        product = (
            Product.objects.filter(programme=desk.programme, unit_type=unit.unit_type)
            .order_by("code")
            .first()
        )
    who = [person.username for person in people(desk)[:EXAMPLES]] or ["sari"]
    first = now() + timedelta(days=7 - now().weekday())
    rows = []
    for number in range(EXAMPLES):
        opens = first + timedelta(days=DAYS_AHEAD * number)
        rows.append(
            [
                unit.code if unit else "SAM-63.01",
                product.code if product else "STNK-5TH-R2",
                who[number % len(who)],
                f"{opens:%Y-%m-%d} 08:00",
                f"{opens + timedelta(days=11):%Y-%m-%d} 16:00",
                Scenario.INQUIRY.value,
                _("Ask for the requirements and the fee."),
            ]
        )
    return rows


def _content(request: HttpRequest) -> bytes:
    """Raises NoFile, FileTooLarge; what is too large is not read."""
    sent = request.FILES.get("file")
    if sent is None:
        raise NoFile()
    if (sent.size or 0) > FILE_BYTES_MAX:
        raise FileTooLarge(bytes=sent.size, limit=FILE_BYTES_MAX)
    return bytes(sent.read())


# What was checked travels in the form, signed for this person and this programme.


def sealed(rows: Sequence[tuple[int, Wanted]], desk: Desk) -> str:
    return signing.dumps([_plain(number, one) for number, one in rows], salt=_salt(desk), compress=True)


def unsealed(text: str, desk: Desk) -> tuple[list[int], list[Wanted]]:
    """The numbers of the lines, and their orders. Raises PlanIllegible."""
    try:
        rows = signing.loads(text, salt=_salt(desk))
    except signing.BadSignature:
        raise PlanIllegible() from None
    return [row["line"] for row in rows], [_wanted(row, desk) for row in rows]


def _salt(desk: Desk) -> str:
    return f"samar.console.plan:{desk.programme.pk}:{desk.user.pk}"


def _plain(number: int, one: Wanted) -> dict[str, Any]:
    terms = asdict(one.terms)
    window = terms.pop("window")
    said = {name: str(value) for name, value in terms.items() if name != "checklist"}
    moments = {name: moment.isoformat() for name, moment in window.items()}
    return {"line": number, "order": str(one.order), **said, **moments}


def _wanted(row: Mapping[str, Any], desk: Desk) -> Wanted:
    terms = Terms(
        programme=desk.programme.pk,
        unit=UUID(row["unit"]),
        product=UUID(row["product"]),
        inspector=UUID(row["inspector"]),
        scenario=Scenario(row["scenario"]),
        window=Window(datetime.fromisoformat(row["opens"]), datetime.fromisoformat(row["closes"])),
        briefing=row["briefing"],
    )
    return Wanted(UUID(row["order"]), terms)


urlpatterns = [
    path("<slug:programme>/plan/file/", plan_file, name="plan_file"),
    path("<slug:programme>/plan/file/template.csv", template, name="plan_template"),
]
