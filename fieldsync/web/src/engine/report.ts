/** What a sync tells when it has ended. */

import type { Problem } from "@/errors";
import type { Report } from "@/engine/types";
import type { Raw } from "@/wire/types";

/**
 * A report with what those who help want to know besides.
 *
 * waits, waited_seconds   pauses it took
 * failures                how often what went wrong, by code
 */
export interface RunReport extends Report {
  readonly waits: number;
  readonly waited_seconds: number;
  readonly failures: Readonly<Record<string, number>>;
}

/** Whether everything is with the server. */
export function isDone({ problem, remains }: Report): boolean {
  return problem === null && !(remains.drafts || remains.submissions || remains.photos);
}

/** A run for those who help: numbers, codes and both clocks; never contents, names or places. */
export function recordOf(report: RunReport): Raw {
  const { drafts, submissions, photos, photo_bytes } = report.remains;
  return {
    server_time: report.server_time,
    seconds: rounded(report.seconds),
    waited_seconds: rounded(report.waited_seconds),
    requests: report.requests,
    bytes_up: report.bytes_up,
    bytes_down: report.bytes_down,
    changes: report.changes,
    papers: report.papers,
    waits: report.waits,
    healed: report.healed,
    sent: {
      submissions: report.submissions,
      drafts: report.drafts,
      photos: report.photos,
      photo_bytes: report.photo_bytes,
    },
    failures: { ...report.failures },
    problem: report.problem?.code ?? null,
    notes: countedByCode(report.notes),
    unsent: { drafts, submissions, photos, photo_bytes },
  };
}

function rounded(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}

function countedByCode(notes: readonly Problem[]): Record<string, number> {
  const count: Record<string, number> = {};
  for (const note of notes) count[note.code] = (count[note.code] ?? 0) + 1;
  return count;
}
