/** Where a visit stands, decided in values: its place in the list, its window against the clock, waiting between marks. */

import type { Draft, Listed } from "@/engine/types";
import type { SubmissionRow } from "@/store/types";
import type { Fields, Mark, MarkName, Visit } from "@/wire/types";
import { type Product, type Unit, productOf, unitOf, windowOf } from "@/wire/visit";

const MINUTE_MS = 60_000;

/** When a visit may take place; `closes` is excluded. */
export interface Window {
  readonly opens: Date;
  readonly closes: Date;
}

/** null when it cannot be read. */
export function windowIn(visit: Visit): Window | null {
  const told = windowOf(visit);
  const [opens, closes] = [new Date(told.opens), new Date(told.closes)];
  return Number.isNaN(opens.getTime() + closes.getTime()) ? null : { opens, closes };
}

export type Verdict = { readonly kind: "opens" | "open" | "closed"; readonly minutes: number } | null;

/** Minutes to the opening, to the closing, or since the closing; null when the window is not known. */
export function verdictOf(window: Window | null, now: Date): Verdict {
  if (!window) return null;
  const until = (moment: Date) => Math.ceil((moment.getTime() - now.getTime()) / MINUTE_MS);
  if (now < window.opens) return { kind: "opens", minutes: until(window.opens) };
  if (now < window.closes) return { kind: "open", minutes: until(window.closes) };
  return { kind: "closed", minutes: Math.floor((now.getTime() - window.closes.getTime()) / MINUTE_MS) };
}

/** In the order of the list. `overdue`: the window is closed, and still the visit may be told. */
export const GROUPS = ["returned", "open", "overdue", "coming", "finished", "gone", "practice"] as const;
export type Group = (typeof GROUPS)[number];

export interface Row {
  readonly listed: Listed;
  readonly unit: Unit;
  readonly product: Product;
  readonly window: Window | null;
  readonly group: Group;
}

/** Whether the attempt that is wanted now was finished here. One that came late leaves the attempt open (protocol 6.6.1). */
export function toldNow(visit: Visit, told: SubmissionRow | null): boolean {
  return told !== null && told.attempt >= visit.attempt && told.slot !== "late" && told.slot !== "quarantined";
}

export function groupOf(listed: Listed, window: Window | null, now: Date): Group {
  const { visit } = listed;
  if (visit.practice) return "practice";
  if (visit.removed !== null) return "gone";
  if (toldNow(visit, listed.told) || !["assigned", "returned"].includes(visit.state)) return "finished";
  if (visit.state === "returned") return "returned";
  if (listed.begun) return "open"; // what she is in the midst of stands where she looks first
  const verdict = verdictOf(window, now);
  return verdict?.kind === "opens" ? "coming" : verdict?.kind === "closed" ? "overdue" : "open";
}

/**
 * All rows, group by group: begun ones first, then by closing time; finished ones with the newest first. A row made `before`
 * is the same object again where it says the same, so that of hundreds only what changed is drawn anew.
 */
export function rowsOf(visits: readonly Listed[], now: Date, before: readonly Row[] = []): Row[] {
  const known = new Map(before.map((row) => [row.listed.visit.id, row]));
  const rows = visits.map((listed) => {
    const { visit } = listed;
    const old = known.get(visit.id);
    const window = old?.listed.visit.raw === visit.raw ? old.window : windowIn(visit);
    const group = groupOf(listed, window, now);
    if (old && old.group === group && saysTheSame(old.listed, listed)) return old;
    return { listed, unit: unitOf(visit), product: productOf(visit), window, group };
  });
  return rows.sort((a, b) => GROUPS.indexOf(a.group) - GROUPS.indexOf(b.group) || within(a, b));
}

function saysTheSame(a: Listed, b: Listed): boolean {
  const told = a.told === b.told && a.photosWaiting === b.photosWaiting;
  const order = a.visit.raw === b.visit.raw && a.visit.removed === b.visit.removed;
  return told && order && a.ready === b.ready && a.begun === b.begun && a.tasks === b.tasks;
}

function within(a: Row, b: Row): number {
  if (a.group === "finished") return (b.listed.told?.made_at ?? "").localeCompare(a.listed.told?.made_at ?? "");
  const begun = Number(b.listed.begun) - Number(a.listed.begun);
  return begun || closing(a) - closing(b) || a.unit.name.localeCompare(b.unit.name);
}

function closing(row: Row): number {
  return row.window?.closes.getTime() ?? Number.MAX_SAFE_INTEGER;
}

/** Whether every word she typed is in the row's unit, code, address or product. */
export function isFound({ unit, product }: Row, typed: string): boolean {
  const all = [unit.name, unit.code, unit.institution, unit.address, product.name.id, product.name.en].join(" ").toLowerCase();
  return typed.toLowerCase().split(/\s+/).every((word) => all.includes(word));
}

const counted = new WeakMap<SubmissionRow, number>();

/** How many photos a finished visit tells of. Rows never change, so each text is read once. */
export function photosIn(told: SubmissionRow): number {
  const known = counted.get(told) ?? documentOf(told)?.photos?.length ?? 0;
  counted.set(told, known);
  return known;
}

/** The document of a finished visit; null when its text is no longer here. */
export function documentOf(told: SubmissionRow): Fields | null {
  try {
    return told.doc === null ? null : (JSON.parse(told.doc) as Fields);
  } catch {
    return null;
  }
}

/** What a visit's screen is about. A draft of an attempt that was judged meanwhile has to be begun anew. */
export type View = "recording" | "briefing" | "told";

export function viewOf(visit: Visit, draft: Draft | null, told: SubmissionRow | null): View {
  if (draft && draft.attempt >= visit.attempt) return "recording";
  const open = visit.removed === null && !toldNow(visit, told) && ["assigned", "returned"].includes(visit.state);
  return open ? "briefing" : "told";
}

export interface Waiting {
  /** Minutes since the mark before, by mark; the earliest has none. */
  readonly since: Readonly<Partial<Record<MarkName, number>>>;
  /** From the ticket (or arrival) until called (or served). Running while nobody called. */
  readonly waited: { readonly minutes: number; readonly running: boolean } | null;
  /** From arrival until leaving. */
  readonly inside: number | null;
}

export function waitingIn(marks: readonly Mark[], now: Date): Waiting {
  const at = Object.fromEntries(marks.map((mark) => [mark.what, new Date(mark.at).getTime()])) as Partial<Record<MarkName, number>>;
  const sorted = [...marks].sort((a, b) => at[a.what]! - at[b.what]!);
  const since = Object.fromEntries(sorted.slice(1).map((mark, n) => [mark.what, minutes(at[sorted[n]!.what]!, at[mark.what]!)]));
  const from = at.ticket ?? at.arrived;
  const until = at.called ?? at.served ?? at.paid ?? at.left;
  const waited = from === undefined ? null : { minutes: minutes(from, until ?? now.getTime()), running: until === undefined };
  const inside = at.arrived === undefined || at.left === undefined ? null : minutes(at.arrived, at.left);
  return { since, waited, inside };
}

function minutes(from: number, until: number): number {
  return Math.max(0, Math.round((until - from) / MINUTE_MS));
}

/** `09:12` on the day of `near`, by the phone's calendar; null when that has not come yet. */
export function momentOn(typed: string, near: Date, now: Date): Date | null {
  const [hours, mins] = typed.split(":").map(Number);
  if (hours === undefined || mins === undefined || Number.isNaN(hours + mins)) return null;
  const moment = new Date(near);
  moment.setHours(hours, mins, 0, 0);
  return moment > now ? null : moment;
}
