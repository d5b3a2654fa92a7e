/** Puts many visits into the app's own encrypted store, as if they had been recorded: run in the page's place. */

import { openBook } from "@/store/book";
import type { ItemRow, PhotoRow, SubmissionRow } from "@/store/types";
import { Vault } from "@/store/vault";

const MANY_BYTES = 300_000;
const FINISHED_EVERY = 3;

/** `visits` orders like the first one that is there; every third finished, with photos of 300 KB, `photos` in all. */
export async function fill(given: { pin: string; visits: number; photos: number }): Promise<number> {
  const vault = await Vault.open();
  const keys = await vault.unlock(given.pin);
  const book = await openBook({ db: vault.db, storeName: "arsip", key: keys.inner! });
  const model = [...book.all("items")].find((row) => row.kind === "visit")!;
  const finished = Math.ceil(given.visits / FINISHED_EVERY);
  const each = Math.ceil(given.photos / finished);
  let left = given.photos;
  for (let n = 0; n < given.visits; n++) {
    const photos = n % FINISHED_EVERY === 0 ? Math.min(each, left) : 0;
    left -= photos;
    await book.change((writer) => {
      const visit = crypto.randomUUID();
      const raw = { ...model.raw, id: visit, state: photos ? "submitted" : "assigned" };
      writer.put("items", `visit/${visit}`, { ...model, id: visit, seq: 10_000 + n, raw } satisfies ItemRow);
      if (!photos) return;
      const told = toldOf(visit, String(model.raw["checklist"]));
      writer.put("submissions", told.id, told);
      for (let m = 0; m < photos; m++) {
        const photo = photoOf(visit, told.id);
        writer.put("photos", photo.id, photo);
        writer.putFile(photo.id, noise(MANY_BYTES));
      }
    });
  }
  book.close();
  vault.seal();
  return given.photos - left;
}

function toldOf(visit: string, checklist: string): SubmissionRow {
  const doc = JSON.stringify({ form: 1, visit, answers: Object.fromEntries(Array.from({ length: 60 }, (_, n) => [`I${n}`, { value: true, note: "catatan" }])) });
  const digest = "sha256:".padEnd(50, "x");
  const made_at = new Date().toISOString();
  return { id: crypto.randomUUID(), visit, attempt: 1, checklist, digest, doc, made_at, state: "outbox", slot: null, received_at: null, damaged: false, trouble: null, asked: 0 };
}

function photoOf(visit: string, submission: string): PhotoRow {
  const made_at = new Date().toISOString();
  return { id: crypto.randomUUID(), visit, submission, sha256: "x".repeat(43), size: MANY_BYTES, type: "image/jpeg", made_at, state: "captured", offset: 0, url: null, reason: null, careful: false, asked: 0 };
}

function noise(size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  for (let at = 0; at < size; at += 65_536) crypto.getRandomValues(bytes.subarray(at, Math.min(size, at + 65_536)));
  return bytes;
}
