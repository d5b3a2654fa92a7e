"""A bad network: one relay a phone, through which everything may befall a line that befalls lines in the field.

Cuts by FIN and by RST after any byte of either direction, black holes that take everything and answer nothing, stalls,
slow lines, captive portals that answer 200 to everything, whole requests that reach the server once more much later,
and requests that arrive behind younger ones while their sender was cut off. Sometimes a cut takes the server with it.

What happens follows from the seed: the nth connection of a line draws from Random(f"{seed}/{line}/{n}").
"""

from __future__ import annotations

import asyncio
import socket
import struct
import threading
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random

PIECE_BYTES = 4 * 1024
REQUEST_BYTES_MAX = 4 * 1024 * 1024
LATE_SECONDS_MAX = 3.0
LEARNS_LATER_SECONDS = 0.03  # what passed before a cut has reached the server when it learns of the cut
PORTAL = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 33\r\nConnection: close\r\n\r\n"
    b"<html>Welcome to free Wi-Fi</html>"
)[:-1]


@dataclass(frozen=True)
class Weather:
    """What may befall a line. Shares are of connections, for `repeated` of requests and for `kills` of cuts; a mean
    of 0 bytes means never; `bytes_a_second` 0 means as fast as it goes."""

    up_bytes_between_cuts: int = 0
    down_bytes_between_cuts: int = 0
    resets: float = 0.5  # of the cuts; the others end politely
    kills: float = 0.0  # of the cuts: the server dies too
    black_holes: float = 0.0
    portals: float = 0.0
    stalls: float = 0.0
    stall_seconds_max: float = 0.0
    late: float = 0.0
    repeated: float = 0.0
    bytes_a_second: int = 0


CALM = Weather()


class Requests:
    """Finds whole requests in the bytes a client sends; gives up on what it cannot read (chunked bodies)."""

    def __init__(self) -> None:
        self.held = bytearray()
        self.readable = True

    def feed(self, content: bytes) -> list[bytes]:
        """The requests that these bytes complete."""
        if not self.readable:
            return []
        self.held += content
        whole = []
        while size := self._size():
            if len(self.held) < size:
                break
            whole.append(bytes(self.held[:size]))
            del self.held[:size]
        if len(self.held) > REQUEST_BYTES_MAX:
            self.readable = False
            self.held.clear()
        return whole

    def _size(self) -> int:
        """Of the first request with its body; 0 while its head is not complete."""
        end = self.held.find(b"\r\n\r\n")
        if end < 0:
            return 0
        head = bytes(self.held[:end]).lower()
        if b"\r\ntransfer-encoding:" in head:
            self.readable = False
            self.held.clear()
            return 0
        _, told, rest = head.partition(b"\r\ncontent-length:")
        length = int(rest.split(b"\r\n")[0]) if told else 0
        return end + 4 + length


@dataclass
class Line:
    """127.0.0.1:`port` -> the server, for one phone. `saw` counts what happened and the bytes of both directions;
    `asked` are the request lines that reached the server, those sent twice twice."""

    network: Network
    name: str
    weather: Weather = CALM
    port: int = 0
    connections: int = 0
    saw: Counter[str] = field(default_factory=Counter)
    asked: list[str] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def open(self) -> None:
        listener = socket.socket()
        # A small window: what was sent is what came through, and not what lies in a buffer.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, PIECE_BYTES)
        listener.bind(("127.0.0.1", 0))
        self.port = listener.getsockname()[1]
        self.listener = await asyncio.start_server(self._serve, sock=listener, limit=PIECE_BYTES)

    def happened(self, what: str) -> None:
        self.saw[what] += 1
        self.network.tell(f"{self.name}#{self.connections}: {what}")

    async def _serve(self, phone: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        self.connections += 1
        rng = Random(f"{self.network.seed}/{self.name}/{self.connections}")
        try:
            await self._befall(rng, phone, back)
        except (OSError, asyncio.CancelledError):  # somebody hung up, or the network closes
            pass
        finally:
            back.close()

    async def _befall(self, rng: Random, phone: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        fates = (
            (self.weather.black_holes, self._black_hole),
            (self.weather.portals, self._portal),
            (self.weather.late, self._late),
        )
        drawn = rng.random()
        for share, fate in fates:
            if drawn < share:
                await fate(phone, back, rng)
                return
            drawn -= share
        await Passage(self, rng, phone, back).carry()

    async def _black_hole(self, phone: asyncio.StreamReader, back: asyncio.StreamWriter, rng: Random) -> None:
        self.happened("black hole")
        while self.weather.black_holes and (await _read(phone, 0.2)) != b"":
            pass
        _reset(back)

    async def _portal(self, phone: asyncio.StreamReader, back: asyncio.StreamWriter, rng: Random) -> None:
        self.happened("portal")
        await self._request(phone)
        back.write(PORTAL)
        await back.drain()

    async def _late(self, phone: asyncio.StreamReader, back: asyncio.StreamWriter, rng: Random) -> None:
        """The request is on its way for long; its sender is cut off and may ask again before it arrives."""
        request = await self._request(phone)
        _reset(back)
        if request:
            self.happened("late")
            self.later(request, rng)

    async def _request(self, phone: asyncio.StreamReader) -> bytes:
        requests = Requests()
        while content := await phone.read(PIECE_BYTES):
            self.saw["bytes up"] += len(content)
            if whole := requests.feed(content):
                return whole[0]
        return b""

    def later(self, request: bytes, rng: Random) -> None:
        """Bring a request to the server after some others, or after a while when there are none."""
        behind = len(self.network.passed) + rng.randint(1, 6)
        self.network.start(self._arrive(request, behind))

    async def _arrive(self, request: bytes, behind: int) -> None:
        for _ in range(round(LATE_SECONDS_MAX / 0.05)):
            if len(self.network.passed) >= behind:
                break
            await asyncio.sleep(0.05)
        with suppress(OSError):
            server, up = await asyncio.open_connection(*self.network.target)
            up.write(request)
            self.note(request)
            await up.drain()
            await _read(server, 30.0)
            _reset(up)

    def note(self, request: bytes) -> None:
        """A whole request went to the server."""
        words = request.split(b" HTTP/", 1)[0].decode("latin-1")
        self.asked.append(words)
        self.network.passed.append(f"{self.name} {words}")


class Passage:
    """One connection that gets through, for as long as its budgets last."""

    def __init__(
        self, line: Line, rng: Random, phone: asyncio.StreamReader, back: asyncio.StreamWriter
    ) -> None:
        self.line, self.rng, self.phone, self.back = line, rng, phone, back
        weather = line.weather
        self.budgets = {
            "up": _budget(rng, weather.up_bytes_between_cuts),
            "down": _budget(rng, weather.down_bytes_between_cuts),
        }
        self.stall_at = rng.randrange(200_000) if rng.random() < weather.stalls else None
        self.requests = Requests()
        self.carried = 0

    async def carry(self) -> None:
        try:
            server, up = await asyncio.open_connection(*self.line.network.target, limit=PIECE_BYTES)
        except OSError:
            self.line.saw["refused"] += 1  # the server is dead; not worth a line of history
            _reset(self.back)
            return
        ways = [
            asyncio.create_task(self._pour("up", self.phone, up)),
            asyncio.create_task(self._pour("down", server, self.back)),
        ]
        try:
            done, _ = await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            if any(way.result() for way in done):
                await self._cut(up)
            elif ways[1] not in done:  # the phone said all; the answer may still be coming
                up.write_eof()
                await asyncio.wait([ways[1]], timeout=30)
        finally:
            for way in ways:
                way.cancel()
            up.close()

    async def _pour(self, way: str, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> bool:
        """Passes bytes on until their end (False) or until the budget is used up (True)."""
        with suppress(OSError):
            while content := await source.read(min(PIECE_BYTES, self.budgets[way])):
                self.line.saw[f"bytes {way}"] += len(content)
                await self._weather(len(content))
                sink.write(content)
                await sink.drain()
                if way == "up":
                    self._look(content)
                elif content.startswith(b"HTTP/1.1 5"):
                    self.line.happened(content[:12].decode().replace("/1.1", ""))
                self.budgets[way] -= len(content)
                if self.budgets[way] <= 0 and self.line.weather is not CALM:
                    return True
        return False

    async def _weather(self, size: int) -> None:
        weather = self.line.weather
        self.carried += size
        if weather.bytes_a_second:
            await asyncio.sleep(size / weather.bytes_a_second)
        if self.stall_at is not None and self.carried > self.stall_at:
            self.stall_at = None
            self.line.happened("stall")
            await asyncio.sleep(self.rng.uniform(0.05, weather.stall_seconds_max))

    def _look(self, content: bytes) -> None:
        for request in self.requests.feed(content):
            self.line.note(request)
            if self.rng.random() < self.line.weather.repeated:
                self.line.happened("repeated")
                self.line.later(request, self.rng)

    async def _cut(self, up: asyncio.StreamWriter) -> None:
        weather = self.line.weather
        if self.rng.random() < weather.kills:
            self.line.happened("kill")
            self.line.network.kill()
        if self.rng.random() < weather.resets:
            self.line.happened("RST")
            _reset(self.back)
            await asyncio.sleep(LEARNS_LATER_SECONDS)
            _reset(up)
        else:
            self.line.happened("FIN")
            for end in (self.back, up):
                with suppress(OSError):
                    end.write_eof()
            await asyncio.sleep(LEARNS_LATER_SECONDS)  # and unread bytes would turn the end into a reset


class Network:
    """All lines, served by one thread of their own.

    target: host and port of the server. tell: hears every event. kill: what kills the server.
    """

    def __init__(
        self,
        target: tuple[str, int],
        seed: str,
        *,
        tell: Callable[[str], None] = lambda event: None,
        kill: Callable[[], None] = lambda: None,
    ) -> None:
        self.target, self.seed, self.tell, self.kill = target, seed, tell, kill
        self.lines: list[Line] = []
        self.passed: list[str] = []  # every whole request that went to the server, in order
        self._under_way: set[asyncio.Task[None]] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="network", daemon=True)
        self._thread.start()

    def line(self, name: str, weather: Weather = CALM) -> Line:
        line = Line(self, name, weather)
        asyncio.run_coroutine_threadsafe(line.open(), self._loop).result()
        self.lines.append(line)
        return line

    def start(self, arriving: object) -> None:
        task = self._loop.create_task(arriving)  # type: ignore[arg-type]
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    def saw(self) -> Counter[str]:
        return sum((Counter(line.saw) for line in self.lines), Counter())

    def calm(self) -> None:
        """No faults from now on; what is still under way arrives first."""
        for line in self.lines:
            line.weather = CALM

        async def arrived() -> None:
            while self._under_way:
                await asyncio.wait(self._under_way)

        asyncio.run_coroutine_threadsafe(arrived(), self._loop).result(60)

    def close(self) -> None:
        async def hang_up() -> None:
            for line in self.lines:
                line.listener.close()
            others = asyncio.all_tasks() - {asyncio.current_task()}
            for task in others:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)

        asyncio.run_coroutine_threadsafe(hang_up(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()


def _budget(rng: Random, mean: int) -> int:
    return max(1, round(rng.expovariate(1 / mean))) if mean else 1 << 62


async def _read(source: asyncio.StreamReader, seconds: float) -> bytes | None:
    """What comes within some seconds; None when nothing did."""
    try:
        return await asyncio.wait_for(source.read(PIECE_BYTES), seconds)
    except TimeoutError:
        return None


def _reset(writer: asyncio.StreamWriter) -> None:
    """Close with RST: the other end sees a broken connection, not an end."""
    raw = writer.get_extra_info("socket")
    if raw is not None:
        with suppress(OSError):
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
