"""Going on with a visit that was begun on another device, or before this one was set up anew (protocol 6.6.2)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fieldsync import wire
from fieldsync.engine.beginning import Fields, first_fields
from fieldsync.engine.recording import MAY_BEGIN, Recorder
from fieldsync.errors import AlreadyBegun, AnswerBroken, NoSuchDraft, Problem
from fieldsync.store import Draft
from fieldsync.transport import Reply, Transport, problem_of
from fieldsync.wire import OtherDraft, Visit


@dataclass(frozen=True)
class PhotoOfDraft:
    """A photo that a draft speaks of. `where`: "here", "server", or "missing": its bytes are on the device that took
    it, if anywhere. `items` are the answers that refer to it."""

    id: str
    where: str
    items: tuple[str, ...] = ()


class Continuer(Recorder):
    """A Recorder that can go on with drafts of other devices."""

    transport: Transport

    def drafts_elsewhere(self, visit: str) -> list[OtherDraft]:
        """Drafts of this visit on other devices of the same inspector, as of the last sync, the newest first. None
        for a visit that cannot be begun now; and after a return only drafts written since."""
        known, here = self.visit(visit), self.store.identity().device
        if known.removed is not None or known.state not in MAY_BEGIN:
            return []
        returned = known.returned or {}
        since = str(returned.get("decided_at") or "")
        others = [
            each
            for each in self.store.other_drafts(visit)
            if each.device != here and _moment(each.updated_at) > _moment(since)
        ]
        return sorted(others, key=lambda each: _moment(each.updated_at), reverse=True)

    def continue_here(self, visit: str, device: str) -> Draft:
        """Fetch the draft of another device and go on with it here, in a NEW draft of this device, whose `parent` is
        the digest of the text it continues. The other draft stays as it is, and whoever finishes first has the visit.

        Needs a network. Photos are referred to by id; what became of their bytes says `photos_of_draft`.
        Raises AlreadyBegun (nothing is ever written over), NoSuchDraft, NoSuchVisit, VisitGone, AlreadyTold,
        ChecklistMissing, SignInAgain, Barred, NoAnswer, NotOurServer, AnswerBroken.
        """
        known = self.visit(visit)
        self._check_may_continue(known)
        digest, text = self._fetch(visit, device)
        fields = _read(digest, text)
        absent = self._absent(fields)
        with self.store.changing():
            self._check_may_continue(known)
            draft = Draft(visit, known.attempt, known.checklist, 0, fields)
            mine = first_fields(self.store, known, draft, began=self.clock()) | {"parent": digest}
            checklist = fields.get("checklist")
            if checklist and fields.get("attempt") == known.attempt and self.store.paper(str(checklist)):
                mine["checklist"] = checklist  # pinned when the visit began, there
            self.instrument(mine["checklist"])
            return self.store.save_draft(
                visit, mine, attempt=known.attempt, checklist=mine["checklist"], absent=absent
            )

    def photos_of_draft(self, visit: str) -> list[PhotoOfDraft]:
        """The photos our draft of a visit speaks of, and where their bytes are. Raises NotStarted."""
        fields = self._begun(visit).fields
        absent = self.store.absent_photos(visit)
        here = {photo.id for photo in self.store.photos(visit) if photo.state not in ("lost", "freed")}
        found = []
        for photo in fields["photos"]:
            where = "here" if photo["id"] in here else "missing" if photo["id"] in absent else "server"
            items = [
                code for code, told in fields["answers"].items() if photo["id"] in (told.get("photos") or ())
            ]
            found.append(PhotoOfDraft(photo["id"], where, tuple(items)))
        return found

    def _check_may_continue(self, known: Visit) -> None:
        self._check_may_begin(known)
        if self.draft(known.id) is not None:
            raise AlreadyBegun()

    def _fetch(self, visit: str, device: str) -> tuple[str, str]:
        reply = self.transport.draft(visit, device)
        _check(reply)
        digest, text = wire.read_draft_text(reply.content)
        if text is None:
            raise NoSuchDraft()
        return digest, text

    def _absent(self, fields: Fields) -> list[str]:
        """Photos of another device's draft whose bytes the server has not."""
        listed = fields.get("photos")
        told = (
            [each.get("id") for each in listed if isinstance(each, Mapping)]
            if isinstance(listed, list)
            else []
        )
        names = [name for name in told if isinstance(name, str)]
        return [name for name in names if not self.store.photo(name) and not self._is_there(name)]

    def _is_there(self, photo: str) -> bool:
        reply = self.transport.photo_there(photo)
        if reply.status == 404:
            return False
        _check(reply)
        return True


def _check(reply: Reply) -> None:
    if reply.status == 404:
        raise NoSuchDraft()
    if reply.status != 200:
        problem: Problem = problem_of(reply)
        raise problem


def _read(digest: str, text: str) -> dict[str, Any]:
    """The document of another device. Raises AnswerBroken for a text that is not what its digest says."""
    try:
        fields = json.loads(text) if wire.sha256_text(text) == digest else None
    except (ValueError, RecursionError):
        fields = None
    if not isinstance(fields, dict):
        raise AnswerBroken(why="draft")
    return fields


def _moment(text: str) -> float:
    """A moment of the server's as a number; what cannot be read is before everything."""
    try:
        return wire.read_moment(text).timestamp()
    except ValueError:
        return 0.0
