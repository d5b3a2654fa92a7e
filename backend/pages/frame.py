"""The frame around every page: where one is, and where one may go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from backend.people.rules import Verb


@dataclass(frozen=True)
class Place:
    """An entry of the navigation. `name` is an address that takes the programme's code; `verbs` open it."""

    title: Promise
    name: str
    verbs: tuple[Verb, ...]


PLACES = (
    Place(_("Inbox"), "console:inbox", (Verb.REVIEW, Verb.SEE_VISITS)),
    Place(_("Plan"), "console:plan", (Verb.ASSIGN,)),
    Place(_("Results"), "results:programme", (Verb.SEE_PUBLISHED, Verb.SEE_RESULTS)),
    Place(_("Computations"), "console:computations", (Verb.COMPUTE, Verb.PUBLISH_RESULTS)),
    Place(_("People"), "console:people", (Verb.MANAGE_PEOPLE,)),
    Place(_("Phones"), "console:devices", (Verb.SEE_WHO_VISITED, Verb.MANAGE_PEOPLE)),
    Place(_("Checklists"), "console:checklists", (Verb.PUBLISH_CHECKLIST,)),
    Place(_("Data"), "console:tables", (Verb.MANAGE_UNITS,)),
    Place(_("Journal"), "console:journal", (Verb.READ_JOURNAL,)),
)


def frame(request: HttpRequest) -> Mapping[str, Any]:
    """A context processor: `desk`, `places` [{title, url, here}], on pages of a programme."""
    desk = getattr(request, "desk", None)
    if desk is None:
        return {"desk": None, "places": []}
    code = desk.programme.code
    places = []
    for place in PLACES:
        if any(desk.may(verb) for verb in place.verbs):
            url = reverse(place.name, kwargs={"programme": code})
            places.append({"title": place.title, "url": url, "here": request.path.startswith(url)})
    return {"desk": desk, "places": places}
