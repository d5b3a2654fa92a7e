/**
 * What a revocation does: what the server has is wiped here, what it has not stays, unreadable on every screen, until its
 * owner signs in again (as a new device: a revoked one stays revoked).
 */

import { type Identity, PRACTICE, type Reader, fact, identity, itemKey, removePhoto, setFact } from "@/store/records";
import type { Book, Writer } from "@/store/types";

/** Codes of the server that take this phone, or its user, out of service. */
const REVOKED: readonly unknown[] = ["device-revoked", "user-disabled"];

export function isSealed(book: Reader): boolean {
  return fact(book, "sealed") !== null;
}

export function isRevoked(code: unknown): boolean {
  return REVOKED.includes(code);
}

/**
 * Wipe and seal, in one change. Gone: the list, kept texts, stored photos, papers no draft needs, the visit to learn with,
 * the token. Kept: drafts, finished visits that were not received, photos that were not, and the orders these belong to.
 */
export function wipe(book: Book, why: string): Promise<void> {
  return book.change((writer) => {
    wipePractice(writer);
    for (const row of [...writer.all("photos")]) {
      if (row.state === "stored" || row.state === "freed") removePhoto(writer, row.id);
    }
    const unsent = [...writer.all("photos")];
    const owed = new Set(unsent.map((row) => row.submission));
    for (const row of [...writer.all("submissions")]) {
      if (row.state === "outbox") continue;
      // Of a text that was received only the row stays, as long as photos wait to follow it.
      if (owed.has(row.id)) writer.put("submissions", row.id, { ...row, state: "freed", doc: null });
      else writer.remove("submissions", row.id);
    }
    for (const row of [...writer.all("drafts")]) if (!row.fields) writer.remove("drafts", row.visit);
    const ours = [...writer.all("drafts"), ...writer.all("submissions"), ...unsent].map((row) => row.visit);
    keepOnly(writer, new Set(ours));
    // Without an epoch, the first answer after this has everything that is left offered again (K7), by another device.
    for (const name of ["cursor", "epoch", "reading_anew", "pending_told"]) setFact(writer, name, null);
    setFact(writer, "identity", { ...identity(writer), token: null } satisfies Identity);
    setFact(writer, "sealed", why);
  });
}

/** The visit to learn with, and whatever was recorded of it. */
export function wipePractice(writer: Writer): void {
  const order = writer.get("items", itemKey(PRACTICE, PRACTICE));
  if (!order) return;
  for (const row of [...writer.all("photos")]) if (row.visit === PRACTICE) removePhoto(writer, row.id);
  for (const row of [...writer.all("submissions")]) if (row.visit === PRACTICE) writer.remove("submissions", row.id);
  writer.remove("drafts", PRACTICE);
  writer.remove("papers", String(order.raw["checklist"]));
  writer.remove("items", itemKey(PRACTICE, PRACTICE));
}

function keepOnly(writer: Writer, visits: ReadonlySet<string>): void {
  for (const row of [...writer.all("items")]) {
    if (row.kind !== "visit" || !visits.has(row.id)) writer.remove("items", itemKey(row.kind, row.id));
  }
  const needed = new Set([...writer.all("drafts")].map((row) => row.checklist));
  for (const row of [...writer.all("papers")]) if (!needed.has(row.digest)) writer.remove("papers", row.digest);
}
