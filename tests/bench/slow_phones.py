"""Many phones on bad lines, uploading at once, and one person who asks for something quick meanwhile.

    figures = trickle(port, uploads, encrypted=True, seconds=30, memory_mib=whole.memory_mib)

Plain sockets of one event loop: the driver itself must cost next to nothing.
"""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

BITS_PER_SECOND = 20_000
PIECE_BYTES = 20_000  # what our phones choose for such a line: eight seconds
SENT_EVERY_SECONDS = 0.5
ASKED_EVERY_SECONDS = 0.1
ANSWER_SECONDS_MAX = 10.0


@dataclass(frozen=True)
class Upload:
    """Where one phone sends its bytes, as whom, and how many there are."""

    address: str
    token: str
    size: int


@dataclass
class Figures:
    """What was seen.

    pieces, refused   pieces answered with 204, and otherwise
    sent              bytes of photos put on the line
    waits             seconds the quick requests took; ANSWER_SECONDS_MAX stands for no answer
    memory_mib        of the server, before and then about once a second
    """

    pieces: int = 0
    refused: list[bytes] = field(default_factory=list)
    sent: int = 0
    waits: list[float] = field(default_factory=list)
    memory_mib: list[float] = field(default_factory=list)


@dataclass(frozen=True)
class Lines:
    port: int
    encrypted: bool
    until: float
    bytes_per_second: float
    piece_bytes: int

    async def open(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        name = "localhost" if self.encrypted else None
        context = believing() if self.encrypted else None
        return await asyncio.open_connection("127.0.0.1", self.port, ssl=context, server_hostname=name)

    @property
    def over(self) -> bool:
        return time.monotonic() > self.until


def trickle(
    port: int,
    uploads: Sequence[Upload],
    *,
    seconds: float,
    memory_mib: Callable[[], float],
    encrypted: bool = False,
    bits_per_second: float = BITS_PER_SECOND,
    piece_bytes: int = PIECE_BYTES,
    quick: str = "/healthz",
) -> Figures:
    """One phone for each upload, for so long; `quick` is the path that is asked for meanwhile."""
    until = time.monotonic() + seconds
    lines = Lines(port, encrypted, until, bits_per_second / 8, piece_bytes)
    return asyncio.run(_everybody(lines, uploads, quick, memory_mib))


async def _everybody(
    lines: Lines, uploads: Sequence[Upload], quick: str, memory_mib: Callable[[], float]
) -> Figures:
    figures = Figures(memory_mib=[memory_mib()])
    phones = [_phone(lines, upload, number / len(uploads), figures) for number, upload in enumerate(uploads)]
    others = [_asking(lines, quick, figures), _weighing(lines, memory_mib, figures)]
    async with asyncio.TaskGroup() as group:
        for one in [*phones, *others]:
            group.create_task(one)
    return figures


async def _phone(lines: Lines, upload: Upload, late: float, figures: Figures) -> None:
    """Piece after piece; what is on its way when time is over is left, as a cut would leave it."""
    await asyncio.sleep(late)  # not all in the same instant
    reader, writer = await lines.open()
    try:
        offset = 0
        while not lines.over and offset < upload.size:
            size = min(lines.piece_bytes, upload.size - offset)
            if not await _send(lines, writer, upload, offset, size, figures):
                return
            answer = await asyncio.wait_for(
                _answer(reader), lines.until + ANSWER_SECONDS_MAX - time.monotonic()
            )
            if b" 204 " not in answer:
                figures.refused.append(answer)
                return
            figures.pieces += 1
            offset += size
    except (OSError, TimeoutError) as error:
        figures.refused.append(repr(error).encode())
    finally:
        await _hang_up(writer)


async def _send(
    lines: Lines, writer: asyncio.StreamWriter, upload: Upload, offset: int, size: int, figures: Figures
) -> bool:
    """False when time was over before the last byte."""
    head = [
        f"PATCH {upload.address} HTTP/1.1",
        "Host: localhost",
        f"Authorization: Bearer {upload.token}",
        "Tus-Resumable: 1.0.0",
        "Content-Type: application/offset+octet-stream",
        f"Upload-Offset: {offset}",
        f"Content-Length: {size}",
    ]
    writer.write("\r\n".join([*head, "", ""]).encode())
    step = max(1, int(lines.bytes_per_second * SENT_EVERY_SECONDS))
    for begin in range(0, size, step):
        if lines.over:
            return False
        content = b"\xff" * min(step, size - begin)
        writer.write(content)
        await writer.drain()
        figures.sent += len(content)
        await asyncio.sleep(SENT_EVERY_SECONDS)
    return True


async def _asking(lines: Lines, path: str, figures: Figures) -> None:
    while not lines.over:
        began = time.monotonic()
        try:
            await asyncio.wait_for(_asked(lines, path), ANSWER_SECONDS_MAX)
            figures.waits.append(time.monotonic() - began)
        except (OSError, TimeoutError, asyncio.IncompleteReadError):
            figures.waits.append(ANSWER_SECONDS_MAX)
        await asyncio.sleep(ASKED_EVERY_SECONDS)


async def _asked(lines: Lines, path: str) -> None:
    reader, writer = await lines.open()
    try:
        writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
        await reader.readuntil(b"\r\n\r\n")
    finally:
        await _hang_up(writer)


async def _weighing(lines: Lines, memory_mib: Callable[[], float], figures: Figures) -> None:
    while not lines.over:
        await asyncio.sleep(1)
        figures.memory_mib.append(memory_mib())


async def _hang_up(writer: asyncio.StreamWriter) -> None:
    """At once: what is still to be said is not said."""
    writer.transport.abort()
    with suppress(OSError):
        await writer.wait_closed()


async def _answer(reader: asyncio.StreamReader) -> bytes:
    """The head of an answer; one without a body, if all goes well. Empty when the line was closed."""
    try:
        return await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return b""


def believing() -> ssl.SSLContext:
    """Whoever answers on our own loopback is believed."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context
