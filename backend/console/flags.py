"""Doubts about a visit in words: a short name for lists, and a sentence that says what was seen. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from backend.console.spans import in_words
from backend.evidence.rules import Reason
from backend.pages.templatetags.samar import rupiah, whole
from backend.visits.rules import CLOCK_DIFFERENCE_MAX, METRES_FROM_UNIT_MAX, Flag

Saw = Mapping[str, Any]

TITLES: Mapping[Flag, Promise] = {
    Flag.OUTSIDE_WINDOW: gettext_lazy("Outside the window"),
    Flag.TOO_QUICK: gettext_lazy("Very quick"),
    Flag.FAR_FROM_UNIT: gettext_lazy("Far from the unit"),
    Flag.NO_PLACE: gettext_lazy("No place noted"),
    Flag.MOCK_PLACE: gettext_lazy("Place made up by an app"),
    Flag.DOUBLED: gettext_lazy("Told more than once"),
    Flag.ODD_CLOCK: gettext_lazy("Odd clock"),
    Flag.MISSING_ANSWER: gettext_lazy("Answers missing"),
    Flag.MISSING_NOTE: gettext_lazy("Notes missing"),
    Flag.MISSING_PHOTO: gettext_lazy("Photos not taken"),
    Flag.FORBIDDEN_PHOTO: gettext_lazy("Forbidden photo"),
    Flag.UNKNOWN_PHOTO: gettext_lazy("Unknown photo"),
    Flag.BAD_PHOTO: gettext_lazy("Broken photo"),
    Flag.BAD_VALUE: gettext_lazy("Impossible answer"),
    Flag.OLD_CHECKLIST: gettext_lazy("Old checklist"),
    Flag.UNSIGNED: gettext_lazy("Not signed"),
    Flag.COVER_DOUBTED: gettext_lazy("Cover in doubt"),
    Flag.FEE_DIFFERS: gettext_lazy("Another official fee"),
}
# Whoever must look twice before she accepts; the rest are tidiness.
GRAVE = {
    Flag.FAR_FROM_UNIT,
    Flag.MOCK_PLACE,
    Flag.DOUBLED,
    Flag.COVER_DOUBTED,
    Flag.BAD_PHOTO,
    Flag.ODD_CLOCK,
}

BAD_PHOTOS: Mapping[str, Promise] = {
    Reason.WRONG_HASH: gettext_lazy("its bytes are not those the phone announced"),
    Reason.NOT_AN_IMAGE: gettext_lazy("it is not a picture"),
    Reason.INCOMPLETE: gettext_lazy("the picture is cut off"),
    Reason.TOO_MANY_PIXELS: gettext_lazy("it has too many pixels to be opened safely"),
    Reason.TOO_LARGE: gettext_lazy("the file is too large"),
    Reason.TYPE: gettext_lazy("it is of a kind that is not accepted; only JPEG, PNG and WebP are"),
    Reason.QUOTA: gettext_lazy("the phone had too much under way"),
    Reason.NOT_YOURS: gettext_lazy("it was announced by somebody else"),
    Reason.ANNOUNCED_DIFFERENTLY: gettext_lazy("it was announced twice, with different facts"),
    Reason.MALFORMED: gettext_lazy("its announcement cannot be understood"),
}


@dataclass(frozen=True)
class Explained:
    """A doubt in words. `items` are codes and `photos` ids it is about, to look at."""

    flag: str
    title: str
    sentence: str
    tone: str
    items: tuple[str, ...] = ()
    photos: tuple[str, ...] = ()


def title_of(flag: str) -> str:
    """A few words for a list. A flag of a newer server keeps its own name."""
    known = TITLES.get(Flag(flag)) if flag in set(Flag) else None
    return str(known) if known else flag.replace("_", " ")


def tone_of(flag: str) -> str:
    return "bad" if flag in GRAVE else "warn"


def tags_of(doubts: Any) -> list[dict[str, str]]:
    """The different flags of a visit, as {"title", "tone"}, for a list."""
    names = dict.fromkeys(str(doubt.get("flag", "")) for doubt in _mappings(doubts))
    return [{"title": title_of(name), "tone": tone_of(name)} for name in names]


def explain(doubts: Any) -> list[Explained]:
    """Every doubt in a sentence. What an older or newer server wrote is never a reason to fail."""
    return [_explained(doubt) for doubt in _mappings(doubts)]


def bad_photo_words(reason: str) -> str:
    """Why a photo is bad, to stand after "because"."""
    return str(BAD_PHOTOS.get(reason, reason))


def _explained(doubt: Mapping[str, Any]) -> Explained:
    name, saw = str(doubt.get("flag", "")), doubt.get("saw")
    saw = saw if isinstance(saw, Mapping) else {}
    say = _SENTENCES.get(name)
    sentence = say(saw) if say else ""
    items = [*_texts(saw.get("items")), *_texts([saw.get("item")])]
    photos = [str(p.get("photo", "")) if isinstance(p, Mapping) else p for p in _list(saw.get("photos"))]
    return Explained(name, title_of(name), sentence, tone_of(name), tuple(items), tuple(_texts(photos)))


def _outside(saw: Saw) -> str:
    early, late = _whole(saw, "minutes_early"), _whole(saw, "minutes_late")
    if early is not None:
        return _("The visit began %(span)s before its window opened.") % {"span": _minutes(early)}
    return _("The visit began %(span)s after its window had closed.") % {"span": _minutes(late or 0)}


def _quick(saw: Saw) -> str:
    spans = {
        "span": _minutes(_whole(saw, "minutes") or 0),
        "least": _minutes(_whole(saw, "minutes_expected") or 0),
    }
    return _("It took %(span)s; a visit with so many items takes at least %(least)s.") % spans


def _far(saw: Saw) -> str:
    facts = {
        "metres": whole(_whole(saw, "metres") or 0),
        "accuracy": whole(_whole(saw, "accuracy_metres") or 0),
        "most": whole(METRES_FROM_UNIT_MAX),
    }
    if saw.get("when") == "left":
        words = _(
            "On leaving, the phone was %(metres)s m from the unit, give or take %(accuracy)s m. %(most)s m is usual."
        )
    else:
        words = _(
            "On arrival, the phone was %(metres)s m from the unit, give or take %(accuracy)s m. %(most)s m is usual."
        )
    return words % facts


def _no_place(saw: Saw) -> str:
    return _("The phone noted no place on arrival: no permission, no signal, or indoors.")


def _mock(saw: Saw) -> str:
    if saw.get("when") == "left":
        return _("On leaving, the phone itself said that its place came from an app, not from its receiver.")
    return _("On arrival, the phone itself said that its place came from an app, not from its receiver.")


def _doubled(saw: Saw) -> str:
    said = []
    if count := _whole(saw, "same_unit_same_day"):
        words = ngettext(
            "The same inspector told %(count)d other visit to this unit on that day.",
            "The same inspector told %(count)d other visits to this unit on that day.",
            count,
        )
        said.append(words % {"count": count})
    if count := _whole(saw, "same_visit"):
        words = ngettext(
            "For this attempt, %(count)d other submission is here as well.",
            "For this attempt, %(count)d other submissions are here as well.",
            count,
        )
        said.append(words % {"count": count})
    return " ".join(said)


def _clock(saw: Saw) -> str:
    said = []
    ahead = _whole(saw, "phone_ahead_seconds")
    most = {"most": in_words(CLOCK_DIFFERENCE_MAX)}
    if ahead is not None and ahead > 0:
        said.append(
            _("When it sent, the phone's clock was %(span)s ahead of ours; up to %(most)s is usual.")
            % {"span": _seconds(ahead), **most}
        )
    elif ahead is not None:
        said.append(
            _("When it sent, the phone's clock was %(span)s behind ours; up to %(most)s is usual.")
            % {"span": _seconds(-ahead), **most}
        )
    if (after := _whole(saw, "after_arrival_here_seconds")) is not None:
        said.append(
            _("The phone dates something %(span)s after it had arrived here.") % {"span": _seconds(after)}
        )
    if (before := _whole(saw, "ended_before_began_seconds")) is not None:
        said.append(_("The visit ends %(span)s before it begins.") % {"span": _seconds(before)})
    return " ".join(said)


def _value(saw: Saw) -> str:
    said = []
    if saw.get("items"):
        said.append(_("These answers cannot be so, and count as not answered."))
    if members := _texts(saw.get("members")):
        said.append(
            _("These parts of the document could not be understood: %(parts)s.")
            % {"parts": ", ".join(members)}
        )
    return " ".join(said)


def _old(saw: Saw) -> str:
    version = str(saw.get("newer_version", ""))
    return _("Version %(version)s of the checklist was out before the visit began.") % {"version": version}


def _cover(saw: Saw) -> str:
    if saw.get("detected") == "yes":
        return _("The inspector says that she was recognised. The visit can be kept, but is not counted.")
    return _("The inspector is not sure whether she was recognised.")


def _fee(saw: Saw) -> str:
    facts = {"told": rupiah(_whole(saw, "told")), "published": rupiah(_whole(saw, "published"))}
    return _("She was told that the official fee is %(told)s; published is %(published)s.") % facts


def _bad_photo(saw: Saw) -> str:
    reasons = dict.fromkeys(
        bad_photo_words(str(photo.get("reason", ""))) for photo in _mappings(saw.get("photos"))
    )
    return _("Photos that cannot be shown: %(reasons)s.") % {"reasons": "; ".join(reasons)}


def _fixed(words: Promise) -> Callable[[Saw], str]:
    return lambda saw: str(words)


_SENTENCES: Mapping[str, Callable[[Saw], str]] = {
    Flag.OUTSIDE_WINDOW: _outside,
    Flag.TOO_QUICK: _quick,
    Flag.FAR_FROM_UNIT: _far,
    Flag.NO_PLACE: _no_place,
    Flag.MOCK_PLACE: _mock,
    Flag.DOUBLED: _doubled,
    Flag.ODD_CLOCK: _clock,
    Flag.MISSING_ANSWER: _fixed(gettext_lazy("These items are asked here and have no answer.")),
    Flag.MISSING_NOTE: _fixed(gettext_lazy("These answers need a note, and have none.")),
    Flag.MISSING_PHOTO: _fixed(gettext_lazy("These items need a photo or a reason for none.")),
    Flag.FORBIDDEN_PHOTO: _fixed(gettext_lazy("These items must not be photographed, and have a photo.")),
    Flag.UNKNOWN_PHOTO: _fixed(gettext_lazy("Answers point at photos that the visit does not list.")),
    Flag.BAD_PHOTO: _bad_photo,
    Flag.BAD_VALUE: _value,
    Flag.OLD_CHECKLIST: _old,
    Flag.UNSIGNED: _fixed(gettext_lazy("The inspector's statement is not signed.")),
    Flag.COVER_DOUBTED: _cover,
    Flag.FEE_DIFFERS: _fee,
}


def _minutes(count: int) -> str:
    return in_words(timedelta(minutes=count))


def _seconds(count: int) -> str:
    return in_words(timedelta(seconds=count))


def _whole(saw: Saw, name: str) -> int | None:
    found = saw.get(name)
    return found if isinstance(found, int) and not isinstance(found, bool) else None


def _list(raw: Any) -> list[Any]:
    return raw if isinstance(raw, list) else []


def _mappings(raw: Any) -> list[Mapping[str, Any]]:
    return [one for one in _list(raw) if isinstance(one, Mapping)]


def _texts(raw: Any) -> list[str]:
    return [one for one in _list(raw) if isinstance(one, str) and one]
