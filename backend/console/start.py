"""Where one begins: at the first page that one's roles open, in the only programme or a chosen one."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_safe

from backend.pages.desk import signed_in
from backend.pages.frame import PLACES
from backend.pages.page import page
from backend.people.models import Programme, User

PROGRAMMES_MAX = 200


@require_safe
@signed_in
def start(request: HttpRequest) -> HttpResponseBase:
    """One programme: at once to work. Several: a list. None, or only visits to make: what this is, and where the
    phone app is."""
    user = cast(User, request.user)
    programmes = Programme.objects.visible_to(user).order_by("name")[:PROGRAMMES_MAX]
    found = [(programme, first) for programme in programmes if (first := first_page(user, programme))]
    if len(found) == 1:
        return redirect(found[0][1])
    return page(request, "console/start.html", {"programmes": found})


def first_page(user: User, programme: Programme) -> str:
    """The first place of the navigation that she may open there; "" for none."""
    standing = user.standing_in(programme)
    for place in PLACES:
        if any(standing.may(verb) for verb in place.verbs):
            return reverse(place.name, kwargs={"programme": programme.code})
    return ""
