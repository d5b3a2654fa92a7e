/**
 * The records as the sync sees them: what waits, and what was answered (twin of fieldsync/store/outbox.py). Nothing here is
 * a call on the network. There is no lease: the tab's lock is it, and a tab that lost it can write nothing (K5, book.ts).
 * The visit to learn with is never among what is seen here.
 */

import { documentText, sizeOnWire } from "@/wire/document";
import type { SyncAnswer } from "@/wire/heard";
import { BODY_BYTES_MAX, ITEMS_PER_REQUEST, KEPT_PER_REQUEST, PHOTOS_PER_REQUEST, sha256Text } from "@/wire/names";
import { type DraftText, type Outgoing, type Pending, type PhotoOffer, type Submission, namesOf } from "@/wire/said";
import { previousOf } from "@/wire/visit";
import { type Applied, apply } from "./pages";
import { PRACTICE, by, fact, setFact, submissionText, visitOf } from "./records";
import type { Book, DraftRow, PaperRow, PhotoRow, PhotoState, SubmissionRow } from "./types";

const DOCUMENTS_BYTES_MAX = BODY_BYTES_MAX - 128 * 1024; // leaves room for 200 photo offers and the envelope
const MAY_BEGIN = ["assigned", "returned"];
const ON_ITS_WAY: readonly PhotoState[] = ["declared", "sending"];

/** A text we want: `id` of the submission ("" for a checklist), `digest` of the text. */
export interface Paper {
  readonly kind: PaperRow["kind"];
  readonly id: string;
  readonly digest: string;
}

/** Names of things that are left for the next run. */
export type Skip = ReadonlySet<string>;

/** All of Pending, and how many bytes of photos. */
export type Waiting = Required<Pending> & { readonly photo_bytes: number };

export class Outbox {
  constructor(readonly book: Book) {}

  // What waits

  /** Every run that sends photos asks anew where each stands: addresses and offsets of yesterday cost a lost piece. */
  begin(): Promise<void> {
    return this.book.change((writer) => {
      for (const row of [...writer.all("photos")]) {
        if (ON_ITS_WAY.includes(row.state)) writer.put("photos", row.id, { ...row, state: "captured" });
      }
    });
  }

  /** The history of the server that we follow. */
  epoch(): string | null {
    return fact(this.book, "epoch");
  }

  cursor(): string | null {
    return fact(this.book, "cursor");
  }

  /** Whether a finished visit waits that is not in `skip`. */
  documentsWait(skip: Skip): boolean {
    return this.#told().some((row) => !skip.has(row.id));
  }

  /** Names of all that has to be said to the server: submissions and photos by their own id, drafts by their visit's. */
  waiting(): Set<string> {
    const photos = this.#photos("captured").map((row) => row.id);
    return new Set([...this.#told().map((row) => row.id), ...this.#dirty().map((row) => row.visit), ...photos]);
  }

  /** Counts of what waits; photos only of finished visits. `oldest` in UTC. */
  pending(): Waiting {
    const photos = this.#photos("captured", ...ON_ITS_WAY);
    const photo_bytes = photos.reduce((sum, row) => sum + row.size - row.offset, 0);
    return counted(this.#dirty(), this.#told(), photos, photo_bytes);
  }

  /** What waits here and the server cannot know of from this request; null when the last one told the same. */
  untold(outgoing: Outgoing): Pending | null {
    const named = new Set(namesOf(outgoing));
    const not = (row: { readonly id: string }) => !named.has(row.id);
    const drafts = this.#dirty().filter((row) => !named.has(row.visit));
    const left = counted(drafts, this.#told().filter(not), this.#photos("captured").filter(not), 0);
    return fact(this.book, "pending_told") === toldOf(left) ? null : left;
  }

  /** What the next request carries: at most `most` things, documents first, oldest first, troubled ones last. */
  outgoing(most: number, skip: Skip): Outgoing {
    const submissions = this.#submissions(Math.min(most, ITEMS_PER_REQUEST), skip);
    const room = DOCUMENTS_BYTES_MAX - submissions.reduce((sum, told) => sum + sizeOnWire(told.doc), 0);
    const drafts = this.#drafts(Math.min(most, ITEMS_PER_REQUEST) - submissions.length, room, skip);
    const left = Math.min(PHOTOS_PER_REQUEST, most - submissions.length - drafts.length);
    return { submissions, drafts, photos: this.#offers(left, skip), kept: this.#kept() };
  }

  // What was answered

  /**
   * Apply an answer in one change (K3); nothing when it answers another cursor. `asked`, `told`: what the request asked,
   * and said to be pending. Bytes that are durable there go with it.
   */
  async apply(
    answer: SyncAnswer,
    { asked = [], told = null }: { asked?: readonly string[]; told?: Pending | null } = {},
  ): Promise<Applied> {
    const damaged = await this.#damaged(answer);
    return this.book.change((writer) => {
      const applied = apply(writer, answer, { asked, damaged });
      if (told && !applied.stale) setFact(writer, "pending_told", toldOf(told));
      return applied;
    });
  }

  /** Remember why submissions could not be sent; others first, next time (K10). */
  trouble(names: Iterable<string>, code: string): Promise<void> {
    return this.book.change((writer) => {
      for (const name of names) {
        const row = writer.get("submissions", name);
        if (row?.state === "outbox") writer.put("submissions", name, { ...row, trouble: code });
      }
    });
  }

  // Papers

  /** Checklists of visits that may still be made, and submissions that were returned. */
  papersWanted(): Paper[] {
    const wanted = new Map<string, Paper>();
    const want = (paper: Paper) => wanted.has(paper.digest) || wanted.set(paper.digest, paper);
    const rows = [...this.book.all("items")].filter((row) => row.kind === "visit" && row.removed === null);
    for (const visit of rows.sort(by((row) => row.id)).map(visitOf)) {
      const before = visit.state === "returned" ? previousOf(visit) : null;
      if (MAY_BEGIN.includes(visit.state) && visit.checklist) want({ kind: "checklist", id: "", digest: visit.checklist });
      if (before && submissionText(this.book, before.digest) === null) want({ kind: "submission", ...before });
    }
    return [...wanted.values()].filter((paper) => !this.book.get("papers", paper.digest));
  }

  // Photos on their way

  /** How many photos have an upload address and are not in `skip`. */
  uploadsLeft(skip: Skip): number {
    return this.#photos(...ON_ITS_WAY).filter((row) => !skip.has(row.id)).length;
  }

  /** Of those the next: oldest submission first, within it the smallest remainder first. */
  nextUpload(skip: Skip): PhotoRow | null {
    const free = this.#photos(...ON_ITS_WAY).filter((row) => !skip.has(row.id));
    return this.#oldestFirst(free, (row) => row.size - row.offset)[0] ?? null;
  }

  /** Remember how far a photo came; `offset` in bytes. */
  notePhoto(
    photo: string,
    state: PhotoState,
    { offset, reason = null, careful = false }: { offset: number; reason?: string | null; careful?: boolean },
  ): Promise<void> {
    return this.book.change((writer) => {
      const row = writer.get("photos", photo);
      if (!row) return;
      const came = { state, offset: Math.min(row.size, offset), reason, careful: row.careful || careful };
      writer.put("photos", photo, { ...row, ...came });
    });
  }

  remember(name: string, value: unknown): Promise<void> {
    return this.book.change((writer) => setFact(writer, name, value));
  }

  // Inside

  #told(): SubmissionRow[] {
    return [...this.book.all("submissions")].filter((row) => row.state === "outbox" && row.visit !== PRACTICE);
  }

  /** Drafts the server has not seen as they are; a discarded one too: it has no text then. */
  #dirty(): DraftRow[] {
    return [...this.book.all("drafts")].filter((row) => row.rev > row.acked && row.visit !== PRACTICE);
  }

  /** Photos of finished visits, in one of these states. */
  #photos(...states: PhotoState[]): PhotoRow[] {
    const wanted = (row: PhotoRow) => row.submission !== null && row.visit !== PRACTICE && states.includes(row.state);
    return [...this.book.all("photos")].filter(wanted);
  }

  #oldestFirst(photos: readonly PhotoRow[], then: (row: PhotoRow) => number): PhotoRow[] {
    const madeAt = (row: PhotoRow) => this.book.get("submissions", row.submission ?? "")?.made_at ?? "";
    return photos.toSorted(
      by(
        madeAt,
        (row) => row.submission ?? "",
        then,
        (row) => row.id,
      ),
    );
  }

  #submissions(most: number, skip: Skip): Submission[] {
    const found: Submission[] = [];
    let room = DOCUMENTS_BYTES_MAX;
    for (const row of this.#told().sort(
      by(
        (row) => Number(row.trouble !== null),
        (row) => row.made_at,
        (row) => row.id,
      ),
    )) {
      if (row.doc === null || skip.has(row.id)) continue;
      if (found.length >= most) break;
      const size = sizeOnWire(row.doc);
      if (size > room && found.length) continue;
      room -= size;
      const { id, visit, attempt, checklist, digest, doc, damaged } = row;
      found.push({ id, visit, attempt, checklist, digest, doc, damaged });
    }
    return found;
  }

  #drafts(most: number, room: number, skip: Skip): DraftText[] {
    const found: DraftText[] = [];
    let left = room;
    for (const row of this.#dirty().sort(by((row) => row.visit))) {
      if (skip.has(row.visit)) continue;
      if (found.length >= most) break;
      const doc = row.fields && documentText(row.fields);
      const size = sizeOnWire(doc);
      if (size > left) continue;
      left -= size;
      found.push({ visit: row.visit, rev: row.rev, doc });
    }
    return found;
  }

  #offers(most: number, skip: Skip): PhotoOffer[] {
    const free = this.#photos("captured").filter((row) => !skip.has(row.id));
    const next = this.#oldestFirst(free, (row) => row.size).slice(0, Math.max(0, most));
    return next.map(({ id, visit, sha256, size, type }) => ({ id, visit, sha256, size, type }));
  }

  /** Whose durability we ask about: those asked about least often, oldest first. */
  #kept(): string[] {
    const told = [...this.book.all("submissions")].filter((row) => row.state === "kept" && row.visit !== PRACTICE);
    const order = by<SubmissionRow | PhotoRow>(
      (row) => row.asked,
      (row) => row.made_at,
      (row) => row.id,
    );
    return [...told, ...this.#photos("stored")]
      .sort(order)
      .slice(0, KEPT_PER_REQUEST)
      .map((row) => row.id);
  }

  async #damaged(answer: SyncAnswer): Promise<Set<string>> {
    const damaged = new Set<string>();
    for (const result of answer.results.filter((each) => each.reason === "digest")) {
      const row = this.book.get("submissions", result.id);
      if (row?.doc != null && (await sha256Text(row.doc)) !== row.digest) damaged.add(row.id);
    }
    return damaged;
  }
}

function counted(
  drafts: readonly DraftRow[],
  told: readonly SubmissionRow[],
  photos: readonly PhotoRow[],
  photo_bytes: number,
): Waiting {
  const oldest = [...told, ...photos].map((row) => row.made_at).sort()[0] ?? null;
  return { drafts: drafts.length, submissions: told.length, photos: photos.length, photo_bytes, oldest };
}

/** What was said to be pending, in a form that compares. */
function toldOf({ drafts, submissions, photos, oldest }: Pending): string {
  return JSON.stringify([drafts, submissions, photos, oldest]);
}
