"""R4 with real processes and a real database file or server: kill -9 in the middle, and four at the same moment."""

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from django.db import connection

from tests import world
from tests.backend.rest.senders import MOMENTS
from tests.backend.rest.test_once import order_terms

ROOT = Path(__file__).resolve().parents[3]


def database(tmp_path):
    """The tests' own database, where another process can reach it."""
    at = connection.settings_dict
    if connection.vendor == "postgresql":
        return f"postgresql://{at['USER']}:{at['PASSWORD']}@{at['HOST']}:{at['PORT']}/{at['NAME']}"
    file = tmp_path / "samar.sqlite3"
    with closing(sqlite3.connect(file)) as copy:
        connection.connection.backup(copy)
    return f"sqlite:///{file}"


def orders_in(url, ids):
    """How often each order is there, and how many journal lines tell of it."""
    marks = ", ".join(
        f"'{one}'" if connection.vendor == "postgresql" else f"'{one.replace('-', '')}'" for one in ids
    )
    queries = [
        f"SELECT count(*) FROM assignments_assignment WHERE id IN ({marks})",  # noqa: S608
        "SELECT count(*) FROM journal_entry WHERE event = 'assignment.made'",
        "SELECT count(*) FROM rest_keptanswer",
        "SELECT seq FROM feed_scope ORDER BY seq DESC LIMIT 1",
    ]
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            return [cursor.execute(query).fetchone()[0] for query in queries]
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as file:
        return [file.execute(query).fetchone()[0] for query in queries]


@pytest.mark.django_db(transaction=True)
def test_r4_a_kill_leaves_effect_and_answer_or_neither_and_four_at_once_do_it_once(
    sari, budi, checklist, tmp_path
):
    bodies = [order_terms({"sari": sari}) for _ in range(len(MOMENTS) + 1)]
    for number, body in enumerate(bodies):  # far enough apart for one inspector and one unit
        body["window"] = {
            "opens": f"{2026 + number}-06-01T00:00:00Z",
            "closes": f"{2026 + number}-06-15T00:00:00Z",
        }
    url = database(tmp_path)
    said = {"path": "/api/v1/assignments", "token": budi.token, "bodies": bodies}
    story = subprocess.run(
        [sys.executable, "-m", "tests.backend.rest.senders", json.dumps(said)],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": url, "SAMAR_VAR": str(tmp_path / "var")},
        capture_output=True,
        text=True,
    )
    assert story.returncode == 0, story.stderr
    told = json.loads(story.stdout)
    four = told.pop("four at once")

    done = {"status": 201, "code": None, "retry": None}
    assert told == {
        moment: [{"killed": True}, {**done, "replay": moment == "it is committed", "id": body["id"]}]
        for moment, body in zip(MOMENTS, bodies, strict=False)
    }
    anew = {**done, "replay": False, "id": bodies[-1]["id"]}
    later = {**anew, "replay": True}
    waiting = {"status": 409, "replay": False, "code": "still-in-progress", "retry": "2", "id": None}
    assert four.count(anew) == 1
    assert [one for one in four if one not in (anew, later, waiting)] == []
    assert orders_in(url, [body["id"] for body in bodies]) == [4, 4, 4, 4]


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(
    connection.vendor != "postgresql", reason="on SQLite the second one waits, and is answered"
)
def test_r4_who_comes_while_it_is_being_done_is_asked_to_come_back(sari, budi, checklist):
    """Another connection is in the middle of the same request."""
    import psycopg

    from backend.rest.once import Asked, turn

    at = connection.settings_dict
    key = turn(Asked(budi.id, "k-1", ""))
    there = {"host": at["HOST"], "port": at["PORT"], "user": at["USER"], "password": at["PASSWORD"]}
    body = order_terms({"sari": sari})
    headers = {"HTTP_IDEMPOTENCY_KEY": "k-1"}
    with psycopg.connect(dbname=at["NAME"], **there) as other:
        other.execute("SELECT pg_advisory_xact_lock(%s)", [key])
        answer = budi.api.post("/api/v1/assignments", body, format="json", **headers)
        assert (answer.status_code, answer["Retry-After"], answer.json()["code"]) == (
            409,
            "2",
            "still-in-progress",
        )
    assert budi.api.post("/api/v1/assignments", body, format="json", **headers).status_code == 201
    assert world.told(budi.api, "assignments", method="get")[1]["results"][0]["id"] == body["id"]
