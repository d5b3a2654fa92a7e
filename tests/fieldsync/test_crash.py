"""Sari's phone dies at any instant: what she was told is kept is kept, and what is sent is sent once."""

import json
import os
import subprocess
import sys
from pathlib import Path

from fieldsync import open_engine, wire
from tests.fieldsync.conftest import picture
from tests.fieldsync.scripted import a_visit
from tests.fieldsync.test_continuing import entry

ROOT = Path(__file__).resolve().parents[2]
EVERY = int(os.environ.get("INSTANTS_APART", "13"))  # 1 tries them all


def lives(home, photo, plan):
    """The lines that the children of killed.py believed."""
    arguments = [str(home), str(photo), *(f"{visit}:{instant}" for visit, instant in plan)]
    done = subprocess.run(
        [sys.executable, "-m", "tests.fieldsync.killed", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return [line.split() for line in done.stdout.splitlines()]


def test_k1_killed_at_any_instant_nothing_believed_is_lost_and_nothing_is_sent_twice(
    sari, server, checklist, tmp_path
):
    sari.phone.close()
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(picture(1))

    def order(elsewhere: bool) -> str:
        """A visit, begun on another device or not."""
        visit = wire.uuid7()
        server.put(visit, **a_visit(checklist))
        if elsewhere:
            entry(server, visit, wire.document({"visit": visit, "attempt": 1, "checklist": checklist}))
        return visit

    # How many instants has an afternoon, and at which of them is something committed?
    first = order(elsewhere=True)
    sari.phone = sari.opens(open_engine(sari.home))
    sari.phone.pull()
    (ended,) = [line for line in lives(sari.home, photo, [(first, 0)]) if line[0] == "ended"]
    commits = [int(n) for n in ended[3:]][:: 1 if EVERY == 1 else 4]
    instants = sorted({*range(1, int(ended[2]) + 1, EVERY), *commits})
    visits = [order(elsewhere=number % 2 == 0) for number, _ in enumerate(instants)]
    sari.phone.pull()

    # Every visit is killed once, and then gets a quiet afternoon.
    plan = [step for visit, n in zip(visits, instants, strict=True) for step in ((visit, n), (visit, 0))]
    believed = lives(sari.home, photo, plan)

    assert [line for line in believed if line[0] == "torn"] == [], "an export is whole or not there"
    # An afternoon that goes on in another phone's draft is a little longer; the others end before their instant.
    assert len(visits) <= len([line for line in believed if line[0] == "ended"]) < len(visits) * 1.25
    sent = [item["visit"] for item in server.submissions.values()]
    assert sorted(sent) == sorted([first, *visits]), "all of them, once"
    for word, visit, *name in believed:
        if word == "finished":
            assert json.loads(server.submissions[name[0], name[1]]["doc"])["visit"] == visit
    for item in server.submissions.values():
        doc = json.loads(item["doc"])
        assert doc["answers"]["A4"]["value"] == 5
        (told,) = doc["photos"]
        assert server.photos[told["id"]]["state"] == "stored"
        assert wire.sha256_bytes(server.photos[told["id"]]["bytes"]) == told["sha256"]
    assert sari.phone.store.db.row("PRAGMA integrity_check") == {"integrity_check": "ok"}
    assert sari.phone.sync().done
