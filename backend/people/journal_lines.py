"""The journal as it is read: which lines are somebody's to read, and what of a line. It stands here because the
journal itself knows neither programmes nor roles."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Q, QuerySet

from backend.core.errors import NotAllowed
from backend.core.spreadsheets import Row
from backend.journal.actions import one_transaction, record
from backend.journal.models import Entry, EntryQuerySet
from backend.people.access import require
from backend.people.models import Programme, User
from backend.people.rules import Verb

Lines = TypeVar("Lines", bound="QuerySet[Entry]")

LINES_PER_CHUNK = 500
COLUMNS = ("number", "at", "event", "who", "device", "programme", "subject_kind", "subject", "facts", "seal")

# Deeds by which an inspector is known: told of a visit, they name who made it.
VISITING = frozenset(
    {
        "visit.told", "visit.photos-counted", "submission.late", "submission.quarantined",
        "photo.kept", "photo.bad", "photos.announced", "upload.given-up",
    }
)  # fmt: skip
WHO_VISITS = frozenset({"inspector", "from", "inspectors"})  # facts of orders


def readable_by(user: User, programme: UUID | None) -> Q:
    """A programme's lines for its managers, every line for administrators. Lines of no programme (sign-ins,
    programmes themselves) are for administrators. Raises NoSuchProgramme, NotAllowed."""
    if programme is not None:
        require(user, programme, Verb.READ_JOURNAL)
        return Q(programme=programme)
    if user.is_administrator:
        return Q()
    mine = user.programmes_where(Verb.READ_JOURNAL)
    if not mine:
        raise NotAllowed(verb=Verb.READ_JOURNAL.value)
    return Q(programme__in=mine)


def of_person(
    lines: EntryQuerySet, people: list[UUID], *, reader: User, programme: UUID | None
) -> EntryQuerySet:
    """What these people did. Visits are left out for a reader from whom who visited is hidden: that a line is
    here would tell it."""
    theirs = lines.filter(actor=people[0]) if len(people) == 1 else lines.filter(actor__in=people)
    return theirs if sees_who_visited(reader, programme) else theirs.exclude(event__in=VISITING)


def about(lines: EntryQuerySet, subject: str, *, reader: User, programme: UUID | None) -> EntryQuerySet:
    """What happened to one thing, by its id. Of a phone, nothing that tells of visits: a phone is a person."""
    found = lines.filter(subject=subject)
    if sees_who_visited(reader, programme):
        return found
    return found.exclude(event__in=VISITING, subject_kind="device")


def sees_who_visited(reader: User, programme: UUID | None) -> bool:
    return programme is not None and reader.standing_in(programme).may(Verb.SEE_WHO_VISITED)


def as_seen_by(reader: User, line: Entry) -> Entry:
    """The line with what this reader may know: whoever may not see who visited reads that it was done, not by
    whom. The line in memory is changed; it is not to be saved."""
    if sees_who_visited(reader, line.programme):
        return line
    if line.event in VISITING:
        line.actor, line.device = None, None
        if line.subject_kind == "device":
            line.subject = ""
    line.data = {name: fact for name, fact in line.data.items() if name not in WHO_VISITS}
    return line


def is_hidden(reader: User, line: Entry) -> bool:
    """Whether who did it is kept from this reader."""
    return line.event in VISITING and not sees_who_visited(reader, line.programme)


@one_transaction
def take_journal(
    lines: EntryQuerySet, asked: dict[str, str], *, programme: Programme, by: User
) -> Iterator[Row]:
    """Rows of COLUMNS for these lines, newest first, read in chunks as they are taken. That they leave is a line
    itself, with what was asked for. Raises NoSuchProgramme, NotAllowed."""
    require(by, programme, Verb.READ_JOURNAL)
    data = {"what": "journal", "form": "csv", **asked}
    record("export.made", programme, by=by, programme=programme.pk, data=data)
    return _rows(lines, by)


def _rows(lines: EntryQuerySet, reader: User) -> Iterator[Row]:
    ordered: Any = lines.select_related("actor", "seal").order_by("-id")
    before = Q()
    while chunk := list(ordered.filter(before)[:LINES_PER_CHUNK]):
        for line in chunk:
            yield _row(as_seen_by(reader, line))
        before = Q(id__lt=chunk[-1].pk)


def _row(line: Entry) -> Row:
    link = getattr(line, "seal", None)
    return (
        line.pk,
        line.at.isoformat(),
        line.event,
        line.actor.username if line.actor else "",
        str(line.device or ""),
        str(line.programme or ""),
        line.subject_kind,
        line.subject,
        json.dumps(line.data, ensure_ascii=False),
        link.hash if link else "",
    )
