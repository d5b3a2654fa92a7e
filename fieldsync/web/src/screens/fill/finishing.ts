/** What finishing says about gaps and receipts, in values. */

import type { Gap } from "@/engine/types";
import type { PhotoRow } from "@/store/types";

export interface Counted {
  readonly answers: number;
  readonly photos: number;
  readonly notes: number;
  readonly values: number;
  readonly later: number;
}

const KIND: Readonly<Record<string, keyof Counted>> = {
  "answer-missing": "answers",
  "follow-up-missing": "later",
  "note-missing": "notes",
  "value-wrong": "values",
  "photo-missing": "photos",
  "photo-elsewhere": "photos",
  "reason-unknown": "photos",
  "photo-forbidden": "values",
};

export function counted(gaps: readonly Gap[]): Counted {
  const found = { answers: 0, photos: 0, notes: 0, values: 0, later: 0 };
  for (const gap of gaps) found[KIND[gap.code] ?? "values"] += 1;
  return found;
}

/** The beginning of a digest in groups of four, to be read aloud: `Rj7z l4sU gIEy`. */
export function shortDigest(digest: string): string {
  return (/[^:]*$/.exec(digest)![0].slice(0, 12).match(/.{1,4}/g) ?? []).join(" ");
}

export interface PhotosTold {
  readonly waiting: number;
  /** The server said that it has them. */
  readonly received: number;
  /** Damaged, or of no use to the server: waiting will not help. */
  readonly useless: number;
}

/** Where the photos of a submission stand. */
export function photosOf(photos: readonly PhotoRow[], submission: string): PhotosTold {
  const states = photos.filter((photo) => photo.submission === submission).map((photo) => photo.state);
  const count = (...of: PhotoRow["state"][]) => states.filter((state) => of.includes(state)).length;
  return { waiting: count("captured", "declared", "sending"), received: count("stored", "freed"), useless: count("bad", "lost") };
}
