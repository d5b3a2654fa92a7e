/**
 * One answer to one item: whether it can be so, what it scores, and what is missing beside it.
 *
 * An answer is {"value": …, "na": true, "note": "…", "photos": ["<id>"], "no_photo": "<reason>"}. Values by type: YN and YN-
 * true/false · SC an option's code · NUM a whole number up to `of` · NUM2 [count, of] · MIN minutes · DUR [actual,
 * published] in one unit · DAY whole working days or "none" · IDR2 [asked, official] rupiah, where official may be null when
 * the fact `official_fee` is known.
 *
 * Twin of the server's rules: an answer that cannot be is a gap, never an error. Exact arithmetic throughout. A whole number
 * is one without a remainder: the server refuses 3.0 where this takes it, which is harmless, since JavaScript writes it as 3.
 */

import { ValueWrong } from "@/errors-inside";
import type { Language } from "@/errors";
import { isMapping } from "@/wire/heard";
import type { Item, Raw } from "@/wire/types";
import { type Answers, type VisitFacts, asked } from "./conditions";
import { type Fraction, compare, fraction, readFraction, times } from "./fractions";

const NUMBER_MAX = 10 ** 12;
export const NO_PHOTO_REASONS = [
  "forbidden_sign",
  "unsafe",
  "people_in_view",
  "nothing_there",
  "cover_at_risk",
  "other",
] as const;

/** Something a visit still lacks: the item's code, and a key of GAPS. */
export interface Gap {
  readonly item: string;
  readonly code: string;
}

type Pair = readonly [id: string, en: string];

export const GAPS: Readonly<Record<string, Pair>> = {
  "answer-missing": ["Belum dijawab.", "Not answered yet."],
  "follow-up-missing": ["Tindak lanjut belum diisi.", "The follow-up is not filled in yet."],
  "value-wrong": ["Isi jawaban tidak mungkin.", "The value cannot be right."],
  "note-missing": ["Catatan wajib diisi.", "A note is required."],
  "photo-missing": ["Perlu foto, atau alasan tanpa foto.", "A photo, or a reason for none, is required."],
  "photo-elsewhere": [
    "Fotonya ada di perangkat lain; ambil lagi, atau keluarkan.",
    "The photo is on another device; take it again, or remove it.",
  ],
  "photo-forbidden": ["Butir ini tidak boleh difoto.", "This item must not be photographed."],
  "reason-unknown": ["Alasan tanpa foto tidak dikenal.", "The reason for no photo is unknown."],
};

/** What is expected, by type. */
const EXPECTED: Readonly<Record<string, Pair>> = {
  YN: ["ya atau tidak", "yes or no"],
  "YN-": ["ya atau tidak", "yes or no"],
  NUM: ["bilangan bulat sampai {of}", "a whole number up to {of}"],
  NUM2: ["jumlah/dari, misalnya 3/5", "count/of, such as 3/5"],
  MIN: ["menit", "minutes"],
  DUR: ["nyata/diumumkan, misalnya 45/60", "actual/published, such as 45/60"],
  DAY: ["hari kerja, atau tidak pernah", "working days, or never"],
  IDR2: ["diminta/resmi, misalnya 25000/20000", "asked/official, such as 25000/20000"],
};

export function gapWords(gap: Gap, language: Language): string {
  return `${gap.item}: ${(GAPS[gap.code] ?? [gap.code, gap.code])[language === "id" ? 0 : 1]}`;
}

/** What a visit still lacks, in the order of the items; items that are not asked lack nothing. */
export function gapsIn(items: Iterable<Item>, answers: unknown, facts: VisitFacts): Gap[] {
  const told: Answers = isMapping(answers) ? answers : {};
  return asked(items, told, facts).flatMap((item) => {
    return codesOf(item, told[item.code], facts).map((code) => ({ item: item.code, code }));
  });
}

/** The item's score, 0..100 exactly; null when unanswered, na, impossible, or when its standard is unknown. */
export function score(item: Item, answer: unknown, facts: VisitFacts): Fraction | null {
  const value = valueOf(answer);
  return value === null ? null : points(item, value, facts);
}

/** Scores of a whole visit by item code, in order; null also for items that are not asked. */
export function scores(items: Iterable<Item>, answers: unknown, facts: VisitFacts): Map<string, Fraction | null> {
  const all = [...items];
  const told: Answers = isMapping(answers) ? answers : {};
  const found = new Map<string, Fraction | null>(all.map((item) => [item.code, null]));
  for (const item of asked(all, told, facts)) found.set(item.code, score(item, told[item.code], facts));
  return found;
}

/** Whether the answer is a critical finding; `scored` is its score. */
export function isCritical(item: Item, answer: unknown, scored: Fraction | null): boolean {
  if (scored === null || !item.critical) return false;
  if (item.critical === "zero") return scored.n === 0n;
  const value = valueOf(answer);
  const code = typeof value === "boolean" ? (value ? "yes" : "no") : value;
  return (item.options ?? []).some((option) => option.code === code && option.critical === true);
}

/** Whether a value can be an answer to the item. Never raises; an unknown type fits nothing. */
export function valueFits(item: Item, value: unknown, facts: VisitFacts): boolean {
  switch (item.type) {
    case "YN":
    case "YN-":
      return typeof value === "boolean";
    case "SC":
      return typeof value === "string" && optionScore(item, value) !== null;
    case "NUM":
      return isWhole(value) && typeof item.of === "number" && value <= item.of;
    case "NUM2":
      return isPair(value) && isWhole(value[0]) && isWhole(value[1]) && value[0] <= value[1] && value[1] > 0;
    case "MIN":
      return exact(value) !== null;
    case "DUR":
      return isPair(value) && exact(value[0]) !== null && isAboveZero(exact(value[1]));
    case "DAY":
      return typeof value === "string" ? value === "none" : isWhole(value);
    case "IDR2":
      return isPair(value) && isWhole(value[0]) && (value[1] === null || isWhole(value[1])) && official(value, facts) !== null;
    default:
      return false;
  }
}

/** The problem that says what the item takes instead. */
export function valueWrong(item: Item, value: unknown): InstanceType<typeof ValueWrong> {
  const told = typeof value === "string" ? value : (JSON.stringify(value) ?? "?");
  const [expected, expected_id] = [expectedValue(item, "en"), expectedValue(item, "id")];
  return new ValueWrong({ value: told, item: item.code, expected, expected_id });
}

/** In words, what the item takes; for choices, their codes. */
export function expectedValue(item: Item, language: Language): string {
  if (item.type === "SC") return (item.options ?? []).map((option) => option.code).join(", ");
  return (EXPECTED[item.type] ?? ["?", "?"])[language === "id" ? 0 : 1].replace("{of}", String(item.of));
}

export function photoRule(item: Item): "required" | "optional" | "forbidden" | "none" {
  return item.photo ?? "none";
}

/** Whether a note must stand beside this answer: it is a critical finding, or there is no photo for another reason. */
export function noteRequired(item: Item, answer: unknown, facts: VisitFacts): boolean {
  if (!isMapping(answer) || valueOf(answer) === null) return false;
  const noPhoto = photoRule(item) === "required" && !hasPhotos(answer) && answer["no_photo"] === "other";
  return noPhoto || isCritical(item, answer, score(item, answer, facts));
}

function codesOf(item: Item, answer: unknown, facts: VisitFacts): string[] {
  if (isMapping(answer) && answer["na"] === true) return [];
  const value = valueOf(answer);
  if (value === null || !isMapping(answer)) return [item.mode === "FUP" ? "follow-up-missing" : "answer-missing"];
  const reason = answer["no_photo"] ?? null;
  const lacksPhoto = photoRule(item) === "required" && !hasPhotos(answer);
  const codes: string[] = [];
  if (!valueFits(item, value, facts)) codes.push("value-wrong");
  if (noteRequired(item, answer, facts) && !hasNote(answer)) codes.push("note-missing");
  if (photoRule(item) === "forbidden" && hasPhotos(answer)) codes.push("photo-forbidden");
  if (lacksPhoto && reason === null) codes.push("photo-missing");
  else if (lacksPhoto && !(NO_PHOTO_REASONS as readonly unknown[]).includes(reason)) codes.push("reason-unknown");
  return codes;
}

function valueOf(answer: unknown): unknown {
  return isMapping(answer) && answer["na"] !== true ? (answer["value"] ?? null) : null;
}

function hasPhotos(answer: Raw): boolean {
  return Array.isArray(answer["photos"]) && answer["photos"].length > 0;
}

function hasNote(answer: Raw): boolean {
  return typeof answer["note"] === "string" && answer["note"].trim() !== "";
}

// What a value scores, once it can be so

const ONE = fraction(1n);

function points(item: Item, value: unknown, facts: VisitFacts): Fraction | null {
  if (!valueFits(item, value, facts)) return null;
  const pair = (isPair(value) ? value : [value, null]) as readonly [number, number | null];
  switch (item.type) {
    case "YN":
    case "YN-":
      return optionScore(item, value ? "yes" : "no");
    case "SC":
      return optionScore(item, value as string);
    case "NUM":
      return item.of ? fraction(100n * BigInt(value as number), BigInt(item.of)) : null;
    case "NUM2":
      return atLeast(item, fraction(100n * BigInt(pair[0]), BigInt(pair[1] ?? 1)));
    case "MIN":
      return upTo(item, exact(value), standard(facts["waiting_minutes"]));
    case "DUR":
      return upTo(item, exact(pair[0]), exact(pair[1]));
    case "DAY":
      return value === "none" ? readFraction(item.bands?.at(-1)?.score ?? "") : upTo(item, exact(value), ONE);
    case "IDR2":
      return fraction(isMore(exact(pair[0]), official(pair, facts)) ? 0n : 100n);
  }
}

/** The score of the first band that holds `measure`; bounds are multiples of `standard`. */
function upTo(item: Item, measure: Fraction | null, standard: Fraction | null): Fraction | null {
  if (measure === null || standard === null || !isAboveZero(standard)) return null;
  const band = item.bands?.find(({ up_to }) => holdsBound(up_to, (bound) => !isMore(measure, times(bound, standard))));
  return band ? readFraction(band.score) : null;
}

function atLeast(item: Item, percent: Fraction): Fraction | null {
  const band = item.bands?.find(({ at_least }) => holdsBound(at_least, (bound) => !isMore(bound, percent)));
  return band ? readFraction(band.score) : null;
}

/** The last band has no bound. */
function holdsBound(told: string | null | undefined, holds: (bound: Fraction) => boolean): boolean {
  if (told === null || told === undefined) return true;
  const bound = readFraction(told);
  return bound !== null && holds(bound);
}

function optionScore(item: Item, code: string): Fraction | null {
  const option = item.options?.find((each) => each.code === code);
  return option ? readFraction(option.score) : null;
}

/** Rupiah: what the unit publishes, else what was found out on the spot. */
function official(value: readonly unknown[], facts: VisitFacts): Fraction | null {
  return exact(facts["official_fee"]) ?? exact(value[1]);
}

// Numbers

/** A number from 0 to NUMBER_MAX exactly as written. */
function exact(value: unknown): Fraction | null {
  return typeof value === "number" && value >= 0 && value <= NUMBER_MAX ? readFraction(value) : null;
}

/** A decimal text of the checklist counts too. */
function standard(value: unknown): Fraction | null {
  return typeof value === "string" ? readFraction(value) : exact(value);
}

function isWhole(value: unknown): value is number {
  return Number.isInteger(value) && exact(value) !== null;
}

function isPair(value: unknown): value is readonly [unknown, unknown] {
  return Array.isArray(value) && value.length === 2;
}

function isMore(a: Fraction | null, b: Fraction | null): boolean {
  return a !== null && b !== null && compare(a, b) > 0;
}

function isAboveZero(number: Fraction | null): boolean {
  return number !== null && number.n > 0n;
}
