/** What the phone remembers, as values. Rows are never changed in place: a change puts a new one. */

import type { Fields, Raw } from "@/wire/types";

/** A thing the server lists for us, of any kind, as it came. */
export interface ItemRow {
  readonly kind: string;
  readonly id: string;
  readonly seq: number;
  readonly raw: Raw;
  /** Why it is no longer ours; kept only beside work of ours. */
  readonly removed: string | null;
  /** Not met yet since the list is read anew. */
  readonly unseen: boolean;
}

export interface DraftRow {
  readonly visit: string;
  readonly attempt: number;
  readonly checklist: string;
  /** Outlives the document: the server keeps the highest it has seen. */
  readonly rev: number;
  readonly acked: number;
  /** null: discarded or finished. */
  readonly fields: Fields | null;
  /** Photos it speaks of whose bytes are neither here nor with the server. */
  readonly absent: readonly string[];
}

export interface SubmissionRow {
  readonly id: string;
  readonly visit: string;
  readonly attempt: number;
  readonly checklist: string;
  readonly digest: string;
  /** The exact text; null once freed. */
  readonly doc: string | null;
  readonly made_at: string;
  readonly state: "outbox" | "kept" | "freed";
  readonly slot: string | null;
  /** By the server's clock. */
  readonly received_at: string | null;
  readonly damaged: boolean;
  readonly trouble: string | null;
  readonly asked: number;
}

export type PhotoState = "captured" | "declared" | "sending" | "stored" | "bad" | "lost" | "freed";

export interface PhotoRow {
  readonly id: string;
  readonly visit: string;
  /** null while its visit is a draft: such photos are not sent. */
  readonly submission: string | null;
  readonly sha256: string;
  readonly size: number;
  readonly type: string;
  readonly made_at: string;
  readonly state: PhotoState;
  readonly offset: number;
  readonly url: string | null;
  readonly reason: string | null;
  readonly careful: boolean;
  readonly asked: number;
}

/** An exact text named by its digest: a checklist, or a submission made before this phone. */
export interface PaperRow {
  readonly digest: string;
  readonly kind: "checklist" | "submission";
  readonly text: string;
}

/** A page of the notebook that everybody may see. */
export interface NoteRow {
  readonly id: string;
  readonly title: string;
  readonly text: string;
  readonly changed_at: string;
}

/** The tables of the records, by name; keys: items `kind/id`, drafts by visit, runs by number, facts by name. */
export interface Tables {
  items: ItemRow;
  drafts: DraftRow;
  submissions: SubmissionRow;
  photos: PhotoRow;
  papers: PaperRow;
  runs: Raw & { readonly n: number };
  /** Small facts: identity, cursor, epoch, budget, …; see records.ts. */
  facts: { readonly value: unknown };
  notes: NoteRow;
}
export type TableName = keyof Tables;

/** What an edit may do. All of it happens, or nothing; reads see what was written before. */
export interface Writer {
  get<T extends TableName>(table: T, key: string): Tables[T] | undefined;
  all<T extends TableName>(table: T): Iterable<Tables[T]>;
  put<T extends TableName>(table: T, key: string, row: Tables[T]): void;
  remove(table: TableName, key: string): void;
  /** Bytes beside the rows (photos), encrypted like them. */
  putFile(id: string, content: Uint8Array): void;
  removeFile(id: string): void;
}

/**
 * Everything one key opens, decrypted in memory, with the encrypted database behind it. Reading is immediate; `change`
 * is durable (one strict transaction) before it resolves, and memory changes only then.
 */
export interface Book {
  get<T extends TableName>(table: T, key: string): Tables[T] | undefined;
  all<T extends TableName>(table: T): Iterable<Tables[T]>;
  /** `edit` is synchronous and may throw: then nothing happened. Raises StoreFull, StoreTaken, StoreBroken. */
  change<R>(edit: (writer: Writer) => R): Promise<R>;
  /** Bytes exactly as kept; null when they are not there or cannot be read. */
  file(id: string): Promise<Uint8Array | null>;
  /** Called after every change that was kept. */
  subscribe(heard: () => void): () => void;
  /** Forget keys and rows in memory. */
  close(): void;
}
