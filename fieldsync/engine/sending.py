"""Photos on their way: one at a time, documents before them, and never more than the person allows (protocol 6.7)."""

from __future__ import annotations

from dataclasses import dataclass

from fieldsync.engine.course import A_PHOTO, Course
from fieldsync.engine.report import Event
from fieldsync.errors import BudgetSpent, PhotoGone, PhotosLater, PhotosOff, Problem, ServerTrouble
from fieldsync.rules import PIECE_BYTES_MIN, Budget, Step, remembered_piece
from fieldsync.rules.budget import HEADS_BYTES
from fieldsync.store import Ledger, Photo
from fieldsync.transport import Traffic
from fieldsync.upload import End, Parcel, Turn, Uploader


class Purse:
    """What may still be spent today. The day is the one at the run's begin, whatever the phone's clock does later;
    within a run only bytes are counted, and they are written down before they are spent."""

    def __init__(self, ledger: Ledger, traffic: Traffic, budget: Budget, day: str) -> None:
        self.ledger, self.traffic, self.budget, self.day = ledger, traffic, budget, day
        self._before = ledger.spent(day) - traffic.total

    @property
    def spent(self) -> int:
        return self._before + self.traffic.total

    def room(self, wanted: int) -> int:
        """How many of `wanted` bytes of a photo may go now; 0 when only crumbs are left."""
        left = self.budget.room(self.spent)
        allowed = wanted if left is None or left >= wanted else left if left >= PIECE_BYTES_MIN else 0
        if allowed:
            self.ledger.spend(self.day, self.spent + allowed + HEADS_BYTES)
        return allowed

    def is_closed(self) -> bool:
        """Whether no photo may go."""
        left = self.budget.room(self.spent)
        return left is not None and left < PIECE_BYTES_MIN

    def documents_may_go(self) -> bool:
        return self.budget.documents_may_go(self.spent)

    def words(self) -> Problem:
        """Why photos wait here."""
        if self.budget.documents_only:
            return PhotosOff()
        return BudgetSpent(kib=(self.budget.bytes_a_day or 0) // 1024)

    def close(self) -> None:
        self.ledger.spend(self.day, self.spent)


class Photos:
    """The photos of one run."""

    def __init__(self, course: Course, ledger: Ledger, purse: Purse) -> None:
        self.course, self.purse = course, purse
        self.uploader = Uploader(course.transport, course.watch, remembered_piece(ledger.line()))
        self.unsure: set[str] = set()
        self.later: set[str] = set()  # the server takes these when others are through
        self.through = 0
        self.held = purse.is_closed()

    def begin(self) -> None:
        """When photos may go, every address is asked for anew; when they may not, they are only announced, once."""
        if self.course.push and not self.held:
            self.course.outbox.begin()

    def left(self) -> int:
        """How many photos can be sent now."""
        course = self.course
        if not course.push or self.held:
            return 0
        left = course.outbox.uploads_left(course.skip)
        if not left and self.later and self.through:  # there is room again: ask once more
            course.skip -= self.later
            self.later, self.through = set(), 0
        return left

    def hold(self, photos: tuple[str, ...]) -> None:
        """The server takes these later."""
        self.later |= {*photos}
        self.course.skip |= {*photos}

    def step(self) -> None:
        """The next photo's turn."""
        course = self.course
        left, photo = course.outbox.uploads_left(course.skip), course.outbox.next_upload(course.skip)
        if photo is None:  # another process took it back between two looks
            return
        gate = _Gate(self, photo, left)
        gate.passed(photo.offset)
        try:
            content = course.store.photo_content(photo)
        except PhotoGone as problem:
            course.outbox.note_photo(photo.id, "lost", offset=photo.offset, reason="file")
            course.notes.append(problem)
            return
        parcel = Parcel(
            content, photo.url or "", course.outbox.epoch(), photo.id in self.unsure, photo.careful
        )
        turn = self.uploader.send(parcel, offset=photo.offset, gate=gate)
        course.count["photo_bytes"] += turn.sent
        self.unsure.discard(photo.id)
        if turn.offset > photo.offset:
            course.went_well()
        self._after(photo, turn)

    def _after(self, photo: Photo, turn: Turn) -> None:
        course, outbox = self.course, self.course.outbox
        if turn.end is End.STORED:
            course.went_well()
            outbox.note_photo(photo.id, "stored", offset=photo.size)
            course.count["photos"] += 1
            self.through += 1
        elif turn.end in (End.RENEW, End.BAD):
            # /sync knows the reason, or another address.
            damaged = turn.problem is not None and turn.problem.facts.get("status") == 410
            outbox.note_photo(photo.id, "captured", offset=0, careful=damaged)
            course.try_again(photo.id, "renew", A_PHOTO)
        else:
            outbox.note_photo(photo.id, "sending", offset=turn.offset)
            self._halted(photo, turn)

    def _halted(self, photo: Photo, turn: Turn) -> None:
        problem = turn.problem or ServerTrouble(status="?")
        if turn.end is End.CUT:
            self.unsure.add(photo.id)
        if turn.end is End.STOP:
            self.course.stop(problem)
        elif turn.end is not End.HELD:
            self.course.failed(problem, turn.retry_after)

    def waiting_words(self) -> list[Problem]:
        """Why photos that could go did not, in plain words; [] when none waits."""
        held = [self.purse.words()] if self.held and self.course.outbox.pending().photos else []
        return [*held, *([PhotosLater(count=len(self.later))] if self.later else [])]


@dataclass
class _Gate:
    """Between two pieces: documents that were finished meanwhile go first, and the purse may be empty."""

    photos: Photos
    photo: Photo
    left: int

    def room(self, wanted: int) -> int:
        if self.photos.course.outbox.documents_wait(self.photos.course.skip):
            return 0
        allowed = self.photos.purse.room(wanted)
        self.photos.held = self.photos.held or not allowed
        return allowed

    def passed(self, offset: int) -> None:
        self.photos.course.still_ours()
        self.photos.course.tell(Event(Step.UPLOAD, self.photo.id, offset, self.photo.size, self.left))
