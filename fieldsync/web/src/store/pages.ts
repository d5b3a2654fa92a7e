/**
 * Applying an answer of the server: whole, inside the caller's change (docs/protocol.md, What the phone does; twin of
 * fieldsync/store/pages.py).
 */

import type { Change, SyncAnswer, Upload } from "@/wire/heard";
import { PRACTICE, fact, itemKey, setFact } from "./records";
import type { PhotoRow, Writer } from "./types";

/** What an answer changed here. */
export interface Applied {
  /** It answered another question, and nothing was changed. */
  readonly stale: boolean;
  readonly more: boolean;
  /** The list did not add up, so it will be read anew. */
  readonly healed: boolean;
  readonly changes: number;
  /** Photos whose bytes went. */
  readonly freed: readonly string[];
  readonly bad: readonly (readonly [photo: string, reason: string])[];
  /** Photos the server takes later. */
  readonly held: readonly string[];
}

const NOTHING: Applied = { stale: true, more: false, healed: false, changes: 0, freed: [], bad: [], held: [] };

/**
 * `asked`: the ids whose durability the request asked about. `damaged`: submissions whose own copy here no longer matches
 * its digest (looked at before, since hashing waits and a change must not).
 */
export function apply(
  writer: Writer,
  answer: SyncAnswer,
  { asked, damaged }: { asked: readonly string[]; damaged: ReadonlySet<string> },
): Applied {
  const cursor = fact<string>(writer, "cursor");
  if (answer.answers !== cursor) return NOTHING;
  if (!answer.outdated && answer.epoch !== fact<string>(writer, "epoch")) {
    offerAgain(writer);
    setFact(writer, "epoch", answer.epoch);
  }
  settleSubmissions(writer, answer, damaged);
  settleDrafts(writer, answer);
  const bad = answer.uploads.map((upload) => settlePhoto(writer, upload)).filter((each) => each !== null);
  const freed = free(writer, answer.durable);
  for (const id of asked) countAsked(writer, id);
  const healed = !answer.outdated && readPage(writer, answer, answer.reset || cursor === null);
  return {
    stale: false,
    more: answer.more && !answer.outdated,
    healed,
    changes: answer.outdated ? 0 : answer.changes.length,
    freed,
    bad,
    held: answer.uploads.filter((upload) => upload.state === "wait").map((upload) => upload.photo),
  };
}

/** Another epoch is another database, perhaps an older one: whatever we still keep is offered again (K7). */
export function offerAgain(writer: Writer): void {
  setFact(writer, "pending_told", null);
  for (const row of [...writer.all("submissions")]) {
    if (row.state === "kept" && row.visit !== PRACTICE) writer.put("submissions", row.id, { ...row, state: "outbox" });
  }
  for (const row of [...writer.all("drafts")]) if (row.fields) writer.put("drafts", row.visit, { ...row, acked: 0 });
  for (const row of [...writer.all("photos")]) {
    if (["declared", "sending", "stored", "bad"].includes(row.state)) {
      writer.put("photos", row.id, { ...row, state: "captured", offset: 0, url: null, careful: false, reason: null });
    }
  }
}

function settleSubmissions(writer: Writer, answer: SyncAnswer, damaged: ReadonlySet<string>): void {
  for (const result of answer.results) {
    const row = writer.get("submissions", result.id);
    if (!row || row.digest !== result.digest) continue;
    if (result.status !== "stored" && result.status !== "duplicate") {
      // Damaged on the way, or here? Only our own copy can tell.
      const ours = row.damaged || (result.reason === "digest" && damaged.has(row.id));
      writer.put("submissions", row.id, { ...row, trouble: result.reason ?? result.status, damaged: ours });
    } else if (row.state !== "freed") {
      const heard = { slot: result.slot ?? row.slot, received_at: row.received_at ?? answer.server_time };
      writer.put("submissions", row.id, { ...row, ...heard, state: "kept", trouble: null });
    }
  }
}

function settleDrafts(writer: Writer, answer: SyncAnswer): void {
  for (const kept of answer.drafts) {
    const row = writer.get("drafts", kept.visit);
    if (!row) continue;
    // Clean up to what the server named, not up to what we have by now (K6). If it names more than we ever wrote, this
    // store is a copy of an older day: write above that.
    const acked = Math.max(row.acked, kept.rev);
    writer.put("drafts", row.visit, row.rev >= kept.rev ? { ...row, acked } : { ...row, acked: kept.rev, rev: kept.rev + 1 });
  }
}

function settlePhoto(writer: Writer, upload: Upload): readonly [string, string] | null {
  const row = writer.get("photos", upload.photo);
  if (!row || row.state === "freed") return null;
  const put = (changed: Partial<PhotoRow>) => writer.put("photos", row.id, { ...row, ...changed });
  if (upload.state === "stored" || upload.state === "have") {
    put({ state: "stored", offset: row.size });
  } else if (upload.state === "bad") {
    put({ state: "bad", reason: upload.reason ?? "?" });
    return [row.id, upload.reason ?? "?"];
  } else if (upload.state === "need" && row.state !== "lost") {
    put({ state: "declared", offset: Math.min(upload.offset, row.size), url: upload.url });
  }
  return null;
}

/** Text and bytes go only when the server has them for good (K8). */
function free(writer: Writer, durable: readonly string[]): string[] {
  const freed: string[] = [];
  for (const id of durable) {
    const told = writer.get("submissions", id);
    if (told?.state === "kept") writer.put("submissions", id, { ...told, state: "freed", doc: null });
    const photo = writer.get("photos", id);
    if (photo?.state !== "stored") continue;
    writer.put("photos", id, { ...photo, state: "freed" });
    writer.removeFile(id);
    freed.push(id);
  }
  return freed;
}

function countAsked(writer: Writer, id: string): void {
  const told = writer.get("submissions", id);
  if (told) writer.put("submissions", id, { ...told, asked: told.asked + 1 });
  const photo = writer.get("photos", id);
  if (photo) writer.put("photos", id, { ...photo, asked: photo.asked + 1 });
}

/** The changes of a page; true when the list does not add up at its end. */
function readPage(writer: Writer, answer: SyncAnswer, anew: boolean): boolean {
  if (anew) {
    for (const row of listed(writer)) writer.put("items", itemKey(row.kind, row.id), { ...row, unseen: true });
    setFact(writer, "reading_anew", true);
  }
  for (const change of answer.changes) takeChange(writer, change);
  setFact(writer, "cursor", answer.cursor);
  return !answer.more && closeList(writer, answer.check);
}

function takeChange(writer: Writer, change: Change): void {
  const { kind, id, seq, raw } = change;
  if (change.removed === null) writer.put("items", itemKey(kind, id), { kind, id, seq, raw, removed: null, unseen: false });
  else takeAway(writer, itemKey(kind, id), change.removed);
}

/** Take a thing off the list; beside work of ours it stays, hidden, with the reason (K4). */
function takeAway(writer: Writer, key: string, reason: string): void {
  const row = writer.get("items", key);
  if (!row) return;
  if (row.kind === "visit" && hasWork(writer, row.id)) writer.put("items", key, { ...row, removed: reason, unseen: false });
  else writer.remove("items", key);
}

/** Whether there is anything of ours beside a visit: a draft, a finished text, a photo. */
function hasWork(writer: Writer, visit: string): boolean {
  const isIts = (row: { readonly visit: string }) => row.visit === visit;
  return (
    Boolean(writer.get("drafts", visit)?.fields) ||
    [...writer.all("submissions")].some(isIts) ||
    [...writer.all("photos")].some(isIts)
  );
}

/**
 * The last page has come: drop what was not met, and add up. True when the sum is wrong; the cursor is forgotten then, and
 * the list is read anew (K9).
 */
function closeList(writer: Writer, check: readonly [number, number] | null): boolean {
  if (fact(writer, "reading_anew") !== null) {
    for (const row of listed(writer)) {
      const key = itemKey(row.kind, row.id);
      if (row.unseen && row.removed === null) takeAway(writer, key, "gone");
      else if (row.unseen) writer.put("items", key, { ...row, unseen: false });
    }
    setFact(writer, "reading_anew", null);
  }
  const live = listed(writer).filter((row) => row.removed === null);
  const sum = live.reduce((total, row) => total + row.seq, 0);
  if (check === null || (live.length === check[0] && sum === check[1])) return false;
  setFact(writer, "cursor", null);
  setFact(writer, "healed", (fact<number>(writer, "healed") ?? 0) + 1);
  return true;
}

/** What the server lists; the visit to learn with was made here. */
function listed(writer: Writer) {
  return [...writer.all("items")].filter((row) => row.kind !== PRACTICE);
}
