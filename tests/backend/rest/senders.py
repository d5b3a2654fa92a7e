"""Processes that send the same request to the same database, and die in the middle of it.

    DATABASE_URL=... python -m tests.backend.rest.senders '<JSON: what to send>'

Prints one JSON list: what each became. They are forked, so that Python starts but once.
"""

import json
import os
import signal
import sys
from collections.abc import Callable
from typing import Any

# Where a sender dies: the statement it has just made, or the whole request before its answer is told.
MOMENTS = {
    "the answer is kept": 'INSERT INTO "rest_keptanswer"',
    "the feed is numbered": 'INSERT INTO "feed_item"',
    "it is committed": None,
}


def send(said: dict[str, Any], body: dict[str, Any], key: str) -> dict[str, Any]:
    from rest_framework.test import APIClient

    client = APIClient(SERVER_NAME="127.0.0.1")
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {said['token']}", HTTP_IDEMPOTENCY_KEY=key)
    answer = client.post(said["path"], body, format="json")
    told = answer.json()
    return {
        "status": answer.status_code,
        "replay": answer.get("Idempotent-Replay") == "true",
        "code": told.get("code"),
        "retry": answer.get("Retry-After"),
        "id": told.get("id"),
    }


def dies(said: dict[str, Any], body: dict[str, Any], key: str, moment: str | None) -> dict[str, Any]:
    from django.db import connection

    def execute_and_die(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        result = execute(sql, params, many, context)
        if moment is not None and sql.startswith(moment):
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    with connection.execute_wrapper(execute_and_die):
        told = send(said, body, key)
    if moment is None:
        os.kill(os.getpid(), signal.SIGKILL)
    return told


def begun(work: Callable[[], dict[str, Any]]) -> tuple[int, int]:
    """A process of its own that writes what became of its work into a pipe: (pid, pipe)."""
    reading, writing = os.pipe()
    if pid := os.fork():
        os.close(writing)
        return pid, reading
    try:
        os.write(writing, json.dumps(work()).encode())
    finally:
        os._exit(0)


def became(pid: int, pipe: int) -> dict[str, Any]:
    with os.fdopen(pipe, "rb") as told:
        content = told.read()
    _, status = os.waitpid(pid, 0)
    return {"killed": True} if os.WIFSIGNALED(status) else json.loads(content)


def story(said: dict[str, Any]) -> dict[str, Any]:
    """One order for each moment of dying, sent again afterwards; then one order sent by four at once."""
    found: dict[str, Any] = {}
    *bodies, contested = said["bodies"]
    for (moment, statement), body in zip(MOMENTS.items(), bodies, strict=True):
        first = became(*begun(lambda b=body, s=statement: dies(said, b, b["id"], s)))
        found[moment] = [first, became(*begun(lambda b=body: send(said, b, b["id"])))]
    four = [begun(lambda: send(said, contested, "contested")) for _ in range(4)]
    found["four at once"] = [became(*one) for one in four]
    return found


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.settings")
    django.setup()
    sys.stdout.write(json.dumps(story(json.loads(sys.argv[1]))))
