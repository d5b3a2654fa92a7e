"""What was recorded here. Every method that changes something is durable when it returns (K1)."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit
from uuid import UUID

from fieldsync import wire
from fieldsync.errors import AlreadyTold, NoSuchVisit, NotSignedIn, PhotoGone, StoreBroken, UnknownWord
from fieldsync.store.database import Database, Row, in_our_words
from fieldsync.store.files import PhotoFiles
from fieldsync.wire import OtherDraft, Submission, Visit, read_other_draft, read_visit

DATABASE = "field.sqlite3"
PHOTOS = "photos"


@dataclass(frozen=True)
class Identity:
    """Who records here: this device's id, the server, the user, and the token to speak with (None: signed out)."""

    device: str
    server: str
    user: str
    username: str
    name: str
    token: str | None


@dataclass(frozen=True)
class Draft:
    """A visit being recorded. `fields` is the document so far; `rev` counts its changes; `attempt` and `checklist`
    were pinned when it began."""

    visit: str
    attempt: int
    checklist: str
    rev: int
    fields: dict[str, Any] = field(hash=False)


@dataclass(frozen=True)
class NewPhoto:
    """A photo to be kept: exactly these bytes under this id."""

    id: str
    visit: str
    content: bytes = field(repr=False)
    type: str
    made_at: str


@dataclass(frozen=True)
class Photo:
    """A photo kept here. `state` captured, declared, sending, stored, bad, lost (its file is damaged) or freed;
    `size` and `offset` in bytes; `submission` None while its visit is a draft."""

    id: str
    visit: str
    submission: str | None
    sha256: str
    size: int
    type: str
    state: str
    offset: int
    url: str | None
    reason: str | None
    careful: bool


@dataclass(frozen=True)
class Receipt:
    """A finished visit. `state` outbox, kept (the server has it) or freed; `slot` current, late or quarantined;
    `received_at` by the server's clock; `trouble` the last word about why it waits."""

    id: str
    visit: str
    attempt: int
    digest: str
    made_at: str
    state: str
    slot: str | None
    received_at: str | None
    trouble: str | None

    @property
    def stands(self) -> bool:
        """Whether it takes its attempt's place, as far as is known here. One that came late or could not be read
        does not: should the visit be ours again, it may be told again."""
        return self.slot not in ("late", "quarantined")


@dataclass(frozen=True)
class Listed:
    """A visit with what this phone knows of it. `ready`: its checklist is here, so it can begin offline."""

    visit: Visit
    ready: bool
    begun: bool
    told: Receipt | None


def folder_for(home: Path, server: str, username: str) -> Path:
    """Where the records of one user of one server lie (K12: nobody else's are ever opened)."""
    return home / f"{quote(username.lower(), safe='')}@{quote(urlsplit(server).netloc.lower(), safe='')}"


class Store:
    """The records in one folder. Raises NotSignedIn when there are none yet, NewerStore, StoreBroken, StoreFull."""

    def __init__(self, folder: Path) -> None:
        if not (folder / DATABASE).exists():
            raise NotSignedIn()
        self.folder = folder
        self.db = Database(folder / DATABASE)
        self.files = PhotoFiles(folder / PHOTOS)

    @classmethod
    def create(cls, folder: Path) -> Store:
        """Open the records in `folder`, and begin them if there are none."""
        with in_our_words():
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle = os.open(folder / DATABASE, os.O_RDWR | os.O_CREAT, 0o600)
            os.close(handle)
        return cls(folder)

    def close(self) -> None:
        self.db.close()

    def changing(self) -> AbstractContextManager[None]:
        """One transaction around reading and writing: two terminals may record the same visit."""
        return self.db.transaction()

    # Who

    def identity(self) -> Identity:
        """Raises NotSignedIn when nobody ever signed in."""
        told = {key: self.db.get(key) for key in ("device", "server", "user", "username", "name")}
        known = {key: value for key, value in told.items() if value is not None}
        if len(known) < len(told):
            raise NotSignedIn()
        return Identity(token=self.db.get("token"), **known)

    def sign_in(self, identity: Identity) -> None:
        """Remember who records here."""
        with self.db.transaction():
            for key in ("device", "server", "user", "username", "name", "token"):
                self.db.set(key, getattr(identity, key))

    # Visits and papers

    def visits(self) -> list[Listed]:
        """All visits, those that are no longer ours last."""
        rows = self.db.rows("SELECT * FROM items WHERE kind = 'visit' ORDER BY removed IS NOT NULL, id")
        begun = {row["visit"] for row in self.db.rows("SELECT visit FROM drafts WHERE doc IS NOT NULL")}
        papers = {row["digest"] for row in self.db.rows("SELECT digest FROM papers")}
        told = {receipt.visit: receipt for receipt in self.receipts()}
        visits = [read_visit(row["id"], json.loads(row["raw"]), row["removed"]) for row in rows]
        return [Listed(v, v.checklist in papers, v.id in begun, told.get(v.id)) for v in visits]

    def visit(self, visit: str) -> Visit:
        """One visit. Raises NoSuchVisit."""
        row = self.db.row("SELECT * FROM items WHERE kind = 'visit' AND id = ?", visit)
        if row is None:
            raise NoSuchVisit(visit=visit)
        return read_visit(row["id"], json.loads(row["raw"]), row["removed"])

    def paper(self, digest: str) -> str | None:
        """An exact text by its digest, if it is here."""
        row = self.db.row("SELECT text FROM papers WHERE digest = ?", digest)
        return str(row["text"]) if row else None

    def keep_paper(self, kind: str, digest: str, text: str) -> None:
        """Keep a "checklist" or an earlier "submission" whose digest was checked."""
        with self.db.transaction():
            self.db.run(
                "INSERT OR IGNORE INTO papers (kind, digest, text) VALUES (?, ?, ?)", kind, digest, text
            )

    # Drafts

    def draft(self, visit: str) -> Draft | None:
        row = self.db.row("SELECT * FROM drafts WHERE visit = ? AND doc IS NOT NULL", visit)
        return _draft(row) if row else None

    def save_draft(
        self,
        visit: str,
        fields: dict[str, Any],
        *,
        attempt: int,
        checklist: str,
        photo: NewPhoto | None = None,
        absent: Sequence[str] = (),
    ) -> Draft:
        """Save the whole draft, one revision further, with a photo it newly speaks of, or photos whose bytes are
        nowhere. Raises TextTooLong."""
        doc = wire.document(fields)
        if photo:
            self.files.keep({photo.id: photo.content})  # the file first, then the row (K1)
        with self.db.transaction():
            if photo:
                self._insert_photo(photo)
            self.db.run(
                "INSERT INTO drafts (visit, attempt, checklist, rev, doc) VALUES (?, ?, ?, 1, ?)"
                " ON CONFLICT (visit) DO UPDATE SET attempt = excluded.attempt, checklist = excluded.checklist,"
                " rev = rev + 1, doc = excluded.doc",
                *(visit, attempt, checklist, doc),
            )
            for name in absent:
                self.db.run("INSERT OR REPLACE INTO absent (photo, visit) VALUES (?, ?)", name, visit)
            row = self.db.row("SELECT * FROM drafts WHERE visit = ?", visit)
        assert row is not None
        return _draft(row)

    def other_drafts(self, visit: str) -> list[OtherDraft]:
        """Drafts of a visit on any device of hers, this one included, as the server lists them."""
        rows = self.db.rows("SELECT id, raw FROM items WHERE kind = 'draft' AND removed IS NULL")
        found = (read_other_draft(row["id"], json.loads(row["raw"])) for row in rows)
        return [draft for draft in found if draft is not None and draft.visit == visit]

    def absent_photos(self, visit: str) -> set[str]:
        """Photos that a draft speaks of and whose bytes are neither here nor with the server."""
        return {row["photo"] for row in self.db.rows("SELECT photo FROM absent WHERE visit = ?", visit)}

    def discard_draft(self, visit: str) -> None:
        """Throw a draft away, with the photos only it knew."""
        with self.db.transaction():
            self.db.run(
                "UPDATE drafts SET doc = NULL, rev = rev + 1 WHERE visit = ? AND doc IS NOT NULL", visit
            )
            rows = self.db.rows("SELECT id FROM photos WHERE visit = ? AND submission IS NULL", visit)
            self.db.run("DELETE FROM photos WHERE visit = ? AND submission IS NULL", visit)
            self.db.run("DELETE FROM absent WHERE visit = ?", visit)
        self.files.remove([row["id"] for row in rows])

    # Photos

    def photo(self, photo: str) -> Photo | None:
        row = self.db.row("SELECT * FROM photos WHERE id = ?", photo)
        return as_photo(row) if row else None

    def photos(self, visit: str) -> list[Photo]:
        return [
            as_photo(row) for row in self.db.rows("SELECT * FROM photos WHERE visit = ? ORDER BY id", visit)
        ]

    def troubled_photos(self) -> list[Photo]:
        """Photos that somebody has to take again: bad on the server, or damaged here."""
        return [
            as_photo(row)
            for row in self.db.rows("SELECT * FROM photos WHERE state IN ('bad', 'lost') ORDER BY id")
        ]

    def photo_content(self, photo: Photo) -> bytes:
        """The bytes of a photo, exactly as recorded. Raises PhotoGone."""
        content = self.files.read(photo.id)
        if content is None or wire.sha256_bytes(content) != photo.sha256:
            raise PhotoGone(photo=photo.id)
        return content

    def remove_photo(self, photo: str, draft: Draft, fields: dict[str, Any]) -> None:
        """Take an unsent photo out of a draft, whose fields without it are given."""
        with self.db.transaction():
            self.save_draft(draft.visit, fields, attempt=draft.attempt, checklist=draft.checklist)
            removed = self.db.run("DELETE FROM photos WHERE id = ? AND submission IS NULL", photo)
            self.db.run("DELETE FROM absent WHERE photo = ?", photo)
        if removed:
            self.files.remove([photo])

    def _insert_photo(self, photo: NewPhoto) -> None:
        known = self.db.row("SELECT * FROM photos WHERE id = ?", photo.id)
        values = (photo.id, photo.visit, wire.sha256_bytes(photo.content), len(photo.content), photo.type)
        if known is None:
            self.db.run(
                "INSERT INTO photos (id, visit, sha256, size, type, made_at) VALUES (?, ?, ?, ?, ?, ?)",
                *(*values, photo.made_at),
            )
        elif known["sha256"] != values[2]:
            raise StoreBroken(why=f"the photo {photo.id} was recorded before with other bytes")

    # Submissions

    def submit(
        self, told: Submission, *, photos: Sequence[str], new_photos: Sequence[NewPhoto] = (), made_at: str
    ) -> None:
        """Finish a visit in one transaction: the exact text, its photos, the outbox; the draft ends (K2).

        photos: ids of all photos the text speaks of; those made here are sent after it. `made_at` in UTC.
        Raises AlreadyTold when this attempt was finished before.
        """
        known = {photo.id for photo in new_photos if self.photo(photo.id) is not None}
        self.files.keep({photo.id: photo.content for photo in new_photos if photo.id not in known})
        with self.db.transaction():
            before = self.told(told.visit, told.attempt)
            if before and before.stands:
                raise AlreadyTold()
            for photo in new_photos:
                self._insert_photo(photo)
            self.db.run(
                "INSERT INTO submissions (id, visit, attempt, checklist, digest, doc, made_at)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                *(told.id, told.visit, told.attempt, told.checklist, told.digest, told.doc, made_at),
            )
            for name in photos:
                self.db.run(
                    "UPDATE photos SET submission = ? WHERE id = ? AND submission IS NULL", told.id, name
                )
            # The server's copy of the draft is obsolete with its attempt; there is nothing more to say about it.
            self.db.run("UPDATE drafts SET doc = NULL, acked = rev WHERE visit = ?", told.visit)

    def told(self, visit: str, attempt: int) -> Receipt | None:
        """What was finished here for one attempt of a visit, the last of it."""
        row = self.db.row(
            "SELECT * FROM submissions WHERE visit = ? AND attempt = ? ORDER BY made_at DESC, id DESC",
            visit,
            attempt,
        )
        return _receipt(row) if row else None

    def receipts(self) -> list[Receipt]:
        """Everything finished here, oldest first."""
        return [_receipt(row) for row in self.db.rows("SELECT * FROM submissions ORDER BY made_at, id")]

    def submission_text(self, digest: str) -> str | None:
        """The exact text of a submission made here or fetched; None when it was freed or never here."""
        row = self.db.row("SELECT doc FROM submissions WHERE digest = ? AND doc IS NOT NULL", digest)
        return str(row["doc"]) if row else self.paper(digest)


def photo_name(name: str) -> str:
    """A photo's id in its one spelling; it becomes a file's name, so nothing else may pass. Raises UnknownWord."""
    try:
        return str(UUID(name))
    except ValueError as error:
        raise UnknownWord(word=name[:60], known="UUID") from error


def as_photo(row: Row) -> Photo:
    members = ("id", "visit", "submission", "sha256", "size", "type", "state", "offset", "url", "reason")
    return Photo(**{name: row[name] for name in members}, careful=bool(row["careful"]))


def _draft(row: Row) -> Draft:
    fields = json.loads(row["doc"])
    return Draft(row["visit"], row["attempt"], row["checklist"], row["rev"], fields)


def _receipt(row: Row) -> Receipt:
    members = ("id", "visit", "attempt", "digest", "made_at", "state", "slot", "received_at", "trouble")
    return Receipt(**{name: row[name] for name in members})
