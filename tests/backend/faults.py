"""A store that misbehaves: a small proxy before a real S3 server, which does as it is told, request by request."""

import http.client
import threading
import time
from collections import deque
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

HANG_SECONDS = 2.0
ERRORS = {
    "500": (500, "InternalError"),
    "503": (503, "SlowDown"),
    "full": (507, "XMinioStorageFull"),
    "quota": (403, "QuotaExceeded"),
    "denied": (403, "AccessDenied"),
    "vanished": (404, "NoSuchKey"),
    "no bucket": (404, "NoSuchBucket"),
}


class Faulty:
    """`with Faulty(endpoint) as store:` then `store.does("PUT", "503", "500")` for the next two PUTs, or
    `store.always("DELETE", "denied")`. Besides ERRORS: "hang", "cut" (no answer at all), "deaf" (done, but the
    answer is lost), "garble" (other bytes of the same length). `store.seen` are the methods that came."""

    def __init__(self, endpoint: str) -> None:
        self.target = urlsplit(endpoint).netloc
        self.next: dict[str, deque[str]] = {}
        self.ever: dict[str, str] = {}
        self.seen: list[str] = []

    def does(self, method: str, *faults: str) -> None:
        self.next[method] = deque(faults)

    def always(self, method: str, fault: str) -> None:
        self.ever[method] = fault

    def heals(self) -> None:
        self.next, self.ever = {}, {}

    def fault(self, method: str) -> str:
        self.seen.append(method)
        waiting = self.next.get(method)
        return waiting.popleft() if waiting else self.ever.get(method, "")

    def __enter__(self) -> "Faulty":
        faulty = self

        class Handler(Middleman):
            store = faulty

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(
            target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        ).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()


class Middleman(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    store: Faulty

    def handle_any(self) -> None:
        body = self.body()
        fault = self.store.fault(self.command)
        if fault == "hang":
            time.sleep(HANG_SECONDS)
        if fault in ERRORS:
            return self.refuse(*ERRORS[fault])
        if fault in ("hang", "cut"):
            self.close_connection = True
            return None
        status, headers, content = self.passed_on(body)
        if fault == "deaf":
            self.close_connection = True
            return None
        if fault == "garble":
            content = bytes(byte ^ 1 for byte in content)
        return self.answer(status, headers, content)

    do_GET = do_PUT = do_DELETE = do_HEAD = handle_any  # noqa: N815 (the server calls them so)

    def body(self) -> bytes:
        """Clients of S3 wait for leave before they send a body."""
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def passed_on(self, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        """With the very headers that were signed, our own name included."""
        onward = http.client.HTTPConnection(self.store.target, timeout=20)
        onward.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
        for name, value in self.headers.items():
            if name.lower() not in ("connection", "expect"):
                onward.putheader(name, value)
        onward.endheaders(body)
        answer = onward.getresponse()
        content = answer.read()
        onward.close()
        return answer.status, answer.getheaders(), content

    def answer(self, status: int, headers: list[tuple[str, str]], content: bytes) -> None:
        self.send_response(status)
        for name, value in headers:
            if name.lower() not in ("content-length", "transfer-encoding", "connection", "date", "server"):
                self.send_header(name, value)
        length = dict(headers).get("Content-Length", "0") if self.command == "HEAD" else str(len(content))
        self.send_header("Content-Length", length)
        self.end_headers()
        self.wfile.write(content)

    def refuse(self, status: int, code: str) -> None:
        text = f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>as told</Message></Error>".encode()
        self.answer(status, [("Content-Type", "application/xml")], b"" if self.command == "HEAD" else text)

    def log_message(self, *args: Any) -> None:
        pass
