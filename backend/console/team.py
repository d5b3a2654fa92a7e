"""People and the phones they carry."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.urls import path
from django.views.decorators.http import require_safe

from backend.pages.desk import Desk, at_desk
from backend.pages.page import page
from backend.people.rules import Verb


@require_safe
@at_desk(Verb.MANAGE_PEOPLE)
def people(request: HttpRequest, desk: Desk) -> HttpResponseBase:
    return page(request, "pages/base.html")


urlpatterns = [path("<slug:programme>/people/", people, name="people")]


@require_safe
@at_desk(Verb.SEE_WHO_VISITED, Verb.MANAGE_PEOPLE)
def devices(request: HttpRequest, desk: Desk) -> HttpResponseBase:
    return page(request, "pages/base.html")


urlpatterns += [path("<slug:programme>/devices/", devices, name="devices")]
