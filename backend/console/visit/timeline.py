"""What happened when, on whose clock, in one sequence; and how long it took. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backend.assignments.rules import Window
from backend.console.spans import in_words
from backend.console.visit.testimony import Written
from backend.pages.templatetags.samar import hour
from backend.visits.rules import CLOCK_DIFFERENCE_MAX
from backend.visits.testimony import Told

MARK_NAMES: Mapping[str, Promise] = {
    "arrived": gettext_lazy("Arrived"),
    "ticket": gettext_lazy("Took a ticket"),
    "called": gettext_lazy("Was called"),
    "served": gettext_lazy("Was served"),
    "paid": gettext_lazy("Paid"),
    "left": gettext_lazy("Left"),
}
# Noted within this long of happening: nothing to remember wrongly, and nothing to say about it.
NOTED_AT_ONCE = timedelta(minutes=2)
LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Event:
    """One line. `happened` and `noted` are the phone's clock, `here` is the server's.

    kind     "window", "mark", "photo", "paper" or "decision"
    photos   numbers of the photos taken then, in words: "1–4, 7"
    remark   what is odd about it; "" when nothing is
    """

    what: str
    kind: str
    happened: datetime | None = None
    noted: datetime | None = None
    here: datetime | None = None
    photos: str = ""
    remark: str = ""

    @property
    def clocks(self) -> tuple[datetime | None, ...]:
        return self.happened, self.noted, self.here

    @property
    def moment(self) -> datetime:
        return self.happened or self.noted or self.here or LONG_AGO


@dataclass(frozen=True)
class Lasted:
    """How long something took, in words; `odd` when a clock must be wrong."""

    what: str
    span: str
    odd: bool = False


def timeline(
    told: Told,
    written: Written,
    *,
    window: Window,
    sent_at: datetime | None,
    received_at: datetime,
    numbers: Mapping[UUID, int],
    decisions: Iterable[tuple[datetime, str]] = (),
) -> list[Event]:
    """In the sequence of the clocks as they were told, however odd.

    numbers     of the photos as the page counts them, by id
    decisions   (when, words) of what was decided here
    """
    events = [
        Event(_("Window opens"), "window", here=window.opens),
        Event(_("Window closes"), "window", here=window.closes),
        *(_mark(name, at, written.noted.get(name)) for name, at in told.marks.items()),
        *_papers(told, written),
        *_photos(written, numbers),
        _arrival(sent_at, received_at),
        *(Event(words, "decision", here=when) for when, words in decisions),
    ]
    return sorted(events, key=lambda event: event.moment)


def durations(told: Told, received_at: datetime) -> list[Lasted]:
    """Waiting, being served, the whole visit, and how long after it the telling reached us."""
    marks = told.marks
    queue, counter = marks.get("ticket") or marks.get("arrived"), marks.get("called") or marks.get("served")
    found = [
        _lasted(_("Waiting to be called"), queue, counter),
        _lasted(_("At the counter"), marks.get("served") or marks.get("called"), marks.get("left")),
        _lasted(_("The whole visit"), told.began, told.ended),
        _lasted(_("From finishing to arriving here"), told.finished_at, received_at),
    ]
    return [one for one in found if one is not None]


def waited_minutes(told: Told) -> int | None:
    """From the ticket (or arrival) until she was called (or served), by her marks; None without both."""
    marks = told.marks
    queue, counter = marks.get("ticket") or marks.get("arrived"), marks.get("called") or marks.get("served")
    if queue is None or counter is None or counter < queue:
        return None
    return int((counter - queue).total_seconds() // 60)


def recall(answers: Mapping[str, Any], read_time: Any) -> timedelta:
    """The longest time between seeing something and noting it."""
    longest = timedelta()
    for answer in answers.values():
        if isinstance(answer, Mapping):
            seen, noted = read_time(answer.get("observed_at")), read_time(answer.get("recorded_at"))
            if seen is not None and noted is not None:
                longest = max(longest, noted - seen)
    return longest


def ranges(numbers: Iterable[int]) -> str:
    """1–4, 7"""
    runs: list[list[int]] = []
    for number in sorted(set(numbers)):
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}–{run[-1]}" for run in runs)


def on_day(moment: datetime | None, zone: str, day: date) -> str:
    """The hour alone on the visit's own day, with its date on another; "" for None."""
    if moment is None:
        return ""
    same = moment.astimezone(ZoneInfo(zone)).date() == day
    words = hour(moment, zone)
    return words if same else f"{words}, {date_format(moment.astimezone(ZoneInfo(zone)).date(), 'j M Y')}"


def _mark(name: str, at: datetime, noted: datetime | None) -> Event:
    late = noted is not None and noted - at > NOTED_AT_ONCE
    remark = _("noted %(span)s later") % {"span": in_words(noted - at)} if noted is not None and late else ""
    return Event(str(MARK_NAMES[name]), "mark", happened=at, noted=noted, remark=remark)


def _photos(written: Written, numbers: Mapping[UUID, int]) -> Iterable[Event]:
    """Photos of one minute are one line."""
    minutes: dict[datetime, list[tuple[datetime, int]]] = {}
    for photo, at in written.taken.items():
        if photo in numbers:
            minutes.setdefault(at.replace(second=0, microsecond=0), []).append((at, numbers[photo]))
    for taken in minutes.values():
        first = min(at for at, _number in taken)
        yield Event(
            _("Photos taken"),
            "photo",
            happened=first,
            photos=ranges([number for _at, number in taken]),
        )


def _papers(told: Told, written: Written) -> Iterable[Event]:
    if told.started_at is not None:
        yield Event(_("Began to record"), "paper", noted=told.started_at)
    if written.signed_at is not None and told.signed and written.signed_at != told.finished_at:
        yield Event(_("Signed the statement"), "paper", noted=written.signed_at)
    if told.finished_at is not None:
        yield Event(_("Finished recording"), "paper", noted=told.finished_at)


def _arrival(sent_at: datetime | None, received_at: datetime) -> Event:
    remark = ""
    if sent_at is not None and abs(sent_at - received_at) > CLOCK_DIFFERENCE_MAX:
        span = in_words(abs(sent_at - received_at))
        ahead = sent_at > received_at
        words = (
            _("the phone's clock is %(span)s ahead") if ahead else _("the phone's clock is %(span)s behind")
        )
        remark = words % {"span": span}
    return Event(_("Sent, and arrived here"), "paper", noted=sent_at, here=received_at, remark=remark)


def _lasted(what: str, begins: datetime | None, ends: datetime | None) -> Lasted | None:
    if begins is None or ends is None:
        return None
    return Lasted(what, in_words(ends - begins), odd=ends < begins)
