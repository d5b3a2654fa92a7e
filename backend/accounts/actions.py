"""Letters that are sent, sessions that are ended."""

from __future__ import annotations

from allauth.usersessions.models import UserSession
from django.contrib.auth import HASH_SESSION_KEY
from django.contrib.sessions.models import Session

from backend.accounts import letters
from backend.core.clock import now
from backend.journal.actions import one_transaction, record
from backend.people.models import User
from backend.people.proving import person_named

SESSIONS_MAX = 100


def send_invitation(person: str) -> None:
    """Nothing for whoever has chosen a password meanwhile."""
    user = User.objects.filter(pk=person, is_active=True).exclude(email="").first()
    if user and not user.has_usable_password():
        letters.invite(user)


def send_new_password(typed: str) -> None:
    """To whom this name or address means, if to anybody: the one who asked has had her answer already, and it was the
    same for every name."""
    user = person_named(typed)
    if user is None or not user.is_active or not user.email:
        return
    if user.has_usable_password():
        letters.offer_new_password(user)
    else:
        letters.invite(user)
    _note_asked(user)


@one_transaction
def _note_asked(user: User) -> None:
    record("password.link_sent", user, by=None)


def living_sessions(user: User) -> list[UserSession]:
    """The browsers in which she is signed in, the newest first; those that ended are forgotten."""
    kept = list(UserSession.objects.filter(user=user).order_by("-created_at", "-pk")[:SESSIONS_MAX])
    keys = [one.session_key for one in kept]
    alive = {
        row.session_key
        for row in Session.objects.filter(session_key__in=keys, expire_date__gt=now())
        if row.get_decoded().get(HASH_SESSION_KEY) == user.get_session_auth_hash()
    }
    if dead := [one.pk for one in kept if one.session_key not in alive]:
        UserSession.objects.filter(pk__in=dead).delete()
    return [one for one in kept if one.session_key in alive]


@one_transaction
def end_sessions(user: User, sessions: list[UserSession]) -> int:
    """Those browsers are signed out at once; how many they were."""
    keys = [one.session_key for one in sessions]
    Session.objects.filter(session_key__in=keys).delete()
    UserSession.objects.filter(user=user, session_key__in=keys).delete()
    if keys:
        record("session.ended", user, by=user, data={"count": len(keys)})
    return len(keys)
