/**
 * One run of the sync: a flat loop over rules.nextStep, one exit per outcome.
 *
 * The only durable effects are the changes of the book; a page that is closed or killed between any two lines leaves the
 * phone as it was before or after one of them, and the next run goes on from there.
 */

import { type Problem, raised } from "@/errors";
import { Course, type Given } from "@/engine/course";
import { Exchanges } from "@/engine/exchanging";
import { Papers } from "@/engine/fetching";
import { type RunReport, recordOf } from "@/engine/report";
import { Photos, Purse, total } from "@/engine/sending";
import type { Event } from "@/engine/types";
import type { Budget } from "@/rules/budget";
import { afterExchange, memoryOf, pieceSize } from "@/rules/pieces";
import { type State, type Step, nextStep } from "@/rules/steps";
import type { Ledger } from "@/store/ledger";
import { identity } from "@/store/records";
import type { Book } from "@/store/types";
import type { Traffic } from "@/transport";
import { CLIENT, utcText } from "@/wire/names";

/**
 * What a sync is asked for.
 *
 * budget      what may be spent on the line
 * push        false: only fetch
 * signal      ends it at the next step, in the midst of a wait, or between two pieces; nothing is lost
 * progress    called with every Event
 */
export interface Wanted extends Given {
  readonly ledger: Ledger;
  readonly budget: Budget;
  readonly progress?: ((event: Event) => void) | undefined;
}

/** The run of each book that goes on now; a page has no other (K5; other pages are kept out by the book itself). */
const running = new WeakMap<Book, Run>();

/**
 * Send everything that waits and fetch everything new, until nothing is left to try (protocol 6.5 to 6.10).
 *
 * While a run goes on, asking again joins it: what was finished meanwhile goes with it, and a pause it makes ends, unless
 * the server asked for that. Only if it cannot do what is wanted now, another follows it. Raises Problems of the store at
 * the very begin; whatever happens later stands in the report.
 */
export function runSync(wanted: Wanted): Promise<RunReport> {
  const now = running.get(wanted.book);
  if (now?.isJoinedBy(wanted)) return now.report;
  const run = new Run(wanted, now);
  running.set(wanted.book, run);
  return run.report;
}

/** A run in progress, or one that waits for another to end. */
class Run {
  readonly report: Promise<RunReport>;
  private readonly course: Course;
  private isEnding = false;

  constructor(
    private readonly wanted: Wanted,
    before: Run | undefined,
  ) {
    this.course = new Course(wanted);
    if (wanted.progress) this.course.watchers.push(wanted.progress);
    this.report = this.follow(before);
  }

  /** Whether this run does what is wanted; then its watcher hears the rest of it. */
  isJoinedBy(wanted: Wanted): boolean {
    this.course.wake();
    if (this.isEnding || this.course.isOver || (wanted.push && !this.wanted.push)) return false;
    if (wanted.progress && !this.course.watchers.includes(wanted.progress)) this.course.watchers.push(wanted.progress);
    return true;
  }

  private async follow(before: Run | undefined): Promise<RunReport> {
    try {
      await before?.report.catch(() => undefined); // told to who asked for it
      return await this.go();
    } finally {
      this.isEnding = true;
      if (running.get(this.wanted.book) === this) running.delete(this.wanted.book);
    }
  }

  private async go(): Promise<RunReport> {
    const { course } = this;
    const work = new Work(course, this.wanted);
    const begun = { began_at: utcText(work.beganAt), client: CLIENT, ended: false };
    const number = await this.wanted.ledger.beginRun(begun);
    await work.photos.begin();
    let step: Step;
    while ((step = nextStep(work.state())) !== "done") {
      try {
        await work.take(step);
      } catch (error) {
        course.stop(raised(error)); // of this phone: a full store, a tab that was taken over
      }
    }
    this.isEnding = true;
    const report = work.report();
    await work.close(number, begun, report);
    return report;
  }
}

/** What one run works with from its begin to its end. */
class Work {
  readonly photos: Photos;
  readonly beganAt: Date;
  private readonly began: number;
  private readonly before: Traffic;
  private readonly purse: Purse;
  private readonly exchanges: Exchanges;
  private readonly papers: Papers;

  constructor(
    private readonly course: Course,
    private readonly wanted: Wanted,
  ) {
    const { edges, transport } = course;
    this.before = transport.traffic;
    this.began = edges.watch();
    this.beganAt = edges.clock();
    this.purse = new Purse(wanted.ledger, transport, wanted.budget, dayOf(this.beganAt));
    this.exchanges = new Exchanges(course);
    this.papers = new Papers(course);
    this.photos = new Photos(course, wanted.ledger, this.purse);
  }

  state(): State {
    const { course } = this;
    const uploads = this.photos.left();
    const waiting = course.given.push ? [...course.outbox.waiting()] : [];
    return {
      stopped: course.isOver,
      failures: course.failures,
      failuresMax: course.given.failuresMax,
      waitSeconds: course.wait,
      caughtUp: this.exchanges.nothingToHear,
      unsent: waiting.filter((name) => !course.skip.has(name)).length,
      papers: this.papers.wanted.length,
      uploads,
    };
  }

  take(step: Exclude<Step, "done">): Promise<void> {
    if (step === "wait") return this.course.doWait();
    if (step === "exchange") return this.exchange();
    return step === "fetch" ? this.papers.step() : this.photos.step();
  }

  private async exchange(): Promise<void> {
    const { course, photos } = this;
    if (!this.purse.documentsMayGo()) {
      course.stop(this.purse.why());
      return;
    }
    const [began, before] = [course.edges.watch(), total(course.transport.traffic)];
    const applied = await this.exchanges.step(identity(course.book).device);
    const [size, seconds] = [total(course.transport.traffic) - before, course.edges.watch() - began];
    if (applied === null) return;
    photos.uploader.piece = afterExchange(photos.uploader.piece, size, seconds);
    photos.hold(applied.held);
    if (this.exchanges.caughtUp) this.papers.look();
  }

  report(): RunReport {
    const { course, before } = this;
    const { requests, up, down } = course.transport.traffic;
    const givenUp = course.failures >= course.given.failuresMax ? course.lastProblem : null;
    const held: Problem[] = course.given.push ? this.photos.whyWaiting() : [];
    return {
      problem: course.stopped ?? givenUp,
      remains: course.outbox.pending(),
      notes: [...course.notes, ...held],
      ...course.count,
      requests: requests - before.requests,
      bytes_up: up - before.up,
      bytes_down: down - before.down,
      seconds: course.edges.watch() - this.began,
      waited_seconds: course.waited,
      healed: this.exchanges.heals,
      server_time: this.exchanges.serverTime,
      failures: course.codes,
    };
  }

  /** What support may ask for later; a full store must not hide what was sent. */
  async close(number: number, begun: Readonly<Record<string, string | boolean>>, report: RunReport): Promise<void> {
    try {
      await this.purse.close();
      const { piece } = this.photos.uploader;
      const record = { ...begun, ended: true, piece_bytes: pieceSize(piece), ...recordOf(report) };
      await this.wanted.ledger.endRun(number, record, memoryOf(piece));
    } catch (error) {
      this.course.note(raised(error).code);
    }
  }
}

/** The day of the phone's own calendar: 2026-03-04. */
function dayOf(moment: Date): string {
  const two = (number: number) => String(number).padStart(2, "0");
  return `${moment.getFullYear()}-${two(moment.getMonth() + 1)}-${two(moment.getDate())}`;
}
