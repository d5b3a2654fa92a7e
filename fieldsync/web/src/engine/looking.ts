/** What the phone knows, as the screens see it: no network, no waiting. */

import { AlreadyTold, ChecklistMissing, NoSuchVisit, NotStarted, PhotoGone, Sealed } from "@/errors-inside";
import { type Gap, gapsIn } from "@/rules/answers";
import type { Budget } from "@/rules/budget";
import { asked, factsFor, itemsFor, readInstrument } from "@/rules/conditions";
import { Ledger } from "@/store/ledger";
import { Outbox } from "@/store/outbox";
import type { Draft, Identity, Reader } from "@/store/records";
import {
  PRACTICE,
  draftOf,
  fact,
  identity,
  photoContent,
  photosOf,
  receipts,
  stands,
  submissionText,
  told,
  visitNamed,
} from "@/store/records";
import type { Book, PhotoRow, SubmissionRow } from "@/store/types";
import type { Fields, Instrument, Item, Json, Visit } from "@/wire/types";
import { factsOf, previousOf } from "@/wire/visit";
import { firstFields, readDocument } from "./beginning";
import type { Edges } from "./edges";
import { listVisits } from "./listing";
import { tasksOf } from "./returning";
import type { Listed, Task, Unsent } from "./types";
import { isSealed } from "./wiping";

export class Looking {
  protected readonly ledger: Ledger;
  protected readonly outbox: Outbox;
  // Exact texts never change, so what was read out of one stays true.
  readonly #instruments = new Map<string, Instrument>();
  readonly #told = new Map<string, Fields | null>();

  constructor(
    protected readonly book: Book,
    protected readonly edges: Edges,
  ) {
    this.ledger = new Ledger(book);
    this.outbox = new Outbox(book);
  }

  /** Raises NotSignedIn. */
  identity(): Identity {
    return identity(this.book);
  }

  sealed(): boolean {
    return isSealed(this.book);
  }

  // Visits

  visits(): Listed[] {
    if (this.sealed()) return [];
    return listVisits(this.book, this.edges.clock(), (visit) => this.tasks(visit.id).filter((task) => !task.done).length);
  }

  /** Raises NoSuchVisit. */
  visit(id: string): Visit {
    if (this.sealed()) throw new NoSuchVisit({ visit: id });
    return visitNamed(this.book, id);
  }

  /** null when it is not begun, discarded or finished. */
  draft(visit: string): Draft | null {
    return this.sealed() ? null : draftOf(this.book, visit);
  }

  toldBefore(visit: string): Fields | null {
    const known = this.visit(visit);
    const digest = previousOf(known)?.digest;
    return digest === undefined ? null : this.#documentOf(known, digest);
  }

  /** A checklist. Raises ChecklistMissing, ChecklistUnreadable. */
  instrument(digest: string): Instrument {
    const known = this.#instruments.get(digest);
    if (known) return known;
    const text = this.book.get("papers", digest)?.text;
    if (text === undefined) throw new ChecklistMissing();
    const instrument = readInstrument(text);
    this.#instruments.set(digest, instrument);
    return instrument;
  }

  items(visit: string): Item[] {
    return itemsFor(this.#checklistOf(visit), this.visit(visit).variant);
  }

  asked(visit: string): Item[] {
    return asked(this.items(visit), this.draft(visit)?.fields.answers ?? {}, this.facts(visit));
  }

  /** The facts that conditions and scores of this visit look at. */
  facts(visit: string): Record<string, Json> {
    return factsFor(this.#checklistOf(visit), factsOf(this.visit(visit)));
  }

  /** What the draft still lacks. It can be finished all the same. Raises NotStarted, ChecklistMissing. */
  missing(visit: string): Gap[] {
    const { fields, absent } = this.begun(this.book, visit);
    const lacking = Object.entries(fields.answers).filter(([, told]) => told.photos?.some((id) => absent.includes(id)));
    const elsewhere = lacking.map(([item]): Gap => ({ item, code: "photo-elsewhere" }));
    return [...gapsIn(this.items(visit), fields.answers, this.facts(visit)), ...elsewhere];
  }

  tasks(visit: string): Task[] {
    const known = this.visit(visit);
    const finished = told(this.book, visit, known.attempt);
    const now = this.draft(visit)?.fields ?? (finished && this.#documentOf(known, finished.digest));
    return tasksOf(known, this.toldBefore(visit), now);
  }

  // What was finished, and photos

  receipts(): SubmissionRow[] {
    return this.sealed() ? [] : receipts(this.book).filter((row) => row.visit !== PRACTICE);
  }

  photos(visit: string): PhotoRow[] {
    return this.sealed() ? [] : photosOf(this.book, visit);
  }

  photo(id: string): PhotoRow | null {
    return this.sealed() ? null : (this.book.get("photos", id) ?? null);
  }

  /** Its bytes, exactly as recorded. Raises PhotoGone. */
  async photoContent(id: string): Promise<Uint8Array> {
    const row = this.photo(id);
    if (!row) throw new PhotoGone({ photo: id });
    return photoContent(this.book, row);
  }

  // The line

  unsent(): Unsent {
    return this.outbox.pending();
  }

  /** null before the first. */
  lastSync(): { readonly at: string; readonly problem: string | null } | null {
    return fact(this.book, "last_sync");
  }

  /** The last ten syncs for those who help, the newest first; numbers, codes and clocks, never contents. */
  runs(): readonly Record<string, Json>[] {
    return this.ledger.runs();
  }

  budget(): Budget {
    return this.ledger.budget();
  }

  // Inside

  /** The draft that may be changed. Raises Sealed, AlreadyTold when it was finished, NotStarted. */
  protected begun(book: Reader, visit: string): Draft {
    if (isSealed(book)) throw new Sealed();
    const draft = draftOf(book, visit);
    if (draft) return draft;
    const finished = told(book, visit, visitNamed(book, visit).attempt);
    throw finished && stands(finished) ? new AlreadyTold() : new NotStarted();
  }

  #checklistOf(visit: string): Instrument {
    return this.instrument(this.draft(visit)?.checklist ?? this.visit(visit).checklist);
  }

  /** What an exact text says; null when it is not here, or no document. */
  #documentOf(visit: Visit, digest: string): Fields | null {
    const known = this.#told.get(digest);
    if (known !== undefined) return known;
    const text = submissionText(this.book, digest);
    if (text === null) return null;
    const document = readDocument(text);
    const fields = document && firstFields(visit, document, new Date(0));
    this.#told.set(digest, fields);
    return fields;
  }
}
