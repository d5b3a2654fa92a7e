"""What somebody does at a browser to sign in."""

from __future__ import annotations

import re
import time
from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.test import Client

from tests.world import PASSWORD, Person

LOGIN = "/accounts/login/"
PERIOD_SECONDS = 30


def sign_in(
    browser: Client, person: Person, *, password: str = PASSWORD, next: str = "", **more: Any
) -> tuple[int, str]:
    """The status, and where it leads to."""
    said = {"login": person.user.username, "password": password, "next": next}
    answer = browser.post(LOGIN, said, **more)
    return answer.status_code, answer.get("Location", "")


def words_on(answer: Any) -> str:
    """The page's text in one line."""
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def app_of(person: Person) -> str:
    """She sets an authenticator app up; its secret."""
    secret = generate_totp_secret()
    TOTP.activate(person.user, secret)
    return secret


def recovery_codes_of(person: Person) -> list[str]:
    return list(RecoveryCodes.activate(person.user).generate_codes())


def code_of(secret: str, *, later: int = 0) -> str:
    """What the app shows, so many periods from now."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // PERIOD_SECONDS + later))


def secret_kept(person: Person) -> str:
    """As it stands in the database."""
    return str(Authenticator.objects.get(user=person.user, type="totp").data["secret"])


def opened(text: str) -> str:
    return str(get_adapter().decrypt(text))
