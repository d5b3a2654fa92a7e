"""One photo on its way: tus pieces, sent until it is stored or something else must happen first (protocol 6.7).

Nobody waits and nothing is stored here: `send` returns how far it came and why it ended.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Protocol

from fieldsync.errors import AnswerBroken, Problem
from fieldsync.rules import Do, Piece, after_upload
from fieldsync.transport import Reply, Transport, problem_of

MOVES_MAX = 6
RESENDS_BEFORE_SMALL = 3
RESENDS_MAX = 8
LINE_BROKE = (400, 408)  # as seen by a server or proxy that could still say so


class End(StrEnum):
    """Why a photo's turn ended."""

    STORED = "stored"  # the server verified and keeps it
    BAD = "bad"  # the server has it and cannot use it
    RENEW = "renew"  # the address is gone or exhausted: ask /sync for another
    CUT = "cut"  # no answer: where the server stands is unknown (HEAD first, after a wait)
    WAIT = "wait"  # the server asked for time
    HELD = "held"  # the gate is closed: documents go first, or nothing more may be spent
    STOP = "stop"  # nothing more can be sent now


SETTLED = {"stored": End.STORED, "bad": End.BAD}


class Gate(Protocol):
    """Who is asked before each piece, and told after it."""

    def room(self, wanted: int) -> int:
        """How many of `wanted` bytes may go now; 0 when the photo has to wait."""

    def passed(self, offset: int) -> None:
        """The server keeps `offset` bytes of the photo."""


@dataclass(frozen=True)
class Parcel:
    """A photo to be sent: its bytes, the address the server named, and in which epoch it did.

    unsure   the last request got no answer, so the server is asked first where it stands
    careful  every piece goes with a checksum, after the photo arrived damaged once
    """

    content: bytes = field(repr=False)
    url: str
    epoch: str | None = None
    unsure: bool = False
    careful: bool = False


@dataclass(frozen=True)
class Turn:
    """How far a photo came. `offset` in bytes as the server last told it; `sent` bytes of body went on the line;
    `problem` says why for CUT, WAIT, RENEW and STOP."""

    offset: int
    piece: Piece
    end: End | None = None
    problem: Problem | None = None
    retry_after: float | None = None
    sent: int = 0
    moves: int = 0
    resends: int = 0

    def ended(self, end: End, problem: Problem | None = None, retry_after: float | None = None) -> Turn:
        return replace(self, end=end, problem=problem, retry_after=retry_after)


@dataclass
class Uploader:
    """Sends one photo at a time and knows how large pieces may be on this line.

    watch: a monotonic clock in seconds.
    """

    transport: Transport
    watch: Callable[[], float]
    piece: Piece = field(default_factory=Piece)

    def send(self, parcel: Parcel, *, offset: int, gate: Gate) -> Turn:
        """Send a photo from `offset` on, until the turn ends."""
        turn = Turn(offset, self.piece)
        if parcel.unsure:
            turn = self._ask(turn, parcel)
        while turn.end is None:
            if turn.offset >= len(parcel.content):
                turn = turn.ended(End.RENEW)  # all is there, but nobody said it is stored: /sync will
            else:
                turn = self._piece(turn, parcel, gate)
                gate.passed(turn.offset)
        self.piece = turn.piece
        return turn

    def _ask(self, turn: Turn, parcel: Parcel) -> Turn:
        try:
            reply = self.transport.where(parcel.url)
        except Problem as problem:
            return turn.ended(End.CUT if problem.waiting_helps else End.STOP, problem)
        if _elsewhere(reply, parcel):
            return turn.ended(End.RENEW)
        if after_upload(reply.status) is not Do.KEPT:
            return self._not_kept(turn, reply, 0)
        if reply.photo_state() in SETTLED:
            return turn.ended(SETTLED[reply.photo_state() or ""])
        offset = reply.offset()
        return turn.ended(End.RENEW) if offset is None else replace(turn, offset=offset)

    def _piece(self, turn: Turn, parcel: Parcel, gate: Gate) -> Turn:
        room = gate.room(turn.piece.size_for(len(parcel.content) - turn.offset))
        if room <= 0:
            return turn.ended(End.HELD)
        part = parcel.content[turn.offset : turn.offset + room]
        checksum = base64.b64encode(hashlib.sha256(part).digest()).decode() if parcel.careful else None
        turn = replace(turn, sent=turn.sent + len(part))
        began = self.watch()
        try:
            reply = self.transport.piece(parcel.url, turn.offset, part, checksum=checksum)
        except Problem as problem:
            end = End.CUT if problem.waiting_helps else End.STOP
            return replace(turn, piece=turn.piece.after_cut(len(part))).ended(end, problem)
        if _elsewhere(reply, parcel):
            return turn.ended(End.RENEW)
        if after_upload(reply.status) is not Do.KEPT:
            return self._not_kept(turn, reply, len(part))
        return self._kept(turn, reply, len(part), self.watch() - began)

    def _kept(self, turn: Turn, reply: Reply, size: int, seconds: float) -> Turn:
        offset = reply.offset()
        if offset is None or not turn.offset < offset <= turn.offset + size:
            return turn.ended(End.WAIT, AnswerBroken(why="Upload-Offset"))
        piece = turn.piece.after_kept(size, seconds)
        turn = replace(turn, offset=offset, piece=piece, moves=0, resends=0)
        settled = SETTLED.get(reply.photo_state() or "")
        return turn.ended(settled) if settled else turn

    def _not_kept(self, turn: Turn, reply: Reply, size: int) -> Turn:
        do = after_upload(reply.status, code=reply.code())
        if do is Do.MOVE:
            offset = reply.offset()
            known = offset is not None and turn.moves < MOVES_MAX
            return replace(turn, offset=offset or 0, moves=turn.moves + 1) if known else turn.ended(End.RENEW)
        if do in (Do.RESEND, Do.SHRINK):
            if turn.resends >= RESENDS_MAX:
                return turn.ended(End.WAIT, problem_of(reply))
            piece = turn.piece.after_refused(size) if do is Do.SHRINK else turn.piece
            if do is Do.RESEND and turn.resends + 1 >= RESENDS_BEFORE_SMALL:
                piece = piece.smallest()
            return replace(turn, resends=turn.resends + 1, piece=piece)
        if do is Do.RENEW:
            return turn.ended(End.RENEW, problem_of(reply))
        if reply.status in LINE_BROKE and size:
            turn = replace(turn, piece=turn.piece.after_cut(size))
        end = End.WAIT if do is Do.WAIT else End.STOP
        return turn.ended(end, problem_of(reply), reply.retry_after)


def _elsewhere(reply: Reply, parcel: Parcel) -> bool:
    """Whether the answer comes from another history of the server, about which /sync has to be asked first."""
    return reply.epoch() is not None and reply.epoch() != parcel.epoch
