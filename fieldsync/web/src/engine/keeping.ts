/**
 * Keeping the phone and the server in step while the app is open: when to sync, without anybody asking for it.
 *
 * At the beginning, when the network seems to come back, when the page is looked at again, two seconds after a visit was
 * finished, a minute after a draft was changed; after a run that failed by a timer of its own, whatever the person does
 * meanwhile; and every 15 minutes otherwise. Whether the browser thinks it is online is a reason to try, never a reason not
 * to.
 */

import { Problem } from "@/errors";
import { waitSeconds } from "@/rules/steps";
import type { Event, Phone, Report, Unsent } from "./types";

export const USUAL_SECONDS = 15 * 60;
export const AFTER_FINISH_SECONDS = 2;
export const AFTER_CHANGE_SECONDS = 60;
/** Until a person has seen to it, the server's answer would be the same. */
const PERSON_NEEDED = ["sign-in-again", "barred"];

/** What a screen hears. A run that could not even begin ends with no report, and its problem is told. */
export interface Hooks {
  began(): void;
  heard(event: Event): void;
  ended(report: Report | null): void;
  failed(problem: Problem): void;
}

/** The world's edges, for tests. Each method that begins something returns what ends it. */
export interface World {
  random(): number;
  /** A monotonic clock in seconds. */
  watch(): number;
  after(seconds: number, act: () => void): () => void;
  /** Calls when there may be a network again, and when the page is looked at again. */
  listen(came: (what: "online" | "visible") => void): () => void;
  /** Keeps the screen from going dark; null where that is impossible. */
  stayAwake(): Promise<(() => void) | null>;
}

export interface Keeper {
  /** Somebody wants it now. Resolves when the run has ended; never rejects with a Problem. */
  now(): Promise<void>;
  /** Something was recorded; to be called after every change of the book. */
  changed(): void;
  /** End everything, a run under way too; nothing is lost. */
  stop(): void;
}

export function keepSynced(phone: Pick<Phone, "sync" | "unsent">, hooks: Hooks, world: World = browser): Keeper {
  const keeping = new Keeping(phone, hooks, world);
  void keeping.now();
  return keeping;
}

class Keeping implements Keeper {
  private readonly over = new AbortController();
  private readonly deaf: () => void;
  private running = 0;
  private failures = 0; // runs in a row
  private notBefore = -Infinity; // by the monotonic clock: the server named the time
  private personNeeded = false;
  private planned: { readonly at: number; readonly cancel: () => void } | null = null;
  private known: Unsent; // what waited when the last run ended
  private awake: Promise<(() => void) | null> | null = null;

  constructor(
    private readonly phone: Pick<Phone, "sync" | "unsent">,
    private readonly hooks: Hooks,
    private readonly world: World,
  ) {
    this.known = phone.unsent();
    this.deaf = world.listen((what) => {
      if (what === "visible") this.awake = null; // the system took it back when the page was hidden
      if (!this.personNeeded && world.watch() >= this.notBefore) void this.run();
    });
  }

  now(): Promise<void> {
    this.personNeeded = false;
    this.notBefore = -Infinity;
    return this.run();
  }

  changed(): void {
    if (this.running) return; // the run takes it along
    const { submissions, drafts } = this.phone.unsent();
    if (submissions > this.known.submissions) this.plan(AFTER_FINISH_SECONDS);
    else if (drafts > this.known.drafts) this.plan(AFTER_CHANGE_SECONDS);
  }

  stop(): void {
    this.over.abort();
    this.deaf();
    this.unplan();
    this.letSleep();
  }

  /** A run, or joining the one that goes on, which ends its pause. */
  private async run(): Promise<void> {
    if (this.over.signal.aborted) return;
    this.unplan();
    this.running += 1;
    if (this.running === 1) this.hooks.began();
    let report: Report | null = null;
    let problem: Problem | null = null;
    try {
      report = await this.phone.sync({ signal: this.over.signal, progress: this.heard });
      problem = report.problem;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      problem = error;
    } finally {
      this.running -= 1;
      if (!this.running && !this.over.signal.aborted) this.ended(report, problem);
    }
  }

  private readonly heard = (event: Event): void => {
    if (this.over.signal.aborted) return;
    if (event.step === "upload") this.awake ??= this.world.stayAwake();
    this.hooks.heard(event);
  };

  private ended(report: Report | null, problem: Problem | null): void {
    this.letSleep();
    this.known = report?.remains ?? this.phone.unsent();
    this.personNeeded = problem !== null && PERSON_NEEDED.includes(problem.code);
    this.failures = problem?.waitingHelps ? this.failures + 1 : 0;
    const seconds = Number(problem?.facts["seconds"] ?? 0);
    this.notBefore = this.world.watch() + (problem?.code === "server-busy" ? seconds : 0);
    this.plan(this.failures ? waitSeconds(this.failures, null, this.world.random) : USUAL_SECONDS);
    this.hooks.ended(report);
    if (!report && problem) this.hooks.failed(problem);
    this.changed(); // what was recorded while the run ended
  }

  /** A run in so many seconds, unless one is planned earlier, or it would be in vain. */
  private plan(seconds: number): void {
    if (this.personNeeded || this.over.signal.aborted) return;
    const now = this.world.watch();
    const at = Math.max(now + seconds, this.notBefore);
    if (this.planned && this.planned.at <= at) return;
    this.unplan();
    this.planned = { at, cancel: this.world.after(at - now, () => void this.run()) };
  }

  private unplan(): void {
    this.planned?.cancel();
    this.planned = null;
  }

  private letSleep(): void {
    void this.awake?.then((release) => release?.());
    this.awake = null;
  }
}

const browser: World = {
  random: Math.random,
  watch: () => performance.now() / 1000,
  after(seconds, act) {
    const timer = setTimeout(act, seconds * 1000);
    return () => clearTimeout(timer);
  },
  listen(came) {
    const online = () => came("online");
    const seen = () => document.visibilityState === "visible" && came("visible");
    addEventListener("online", online);
    document.addEventListener("visibilitychange", seen);
    return () => {
      removeEventListener("online", online);
      document.removeEventListener("visibilitychange", seen);
    };
  },
  async stayAwake() {
    try {
      const lock = await navigator.wakeLock.request("screen");
      return () => void lock.release();
    } catch {
      return null; // unknown here, a low battery, or the page is hidden: then it goes on as long as it is let
    }
  },
};
