"""Lengths of time in words, and the time that is left for a judgement."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backend.review.rules import due_at


def in_words(span: timedelta) -> str:
    """Its two largest units: 2 days 3 hours, 1 hour 5 minutes, 12 minutes; a negative span with a minus."""
    minutes = int(abs(span).total_seconds() // 60)
    sign = "−" if span < timedelta() and minutes else ""
    days, hours, minutes = minutes // 1440, minutes % 1440 // 60, minutes % 60
    parts = []
    if days:
        parts.append(ngettext("%(count)d day", "%(count)d days", days) % {"count": days})
    if hours:
        parts.append(ngettext("%(count)d hour", "%(count)d hours", hours) % {"count": hours})
    if minutes or not parts:
        parts.append(ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes})
    return sign + " ".join(parts[:2])


@dataclass(frozen=True)
class Deadline:
    """Until when a told visit should be judged. `tone` is a class of tags: bad, warn or ""."""

    at: datetime
    words: str
    tone: str


def deadline(told_at: datetime, now: datetime) -> Deadline:
    """Overdue is bad, less than a day left is a warning."""
    at = due_at(told_at)
    left = at - now
    if left < timedelta():
        return Deadline(at, _("Overdue by %(span)s") % {"span": in_words(-left)}, "bad")
    words = _("%(span)s left") % {"span": in_words(left)}
    return Deadline(at, words, "warn" if left < timedelta(days=1) else "")
