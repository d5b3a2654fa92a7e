"""Phones: when each was last heard, what it still holds unsent, and taking a lost one out of use. Whoever hands out
orders sees those of the whole programme, as the API's /devices does: a phone belongs to a person, not to a region."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import BooleanField, Case, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from backend.core.clock import now
from backend.pages.desk import Desk, at_desk
from backend.pages.page import page
from backend.pages.paging import bounded_count
from backend.people.actions import revoke_device
from backend.people.errors import NoSuchDevice
from backend.people.models import Device
from backend.people.rules import Verb
from backend.visits.testimony import read_time

DEVICES_SHOWN_MAX = 200
SEARCH_LENGTH_MAX = 100
SILENT = timedelta(days=3)  # with work unsent, longer than a weekend
HOLDS = Q(pending__submissions__gt=0) | Q(pending__photos__gt=0) | Q(pending__drafts__gt=0)
TRAYS = ("", "holding", "revoked")


@dataclass(frozen=True)
class Shown:
    """A device as the list shows it; `oldest` is when the oldest unsent work was finished, as the phone said."""

    device: Device
    submissions: int
    photos: int
    drafts: int
    oldest: datetime | None
    silent: bool

    @property
    def holds(self) -> bool:
        return bool(self.submissions or self.photos or self.drafts)

    @classmethod
    def of(cls, device: Device, moment: datetime) -> Shown:
        told = device.pending if isinstance(device.pending, dict) else {}
        numbers = {name: _whole(told.get(name)) for name in ("submissions", "photos", "drafts")}
        since = device.last_seen_at or device.registered_at
        silent = device.revoked_at is None and any(numbers.values()) and moment - since > SILENT
        return cls(device, oldest=read_time(told.get("oldest")), silent=silent, **numbers)


@require_safe
@at_desk(Verb.SEE_WHO_VISITED, Verb.MANAGE_PEOPLE)
def devices(request: HttpRequest, desk: Desk) -> HttpResponseBase:
    """Those in use, unsent work first and the longest silent before the others; `?tray=` holding, revoked."""
    tray = request.GET.get("tray", "")
    tray = tray if tray in TRAYS else ""
    sought = request.GET.get("q", "").replace("\0", "").strip()[:SEARCH_LENGTH_MAX]
    everyone = Device.objects.of_programme(desk.programme.pk)
    in_use = everyone.filter(revoked_at=None)
    trays = {"": in_use, "holding": in_use.filter(HOLDS), "revoked": everyone.exclude(revoked_at=None)}
    found = trays[tray]
    if sought:
        found = found.filter(Q(user__name__icontains=sought) | Q(user__username__icontains=sought))
    listed = list(_silent_first(found)[: DEVICES_SHOWN_MAX + 1])
    moment = now()
    said: dict[str, Any] = {
        "rows": [Shown.of(one, moment) for one in listed[:DEVICES_SHOWN_MAX]],
        "more": len(listed) > DEVICES_SHOWN_MAX,
        "shown": DEVICES_SHOWN_MAX,
        "tray": tray,
        "sought": sought,
        "counts": {name or "in_use": bounded_count(rows) for name, rows in trays.items()},
        "may_revoke": desk.may(Verb.MANAGE_PEOPLE),
    }
    return page(request, "console/team/devices.html", said)


@require_http_methods(["GET", "HEAD", "POST"])
@at_desk(Verb.MANAGE_PEOPLE)
def revoke(request: HttpRequest, desk: Desk, device: UUID) -> HttpResponseBase:
    """What happens to the phone and to what it holds, and doing it. Twice is once."""
    found = Device.objects.of_programme(desk.programme.pk).filter(pk=device).select_related("user").first()
    if found is None:
        raise NoSuchDevice()
    if request.method == "POST":
        revoke_device(device, by=desk.user)
        messages.success(request, _("%(phone)s is out of use.") % {"phone": found.name})
        return redirect("console:devices", programme=desk.programme.code)
    return page(request, "console/team/revoke.html", {"row": Shown.of(found, now())})


def _silent_first(devices: QuerySet[Device]) -> QuerySet[Device]:
    holding = Case(When(HOLDS, then=Value(True)), default=Value(False), output_field=BooleanField())
    seen = Coalesce("last_seen_at", "registered_at")
    return (
        devices.annotate(holding=holding, seen=seen).order_by("-holding", "seen", "pk").select_related("user")
    )


def _whole(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0


urlpatterns = [
    path("<slug:programme>/devices/", devices, name="devices"),
    path("<slug:programme>/devices/<uuid:device>/revoke/", revoke, name="revoke_device"),
]
