/** What the steps of one run share: what failed, how long to wait, what is left for the next run. */

import { type Problem, raised } from "@/errors";
import { NeedsHelp } from "@/errors-inside";
import type { Edges } from "@/engine/edges";
import type { Event } from "@/engine/types";
import { WAIT_SECONDS_MAX, waitSeconds } from "@/rules/steps";
import type { Book } from "@/store/types";
import type { Outbox } from "@/store/outbox";
import type { Reply, Transport } from "@/transport";

export const TRIES_MAX = 4; // of one thing in one run; more than the generations a server gives a photo
const CODE = /^[a-z0-9-]{1,40}$/;

/** What a thing is called in both languages. */
export interface Kind {
  readonly what: string;
  readonly what_id: string;
}
const A_DOCUMENT: Kind = { what: "document", what_id: "dokumen" };
export const A_PHOTO: Kind = { what: "photo", what_id: "foto" };

/** What a run works with. `failuresMax` failures in a row end it; `signal` ends it at the next step. */
export interface Given {
  readonly book: Book;
  readonly outbox: Outbox;
  readonly transport: Transport;
  readonly edges: Pick<Edges, "clock" | "random" | "watch" | "sleep">;
  readonly push: boolean;
  readonly failuresMax: number;
  readonly signal: AbortSignal | undefined;
}

type Counted = "submissions" | "drafts" | "photos" | "photo_bytes" | "changes" | "papers" | "waits";

/** The state of a run. */
export class Course {
  stopped: Problem | null = null;
  failures = 0; // in a row
  lastProblem: Problem | null = null;
  wait = 0; // seconds
  waited = 0; // seconds
  readonly skip = new Set<string>(); // names of things left for the next run
  readonly tries = new Map<string, number>();
  readonly notes: Problem[] = [];
  readonly codes: Record<string, number> = {}; // of failures
  readonly count: Record<Counted, number> = {
    submissions: 0,
    drafts: 0,
    photos: 0,
    photo_bytes: 0,
    changes: 0,
    papers: 0,
    waits: 0,
  };
  readonly watchers: ((event: Event) => void)[] = [];
  private asked = false; // the server itself named the time we wait for
  private waking: AbortController | null = null;

  constructor(readonly given: Given) {}

  get book(): Book {
    return this.given.book;
  }
  get outbox(): Outbox {
    return this.given.outbox;
  }
  get transport(): Transport {
    return this.given.transport;
  }
  get edges(): Given["edges"] {
    return this.given.edges;
  }

  /** Whether nothing more may be tried: a person is needed, or somebody wants the run to end. */
  get isOver(): boolean {
    return this.stopped !== null || this.given.signal?.aborted === true;
  }

  tell(event: Event): void {
    for (const hear of this.watchers) hear(event);
  }

  /** A request; null when there was no answer to believe, which is noted. */
  async ask(question: () => Promise<Reply>): Promise<Reply | null> {
    try {
      return await question();
    } catch (error) {
      const problem = raised(error);
      if (problem.waitingHelps) this.failed(problem);
      else this.stop(problem);
      return null;
    }
  }

  /** Something that time may mend. `retryAfter` in seconds. */
  failed(problem: Problem, retryAfter: number | null = null): void {
    this.failures += 1;
    this.lastProblem = problem;
    this.note(codeOf(problem));
    this.wait = waitSeconds(this.failures, retryAfter, this.edges.random);
    this.asked = retryAfter !== null && retryAfter > 0;
    // Longer than anybody looks at a screen; the next run will see.
    if (retryAfter !== null && retryAfter > WAIT_SECONDS_MAX) this.stopped = problem;
  }

  /** A pause before something that did not fail as a whole is said again. */
  pause(problem: Problem, attempt: number): void {
    this.lastProblem = problem;
    this.wait = waitSeconds(attempt, null, this.edges.random);
    this.asked = false;
  }

  /** Something that a person has to see to. */
  stop(problem: Problem): void {
    this.note(codeOf(problem));
    this.stopped = problem;
  }

  wentWell(): void {
    this.failures = 0;
    this.lastProblem = null;
  }

  async doWait(): Promise<void> {
    const seconds = this.wait;
    this.wait = 0;
    this.tell({ step: "wait", seconds, problem: this.lastProblem });
    this.count.waits += 1;
    this.waited += seconds;
    const waking = new AbortController();
    const ends = () => waking.abort();
    this.waking = waking;
    if (this.isOver) ends();
    this.given.signal?.addEventListener("abort", ends);
    await this.edges.sleep(seconds * 1000, waking.signal);
    this.given.signal?.removeEventListener("abort", ends);
    this.waking = null;
  }

  /** Somebody thinks the network is back: wait no longer, unless the server itself asked for the time. */
  wake(): void {
    if (!this.asked) this.waking?.abort();
  }

  /** One more try for one thing; after TRIES_MAX it waits for the next run, and the others go on (K10). */
  async tryAgain(name: string, why: string, kind: Kind = A_DOCUMENT): Promise<void> {
    const tries = (this.tries.get(name) ?? 0) + 1;
    this.tries.set(name, tries);
    if (tries >= TRIES_MAX) await this.park(name, why, kind);
  }

  /** This thing needs help; the others go on. */
  async park(name: string, why: string, kind: Kind = A_DOCUMENT): Promise<void> {
    this.skip.add(name);
    this.notes.push(new NeedsHelp({ ...kind, id: name, why }));
    await this.outbox.trouble([name], why);
  }

  note(code: string): void {
    this.codes[code] = (this.codes[code] ?? 0) + 1;
  }
}

/** The server's code if it told one, else ours: for people who help, so no text that anybody wrote. */
function codeOf(problem: Problem): string {
  const told = problem.facts["code"];
  return typeof told === "string" && CODE.test(told) ? told : problem.code;
}
