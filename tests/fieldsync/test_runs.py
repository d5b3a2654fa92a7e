"""What support may see of the last syncs: numbers, codes and clocks, and nothing anybody wrote."""

import json
from contextlib import suppress

from fieldsync import errors, wire
from tests.fieldsync.scripted import CutRequest, Status

IDLE_UP, IDLE_ANSWER = 345, 512


def test_a_run_leaves_a_record_of_what_it_did(sari, server, visit):
    sari.tells(visit, photos=2)
    server.next("sync", Status(503))
    server.next("PATCH", CutRequest(10))
    report = sari.phone.sync()
    record = sari.phone.runs()[0]
    photo_bytes = report.photo_bytes
    assert record.pop("seconds") == round(report.seconds, 3)
    assert record.pop("waited_seconds") == round(sum(sari.waits), 3)
    assert record.pop("piece_bytes") >= 16 * 1024
    assert (record.pop("bytes_up"), record.pop("bytes_down")) == (report.bytes_up, report.bytes_down)
    assert record == {
        "began_at": "2026-03-04T01:12:00.000Z",
        "server_time": "2026-03-04T02:20:13.101Z",
        "client": wire.CLIENT,
        "ended": True,
        "requests": report.requests,
        "sent": {"submissions": 1, "drafts": 0, "photos": 2, "photo_bytes": photo_bytes},
        "changes": 1,
        "papers": 0,
        "waits": 2,
        "healed": 0,
        "failures": {"trouble": 1, "no-answer": 1},
        "problem": None,
        "notes": {},
        "unsent": {"drafts": 0, "submissions": 0, "photos": 0, "photo_bytes": 0},
    }


def test_only_the_last_ten_are_kept_the_newest_first(sari, server, visit):
    for _ in range(12):
        sari.clock.advance(minutes=1)
        sari.phone.pull()
    begun = [record["began_at"] for record in sari.phone.runs()]
    assert len(begun) == 10
    assert begun == sorted(begun, reverse=True)
    assert begun[0] == wire.utc_text(sari.clock())


def test_nothing_anybody_wrote_stands_in_a_record(sari, server, visit):
    sari.visits(visit, photos=1)
    sari.phone.describe(visit, narrative="Petugas bernama Slamet.")
    sari.phone.finish(visit)
    server.next("sync", Status(500, "Slamet", title="Slamet"), Status(403, "Slamet was here", title="Slamet"))
    assert isinstance(sari.phone.sync().problem, errors.Barred)
    told = json.dumps(sari.phone.runs())
    written = ("Slamet", "Samsat", "Pelaihari", "Tanyakan", "Sari", "sari", visit, "STNK", "127.0.0.1")
    assert [word for word in written if word in told] == []
    assert sari.phone.runs()[0]["problem"] == "barred"


def test_a_run_that_never_ended_is_seen(sari, server, visit):
    class Killed(BaseException):
        pass

    def die(_) -> None:
        raise Killed

    sari.phone.progress = die
    with suppress(Killed):
        sari.phone.sync()
    assert sari.phone.runs()[0] == {
        "began_at": "2026-03-04T01:12:00.000Z",
        "client": wire.CLIENT,
        "ended": False,
    }


def test_what_a_run_cost_is_counted_as_it_stands_on_the_line(sari, server, visit):
    sari.phone.sync()
    server.heard.clear()
    report = sari.phone.sync()
    (heard,) = server.heard
    names = sum(len(name) + len(value) + 4 for name, value in heard.headers.items())
    first = len(f"{heard.method} {heard.path} HTTP/1.1\r\n")
    assert report.bytes_up == first + names + 2 + len(heard.body)


def test_an_idle_sync_says_only_what_must_be_said(sari, server, visit):
    sari.phone.sync()
    server.heard.clear()
    report = sari.phone.sync()
    (heard,) = server.heard
    assert set(heard.headers) == {
        "host",
        "content-type",
        "accept-encoding",
        "authorization",
        "content-length",
    }
    assert set(json.loads(heard.body)) == {"protocol", "device", "client", "cursor"}
    token = 64 - len("token-of-sari")  # a real one is longer
    assert report.bytes_up + token <= IDLE_UP


def test_what_waits_is_told_once_and_not_while_the_server_can_see_it(sari, server, visit):
    sari.visits(visit, photos=0)
    sari.phone.pull()
    sari.phone.pull()
    sari.phone.sync()
    sari.phone.sync()
    told = [json.loads(heard.body).get("pending") for heard in server.requests("sync")[1:]]
    assert told == [{"drafts": 1}, None, {}, None]
