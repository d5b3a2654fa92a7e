"""A sheet: a page that shows figures of one edition, with what they mean and where they come from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from backend.indicators.models import Computation
from backend.indicators.reading import instrument_of
from backend.indicators.rules import parse_period
from backend.pages.page import page
from backend.results.door import Reader
from backend.results.editions import Edition

PERIODS_AT_HAND = 4
PERIODS_FOLDED = 60


@dataclass(frozen=True)
class Sheet:
    """Who reads which edition, and where its other sheets are."""

    request: HttpRequest
    reader: Reader
    edition: Edition

    def url(self, name: str, **more: Any) -> str:
        """The address of another sheet of this edition."""
        place = {"programme": self.reader.programme.code, "period": self.edition.made.period}
        return reverse(f"results:{name}", kwargs={**place, **more}) + self.edition.query

    def show(self, template: str, context: Mapping[str, Any]) -> HttpResponse:
        made = self.edition.made
        instrument = instrument_of(made.checklist_id)
        common = {
            "reader": self.reader,
            "programme": self.reader.programme,
            "edition": self.edition,
            "made": made,
            "overview": self.url("period"),
            "ranking": self.url("ranking"),
            **self._periods(),
            "dimensions": [
                (d.code, d.title, self.edition.method.weights.get(d.code)) for d in instrument.dimensions
            ],
            "others_visits": sum(other["visits"] for other in made.others),
            "api": f"/api/v1/computations/{made.pk}",
            "csv": f"/api/v1/exports/indicators.csv?computation={made.pk}",
        }
        return page(self.request, template, {**common, **context})

    def _periods(self) -> dict[str, Any]:
        """The newest periods as long as this one at hand, the rest folded away."""
        days = self.edition.days
        alike = [made for made in self.edition.published if parse_period(made.period).months == days.months]
        near = alike[:PERIODS_AT_HAND]
        far = [made for made in self.edition.published if made not in near][:PERIODS_FOLDED]
        return {"periods": [self._period(made) for made in near], "far": [self._period(made) for made in far]}

    def _period(self, other: Computation) -> dict[str, Any]:
        """This very page in another period."""
        match = self.request.resolver_match
        name = match.view_name if match and "period" in match.kwargs else "results:period"
        kwargs = {**(match.kwargs if match else {}), "period": other.period}
        asked = self.request.GET.copy()
        for key in ("computation", "after"):
            asked.pop(key, None)
        query = f"?{asked.urlencode()}" if asked else ""
        return {
            "name": other.period,
            "url": reverse(name, kwargs=kwargs) + query,
            "here": other.period == self.edition.made.period,
        }
