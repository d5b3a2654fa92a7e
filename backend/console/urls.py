"""The coordinator's door: every address of the console, by who works there."""

from django.urls import path

from backend.console import computing, deciding, inbox, instruments, journal, planning, start, tables, team
from backend.console.visit import page as visit

app_name = "console"

urlpatterns = [
    path("", start.start, name="start"),
    *inbox.urlpatterns,
    *visit.urlpatterns,
    *deciding.urlpatterns,
    *planning.urlpatterns,
    *team.urlpatterns,
    *instruments.urlpatterns,
    *tables.urlpatterns,
    *journal.urlpatterns,
    *computing.urlpatterns,
]
