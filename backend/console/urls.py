"""The coordinator's door: every address of the console, by who works there."""

from django.urls import path

from backend.console import computing, inbox, instruments, journal, planning, start, tables, team

app_name = "console"

urlpatterns = [
    path("", start.start, name="start"),
    *inbox.urlpatterns,
    *planning.urlpatterns,
    *team.urlpatterns,
    *instruments.urlpatterns,
    *tables.urlpatterns,
    *journal.urlpatterns,
    *computing.urlpatterns,
]
