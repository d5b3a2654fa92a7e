"""Links by which somebody chooses a password: signed, for LINK_DAYS, dead once the password or the address changed or
she signed in."""

from django.conf import settings
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.urls import reverse

from backend.people.models import User


class Links(PasswordResetTokenGenerator):
    key_salt = "backend.accounts.links"


def link_for(user: User) -> str:
    where = {"uidb36": user.pk.hex, "key": Links().make_token(user)}
    return settings.PUBLIC_URL + reverse("account_reset_password_from_key", kwargs=where)
