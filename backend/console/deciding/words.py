"""Verdicts, grounds, and why something was set aside, in words."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from backend.review.rules import Ground, Verdict
from backend.visits.rules import Why

VERDICTS: Mapping[str, Promise] = {
    Verdict.ACCEPTED: _("Accepted"),
    Verdict.RETURNED: _("Returned"),
    Verdict.REJECTED: _("Rejected"),
}
TONES = {Verdict.ACCEPTED: "good", Verdict.RETURNED: "warn", Verdict.REJECTED: "bad"}

GROUNDS: Mapping[str, Promise] = {
    Ground.WRONG_UNIT: _("Another unit was visited"),
    Ground.INVENTED: _("The visit was made up"),
    Ground.INCOMPLETE: _("Too much is missing"),
    Ground.COVER_BLOWN: _("The inspector was recognised"),
    Ground.UNUSABLE_PHOTOS: _("The photos cannot be used"),
    Ground.DUPLICATE: _("The same visit was told twice"),
    Ground.OTHER: _("Another ground, in the note"),
}

WHY: Mapping[str, Promise] = {
    Why.REASSIGNED: _("The order had gone to somebody else when this arrived."),
    Why.CANCELLED: _("The order had been cancelled when this arrived."),
    Why.ATTEMPT_CLOSED: _("Another attempt was expected when this arrived, or none any more."),
    Why.SLOT_TAKEN: _("Another submission of the same attempt was here first, perhaps from another phone."),
    Why.REPLACED: _("A coordinator put another submission in its place."),
    Why.UNPARSABLE: _("The text cannot be read as a visit."),
    Why.DAMAGED: _("The phone itself found that its copy is damaged."),
    Why.UNKNOWN_KIND: _("The phone sent a kind of message that this server does not know."),
    Why.UNKNOWN_VISIT: _("It names a visit that nobody ordered here."),
    Why.UNKNOWN_CHECKLIST: _("It was told on a checklist that was never published here."),
}


def ground_words(ground: str) -> str:
    return str(GROUNDS.get(ground, ground))


def why_words(why: str) -> str:
    return str(WHY.get(why, why.replace("-", " ")))
