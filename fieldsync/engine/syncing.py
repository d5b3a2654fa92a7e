"""One run of the sync: a flat loop over rules.next_step, one exit per outcome.

The only durable effects are the transactions of the outbox; a kill between any two lines leaves the phone as it was
before or after one of them, and the next run goes on from there.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from random import Random

from fieldsync import rules, wire
from fieldsync.engine.report import Event, Report
from fieldsync.errors import (
    AnswerBroken,
    AnswerStale,
    ListDiffers,
    NeedsHelp,
    PaperNotFetched,
    PhotoBad,
    PhotoGone,
    Problem,
    ServerTrouble,
)
from fieldsync.rules import Do, State, Step
from fieldsync.store import Outbox, Paper, Photo, Store
from fieldsync.transport import Reply, Transport, problem_of
from fieldsync.upload import End, Turn, Uploader
from fieldsync.wire import Outgoing

THINGS_MAX = wire.ITEMS_PER_REQUEST + wire.PHOTOS_PER_REQUEST
TRIES_MAX = 4  # of one thing in one run; more than the generations a server gives a photo
HEALS_MAX = 1
BEAT_SECONDS = 60.0
AN_ITEM = {"what": "document", "what_id": "dokumen"}
A_PHOTO = {"what": "photo", "what_id": "foto"}


@dataclass
class Run:
    """A run in progress. `push` False only fetches; `failures_max` failures in a row end it."""

    store: Store
    transport: Transport
    clock: Callable[[], datetime]
    rng: Random
    sleep: Callable[[float], None]
    watch: Callable[[], float]
    tell: Callable[[Event], None]
    push: bool = True
    failures_max: int = 8

    stopped: Problem | None = None
    failures: int = 0
    last_problem: Problem | None = None
    wait: float = 0.0
    more: bool = False
    caught_up: bool = False
    news: bool = False  # photos were stored since the last page: it has more to tell
    batch: int = THINGS_MAX
    suspect: str | None = None
    heals: int = 0
    papers: list[Paper] = field(default_factory=list)
    tries: Counter[str] = field(default_factory=Counter)
    skip: set[str] = field(default_factory=set)
    unsure: set[str] = field(default_factory=set)
    notes: list[Problem] = field(default_factory=list)
    count: Counter[str] = field(default_factory=Counter)
    waited: float = 0.0
    beat: float = 0.0

    def __post_init__(self) -> None:
        self.outbox = Outbox(self.store)
        self.uploader = Uploader(self.transport, self.watch)

    def go(self) -> Report:
        """Everything until nothing is left to try. Raises SyncRunning when another run holds the store."""
        take = {
            Step.WAIT: self._wait,
            Step.EXCHANGE: self._exchange,
            Step.FETCH: self._fetch,
            Step.UPLOAD: self._upload,
        }
        self.beat = self.watch()
        with self.outbox.lease(self.clock().timestamp()):
            self.outbox.begin()
            while (step := rules.next_step(self._state())) is not Step.DONE:
                try:
                    self._still_ours()
                    take[step]()
                except Problem as problem:  # of this machine: a full disk, a lease that was taken over
                    self.stopped = problem
            self._sweep()
        return self._report()

    def _state(self) -> State:
        uploads = self.outbox.uploads_left(self.skip) if self.push else 0
        return State(
            stopped=self.stopped is not None,
            failures=self.failures,
            failures_max=self.failures_max,
            wait_seconds=self.wait,
            caught_up=self.caught_up and not (self.news and not uploads),
            unsent=len(self.outbox.waiting() - self.skip) if self.push else 0,
            papers=len(self.papers),
            uploads=uploads,
        )

    def _still_ours(self) -> None:
        if self.watch() - self.beat > BEAT_SECONDS:
            self.outbox.renew(self.clock().timestamp())
            self.beat = self.watch()

    # Wait

    def _wait(self) -> None:
        seconds, self.wait = self.wait, 0.0
        self.tell(Event(Step.WAIT, seconds=seconds, problem=self.last_problem))
        self.count["waits"] += 1
        self.waited += seconds
        self.sleep(seconds)

    def _failed(self, problem: Problem, retry_after: float | None = None) -> None:
        """Something that time may mend."""
        self.failures += 1
        self.last_problem = problem
        self.wait = rules.wait_seconds(self.failures, retry_after, self.rng)
        if retry_after is not None and retry_after > rules.WAIT_SECONDS_MAX:
            self.stopped = problem  # longer than anybody looks at a screen; the next run will see

    def _went_well(self) -> None:
        self.failures = 0
        self.last_problem = None

    # Exchange

    def _exchange(self) -> None:
        self.tell(Event(Step.EXCHANGE))
        outgoing = self._load()
        said = wire.request(
            outgoing,
            device=self.store.identity().device,
            cursor=self.outbox.cursor(),
            pending=self.outbox.pending(),
            sent_at=self.clock(),
        )
        reply = self._ask(lambda: self.transport.sync(wire.body(said)))
        if reply is None:
            return
        things = len(outgoing.names)
        do = rules.after_sync(reply.status, code=reply.code(), failures=self.failures, things=things)
        if do is Do.APPLY:
            self._apply(reply, outgoing)
        elif do is Do.SPLIT:
            self._split(outgoing.names, problem_of(reply))
        elif do is Do.STOP:
            self.stopped = problem_of(reply)
        else:
            # 415 comes here too: the transport speaks plainly from now on.
            self._failed(problem_of(reply), 0.0 if do is Do.PLAIN else reply.retry_after)

    def _load(self) -> Outgoing:
        """What the next request carries; nothing on further pages of the list."""
        if not (self.push and self.batch) or self.more:
            return Outgoing()
        outgoing = self.outbox.outgoing(self.batch, self.skip)
        if not outgoing.names:  # whatever waits and yet fits into no request must not keep us here
            for name in sorted(self.outbox.waiting() - self.skip):
                self._try_again(name, "too-large")
        return outgoing

    def _apply(self, reply: Reply, outgoing: Outgoing) -> None:
        try:
            answer = wire.read_answer(reply.content)
        except AnswerBroken as problem:
            self._failed(problem)
            return
        before = self.outbox.waiting()
        applied = self.outbox.apply(answer, asked=outgoing.kept)
        if applied.stale:
            self._failed(AnswerStale())
            return
        self._went_well()
        self._after_probe(outgoing)
        self.count["changes"] += applied.changes
        self.notes += [PhotoBad(photo=photo, why=reason) for photo, reason in applied.bad]
        self._count_sent(outgoing, before)
        self._close(applied.more, healed=applied.healed)

    def _close(self, more: bool, *, healed: bool) -> None:
        """Was this the last page, and did the list add up?"""
        self.more = more
        self.heals += healed
        if self.heals > HEALS_MAX and healed:
            self.notes.append(ListDiffers())
        self.caught_up = not more and not (healed and self.heals <= HEALS_MAX)
        if self.caught_up:
            self.news = False
            fetched = {note.facts["digest"] for note in self.notes if isinstance(note, PaperNotFetched)}
            self.papers = [paper for paper in self.outbox.papers_wanted() if paper.digest not in fetched]

    def _count_sent(self, outgoing: Outgoing, before: set[str]) -> None:
        after = self.outbox.waiting()
        settled = before - after
        self.count["submissions"] += sum(told.id in settled for told in outgoing.submissions)
        self.count["drafts"] += sum(draft.visit in settled for draft in outgoing.drafts)
        # Offered and not settled: the server asked for another try, or said nothing about it.
        again = [name for name in outgoing.names if name in after]
        for name in again:
            self._try_again(name, "retry")
        if again and self.outbox.waiting() - self.skip:
            self.last_problem = ServerTrouble(status="retry")
            self.wait = rules.wait_seconds(max(self.tries[name] for name in again), None, self.rng)

    def _try_again(self, name: str, why: str, what: Mapping[str, str] = AN_ITEM) -> None:
        """One more try for one thing; after TRIES_MAX it waits for the next run, and the others go on (K10)."""
        self.tries[name] += 1
        if self.tries[name] >= TRIES_MAX:
            self.skip.add(name)
            self.notes.append(NeedsHelp(**what, id=name, why=why))
            self.outbox.trouble([name], why)

    def _split(self, names: tuple[str, ...], problem: Problem) -> None:
        """The request was not taken as a whole: fewer things, then one, then none, to learn which one it is."""
        if not names:
            self.stopped = problem
            return
        self.batch = rules.smaller_batch(min(self.batch, len(names)))
        self.suspect = names[0] if len(names) == 1 else None

    def _after_probe(self, outgoing: Outgoing) -> None:
        """A request was taken. If it carried nothing, the one thing left out of it is what the server cannot take."""
        if self.suspect is not None and not outgoing.names:
            self.skip.add(self.suspect)
            self.notes.append(NeedsHelp(**AN_ITEM, id=self.suspect))
            self.outbox.trouble([self.suspect], "malformed")
            self.batch = THINGS_MAX
        self.suspect = None
        self.batch = min(THINGS_MAX, max(1, self.batch * 2))

    # Fetch

    def _fetch(self) -> None:
        self.tell(Event(Step.FETCH))
        paper = self.papers[0]
        if paper.kind == "checklist":
            reply = self._ask(lambda: self.transport.checklist(paper.digest))
        else:
            reply = self._ask(lambda: self.transport.submission(paper.id, paper.digest))
        if reply is None:
            return
        if reply.status != 200:
            self._paper_refused(paper, reply)
            return
        try:
            text = (
                reply.content.decode()
                if paper.kind == "checklist"
                else wire.read_submission_text(reply.content)
            )
        except (UnicodeDecodeError, AnswerBroken):
            text = ""
        self.papers.pop(0)
        self._went_well()
        if wire.sha256_text(text) != paper.digest:
            self.notes.append(PaperNotFetched(digest=paper.digest))
            return
        self.store.keep_paper(paper.kind, paper.digest, text)
        self.count["papers"] += 1

    def _paper_refused(self, paper: Paper, reply: Reply) -> None:
        problem = problem_of(reply)
        if reply.status == 401:
            self.stopped = problem
        elif problem.waiting_helps:
            self._failed(problem, reply.retry_after)
        else:
            self.papers.pop(0)
            self.notes.append(PaperNotFetched(digest=paper.digest))

    # Upload

    def _upload(self) -> None:
        left, photo = self.outbox.uploads_left(self.skip), self.outbox.next_upload(self.skip)
        if photo is None:  # another process took it back between two looks
            return

        def tell(offset: int) -> None:
            self._still_ours()
            self.tell(Event(Step.UPLOAD, photo.id, offset, photo.size, left))

        tell(photo.offset)
        try:
            content = self.store.photo_content(photo)
        except PhotoGone as problem:
            self.outbox.note_photo(photo.id, "lost", offset=photo.offset, reason="file")
            self.notes.append(problem)
            return
        turn = self.uploader.send(
            content,
            url=photo.url or "",
            offset=photo.offset,
            unsure=photo.id in self.unsure,
            careful=photo.careful,
            tell=tell,
        )
        self.count["photo_bytes"] += turn.sent
        self.count["requests"] += turn.requests
        self._after_turn(photo, turn)

    def _after_turn(self, photo: Photo, turn: Turn) -> None:
        self.unsure.discard(photo.id)
        if turn.offset > photo.offset:
            self._went_well()
        if turn.end is End.STORED:
            self._went_well()
            self.outbox.note_photo(photo.id, "stored", offset=photo.size)
            self.count["photos"] += 1
            self.news = True
        elif turn.end in (End.RENEW, End.BAD):
            # /sync knows the reason, or another address.
            damaged = turn.problem is not None and turn.problem.facts.get("status") == 410
            self.outbox.note_photo(photo.id, "captured", offset=0, careful=damaged)
            self._try_again(photo.id, "renew", A_PHOTO)
        else:
            self.outbox.note_photo(photo.id, "sending", offset=turn.offset)
            if turn.end is End.CUT:
                self.unsure.add(photo.id)
            problem = turn.problem or ServerTrouble(status="?")
            if turn.end is End.STOP:
                self.stopped = problem
            else:
                self._failed(problem, turn.retry_after)

    # The rest

    def _ask(self, ask: Callable[[], Reply]) -> Reply | None:
        """A request; None when there was no answer to believe, which is noted."""
        self.count["requests"] += 1
        try:
            return ask()
        except Problem as problem:
            if problem.waiting_helps:
                self._failed(problem)
            else:
                self.stopped = problem
            return None

    def _sweep(self) -> None:
        try:
            self.outbox.sweep(time.time())  # file times are the system's, whatever clock we were given
        except Problem as problem:
            self.notes.append(problem)

    def _report(self) -> Report:
        given_up = self.last_problem if self.failures >= self.failures_max else None
        counts = ("submissions", "drafts", "photos", "photo_bytes", "changes", "papers", "requests", "waits")
        return Report(
            problem=self.stopped or given_up,
            remains=self.outbox.pending(),
            notes=tuple(self.notes),
            waited_seconds=self.waited,
            healed=self.heals,
            **{name: self.count[name] for name in counts},
        )
