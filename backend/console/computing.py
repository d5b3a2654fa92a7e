"""Figures of a period, computed and published."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.urls import path
from django.views.decorators.http import require_safe

from backend.pages.desk import Desk, at_desk
from backend.pages.page import page
from backend.people.rules import Verb


@require_safe
@at_desk(Verb.COMPUTE, Verb.PUBLISH_RESULTS)
def computations(request: HttpRequest, desk: Desk) -> HttpResponseBase:
    return page(request, "pages/base.html")


urlpatterns = [path("<slug:programme>/computations/", computations, name="computations")]
