"""One TCP connection, spoken to by hand: what a client that sends everything before it reads sees of a server."""

from __future__ import annotations

import socket
import ssl
from typing import NamedTuple

SECONDS_MAX = 60
SENT_AT_ONCE = 64 * 1024


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes


class Line:
    """A connection that is never opened again: a server that closed it answers nothing more."""

    def __init__(self, port: int, *, encrypted: bool = False) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=SECONDS_MAX)
        if encrypted:
            self.socket = trusting().wrap_socket(self.socket, server_hostname="localhost")
        self.reading = self.socket.makefile("rb")

    def __enter__(self) -> Line:
        return self

    def __exit__(self, *_: object) -> None:
        self.reading.close()
        self.socket.close()

    def ask(self, method: str, path: str, headers: dict[str, str] | None = None, body: bytes = b"") -> Answer:
        self.send(method, path, headers, body, announced=len(body))
        return self.read(method)

    def send(
        self, method: str, path: str, headers: dict[str, str] | None, body: bytes, *, announced: int
    ) -> None:
        """The head and then all of the body, without a look at what comes back. Raises OSError when cut off."""
        head = {"Host": "localhost", "Content-Length": str(announced), **(headers or {})}
        lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in head.items())]
        self.socket.sendall("\r\n".join([*lines, "", ""]).encode())
        for begin in range(0, len(body), SENT_AT_ONCE):
            self.socket.sendall(body[begin : begin + SENT_AT_ONCE])

    def read(self, method: str = "GET") -> Answer:
        """Raises OSError when the line was cut, AssertionError when it was closed before an answer."""
        first = self.reading.readline().split()
        assert first, "closed without an answer"
        headers = {}
        while (line := self.reading.readline()).strip():
            name, _, value = line.decode().partition(":")
            headers[name.lower()] = value.strip()
        status, body = int(first[1]), b""
        if method != "HEAD" and status not in (204, 304):
            assert "transfer-encoding" not in headers, headers
            body = self.reading.read(int(headers["content-length"]))
        return Answer(status, headers, body)


def trusting() -> ssl.SSLContext:
    """Whoever answers on our own loopback is believed."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context
