"""Answers in words: what was chosen, counted, timed, paid; and why there is no photo. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from backend.checklists.answers import GAPS
from backend.checklists.rules import Item, Type
from backend.console.visit.testimony import plain
from backend.pages.templatetags.samar import rupiah, said, whole

NO_PHOTO: Mapping[str, Promise] = {
    "forbidden_sign": gettext_lazy("a sign forbids it"),
    "unsafe": gettext_lazy("it was not safe"),
    "people_in_view": gettext_lazy("people were in view"),
    "nothing_there": gettext_lazy("there was nothing to photograph"),
    "cover_at_risk": gettext_lazy("the cover was at risk"),
    "other": gettext_lazy("another reason, see the note"),
}
CONTEXT: Mapping[str, Promise] = {
    "ticket_number": gettext_lazy("Ticket number"),
    "waiting_people": gettext_lazy("People waiting"),
    "day_type": gettext_lazy("Kind of day"),
    "companion": gettext_lazy("Came with a companion"),
    "detected": gettext_lazy("Recognised as an inspector"),
    "photo_forbidden_signs": gettext_lazy("Signs that forbid photos"),
}
CONTEXT_VALUES: Mapping[tuple[str, str], Promise] = {
    ("day_type", "biasa"): gettext_lazy("Usual"),
    ("day_type", "puncak"): gettext_lazy("Peak"),
    ("day_type", "sepi"): gettext_lazy("Quiet"),
    ("detected", "no"): gettext_lazy("No"),
    ("detected", "yes"): gettext_lazy("Yes"),
    ("detected", "doubt"): gettext_lazy("Perhaps"),
}


def answer_words(item: Item, answer: Any) -> str:
    """What was answered, in the reader's language. What does not fit the item stands as it was written."""
    if not isinstance(answer, Mapping):
        return _("Not answered") if answer is None else _strange(answer)
    if answer.get("na") is True:
        return _("Does not apply")
    value = answer.get("value")
    if value is None:
        return _("Not answered")
    return _worded(item, value) or _strange(value)


def no_photo_words(reason: Any) -> str:
    """Why no photo was possible, to stand after a colon; "" when nothing was said."""
    known = NO_PHOTO.get(reason) if isinstance(reason, str) else None
    return str(known) if known else plain(reason)


def gap_words(code: str) -> str:
    return said(GAPS[code]) if code in GAPS else code


def context_words(context: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(name, value) of what the inspector noted around the visit; names of newer phones stand as they are."""
    return [
        (str(CONTEXT.get(name, plain(name))), _context_value(name, value)) for name, value in context.items()
    ]


def _context_value(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, int):
        return whole(value)
    known = CONTEXT_VALUES.get((name, value)) if isinstance(value, str) else None
    return str(known) if known else plain(value)


def _worded(item: Item, value: Any) -> str:
    """ "" for a value the item cannot have."""
    if item.type in (Type.YES_NO, Type.YES_NO_REVERSED):
        return said(item.option["yes" if value else "no"].label) if isinstance(value, bool) else ""
    if item.type is Type.CHOICE:
        option = item.option.get(value) if isinstance(value, str) else None
        return said(option.label) if option else ""
    if item.type is Type.DAYS and value == "none":
        return _("No answer came")
    if isinstance(value, list):
        return _pair(item, value)
    if not _is_number(value):
        return ""
    return _single(item, value)


def _single(item: Item, value: float) -> str:
    number = _number(value)
    count = int(value) if value == int(value) else 2
    if item.type is Type.COUNT:
        return _("%(count)s of %(of)s") % {"count": number, "of": item.of}
    if item.type is Type.MINUTES:
        return ngettext("%(number)s minute", "%(number)s minutes", count) % {"number": number}
    if item.type is Type.DAYS:
        return ngettext("%(number)s working day", "%(number)s working days", count) % {"number": number}
    return ""


def _pair(item: Item, value: list[Any]) -> str:
    if len(value) != 2 or not _is_number(value[0]) or not (value[1] is None or _is_number(value[1])):
        return ""
    first, second = value
    if item.type is Type.RUPIAH:
        asked = _("%(amount)s asked") % {"amount": rupiah(first)}
        told = _("%(amount)s named as official") % {"amount": rupiah(second)} if second is not None else ""
        return f"{asked}; {told}" if told else asked
    if second is None:
        return ""
    if item.type is Type.COUNT_OF:
        return _("%(count)s of %(of)s") % {"count": _number(first), "of": _number(second)}
    if item.type is Type.DURATION:
        return _("%(actual)s, where %(published)s was announced") % {
            "actual": _number(first),
            "published": _number(second),
        }
    return ""


def _strange(value: Any) -> str:
    return _("“%(value)s”, which this item cannot have") % {"value": plain(value)}


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 10**15


def _number(value: float) -> str:
    return whole(int(value)) if value == int(value) else number_format(value, use_l10n=True)
