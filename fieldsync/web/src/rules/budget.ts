/** What a sync may spend on the line (protocol 6.10): documents go first and always, photos as the person allows. */

/** Of a request and its answer beside a piece, generously. */
export const HEADS_BYTES = 1024;
const DAYS_REMEMBERED = 8;

export interface Budget {
  /**
   * Application bytes both ways, heads included, in one day by the phone's calendar; null: no limit. Everything counts,
   * but only photos wait for it.
   */
  readonly bytes_a_day: number | null;
  /** No photo is sent at all, for now. */
  readonly documents_only: boolean;
  /** Finished visits and drafts wait for tomorrow's budget too. */
  readonly documents_wait: boolean;
}

export const NO_LIMIT: Budget = { bytes_a_day: null, documents_only: false, documents_wait: false };

/** Bytes of a photo that may still go after `spent` bytes today; null: as many as there are. */
export function photoRoom(budget: Budget, spent: number): number | null {
  if (budget.documents_only) return 0;
  return budget.bytes_a_day === null ? null : Math.max(0, budget.bytes_a_day - spent - HEADS_BYTES);
}

/** Whether the next exchange may take place. */
export function documentsMayGo(budget: Budget, spent: number): boolean {
  return !budget.documents_wait || budget.bytes_a_day === null || spent < budget.bytes_a_day;
}

/** Days and the bytes spent on them, those written to longest ago first. */
export type Account = readonly (readonly [day: string, bytes: number])[];

/**
 * The account with `size` bytes spent on a day in all. A day that was seen before keeps what it has spent, so a clock that
 * jumps to and fro gives no budget twice; the days written to longest ago are forgotten.
 */
export function spentOn(days: Account, day: string, size: number): Account {
  const before = days.find(([name]) => name === day)?.[1] ?? 0;
  return [...days.filter(([name]) => name !== day), [day, Math.max(size, before)] as const].slice(-DAYS_REMEMBERED);
}
