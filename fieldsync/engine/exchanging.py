"""One exchange with the server: say what waits, hear what changed (POST /sync, protocol 6.5 and 6.9)."""

from __future__ import annotations

from fieldsync import rules, wire
from fieldsync.engine.course import Course
from fieldsync.engine.report import Event
from fieldsync.errors import (
    AnswerBroken,
    AnswerStale,
    ListDiffers,
    PhotoBad,
    Problem,
    ServerTrouble,
    UpdateNeeded,
)
from fieldsync.rules import Do, Step
from fieldsync.store import Applied
from fieldsync.transport import Reply, problem_of
from fieldsync.wire import Outgoing

THINGS_MAX = wire.ITEMS_PER_REQUEST + wire.PHOTOS_PER_REQUEST
HEALS_MAX = 1


class Exchanges:
    """The exchanges of one run: how many things the next one carries, and where the list stands."""

    def __init__(self, course: Course) -> None:
        self.course = course
        self.more = False
        self.caught_up = False
        self.outdated = False  # too old to be told changes: only push
        self.batch = THINGS_MAX
        self.suspect: str | None = None
        self.heals = 0
        self.server_time: str | None = None

    @property
    def nothing_to_hear(self) -> bool:
        """Whether the last page was read, as far as we are let."""
        return self.caught_up or self.outdated

    def step(self) -> Applied | None:
        """One request, and what its answer changed here; None when there was no answer to apply."""
        course = self.course
        course.tell(Event(Step.EXCHANGE))
        outgoing = self._load()
        pending = course.outbox.untold(outgoing)
        said = wire.request(
            outgoing,
            device=course.store.identity().device,
            cursor=course.outbox.cursor(),
            pending=pending,
            sent_at=course.clock(),
        )
        reply = course.ask(lambda: course.transport.sync(wire.body(said)))
        if reply is None:
            return None
        do = rules.after_sync(
            reply.status, code=reply.code(), failures=course.failures, things=len(outgoing.names)
        )
        if do is Do.APPLY:
            return self._apply(reply, outgoing, pending)
        self._refused(do, reply, outgoing)
        return None

    def _refused(self, do: Do, reply: Reply, outgoing: Outgoing) -> None:
        course, problem = self.course, problem_of(reply)
        if do is Do.SPLIT:
            self._split(outgoing.names, problem, busy=reply.status >= 500)
        elif do is Do.PUSH_ONLY:
            self._outdated()
        elif do is Do.STOP:
            course.stop(problem)
        else:
            if self.suspect is not None and not outgoing.names:
                self.suspect, self.batch = (
                    None,
                    1,
                )  # it was not that thing: the server stumbles over nothing, too
            # 415 comes here too: the transport speaks plainly from now on.
            course.failed(problem, 0.0 if do is Do.PLAIN else reply.retry_after)

    def _load(self) -> Outgoing:
        """What the next request carries; nothing on further pages of the list."""
        course = self.course
        if not (course.push and self.batch) or self.more:
            return Outgoing()
        outgoing = course.outbox.outgoing(self.batch, course.skip)
        if not outgoing.names:  # whatever waits and yet fits into no request must not keep us here
            for name in sorted(course.outbox.waiting() - course.skip):
                course.try_again(name, "too-large")
        return outgoing

    def _apply(self, reply: Reply, outgoing: Outgoing, pending: wire.Pending | None) -> Applied | None:
        course = self.course
        try:
            answer = wire.read_answer(reply.content)
        except AnswerBroken as problem:
            course.failed(problem)
            return None
        before = course.outbox.waiting()
        applied = course.outbox.apply(answer, asked=outgoing.kept, told=pending)
        if applied.stale:
            course.failed(AnswerStale())
            return None
        course.went_well()
        self.server_time = answer.server_time
        if answer.outdated:
            self._outdated()
        self._after_probe(outgoing)
        course.count["changes"] += applied.changes
        course.notes += [PhotoBad(photo=photo, why=reason) for photo, reason in applied.bad]
        self._count_sent(outgoing, before, {*applied.held})
        self._close(applied.more, healed=applied.healed)
        return applied

    def _outdated(self) -> None:
        if not self.outdated:
            self.course.notes.append(UpdateNeeded())
            self.course.codes["upgrade-required"] += 1
        self.outdated, self.more = True, False

    def _close(self, more: bool, *, healed: bool) -> None:
        """Was this the last page, and did the list add up?"""
        self.more = more
        self.heals += healed
        if self.heals > HEALS_MAX and healed:
            self.course.notes.append(ListDiffers())
        self.caught_up = not more and not (healed and self.heals <= HEALS_MAX)

    def _count_sent(self, outgoing: Outgoing, before: set[str], held: set[str]) -> None:
        course, after = self.course, self.course.outbox.waiting()
        settled = before - after
        course.count["submissions"] += sum(told.id in settled for told in outgoing.submissions)
        course.count["drafts"] += sum(draft.visit in settled for draft in outgoing.drafts)
        # Offered and not settled: the server asked for another try, or said nothing about it.
        again = [name for name in outgoing.names if name in after and name not in held]
        for name in again:
            course.try_again(name, "retry")
        if again and after - course.skip - held:
            course.last_problem = ServerTrouble(status="retry")
            course.codes["retry"] += 1
            course.wait = rules.wait_seconds(max(course.tries[name] for name in again), None, course.rng)

    def _split(self, names: tuple[str, ...], problem: Problem, *, busy: bool) -> None:
        """The request was not taken as a whole: fewer things, then one, then none, to learn which one it is. A server
        that has trouble of its own is given time between the tries."""
        if not names:
            self.course.stop(problem)
            return
        self.batch = rules.smaller_batch(min(self.batch, len(names)))
        self.suspect = names[0] if len(names) == 1 else None
        if busy:
            self.course.last_problem = problem
            self.course.wait = rules.wait_seconds(self.course.failures, None, self.course.rng)

    def _after_probe(self, outgoing: Outgoing) -> None:
        """A request was taken. If it carried nothing, the one thing left out of it is what the server cannot take."""
        if self.suspect is not None and not outgoing.names:
            self.course.park(self.suspect, "malformed")
            self.batch = THINGS_MAX
        self.suspect = None
        self.batch = min(THINGS_MAX, max(1, self.batch * 2))
