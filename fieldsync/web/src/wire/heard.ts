/**
 * What we hear: answers, read into readonly values. Anything of a wrong type raises AnswerBroken, and nothing else is
 * ever raised; members we do not know are ignored.
 *
 * A count here is a safe integer. 1.0 and 1 are the same number to JavaScript, so a count with a point in it, which the
 * Python client refuses, is taken: harmless, for it counts the same, and we never send one back.
 */

import { AnswerBroken } from "@/errors";
import { PROTOCOL, epochOf } from "./names";
import type { Json, Raw } from "./types";

/** What became of a submission: `status` stored, duplicate or retry; `slot` current, late or quarantined. */
export interface Result {
  readonly id: string;
  readonly digest: string;
  readonly status: string;
  readonly slot: string | null;
  readonly reason: string | null;
}

/** The revision of our draft that the server keeps. */
export interface DraftResult {
  readonly visit: string;
  readonly rev: number;
}

/** Where a photo stands: `state` need (with offset in bytes and url), have, stored, bad or wait (with reason). */
export interface Upload {
  readonly photo: string;
  readonly state: string;
  readonly offset: number;
  readonly url: string | null;
  readonly reason: string | null;
}

/** One entry of our list; `removed` holds the reason when the thing is no longer ours. `raw` is all that came. */
export interface Change {
  readonly seq: number;
  readonly kind: string;
  readonly id: string;
  readonly removed: string | null;
  readonly raw: Raw;
}

/** The answer to POST /sync and GET /changes. */
export interface SyncAnswer {
  readonly server_time: string;
  /** The member "for": the cursor that was asked with. */
  readonly answers: string | null;
  readonly reset: boolean;
  readonly results: readonly Result[];
  readonly drafts: readonly DraftResult[];
  readonly uploads: readonly Upload[];
  readonly changes: readonly Change[];
  /** null only in an answer to a client that is too old. */
  readonly cursor: string | null;
  readonly epoch: string | null;
  readonly more: boolean;
  readonly check: readonly [count: number, sum: number] | null;
  readonly durable: readonly string[];
  readonly notices: readonly Json[];
  /** We are too old to be told changes: what was pushed counts, the list is not read. */
  readonly outdated: boolean;
}

/** Read an answer of POST /sync. */
export function readAnswer(raw: Uint8Array): SyncAnswer {
  const said = mapping(readJson(raw), "answer");
  if (whole(said, "protocol") !== PROTOCOL) throw broken("protocol");
  const told = mappings(said, "results");
  const [count, sum, ...rest] = list(said, "check").map((each) => counted(each, "check"));
  if (rest.length || (count === undefined) !== (sum === undefined)) throw broken("check");
  const notices = list(said, "notices");
  const outdated = notices.some((each) => isMapping(each) && each["code"] === "upgrade-required");
  const cursor = maybeText(said, "cursor");
  if (cursor === null && !outdated) throw broken("cursor");
  return {
    server_time: text(said, "server_time"),
    answers: maybeText(said, "for"),
    reset: truth(said, "reset"),
    results: told.filter((each) => !Object.hasOwn(each, "draft")).map(result),
    drafts: told.filter((each) => each["draft"] && (each["rev"] ?? null) !== null).map(draftResult),
    uploads: mappings(said, "uploads").map(upload),
    changes: mappings(said, "changes").map(change),
    cursor,
    epoch: epochOf(cursor),
    more: truth(said, "more"),
    check: count !== undefined && sum !== undefined ? [count, sum] : null,
    durable: list(said, "durable").map((each) => string(each, "durable")),
    notices,
    outdated,
  };
}

/** Bytes of an answer as JSON values. */
export function readJson(raw: Uint8Array): Json {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(raw)) as Json;
  } catch {
    throw broken("not JSON");
  }
}

/** What POST /login answers, as far as the phone needs it. */
export interface SignedIn {
  readonly token: string;
  readonly user: string;
  readonly username: string;
  readonly name: string;
}

export function readLogin(raw: Uint8Array): SignedIn {
  const said = mapping(readJson(raw), "answer");
  const user = mapping(said["user"], "user");
  const [id, username, name] = [text(user, "id"), text(user, "username"), maybeText(user, "name") ?? ""];
  return { token: text(said, "token"), user: id, username, name };
}

/** Digest and exact text in an answer of GET /drafts/{visit}/{device}; no text when it was thrown away. */
export function readDraftText(raw: Uint8Array): { readonly digest: string; readonly doc: string | null } {
  const said = mapping(readJson(raw), "answer");
  return { digest: text(said, "digest"), doc: maybeText(said, "doc") };
}

/** The exact text in an answer of GET /submissions/{id}. */
export function readSubmissionText(raw: Uint8Array): string {
  return text(mapping(readJson(raw), "answer"), "text");
}

export interface Refusal {
  readonly code?: string;
  readonly title?: string;
  readonly title_id?: string;
  readonly detail?: string;
}

/** Code and titles of a problem document (RFC 9457); {} when there is none to read. Never raises. */
export function readRefusal(raw: Uint8Array): Refusal {
  const found: Record<string, string> = {};
  try {
    const said = mapping(readJson(raw), "problem");
    for (const name of ["code", "title", "title_id", "detail"]) {
      const value = said[name];
      if (typeof value === "string") found[name] = value.slice(0, 300).replace(HALF, "\uFFFD");
    }
  } catch {
    return {};
  }
  return found;
}

/** Half of a character that takes two places: no UTF-8 can hold it. */
const HALF = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g;

export function isMapping(value: unknown): value is Raw {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function result(said: Raw): Result {
  const [slot, reason] = [maybeText(said, "slot"), maybeText(said, "reason")];
  return { id: text(said, "id"), digest: text(said, "digest"), status: text(said, "status"), slot, reason };
}

function draftResult(said: Raw): DraftResult {
  return { visit: text(said, "draft"), rev: whole(said, "rev") };
}

function upload(said: Raw): Upload {
  const state = text(said, "state");
  const where = state === "need" ? { offset: whole(said, "offset"), url: text(said, "url") } : { offset: 0, url: null };
  return { photo: text(said, "photo"), state, ...where, reason: maybeText(said, "reason") };
}

function change(said: Raw): Change {
  const told = said["removed"] ?? false;
  // A reason is usual, but the fact is what counts.
  const removed = told === true ? "removed" : told === false ? null : string(told, "removed") || null;
  return { seq: whole(said, "seq"), kind: text(said, "kind"), id: text(said, "id"), removed, raw: said };
}

function broken(why: string): Error {
  return new AnswerBroken({ why });
}

function mapping(value: Json | undefined, name: string): Raw {
  if (!isMapping(value)) throw broken(name);
  return value;
}

function list(said: Raw, name: string): readonly Json[] {
  const value = said[name] ?? [];
  if (!Array.isArray(value)) throw broken(name);
  return value;
}

function mappings(said: Raw, name: string): Raw[] {
  return list(said, name).map((each) => mapping(each, name));
}

function string(value: Json | undefined, name: string): string {
  if (typeof value !== "string" || value.search(HALF) !== -1) throw broken(name);
  return value;
}

function text(said: Raw, name: string): string {
  return string(said[name], name);
}

function maybeText(said: Raw, name: string): string | null {
  return (said[name] ?? null) === null ? null : text(said, name);
}

function counted(value: Json | undefined, name: string): number {
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0) throw broken(name);
  return value;
}

function whole(said: Raw, name: string): number {
  return counted(said[name], name);
}

function truth(said: Raw, name: string): boolean {
  const value = said[name] === undefined ? false : said[name];
  if (typeof value !== "boolean") throw broken(name);
  return value;
}
