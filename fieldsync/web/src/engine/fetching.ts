/** Papers: checklists and earlier submissions, each fetched once and named by its digest. */

import { Problem } from "@/errors";
import { PaperNotFetched } from "@/errors-inside";
import type { Course } from "@/engine/course";
import type { Paper } from "@/store/outbox";
import { keepPaper } from "@/store/records";
import { type Reply, problemOf } from "@/transport";
import { readSubmissionText } from "@/wire/heard";
import { sha256Text } from "@/wire/names";

/** The papers of one run that are not here yet. */
export class Papers {
  wanted: Paper[] = [];
  private readonly notThere = new Set<string>();

  constructor(private readonly course: Course) {}

  /** After the last page of the list: what is wanted now, without what this run asked for in vain. */
  look(): void {
    this.wanted = this.course.outbox.papersWanted().filter((paper) => !this.notThere.has(paper.digest));
  }

  /** Fetch the next one. */
  async step(): Promise<void> {
    const { course } = this;
    const paper = this.wanted[0]!;
    course.tell({ step: "fetch" });
    const reply = await course.ask(() =>
      paper.kind === "checklist"
        ? course.transport.checklist(paper.digest)
        : course.transport.submission(paper.id, paper.digest),
    );
    if (reply === null) return;
    if (reply.status !== 200) {
      this.refused(paper, reply);
      return;
    }
    course.wentWell();
    const text = textOf(paper, reply);
    if (text === null || (await sha256Text(text)) !== paper.digest) {
      this.giveUp(paper);
      return;
    }
    this.wanted.shift();
    await keepPaper(course.book, paper.kind, paper.digest, text);
    course.count.papers += 1;
  }

  private refused(paper: Paper, reply: Reply): void {
    const problem = problemOf(reply);
    if (reply.status === 401) this.course.stop(problem);
    else if (problem.waitingHelps) this.course.failed(problem, reply.retryAfter);
    else this.giveUp(paper);
  }

  private giveUp(paper: Paper): void {
    this.wanted.shift();
    this.notThere.add(paper.digest);
    this.course.notes.push(new PaperNotFetched({ digest: paper.digest }));
  }
}

/** The text in an answer; null for one that cannot be read. */
function textOf(paper: Paper, reply: Reply): string | null {
  try {
    return paper.kind === "checklist"
      ? new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(reply.content)
      : readSubmissionText(reply.content);
  } catch (error) {
    if (error instanceof Problem || error instanceof TypeError) return null;
    throw error;
  }
}
