/** Dates, sizes and rupiah in the manner of the language chosen. */

import { language } from "./language.svelte";

const locale = () => (language() === "id" ? "id-ID" : "en-GB");

/** `Rab, 4 Mar 2026` in the phone's zone, or in the zone named. */
export function day(moment: Date | string, timeZone?: string): string {
  return shown(moment, { weekday: "short", day: "numeric", month: "short", year: "numeric" }, timeZone);
}

/** `09.12` (Indonesian) or `09:12`. */
export function clock(moment: Date | string, timeZone?: string): string {
  return shown(moment, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }, timeZone);
}

export function dayAndClock(moment: Date | string, timeZone?: string): string {
  return `${day(moment, timeZone)}, ${clock(moment, timeZone)}`;
}

/** `Rp 25.000` or `Rp 25,000`. */
export function rupiah(amount: number): string {
  return `Rp ${new Intl.NumberFormat(locale()).format(amount)}`;
}

export function number(value: number): string {
  return new Intl.NumberFormat(locale()).format(value);
}

/** Bytes for people: `300 KB`, `1,4 MB`. */
export function size(bytes: number): string {
  const [value, unit] = bytes < 1000 ** 2 ? [bytes / 1000, "KB"] : bytes < 1000 ** 3 ? [bytes / 1000 ** 2, "MB"] : [bytes / 1000 ** 3, "GB"];
  return `${new Intl.NumberFormat(locale(), { maximumFractionDigits: value < 10 ? 1 : 0 }).format(value)} ${unit}`;
}

const formats = new Map<string, Intl.DateTimeFormat>(); // making one takes far longer than using it: lists have hundreds of dates

function shown(moment: Date | string, options: Intl.DateTimeFormatOptions, timeZone?: string): string {
  const read = typeof moment === "string" ? new Date(moment) : moment;
  if (Number.isNaN(read.getTime())) return "–";
  const name = [locale(), timeZone ?? new Date().getTimezoneOffset(), ...Object.keys(options)].join(); // phones travel
  const format = formats.get(name) ?? formatIn(options, timeZone);
  formats.set(name, format);
  return format.format(read);
}

function formatIn(options: Intl.DateTimeFormatOptions, timeZone?: string): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat(locale(), timeZone ? { ...options, timeZone } : options);
  } catch {
    return new Intl.DateTimeFormat(locale(), options); // a zone this browser does not know
  }
}
