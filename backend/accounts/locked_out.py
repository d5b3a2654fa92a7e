"""AXES_LOCKOUT_CALLABLE: what somebody sees who tried too often."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse

from backend.pages.page import page
from backend.people import proving


def locked_out(
    request: HttpRequest, answered: HttpResponse, credentials: dict[str, Any] | None
) -> HttpResponse:
    """A page with the time to wait; programs have had their problem document already."""
    if request.path_info.startswith("/api/"):
        return answered
    minutes = proving.minutes_left(request, proving.counted_name(request, credentials))
    shown = page(request, "accounts/locked_out.html", {"minutes": minutes}, status=429)
    shown["Retry-After"] = str(minutes * 60)
    return shown
