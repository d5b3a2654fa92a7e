"""Checklists: their files checked, seen as the phone shows them, published, compared, withdrawn."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.db.models import OuterRef
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import path, re_path
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from backend.assignments.models import Assignment
from backend.checklists import actions, errors
from backend.checklists.api import DIGEST
from backend.checklists.archives import unpacked
from backend.checklists.comparing import compare
from backend.checklists.models import CheckedInstrument, Checklist
from backend.checklists.outline import BYTES_MAX, FILES_MAX
from backend.checklists.rules import Instrument
from backend.console.instrument_preview import ORDERS, SCENARIO_NAMES, chosen_in, groups_in, preview
from backend.core.clock import now
from backend.core.errors import Problem
from backend.pages.desk import Desk, at_desk
from backend.pages.page import page, words_of
from backend.pages.paging import BoundedCount, rows_of
from backend.people.rules import Verb
from backend.rest.problems import status_of

VERSIONS_PER_PAGE = 20
VERSIONS_OFFERED_MAX = 100
CHECKED = "checked"  # in place of a digest: what one has checked and not published

# What differs between two versions, by the names comparing.py gives.
WHAT: Mapping[str, Promise] = {
    "title": gettext_lazy("Title"),
    "caveat": gettext_lazy("Caveat"),
    "technique": gettext_lazy("Technique"),
    "valid_share": gettext_lazy("Share that must be answered"),
    "waiting_minutes": gettext_lazy("Waiting times"),
    "variants": gettext_lazy("Unit types"),
    "question": gettext_lazy("Question"),
    "place": gettext_lazy("Place in the checklist"),
    "type": gettext_lazy("Type"),
    "weight": gettext_lazy("Weight"),
    "mode": gettext_lazy("Mode"),
    "photo": gettext_lazy("Photo"),
    "norm": gettext_lazy("Norm"),
    "origin": gettext_lazy("Norm or design"),
    "critical": gettext_lazy("Critical"),
    "bands": gettext_lazy("Scale"),
    "of": gettext_lazy("Out of"),
    "condition": gettext_lazy("Asked if"),
    "na_when": gettext_lazy("Does not apply"),
    "option": gettext_lazy("Option"),
}


@require_safe
@at_desk(Verb.PUBLISH_CHECKLIST)
def checklists(request: HttpRequest, desk: Desk) -> HttpResponseBase:
    """Every version, newest first, with how many orders of this programme use it."""
    return _versions(request, desk)


@require_http_methods(["GET", "HEAD", "POST"])
@at_desk(Verb.PUBLISH_CHECKLIST)
def check(request: HttpRequest, desk: Desk) -> HttpResponseBase:
    """POST: check the files; every flaw at once, or a preview of what would be published. GET: that preview again."""
    if request.method == "POST":
        return _check(request, desk)
    found = CheckedInstrument.objects.of(desk.user, now()).first()
    if found is None:
        return redirect("console:checklists", desk.programme.code)
    newest = (
        Checklist.objects.filter(code=found.instrument.code).defer("text").order_by("-published_at").first()
    )
    context = {"digest": found.digest, "newest": newest, "published": False}
    return page(
        request, "console/instruments/checked.html", context | _preview_of(found.instrument, request.GET)
    )


def _check(request: HttpRequest, desk: Desk) -> HttpResponseBase:
    sent = request.FILES.getlist("files")
    if not sent:
        return _versions(request, desk, wrong=_("Choose the files first."))
    if sum(file.size or 0 for file in sent) > BYTES_MAX:
        words = _("All files together are larger than %(kib)s KiB.") % {"kib": BYTES_MAX // 1024}
        return _versions(request, desk, wrong=words, status=413)
    try:
        files = unpacked((str(file.name), file.read()) for file in sent)
        actions.check_instrument(files, by=desk.user)
    except errors.ChecklistRefused as refused:
        context = {"problem": refused, "names": sorted(files), **refused.facts}
        return page(request, "console/instruments/refused.html", context, status=status_of(refused))
    except Problem as problem:
        return _versions(request, desk, problem=problem)
    return redirect("console:checklists_check", desk.programme.code)


@require_POST
@at_desk(Verb.PUBLISH_CHECKLIST)
def publish(request: HttpRequest, desk: Desk) -> HttpResponseBase:
    """Exactly what was checked. A second press finds it published."""
    try:
        made = actions.publish_checked(request.POST.get("digest", "")[:60], by=desk.user)
    except (errors.NoCheckedInstrument, errors.VersionTaken) as problem:
        return _versions(request, desk, problem=problem)
    named = {"code": made.code, "version": made.version}
    messages.success(request, _("%(code)s %(version)s is published; new orders may use it.") % named)
    return redirect("console:checklist", desk.programme.code, made.digest)


@require_safe
@at_desk(Verb.PUBLISH_CHECKLIST)
def checklist(request: HttpRequest, desk: Desk, digest: str) -> HttpResponseBase:
    """One version: what it weighs, and what the phone shows."""
    found = Checklist.objects.select_related("published_by").named(digest)
    context = {
        "checklist": found,
        "digest": found.digest,
        "published": True,
        "may_withdraw": found.withdrawn_at is None and actions.may_withdraw(found, desk.user),
    }
    return page(
        request, "console/instruments/checklist.html", context | _preview_of(found.instrument, request.GET)
    )


@require_POST
@at_desk(Verb.PUBLISH_CHECKLIST)
def withdraw(request: HttpRequest, desk: Desk, digest: str) -> HttpResponseBase:
    made = actions.withdraw_checklist(Checklist.objects.named(digest), by=desk.user)
    named = {"code": made.code, "version": made.version}
    messages.success(request, _("%(code)s %(version)s is withdrawn; no new order uses it.") % named)
    return redirect("console:checklist", desk.programme.code, made.digest)


@require_safe
@at_desk(Verb.PUBLISH_CHECKLIST)
def comparison(request: HttpRequest, desk: Desk) -> HttpResponseBase:
    """Two versions side by side, or what was checked beside a version."""
    offered = list(
        Checklist.objects.only("digest", "code", "version", "published_at")
        .order_by("-published_at", "-digest")[:VERSIONS_OFFERED_MAX]
    )  # fmt: skip
    checked = CheckedInstrument.objects.of(desk.user, now()).first()
    before, after = request.GET.get("from", ""), request.GET.get("to", "")
    context: dict[str, Any] = {
        "offered": offered,
        "checked": checked,
        "from": before,
        "to": after,
        "what": WHAT,
    }
    if before and after:
        old, new = _instrument(before, checked), _instrument(after, checked)
        context |= {"old": old, "new": new, "found": compare(old, new)}
    return page(request, "console/instruments/comparison.html", context)


def _instrument(name: str, checked: CheckedInstrument | None) -> Instrument:
    if name == CHECKED:
        if checked is None:
            raise errors.NoCheckedInstrument()
        return checked.instrument
    if "\x00" in name:
        raise errors.NoSuchChecklist()
    return Checklist.objects.named(name).instrument


def _preview_of(instrument: Instrument, asked: Mapping[str, Any]) -> dict[str, Any]:
    chosen = chosen_in(instrument, asked)
    return {
        "instrument": instrument,
        "chosen": chosen,
        "scenarios": SCENARIO_NAMES,
        "orders": ORDERS,
        "groups_offered": groups_in(instrument),
        "items": sum(
            1 for d in instrument.dimensions_for(chosen.variant) for i in d.indicators for _item in i.items
        ),
        "preview": preview(instrument, chosen),
    }


def _versions(
    request: HttpRequest, desk: Desk, *, wrong: str = "", problem: Problem | None = None, status: int = 400
) -> HttpResponseBase:
    used = Assignment.objects.filter(programme=desk.programme, checklist=OuterRef("pk"))
    found = Checklist.objects.defer("text").select_related("published_by").annotate(orders=BoundedCount(used))
    context = {
        "list": rows_of(request, found, ("-published_at", "-digest"), each=VERSIONS_PER_PAGE),
        "checked": CheckedInstrument.objects.of(desk.user, now()).first(),
        "wrong": wrong,
        "problem": problem,
        "words": words_of(problem) if problem else "",
        "bytes_max": BYTES_MAX,
        "kib_max": BYTES_MAX // 1024,
        "files_max": FILES_MAX,
    }
    code = status if wrong else status_of(problem) if problem else 200
    return page(request, "console/instruments/versions.html", context, status=code)


PROGRAMME = r"^(?P<programme>[-a-zA-Z0-9_]+)"

urlpatterns = [
    path("<slug:programme>/checklists/", checklists, name="checklists"),
    path("<slug:programme>/checklists/check/", check, name="checklists_check"),
    path("<slug:programme>/checklists/publish/", publish, name="checklists_publish"),
    path("<slug:programme>/checklists/compare/", comparison, name="checklists_compare"),
    re_path(rf"{PROGRAMME}/checklists/{DIGEST}/$", checklist, name="checklist"),
    re_path(rf"{PROGRAMME}/checklists/{DIGEST}/withdraw/$", withdraw, name="checklist_withdraw"),
]
