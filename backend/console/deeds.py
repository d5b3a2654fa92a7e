"""What a line of the journal says, as a sentence after the name of who did it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# The facts of a line may stand in its sentence; one that is not there is left out.
DEEDS: Mapping[Promise, Mapping[str, Promise]] = {
    _("Visits"): {
        "visit.told": _("told a visit"),
        "visit.photos-counted": _("counted which photos a visit still lacks: %(missing)s of %(of)s"),
        "visit.accepted": _("accepted a visit"),
        "visit.returned": _("returned a visit for correction"),
        "visit.rejected": _("rejected a visit"),
        "visit.reopened": _("took a decision back"),
        "visit.scored": _("scored a visit: %(value)s"),
        "submission.late": _("told a visit once more, after it was closed"),
        "submission.quarantined": _("told a visit that was set aside: %(why)s"),
        "submission.taken": _("took what was set aside as the telling of a visit"),
        "work.handed-in": _("handed in unsent work for an inspector: %(items)s entries, %(photos)s photos"),
    },
    _("Photos"): {
        "photos.announced": _("announced photos: %(photos)s"),
        "photo.kept": _("brought a photo that was here already"),
        "photo.bad": _("found a photo unusable: %(reason)s"),
        "photo.lost": _("found a photo missing after a restore"),
        "upload.given-up": _("gave up an upload that began anew"),
    },
    _("Orders"): {
        "assignment.made": _("ordered a visit of unit %(unit)s"),
        "assignment.changed": _("changed an order"),
        "assignment.reassigned": _("gave an order to another inspector: %(reason)s"),
        "assignment.cancelled": _("cancelled an order: %(reason)s"),
        "conflict.declared": _("declared a conflict of interest"),
        "cover.suspected": _(
            "told that cover may be blown at unit %(unit)s: %(reassigned)s orders moved, %(cancelled)s cancelled"
        ),
    },
    _("Checklists and data"): {
        "checklist.published": _("published the checklist %(code)s %(version)s"),
        "checklist.withdrawn": _("withdrew the checklist %(code)s %(version)s"),
        "table.imported": _(
            "brought in the table %(kind)s: %(created)s new, %(updated)s changed, %(unchanged)s as they were"
        ),
    },
    _("Results"): {
        "computation.made": _("computed the figures of %(period)s"),
        "computation.published": _("published the figures of %(period)s"),
        "export.made": _("took an export: %(what)s, %(form)s"),
    },
    _("People and phones"): {
        "person.registered": _("registered %(username)s"),
        "person.invited": _("invited %(username)s"),
        "administrator.created": _("made %(username)s an administrator"),
        "person.signed_in": _("signed in with a browser"),
        "person.locked_out": _("locked an account after too many tries"),
        "password.changed": _("changed a password"),
        "password.link_sent": _("sent a link to set a new password"),
        "session.ended": _("ended a session in a browser"),
        "second-factor.added": _("added a second factor: %(kind)s"),
        "second-factor.removed": _("removed a second factor: %(kind)s"),
        "second-factor.renewed": _("renewed a second factor: %(kind)s"),
        "second-factor.taken_off": _("took off somebody's second factors"),
        "programme.created": _("created the programme %(code)s"),
        "member.set": _("gave a role: %(role)s"),
        "member.removed": _("took a role away: %(role)s"),
        "device.signed_in": _("signed in with a phone"),
        "device.signed_out": _("signed out of a phone"),
        "device.revoked": _("revoked a phone"),
    },
    _("Backups"): {
        "backup.begun": _("began the backup %(backup)s"),
        "backup.completed": _("completed the backup %(backup)s"),
        "backup.photo-missing": _("could not back up a photo"),
        "backup.restored": _("restored the backup %(backups)s"),
    },
}
SENTENCES: Mapping[str, Promise] = {
    event: sentence for deeds in DEEDS.values() for event, sentence in deeds.items()
}
# What the system counts at every photo and every acceptance: left out unless somebody asks for it.
COUNTINGS = ("visit.photos-counted", "visit.scored")
FACT_LENGTH_MAX = 200


def sentence_of(event: str, facts: Mapping[str, Any]) -> str:
    """The deed in the reader's language; the bare name of an event that nobody has put into words."""
    known = SENTENCES.get(event)
    if known is None:
        return event
    said = {name: str(fact)[:FACT_LENGTH_MAX] for name, fact in facts.items()}
    return (str(known) % defaultdict(lambda: "–", said)).strip()


def name_of(event: str) -> str:
    """The deed without its facts, as a filter names it."""
    return sentence_of(event, {}).partition(":")[0].replace(" –", "").strip()
