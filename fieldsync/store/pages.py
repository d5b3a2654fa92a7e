"""Applying an answer of the server: whole, in the transaction of the caller (docs/protocol.md, What the phone does)."""

# ruff: noqa: S608  (statements are put together from this file's own words, never from values)

from __future__ import annotations

import json
from dataclasses import dataclass

from fieldsync.store.database import Database
from fieldsync.wire import Answer, Change, Upload, sha256_text


@dataclass(frozen=True)
class Applied:
    """What an answer changed here. `stale`: it answered another question, and nothing was changed. `healed`: the list
    did not add up, so it will be read anew. `freed`: photos whose bytes may go now. `held`: photos the server takes
    later."""

    stale: bool = False
    more: bool = False
    healed: bool = False
    changes: int = 0
    freed: tuple[str, ...] = ()
    bad: tuple[tuple[str, str], ...] = ()  # (photo, reason)
    held: tuple[str, ...] = ()


def apply(db: Database, answer: Answer, *, asked: tuple[str, ...] = ()) -> Applied:
    """Apply an answer inside the caller's transaction. `asked`: the ids whose durability the request asked about."""
    cursor = db.get("cursor")
    if answer.answers != cursor:
        return Applied(stale=True)
    if not answer.outdated and answer.epoch != db.get("epoch"):
        _offer_again(db)
        db.set("epoch", answer.epoch)
    _settle_submissions(db, answer)
    _settle_drafts(db, answer)
    bad = [_settle_photo(db, upload) for upload in answer.uploads]
    freed = _free(db, answer.durable)
    for name in asked:
        db.run("UPDATE submissions SET asked = asked + 1 WHERE id = ?", name)
        db.run("UPDATE photos SET asked = asked + 1 WHERE id = ?", name)
    healed = False if answer.outdated else _read_page(db, answer, anew=answer.reset or cursor is None)
    return Applied(
        more=answer.more and not answer.outdated,
        healed=healed,
        changes=0 if answer.outdated else len(answer.changes),
        freed=freed,
        bad=tuple(each for each in bad if each is not None),
        held=tuple(upload.photo for upload in answer.uploads if upload.state == "wait"),
    )


def _read_page(db: Database, answer: Answer, *, anew: bool) -> bool:
    """The changes of a page; True when the list does not add up at its end."""
    if anew:
        db.run("UPDATE items SET unseen = 1")
        db.set("reading_anew", "yes")
    for change in answer.changes:
        _change(db, change)
    db.set("cursor", answer.cursor)
    return not answer.more and _close_list(db, answer.check)


def _offer_again(db: Database) -> None:
    """Another epoch is another database, perhaps an older one: whatever we still keep is offered again (K7)."""
    db.set("pending_told", None)
    db.run("UPDATE submissions SET state = 'outbox' WHERE state = 'kept'")
    db.run("UPDATE drafts SET acked = 0 WHERE doc IS NOT NULL")
    db.run(
        "UPDATE photos SET state = 'captured', \"offset\" = 0, url = NULL, careful = 0, reason = NULL"
        " WHERE state IN ('declared', 'sending', 'stored', 'bad')"
    )


def _settle_submissions(db: Database, answer: Answer) -> None:
    for result in answer.results:
        where = "id = ? AND digest = ?"
        if result.status in ("stored", "duplicate"):
            db.run(
                "UPDATE submissions SET state = 'kept', slot = coalesce(?, slot), trouble = NULL,"
                f" received_at = coalesce(received_at, ?) WHERE {where} AND state <> 'freed'",
                *(result.slot, answer.server_time, result.id, result.digest),
            )
            continue
        reason = result.reason or result.status
        db.run(f"UPDATE submissions SET trouble = ? WHERE {where}", reason, result.id, result.digest)
        row = db.row(f"SELECT doc FROM submissions WHERE {where}", result.id, result.digest)
        # Damaged on the way, or here? Only our own copy can tell.
        if (
            result.reason == "digest"
            and row
            and row["doc"] is not None
            and sha256_text(row["doc"]) != result.digest
        ):
            db.run(f"UPDATE submissions SET damaged = 1 WHERE {where}", result.id, result.digest)


def _settle_drafts(db: Database, answer: Answer) -> None:
    for kept in answer.drafts:
        # Clean up to what the server named, not up to what we have by now (K6).
        db.run(
            "UPDATE drafts SET acked = max(acked, ?) WHERE visit = ? AND rev >= ?",
            kept.rev,
            kept.visit,
            kept.rev,
        )
        # It names more than we ever wrote: this store is a copy of an older day. Write above that.
        db.run(
            "UPDATE drafts SET acked = ?, rev = ? WHERE visit = ? AND rev < ?",
            *(kept.rev, kept.rev + 1, kept.visit, kept.rev),
        )


def _settle_photo(db: Database, upload: Upload) -> tuple[str, str] | None:
    alive = "id = ? AND state <> 'freed'"
    if upload.state in ("stored", "have"):
        db.run(f"UPDATE photos SET state = 'stored', \"offset\" = size WHERE {alive}", upload.photo)
    elif upload.state == "bad":
        reason = upload.reason or "?"
        if db.run(f"UPDATE photos SET state = 'bad', reason = ? WHERE {alive}", reason, upload.photo):
            return upload.photo, reason
    elif upload.state == "need":
        db.run(
            "UPDATE photos SET state = 'declared', \"offset\" = min(?, size), url = ?"
            f" WHERE {alive} AND state <> 'lost'",
            *(upload.offset, upload.url, upload.photo),
        )
    return None


def _free(db: Database, durable: tuple[str, ...]) -> tuple[str, ...]:
    freed = []
    for name in durable:
        db.run("UPDATE submissions SET state = 'freed', doc = NULL WHERE id = ? AND state = 'kept'", name)
        if db.run("UPDATE photos SET state = 'freed' WHERE id = ? AND state = 'stored'", name):
            freed.append(name)
    return tuple(freed)


def _change(db: Database, change: Change) -> None:
    if change.removed is None:
        raw = json.dumps(change.raw)
        db.run(
            "INSERT INTO items (kind, id, seq, raw) VALUES (?, ?, ?, ?) ON CONFLICT (kind, id) DO UPDATE"
            " SET seq = excluded.seq, raw = excluded.raw, removed = NULL, unseen = 0",
            *(change.kind, change.id, change.seq, raw),
        )
    else:
        _remove(db, change.removed, "kind = ? AND id = ?", change.kind, change.id)


def _remove(db: Database, reason: str, where: str, *values: str) -> None:
    """Take things off the list; beside work of ours they stay, hidden, with the reason (K4)."""
    ours = (
        "kind = 'visit' AND (id IN (SELECT visit FROM drafts WHERE doc IS NOT NULL)"
        " OR id IN (SELECT visit FROM submissions) OR id IN (SELECT visit FROM photos))"
    )
    db.run(f"UPDATE items SET removed = ?, unseen = 0 WHERE {where} AND {ours}", reason, *values)
    db.run(f"DELETE FROM items WHERE {where} AND NOT ({ours})", *values)


def _close_list(db: Database, check: tuple[int, int] | None) -> bool:
    """The last page has come: drop what was not met, and add up. True when the sum is wrong; the cursor is forgotten
    then, and the list is read anew (K9)."""
    if db.get("reading_anew") is not None:
        _remove(db, "gone", "unseen = 1 AND removed IS NULL")
        db.run("UPDATE items SET unseen = 0")
        db.set("reading_anew", None)
    live = [row["seq"] for row in db.rows("SELECT seq FROM items WHERE removed IS NULL")]
    if check is None or (len(live), sum(live)) == check:
        return False
    db.set("cursor", None)
    db.set("healed", str(int(db.get("healed") or 0) + 1))
    return True
