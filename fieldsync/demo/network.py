"""A bad network: a TCP relay that can be out of reach, and that cuts connections after some bytes.

One relay stands for one inspector's mobile network. Cuts come after an exponentially distributed number of bytes
sent upstream, half of them politely (FIN), half of them not (RST).
"""

import asyncio
import random
import socket
import struct
import threading
from contextlib import suppress
from dataclasses import dataclass, field

PIECE = 16 * 1024


@dataclass
class Seen:
    connections: int = 0
    cuts: int = 0
    refused: int = 0
    bytes_up: int = 0


@dataclass
class Relay:
    """127.0.0.1:`port` -> the server. `online` False refuses everybody, as a valley without signal does."""

    target: tuple[str, int]
    seed: str
    mean_bytes_between_cuts: int
    online: bool = False
    port: int = 0
    seen: Seen = field(default_factory=Seen)

    def __post_init__(self) -> None:
        self.rng = random.Random(self.seed)

    async def open(self) -> None:
        self._listener = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._listener.sockets[0].getsockname()[1]

    async def _serve(self, phone: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        with suppress(asyncio.CancelledError):  # the network closes
            await self._carry(phone, back)

    async def _carry(self, phone: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        if not self.online:
            self.seen.refused += 1
            _reset(back)
            return
        self.seen.connections += 1
        budget = int(self.rng.expovariate(1 / self.mean_bytes_between_cuts)) + 200
        try:
            server, up = await asyncio.open_connection(*self.target)
        except OSError:
            _reset(back)
            return
        answers = asyncio.create_task(_pour(server, back))
        if await self._upstream(phone, up, budget):
            self.seen.cuts += 1
            for end in (back, up):
                _reset(end) if self.rng.random() < 0.5 else end.close()
        answers.cancel()
        back.close()
        up.close()

    async def _upstream(self, phone: asyncio.StreamReader, up: asyncio.StreamWriter, budget: int) -> bool:
        """Passes bytes on until the phone is done (False) or the budget is used up (True)."""
        with suppress(OSError):
            while piece := await phone.read(min(PIECE, budget)):
                up.write(piece)
                await up.drain()
                self.seen.bytes_up += len(piece)
                budget -= len(piece)
                if budget <= 0:
                    return True
        return False


async def _pour(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while piece := await source.read(PIECE):
            sink.write(piece)
            await sink.drain()
        sink.close()


def _reset(writer: asyncio.StreamWriter) -> None:
    """Close with RST: the other end sees a broken connection, not an end."""
    raw = writer.get_extra_info("socket")
    if raw is not None:
        with suppress(OSError):
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


class Network:
    """All relays, served by one thread of their own."""

    def __init__(self, target: tuple[str, int]) -> None:
        self.target = target
        self.relays: list[Relay] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="network", daemon=True)
        self._thread.start()

    def relay(self, seed: str, mean_bytes_between_cuts: int) -> Relay:
        relay = Relay(self.target, seed, mean_bytes_between_cuts)
        asyncio.run_coroutine_threadsafe(relay.open(), self._loop).result()
        self.relays.append(relay)
        return relay

    def close(self) -> None:
        """Everybody is out of reach from now on."""

        async def hang_up() -> None:
            others = asyncio.all_tasks() - {asyncio.current_task()}
            for task in others:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)

        asyncio.run_coroutine_threadsafe(hang_up(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def seen(self) -> Seen:
        seen = [relay.seen for relay in self.relays]
        return Seen(
            sum(s.connections for s in seen),
            sum(s.cuts for s in seen),
            sum(s.refused for s in seen),
            sum(s.bytes_up for s in seen),
        )
