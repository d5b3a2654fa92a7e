"""Recording. `one_transaction` frames every action; `record` is its last line."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, ParamSpec, TypeVar
from uuid import UUID

from django.db import connection, models, transaction

from backend.core.clock import now
from backend.feed.actions import Touch, number
from backend.journal.errors import ChainBroken
from backend.journal.models import Entry, Seal
from backend.journal.rules import FIRST_SEAL, seal
from backend.statements import insert

P = ParamSpec("P")
R = TypeVar("R")


@dataclass
class _Recorded:
    """What the present action recorded so far; written when it ends."""

    lines: list[Entry] = field(default_factory=list)
    touches: list[Touch] = field(default_factory=list)


_present: ContextVar[_Recorded | None] = ContextVar("recorded", default=None)
_reactions: dict[str, Sequence[Any]] = {}

LINES_PER_SEALING = 2000
# Lines are written just before their commit, so a line can be late by as many as are written at that instant.
LINES_LOOKED_BACK = 1_000


def react_by(table: Mapping[str, Sequence[Any]]) -> None:
    """Tie the table of consequences (backend/reactions.py): event name -> tasks given the subject's id."""
    _reactions.clear()
    _reactions.update(table)


@contextmanager
def transaction_of_one_action() -> Iterator[None]:
    """One database transaction; its lines are written and feed numbers given at its very end. An action inside
    another belongs to it: when the inner one fails, the outer one cannot go on."""
    if _present.get() is not None:
        with transaction.atomic(savepoint=False):
            yield
        return
    token = _present.set(_Recorded())
    try:
        with transaction.atomic():
            yield
            connection.validate_no_broken_transaction()  # else it would be rolled back in silence
            recorded = _present.get() or _Recorded()
            insert(recorded.lines)
            number(recorded.touches)
    finally:
        _present.reset(token)


def one_transaction(action: Callable[P, R]) -> Callable[P, R]:
    """Decorate an action: everything it does commits together, or nothing does."""

    @functools.wraps(action)
    def framed(*args: P.args, **kwargs: P.kwargs) -> R:
        with transaction_of_one_action():
            return action(*args, **kwargs)

    return framed


def record(
    event: str,
    subject: models.Model,
    *,
    by: models.Model | None,
    device: UUID | None = None,
    programme: UUID | None = None,
    hears: Iterable[Touch] = (),
    data: dict[str, Any] | None = None,
) -> None:
    """Write the audit line, note who must hear of it, and enqueue what follows.

    event      "<noun>.<past verb>", e.g. "visit.told"
    hears      feed touches, numbered just before the commit
    data       JSON facts for people who read the journal; never an answer, never a photo
    """
    recorded = _present.get()
    if recorded is None:
        raise RuntimeError(f"record({event!r}) outside an action: decorate it with @one_transaction")
    line = Entry(
        at=now(),
        event=event,
        actor_id=by.pk if by is not None else None,
        device=device,
        programme=programme,
        subject_kind=subject._meta.model_name or "",
        subject=str(subject.pk),
        data=data or {},
    )
    recorded.lines.append(line)
    recorded.touches.extend(hears)
    for task in _reactions.get(event, ()):
        task.enqueue(str(subject.pk))


def let_hear(*touches: Touch) -> None:
    """Note who must hear of something that leaves no line in the journal: a draft, which is no deed yet."""
    recorded = _present.get()
    if recorded is None:
        raise RuntimeError("let_hear() outside an action: decorate it with @one_transaction")
    recorded.touches.extend(touches)


def seal_journal(*, everything: bool = False) -> int:
    """Chain the lines that have no seal yet; returns how many were sealed. A worker looks at recent lines only;
    with `everything` no line is passed over."""
    with transaction.atomic():
        # Several workers take turns at the first link; the last one is read only then.
        Seal.objects.select_for_update().filter(number=1).first()
        last = Seal.objects.order_by("-number").first()
        previous, number_ = (last.hash, last.number) if last else (FIRST_SEAL, 0)
        seals = []
        unsealed = Entry.objects.filter(seal=None)
        if last and not everything:
            # Ids are given before commits: a slow transaction's line may be older than the last sealed one.
            unsealed = unsealed.filter(id__gt=last.entry_id - LINES_LOOKED_BACK)
        for entry in unsealed.order_by("id")[:LINES_PER_SEALING]:
            previous, number_ = seal(previous, entry.line()), number_ + 1
            seals.append(Seal(number=number_, entry=entry, hash=previous))
        Seal.objects.bulk_create(seals)
    return len(seals)


def verify_chain() -> int:
    """Walk the whole chain; returns the number of sealed lines. Raises ChainBroken at the first mismatch."""
    previous, expected = FIRST_SEAL, 0
    for link in Seal.objects.select_related("entry").order_by("number").iterator(chunk_size=2000):
        previous, expected = seal(previous, link.entry.line()), expected + 1
        if link.hash != previous or link.number != expected:
            raise ChainBroken(line=link.entry_id, number=link.number)
    return expected
