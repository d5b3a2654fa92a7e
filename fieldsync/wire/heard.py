"""What we hear: answers, read into frozen values. Anything of a wrong type raises AnswerBroken, and nothing else is
ever raised; members we do not know are ignored."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fieldsync.errors import AnswerBroken
from fieldsync.wire.names import JSON, PROTOCOL, WHOLE_MAX, epoch_of


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
    """Where a photo stands: `state` need (with offset in bytes and url), have, stored, bad or wait (with reason)."""

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
    """The answer to POST /sync and GET /changes. `answers` is the member "for": the cursor that was asked with.
    `cursor` is None only in an answer to a client that is too old."""

    server_time: str
    answers: str | None
    reset: bool
    results: tuple[Result, ...]
    drafts: tuple[DraftResult, ...]
    uploads: tuple[Upload, ...]
    changes: tuple[Change, ...]
    cursor: str | None
    more: bool
    check: tuple[int, int] | None
    durable: tuple[str, ...]
    notices: tuple[Any, ...] = field(hash=False)

    @property
    def epoch(self) -> str | None:
        return epoch_of(self.cursor)

    @property
    def outdated(self) -> bool:
        """Whether we are too old to be told changes: what was pushed counts, the list is not read."""
        return any(
            isinstance(notice, Mapping) and notice.get("code") == "upgrade-required"
            for notice in self.notices
        )


def read_answer(raw: bytes) -> Answer:
    """Read an answer of POST /sync. Raises AnswerBroken(why) and never anything else."""
    said = _mapping(read_json(raw), "answer")
    if _whole(said, "protocol") != PROTOCOL:
        raise AnswerBroken(why="protocol")
    told = [_mapping(each, "results") for each in _list(said, "results")]
    check = [_count(number, "check") for number in _list(said, "check")]
    if len(check) not in (0, 2):
        raise AnswerBroken(why="check")
    answer = Answer(
        server_time=_text(said, "server_time"),
        answers=_maybe_text(said, "for"),
        reset=_truth(said, "reset"),
        results=tuple(_result(each) for each in told if "draft" not in each),
        drafts=tuple(
            _draft_result(each) for each in told if each.get("draft") and each.get("rev") is not None
        ),
        uploads=tuple(_upload(_mapping(each, "uploads")) for each in _list(said, "uploads")),
        changes=tuple(_change(_mapping(each, "changes")) for each in _list(said, "changes")),
        cursor=_maybe_text(said, "cursor"),
        more=_truth(said, "more"),
        check=(check[0], check[1]) if check else None,
        durable=tuple(_string(each, "durable") for each in _list(said, "durable")),
        notices=tuple(_list(said, "notices")),
    )
    if answer.cursor is None and not answer.outdated:
        raise AnswerBroken(why="cursor")
    return answer


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


@dataclass(frozen=True)
class OtherDraft:
    """A draft of another device, as the list tells it: `rev` and `bytes` of its text, `updated_at` by the server's
    clock. `id` names its entry in the list."""

    id: str
    visit: str
    device: str
    device_name: str
    rev: int
    bytes: int
    updated_at: str


def read_other_draft(id: str, raw: JSON) -> OtherDraft | None:
    """An entry of kind "draft"; None when it names no visit or device. Never raises."""

    def text(name: str) -> str:
        value = raw.get(name)
        return value if isinstance(value, str) else ""

    def count(name: str) -> int:
        value = raw.get(name)
        return value if type(value) is int and 0 <= value <= WHOLE_MAX else 0

    visit, device = text("visit"), text("device")
    if not visit or not device:
        return None
    return OtherDraft(
        id, visit, device, text("device_name"), count("rev"), count("bytes"), text("updated_at")
    )


def read_draft_text(raw: bytes) -> tuple[str, str | None]:
    """Digest and exact text in an answer of GET /drafts/{visit}/{device}; no text when it was thrown away. Raises
    AnswerBroken."""
    said = _mapping(read_json(raw), "answer")
    return _text(said, "digest"), _maybe_text(said, "doc")


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
