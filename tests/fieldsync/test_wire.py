"""The words of the protocol, against the golden messages that the server reads too."""

import base64
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fieldsync import errors, wire
from fieldsync.wire import DraftText, Outgoing, Pending, PhotoOffer, Submission

WIRE = Path(__file__).resolve().parents[1] / "wire"
SENT_AT = datetime(2026, 3, 4, 2, 20, 11, 412_000, tzinfo=UTC)


def golden(name):
    return json.loads((WIRE / f"sync_{name}.json").read_text(encoding="utf-8"))


EXCHANGES = [
    pytest.param(exchange, id=f"{path.stem} {number}")
    for path in sorted(WIRE.glob("sync_*.json"))
    for number, exchange in enumerate(json.loads(path.read_text(encoding="utf-8")).get("exchanges", ()))
]


@pytest.mark.parametrize("exchange", EXCHANGES)
def test_what_we_say_is_what_the_golden_messages_say(exchange):
    said = {name: value for name, value in exchange["request"].items() if name != "mood"}
    items = said.get("items", [])
    submissions = [
        Submission(**{k: v for k, v in item.items() if k != "kind"}) for item in items if "id" in item
    ]
    drafts = [DraftText(item["visit"], item["rev"], item["doc"]) for item in items if item["kind"] == "draft"]
    photos = [PhotoOffer(**photo) for photo in said.get("photos", [])]
    built = wire.request(
        Outgoing(tuple(submissions), tuple(drafts), tuple(photos), tuple(said.get("kept", []))),
        device=said["device"],
        cursor=said.get("cursor"),
        pending=Pending(**said["pending"]) if "pending" in said else None,
        sent_at=SENT_AT,
    )
    assert built == said
    assert json.loads(wire.body(built)) == said


@pytest.mark.parametrize("exchange", EXCHANGES)
def test_what_we_hear_is_what_the_golden_messages_say(exchange):
    said = exchange["answer"]
    heard = wire.read_answer(json.dumps(said).encode())
    assert (heard.answers, heard.cursor, heard.reset, heard.more) == (
        exchange["request"].get("cursor"),
        said["cursor"],
        said["reset"],
        said["more"],
    )
    assert heard.check == (tuple(said["check"]) if said["check"] else None)
    assert heard.durable == tuple(said["durable"])
    assert [change.raw for change in heard.changes] == said["changes"]
    assert [(c.seq, c.kind, c.id, c.removed) for c in heard.changes] == [
        (c["seq"], c["kind"], c["id"], c.get("removed")) for c in said["changes"]
    ]
    results = [{"draft": d.visit, "rev": d.rev} for d in heard.drafts]
    for result in heard.results:
        told = {"id": result.id, "digest": result.digest, "status": result.status}
        results.append(told | {n: v for n, v in (("slot", result.slot), ("reason", result.reason)) if v})
    assert sorted(map(str, results)) == sorted(map(str, said["results"]))
    uploads = []
    for upload in heard.uploads:
        where = {"offset": upload.offset, "url": upload.url} if upload.state == "need" else {}
        where |= {"reason": upload.reason} if upload.reason else {}
        uploads.append({"photo": upload.photo, "state": upload.state} | where)
    assert uploads == said["uploads"]


@pytest.mark.parametrize("broken", [pytest.param(b, id=b["why"]) for b in golden("broken_answers")["broken"]])
def test_an_answer_nobody_may_believe_is_a_problem_and_never_a_crash(broken):
    good = golden("broken_answers")["good"]
    wire.read_answer(json.dumps(good).encode())
    with pytest.raises(errors.AnswerBroken):
        wire.read_answer(json.dumps(good | broken["members"]).encode())


@pytest.mark.parametrize("raw", [b"", b"null", b"[]", b"{", b"\xff", b"7", b'"x"', b"[" * 100_000, b"<html>"])
def test_bytes_that_are_no_answer_are_a_problem(raw):
    for read in (wire.read_answer, wire.read_login, wire.read_submission_text):
        with pytest.raises(errors.AnswerBroken):
            read(raw)
    assert wire.read_refusal(raw) == {}


def test_names_of_texts_and_bytes_are_as_written():
    for text in golden("digests")["texts"]:
        assert wire.sha256_text(text["text"]) == text["digest"]
    for content in golden("digests")["bytes"]:
        assert wire.sha256_bytes(base64.b64decode(content["base64"])) == content["sha256"]


def test_an_epoch_is_what_stands_before_the_last_dot():
    assert [wire.epoch_of(c) for c in ("k3f9Qa1z.10482", "a.b.7", None)] == ["k3f9Qa1z", "a.b", None]


def test_a_visit_of_a_later_form_is_still_listed():
    visit = wire.read_visit(
        "v", {"state": 7, "attempt": "2", "unit": [], "returned": "x", "previous": {"id": 1}}
    )
    assert (visit.state, visit.attempt, visit.unit, visit.returned, visit.previous) == ("", 1, {}, None, None)
    assert visit.facts()["official_fee"] is None


def test_two_names_are_never_the_same_and_are_of_version_7():
    names = {wire.uuid7() for _ in range(1000)}
    assert len(names) == 1000
    assert {name[14] for name in names} == {"7"}


def test_every_problem_says_what_happened_in_both_languages_and_has_a_code_of_its_own():
    kinds = [
        kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.Problem)
    ]
    codes = [kind.code for kind in kinds]
    assert len(set(codes)) == len(codes) > 30
    for kind in kinds:
        problem = kind()
        assert problem.words("en") != problem.words("id")
        assert len(problem.words("en").split(". ")) >= 2 or kind in (errors.AnswerStale,), kind
