"""What a sync tells while it runs, and when it has ended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

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
    """What one run did.

    problem      why it ended early; None: it ended because nothing was left to try
    remains      what still waits here
    notes        problems of single things, which stopped nothing else, and why photos wait (a budget)
    photo_bytes  of photos put on the line, repeated ones too
    bytes_up, bytes_down   application bytes with their HTTP heads
    seconds      how long it took, by a monotonic clock, `waited_seconds` of it waiting
    server_time  the server's clock in its last answer; None when there was none
    failures     how often what went wrong, by code
    """

    problem: Problem | None
    remains: Pending
    notes: tuple[Problem, ...] = ()
    submissions: int = 0
    drafts: int = 0
    photos: int = 0
    photo_bytes: int = 0
    changes: int = 0
    papers: int = 0
    requests: int = 0
    bytes_up: int = 0
    bytes_down: int = 0
    seconds: float = 0.0
    waits: int = 0
    waited_seconds: float = 0.0
    healed: int = 0
    server_time: str | None = None
    failures: Mapping[str, int] = field(default_factory=dict, hash=False)

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


def record_of(report: Report) -> dict[str, Any]:
    """A run for those who help: numbers, codes and both clocks; never contents, names or places."""
    counted = ("requests", "bytes_up", "bytes_down", "changes", "papers", "waits", "healed")
    sent = ("submissions", "drafts", "photos", "photo_bytes")
    left = asdict(report.remains)
    left.pop("oldest")
    return {
        "server_time": report.server_time,
        "seconds": round(report.seconds, 3),
        "waited_seconds": round(report.waited_seconds, 3),
        **{name: getattr(report, name) for name in counted},
        "sent": {name: getattr(report, name) for name in sent},
        "failures": dict(report.failures),
        "problem": report.problem.code if report.problem else None,
        "notes": dict(Counter(note.code for note in report.notes)),
        "unsent": left,
    }
