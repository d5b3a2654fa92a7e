"""A scripted server: real sockets, just enough of the protocol, and told beforehand when to misbehave.

It is not the real server and no model of it; the journeys try the real one. Here the client is tried against answers
that a real server gives rarely, or never.
"""

import base64
import gzip
import json
import socket
import struct
import threading
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from fieldsync.wire import sha256_bytes, sha256_text, uuid7

NOTHING = -1
TOKEN = "token-of-sari"
USER = "0195f0a0-0000-7000-8000-00000000aaaa"
PAGE = 2


UNSAID: dict[str, Any] = {"cursor": None, "items": [], "photos": [], "kept": [], "pending": None}


@dataclass
class Heard:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def said(self) -> dict[str, Any]:
        """A request of /sync with all its members, those too that were left out."""
        return UNSAID | json.loads(self.body)


@dataclass
class Status:
    """Answer this and do nothing."""

    status: int
    code: str = "trouble"
    headers: dict[str, str] = field(default_factory=dict)
    title: str = "Trouble"
    spoken: bool = True


@dataclass
class Portal:
    """A login page of the network, which answers 200 to everything."""


@dataclass
class CutAnswer:
    """Do everything, and lose the line after so many bytes of the answer's body, or before all of it (NOTHING)."""

    after: int = 20


@dataclass
class CutRequest:
    """Hear only so many bytes of the body, and lose the line; bytes of a photo are kept."""

    after: int


@dataclass
class Twist:
    """Do everything, and change the answer."""

    change: Callable[[dict[str, Any]], Any]


@dataclass
class Before:
    """Do something else first, as another phone or a coordinator would; then answer as usual."""

    act: Callable[[], Any]


class ScriptedServer:
    """127.0.0.1:`port`. What it knows may be looked at and changed by the test at any time."""

    def __init__(self) -> None:
        self.epoch = "epoch1"
        self.seq = 10
        self.items: dict[tuple[str, str], tuple[int, dict[str, Any]]] = {}
        self.papers: dict[str, str] = {}
        self.submissions: dict[tuple[str, str], dict[str, Any]] = {}
        self.drafts: dict[str, tuple[int, str | None]] = {}
        self.drafts_of_others: dict[tuple[str, ...], str] = {}  # (visit, device)
        self.uploads_max: int | None = None  # photos that may be on their way at once
        self.photos: dict[str, dict[str, Any]] = {}
        self.durable: set[str] = set()
        self.passwords = {"sari": "kata-sandi"}
        self.user = USER
        self.heard: list[Heard] = []
        self.script: dict[str, deque[Any]] = defaultdict(deque)
        self.refuses: Callable[[dict[str, Any]], bool] = lambda said: False  # whole requests
        self.refusal = 400
        self.lock = threading.RLock()
        self.http = ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (Handler,), {"scripted": self}))
        self.http.daemon_threads = True
        self.thread = threading.Thread(target=self.http.serve_forever, args=(0.02,), daemon=True)
        self.thread.start()

    @property
    def port(self) -> int:
        return self.http.server_address[1]

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def close(self) -> None:
        self.http.shutdown()
        self.http.server_close()
        self.thread.join()

    # What a test says

    def next(self, what: str, *acts: Any) -> None:
        """What happens to the next requests: `what` is "sync", "PATCH", "HEAD", "login", "checklists", …"""
        self.script[what].extend(acts)

    def requests(self, what: str) -> list[Heard]:
        return [heard for heard in self.heard if what in (heard.method, _place(heard.path))]

    def publish(self, text: str) -> str:
        digest = sha256_text(text)
        self.papers[digest] = text
        return digest

    def put(self, visit: str, **members: Any) -> None:
        """Order a visit, or change it."""
        with self.lock:
            self.seq += 1
            before = self.items.get(("visit", visit), (0, {}))[1]
            self.items["visit", visit] = (self.seq, {**before, **members, "removed": None})

    def take_away(self, visit: str, reason: str = "reassigned") -> None:
        with self.lock:
            self.seq += 1
            self.items["visit", visit] = (self.seq, {"removed": reason})

    # What it does

    def sync(self, said: dict[str, Any]) -> dict[str, Any]:
        with self.lock:
            results = [self._item(item) for item in said["items"]]
            uploads = [self._photo(photo) for photo in said["photos"]]
            return self._page(said["cursor"]) | {
                "results": results,
                "uploads": uploads,
                "durable": [name for name in said["kept"] if name in self.durable],
            }

    def _page(self, cursor: str | None) -> dict[str, Any]:
        epoch, _, seq = (cursor or "").rpartition(".")
        reset = epoch != self.epoch or int(seq) > self.seq
        after = 0 if reset else int(seq)
        rows = sorted((n, kind, name, raw) for (kind, name), (n, raw) in self.items.items() if n > after)
        rows = [row for row in rows if not (reset and row[3].get("removed"))]
        page, more = rows[:PAGE], len(rows) > PAGE
        live = [n for n, raw in self.items.values() if not raw.get("removed")]
        last = page[-1][0] if more else self.seq
        return {
            "protocol": 1,
            "server_time": "2026-03-04T02:20:13.101Z",
            "for": cursor,
            "reset": reset,
            "changes": [{"seq": n, "kind": kind, "id": name, **raw} for n, kind, name, raw in page],
            "cursor": f"{self.epoch}.{last}",
            "more": more,
            "check": None if more else [len(live), sum(live)],
            "notices": [],
        }

    def _item(self, item: dict[str, Any]) -> dict[str, Any]:
        if item["kind"] == "draft":
            rev, _ = kept = self.drafts.get(item["visit"], (0, None))
            self.drafts[item["visit"]] = max(kept, (item["rev"], item["doc"]), key=lambda each: each[0])
            return {"draft": item["visit"], "rev": max(rev, item["rev"])}
        told = {"id": item["id"], "digest": item["digest"]}
        if sha256_text(item["doc"]) != item["digest"] and not item.get("damaged"):
            return told | {"status": "retry", "reason": "digest"}
        if (item["id"], item["digest"]) in self.submissions:
            return told | {"status": "duplicate", "slot": "current"}
        self.submissions[item["id"], item["digest"]] = item
        visit = self.items.get(("visit", item["visit"]), (0, {"removed": "unknown"}))[1]
        slot = "quarantined" if item.get("damaged") else "late" if visit.get("removed") else "current"
        if slot == "current":
            self.put(item["visit"], state="submitted")
        return told | {"status": "stored", "slot": slot}

    def _photo(self, offer: dict[str, Any]) -> dict[str, Any]:
        photo = self.photos.setdefault(offer["id"], {**offer, "bytes": b"", "gen": 0, "state": "need"})
        told = {"photo": offer["id"], "state": photo["state"]}
        if photo["state"] == "bad":
            return told | {"reason": "wrong-hash"}
        if photo["state"] == "stored":
            return told
        on_their_way = [
            name for name, one in self.photos.items() if one["state"] == "need" and one.get("open")
        ]
        if self.uploads_max is not None and not photo.get("open") and len(on_their_way) >= self.uploads_max:
            return told | {"state": "wait", "reason": "quota"}
        photo["open"] = True
        return told | {"offset": len(photo["bytes"]), "url": f"/api/v1/uploads/{offer['id']}.{photo['gen']}"}

    def piece(self, name: str, offset: int, content: bytes) -> tuple[int, dict[str, str]]:
        with self.lock:
            photo_id, _, gen = name.rpartition(".")
            photo = self.photos.get(photo_id)
            if photo is None or int(gen) != photo["gen"] or photo["state"] != "need":
                return 410, {}
            if offset != len(photo["bytes"]):
                return 409, {"Upload-Offset": str(len(photo["bytes"]))}
            photo["bytes"] += content
            told = {"Upload-Offset": str(len(photo["bytes"])), "Sync-Epoch": self.epoch}
            if len(photo["bytes"]) < photo["size"]:
                return 204, told
            if sha256_bytes(photo["bytes"]) == photo["sha256"]:
                photo["state"] = "stored"
                return 204, told | {"Photo-State": "stored"}
            photo.update(bytes=b"", gen=photo["gen"] + 1, state="bad" if photo["gen"] == 2 else "need")
            return 410, {}


class Handler(BaseHTTPRequestHandler):
    scripted: ScriptedServer
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *_: Any) -> None:
        pass

    def do_POST(self) -> None:
        self._take()

    do_GET = do_PATCH = do_HEAD = do_POST  # noqa: N815 (their names)

    def _take(self) -> None:
        place = _place(self.path)
        acts = self.scripted.script[self.command] or self.scripted.script[place]
        act = acts.popleft() if acts else None
        if isinstance(act, Before):
            act.act()
        length = int(self.headers.get("Content-Length", 0))
        if isinstance(act, CutRequest):
            part = self.rfile.read(min(act.after, length))
            if self.command == "PATCH":
                self.scripted.piece(place_name(self.path), int(self.headers["Upload-Offset"]), part)
            self._reset()
            return
        body = self.rfile.read(length)
        if self.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.scripted.heard.append(Heard(self.command, self.path, headers, body))
        if isinstance(act, Status):
            self._answer(act.status, problem(act), act.headers, spoken=act.spoken)
        elif isinstance(act, Portal):
            self._answer(200, b"<html>Wi-Fi gratis</html>", {"Content-Type": "text/html"}, spoken=False)
        else:
            status, content, told = self._do(place, headers, body)
            if isinstance(act, Twist):
                said = json.loads(content)
                content = json.dumps(act.change(said) or said).encode()
            self._answer(status, content, told, cut=act.after if isinstance(act, CutAnswer) else None)

    def _do(self, place: str, headers: dict[str, str], body: bytes) -> tuple[int, bytes, dict[str, str]]:
        if place == "login":
            return self._login(json.loads(body))
        if headers.get("authorization") != f"Bearer {TOKEN}":
            return 401, problem(Status(401, "token-unknown")), {}
        if place == "sync":
            said = UNSAID | json.loads(body)
            if self.scripted.refuses(said):
                return self.scripted.refusal, problem(Status(self.scripted.refusal, "malformed")), {}
            return 200, json.dumps(self.scripted.sync(said)).encode(), {}
        name = place_name(self.path)
        if place == "checklists":
            text = self.scripted.papers.get(name)
            return (200, text.encode(), {}) if text else (404, problem(Status(404, "not-found")), {})
        if place == "submissions":
            found = [item for (uuid, _), item in self.scripted.submissions.items() if uuid == name]
            told = {"id": name, "digest": found[0]["digest"], "text": found[0]["doc"]} if found else {}
            return 200 if found else 404, json.dumps(told).encode(), {}
        if place == "drafts":
            found = self.scripted.drafts_of_others.get(tuple(self.path.split("/")[-2:]))
            told = {"rev": 7, "digest": sha256_text(found), "doc": found} if found else {}
            return 200 if found else 404, json.dumps(told).encode(), {}
        if place == "photos":
            photo = self.scripted.photos.get(name, {"state": "need"})
            return 200 if photo["state"] == "stored" else 404, b"", {}
        if self.command == "HEAD":
            photo = self.scripted.photos[name.rpartition(".")[0]]
            return 200, b"", {"Upload-Offset": str(len(photo["bytes"]))}
        checksum = headers.get("upload-checksum")
        assert checksum is None or len(base64.b64decode(checksum.split()[1])) == 32
        status, told = self.scripted.piece(name, int(headers["upload-offset"]), body)
        return status, b"" if status == 204 else problem(Status(status)), told

    def _login(self, said: dict[str, Any]) -> tuple[int, bytes, dict[str, str]]:
        if self.scripted.passwords.get(said["username"]) != said["password"]:
            return 401, problem(Status(401, "wrong-password", title="Wrong name or password")), {}
        user = {"id": self.scripted.user, "username": said["username"], "name": "Sari"}
        told = {"token": TOKEN, "user": user, "device": said["device"]}
        return 200, json.dumps(told).encode(), {}

    def _answer(
        self,
        status: int,
        content: bytes,
        headers: dict[str, str],
        *,
        spoken: bool = True,
        cut: int | None = None,
    ) -> None:
        if cut == NOTHING:
            self._reset()
            return
        (self.send_response_only if "Date" in headers else self.send_response)(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Set-Cookie", "follow=me")
        if spoken:
            self.send_header("Sync-Protocol", "1")
        if status != 204:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if cut is not None:
            self.wfile.write(content[:cut])
            self._reset()
        elif self.command != "HEAD" and status != 204:
            self.wfile.write(content)

    def _reset(self) -> None:
        self.wfile.flush()
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True


def problem(act: Status) -> bytes:
    return json.dumps(
        {"type": "about:blank", "title": act.title, "status": act.status, "code": act.code}
    ).encode()


def _place(path: str) -> str:
    return path.partition("?")[0].removeprefix("/api/v1/").partition("/")[0]


def place_name(path: str) -> str:
    return path.partition("?")[0].rpartition("/")[2]


# Things to visit


def a_checklist() -> str:
    """A small checklist with one item of every kind that matters to a phone."""

    def words(text: str) -> dict[str, str]:
        return {"id": text, "en": text}

    def option(code: str, score: str, critical: bool = False) -> dict[str, Any]:
        return {"code": code, "label": words(code), "score": score, "critical": critical}

    yes_no = [option("yes", "100"), option("no", "0")]
    common = {"weight": "20", "basis": [], "origin": "norm", "mode": "OBS", "critical": None}
    common |= {"asked_if": None, "na_when": None}
    items = [
        {"code": "A1", "question": words("Papan?"), "type": "YN", "photo": "required", "options": yes_no},
        {
            "code": "A2",
            "question": words("Calo?"),
            "type": "SC",
            "photo": "optional",
            "critical": "option",
            "options": [option("tidak", "100"), option("ada", "0", critical=True)],
        },
        {"code": "A3", "question": words("Loket?"), "type": "YN", "photo": "forbidden", "options": yes_no},
        {
            "code": "A4",
            "question": words("Berapa?"),
            "type": "NUM",
            "photo": "none",
            "of": 7,
            "asked_if": ["=", ["item", "A1"], True],
        },
        {
            "code": "A5",
            "question": words("Berapa lama?"),
            "type": "MIN",
            "photo": "none",
            "bands": [{"up_to": "1", "score": "100"}, {"up_to": None, "score": "0"}],
        },
    ]
    return json.dumps(
        {
            "format": 1,
            "code": "MINI",
            "version": "1",
            "technique": "covert_visit",
            "title": words("Mini"),
            "caveat": words("-"),
            "variants": [{"code": "SAM", "title": words("Samsat")}],
            "waiting_minutes": {"SAM": 30},
            "valid_share": "60",
            "dimensions": [
                {
                    "code": "INP",
                    "title": words("Masukan"),
                    "weight": "100",
                    "indicators": [
                        {
                            "code": "A",
                            "title": words("Sarana"),
                            "weight": "100",
                            "items": [common | item for item in items],
                        }
                    ],
                }
            ],
        },
        separators=(",", ":"),
    )


def a_visit(checklist: str, name: str = "Samsat Pelaihari") -> dict[str, Any]:
    """What an order says, without its id."""
    return {
        "rev": 1,
        "state": "assigned",
        "attempt": 1,
        "checklist": checklist,
        "variant": "SAM",
        "scenario": "inquiry",
        "briefing": "Tanyakan syarat perpanjangan STNK.",
        "window": {"opens": "2026-03-02T00:00:00+08:00", "closes": "2026-03-07T00:00:00+08:00"},
        "unit": {"id": uuid7(), "code": "SAM-63.01", "name": name, "type": "SAM"},
        "product": {"id": uuid7(), "code": "STNK", "name_id": "STNK", "name_en": "STNK", "group": None},
        "standard": {"fee_rupiah": 160000, "wait_minutes": 30},
        "photos_missing": 0,
        "returned": None,
        "previous": None,
    }
