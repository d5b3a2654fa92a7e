"""Where allauth asks what is decided here: how one proves a password, which words are said, how secrets are kept."""

from __future__ import annotations

import base64
from hashlib import sha256
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from backend.core.errors import Problem
from backend.pages.page import words_of
from backend.people import actions, proving
from backend.people.errors import UserDisabled, WrongPassword
from backend.people.models import User

SAID = {
    "account/messages/password_changed.txt": _("The new password is saved. Other browsers are signed out."),
    "mfa/messages/totp_activated.txt": _("The authenticator app is set up."),
    "mfa/messages/totp_deactivated.txt": _("The authenticator app is removed."),
    "mfa/messages/webauthn_added.txt": _("The passkey is added."),
    "mfa/messages/webauthn_removed.txt": _("The passkey is removed."),
    "mfa/messages/recovery_codes_generated.txt": _(
        "There are new recovery codes. Keep them in a safe place."
    ),
}


class Accounts(DefaultAccountAdapter):
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "incorrect_code": _("This code is wrong, or was used before."),
        "incorrect_password": _("This password is wrong."),
        "enter_current_password": _("This is not your present password."),
        "too_many_login_attempts": _("Too many tries. Wait a quarter of an hour, then try again."),
        "rate_limited": _("Too many tries in a short time. Wait a little, then try again."),
    }

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """Counted and refused as at every other door; the words are the problem's own."""
        try:
            return proving.prove(
                request, credentials.get("username") or "", credentials.get("password") or ""
            )
        except WrongPassword:
            return None
        except Problem as problem:
            raise ValidationError(words_of(problem)) from problem

    def reauthenticate(self, user: User, password: str) -> bool:
        return self.authenticate(context.request, username=user.username, password=password) == user

    def set_password(self, user: User, password: str) -> None:
        actions.choose_password(user, password)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("own_account")

    def respond_user_inactive(self, request: HttpRequest, user: User) -> HttpResponse:
        messages.error(request, words_of(UserDisabled))
        return HttpResponseRedirect(reverse("account_login"))

    def get_client_ip(self, request: HttpRequest) -> str:
        return proving.address_of(request)

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        message_context: dict[str, Any] | None = None,
        extra_tags: str = "",
        message: str | None = None,
    ) -> None:
        """What is worth saying, in our words; that one has signed in is seen without being told."""
        if said := message or SAID.get(message_template or ""):
            messages.add_message(request, level, said, extra_tags=extra_tags)


class SecondFactors(DefaultMFAAdapter):
    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _("This code is wrong, or was used before."),
        "cannot_delete_authenticator": _(
            "Your role needs a second factor; add another one before you remove this."
        ),
        "cannot_generate_recovery_codes": _("Set up an authenticator app or a passkey first."),
    }

    def get_totp_label(self, user: User) -> str:
        return user.username

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Not the last one of somebody whose role needs one."""
        if not proving.second_factor_needed(authenticator.user):
            return True
        kept = Authenticator.objects.filter(user=authenticator.user_id, type__in=proving.FACTORS)
        return bool(kept.exclude(pk=authenticator.pk).exists())

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:
        number = Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1
        return gettext("Passkey %(number)s") % {"number": number}

    def get_public_key_credential_user_entity(self, user: User) -> dict[str, Any]:
        return {"id": user.pk.hex.encode(), "display_name": user.name, "name": user.username}

    def encrypt(self, text: str) -> str:
        """A copy of the database alone opens no door: these secrets need SECRET_KEY too."""
        return cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Under another SECRET_KEY no code fits any more; whoever manages the person takes the factor off."""
        try:
            return cipher().decrypt(encrypted_text.encode()).decode()
        except InvalidToken:
            return base64.b32encode(sha256(encrypted_text.encode()).digest()[:20]).decode()


def cipher() -> Fernet:
    key = sha256(b"second factors " + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))
