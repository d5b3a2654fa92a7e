"""The words of the sync protocol, version 1: pure building and reading of messages (docs/protocol.md).

What we send is built here and nowhere else; what we hear is read here into frozen values. Members we do not know are
ignored, kinds of change we do not know are kept as they came, and anything of a wrong type raises AnswerBroken.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import uuid_utils

from fieldsync.errors import AnswerBroken, TextTooLong, ValueWrong

PROTOCOL = 1
VERSION = "0.1.0"
CLIENT = f"fieldsync/{VERSION}"
SPOKEN_HEADER = "Sync-Protocol"
API = "/api/v1"

ITEMS_PER_REQUEST = 50
PHOTOS_PER_REQUEST = 200
CHANGES_PER_PAGE = 100
KEPT_PER_REQUEST = 20
BODY_BYTES_MAX = 1024 * 1024  # unpacked, the whole request
DOC_BYTES_MAX = 800 * 1024  # one document, as it stands escaped inside the request
WHOLE_MAX = 2**63 - 1

JSON = Mapping[str, Any]


# Names, digests, clocks


def uuid7() -> str:
    """A new UUIDv7 in its usual text form. Never sort or decide by the time inside."""
    return str(UUID(bytes=uuid_utils.uuid7().bytes))


def sha256_bytes(content: bytes) -> str:
    """Name of a photo's bytes: 43 characters of unpadded base64url."""
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode("ascii")


def sha256_text(text: str) -> str:
    """Name of an exact text: "sha256:" and 43 characters."""
    return "sha256:" + sha256_bytes(text.encode("utf-8", "surrogatepass"))


def utc_text(moment: datetime) -> str:
    """An aware moment in UTC to the millisecond: 2026-03-04T02:20:11.412Z."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def local_text(moment: datetime) -> str:
    """An aware moment with its own offset to the second: 2026-03-04T10:20:11+08:00."""
    return moment.isoformat(timespec="seconds")


def document(fields: JSON) -> str:
    """The exact text of a draft or submission. Made once; from then on the text is kept, never made again.

    Raises ValueWrong for what JSON cannot say (NaN, bytes, …) and TextTooLong above DOC_BYTES_MAX.
    """
    try:
        text = json.dumps(fields, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        why = str(error)[:120]
        raise ValueWrong(value="?", item="?", expected=why, expected_id=why) from error
    # A terminal may hand us half a character; the text must be UTF-8 for ever.
    text = text.encode("utf-8", "replace").decode("utf-8")
    if size_on_wire(text) > DOC_BYTES_MAX:
        raise TextTooLong()
    return text


def size_on_wire(doc: str | None) -> int:
    """Bytes of a document as a JSON string inside a request."""
    return len(json.dumps(doc, ensure_ascii=False).encode("utf-8"))


def epoch_of(cursor: str | None) -> str | None:
    """The server's epoch inside a cursor; the rest of a cursor is the server's own affair."""
    return cursor.rpartition(".")[0] if cursor else None


# What we say


@dataclass(frozen=True)
class Submission:
    """A finished visit as it was told once and for ever; `doc` is the exact text, `digest` its name."""

    id: str
    visit: str
    attempt: int
    checklist: str
    digest: str
    doc: str
    damaged: bool = False

    def item(self) -> dict[str, Any]:
        """As an item of a request; `damaged` says that our own copy no longer matches its digest."""
        said: dict[str, Any] = {
            "kind": "submission",
            "id": self.id,
            "visit": self.visit,
            "attempt": self.attempt,
        }
        said |= {"checklist": self.checklist, "digest": self.digest, "doc": self.doc}
        return said | {"damaged": True} if self.damaged else said


@dataclass(frozen=True)
class DraftText:
    """One revision of this device's draft of a visit; `doc` None says it was discarded."""

    visit: str
    rev: int
    doc: str | None

    def item(self) -> dict[str, Any]:
        digest = None if self.doc is None else sha256_text(self.doc)
        return {"kind": "draft", "visit": self.visit, "rev": self.rev, "digest": digest, "doc": self.doc}


@dataclass(frozen=True)
class PhotoOffer:
    """A photo we have: `sha256` and `size` (bytes) of exactly the bytes that would be sent."""

    id: str
    visit: str
    sha256: str
    size: int
    type: str

    def item(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "visit": self.visit,
            "sha256": self.sha256,
            "size": self.size,
            "type": self.type,
        }


@dataclass(frozen=True)
class Pending:
    """What still waits here, told with every request so that a lost phone is not a silent one."""

    drafts: int = 0
    submissions: int = 0
    photos: int = 0
    photo_bytes: int = 0
    oldest: str | None = None

    def item(self) -> dict[str, Any]:
        said = {"drafts": self.drafts, "submissions": self.submissions, "photos": self.photos}
        return said | {"oldest": self.oldest}


@dataclass(frozen=True)
class Outgoing:
    """What one request carries besides the question for changes."""

    submissions: tuple[Submission, ...] = ()
    drafts: tuple[DraftText, ...] = ()
    photos: tuple[PhotoOffer, ...] = ()
    kept: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Ids of the things sent: submissions and photos by their own, drafts by their visit's."""
        photos = tuple(photo.id for photo in self.photos)
        return (*(told.id for told in self.submissions), *(draft.visit for draft in self.drafts), *photos)


def request(
    outgoing: Outgoing, *, device: str, cursor: str | None, pending: Pending, sent_at: datetime
) -> dict[str, Any]:
    """The body of POST /sync."""
    items = [*(told.item() for told in outgoing.submissions), *(draft.item() for draft in outgoing.drafts)]
    return {
        "protocol": PROTOCOL,
        "device": device,
        "client": CLIENT,
        "sent_at": utc_text(sent_at),
        "cursor": cursor,
        "limit": CHANGES_PER_PAGE,
        "pending": pending.item(),
        "photos": [photo.item() for photo in outgoing.photos],
        "items": items,
        "kept": list(outgoing.kept),
    }


def body(said: JSON) -> bytes:
    """A request as bytes: JSON in UTF-8, not escaped to ASCII."""
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode("utf-8")


# What we hear


@dataclass(frozen=True)
class Result:
    """What became of a submission: `status` stored, duplicate or retry; `slot` current, late or quarantined."""

    id: str
    digest: str
    status: str
    slot: str | None = None
    reason: str | None = None


@dataclass(frozen=True)
class DraftResult:
    """The revision of our draft that the server keeps."""

    visit: str
    rev: int


@dataclass(frozen=True)
class Upload:
    """Where a photo stands: `state` need (with offset in bytes and url), have, stored, or bad (with reason)."""

    photo: str
    state: str
    offset: int = 0
    url: str | None = None
    reason: str | None = None


@dataclass(frozen=True)
class Change:
    """One entry of our list; `removed` holds the reason when the thing is no longer ours. `raw` is all that came."""

    seq: int
    kind: str
    id: str
    removed: str | None
    raw: JSON = field(hash=False)


@dataclass(frozen=True)
class Answer:
    """The answer to POST /sync and GET /changes. `answers` is the member "for": the cursor that was asked with."""

    server_time: str
    answers: str | None
    reset: bool
    results: tuple[Result, ...]
    drafts: tuple[DraftResult, ...]
    uploads: tuple[Upload, ...]
    changes: tuple[Change, ...]
    cursor: str
    more: bool
    check: tuple[int, int] | None
    durable: tuple[str, ...]
    notices: tuple[Any, ...] = field(hash=False)

    @property
    def epoch(self) -> str | None:
        return epoch_of(self.cursor)


def read_answer(raw: bytes) -> Answer:
    """Read an answer of POST /sync. Raises AnswerBroken(why) and never anything else."""
    said = _mapping(read_json(raw), "answer")
    if _whole(said, "protocol") != PROTOCOL:
        raise AnswerBroken(why="protocol")
    told = [_mapping(each, "results") for each in _list(said, "results")]
    check = [_count(number, "check") for number in _list(said, "check")]
    if len(check) not in (0, 2):
        raise AnswerBroken(why="check")
    return Answer(
        server_time=_text(said, "server_time"),
        answers=_maybe_text(said, "for"),
        reset=_truth(said, "reset"),
        results=tuple(_result(each) for each in told if "draft" not in each),
        drafts=tuple(
            _draft_result(each) for each in told if each.get("draft") and each.get("rev") is not None
        ),
        uploads=tuple(_upload(_mapping(each, "uploads")) for each in _list(said, "uploads")),
        changes=tuple(_change(_mapping(each, "changes")) for each in _list(said, "changes")),
        cursor=_text(said, "cursor"),
        more=_truth(said, "more"),
        check=(check[0], check[1]) if check else None,
        durable=tuple(_string(each, "durable") for each in _list(said, "durable")),
        notices=tuple(_list(said, "notices")),
    )


def read_json(raw: bytes) -> Any:
    """Bytes of an answer as JSON values. Raises AnswerBroken."""
    try:
        return json.loads(raw.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise AnswerBroken(why="not JSON") from error


@dataclass(frozen=True)
class SignedIn:
    """What POST /login answers, as far as the phone needs it."""

    token: str
    user: str
    username: str
    name: str


def read_login(raw: bytes) -> SignedIn:
    """Read an answer of POST /login. Raises AnswerBroken."""
    said = _mapping(read_json(raw), "answer")
    user = _mapping(said.get("user"), "user")
    return SignedIn(
        _text(said, "token"), _text(user, "id"), _text(user, "username"), _maybe_text(user, "name") or ""
    )


def read_submission_text(raw: bytes) -> str:
    """The exact text in an answer of GET /submissions/{id}. Raises AnswerBroken."""
    return _text(_mapping(read_json(raw), "answer"), "text")


def read_refusal(raw: bytes) -> dict[str, str]:
    """Code and titles of a problem document (RFC 9457); {} when there is none to read. Never raises."""
    try:
        said = json.loads(raw)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(said, Mapping):
        return {}
    found = {
        key: said[key] for key in ("code", "title", "title_id", "detail") if isinstance(said.get(key), str)
    }
    return {key: value[:300].encode("utf-8", "replace").decode() for key, value in found.items()}


def _result(said: JSON) -> Result:
    slot, reason = _maybe_text(said, "slot"), _maybe_text(said, "reason")
    return Result(_text(said, "id"), _text(said, "digest"), _text(said, "status"), slot, reason)


def _draft_result(said: JSON) -> DraftResult:
    return DraftResult(_text(said, "draft"), _whole(said, "rev"))


def _upload(said: JSON) -> Upload:
    state = _text(said, "state")
    offset = _whole(said, "offset") if state == "need" else 0
    url = _text(said, "url") if state == "need" else None
    return Upload(_text(said, "photo"), state, offset, url, _maybe_text(said, "reason"))


def _change(said: JSON) -> Change:
    removed = said.get("removed")
    if removed is True:  # a reason is usual, but the fact is what counts
        removed = "removed"
    elif removed is not None and removed is not False:
        removed = _string(removed, "removed")
    return Change(_whole(said, "seq"), _text(said, "kind"), _text(said, "id"), removed or None, said)


def _mapping(value: Any, name: str) -> JSON:
    if not isinstance(value, Mapping):
        raise AnswerBroken(why=name)
    return value


def _list(said: JSON, name: str) -> list[Any]:
    value = said.get(name)
    if value is None:
        return []
    if not isinstance(value, list):
        raise AnswerBroken(why=name)
    return value


def _string(value: Any, name: str) -> str:
    if not isinstance(value, str) or any("\ud800" <= letter <= "\udfff" for letter in value):
        raise AnswerBroken(why=name)
    return value


def _text(said: JSON, name: str) -> str:
    return _string(said.get(name), name)


def _maybe_text(said: JSON, name: str) -> str | None:
    return None if said.get(name) is None else _text(said, name)


def _count(value: Any, name: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= WHOLE_MAX:
        raise AnswerBroken(why=name)
    return value


def _whole(said: JSON, name: str) -> int:
    return _count(said.get(name), name)


def _truth(said: JSON, name: str) -> bool:
    value = said.get(name, False)
    if not isinstance(value, bool):
        raise AnswerBroken(why=name)
    return value


# A visit, as it came


@dataclass(frozen=True)
class Visit:
    """An order as the server last told it. `raw` is the whole VISIT of the protocol; the rest is read from it with
    gentle defaults, so that a visit of a later form can still be listed. Moments are texts with an offset."""

    id: str
    state: str
    attempt: int
    checklist: str
    variant: str
    scenario: str
    raw: JSON = field(hash=False)
    removed: str | None = None

    @property
    def unit(self) -> JSON:
        return _part(self.raw, "unit")

    @property
    def returned(self) -> JSON | None:
        """What the coordinator wrote back: {attempt, note, points, decided_at}; None unless returned."""
        return _part(self.raw, "returned") or None

    @property
    def previous(self) -> tuple[str, str] | None:
        """Id and digest of the submission before this attempt."""
        before = _part(self.raw, "previous")
        found = before.get("id"), before.get("digest")
        return (found[0], found[1]) if isinstance(found[0], str) and isinstance(found[1], str) else None

    def facts(self) -> dict[str, Any]:
        """The facts that conditions and scores look at (checklists, EXPR)."""
        standard = _part(self.raw, "standard")
        return {
            "scenario": self.scenario,
            "variant": self.variant,
            "product_group": _part(self.raw, "product").get("group"),
            "waiting_minutes": standard.get("wait_minutes"),
            "official_fee": standard.get("fee_rupiah"),
        }


def read_visit(id: str, raw: JSON, removed: str | None = None) -> Visit:
    """A VISIT as values. Never raises: what is missing or of a wrong type becomes "" or 1."""

    def text(name: str) -> str:
        value = raw.get(name)
        return value if isinstance(value, str) else ""

    attempt = raw.get("attempt")
    attempt = attempt if type(attempt) is int and 1 <= attempt <= WHOLE_MAX else 1
    words = {name: text(name) for name in ("state", "checklist", "variant", "scenario")}
    return Visit(id=id, attempt=attempt, raw=raw, removed=removed, **words)


def _part(raw: JSON, name: str) -> JSON:
    part = raw.get(name)
    return part if isinstance(part, Mapping) else {}
