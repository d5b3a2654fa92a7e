/** The list of visits, in one pass over the tables: it is made anew after every change. */

import { PRACTICE, type Reader, by, receipts, stands, visitOf } from "@/store/records";
import type { SubmissionRow } from "@/store/types";
import type { Visit } from "@/wire/types";
import { returnedOf, windowOf } from "@/wire/visit";
import type { Listed } from "./types";

export const MAY_BEGIN: readonly string[] = ["assigned", "returned"];
const WAITING: readonly string[] = ["captured", "declared", "sending"];
const KINDS: readonly string[] = ["visit", PRACTICE];
const NEVER = Number.MAX_SAFE_INTEGER;

/**
 * Returned visits first, then those whose window is open or opens today, then later ones, finished ones, those that are no
 * longer ours, and the one to learn with; within these by closing time. `openTasks`: how many points of a return are open.
 */
export function listVisits(book: Reader, now: Date, openTasks: (visit: Visit) => number): Listed[] {
  const told = new Map(receipts(book).map((row) => [row.visit, row])); // the last of each
  const waiting = new Map<string, number>();
  for (const photo of book.all("photos")) {
    if (photo.submission !== null && photo.visit !== PRACTICE && WAITING.includes(photo.state)) {
      waiting.set(photo.visit, (waiting.get(photo.visit) ?? 0) + 1);
    }
  }
  const tomorrow = new Date(now.getFullYear(), now.getMonth(), now.getDate() + 1).getTime();
  const found: { listed: Listed; rank: number; closes: number }[] = [];
  for (const row of book.all("items")) {
    if (!KINDS.includes(row.kind)) continue;
    const visit = visitOf(row);
    const draft = book.get("drafts", visit.id);
    const last = told.get(visit.id) ?? null;
    const isFinished = finished(visit, last);
    const { opens, closes } = windowOf(visit);
    const listed: Listed = {
      visit,
      ready: book.get("papers", draft?.fields ? draft.checklist : visit.checklist) !== undefined,
      begun: Boolean(draft?.fields),
      told: last,
      photosWaiting: waiting.get(visit.id) ?? 0,
      tasks: isFinished || visit.removed !== null || !returnedOf(visit) ? 0 : openTasks(visit),
    };
    const rank = rankOf(visit, isFinished, (Date.parse(opens) || 0) < tomorrow);
    found.push({ listed, rank, closes: Date.parse(closes) || NEVER });
  }
  found.sort(
    by(
      (each) => each.rank,
      (each) => each.closes,
      (each) => each.listed.visit.id,
    ),
  );
  return found.map((each) => each.listed);
}

/** Whether there is nothing left to record: it was told here, or the server says so. */
function finished(visit: Visit, last: SubmissionRow | null): boolean {
  return !MAY_BEGIN.includes(visit.state) || (last !== null && last.attempt >= visit.attempt && stands(last));
}

function rankOf(visit: Visit, isFinished: boolean, opensToday: boolean): number {
  if (visit.practice) return 5;
  if (visit.removed !== null) return 4;
  if (isFinished) return 3;
  if (visit.state === "returned") return 0;
  return opensToday ? 1 : 2;
}
