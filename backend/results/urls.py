"""Results: the pages of published figures."""

from django.http import HttpRequest, HttpResponseBase
from django.urls import path
from django.views.decorators.http import require_safe

from backend.pages.desk import anybody
from backend.pages.page import page

app_name = "results"


@require_safe
@anybody
def programme(request: HttpRequest, programme: str) -> HttpResponseBase:
    return page(request, "pages/base.html")


urlpatterns = [path("<slug:programme>/", programme, name="programme")]
