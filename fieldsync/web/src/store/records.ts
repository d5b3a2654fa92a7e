/**
 * What was recorded here, read and written as values (twin of fieldsync/store/records.py). Functions that take a writer
 * happen inside a `book.change`: all of it is durable when that resolves, or none of it happened (K1).
 */

import { NotSignedIn } from "@/errors";
import { NoSuchVisit, PhotoGone, UnknownWord } from "@/errors-inside";
import { documentText } from "@/wire/document";
import { sha256Bytes } from "@/wire/names";
import type { Fields, Visit } from "@/wire/types";
import { type OtherDraft, readOtherDraft, readVisit } from "@/wire/visit";
import { StoreBroken } from "./problems";
import type { Book, DraftRow, ItemRow, PaperRow, PhotoRow, SubmissionRow, Writer } from "./types";

/** Kind and id of the one visit to learn with. It is no UUID, so it can be mistaken for no order of the server's. */
export const PRACTICE = "practice";
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export type Reader = Pick<Book, "get" | "all">;
/** A draft being recorded: a row whose document is there. */
export type Draft = DraftRow & { readonly fields: Fields };

/** Who records here: this device's id, the user, and the token to speak with (null: signed out). */
export interface Identity {
  readonly device: string;
  readonly user: string;
  readonly username: string;
  readonly name: string;
  readonly token: string | null;
}

/** A photo to be kept: exactly these bytes under this id, which hash to `sha256`. */
export interface NewPhoto {
  readonly id: string;
  readonly visit: string;
  readonly content: Uint8Array;
  readonly sha256: string;
  readonly type: string;
  readonly made_at: string;
}

// Small facts

/** null when it was never noted. Whoever asks knows the shape: only we write here. */
export function fact<T>(book: Reader, name: string): T | null {
  return (book.get("facts", name)?.value ?? null) as T | null;
}

/** Note a fact or, with null, forget it. */
export function setFact(writer: Writer, name: string, value: unknown): void {
  if (value === null) writer.remove("facts", name);
  else writer.put("facts", name, { value });
}

/** Raises NotSignedIn when nobody ever signed in. */
export function identity(book: Reader): Identity {
  const known = fact<Identity>(book, "identity");
  if (!known) throw new NotSignedIn();
  return known;
}

// Visits and papers

export function visitOf(row: ItemRow): Visit {
  return readVisit(row.id, row.raw, row.removed, row.kind === PRACTICE);
}

/** One visit. Raises NoSuchVisit. */
export function visitNamed(book: Reader, visit: string): Visit {
  const row = book.get("items", itemKey(visit === PRACTICE ? PRACTICE : "visit", visit));
  if (!row) throw new NoSuchVisit({ visit });
  return visitOf(row);
}

export function itemKey(kind: string, id: string): string {
  return `${kind}/${id}`;
}

/** Keep a checklist or an earlier submission whose digest was checked. */
export async function keepPaper(book: Book, kind: PaperRow["kind"], digest: string, text: string): Promise<void> {
  await book.change((writer) => writer.put("papers", digest, { digest, kind, text }));
}

// Drafts

/** null when it is not begun, discarded or finished. */
export function draftOf(book: Reader, visit: string): Draft | null {
  const row = book.get("drafts", visit);
  return row?.fields ? { ...row, fields: row.fields } : null;
}

/** Save the whole draft, one revision further. Raises TextTooLong, ValueWrong: then nothing is saved. */
export function saveDraft(
  writer: Writer,
  draft: Pick<Draft, "visit" | "attempt" | "checklist" | "fields"> & { absent?: readonly string[] },
): Draft {
  const { visit, attempt, checklist } = draft;
  const fields = JSON.parse(documentText(draft.fields)) as Fields; // what memory holds is what the disk holds
  const before = writer.get("drafts", visit);
  const marks = { rev: (before?.rev ?? 0) + 1, acked: before?.acked ?? 0 };
  const row = { visit, attempt, checklist, ...marks, fields, absent: draft.absent ?? before?.absent ?? [] };
  writer.put("drafts", visit, row);
  return row;
}

/** Throw a draft away, with the photos only it knew. */
export function discardDraft(writer: Writer, visit: string): void {
  const row = writer.get("drafts", visit);
  if (row?.fields) writer.put("drafts", visit, { ...row, fields: null, rev: row.rev + 1, absent: [] });
  for (const photo of photosOf(writer, visit)) if (photo.submission === null) removePhoto(writer, photo.id);
}

/** Drafts of a visit on any device of hers, this one included, as the server lists them. */
export function otherDrafts(book: Reader, visit: string): OtherDraft[] {
  const found: OtherDraft[] = [];
  for (const row of book.all("items")) {
    const draft = row.kind === "draft" && row.removed === null ? readOtherDraft(row.id, row.raw) : null;
    if (draft?.visit === visit) found.push(draft);
  }
  return found;
}

// Photos

export function photosOf(book: Reader, visit: string): PhotoRow[] {
  return [...book.all("photos")].filter((photo) => photo.visit === visit).sort(by((photo) => photo.id));
}

/** A photo's id in its one spelling. Raises UnknownWord. */
export function photoName(name: string): string {
  const id = name.toLowerCase();
  if (!UUID.test(id)) throw new UnknownWord({ word: name.slice(0, 60), known: "UUID" });
  return id;
}

/** Its bytes and its row, in one. Raises StoreBroken when the id stands for other bytes. */
export function insertPhoto(writer: Writer, photo: NewPhoto): PhotoRow {
  const known = writer.get("photos", photo.id);
  if (known && known.sha256 !== photo.sha256) {
    throw new StoreBroken({ why: `the photo ${photo.id} was recorded before with other bytes` });
  }
  if (known) return known;
  const { id, visit, sha256, type, made_at } = photo;
  const fresh = { submission: null, state: "captured", offset: 0, url: null, reason: null, careful: false, asked: 0 } as const;
  const row: PhotoRow = { id, visit, sha256, size: photo.content.length, type, made_at, ...fresh };
  writer.putFile(id, photo.content);
  writer.put("photos", id, row);
  return row;
}

export function removePhoto(writer: Writer, photo: string): void {
  writer.remove("photos", photo);
  writer.removeFile(photo);
}

/** The bytes of a photo, exactly as recorded. Raises PhotoGone. */
export async function photoContent(book: Book, photo: PhotoRow): Promise<Uint8Array> {
  const content = await book.file(photo.id);
  if (!content || (await sha256Bytes(content)) !== photo.sha256) throw new PhotoGone({ photo: photo.id });
  return content;
}

// Submissions

const OLDEST_FIRST = by<SubmissionRow>(
  (row) => row.made_at,
  (row) => row.id,
);

/** What was finished here for one attempt of a visit, the last of it. */
export function told(book: Reader, visit: string, attempt: number): SubmissionRow | null {
  const rows = [...book.all("submissions")].filter((row) => row.visit === visit && row.attempt === attempt);
  return rows.sort(OLDEST_FIRST).at(-1) ?? null;
}

/** Everything finished here, oldest first. */
export function receipts(book: Reader): SubmissionRow[] {
  return [...book.all("submissions")].sort(OLDEST_FIRST);
}

/**
 * Whether it takes its attempt's place, as far as is known here. One that came late or could not be read does not:
 * should the visit be ours again, it may be told again.
 */
export function stands(row: SubmissionRow): boolean {
  return row.slot !== "late" && row.slot !== "quarantined";
}

/** The exact text of a submission made here or fetched; null when it was freed or never here. */
export function submissionText(book: Reader, digest: string): string | null {
  for (const row of book.all("submissions")) if (row.digest === digest && row.doc !== null) return row.doc;
  return book.get("papers", digest)?.text ?? null;
}

/** An order by several keys, the first that differs decides; texts by code unit, as everywhere else. */
export function by<T>(...keys: ((row: T) => string | number)[]): (a: T, b: T) => number {
  return (a, b) => {
    for (const key of keys) {
      const [left, right] = [key(a), key(b)];
      if (left !== right) return left < right ? -1 : 1;
    }
    return 0;
  };
}
