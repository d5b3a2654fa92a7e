"""allauth's forms in our words, and with our limits."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import ChangePasswordForm, LoginForm, ResetPasswordKeyForm, UserTokenForm
from allauth.account.forms import ReauthenticateForm as ReauthenticatePasswordForm
from allauth.core import context
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from backend.accounts.links import Links
from backend.pages.page import words_of
from backend.people import proving
from backend.people.errors import LockedOut, WrongPassword
from backend.people.models import User

NAME_LENGTH_MAX = 254
PASSWORD_LENGTH_MAX = 256
CODE = {"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True}
RULES = _("At least 10 characters; not your name, and no password that many people use.")


def password(label: Any, *, help_text: Any = "", now: bool = False) -> dict[str, Any]:
    """How a password field is changed: `now` for the present one, which a browser may fill in."""
    filled = "current-password" if now else "new-password"
    return {"label": label, "help_text": help_text, "max_length": PASSWORD_LENGTH_MAX, "autocomplete": filled}


def say(form: forms.Form, name: str, changes: dict[str, Any]) -> None:
    field = form.fields[name]
    field.label, field.help_text = changes["label"], changes["help_text"]
    attributes = {"autocomplete": changes["autocomplete"], "maxlength": changes["max_length"]}
    field.widget.attrs = attributes


class SignIn(LoginForm):
    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        name = forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "autofocus": True}
        )
        self.fields["login"] = forms.CharField(
            label=_("User name or e-mail"), max_length=NAME_LENGTH_MAX, widget=name
        )
        say(self, "password", password(_("Password"), now=True))
        self.order_fields(["login", "password"])

    def user_credentials(self) -> dict[str, Any]:
        return {"username": self.cleaned_data["login"], "password": self.cleaned_data["password"]}

    def _clean_with_password(self, credentials: dict[str, Any]) -> dict[str, Any]:
        try:
            cleaned: dict[str, Any] = super()._clean_with_password(credentials)
        except ValidationError as error:
            if error.code == "username_password_mismatch":
                raise ValidationError(words_of(WrongPassword)) from error
            raise
        return cleaned


class ChangePassword(ChangePasswordForm):
    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        say(self, "oldpassword", password(_("Present password"), now=True))
        say(self, "password1", password(_("New password"), help_text=RULES))
        say(self, "password2", password(_("New password once more")))


class NewPassword(ResetPasswordKeyForm):
    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        say(self, "password1", password(_("New password"), help_text=RULES))
        say(self, "password2", password(_("New password once more")))


class PasswordAgain(ReauthenticatePasswordForm):
    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        say(self, "password", password(_("Password"), now=True))


class LinkRead(UserTokenForm):
    """A link of ours: once, for some days, for whoever is not switched off."""

    token_generator = Links()

    def _get_user(self, uidb36: str) -> User | None:
        found: User | None = super()._get_user(uidb36)
        return found if found and found.is_active else None


class AskReset(forms.Form):
    name = forms.CharField(
        label=_("User name or e-mail"),
        max_length=NAME_LENGTH_MAX,
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "autofocus": True}
        ),
    )


def code_field() -> forms.CharField:
    return forms.CharField(label=_("Code"), max_length=20, widget=forms.TextInput(attrs=CODE))


class SetUpApp(ActivateTOTPForm):
    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["code"] = code_field()


class TypedCode:
    """Wrong codes are counted as wrong passwords are (see signals.py), and refused with them."""

    fields: dict[str, forms.Field]
    user: User

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["code"] = forms.CharField(
            label=_("Code"), max_length=20, widget=forms.TextInput(attrs=CODE)
        )

    def clean_code(self) -> str:
        refuse_if_locked(self.user)
        code: str = super().clean_code()  # type: ignore[misc]  # allauth's form, which comes next
        return code


class Code(TypedCode, AuthenticateForm):
    """Asked on the way in."""


class CodeAgain(TypedCode, ReauthenticateForm):
    """Asked before something that matters."""


class AddPasskey(AddWebAuthnForm):
    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["name"].label = _("Name of this passkey")
        self.fields["name"].max_length = 60
        self.fields["passwordless"] = forms.BooleanField(
            label=_("Sign in with it alone, without a password"),
            help_text=_("The device then asks for your finger, your face or its PIN."),
            required=False,
            initial=True,
        )


def refuse_if_locked(user: User) -> None:
    try:
        proving.refuse_if_locked(context.request, user.username)
    except LockedOut as problem:
        raise ValidationError(words_of(problem)) from problem
