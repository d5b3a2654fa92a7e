"""The whole URL map on one screen."""

from django.urls import include, path, re_path
from django.views.generic import RedirectView
from django.views.i18n import set_language
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView

from backend import phone_app
from backend.health import healthz

handler400 = "backend.pages.problems.bad_request"
handler404 = "backend.pages.problems.not_found"
handler429 = "backend.accounts.views.too_many_requests"
handler500 = "backend.pages.problems.server_error"

# Phones come first: an address is found by trying one after the other.
ROOMS = [
    "sync",
    "people",
    "units",
    "checklists",
    "assignments",
    "visits",
    "review",
    "indicators",
    "exports",
]

urlpatterns = [
    path("", RedirectView.as_view(url="/console/")),
    path("healthz", healthz),
    path("app", RedirectView.as_view(url=phone_app.HOME)),
    re_path("^app/", phone_app.not_there),  # what is there is answered by the middleware
    path("console/", include("backend.console.urls")),
    path("results/", include("backend.results.urls")),
    path("accounts/", include("backend.accounts.urls")),
    path("language/", set_language, name="language"),
    path("api/v1/", include([path("", include(f"backend.{room}.api")) for room in ROOMS])),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/docs/", SpectacularSwaggerView.as_view(url_name="schema"), name="docs"),
]
