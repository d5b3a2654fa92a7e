"""Glue: what allauth and axes tell becomes our actions. Nothing is decided here."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from allauth.account.signals import user_logged_in
from allauth.mfa import signals as mfa
from axes.signals import user_locked_out

from backend.people import actions, proving


def connect() -> None:
    user_logged_in.connect(signed_in)
    user_locked_out.connect(locked_out)
    mfa.authenticator_added.connect(added)
    mfa.authenticator_removed.connect(removed)
    mfa.authenticator_reset.connect(renewed)
    mfa.authentication_failed.connect(wrong_code)


def signed_in(request: Any, user: Any, **more: Any) -> None:
    by_means = [one.get("type") or one["method"] for one in get_authentication_records(request, user)]
    actions.note_sign_in(user, by_means=by_means)


def locked_out(request: Any, username: str, **more: Any) -> None:
    if request.axes_failures_since_start is not None:  # else it was locked already
        actions.note_lock_out(username)


def added(request: Any, user: Any, authenticator: Any, **more: Any) -> None:
    """Whoever just set a factor up has proven that she holds it."""
    actions.note_second_factor(user, "added", kind=authenticator.type)
    if authenticator.type in proving.FACTORS:
        record_authentication(request, user, "mfa", id=authenticator.pk, type=authenticator.type)


def removed(user: Any, authenticator: Any, **more: Any) -> None:
    actions.note_second_factor(user, "removed", kind=authenticator.type)


def renewed(user: Any, authenticator: Any, **more: Any) -> None:
    actions.note_second_factor(user, "renewed", kind=authenticator.type)


def wrong_code(request: Any, user: Any, **more: Any) -> None:
    proving.count_failure(request, user.username)
