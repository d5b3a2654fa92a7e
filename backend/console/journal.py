"""Who did what: read, narrowed, taken along."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Q
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from backend.console.deeds import COUNTINGS, DEEDS, SENTENCES, name_of, sentence_of
from backend.core.errors import NotAllowed
from backend.core.spreadsheets import CONTENT_TYPE, as_csv
from backend.journal.models import Entry, EntryQuerySet
from backend.pages.desk import Desk, at_desk
from backend.pages.page import page
from backend.pages.paging import Rows, rows_of
from backend.people import journal_lines
from backend.people.models import User
from backend.people.rules import Verb

LINES_PER_PAGE = 50
PEOPLE_MAX = 20
EVENT = re.compile(r"[a-z_.-]{1,60}")
FIELDS = ("event", "person", "subject", "from", "to", "scope")
FIELD_LENGTH_MAX = 120
ZONE = ZoneInfo("Asia/Jakarta")  # a programme may lie in several zones; one clock orders the whole journal
EVERYTHING = "all"  # the countings too
INSTALLATION = "installation"  # lines of no programme


@dataclass(frozen=True)
class Asked:
    """What the lines are narrowed by, as it was written, and what of it makes no sense: {field: words}."""

    given: Mapping[str, str]
    lines: EntryQuerySet
    wrong: Mapping[str, str]

    @property
    def query(self) -> str:
        return urlencode(self.given)


@require_safe
@at_desk(Verb.READ_JOURNAL)
def journal(request: HttpRequest, desk: Desk) -> HttpResponseBase:
    """The lines of this programme, newest first; for administrators also those of no programme."""
    asked = ask(request.GET, desk)
    found = Rows([], "", "")
    if not asked.wrong:
        found = rows_of(request, asked.lines.select_related("actor", "seal"), ("-id",), each=LINES_PER_PAGE)
    context = {
        "asked": asked,
        "given": asked.given,
        "list": found,
        "lines": [told(line, desk.user) for line in found.rows],
        "groups": [(title, [(event, name_of(event)) for event in deeds]) for title, deeds in DEEDS.items()],
        "known_event": asked.given.get("event", "") in (EVERYTHING, *SENTENCES),
    }
    return page(request, "console/journal.html", context, status=400 if asked.wrong else 200)


@require_POST
@at_desk(Verb.READ_JOURNAL)
def taken(request: HttpRequest, desk: Desk) -> HttpResponseBase:
    """The same lines as a file. A POST, since taking them is a line of the journal itself."""
    asked = ask(request.POST, desk)
    if asked.wrong:
        return page(
            request, "console/journal.html", {"asked": asked, "given": asked.given, "list": None}, status=400
        )
    rows = journal_lines.take_journal(asked.lines, dict(asked.given), programme=desk.programme, by=desk.user)
    answer = StreamingHttpResponse(as_csv(journal_lines.COLUMNS, rows), content_type=CONTENT_TYPE)
    answer["Content-Disposition"] = f'attachment; filename="journal-{desk.programme.code}.csv"'
    answer["Cache-Control"] = "no-store"
    return answer


def told(line: Entry, reader: User) -> dict[str, Any]:
    """A line as the page shows it."""
    hidden = journal_lines.is_hidden(reader, line)
    seen = journal_lines.as_seen_by(reader, line)
    link = getattr(seen, "seal", None)
    nobody = _("An inspector") if hidden else _("The system")
    return {
        "line": seen,
        "who": (seen.actor.name or seen.actor.username) if seen.actor else nobody,
        "hidden": hidden,
        "deed": sentence_of(seen.event, seen.data),
        "facts": sorted(seen.data.items()),
        "seal": link.hash if link else "",
    }


def ask(sent: Mapping[str, Any], desk: Desk) -> Asked:
    """Read a filter. Raises NotAllowed for lines of the whole installation."""
    given = {name: value for name in FIELDS if (value := str(sent.get(name, "")).strip()[:FIELD_LENGTH_MAX])}
    wrong: dict[str, str] = {}
    programme = _scope(given, desk, wrong)
    lines: EntryQuerySet = Entry.objects.filter(programme=programme)
    event = given.get("event", "")
    if not event and "subject" not in given:
        lines = lines.exclude(event__in=COUNTINGS)
    elif event not in ("", EVERYTHING):
        lines = lines.filter(event=event)
        if event not in SENTENCES and not (EVENT.fullmatch(event) and lines.exists()):
            wrong["event"] = _("There is no such event.")
    if person := given.get("person"):
        people = _people(person, desk, programme)
        if people:
            lines = journal_lines.of_person(lines, people, reader=desk.user, programme=programme)
        else:
            wrong["person"] = _("Nobody here bears this name. Write a username or a full name.")
    if subject := given.get("subject"):
        if "\x00" in subject:
            wrong["subject"] = _("This is no id.")
        else:
            lines = journal_lines.about(lines, subject, reader=desk.user, programme=programme)
    begins, ends = _days(given, wrong)
    if not wrong and (begins or ends):
        lines = lines.between(begins, ends)
    return Asked(given, lines, wrong)


def _scope(given: Mapping[str, str], desk: Desk, wrong: dict[str, str]) -> UUID | None:
    scope = given.get("scope", "")
    if scope == INSTALLATION:
        if not desk.user.is_administrator:
            raise NotAllowed(verb=Verb.READ_JOURNAL.value)
        return None
    if scope:
        wrong["scope"] = _("Say the programme or the installation.")
    return desk.programme.pk


def _people(text: str, desk: Desk, programme: UUID | None) -> list[UUID]:
    """Whom a name means: colleagues, and whoever left lines here and has gone since."""
    if "\x00" in text:
        return []
    named = Q(username__iexact=text) | Q(name__iexact=text)
    acted = Exists(Entry.objects.filter(programme=programme, actor=OuterRef("pk")))
    hers = Q(pk__in=User.objects.visible_to(desk.user).values("pk")) | Q(acted)
    return list(User.objects.filter(named).filter(hers).values_list("pk", flat=True)[:PEOPLE_MAX])


def _days(given: Mapping[str, str], wrong: dict[str, str]) -> tuple[datetime | None, datetime | None]:
    """The first moment of the first day, and the first after the last day."""
    days: dict[str, date] = {}
    for name in ("from", "to"):
        if name in given:
            try:
                days[name] = date.fromisoformat(given[name])
                if not 1900 < days[name].year < 9999:
                    raise ValueError
            except ValueError:
                wrong[name] = _("Write a day of the calendar as year-month-day, such as 2026-11-29.")
    if not wrong and len(days) == 2 and days["to"] < days["from"]:
        wrong["to"] = _("The last day lies before the first one.")
    if wrong:
        return None, None
    begins = datetime.combine(days["from"], time(), ZONE) if "from" in days else None
    ends = datetime.combine(days["to"] + timedelta(days=1), time(), ZONE) if "to" in days else None
    return begins, ends


urlpatterns = [
    path("<slug:programme>/journal/", journal, name="journal"),
    path("<slug:programme>/journal/taken/", taken, name="journal_taken"),
]
