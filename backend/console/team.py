"""People of a programme: who they are, what they may do where, and inviting somebody."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Prefetch, Q
from django.http import HttpRequest, HttpResponseBase, QueryDict
from django.shortcuts import redirect
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from backend.console import team_devices, team_person
from backend.console.team_regions import region_choices
from backend.core.errors import Problem
from backend.core.ids import uuid7
from backend.pages.desk import Desk, at_desk
from backend.pages.kept import kept_form
from backend.pages.page import page, words_of
from backend.pages.paging import rows_of
from backend.people.errors import IdTaken
from backend.people.inviting import invite_person, username_fits
from backend.people.models import Membership, User
from backend.people.rules import Role, Verb
from backend.rest.problems import status_of

ROLES_GIVEN = [role.value for role in Role if role is not Role.ADMINISTRATOR]
SEARCH_LENGTH_MAX = 100
LANGUAGES = {"id": "Bahasa Indonesia", "en": "English"}


@require_safe
@at_desk(Verb.MANAGE_PEOPLE)
def people(request: HttpRequest, desk: Desk) -> HttpResponseBase:
    """Everybody of the programme, by user name; `?q=` seeks, `?role=` narrows."""
    sought = request.GET.get("q", "").replace("\0", "").strip()[:SEARCH_LENGTH_MAX]
    role = request.GET.get("role", "")
    here = Membership.objects.filter(programme=desk.programme).order_by("role")
    found = User.objects.of_programme(desk.programme.pk)
    if role in ROLES_GIVEN:
        found = found.filter(pk__in=here.filter(role=role).values("user"))
    if sought:
        found = found.filter(
            Q(username__icontains=sought) | Q(name__icontains=sought) | Q(email__icontains=sought)
        )
    found = found.prefetch_related(Prefetch("memberships", queryset=here, to_attr="roles_here"))
    rows = rows_of(request, found, ("username",))
    said = {"list": rows, "sought": sought, "chosen": role, "roles": ROLES_GIVEN}
    return page(request, "console/team/people.html", said)


@require_http_methods(["GET", "HEAD", "POST"])
@at_desk(Verb.MANAGE_PEOPLE)
def invite(request: HttpRequest, desk: Desk) -> HttpResponseBase:
    """The form, and what was typed into it when something was wrong with it."""
    if request.method != "POST":
        return _form(request, desk, kept_form(request) or QueryDict("role=inspector&language=id"))
    typed = request.POST
    if wrong := _wrong(typed):
        return _form(request, desk, typed, wrong=wrong, status=400)
    try:
        person, new = _invited(desk, typed)
    except Problem as problem:
        wrong = {"": words_of(problem)}
        return _form(request, desk, typed, wrong=wrong, status=status_of(problem))
    facts = {"name": person.name, "username": person.username, "email": person.email}
    if new:
        messages.success(request, _("%(name)s is invited; a letter goes to %(email)s.") % facts)
    else:
        said = _(
            "This e-mail address has an account already (user name %(username)s); it now has the role here."
        )
        messages.success(request, said % facts)
    return redirect("console:person", programme=desk.programme.code, person=person.pk)


def _invited(desk: Desk, typed: QueryDict) -> tuple[User, bool]:
    try:
        key = UUID(typed.get("id", ""))
    except ValueError:
        key = uuid7()
    said: dict[str, Any] = {
        name: typed.get(name, "").strip() for name in ("username", "name", "email", "language")
    }
    role = Role(str(typed["role"]))
    regions = typed.getlist("regions") if role is Role.COORDINATOR else []
    try:
        return invite_person(
            key, programme=desk.programme.pk, role=role, regions=regions, by=desk.user, **said
        )
    except IdTaken:  # the same form, sent before and corrected since: another person
        return invite_person(
            uuid7(), programme=desk.programme.pk, role=role, regions=regions, by=desk.user, **said
        )


def _wrong(typed: QueryDict) -> dict[str, str]:
    """What cannot stay as it was typed: field name -> words."""
    wrong: dict[str, str] = {}
    name = typed.get("name", "").strip()
    if not name or len(name) > 120 or "\0" in name:
        wrong["name"] = _("Say a name of at most 120 characters.")
    if not username_fits(typed.get("username", "").strip()):
        wrong["username"] = _("At most 60 letters, digits and @ . + - _, without spaces.")
    try:
        validate_email(typed.get("email", "").strip())
    except ValidationError:
        wrong["email"] = _("This is no e-mail address.")
    if typed.get("role") not in ROLES_GIVEN:
        wrong["role"] = _("Choose a role.")
    if typed.get("language") not in LANGUAGES:
        wrong["language"] = _("Choose a language.")
    return wrong


def _form(
    request: HttpRequest,
    desk: Desk,
    typed: QueryDict,
    *,
    wrong: dict[str, str] | None = None,
    status: int = 200,
) -> HttpResponseBase:
    said = {
        "typed": typed,
        "wrong": wrong or {},
        "roles": ROLES_GIVEN,
        "languages": LANGUAGES,
        "regions": region_choices(desk.programme.pk, typed.getlist("regions")),
    }
    return page(request, "console/team/invite.html", said, status=status)


urlpatterns = [
    path("<slug:programme>/people/", people, name="people"),
    path("<slug:programme>/people/invite/", invite, name="invite_person"),
    *team_person.urlpatterns,
    *team_devices.urlpatterns,
]
