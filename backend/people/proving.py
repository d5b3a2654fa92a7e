"""Proving who one is, the same way at every door: by name (or e-mail) and password, counted by django-axes per name
and address; and by a second factor where one was set up (allauth's authenticators) or a role needs one."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Any

from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from allauth.mfa.models import Authenticator
from axes.handlers.proxy import AxesProxyHandler
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.auth import authenticate, login
from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.signals import user_login_failed
from django.http import HttpRequest

from backend.core.clock import now
from backend.people.errors import (
    LockedOut,
    SecondFactorNeeded,
    SecondFactorNotSetUp,
    UserDisabled,
    WrongCode,
    WrongPassword,
)
from backend.people.models import User
from backend.people.rules import Role, second_factor_required

CODES = (Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES)  # what can be typed
FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)  # recovery codes alone are none
MINUTE = 60
NOWHERE = "0.0.0.0"  # noqa: S104  # a local socket has no address


class NameAndPassword(BaseBackend):
    """By user name, or by an e-mail address that only one person has. Whoever is switched off is found too: the doors
    say so, but only to those who know the password."""

    def authenticate(
        self, request: HttpRequest | None, username: str = "", password: str = "", **more: Any
    ) -> User | None:
        user = person_named(username) if password else None
        if user is None:
            User().set_password(password)  # an unknown name takes as long as a wrong password
            return None
        return user if user.check_password(password) else None

    def get_user(self, user_id: Any) -> User | None:
        return User.objects.filter(pk=user_id, is_active=True).first()


def person_named(typed: str) -> User | None:
    """Whom this user name or e-mail address means."""
    if "\0" in typed:
        return None
    found = User.objects.filter(username=typed).first()
    if found or "@" not in typed:
        return found
    owners = list(User.objects.filter(email__iexact=typed)[:2])
    return owners[0] if len(owners) == 1 else None


def prove(request: HttpRequest, username: str, password: str) -> User:
    """Who this is. Outside any transaction: hashing takes its time, and nobody should wait for it.

    Raises LockedOut, WrongPassword, UserDisabled.
    """
    # Axes asks first whether this name may still try from this address, and counts a failure by Django's signal.
    found = authenticate(request, username=username, password=password)
    if found is None:
        refuse_if_locked(request, username)
        raise WrongPassword()
    if not found.is_active:
        raise UserDisabled()
    return found


def prove_by_code(request: HttpRequest, user: User, code: str) -> bool:
    """At the API's doors: whether she proved a second factor, True, or needs none, False.

    Raises SecondFactorNeeded, SecondFactorNotSetUp, WrongCode, LockedOut.
    """
    kept = {one.type: one for one in Authenticator.objects.filter(user=user)}
    if not any(kind in kept for kind in FACTORS):
        if second_factor_needed(user):
            raise SecondFactorNotSetUp()
        return False
    if not code:
        raise SecondFactorNeeded()
    refuse_if_locked(request, user.username)
    if not any(kept[kind].wrap().validate_code(code) for kind in CODES if kind in kept):
        count_failure(request, user.username)
        refuse_if_locked(request, user.username)
        raise WrongCode()
    return True


def sign_in(request: HttpRequest, user: User, *, second_factor: bool) -> None:
    """A browser's session by way of the API; it knows by what it was opened."""
    login(request, user, backend=f"{NameAndPassword.__module__}.{NameAndPassword.__qualname__}")
    if second_factor:
        record_authentication(request, user, "mfa", type="code")


def second_factor_needed(user: User) -> bool:
    """Whether a role of hers, in any programme, needs one."""
    required = frozenset(settings.SECOND_FACTOR_ROLES)
    return bool(required) and second_factor_required(roles_of(user), required)


def only_inspects(user: User) -> bool:
    return roles_of(user) == {Role.INSPECTOR}


def roles_of(user: User) -> set[Role]:
    """What she is, in whatever programme."""
    roles = {role for standing in user.standings.values() for role in standing.roles}
    return roles | ({Role.ADMINISTRATOR} if user.is_administrator else set())


def second_factor_missing(request: HttpRequest) -> bool:
    """Whether this session's person still owes one. Costs no query where no role needs one, and none once proven."""
    if not settings.SECOND_FACTOR_ROLES or not request.user.is_authenticated:
        return False
    if any(one.get("method") == "mfa" for one in get_authentication_records(request, request.user)):
        return False
    return second_factor_needed(request.user)


def has_second_factor(user: User) -> bool:
    return Authenticator.objects.filter(user=user, type__in=FACTORS).exists()


def refuse_if_locked(request: HttpRequest, username: str) -> None:
    """Raises LockedOut."""
    if AxesProxyHandler.is_allowed(request, {"username": username}):
        return
    request.axes_locked_out = True  # type: ignore[attr-defined]  # pages show what axes' middleware answers
    raise LockedOut(minutes=minutes_left(request, username))


def minutes_left(request: HttpRequest, username: str) -> int:
    """Until this name may try again from this address."""
    tries = AccessAttempt.objects.filter(username=counted_name(request, {"username": username}))
    last = tries.filter(ip_address=address_of(request)).order_by("-attempt_time").first()
    waited = (now() - last.attempt_time).total_seconds() if last else 0
    return max(1, -int((waited - settings.AXES_COOLOFF_TIME.total_seconds()) // MINUTE))


def count_failure(request: HttpRequest, username: str) -> None:
    """A wrong code counts as a wrong password does."""
    user_login_failed.send(sender=__name__, request=request, credentials={"username": username})


def forget_failures(request: HttpRequest, username: str) -> None:
    """Whoever got in begins to count anew."""
    attempts = AccessAttempt.objects.filter(username=counted_name(request, {"username": username}))
    attempts.filter(ip_address=address_of(request)).delete()


def counted_name(request: HttpRequest, credentials: dict[str, Any] | None) -> str:
    """AXES_USERNAME_CALLABLE: under which name tries are counted."""
    return str((credentials or {}).get("username") or "").replace("\0", "")[:255].lower()


def address_of(request: HttpRequest) -> str:
    """AXES_CLIENT_IP_CALLABLE: what a proxy of ours wrote last into X-Forwarded-For, else who is connected; NOWHERE for
    what is no address."""
    said = request.META.get("HTTP_X_FORWARDED_FOR", "") if settings.BEHIND_PROXY else ""
    try:
        return str(ip_address(said.rpartition(",")[2].strip() or request.META.get("REMOTE_ADDR", "")))
    except ValueError:
        return NOWHERE
