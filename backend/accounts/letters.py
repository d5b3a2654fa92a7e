"""Letters with a link, in the reader's language. They name neither Samar nor a programme: whoever looks over an
inspector's shoulder reads of some account, and nothing of what it is for."""

from django.conf import settings
from django.core.mail import send_mail
from django.utils import translation
from django.utils.translation import gettext as _

from backend.accounts.links import link_for
from backend.people.models import User


def invite(user: User) -> None:
    """To somebody who has no password yet."""
    with translation.override(user.language):
        opening = _("An account is ready for you. Choose a password here:")
        _send(user, _("Your account"), opening)


def offer_new_password(user: User) -> None:
    with translation.override(user.language):
        opening = _("Somebody asked for a new password for your account. If it was you, choose it here:")
        _send(user, _("Your new password"), opening)


def _send(user: User, subject: str, opening: str) -> None:
    days = settings.LINK_DAYS
    lines = [
        _("Hello %(name)s,") % {"name": user.name},
        opening,
        link_for(user),
        _("Your user name: %(name)s") % {"name": user.username},
        translation.ngettext(
            "The link works once, for %(days)s day. If you did not expect this letter, do nothing.",
            "The link works once, for %(days)s days. If you did not expect this letter, do nothing.",
            days,
        )
        % {"days": days},
    ]
    send_mail(subject, "\n\n".join(lines) + "\n", settings.DEFAULT_FROM_EMAIL, [user.email])
