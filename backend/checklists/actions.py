"""Publishing a checklist, and withdrawing one."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from django.db import IntegrityError, transaction

from backend.checklists.errors import ChecklistRefused, NoCheckedInstrument, NotYourChecklist, VersionTaken
from backend.checklists.loader import load
from backend.checklists.models import CheckedInstrument, Checklist
from backend.checklists.rules import read
from backend.core.clock import now
from backend.core.digests import sha256_text
from backend.core.errors import NotAllowed
from backend.journal.actions import one_transaction, record
from backend.people.models import User
from backend.people.rules import Verb

REFUSALS_MAX = 200
BUILTIN = Path(__file__).parent / "instruments" / "ikkt"


@one_transaction
def publish_checklist(files: Mapping[str, bytes], *, by: User) -> Checklist:
    """Publish the instrument in these files {name: content}; the same content again is the same checklist.

    Raises NotAllowed, ChecklistRefused (with every reason), VersionTaken.
    """
    if not _may_publish(by):
        raise NotAllowed(verb=Verb.PUBLISH_CHECKLIST.value)
    return _publish(_text_of(files), by=by)


@one_transaction
def check_instrument(files: Mapping[str, bytes], *, by: User) -> CheckedInstrument:
    """Keep the text that these files make until she publishes it: one a person, for a day. Nothing has been done yet,
    so the journal says nothing.

    Raises NotAllowed, ChecklistRefused (with every reason), VersionTaken.
    """
    if not _may_publish(by):
        raise NotAllowed(verb=Verb.PUBLISH_CHECKLIST.value)
    text = _text_of(files)
    instrument, digest = read(text), sha256_text(text)
    _known(digest, instrument.code, instrument.version)
    CheckedInstrument.objects.stale(now()).delete()
    made, _ = CheckedInstrument.objects.update_or_create(
        owner=by, defaults={"digest": digest, "text": text, "checked_at": now()}
    )
    return made


@one_transaction
def publish_checked(digest: str, *, by: User) -> Checklist:
    """Publish exactly what she checked; what is published already stays as it is.

    Raises NotAllowed, NoCheckedInstrument, VersionTaken.
    """
    if not _may_publish(by):
        raise NotAllowed(verb=Verb.PUBLISH_CHECKLIST.value)
    checked = CheckedInstrument.objects.of(by, now()).filter(digest=digest).first()
    if checked is None:
        if known := Checklist.objects.filter(pk=digest, published_by=by).first():
            return known  # a second press
        raise NoCheckedInstrument()
    made = _publish(checked.text, by=by)
    checked.delete()
    return made


def may_withdraw(checklist: Checklist, user: User) -> bool:
    """Who published it, and administrators."""
    return user.is_administrator or (_may_publish(user) and checklist.published_by_id == user.pk)


@one_transaction
def publish_builtin() -> Checklist:
    """Publish the IKKT that comes with this installation; nothing happens when it is there already."""
    return _publish(_builtin_text(), by=None)


@one_transaction
def withdraw_checklist(checklist: Checklist, *, by: User) -> Checklist:
    """No new orders use it from now on; what was told on it stays valid. Twice is once.

    Raises NotYourChecklist unless she published it or administers the installation.
    """
    if not may_withdraw(checklist, by):
        raise NotYourChecklist(checklist=checklist.digest)
    if not Checklist.objects.published().filter(pk=checklist.pk).update(withdrawn_at=now()):
        return Checklist.objects.named(checklist.pk)
    record("checklist.withdrawn", checklist, by=by, data=_facts(checklist))
    return Checklist.objects.named(checklist.pk)


def _publish(text: str, *, by: User | None) -> Checklist:
    instrument, digest = read(text), sha256_text(text)
    if known := _known(digest, instrument.code, instrument.version):
        return known
    checklist = Checklist(
        digest=digest,
        code=instrument.code,
        version=instrument.version,
        technique=instrument.technique,
        title={"id": instrument.title.id, "en": instrument.title.en},
        text=text,
        published_at=now(),
        published_by=by,
    )
    try:
        with transaction.atomic():
            checklist.save()
    except IntegrityError:
        # Somebody published in between, and there is nothing to lock before the first row: look again.
        if known := _known(digest, instrument.code, instrument.version):
            return known
        raise
    record("checklist.published", checklist, by=by, data=_facts(checklist))
    return checklist


def _known(digest: str, code: str, version: str) -> Checklist | None:
    """What is already published under this code and version. Raises VersionTaken when it is another text."""
    known = Checklist.objects.filter(code=code, version=version).first()
    if known is not None and known.digest != digest:
        raise VersionTaken(checklist=known.digest, code_taken=code, version=version)
    return known


def _text_of(files: Mapping[str, bytes]) -> str:
    loaded = load(files)
    if isinstance(loaded, str):
        return loaded
    shown = [refusal.as_json() for refusal in loaded[:REFUSALS_MAX]]
    raise ChecklistRefused(refusals=shown, refused=len(loaded))


@cache
def _builtin_text() -> str:
    return _text_of({path.name: path.read_bytes() for path in sorted(BUILTIN.glob("*.toml"))})


def _may_publish(user: User) -> bool:
    """Checklists belong to no programme: who may publish in one of hers may publish."""
    if user.is_administrator:
        return True
    return any(standing.may(Verb.PUBLISH_CHECKLIST) for standing in user.standings.values())


def _facts(checklist: Checklist) -> dict[str, str]:
    return {"code": checklist.code, "version": checklist.version}
