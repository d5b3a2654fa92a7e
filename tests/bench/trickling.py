"""The server's memory, and how long others wait, while many phones upload over bad lines; nginx in front."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bench.aims import say_aim
from tests.bench.cpu import private_mib
from tests.bench.load import prepared_for
from tests.bench.measuring import middle, ms, say, tail
from tests.bench.slow_phones import BITS_PER_SECOND, Upload, trickle
from tests.bench.stack import Stack
from tests.bench.wire import Line
from tests.deployment.front import Front, installed, made_secrets

PHONES = 200


def trickling(stack: Stack, folder: Path, *, seconds: int) -> None:
    uploads = announced(stack.address)
    with in_front(stack, folder) as (port, encrypted, roots):

        def memory_mib() -> float:
            return sum(private_mib(root) for root in roots)

        seen = trickle(port, uploads, seconds=seconds, memory_mib=memory_mib, encrypted=encrypted)
    door = "nginx in front" if encrypted else "NO nginx here: straight to the server"
    beside = f"{min(seen.memory_mib):.0f} before; {PHONES} phones of {BITS_PER_SECOND // 1000} kbit/s, {door}"
    say_aim("memory", [max(seen.memory_mib)], beside)
    waits = f"99th percentile {ms(tail(seen.waits))}, {len(seen.waits)} asked"
    say("  somebody else's quick request meanwhile", ms(middle(seen.waits)), waits)
    say(
        "  pieces kept",
        f"{seen.pieces}",
        f"{len(seen.refused)} refused, {seen.sent / 1e6:.1f} MB in {seconds} s",
    )
    for one in seen.refused[:3]:
        print(f"    {one[:200]!r}")


def announced(address: str) -> list[Upload]:
    """A phone each, with a photo the server asks for."""
    prepared, _ = prepared_for(address, "photos", PHONES, PHONES)
    line, uploads = Line(address), []
    for phone in (phone for mine in prepared for phone in mine):
        told = line.sync(phone.token, phone.request(phone.visits))
        size = phone.visits[0].pictures[0].size
        uploads.append(Upload(told["uploads"][0]["url"], phone.token, size))
    line.close()
    return uploads


@contextmanager
def in_front(stack: Stack, folder: Path) -> Iterator[tuple[int, bool, list[int]]]:
    """The port to ask, whether it speaks TLS, and whose memory counts."""
    port, server = int(stack.address.rpartition(":")[2]), stack.roots["server"]
    if not installed():
        yield port, False, [server]
        return
    front = Front(folder / "nginx", made_secrets(folder / "secrets"), (port, port))
    front.start()
    try:
        assert front.process
        yield front.port, True, [server, front.process.pid]
    finally:
        front.stop()
