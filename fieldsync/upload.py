"""One photo on its way: tus pieces, sent until it is stored or something else must happen first.

Nobody waits and nothing is stored here: `send` returns how far it came and why it ended (docs/protocol.md, Uploads).
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import StrEnum

from fieldsync.errors import AnswerBroken, Problem
from fieldsync.rules import Do, Piece, after_upload
from fieldsync.transport import Reply, Transport, problem_of

MOVES_MAX = 6
RESENDS_BEFORE_SMALL = 3
RESENDS_MAX = 8

Tell = Callable[[int], None]


class End(StrEnum):
    """Why a photo's turn ended."""

    STORED = "stored"  # the server verified and keeps it
    BAD = "bad"  # the server has it and cannot use it
    RENEW = "renew"  # the address is gone or exhausted: ask /sync for another
    CUT = "cut"  # no answer: where the server stands is unknown (HEAD first, after a wait)
    WAIT = "wait"  # the server asked for time
    STOP = "stop"  # nothing more can be sent now


SETTLED = {"stored": End.STORED, "bad": End.BAD}


@dataclass(frozen=True)
class Turn:
    """How far a photo came. `offset` in bytes as the server last told it; `sent` bytes of body went on the line
    in `requests`; `problem` says why for CUT, WAIT and STOP."""

    offset: int
    piece: Piece
    end: End | None = None
    problem: Problem | None = None
    retry_after: float | None = None
    sent: int = 0
    requests: int = 0
    moves: int = 0
    resends: int = 0

    def ended(self, end: End, problem: Problem | None = None, retry_after: float | None = None) -> Turn:
        return replace(self, end=end, problem=problem, retry_after=retry_after)


@dataclass
class Uploader:
    """Sends one photo at a time and remembers how large pieces may be on this line.

    watch: a monotonic clock in seconds.
    """

    transport: Transport
    watch: Callable[[], float]
    piece: Piece = field(default_factory=Piece)

    def send(
        self,
        content: bytes,
        *,
        url: str,
        offset: int,
        unsure: bool = False,
        careful: bool = False,
        tell: Tell,
    ) -> Turn:
        """Send `content` from `offset` on, until the turn ends.

        unsure: the last request got no answer, so ask the server where it stands first.
        careful: add a checksum to every piece, after a photo arrived damaged once.
        tell: called with the offset after every piece.
        """
        turn = Turn(offset, self.piece)
        if unsure:
            turn = self._ask(turn, url)
        while turn.end is None:
            if turn.offset >= len(content):
                turn = turn.ended(End.RENEW)  # all is there, but nobody said it is stored: /sync will
            else:
                turn = self._piece(turn, content, url, careful)
                tell(turn.offset)
        self.piece = turn.piece
        return turn

    def _ask(self, turn: Turn, url: str) -> Turn:
        turn = replace(turn, requests=turn.requests + 1)
        try:
            reply = self.transport.where(url)
        except Problem as problem:
            return turn.ended(End.CUT if problem.waiting_helps else End.STOP, problem)
        if after_upload(reply.status) is not Do.KEPT:
            return self._not_kept(turn, reply)
        if reply.photo_state() in SETTLED:
            return turn.ended(SETTLED[reply.photo_state() or ""])
        offset = reply.offset()
        return turn.ended(End.RENEW) if offset is None else replace(turn, offset=offset)

    def _piece(self, turn: Turn, content: bytes, url: str, careful: bool) -> Turn:
        part = content[turn.offset : turn.offset + turn.piece.size]
        checksum = base64.b64encode(hashlib.sha256(part).digest()).decode() if careful else None
        turn = replace(turn, sent=turn.sent + len(part), requests=turn.requests + 1)
        began = self.watch()
        try:
            reply = self.transport.piece(url, turn.offset, part, checksum=checksum)
        except Problem as problem:
            end = End.CUT if problem.waiting_helps else End.STOP
            return replace(turn, piece=turn.piece.after_failed()).ended(end, problem)
        if after_upload(reply.status) is Do.KEPT:
            return self._kept(turn, reply, turn.offset + len(part), self.watch() - began)
        return self._not_kept(turn, reply)

    def _kept(self, turn: Turn, reply: Reply, expected: int, seconds: float) -> Turn:
        offset = reply.offset()
        if offset is None or not turn.offset < offset <= expected:
            return turn.ended(End.WAIT, AnswerBroken(why="Upload-Offset"))
        turn = replace(turn, offset=offset, piece=turn.piece.after_kept(seconds), moves=0, resends=0)
        settled = SETTLED.get(reply.photo_state() or "")
        return turn.ended(settled) if settled else turn

    def _not_kept(self, turn: Turn, reply: Reply) -> Turn:
        do = after_upload(reply.status, code=reply.code())
        if do is Do.MOVE:
            offset = reply.offset()
            known = offset is not None and turn.moves < MOVES_MAX
            return replace(turn, offset=offset or 0, moves=turn.moves + 1) if known else turn.ended(End.RENEW)
        if do in (Do.RESEND, Do.SHRINK):
            if turn.resends >= RESENDS_MAX:
                return turn.ended(End.WAIT, problem_of(reply))
            small = do is Do.SHRINK or turn.resends + 1 >= RESENDS_BEFORE_SMALL
            piece = turn.piece.smallest() if small else turn.piece
            return replace(turn, resends=turn.resends + 1, piece=piece)
        if do is Do.RENEW:
            return turn.ended(End.RENEW, problem_of(reply))
        piece = turn.piece.after_failed() if do is Do.WAIT else turn.piece
        end = End.WAIT if do is Do.WAIT else End.STOP
        return replace(turn, piece=piece).ended(end, problem_of(reply), reply.retry_after)
