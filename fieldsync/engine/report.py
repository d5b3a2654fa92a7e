"""What a sync tells while it runs, and when it has ended."""

from __future__ import annotations

from dataclasses import dataclass

from fieldsync.errors import Problem
from fieldsync.rules import Step
from fieldsync.wire import Pending


@dataclass(frozen=True)
class Event:
    """What a watcher hears: the step that begins (wait: `seconds`; upload: `photo`, with `offset` of `size` bytes), and
    the problem before a wait."""

    step: Step
    photo: str | None = None
    offset: int = 0
    size: int = 0
    photos_left: int = 0
    seconds: float = 0.0
    problem: Problem | None = None


@dataclass(frozen=True)
class Report:
    """What one run did. `problem` says why it ended early (None: it ended because nothing was left to try);
    `remains` what still waits; `notes` problems of single things, which stopped nothing else."""

    problem: Problem | None
    remains: Pending
    notes: tuple[Problem, ...] = ()
    submissions: int = 0
    drafts: int = 0
    photos: int = 0
    photo_bytes: int = 0  # bytes of photos put on the line, repeated ones too
    changes: int = 0
    papers: int = 0
    requests: int = 0
    waits: int = 0
    waited_seconds: float = 0.0
    healed: int = 0

    @property
    def done(self) -> bool:
        """Whether everything is with the server."""
        left = self.remains
        return self.problem is None and not (left.drafts or left.submissions or left.photos)

    def words(self, language: str = "en") -> list[str]:
        """The report in plain words, a sentence a line."""
        left, indonesian = self.remains, language == "id"
        sent = (
            f"Terkirim: {self.submissions} kunjungan, {self.drafts} draf, {self.photos} foto."
            if indonesian
            else f"Sent: {self.submissions} visits, {self.drafts} drafts, {self.photos} photos."
        )
        waiting = (
            f"Masih menunggu di sini: {left.submissions} kunjungan, {left.drafts} draf, {left.photos} foto"
            f" ({left.photo_bytes // 1024} KiB)."
            if indonesian
            else f"Still waiting here: {left.submissions} visits, {left.drafts} drafts, {left.photos} photos"
            f" ({left.photo_bytes // 1024} KiB)."
        )
        everything = "Semua sudah di server." if indonesian else "Everything is with the server."
        problems = [*self.notes, *([self.problem] if self.problem else [])]
        return [
            sent,
            *(problem.words(language) for problem in problems),
            everything if self.done else waiting,
        ]
