/** One exchange with the server: say what waits, hear what changed (POST /sync, protocol 6.5 and 6.9). */

import { AnswerStale, type Problem, ServerTrouble, UpdateNeeded, raised } from "@/errors";
import { ListDiffers, PhotoBad } from "@/errors-inside";
import type { Course } from "@/engine/course";
import { type AfterSync, afterSync, smallerBatch } from "@/rules/steps";
import type { Applied } from "@/store/pages";
import { type Reply, problemOf } from "@/transport";
import { type SyncAnswer, readAnswer } from "@/wire/heard";
import { ITEMS_PER_REQUEST, PHOTOS_PER_REQUEST } from "@/wire/names";
import { NOTHING_OUTGOING, type Outgoing, type Pending, body, namesOf, request } from "@/wire/said";

const THINGS_MAX = ITEMS_PER_REQUEST + PHOTOS_PER_REQUEST;
const HEALS_MAX = 1;

/** The exchanges of one run: how many things the next one carries, and where the list stands. */
export class Exchanges {
  more = false;
  caughtUp = false;
  outdated = false; // too old to be told changes: only push
  heals = 0;
  serverTime: string | null = null;
  private batch = THINGS_MAX;
  private suspect: string | null = null;

  constructor(private readonly course: Course) {}

  /** Whether the last page was read, as far as we are let. */
  get nothingToHear(): boolean {
    return this.caughtUp || this.outdated;
  }

  /** One request, and what its answer changed here; null when there was no answer to apply. */
  async step(device: string): Promise<Applied | null> {
    const { course } = this;
    course.tell({ step: "exchange" });
    const outgoing = await this.load();
    const pending = course.outbox.untold(outgoing);
    const said = await request(outgoing, { device, cursor: course.outbox.cursor(), pending, sentAt: course.edges.clock() });
    const reply = await course.ask(() => course.transport.sync(body(said)));
    if (reply === null) return null;
    const things = namesOf(outgoing).length;
    const go = afterSync(reply.status, { code: reply.code(), failures: course.failures, things });
    if (go === "apply") return this.apply(reply, outgoing, pending);
    this.refused(go, reply, namesOf(outgoing));
    return null;
  }

  private refused(go: AfterSync, reply: Reply, names: readonly string[]): void {
    const problem = problemOf(reply);
    if (go === "split") this.split(names, problem, reply.status >= 500);
    else if (go === "push only") this.becomeOutdated();
    else if (go === "stop") this.course.stop(problem);
    else {
      if (this.suspect !== null && !names.length) {
        // It was not that thing: the server stumbles over nothing, too.
        this.suspect = null;
        this.batch = 1;
      }
      // 415 comes here too: the transport speaks plainly from now on.
      this.course.failed(problem, go === "plain" ? 0 : reply.retryAfter);
    }
  }

  /** What the next request carries; nothing on further pages of the list. */
  private async load(): Promise<Outgoing> {
    const { course } = this;
    if (!(course.given.push && this.batch) || this.more) return NOTHING_OUTGOING;
    const outgoing = course.outbox.outgoing(this.batch, course.skip);
    if (!namesOf(outgoing).length) {
      // Whatever waits and yet fits into no request must not keep us here.
      for (const name of without(course.outbox.waiting(), course.skip)) await course.tryAgain(name, "too-large");
    }
    return outgoing;
  }

  private async apply(reply: Reply, outgoing: Outgoing, pending: Pending | null): Promise<Applied | null> {
    const { course } = this;
    const answer = this.read(reply);
    if (answer === null) return null;
    const before = course.outbox.waiting();
    const applied = await course.outbox.apply(answer, { asked: outgoing.kept, told: pending });
    if (applied.stale) {
      course.failed(new AnswerStale());
      return null;
    }
    course.wentWell();
    this.serverTime = answer.server_time;
    if (answer.outdated) this.becomeOutdated();
    await this.afterProbe(outgoing);
    course.count.changes += applied.changes;
    course.notes.push(...applied.bad.map(([photo, why]) => new PhotoBad({ photo, why })));
    await this.countSent(outgoing, before, new Set(applied.held));
    this.close(applied.more, applied.healed);
    return applied;
  }

  private read(reply: Reply): SyncAnswer | null {
    try {
      return readAnswer(reply.content);
    } catch (error) {
      this.course.failed(raised(error));
      return null;
    }
  }

  private becomeOutdated(): void {
    if (!this.outdated) {
      this.course.notes.push(new UpdateNeeded());
      this.course.note("upgrade-required");
    }
    this.outdated = true;
    this.more = false;
  }

  /** Was this the last page, and did the list add up? */
  private close(more: boolean, healed: boolean): void {
    this.more = more;
    this.heals += Number(healed);
    if (this.heals > HEALS_MAX && healed) this.course.notes.push(new ListDiffers());
    this.caughtUp = !more && !(healed && this.heals <= HEALS_MAX);
  }

  private async countSent(outgoing: Outgoing, before: ReadonlySet<string>, held: ReadonlySet<string>): Promise<void> {
    const { course } = this;
    const after = course.outbox.waiting();
    const settled = without(before, after);
    course.count.submissions += outgoing.submissions.filter((told) => settled.has(told.id)).length;
    course.count.drafts += outgoing.drafts.filter((draft) => settled.has(draft.visit)).length;
    // Offered and not settled: the server asked for another try, or said nothing about it.
    const again = namesOf(outgoing).filter((name) => after.has(name) && !held.has(name));
    for (const name of again) await course.tryAgain(name, "retry");
    if (again.length && without(without(after, course.skip), held).size) {
      course.note("retry");
      course.pause(new ServerTrouble({ status: "retry" }), Math.max(...again.map((name) => course.tries.get(name) ?? 1)));
    }
  }

  /**
   * The request was not taken as a whole: fewer things, then one, then none, to learn which one it is. A server that
   * has trouble of its own is given time between the tries.
   */
  private split(names: readonly string[], problem: Problem, busy: boolean): void {
    if (!names.length) {
      this.course.stop(problem);
      return;
    }
    this.batch = smallerBatch(Math.min(this.batch, names.length));
    this.suspect = names.length === 1 ? names[0]! : null;
    if (busy) this.course.pause(problem, this.course.failures);
  }

  /** A request was taken. If it carried nothing, the one thing left out of it is what the server cannot take. */
  private async afterProbe(outgoing: Outgoing): Promise<void> {
    if (this.suspect !== null && !namesOf(outgoing).length) {
      await this.course.park(this.suspect, "malformed");
      this.batch = THINGS_MAX;
    }
    this.suspect = null;
    this.batch = Math.min(THINGS_MAX, Math.max(1, this.batch * 2));
  }
}

function without(names: ReadonlySet<string>, others: ReadonlySet<string>): Set<string> {
  return new Set([...names].filter((name) => !others.has(name)).sort());
}
