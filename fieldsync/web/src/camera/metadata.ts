/**
 * What the camera wrote into a picture: when and where. One small TIFF reader for JPEG and HEIC alike: both carry the
 * letters `Exif\0\0` and a TIFF header behind them. Whatever is wrong with it, there is an answer, perhaps an empty one.
 */

import type { Place } from "@/wire/types";

/** As much of a file as is looked at. */
export const HEAD_BYTES = 1024 ** 2;
const ENTRIES_MAX = 500;
const CANDIDATES_MAX = 50;
const TEXT_BYTES_MAX = 64;

const EXIF_POINTER = 0x8769;
const GPS_POINTER = 0x8825;
const DATE_TIME = 0x0132;
const DATE_TIME_ORIGINAL = 0x9003;
const OFFSET_TIME_ORIGINAL = 0x9011;
const [LAT_REF, LAT, LON_REF, LON, POSITIONING_ERROR] = [1, 2, 3, 4, 0x1f] as const;
const [ASCII, LONG, RATIONAL] = [2, 4, 5] as const;
const BYTES_OF: Readonly<Record<number, number>> = { [ASCII]: 1, [LONG]: 4, [RATIONAL]: 8 };

/** `place`: degrees, WGS 84, and metres. */
export interface Known {
  readonly takenAt: Date | null;
  readonly place: Place | null;
}

interface Tiff {
  readonly view: DataView;
  readonly little: boolean;
}
interface Entry {
  readonly type: number;
  readonly count: number;
  readonly at: number;
}
type Directory = ReadonlyMap<number, Entry>;

/** `head`: the first HEAD_BYTES of a file. A time without an offset is taken to be this phone's. */
export function known(head: Uint8Array): Known {
  try {
    const tiff = tiffIn(head.subarray(0, HEAD_BYTES));
    if (!tiff) return { takenAt: null, place: null };
    const first = directory(tiff, tiff.view.getUint32(4, tiff.little));
    const details = within(tiff, first, EXIF_POINTER);
    const original = text(tiff, details.get(DATE_TIME_ORIGINAL)) || text(tiff, first.get(DATE_TIME));
    const offset = text(tiff, details.get(OFFSET_TIME_ORIGINAL));
    return { takenAt: moment(original, offset), place: placeIn(tiff, within(tiff, first, GPS_POINTER)) };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return { takenAt: null, place: null }; // it points outside itself
  }
}

function tiffIn(head: Uint8Array): Tiff | null {
  let at = 0;
  for (let tried = 0; tried < CANDIDATES_MAX; at += 1) {
    at = head.indexOf(0x45, at); // E
    if (at < 0 || at + 14 > head.length) return null;
    if (head[at + 1] !== 0x78 || head[at + 2] !== 0x69 || head[at + 3] !== 0x66 || head[at + 4] || head[at + 5]) continue;
    tried += 1;
    const view = new DataView(head.buffer, head.byteOffset + at + 6, head.length - at - 6);
    const mark = view.getUint32(0);
    if (mark === 0x49492a00) return { view, little: true };
    if (mark === 0x4d4d002a) return { view, little: false };
  }
  return null;
}

function directory({ view, little }: Tiff, at: number): Directory {
  const found = new Map<number, Entry>();
  const entries = Math.min(view.getUint16(at, little), ENTRIES_MAX);
  for (let n = 0; n < entries; n += 1) {
    const entry = at + 2 + n * 12;
    const [type, count] = [view.getUint16(entry + 2, little), view.getUint32(entry + 4, little)];
    const inline = (BYTES_OF[type] ?? 8) * count <= 4;
    found.set(view.getUint16(entry, little), { type, count, at: inline ? entry + 8 : view.getUint32(entry + 8, little) });
  }
  return found;
}

/** The directory another one points to; empty when there is none or it cannot be read. */
function within(tiff: Tiff, outer: Directory, pointer: number): Directory {
  const entry = outer.get(pointer);
  if (entry?.type !== LONG) return new Map();
  try {
    return directory(tiff, tiff.view.getUint32(entry.at, tiff.little));
  } catch {
    return new Map();
  }
}

function text({ view }: Tiff, entry: Entry | undefined): string {
  if (entry?.type !== ASCII) return "";
  const length = Math.min(entry.count, TEXT_BYTES_MAX, view.byteLength - entry.at);
  if (length <= 0) return "";
  const letters = new Uint8Array(view.buffer, view.byteOffset + entry.at, length);
  return String.fromCharCode(...letters).replace(/\0.*$/s, "").trim();
}

/** Several fractions; an empty list when they are of another kind, or outside. */
function fractions({ view, little }: Tiff, entry: Entry | undefined, count: number): number[] {
  if (entry?.type !== RATIONAL || entry.count < count || entry.at + count * 8 > view.byteLength) return [];
  return Array.from({ length: count }, (_, n) => {
    return view.getUint32(entry.at + n * 8, little) / view.getUint32(entry.at + n * 8 + 4, little);
  });
}

function moment(said: string, offset: string): Date | null {
  const parts = /^(\d{4}):(\d\d):(\d\d) (\d\d):(\d\d):(\d\d)/.exec(said);
  if (!parts || (offset && !/^([+-]\d\d:\d\d|Z)$/.test(offset))) return null;
  const [, year, month, day, hour, minute, second] = parts;
  const read = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}${offset}`);
  return Number.isNaN(read.getTime()) ? null : read;
}

function placeIn(tiff: Tiff, gps: Directory): Place | null {
  const lat = degrees(fractions(tiff, gps.get(LAT), 3), text(tiff, gps.get(LAT_REF)), "S");
  const lon = degrees(fractions(tiff, gps.get(LON), 3), text(tiff, gps.get(LON_REF)), "W");
  if (!(Math.abs(lat) <= 90 && Math.abs(lon) <= 180)) return null; // NaN is not within anything
  const [accuracy = NaN] = fractions(tiff, gps.get(POSITIONING_ERROR), 1);
  return { lat, lon, ...(accuracy >= 0 && accuracy < 1e6 ? { accuracy_m: Math.round(accuracy) } : {}) };
}

function degrees([whole = NaN, minutes = NaN, seconds = NaN]: number[], half: string, negative: string): number {
  if (!half) return NaN;
  const size = Math.round((whole + minutes / 60 + seconds / 3600) * 1e6) / 1e6;
  return half.toUpperCase() === negative ? -size : size;
}
