"""One run of the sync: a flat loop over rules.next_step, one exit per outcome.

The only durable effects are the transactions of the store; a kill between any two lines leaves the phone as it was
before or after one of them, and the next run goes on from there.
"""

from __future__ import annotations

import time
from dataclasses import replace

from fieldsync import rules, wire
from fieldsync.engine.course import Course
from fieldsync.engine.exchanging import Exchanges
from fieldsync.engine.fetching import Papers
from fieldsync.engine.report import Report, record_of
from fieldsync.engine.sending import Photos, Purse
from fieldsync.errors import Problem
from fieldsync.rules import Budget, State, Step
from fieldsync.store import Ledger


class Run:
    """A run in progress."""

    def __init__(self, course: Course, budget: Budget) -> None:
        self.course = course
        self.ledger = Ledger(course.store.db)
        self.before = replace(course.transport.traffic)
        self.began, self.began_at = course.watch(), course.clock()
        day = self.began_at.date().isoformat()
        self.purse = Purse(self.ledger, course.transport.traffic, budget, day)
        self.exchanges = Exchanges(course)
        self.papers = Papers(course)
        self.photos = Photos(course, self.ledger, self.purse)

    def go(self) -> Report:
        """Everything until nothing is left to try. Raises SyncRunning when another run holds the store."""
        course = self.course
        take = {
            Step.WAIT: course.do_wait,
            Step.EXCHANGE: self._exchange,
            Step.FETCH: self.papers.step,
            Step.UPLOAD: self.photos.step,
        }
        with course.outbox.lease(self.began_at.timestamp()):
            begun = {"began_at": wire.utc_text(self.began_at), "client": wire.CLIENT, "ended": False}
            number = self.ledger.begin_run(begun)
            self.photos.begin()
            while (step := rules.next_step(self._state())) is not Step.DONE:
                try:
                    course.still_ours()
                    take[step]()
                except Problem as problem:  # of this machine: a full disk, a lease that was taken over
                    course.stop(problem)
            self._sweep()
            report = self._report()
            self._close(number, begun, report)
        return report

    def _state(self) -> State:
        course = self.course
        uploads = self.photos.left()
        return State(
            stopped=course.stopped is not None,
            failures=course.failures,
            failures_max=course.failures_max,
            wait_seconds=course.wait,
            caught_up=self.exchanges.nothing_to_hear,
            unsent=len(course.outbox.waiting() - course.skip) if course.push else 0,
            papers=len(self.papers.wanted),
            uploads=uploads,
        )

    def _exchange(self) -> None:
        if not self.purse.documents_may_go():
            self.course.stop(self.purse.words())
            return
        began, before = self.course.watch(), self.course.transport.traffic.total
        applied = self.exchanges.step()
        size, seconds = self.course.transport.traffic.total - before, self.course.watch() - began
        if applied is None:
            return
        self.photos.uploader.piece = self.photos.uploader.piece.after_exchange(size, seconds)
        self.photos.hold(applied.held)
        if self.exchanges.caught_up:
            self.papers.look()

    def _sweep(self) -> None:
        try:
            self.course.outbox.sweep(time.time())  # file times are the system's, whatever clock we were given
        except Problem as problem:
            self.course.notes.append(problem)

    def _report(self) -> Report:
        course, traffic = self.course, self.course.transport.traffic
        given_up = course.last_problem if course.failures >= course.failures_max else None
        held = self.photos.waiting_words() if course.push else []
        counts = ("submissions", "drafts", "photos", "photo_bytes", "changes", "papers", "waits")
        return Report(
            problem=course.stopped or given_up,
            remains=course.outbox.pending(),
            notes=(*course.notes, *held),
            requests=traffic.requests - self.before.requests,
            bytes_up=traffic.up - self.before.up,
            bytes_down=traffic.down - self.before.down,
            seconds=self.course.watch() - self.began,
            waited_seconds=course.waited,
            healed=self.exchanges.heals,
            server_time=self.exchanges.server_time,
            failures=dict(course.codes),
            **{name: course.count[name] for name in counts},
        )

    def _close(self, number: int, begun: dict[str, object], report: Report) -> None:
        """What support may ask for later; a full disk must not hide what was sent."""
        try:
            self.purse.close()
            piece = self.photos.uploader.piece
            record = {**begun, "ended": True, "piece_bytes": piece.size, **record_of(report)}
            self.ledger.end_run(number, record, piece.memory())
        except Problem as problem:
            self.course.codes[problem.code] += 1
