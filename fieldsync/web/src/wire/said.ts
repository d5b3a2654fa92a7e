/** What we say: requests, built here and nowhere else. */

import { CLIENT, PROTOCOL, bytesOf, sha256Text, utcText } from "./names";
import type { Json, Raw } from "./types";

/** A finished visit as it was told once and for ever; `doc` is the exact text, `digest` its name. */
export interface Submission {
  readonly id: string;
  readonly visit: string;
  readonly attempt: number;
  readonly checklist: string;
  readonly digest: string;
  readonly doc: string;
  /** Our own copy no longer matches its digest. */
  readonly damaged?: boolean;
}

/** One revision of this device's draft of a visit; `doc` null says it was discarded. */
export interface DraftText {
  readonly visit: string;
  readonly rev: number;
  readonly doc: string | null;
}

/** A photo we have: `sha256` and `size` (bytes) of exactly the bytes that would be sent. */
export interface PhotoOffer {
  readonly id: string;
  readonly visit: string;
  readonly sha256: string;
  readonly size: number;
  readonly type: string;
}

/** What still waits here, told so that a lost phone is not a silent one. `oldest` in UTC. */
export interface Pending {
  readonly drafts?: number;
  readonly submissions?: number;
  readonly photos?: number;
  readonly oldest?: string | null;
}

/** What one request carries besides the question for changes. */
export interface Outgoing {
  readonly submissions: readonly Submission[];
  readonly drafts: readonly DraftText[];
  readonly photos: readonly PhotoOffer[];
  readonly kept: readonly string[];
}

export const NOTHING_OUTGOING: Outgoing = { submissions: [], drafts: [], photos: [], kept: [] };

/** Ids of the things sent: submissions and photos by their own, drafts by their visit's. */
export function namesOf(outgoing: Outgoing): string[] {
  const named = (things: readonly { readonly id: string }[]) => things.map((thing) => thing.id);
  return [...named(outgoing.submissions), ...outgoing.drafts.map((draft) => draft.visit), ...named(outgoing.photos)];
}

/**
 * The body of POST /sync (protocol 6.5): what there is to say and nothing else, since most requests have no news.
 *
 * `pending`: what waits here besides what this request carries; null when the server knows. `sentAt` goes with documents
 * only: it is kept beside them.
 */
export async function request(
  outgoing: Outgoing,
  about: { readonly device: string; readonly cursor: string | null; readonly pending: Pending | null; readonly sentAt: Date },
): Promise<Raw> {
  const items: Json[] = [...outgoing.submissions.map(submissionItem), ...(await Promise.all(outgoing.drafts.map(draftItem)))];
  const said: { [name: string]: Json } = { protocol: PROTOCOL, device: about.device, client: CLIENT };
  if (items.length) said["sent_at"] = utcText(about.sentAt);
  if (about.cursor !== null) said["cursor"] = about.cursor;
  if (about.pending) said["pending"] = pendingItem(about.pending);
  const lists: [string, Json[]][] = [
    ["photos", outgoing.photos.map(photoItem)],
    ["items", items],
    ["kept", [...outgoing.kept]],
  ];
  for (const [name, things] of lists) if (things.length) said[name] = things;
  return said;
}

/** A request as bytes: JSON in UTF-8. */
export function body(said: Raw): Uint8Array<ArrayBuffer> {
  return bytesOf(JSON.stringify(said));
}

// Members are named one by one: a row with more of them must not tell more.

function submissionItem({ id, visit, attempt, checklist, digest, doc, damaged }: Submission): Json {
  const said = { kind: "submission", id, visit, attempt, checklist, digest, doc };
  return damaged ? { ...said, damaged: true } : said;
}

async function draftItem({ visit, rev, doc }: DraftText): Promise<Json> {
  return { kind: "draft", visit, rev, digest: doc === null ? null : await sha256Text(doc), doc };
}

function photoItem({ id, visit, sha256, size, type }: PhotoOffer): Json {
  return { id, visit, sha256, size, type };
}

/** As it is told: only what there is. {} says that nothing waits. */
export function pendingItem({ drafts = 0, submissions = 0, photos = 0, oldest }: Pending): Raw {
  const said = Object.fromEntries(Object.entries({ drafts, submissions, photos }).filter(([, count]) => count));
  return Object.keys(said).length && oldest ? { ...said, oldest } : said;
}
