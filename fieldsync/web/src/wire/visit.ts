/**
 * A visit as the server tells it (VISIT in docs/protocol.md). Nothing here raises: what is missing or of a wrong type
 * becomes "", 1 or null, so that a visit of a later form can still be listed.
 */

import { isMapping } from "./heard";
import type { Json, Raw, Visit } from "./types";

export interface Unit {
  readonly id: string;
  readonly code: string;
  readonly name: string;
  readonly type: string;
  readonly institution: string;
  readonly address: string;
  readonly latitude: number | null;
  readonly longitude: number | null;
  readonly opening_hours: string;
  readonly time_zone: string;
}

export interface Product {
  readonly code: string;
  readonly name: { readonly id: string; readonly en: string };
  readonly group: string | null;
}

/** What the unit promises: rupiah, minutes of waiting, and a duration in its own unit. */
export interface Standard {
  readonly fee_rupiah: number | null;
  readonly wait_minutes: number | null;
  readonly completion_amount: number | null;
  readonly completion_unit: string;
  readonly source: string;
}

export interface Point {
  readonly item: string | null;
  readonly photo: string | null;
  readonly reason: string;
  readonly note: string;
}

/** What the coordinator wrote back; `attempt` is the one that was judged. */
export interface Returned {
  readonly attempt: number;
  readonly note: string;
  readonly points: readonly Point[];
  readonly decided_at: string;
}

/** A draft of another device, as the list tells it: `rev` and `bytes` of its text, `updated_at` by the server's clock. */
export interface OtherDraft {
  readonly id: string;
  readonly visit: string;
  readonly device: string;
  readonly device_name: string;
  readonly rev: number;
  readonly bytes: number;
  readonly updated_at: string;
}

export function readVisit(id: string, raw: Raw, removed: string | null = null, practice = false): Visit {
  const text = (name: string) => textIn(raw, name);
  const words = { state: text("state"), checklist: text("checklist"), variant: text("variant"), scenario: text("scenario") };
  return { id, ...words, attempt: wholeIn(raw, "attempt") || 1, raw, removed, practice };
}

/** An entry of kind "draft"; null when it names no visit or device. */
export function readOtherDraft(id: string, raw: Raw): OtherDraft | null {
  const [visit, device] = [textIn(raw, "visit"), textIn(raw, "device")];
  if (!visit || !device) return null;
  const [rev, bytes] = [wholeIn(raw, "rev"), wholeIn(raw, "bytes")];
  return { id, visit, device, device_name: textIn(raw, "device_name"), rev, bytes, updated_at: textIn(raw, "updated_at") };
}

export function unitOf({ raw }: Visit): Unit {
  const unit = partIn(raw, "unit");
  const text = (name: string) => textIn(unit, name);
  return {
    id: text("id"),
    code: text("code"),
    name: text("name"),
    type: text("type"),
    institution: text("institution"),
    address: text("address"),
    latitude: numberIn(unit, "latitude"),
    longitude: numberIn(unit, "longitude"),
    opening_hours: text("opening_hours"),
    time_zone: text("time_zone"),
  };
}

export function productOf({ raw }: Visit): Product {
  const product = partIn(raw, "product");
  const name = { id: textIn(product, "name_id"), en: textIn(product, "name_en") };
  return { code: textIn(product, "code"), name, group: textIn(product, "group") || null };
}

/** null when none is known for the day. */
export function standardOf({ raw }: Visit): Standard | null {
  if (!isMapping(raw["standard"])) return null;
  const standard = partIn(raw, "standard");
  return {
    fee_rupiah: numberIn(standard, "fee_rupiah"),
    wait_minutes: numberIn(standard, "wait_minutes"),
    completion_amount: numberIn(standard, "completion_amount"),
    completion_unit: textIn(standard, "completion_unit"),
    source: textIn(standard, "source"),
  };
}

/** When it may take place, as texts with an offset; "" when not told. */
export function windowOf({ raw }: Visit): { readonly opens: string; readonly closes: string } {
  const told = partIn(raw, "window");
  return { opens: textIn(told, "opens"), closes: textIn(told, "closes") };
}

export function briefingOf({ raw }: Visit): string {
  return textIn(raw, "briefing");
}

export function photosMissingOf({ raw }: Visit): number {
  return wholeIn(raw, "photos_missing");
}

/** null unless it was returned. */
export function returnedOf({ raw }: Visit): Returned | null {
  const told = partIn(raw, "returned");
  if (!Object.keys(told).length) return null;
  const points = Array.isArray(told["points"]) ? told["points"].filter(isMapping) : [];
  return {
    attempt: wholeIn(told, "attempt") || 1,
    note: textIn(told, "note"),
    points: points.map((point) => ({
      item: textIn(point, "item") || null,
      photo: textIn(point, "photo") || null,
      reason: textIn(point, "reason"),
      note: textIn(point, "note"),
    })),
    decided_at: textIn(told, "decided_at"),
  };
}

/** Id and digest of the submission before this attempt. */
export function previousOf({ raw }: Visit): { readonly id: string; readonly digest: string } | null {
  const { id, digest } = partIn(raw, "previous");
  return typeof id === "string" && typeof digest === "string" ? { id, digest } : null;
}

/** The facts that conditions and scores look at (checklists, EXPR). */
export function factsOf(visit: Visit): { [name: string]: Json } {
  const standard = partIn(visit.raw, "standard");
  return {
    scenario: visit.scenario,
    variant: visit.variant,
    product_group: partIn(visit.raw, "product")["group"] ?? null,
    waiting_minutes: standard["wait_minutes"] ?? null,
    official_fee: standard["fee_rupiah"] ?? null,
  };
}

function partIn(raw: Raw, name: string): Raw {
  const part = raw[name];
  return isMapping(part) ? part : {};
}

function textIn(raw: Raw, name: string): string {
  const value = raw[name];
  return typeof value === "string" ? value : "";
}

function numberIn(raw: Raw, name: string): number | null {
  const value = raw[name];
  return typeof value === "number" ? value : null;
}

/** A count; 0 for anything else. */
function wholeIn(raw: Raw, name: string): number {
  const value = raw[name];
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : 0;
}
