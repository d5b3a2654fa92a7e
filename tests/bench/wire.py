"""One kept connection that costs the generator almost nothing: bytes out, bytes in, hardly any parsing."""

from __future__ import annotations

import gzip
import json
import re
import socket
from typing import Any, NamedTuple
from urllib.parse import urlsplit

READ_BYTES = 64 * 1024
ANSWER_SECONDS_MAX = 120
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


class Answer(NamedTuple):
    status: int
    head: bytes
    body: bytes


class Line:
    """HTTP/1.1 to one server; `sent` and `received` count every byte of it."""

    def __init__(self, address: str) -> None:
        place = urlsplit(address)
        self.host = place.netloc
        self.socket = socket.create_connection(
            (place.hostname or "", place.port or 80), timeout=ANSWER_SECONDS_MAX
        )
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sent = self.received = 0

    def close(self) -> None:
        self.socket.close()

    def sync(self, token: str, body: str) -> dict[str, Any]:
        """POST /sync, gzipped: the answer, which must be 200."""
        packed = gzip.compress(body.encode(), 6, mtime=0)
        answer = self.ask(
            "POST",
            "/api/v1/sync",
            token,
            "Content-Type: application/json\r\nContent-Encoding: gzip\r\n",
            packed,
        )
        if answer.status != 200:
            raise AssertionError(f"{answer.status}: {answer.body[:500]!r}")
        told: dict[str, Any] = json.loads(answer.body)
        return told

    def ask(self, method: str, path: str, token: str, more: str, *body: bytes) -> Answer:
        """`more` = further header lines, each with its end."""
        length = sum(map(len, body))
        head = (
            f"{method} {path} HTTP/1.1\r\nHost: {self.host}\r\nAuthorization: Bearer {token}\r\n"
            f"{more}Content-Length: {length}\r\n\r\n"
        ).encode()
        first, *rest = body or (b"",)
        self.socket.sendall(head + first, socket.MSG_MORE if rest else 0)
        for part in rest:
            self.socket.sendall(part)
        self.sent += len(head) + length
        return self._answer()

    def _answer(self) -> Answer:
        read = self.socket.recv(READ_BYTES)
        while (end := read.find(b"\r\n\r\n")) < 0:
            if not (more := self.socket.recv(READ_BYTES)):
                raise ConnectionError("closed before the answer")
            read += more
        head, body = read[:end], read[end + 4 :]
        found = LENGTH.search(head)
        size = int(found[1]) if found else 0
        if b"chunked" in head.lower():
            raise AssertionError("an answer in chunks is not read here")
        while len(body) < size:
            if not (more := self.socket.recv(READ_BYTES)):
                raise ConnectionError("closed within the answer")
            body += more
        self.received += len(head) + 4 + len(body)
        return Answer(int(head[9:12]), head, body)
