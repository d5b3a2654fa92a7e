"""Deciding about visits: the panel beside a visit, the step of a return, many at once, and what was set aside."""

from backend.console.deciding import judging, many, returning, setting_aside
from backend.console.deciding.panel import panel_for

__all__ = ["panel_for", "urlpatterns"]

urlpatterns = [
    *judging.urlpatterns,
    *returning.urlpatterns,
    *many.urlpatterns,
    *setting_aside.urlpatterns,
]
