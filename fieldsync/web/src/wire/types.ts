/** What stands on the wire, as types (docs/protocol.md). Everything heard is checked in heard.ts before it gets one of these. */

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
export type Raw = { readonly [name: string]: Json };

/** An order as the server last told it; the rest of `raw` is read by the functions of visit.ts, with gentle defaults. */
export interface Visit {
  readonly id: string;
  readonly state: string;
  readonly attempt: number;
  readonly checklist: string;
  readonly variant: string;
  readonly scenario: string;
  readonly raw: Raw;
  /** Why it is no longer ours; null while it is. */
  readonly removed: string | null;
  /** A visit to learn with: made here, never sent. */
  readonly practice: boolean;
}

export const MARKS = ["arrived", "ticket", "called", "served", "paid", "left"] as const;
export type MarkName = (typeof MARKS)[number];

export interface Place {
  readonly lat: number;
  readonly lon: number;
  readonly accuracy_m?: number;
  readonly mock?: boolean;
}

/** `at`: when it happened; `recorded_at`: when it was noted. Both by the phone's clock, with its offset. */
export interface Mark {
  readonly what: MarkName;
  readonly at: string;
  readonly recorded_at: string;
}

export interface Answer {
  readonly value?: Json;
  readonly na?: true;
  readonly note?: string;
  readonly photos?: readonly string[];
  readonly no_photo?: string;
  readonly observed_at?: string;
  readonly recorded_at?: string;
}

export interface PhotoTold {
  readonly id: string;
  readonly sha256: string;
  readonly size: number;
  readonly type: string;
  readonly taken_at: string;
  readonly place?: Place;
  /** Boxes that were made unrecognizable before the photo was kept. */
  readonly blurred?: number;
}

/** A short note on the way: its words, and rupiah when an amount was asked. */
export interface Jotting {
  readonly at: string;
  readonly text: string;
  readonly amount_rupiah?: number;
}

export interface Context {
  readonly ticket_number?: string;
  readonly waiting_people?: number;
  readonly day_type?: string;
  readonly companion?: boolean;
  readonly detected?: "no" | "yes" | "doubt";
  readonly photo_forbidden_signs?: boolean;
}

/** The document of a visit, form 1: what becomes the exact text of a draft or submission. */
export interface Fields {
  readonly form: 1;
  readonly visit: string;
  readonly attempt: number;
  readonly checklist: string;
  readonly scenario: string;
  readonly parent: string | null;
  readonly started_at: string;
  readonly finished_at?: string;
  readonly marks: readonly Mark[];
  readonly place: Readonly<Partial<Record<MarkName, Place>>>;
  readonly context: Context;
  readonly jottings: readonly Jotting[];
  readonly answers: Readonly<Record<string, Answer>>;
  readonly photos: readonly PhotoTold[];
  readonly narrative: string;
  readonly statement: { readonly signed: boolean; readonly at: string } | null;
}

// An instrument (checklist) as published

export type Both = { readonly id: string; readonly en: string };
export type ItemType = "YN" | "YN-" | "SC" | "NUM" | "NUM2" | "MIN" | "DUR" | "DAY" | "IDR2";
export type Expression = Json;

export interface Option {
  readonly code: string;
  readonly label: Both;
  readonly score: string;
  readonly critical: boolean;
}

export interface Item {
  readonly code: string;
  readonly question: Both;
  readonly type: ItemType;
  readonly mode: "DSK" | "OBS" | "ASK" | "TRX" | "FUP";
  readonly photo?: "required" | "optional" | "forbidden" | "none";
  readonly basis?: readonly string[];
  readonly critical?: "zero" | "option" | null;
  readonly options?: readonly Option[];
  readonly bands?: readonly { readonly up_to?: string | null; readonly at_least?: string | null; readonly score: string }[];
  readonly of?: number;
  readonly asked_if?: Expression;
  readonly na_when?: Both | null;
}

export interface Indicator {
  readonly code: string;
  readonly title: Both;
  readonly items?: readonly Item[];
  readonly variants?: Readonly<Record<string, readonly Item[]>>;
}

export interface Dimension {
  readonly code: string;
  readonly title: Both;
  readonly indicators: readonly Indicator[];
}

export interface Instrument {
  readonly format: 1;
  readonly code: string;
  readonly version: string;
  readonly title: Both;
  readonly waiting_minutes?: Readonly<Record<string, number | string>>;
  readonly dimensions: readonly Dimension[];
}
