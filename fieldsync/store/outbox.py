"""The records as the sync sees them: what waits, what was answered, and who is syncing."""

# ruff: noqa: S608  (statements are put together from this file's own words, never from values)

from __future__ import annotations

import json
import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from fieldsync.errors import SyncRunning
from fieldsync.rules import lease_is_free
from fieldsync.store.pages import Applied, apply
from fieldsync.store.records import Photo, Store, as_photo
from fieldsync.wire import (
    BODY_BYTES_MAX,
    KEPT_PER_REQUEST,
    PHOTOS_PER_REQUEST,
    Answer,
    DraftText,
    Outgoing,
    Pending,
    PhotoOffer,
    Submission,
    read_visit,
    size_on_wire,
    uuid7,
)
from fieldsync.wire import ITEMS_PER_REQUEST as ITEMS_MAX

DOCUMENTS_BYTES_MAX = BODY_BYTES_MAX - 128 * 1024  # leaves room for 200 photo offers and the envelope
WAITING_DRAFT = "rev > acked"  # a discarded one too: its text is NULL then
NOT_SKIPPED = "id NOT IN (SELECT value FROM json_each(?))"
ON_ITS_WAY = f"state IN ('declared', 'sending') AND submission IS NOT NULL AND {NOT_SKIPPED}"
HOLDERS_HERE: set[str] = set()
WAITING_PHOTO = "state = 'captured' AND submission IS NOT NULL"


@dataclass(frozen=True)
class Paper:
    """A text we want: `kind` checklist or submission, `id` of the submission, `digest` of the text."""

    kind: str
    id: str
    digest: str


class Outbox:
    """The sync side of one store. Nothing here is a network call."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.db = store.db
        self.holder: str | None = None

    # One at a time

    @contextmanager
    def lease(self, now: float) -> Iterator[None]:
        """Hold the store's one lease while syncing (K5). `now` in seconds since 1970. Raises SyncRunning.

        A lease whose holder died or fell silent is taken over; should it wake up, its answers are put aside.
        """
        holder = f"{os.getpid()}-{uuid7()}"
        with self.db.transaction():
            row = self.db.row("SELECT * FROM lease")
            if row and not lease_is_free(
                age_seconds=now - row["beat"], holder_lives=_lives(row["holder"], row["pid"])
            ):
                raise SyncRunning()
            self.db.run("DELETE FROM lease")
            self.db.run("INSERT INTO lease VALUES (1, ?, ?, ?)", holder, os.getpid(), now)
        self.holder = holder
        HOLDERS_HERE.add(holder)
        try:
            yield
        finally:
            self.holder = None
            HOLDERS_HERE.discard(holder)
            with self.db.transaction():
                self.db.run("DELETE FROM lease WHERE holder = ?", holder)

    def renew(self, now: float) -> None:
        """Say that we are still at it. Raises SyncRunning when another took over."""
        with self.db.transaction():
            if not self.db.run("UPDATE lease SET beat = ? WHERE holder = ?", now, self.holder):
                raise SyncRunning()

    # What waits

    def begin(self) -> None:
        """Every run that sends photos asks anew where each stands: addresses and offsets of yesterday cost a lost
        piece."""
        with self.db.transaction():
            self.db.run("UPDATE photos SET state = 'captured' WHERE state IN ('declared', 'sending')")

    def epoch(self) -> str | None:
        """The history of the server that we follow."""
        return self.db.get("epoch")

    def cursor(self) -> str | None:
        return self.db.get("cursor")

    def documents_wait(self, skip: Collection[str]) -> bool:
        """Whether a finished visit waits that is not in `skip`."""
        return any(
            row["id"] not in skip for row in self.db.rows("SELECT id FROM submissions WHERE state = 'outbox'")
        )

    def waiting(self) -> set[str]:
        """Names of all that has to be said to the server: see Outgoing.names."""
        rows = self.db.rows(
            "SELECT id FROM submissions WHERE state = 'outbox'"
            f" UNION ALL SELECT visit FROM drafts WHERE {WAITING_DRAFT}"
            f" UNION ALL SELECT id FROM photos WHERE {WAITING_PHOTO}"
        )
        return {row["id"] for row in rows}

    def pending(self) -> Pending:
        """Counts of what waits; photos only of finished visits. `oldest` in UTC."""
        drafts = self.db.row(f"SELECT count(*) AS n FROM drafts WHERE {WAITING_DRAFT}")
        told = self.db.row(
            "SELECT count(*) AS n, min(made_at) AS oldest FROM submissions WHERE state = 'outbox'"
        )
        photos = self.db.row(
            'SELECT count(*) AS n, coalesce(sum(size - "offset"), 0) AS bytes, min(made_at) AS oldest FROM photos'
            " WHERE submission IS NOT NULL AND state IN ('captured', 'declared', 'sending')"
        )
        assert drafts is not None and told is not None and photos is not None  # noqa: PT018
        oldest = min((row["oldest"] for row in (told, photos) if row["oldest"]), default=None)
        return Pending(drafts["n"], told["n"], photos["n"], photos["bytes"], oldest)

    def untold(self, outgoing: Outgoing) -> Pending | None:
        """What waits here and the server cannot know of from this request; None when the last one told the same."""
        known = _listed(outgoing.names)
        drafts = self.db.row(
            f"SELECT count(*) AS n FROM drafts WHERE {WAITING_DRAFT} AND visit NOT IN (SELECT value FROM json_each(?))",
            known,
        )
        told, photos = (
            self.db.row(
                f"SELECT count(*) AS n, min(made_at) AS oldest FROM {table} WHERE {which} AND {NOT_SKIPPED}",
                known,
            )
            for table, which in (("submissions", "state = 'outbox'"), ("photos", WAITING_PHOTO))
        )
        assert drafts is not None and told is not None and photos is not None  # noqa: PT018
        oldest = min((row["oldest"] for row in (told, photos) if row["oldest"]), default=None)
        left = Pending(drafts["n"], told["n"], photos["n"], oldest=oldest)
        return None if self.db.get("pending_told") == json.dumps(left.item()) else left

    def outgoing(self, most: int, skip: Collection[str]) -> Outgoing:
        """What the next request carries: at most `most` things, documents first, oldest first, troubled ones last;
        nothing named in `skip`."""
        submissions = self._submissions(min(most, ITEMS_MAX), skip)
        room = DOCUMENTS_BYTES_MAX - sum(size_on_wire(told.doc) for told in submissions)
        drafts = self._drafts(min(most, ITEMS_MAX) - len(submissions), room, skip)
        photos = self._offers(min(PHOTOS_PER_REQUEST, most - len(submissions) - len(drafts)), skip)
        return Outgoing(submissions, drafts, photos, self._kept())

    def _submissions(self, most: int, skip: Collection[str]) -> tuple[Submission, ...]:
        rows = self.db.rows(
            "SELECT * FROM submissions WHERE state = 'outbox' ORDER BY trouble IS NOT NULL, made_at, id LIMIT ?",
            most + len(skip),
        )
        found: list[Submission] = []
        room = DOCUMENTS_BYTES_MAX
        for row in rows:
            size = size_on_wire(row["doc"])
            if row["id"] in skip or len(found) == most or (size > room and found):
                continue
            room -= size
            members = ("id", "visit", "attempt", "checklist", "digest", "doc")
            found.append(Submission(**{name: row[name] for name in members}, damaged=bool(row["damaged"])))
        return tuple(found)

    def _drafts(self, most: int, room: int, skip: Collection[str]) -> tuple[DraftText, ...]:
        rows = self.db.rows(
            f"SELECT visit, rev, doc FROM drafts WHERE {WAITING_DRAFT} ORDER BY visit LIMIT ?",
            max(most, 0) + len(skip),
        )
        found: list[DraftText] = []
        for row in rows:
            size = size_on_wire(row["doc"])
            if row["visit"] in skip or len(found) >= most or size > room:
                continue
            room -= size
            found.append(DraftText(row["visit"], row["rev"], row["doc"]))
        return tuple(found)

    def _offers(self, most: int, skip: Collection[str]) -> tuple[PhotoOffer, ...]:
        rows = self.db.rows(
            "SELECT p.* FROM photos p JOIN submissions s ON s.id = p.submission WHERE p.state = 'captured'"
            " ORDER BY s.made_at, s.id, p.size, p.id LIMIT ?",
            max(most, 0) + len(skip),
        )
        free = [row for row in rows if row["id"] not in skip][: max(most, 0)]
        return tuple(
            PhotoOffer(row["id"], row["visit"], row["sha256"], row["size"], row["type"]) for row in free
        )

    def _kept(self) -> tuple[str, ...]:
        """Whose durability we ask about: those asked about least often, oldest first."""
        rows = self.db.rows(
            "SELECT id, asked, made_at FROM submissions WHERE state = 'kept'"
            " UNION ALL SELECT id, asked, made_at FROM photos WHERE state = 'stored'"
            " ORDER BY asked, made_at, id LIMIT ?",
            KEPT_PER_REQUEST,
        )
        return tuple(row["id"] for row in rows)

    # What was answered

    def apply(self, answer: Answer, *, asked: tuple[str, ...] = (), told: Pending | None = None) -> Applied:
        """Apply an answer in one transaction (K3); nothing when it answers another cursor, or when another process
        took the lease over meanwhile. `asked`, `told`: what the request asked, and said to be pending."""
        with self.db.transaction():
            row = self.db.row("SELECT holder FROM lease")
            if row is None or row["holder"] != self.holder:
                return Applied(stale=True)
            applied = apply(self.db, answer, asked=asked)
            if told is not None and not applied.stale:
                self.db.set("pending_told", json.dumps(told.item()))
        self.store.files.remove(list(applied.freed))
        return applied

    def trouble(self, names: Collection[str], code: str) -> None:
        """Remember why submissions could not be sent; others first, next time (K10)."""
        with self.db.transaction():
            for name in names:
                self.db.run(
                    "UPDATE submissions SET trouble = ? WHERE id = ? AND state = 'outbox'", code, name
                )

    # Papers

    def papers_wanted(self) -> list[Paper]:
        """Checklists of visits that may still be made, and submissions that were returned."""
        rows = self.db.rows("SELECT id, raw FROM items WHERE kind = 'visit' AND removed IS NULL ORDER BY id")
        wanted: dict[str, Paper] = {}
        for visit in (read_visit(row["id"], json.loads(row["raw"])) for row in rows):
            if visit.state in ("assigned", "returned") and visit.checklist:
                wanted.setdefault(visit.checklist, Paper("checklist", "", visit.checklist))
            if (
                visit.state == "returned"
                and visit.previous
                and not self.store.submission_text(visit.previous[1])
            ):
                wanted.setdefault(visit.previous[1], Paper("submission", *visit.previous))
        here = {row["digest"] for row in self.db.rows("SELECT digest FROM papers")}
        return [paper for digest, paper in wanted.items() if digest not in here]

    # Photos on their way

    def uploads_left(self, skip: Collection[str]) -> int:
        """How many photos have an upload address and are not in `skip`."""
        row = self.db.row(f"SELECT count(*) AS n FROM photos WHERE {ON_ITS_WAY}", _listed(skip))
        return int(row["n"]) if row else 0

    def next_upload(self, skip: Collection[str]) -> Photo | None:
        """Of those the next: oldest submission first, within it the smallest remainder first."""
        row = self.db.row(
            f"SELECT p.* FROM (SELECT * FROM photos WHERE {ON_ITS_WAY}) p JOIN submissions s ON s.id = p.submission"
            ' ORDER BY s.made_at, s.id, p.size - p."offset", p.id LIMIT 1',
            _listed(skip),
        )
        return as_photo(row) if row else None

    def note_photo(
        self, photo: str, state: str, *, offset: int, reason: str | None = None, careful: bool = False
    ) -> None:
        """Remember how far a photo came; `offset` in bytes."""
        with self.db.transaction():
            self.db.run(
                'UPDATE photos SET state = ?, "offset" = min(size, ?), reason = ?, careful = careful OR ? WHERE id = ?',
                *(state, offset, reason, careful, photo),
            )

    # Housekeeping

    def sweep(self, now: float) -> int:
        """Delete photo files that no row speaks of and that are older than a day: what a crash between file and row,
        or between row and deletion, left behind. Returns how many."""
        rows = self.db.rows("SELECT id FROM photos WHERE state <> 'freed'")
        names = self.store.files.orphans({row["id"] for row in rows}, now)
        self.store.files.remove_files(names)
        return len(names)

    def remember(self, key: str, value: str) -> None:
        with self.db.transaction():
            self.db.set(key, value)


def _listed(names: Collection[str]) -> str:
    return json.dumps(sorted(names))


def _lives(holder: str, pid: int) -> bool:
    """Whether the process that took the lease is still there. In containers a new process often has the old number."""
    if pid == os.getpid():
        return holder in HOLDERS_HERE
    if os.name == "nt":  # there a signal 0 is not a question but Ctrl-C
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
