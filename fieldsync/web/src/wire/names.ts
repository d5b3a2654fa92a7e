/** Names, digests, limits and times, as they stand on the wire. */

import { v7 } from "uuid";

export const PROTOCOL = 1;
export const CLIENT = "fieldsync-web/0.1.0";
export const SPOKEN_HEADER = "Sync-Protocol";
export const API = "/api/v1";

export const ITEMS_PER_REQUEST = 50;
export const PHOTOS_PER_REQUEST = 200;
export const KEPT_PER_REQUEST = 20;
/** Unpacked, the whole request. */
export const BODY_BYTES_MAX = 1024 * 1024;
/** One document, as it stands escaped inside the request. */
export const DOC_BYTES_MAX = 800 * 1024;
/** Beyond it numbers here are no longer exact. */
export const WHOLE_MAX = Number.MAX_SAFE_INTEGER;

const utf8 = new TextEncoder();

/** A new UUIDv7. Never sort or decide by the time inside. */
export function uuid7(): string {
  return v7();
}

/** Name of a photo's bytes: 43 characters of unpadded base64url. */
export async function sha256Bytes(content: Uint8Array): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", content as Uint8Array<ArrayBuffer>);
  return base64(new Uint8Array(digest)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** Name of an exact text: "sha256:" and 43 characters. */
export async function sha256Text(text: string): Promise<string> {
  return `sha256:${await sha256Bytes(utf8.encode(text))}`;
}

/** Plain base64 of a few bytes. */
export function base64(content: Uint8Array): string {
  return btoa(String.fromCharCode(...content));
}

/** In UTC to the millisecond: 2026-03-04T02:20:11.412Z. */
export function utcText(moment: Date): string {
  return moment.toISOString();
}

/** By the phone's own zone, with its offset, to the second: 2026-03-04T10:20:11+08:00. */
export function localText(moment: Date): string {
  const minutes = -Math.round(moment.getTimezoneOffset());
  const [sign, ahead] = minutes < 0 ? ["-", -minutes] : ["+", minutes];
  const there = new Date(moment.getTime() + minutes * 60_000).toISOString().slice(0, 19);
  return `${there}${sign}${twoDigits(Math.floor(ahead / 60))}:${twoDigits(ahead % 60)}`;
}

/** A moment as the wire writes it; null for anything else, and for one without an offset. */
export function readMoment(text: string): Date | null {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/.test(text)) return null;
  const moment = new Date(text);
  return Number.isNaN(moment.getTime()) ? null : moment;
}

/** The server's epoch inside a cursor; the rest of a cursor is the server's own affair. */
export function epochOf(cursor: string | null): string | null {
  return cursor ? cursor.slice(0, Math.max(0, cursor.lastIndexOf("."))) : null;
}

/** Bytes of a text in UTF-8. */
export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return utf8.encode(text);
}

function twoDigits(number: number): string {
  return String(number).padStart(2, "0");
}
