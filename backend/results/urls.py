"""Figures to look at: every address of the results."""

from django.urls import path

from backend.results.bodies import institution, region, unit
from backend.results.overview import overview, programmes
from backend.results.ranking import ranking

app_name = "results"

urlpatterns = [
    path("", programmes, name="programmes"),
    path("<slug:programme>/", overview, name="programme"),
    path("<slug:programme>/<slug:period>/", overview, name="period"),
    path("<slug:programme>/<slug:period>/ranking/", ranking, name="ranking"),
    path("<slug:programme>/<slug:period>/regions/<str:region>/", region, name="region"),
    path("<slug:programme>/<slug:period>/units/<uuid:unit>/", unit, name="unit"),
    path("<slug:programme>/<slug:period>/institutions/<path:code>/", institution, name="institution"),
]
