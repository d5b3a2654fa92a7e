/** What a sync does next, how long it waits, and what each HTTP answer means to it (protocol 6.9). */

const WAIT_SECONDS_FIRST = 2;
export const WAIT_SECONDS_MAX = 15 * 60;
const RETRY_AFTER_SECONDS_MAX = 24 * 3600;
const SPLIT_AFTER_FAILURES = 3;
const SAYS_IT_IS_THE_SERVER: readonly number[] = [503, 507];
const COME_BACK: readonly number[] = [408, 423, 425, 429];
/** A 400 that says only that the line was cut. */
const CUT_CODE = "body-cut";
const HTTP_DATE = /^\w{3}, \d{2} \w{3} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/** The steps of a sync: exchange is POST /sync, fetch a checklist or earlier submission, upload the next photo. */
export type Step = "wait" | "exchange" | "fetch" | "upload" | "done";

/** What a sync knows of itself. Counts are of things that may still be tried in this run. */
export interface State {
  readonly stopped: boolean;
  /** In a row. */
  readonly failures: number;
  readonly failuresMax: number;
  readonly waitSeconds: number;
  /** The last page was read, and we changed nothing since. */
  readonly caughtUp: boolean;
  /** Documents and photo offers. */
  readonly unsent: number;
  /** Checklists and earlier submissions to fetch. */
  readonly papers: number;
  /** Photos with an upload address. */
  readonly uploads: number;
}

/** A sync that has just begun. */
export const BEGUN: State = {
  stopped: false,
  failures: 0,
  failuresMax: 8,
  waitSeconds: 0,
  caughtUp: false,
  unsent: 0,
  papers: 0,
  uploads: 0,
};

/** Documents before papers before photos; one exit. */
export function nextStep(state: State): Step {
  if (state.stopped || state.failures >= state.failuresMax) return "done";
  if (state.waitSeconds > 0) return "wait";
  if (state.unsent || !state.caughtUp) return "exchange";
  if (state.papers) return "fetch";
  return state.uploads ? "upload" : "done";
}

/**
 * Seconds to wait after the nth failure in a row (1, 2, …): full jitter below 2 s · 2ⁿ⁻¹, at most 15 minutes.
 *
 * `retryAfter` is what the server asked for; the jitter is added, so that not all phones return together. `random` gives
 * numbers from 0 to 1.
 */
export function waitSeconds(attempt: number, retryAfter: number | null, random: () => number): number {
  const ceiling = Math.min(WAIT_SECONDS_MAX, WAIT_SECONDS_FIRST * 2 ** Math.min(attempt - 1, 16));
  return (retryAfter ?? 0) + random() * ceiling;
}

/** Seconds in a Retry-After header (a number, or a date seen from `now`); null when there is none to read. */
export function retryAfterSeconds(header: string | null, now: Date): number | null {
  if (header === null) return null;
  const told = header.trim();
  // Date.parse reads nearly anything as a date, so only the one form that HTTP has is given to it.
  const seconds = /^\d+$/.test(told) ? Number(told) : HTTP_DATE.test(told) ? (Date.parse(told) - now.getTime()) / 1000 : NaN;
  return Number.isNaN(seconds) ? null : Math.min(Math.max(0, seconds), RETRY_AFTER_SECONDS_MAX);
}

/**
 * How many things the next request carries after one with `size` was not taken: 50, 25, … 1, and then none, which tells
 * whether the last one was at fault.
 */
export function smallerBatch(size: number): number {
  return Math.floor(size / 2);
}

/**
 * What an answer of POST /sync asks of the phone:
 *
 *     apply      read it
 *     wait       back off, then the same again
 *     split      send fewer things
 *     plain      the same again without gzip
 *     stop       keep everything, tell the person
 *     push only  fetch nothing more, ask the person to update
 */
export type AfterSync = "apply" | "wait" | "split" | "plain" | "stop" | "push only";

/** `code` of its problem, `failures` in a row so far, `things` in the request. */
export function afterSync(
  status: number,
  { code = "", failures = 0, things = 0 }: { readonly code?: string; readonly failures?: number; readonly things?: number } = {},
): AfterSync {
  if (status === 200) return "apply";
  if (code === CUT_CODE) return "wait";
  if (code === "protocol-unknown") return "stop";
  if ([400, 413, 422].includes(status)) return "split";
  if (status === 415) return "plain";
  if (status === 426 && !things) return "push only";
  // One of the things may be what the server stumbles over.
  if (status >= 500 && !SAYS_IT_IS_THE_SERVER.includes(status) && failures >= SPLIT_AFTER_FAILURES && things) return "split";
  return status >= 500 || COME_BACK.includes(status) ? "wait" : "stop";
}

/**
 * What an answer of PATCH or HEAD on an upload address asks of the phone:
 *
 *     kept    go on at Upload-Offset
 *     move    somebody was faster: go on at Upload-Offset
 *     renew   this address is gone: /sync gives another
 *     resend  this piece arrived damaged
 *     shrink  smaller pieces
 *     wait    back off, then the same again
 *     stop    keep everything, tell the person
 */
export type AfterUpload = "kept" | "move" | "renew" | "resend" | "shrink" | "wait" | "stop";

const UPLOADS: Readonly<Record<number, AfterUpload>> = {
  200: "kept",
  201: "kept",
  204: "kept",
  400: "renew",
  401: "stop",
  403: "renew", // were we barred, the next /sync would say so; this may be only about one address
  404: "renew",
  409: "move",
  410: "renew",
  412: "stop",
  413: "shrink",
  415: "stop",
  460: "resend",
};

export function afterUpload(status: number, code = ""): AfterUpload {
  if (code === CUT_CODE) return "wait";
  return UPLOADS[status] ?? (status >= 500 || COME_BACK.includes(status) ? "wait" : "stop");
}
