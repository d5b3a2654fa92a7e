"""Pushing and exporting, through a real server in a process of its own."""

from __future__ import annotations

import gzip
import http.client
import json
import time
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from backend.assignments.models import Assignment
from backend.core.digests import sha256_text
from backend.core.ids import uuid7
from backend.units.models import Unit
from backend.visits.models import Submission
from backend.visits.testimony import answers_in, as_text
from tests.backend.indicators.answers import best
from tests.bench.filling import ROWS_PER_STATEMENT, chunks, order_of, text_of
from tests.bench.measuring import forget_peak, memory_mib, middle, ms, say, say_growth, seconds, tail
from tests.journeys.server import Server
from tests.world import Person

PIECE_BYTES = 256 * 1024


class Line:
    """One kept connection, as a phone holds it for a sync."""

    def __init__(self, server: Server, token: str) -> None:
        place = urlsplit(server.address)
        self._connection = http.client.HTTPConnection(place.hostname or "", place.port)
        self._headers = {"Authorization": f"Bearer {token}"}

    def get(self, path: str) -> http.client.HTTPResponse:
        self._connection.request("GET", path, headers=self._headers)
        return self._connection.getresponse()

    def post(self, path: str, body: Any) -> dict[str, Any]:
        packed = gzip.compress(json.dumps(body).encode(), 6)
        headers = {**self._headers, "Content-Type": "application/json", "Content-Encoding": "gzip"}
        self._connection.request("POST", path, packed, headers)
        answer = self._connection.getresponse()
        told = json.loads(answer.read())
        assert answer.status == 200, told
        return told


def pushing(server: Server, sari: Person, visits: int) -> None:
    """One visit of 60 answers and no photos for each request, one after the other."""
    line = Line(server, sari.token)
    asked, bare = [], []
    cursor, before = None, Submission.objects.count()
    for order in orders(sari, visits):
        bare.append(seconds(lambda: line.get("/healthz").read()))
        body = push(sari, order, cursor)
        began = time.perf_counter()
        told = line.post("/api/v1/sync", body)
        asked.append(time.perf_counter() - began)
        assert told["results"][0]["status"] == "stored", told
        cursor = told["cursor"]
    assert Submission.objects.count() == before + visits
    beside = f"{middle(asked) / middle(bare):.1f} x a bare request ({ms(middle(bare))})"
    say(f"push of a visit, median of {visits}", ms(middle(asked)), beside)
    say("  99th percentile", ms(tail(asked)), f"a bare request: {ms(tail(bare))}")


def orders(who: Person, count: int) -> list[Assignment]:
    unit, at = Unit.objects.order_by("code")[0], datetime.now(UTC)
    made = [order_of(who, unit, at) for _ in range(count)]
    for chunk in chunks(iter(made), ROWS_PER_STATEMENT):
        Assignment.objects.bulk_create(chunk)
    return made


def push(who: Person, order: Assignment, cursor: str | None) -> dict[str, Any]:
    text = text_of(order, best("SAM"))
    item = {
        "kind": "submission", "id": str(uuid7()), "visit": str(order.pk), "attempt": 1,
        "checklist": order.checklist_id, "digest": sha256_text(text), "doc": text,
    }  # fmt: skip
    return {"protocol": 1, "device": str(who.device.pk), "cursor": cursor, "items": [item]}


def exporting(server: Server, mira: Person, programme: object, period: str, visits: int) -> None:
    """Every finding of the period, in both formats, taken as fast as they come."""
    line = Line(server, mira.token)
    floor = seconds(lambda: read_all(visits))
    drain(
        line, f"/api/v1/exports/findings.csv?programme={programme}&period=2025"
    )  # nothing in it: code is loaded
    assert server.process is not None
    for form in ("csv", "jsonl"):
        forget_peak(server.process.pid)
        before = memory_mib(server.process.pid)
        path = f"/api/v1/exports/findings.{form}?programme={programme}&period={period}"
        first, whole, size, lines = drain(line, path)
        rows = lines - (form == "csv")  # less the header
        say(f"export of {rows:,} findings, {form}", f"{whole:.1f} s", f"{rows / whole:,.0f} a second")
        say(
            "  the file",
            f"{size / 1e6:.0f} MB",
            f"{size / whole / 1e6:.0f} MB/s, first byte after {ms(first)}",
        )
        say("  beside only reading the answers, here", f"{whole / floor:.1f} x", f"that took {floor:.2f} s")
        say_growth("  the server grew by at most", server.process.pid, before)


def drain(line: Line, path: str) -> tuple[float, float, int, int]:
    """Seconds to the first byte and to the last, bytes, and rows."""
    began = time.perf_counter()
    answer = line.get(path)
    assert answer.status == 200, answer.read()
    piece = answer.read(1)
    first, size, rows = time.perf_counter() - began, 0, 0
    while piece:
        size, rows = size + len(piece), rows + piece.count(b"\n")
        piece = answer.read(PIECE_BYTES)
    return first, time.perf_counter() - began, size, rows


def read_all(visits: int) -> None:
    told = Submission.objects.order_by("pk").values_list("doc", flat=True)
    assert sum(1 for doc in told[:visits].iterator(chunk_size=100) if answers_in(as_text(doc))) == visits
