"""One person of a programme: her roles and regions, her phones, her open orders, and what may be done about them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from backend.assignments.models import Assignment
from backend.console.team_devices import Shown
from backend.console.team_regions import region_choices
from backend.core.clock import now
from backend.core.errors import Problem
from backend.pages.desk import Desk, at_desk
from backend.pages.page import page, words_of
from backend.pages.paging import bounded_count
from backend.people.actions import remove_membership, set_membership
from backend.people.errors import NoSuchPerson
from backend.people.inviting import forget_second_factors, invite_again
from backend.people.models import Device, Membership, User
from backend.people.proving import has_second_factor
from backend.people.rules import Role, Verb
from backend.rest.problems import status_of

DEVICES_MAX = 50


@require_safe
@at_desk(Verb.MANAGE_PEOPLE)
def person(request: HttpRequest, desk: Desk, person: UUID) -> HttpResponseBase:
    return _shown(request, desk, person)


@require_POST
@at_desk(Verb.MANAGE_PEOPLE)
def give_role(request: HttpRequest, desk: Desk, person: UUID) -> HttpResponseBase:
    """A new role, or other regions for a coordinator; `rev` says which regions she had when the form was made."""
    _member(desk, person)
    role = request.POST.get("role", "")
    if role not in [one.value for one in Role]:
        return redirect("console:person", programme=desk.programme.code, person=person)
    codes = request.POST.getlist("regions") if role == Role.COORDINATOR.value else []
    try:
        set_membership(
            desk.programme.pk,
            user=person,
            role=Role(role),
            regions=codes,
            expected_rev=_rev(request),
            by=desk.user,
        )
    except Problem as problem:
        return _shown(request, desk, person, problem=problem, role=role, codes=codes)
    messages.success(request, _("The role is saved."))
    return redirect("console:person", programme=desk.programme.code, person=person)


@require_POST
@at_desk(Verb.MANAGE_PEOPLE)
def take_role(request: HttpRequest, desk: Desk, person: UUID, membership: int) -> HttpResponseBase:
    """Take a role away; orders and testimony stay. Whoever has no role left is no member any more."""
    known = _member(desk, person)
    try:
        remove_membership(desk.programme.pk, membership, expected_rev=_rev(request), by=desk.user)
    except Problem as problem:
        return _shown(request, desk, person, problem=problem)
    messages.success(request, _("The role is taken away. Orders and visits stay as they are."))
    if Membership.objects.filter(programme=desk.programme, user=known).exists():
        return redirect("console:person", programme=desk.programme.code, person=person)
    return redirect("console:people", programme=desk.programme.code)


@require_POST
@at_desk(Verb.MANAGE_PEOPLE)
def send_letter(request: HttpRequest, desk: Desk, person: UUID) -> HttpResponseBase:
    try:
        invited = invite_again(desk.programme.pk, person, by=desk.user)
    except NoSuchPerson:
        raise
    except Problem as problem:
        return _shown(request, desk, person, problem=problem)
    messages.success(request, _("A letter goes to %(email)s.") % {"email": invited.email})
    return redirect("console:person", programme=desk.programme.code, person=person)


@require_POST
@at_desk(Verb.MANAGE_PEOPLE)
def take_off_second_factor(request: HttpRequest, desk: Desk, person: UUID) -> HttpResponseBase:
    try:
        count = forget_second_factors(desk.programme.pk, person, by=desk.user)
    except NoSuchPerson:
        raise
    except Problem as problem:
        return _shown(request, desk, person, problem=problem)
    said = ngettext(
        "%(count)s passkey or code was taken off.", "%(count)s passkeys and codes were taken off.", count
    )
    messages.success(request, said % {"count": count})
    return redirect("console:person", programme=desk.programme.code, person=person)


def _member(desk: Desk, person: UUID) -> User:
    """Raises NoSuchPerson: whoever is not of this programme is not to be seen here."""
    found = User.objects.of_programme(desk.programme.pk).filter(pk=person).first()
    if found is None:
        raise NoSuchPerson()
    return found


def _rev(request: HttpRequest) -> frozenset[int] | None:
    rev = request.POST.get("rev", "")
    return frozenset({int(rev)}) if rev.isascii() and rev.isdecimal() and len(rev) < 10 else None


def _shown(
    request: HttpRequest,
    desk: Desk,
    person: UUID,
    *,
    problem: Problem | None = None,
    role: str = "",
    codes: list[str] | None = None,
) -> HttpResponseBase:
    """The page; after a refusal with the words, and with what was chosen still chosen."""
    known = _member(desk, person)
    roles = list(Membership.objects.filter(programme=desk.programme, user=known).order_by("role"))
    coordinates = next((one for one in roles if one.role == Role.COORDINATOR.value), None)
    chosen = codes if codes is not None else (coordinates.region_codes if coordinates else [])
    devices = Device.objects.filter(user=known).order_by("-registered_at", "-pk")[:DEVICES_MAX]
    orders = Assignment.objects.filter(programme=desk.programme, inspector=known).untold()
    moment = now()
    said: dict[str, Any] = {
        "person": known,
        "memberships": roles,
        "coordinates": coordinates,
        "regions": region_choices(desk.programme.pk, chosen),
        "choosable": [
            one.value
            for one in Role
            if one is not Role.ADMINISTRATOR and one.value not in {had.role for had in roles}
        ],
        "chosen_role": role,
        "own": known.pk == desk.user.pk and not desk.user.is_administrator,
        "devices": [Shown.of(one, moment) for one in devices],
        "orders": bounded_count(orders),
        "secured": has_second_factor(known),
        "problem": problem,
        "words": words_of(problem) if problem else "",
    }
    return page(request, "console/team/person.html", said, status=status_of(problem) if problem else 200)


HERE = "<slug:programme>/people/<uuid:person>/"
urlpatterns = [
    path(HERE, person, name="person"),
    path(f"{HERE}roles/", give_role, name="give_role"),
    path(f"{HERE}roles/<int:membership>/remove/", take_role, name="take_role"),
    path(f"{HERE}letter/", send_letter, name="send_letter"),
    path(f"{HERE}second-factor/", take_off_second_factor, name="take_off_second_factor"),
]
