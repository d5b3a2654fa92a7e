"""The one door to the network. What comes back is either a believed answer or a problem in words.

An answer is believed only with the header `Sync-Protocol: 1` (a login page of a hotel network answers 200 too).
Nothing is retried and nobody waits here: that is the engine's affair.
"""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.cookiejar import CookieJar, DefaultCookiePolicy
from ipaddress import ip_address
from types import TracebackType
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

import httpx

from fieldsync import wire
from fieldsync.errors import (
    AnswerBroken,
    Barred,
    ForeignAddress,
    NoAnswer,
    NotOurServer,
    Problem,
    Refused,
    ServerBusy,
    ServerFull,
    ServerTrouble,
    SignInAgain,
    UpdateNeeded,
)
from fieldsync.rules import retry_after_seconds

CONNECT_SECONDS_MAX = 20.0
SILENCE_SECONDS_MAX = 90.0
GZIP_ABOVE_BYTES = 500
ANSWER_BYTES_MAX = 16 * 1024 * 1024
UNPACKS = {"Accept-Encoding": "gzip"}


@dataclass(frozen=True)
class Reply:
    """A believed answer of any status. `retry_after` in seconds when the server asked for it."""

    status: int
    headers: Mapping[str, str]
    content: bytes
    retry_after: float | None = None

    def offset(self) -> int | None:
        """Upload-Offset in bytes; None when absent or not a number."""
        told = self.headers.get("upload-offset", "")
        return int(told) if told.isascii() and told.isdecimal() and len(told) < 19 else None

    def code(self) -> str:
        """The stable code of a problem; "" when there is none."""
        return "" if self.status < 400 else wire.read_refusal(self.content).get("code", "")

    def photo_state(self) -> str | None:
        """Photo-State, told with the last piece: stored or bad."""
        return self.headers.get("photo-state")

    def epoch(self) -> str | None:
        """Sync-Epoch of an upload's answer: in which history of the server it is true. None when it is not told."""
        return self.headers.get("sync-epoch")


@dataclass
class Traffic:
    """What went over the line: requests, and application bytes each way with their heads. What a broken request got
    through is not known, so all of it counts."""

    requests: int = 0
    up: int = 0
    down: int = 0

    @property
    def total(self) -> int:
        return self.up + self.down


class Transport:
    """One server, spoken to by one device over one connection that is kept open.

    server                address such as https://samar.example.org, with or without /api/v1; without a scheme
                          https is meant
    token                 the device's token, told to this server and to nobody else
    silence_seconds_max   how long nothing may move on the line
    connect_seconds_max   how long a connection may take to be made

    Every method raises NoAnswer (no connection, cut, too long silent), NotOurServer (an answer without
    `Sync-Protocol: 1`), AnswerBroken (unreadable compression, more than 16 MiB) and ForeignAddress. Protocol: 6.9.
    `traffic` counts what went over the line.
    """

    def __init__(
        self,
        server: str,
        *,
        token: str | None = None,
        silence_seconds_max: float = SILENCE_SECONDS_MAX,
        connect_seconds_max: float = CONNECT_SECONDS_MAX,
    ) -> None:
        self.server = server_address(server)
        self.token = token
        self.traffic = Traffic()
        self._plain = False
        self._http = httpx.Client(
            timeout=httpx.Timeout(silence_seconds_max, connect=connect_seconds_max),
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            follow_redirects=False,
            trust_env=not _is_this_machine(self.server),
        )
        # Every byte is paid for by the inspector: HTTP/1.1 keeps connections by itself, and who we are is in the body.
        for name in list(self._http.headers):
            del self._http.headers[name]

    def __enter__(self) -> Transport:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the connections. The transport cannot be used afterwards."""
        self._http.close()

    def sync(self, content: bytes) -> Reply:
        """POST /sync."""
        return self._post("/sync", content)

    def sign_in(self, username: str, password: str, *, device: str, name: str, platform: str) -> Reply:
        """POST /login, without a token."""
        device_told = {"id": device, "name": name, "platform": platform}
        said = {"username": username, "password": password, "device": device_told}
        return self._post("/login", wire.body(said), known=False)

    def checklist(self, digest: str) -> Reply:
        """GET /checklists/{digest}: the body is the exact published text."""
        return self._get(f"/checklists/{quote(digest, safe=':')}")

    def submission(self, id: str, digest: str) -> Reply:
        """GET /submissions/{id}?digest=: an earlier submission with its exact text."""
        return self._get(f"/submissions/{quote(id)}?digest={quote(digest, safe=':')}")

    def draft(self, visit: str, device: str) -> Reply:
        """GET /drafts/{visit}/{device}: a draft of one of her devices, as the server last had it."""
        return self._get(f"/drafts/{quote(visit)}/{quote(device)}")

    def photo_there(self, photo: str) -> Reply:
        """HEAD /photos/{id}: 200 when its bytes are with the server."""
        return self._send("HEAD", f"{wire.API}/photos/{quote(photo)}")

    def piece(self, url: str, offset: int, content: bytes, *, checksum: str | None = None) -> Reply:
        """PATCH a piece of a photo at `offset` bytes; `checksum` is plain base64 of its SHA-256."""
        headers = {"Tus-Resumable": "1.0.0", "Upload-Offset": str(offset)}
        headers["Content-Type"] = "application/offset+octet-stream"
        if checksum:
            headers["Upload-Checksum"] = f"sha256 {checksum}"
        return self._send("PATCH", url, content=content, headers=headers)

    def where(self, url: str) -> Reply:
        """HEAD an upload: how many bytes are there. Only after an error without an answer."""
        return self._send("HEAD", url, headers={"Tus-Resumable": "1.0.0"})

    def _get(self, path: str) -> Reply:
        return self._send("GET", wire.API + path, headers=UNPACKS)

    def _post(self, path: str, content: bytes, *, known: bool = True) -> Reply:
        headers = {"Content-Type": "application/json", **UNPACKS}
        if len(content) > GZIP_ABOVE_BYTES and not self._plain:
            headers["Content-Encoding"] = "gzip"
            content = gzip.compress(content, 6, mtime=0)
        reply = self._send("POST", wire.API + path, content=content, headers=headers, known=known)
        self._plain = self._plain or reply.status == 415
        return reply

    def _send(
        self,
        method: str,
        path: str,
        *,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        known: bool = True,
    ) -> Reply:
        url, said = self._inside(path), dict(headers or {})
        if self.token and known:
            said["Authorization"] = f"Bearer {self.token}"
        try:
            request = self._http.build_request(method, url, content=content, headers=said)
            self.traffic.requests += 1
            self.traffic.up += _size_up(request, content or b"")
            with closing(self._http.send(request, stream=True)) as answer:
                self.traffic.down += _head_size(answer)
                if answer.headers.get(wire.SPOKEN_HEADER) != str(wire.PROTOCOL):
                    raise NotOurServer(status=answer.status_code)
                try:
                    content = _body(answer)
                finally:
                    self.traffic.down += answer.num_bytes_downloaded
                return Reply(answer.status_code, answer.headers, content, _retry_after(answer))
        except httpx.DecodingError as error:
            raise AnswerBroken(why="compression") from error
        except (httpx.TransportError, httpx.InvalidURL) as error:
            raise NoAnswer(why=_why(error)) from error

    def _inside(self, path: str) -> str:
        """An address of this server; anything else would be told our token. Raises ForeignAddress."""
        base = urlsplit(self.server)
        if "://" in path or path.startswith("//"):
            url = urljoin(self.server, path)
        elif base.path and path.startswith(base.path + "/"):
            url = f"{base.scheme}://{base.netloc}{path}"
        else:
            url = self.server + path
        try:
            found = urlsplit(url)
            same = (found.scheme, found.hostname, found.port) == (base.scheme, base.hostname, base.port)
        except ValueError:
            same = False
        if not same or found.username:
            raise ForeignAddress(address=path[:120])
        return url


def problem_of(reply: Reply) -> Problem:
    """A believed answer that is no success, as a problem."""
    told = wire.read_refusal(reply.content)
    title = told.get("title") or str(reply.status)
    facts: dict[str, Any] = {"status": reply.status, "title": title, "title_id": told.get("title_id", title)}
    facts["code"] = told.get("code", "")
    if reply.status == 507:
        return ServerFull(**facts)
    if reply.retry_after is not None and reply.status in (429, 503):
        return ServerBusy(seconds=round(reply.retry_after), **facts)
    if reply.status >= 500 or reply.status in (408, 423, 425, 429):
        return ServerTrouble(**facts)
    special = {401: SignInAgain, 403: Barred, 412: UpdateNeeded, 426: UpdateNeeded}
    return special.get(reply.status, Refused)(**facts)


def server_address(typed: str) -> str:
    """An address as people type it, in one form: https://host[:port][/path], no slash at the end."""
    address = typed.strip().rstrip("/").removesuffix(wire.API)
    return address if "://" in address else f"https://{address}"


def _size_up(request: httpx.Request, content: bytes) -> int:
    """Bytes of a request as they stand on the line: its first line, its headers, its body."""
    first = len(request.method) + len(request.url.raw_path) + len("  HTTP/1.1\r\n")
    return first + _headers_size(request.headers) + len(content)


def _head_size(answer: httpx.Response) -> int:
    return len(f"HTTP/1.1 {answer.status_code} {answer.reason_phrase}\r\n") + _headers_size(answer.headers)


def _headers_size(headers: httpx.Headers) -> int:
    return sum(len(name) + len(value) + 4 for name, value in headers.raw) + 2


def _body(answer: httpx.Response) -> bytes:
    pieces, size = [], 0
    for piece in answer.iter_bytes():
        size += len(piece)
        if size > ANSWER_BYTES_MAX:
            raise AnswerBroken(why="too long")
        pieces.append(piece)
    return b"".join(pieces)


def _retry_after(answer: httpx.Response) -> float | None:
    # A date is seen from the server's own clock; ours may be wrong by days.
    try:
        now = parsedate_to_datetime(answer.headers.get("Date", ""))
    except (ValueError, TypeError):
        now = datetime.now(UTC)
    return retry_after_seconds(answer.headers.get("Retry-After"), now)


def _why(error: Exception) -> str:
    if isinstance(error, httpx.ConnectTimeout | httpx.ReadTimeout | httpx.WriteTimeout | httpx.PoolTimeout):
        return "timeout"
    return "no connection" if isinstance(error, httpx.ConnectError) else "connection cut"


def _is_this_machine(server: str) -> bool:
    host = urlsplit(server).hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
