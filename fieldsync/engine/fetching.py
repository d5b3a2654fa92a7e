"""Papers: checklists and earlier submissions, each fetched once and named by its digest."""

from __future__ import annotations

from fieldsync import wire
from fieldsync.engine.course import Course
from fieldsync.engine.report import Event
from fieldsync.errors import AnswerBroken, PaperNotFetched
from fieldsync.rules import Step
from fieldsync.store import Paper
from fieldsync.transport import Reply, problem_of


class Papers:
    """The papers of one run that are not here yet."""

    def __init__(self, course: Course) -> None:
        self.course = course
        self.wanted: list[Paper] = []
        self._not_there: set[str] = set()

    def look(self) -> None:
        """After the last page of the list: what is wanted now, without what this run asked for in vain."""
        self.wanted = [
            paper for paper in self.course.outbox.papers_wanted() if paper.digest not in self._not_there
        ]

    def step(self) -> None:
        """Fetch the next one."""
        course, paper = self.course, self.wanted[0]
        course.tell(Event(Step.FETCH))
        if paper.kind == "checklist":
            reply = course.ask(lambda: course.transport.checklist(paper.digest))
        else:
            reply = course.ask(lambda: course.transport.submission(paper.id, paper.digest))
        if reply is None:
            return
        if reply.status != 200:
            self._refused(paper, reply)
            return
        course.went_well()
        text = _text_of(paper, reply)
        if wire.sha256_text(text) != paper.digest:
            self._give_up(paper)
            return
        self.wanted.pop(0)
        course.store.keep_paper(paper.kind, paper.digest, text)
        course.count["papers"] += 1

    def _refused(self, paper: Paper, reply: Reply) -> None:
        problem = problem_of(reply)
        if reply.status == 401:
            self.course.stop(problem)
        elif problem.waiting_helps:
            self.course.failed(problem, reply.retry_after)
        else:
            self._give_up(paper)

    def _give_up(self, paper: Paper) -> None:
        self.wanted.pop(0)
        self._not_there.add(paper.digest)
        self.course.notes.append(PaperNotFetched(digest=paper.digest))


def _text_of(paper: Paper, reply: Reply) -> str:
    """The text in an answer; "" for one that cannot be read."""
    try:
        if paper.kind == "checklist":
            return reply.content.decode()
        return wire.read_submission_text(reply.content)
    except (UnicodeDecodeError, AnswerBroken):
        return ""
