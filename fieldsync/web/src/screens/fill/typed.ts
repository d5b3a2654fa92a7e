/** What a person typed, as a value of the item's type; or why it cannot be one. The twin in spirit of `value_from_words`. */

import type { Item, Json } from "@/wire/types";

/**
 * `partial`: something is still to be typed. `wrong`: it cannot be, and `why` says what is against it.
 * Only `value` is ever told to anybody.
 */
export type Reading =
  | { readonly is: "empty" }
  | { readonly is: "partial" }
  | { readonly is: "wrong"; readonly why: Why }
  | { readonly is: "value"; readonly value: Json };

export type Why = "not-a-number" | "not-whole" | "too-large" | "beyond-of" | "count-beyond-of" | "zero";

const NUMBER_MAX = 10 ** 12;
const TIMES: Readonly<Record<string, number>> = { k: 1e3, rb: 1e3, ribu: 1e3, jt: 1e6, juta: 1e6 };

/**
 * A number as Indonesians or English write it: `25.000`, `25,000`, `Rp 25.000,-`, `12,5`, `1.250.000,50`, `25rb`, `1,5 juta`.
 * One mark with exactly three figures behind it parts thousands (nobody writes 1.500 for one and a half). NaN: no number.
 */
export function numberTyped(text: string): number {
  const bare = text.trim().toLowerCase().replace(/^(rp|idr)\.?\s*/, "").replace(/[.,]\s?-*$/, "").replace(/[\s\u00a0\u202f']/g, "");
  const match = /^([\d.,]+)([a-z]*)$/.exec(bare);
  const times = match?.[2] ? TIMES[match[2]] : 1;
  if (!match || times === undefined) return NaN;
  const plain = plainNumber(match[1]!);
  return plain === null ? NaN : Math.round(Number(plain) * times * 1e6) / 1e6;
}

/** The figures with a point for the fraction and nothing for the thousands; null when the marks make no sense. */
function plainNumber(figures: string): string | null {
  const marks = figures.replace(/\d/g, "");
  const last = marks.at(-1);
  if (!last) return figures;
  const [before, after] = split(figures, figures.lastIndexOf(last));
  const others = marks.slice(0, -1);
  const partsThousands = others.includes(last) || (others === "" && after.length === 3 && /^[1-9]\d{0,2}$/.test(before));
  if (partsThousands) return wholeInThousands(figures, last);
  const whole = others === "" ? before : wholeInThousands(before, others[0]!);
  return whole === null || !/^\d+$/.test(whole) || !/^\d+$/.test(after) ? null : `${whole}.${after}`;
}

function split(text: string, at: number): [string, string] {
  return [text.slice(0, at), text.slice(at + 1)];
}

function wholeInThousands(figures: string, mark: string): string | null {
  const [first, ...groups] = figures.split(mark);
  return /^\d{1,3}$/.test(first!) && groups.every((group) => /^\d{3}$/.test(group)) ? [first, ...groups].join("") : null;
}

/** One reading of all the fields of an item: [n] for NUM, MIN, DAY, [first, second] for NUM2, DUR, IDR2; `known` is a second
 * that need not be typed. */
export function readTyped(item: Item, fields: readonly string[], known?: number): Reading {
  if (fields.every((field) => field.trim() === "")) return { is: "empty" };
  const typed = fields.map((field) => (field.trim() === "" ? null : numberTyped(field)));
  const numbers = known === undefined ? typed : [...typed, known];
  const wrong = numbers.map((number) => (number === null ? null : wrongNumber(item, number))).find((why) => why !== null);
  if (wrong) return { is: "wrong", why: wrong };
  if (numbers.includes(null)) return { is: "partial" };
  const [first, second] = numbers as [number, number?];
  const together = wrongTogether(item, first, second);
  if (together) return { is: "wrong", why: together };
  return { is: "value", value: second === undefined ? first : [first, second] };
}

function wrongNumber(item: Item, number: number): Why | null {
  if (Number.isNaN(number)) return "not-a-number";
  if (number > NUMBER_MAX) return "too-large";
  const mayBeParted = item.type === "MIN" || item.type === "DUR";
  return mayBeParted || Number.isInteger(number) ? null : "not-whole";
}

function wrongTogether(item: Item, first: number, second?: number): Why | null {
  if (item.type === "NUM" && first > (item.of ?? 0)) return "beyond-of";
  if ((item.type === "NUM2" || item.type === "DUR") && second === 0) return "zero";
  if (item.type === "NUM2" && first > (second ?? 0)) return "count-beyond-of";
  return null;
}
