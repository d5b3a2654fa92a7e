/**
 * Unsent work as a zip, for a phone that dies before it has a network (docs/protocol.md, Unsent work; twin of
 * fieldsync/store/unsent.py).
 *
 * `unsent.json` (format 1: device, user, made_at, items as they stand on the wire, descriptors of photos) and `photos/<id>`
 * with their bytes. The server takes it at POST /unsent-work; taking it twice changes nothing (K14).
 */

import { PhotoGone } from "@/errors-inside";
import { documentText } from "@/wire/document";
import { CLIENT, bytesOf, sha256Text, utcText } from "@/wire/names";
import { type DraftText, type Submission, request } from "@/wire/said";
import { PRACTICE, by, identity, photoContent, receipts } from "./records";
import type { Book, PhotoRow, SubmissionRow } from "./types";
import { ZipFile } from "./zip";

const FORMAT = 1;
const UNSENT: readonly string[] = ["captured", "declared", "sending"];

/**
 * Everything the server has not acknowledged, and every draft; also what belongs to visits that are no longer ours. Photos
 * stream through one at a time; those whose bytes are no longer what was recorded are left out.
 */
export async function exportUnsent(book: Book, now: Date): Promise<Blob> {
  const [drafts, photos] = [draftsOf(book), photosOf(book)]; // one moment for all
  const submissions = await Promise.all(receipts(book).filter(isWaiting).map(submissionOf));
  const zip = new ZipFile();
  const told: PhotoRow[] = [];
  for (const photo of photos) {
    try {
      await zip.add(`photos/${photo.id}`, await photoContent(book, photo));
      told.push(photo);
    } catch (problem) {
      if (!(problem instanceof PhotoGone)) throw problem;
    }
  }
  const { device, user } = identity(book);
  const about = { device, cursor: null, pending: null, sentAt: now };
  const { items = [], photos: offered = [] } = await request({ submissions, drafts, photos: told, kept: [] }, about);
  const said = { format: FORMAT, device, user, client: CLIENT, made_at: utcText(now), items, photos: offered };
  await zip.add("unsent.json", bytesOf(JSON.stringify(said)), { packed: true });
  return zip.end();
}

/** How many things are on this phone alone: finished visits, drafts as they are now, photos of both. */
export function countUnsent(book: Book): number {
  const drafts = [...book.all("drafts")].filter((row) => row.fields && row.rev > row.acked && row.visit !== PRACTICE);
  return drafts.length + [...book.all("submissions")].filter(isWaiting).length + [...book.all("photos")].filter(isUnsent).length;
}

function isWaiting(row: SubmissionRow): row is SubmissionRow & { readonly doc: string } {
  return row.state === "outbox" && row.doc !== null && row.visit !== PRACTICE;
}

async function submissionOf(row: SubmissionRow & { readonly doc: string }): Promise<Submission> {
  // Our own copy may have suffered; then the server keeps it as what it is.
  return { ...row, damaged: row.damaged || (await sha256Text(row.doc)) !== row.digest };
}

function draftsOf(book: Book): DraftText[] {
  const rows = [...book.all("drafts")].filter((row) => row.visit !== PRACTICE).sort(by((row) => row.visit));
  return rows.flatMap(({ visit, rev, fields }) => (fields ? [{ visit, rev, doc: documentText(fields) }] : []));
}

/** Those of drafts, too. */
function photosOf(book: Book): PhotoRow[] {
  return [...book.all("photos")].filter(isUnsent).sort(by((row) => row.id));
}

function isUnsent({ visit, state }: PhotoRow): boolean {
  return visit !== PRACTICE && UNSENT.includes(state);
}
