/**
 * A checklist on the phone, and which of its items are asked: small prefix expressions over answers and facts.
 *
 *     ["and", E, E, …]  ["or", E, E, …]  ["not", E]
 *     ["=", A, B]  "!="  "<"  "<="  ">"  ">="     ["selected", A, "x"]     ["answered", "I1.1"]
 *     ["item", "I1.1"]  ["fact", "scenario"]      anything that is not a list is a constant
 *
 * Unanswered, na and values of two kinds make any comparison false; `not` turns that into true. Published checklists were
 * checked before publication; here nothing raises, and an expression we cannot read is simply not true.
 */

import { ChecklistUnreadable } from "@/errors-inside";
import { isMapping } from "@/wire/heard";
import type { Expression, Indicator, Instrument, Item, Json, Raw } from "@/wire/types";

const DEPTH_MAX = 32;

/** What was answered, by item code; read with doubt, since it may come from another device. */
export type Answers = Readonly<Record<string, unknown>>;
/** Facts of a visit by name (factsOf). */
export type VisitFacts = Raw;

/** A published checklist from its exact text. Raises ChecklistUnreadable for another form than 1. */
export function readInstrument(text: string): Instrument {
  try {
    const raw = JSON.parse(text) as Instrument;
    if (raw.format === 1 && indicatorsOf(raw).every((indicator) => indicator.code)) return raw;
  } catch {
    // not JSON, or not of this shape
  }
  throw new ChecklistUnreadable();
}

/** All items put to a unit of this variant (SAM, DKC, …), in order, whether asked or not. */
export function itemsFor(instrument: Instrument, variant: string): Item[] {
  return indicatorsOf(instrument).flatMap((indicator) => itemsOf(indicator, variant));
}

/** The items of one indicator that are put to a unit of this variant. */
export function itemsOf(indicator: Indicator, variant: string): readonly Item[] {
  return indicator.items?.length ? indicator.items : (own(indicator.variants, variant) ?? []);
}

/** The facts of a visit, with the checklist's default waiting time where the unit published none (minutes). */
export function factsFor(instrument: Pick<Instrument, "waiting_minutes">, facts: VisitFacts): { [name: string]: Json } {
  if (facts["waiting_minutes"]) return { ...facts };
  return { ...facts, waiting_minutes: defaultWait(instrument.waiting_minutes ?? {}, facts["variant"], facts["product_group"]) };
}

/** Whether the item is put to the inspector, given the answers so far. */
export function isAsked(item: Item, answers: Answers, facts: VisitFacts): boolean {
  const condition = item.asked_if ?? null;
  return condition === null || holds(condition, answers, facts);
}

/** The items that are asked, in order. An answer to an item that is not asked counts for nothing. */
export function asked(items: Iterable<Item>, answers: Answers, facts: VisitFacts): Item[] {
  const heard: Record<string, unknown> = {};
  const found: Item[] = [];
  for (const item of items) {
    if (!isAsked(item, heard, facts)) continue;
    found.push(item);
    if (Object.hasOwn(answers, item.code)) heard[item.code] = answers[item.code];
  }
  return found;
}

/** Evaluate a condition. */
export function holds(expression: Expression, answers: Answers, facts: VisitFacts, depth = 0): boolean {
  if (!Array.isArray(expression)) return expression === true;
  if (depth > DEPTH_MAX || !expression.length) return false;
  const [word, ...parts] = expression;
  const part = (each: Expression) => holds(each, answers, facts, depth + 1);
  if (word === "and") return parts.every(part);
  if (word === "or") return parts.some(part);
  if (word === "not") return !parts.some(part);
  if (word === "answered") return parts.length === 1 && valueOf(parts[0], answers) !== null;
  if (parts.length !== 2) return false;
  const [left, right] = parts.map((each) => operand(each, answers, facts));
  if (word !== "selected") return holdsBetween(word, left, right);
  return Array.isArray(left) ? left.some((one) => holdsBetween("=", one, right)) : holdsBetween("=", left, right);
}

function indicatorsOf(instrument: Instrument): Indicator[] {
  return instrument.dimensions.flatMap((dimension) => dimension.indicators);
}

/** Where a type's defaults differ by product and the product is not told, the mildest holds. */
function defaultWait(known: Readonly<Record<string, number | string>>, variant: Json | undefined, group: Json | undefined): Json {
  const some = Object.entries(known).filter(([key]) => key.startsWith(`${variant}-`));
  const mildest = some.map(([, minutes]) => minutes).sort((a, b) => Number(b) - Number(a))[0];
  return own(known, `${variant}-${group}`) || own(known, `${variant}`) || (mildest ?? null);
}

function operand(part: Expression | undefined, answers: Answers, facts: VisitFacts): unknown {
  if (!Array.isArray(part)) return part;
  const [word, name, ...rest] = part;
  if (typeof name !== "string" || rest.length) return null;
  if (word === "item") return valueOf(name, answers);
  return word === "fact" ? own(facts, name) : null;
}

/** What was answered; null when unanswered or na. */
function valueOf(code: Json | undefined, answers: Answers): unknown {
  const answer = typeof code === "string" ? own(answers, code) : null;
  return isMapping(answer) && answer["na"] !== true ? (answer["value"] ?? null) : null;
}

function kindOf(value: unknown): string | null {
  const kind = typeof value;
  if (kind === "number") return Number.isFinite(value) ? kind : null;
  return kind === "boolean" || kind === "string" ? kind : null;
}

function holdsBetween(word: unknown, left: unknown, right: unknown): boolean {
  const kind = kindOf(left);
  if (kind === null || kind !== kindOf(right)) return false;
  if (word === "=") return left === right;
  if (word === "!=") return left !== right;
  if (kind !== "number") return false;
  const [a, b] = [left as number, right as number];
  return word === "<" ? a < b : word === "<=" ? a <= b : word === ">" ? a > b : word === ">=" && a >= b;
}

/** A member of its own; names of checklists are not ours, so "constructor" must not find something. */
function own<T>(things: Readonly<Record<string, T>> | undefined, name: string): T | undefined {
  return things && Object.hasOwn(things, name) ? things[name] : undefined;
}
