"""The whole URL map on one screen."""

from importlib import import_module

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView

handler400 = "backend.rest.problems.bad_request"
handler404 = "backend.rest.problems.not_found"
handler500 = "backend.rest.problems.server_error"

ROOMS = ("people", "units", "checklists", "evidence", "assignments", "visits", "review", "indicators", "exports", "sync")

urlpatterns = [
    path("api/v1/", include([path("", include(f"backend.{room}.api")) for room in ROOMS])),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/docs/", SpectacularSwaggerView.as_view(url_name="schema"), name="docs"),
]
