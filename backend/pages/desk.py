"""Who sits at a page: one person in one programme, and the doors that let her in or say why not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, cast

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse

from backend.core.errors import Problem
from backend.pages.kept import keep_form
from backend.pages.page import go_to, problem_page
from backend.people.access import require_any
from backend.people.errors import NoSuchProgramme
from backend.people.models import Programme, User
from backend.people.proving import second_factor_missing
from backend.people.rules import Standing, Verb

View = Callable[..., HttpResponseBase]


@dataclass(frozen=True)
class Desk:
    """One person at work in one programme."""

    user: User
    programme: Programme
    standing: Standing

    def may(self, verb: Verb) -> bool:
        return self.standing.may(verb)


def at_desk(*verbs: Verb) -> Callable[[View], View]:
    """A page of one programme, for people whom a role of theirs gives one of these verbs there.

    The address names the programme by its code; the view is called with a Desk in its place. Problems become pages.
    """

    def decorate(view: View) -> View:
        @signed_in
        @wraps(view)
        def opened(request: HttpRequest, programme: str, **more: Any) -> HttpResponseBase:
            user = cast(User, request.user)
            found = Programme.objects.visible_to(user).filter(code=programme).first()
            if found is None:
                raise NoSuchProgramme()
            desk = Desk(user, found, user.standing_in(found))
            request.desk = desk  # type: ignore[attr-defined]  # the frame of the page shows where one is
            require_any(user, found, *verbs)
            return view(request, desk, **more)

        return opened

    return decorate


def signed_in(view: View) -> View:
    """A page for whoever has signed in. Whoever has not is asked to; what she was sending is kept for afterwards."""

    @anybody
    @wraps(view)
    def opened(request: HttpRequest, *args: Any, **more: Any) -> HttpResponseBase:
        if request.user.is_authenticated:
            return view(request, *args, **more)
        return to_sign_in(request)

    return opened


def anybody(view: View) -> View:
    """A page for everybody. Problems become pages in words; whoever still owes the second factor that a role of hers
    needs proves it first."""

    @wraps(view)
    def opened(request: HttpRequest, *args: Any, **more: Any) -> HttpResponseBase:
        if second_factor_missing(request):
            return _first_to(request, second_factor_url())
        try:
            return view(request, *args, **more)
        except Problem as problem:
            return problem_page(request, problem)

    return opened


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """To the sign-in page and back to here; a form that was sent is kept, and shown again with what was typed."""
    return _first_to(request, reverse("account_login"))


def second_factor_url() -> str:
    return reverse("second_factor")


def _first_to(request: HttpRequest, url: str) -> HttpResponse:
    back = keep_form(request) if request.method == "POST" else request.get_full_path()
    return go_to(request, redirect_to_login(back, url)["Location"])
