/** What the visit itself already knows and an item may take over with one tap. */

import type { Around } from "./control";
import type { Fields, Jotting, Json, Mark, MarkName, Visit } from "@/wire/types";
import { standardOf } from "@/wire/visit";

export interface Interval {
  readonly from: MarkName;
  readonly to: MarkName;
  /** Whole minutes. */
  readonly minutes: number;
}

const BETWEEN: readonly (readonly [MarkName, MarkName])[] = [
  ["ticket", "called"],
  ["arrived", "called"],
  ["called", "served"],
  ["called", "left"],
  ["arrived", "left"],
];
const OFFERS_MAX = 3;

/** How long it took between two marks, the likeliest first; a mark before its beginning gives none. */
export function intervalsOf(marks: readonly Mark[]): Interval[] {
  const at = new Map(marks.map((mark) => [mark.what, Date.parse(mark.at)]));
  const found = BETWEEN.flatMap(([from, to]) => {
    const minutes = Math.round(((at.get(to) ?? NaN) - (at.get(from) ?? NaN)) / 60_000);
    return minutes >= 0 ? [{ from, to, minutes }] : [];
  });
  return found.slice(0, OFFERS_MAX);
}

/** Amounts noted on the way, each once, the latest first. */
export function amountsOf(jottings: readonly Jotting[]): Jotting[] {
  const found = new Map<number, Jotting>();
  for (const jotting of jottings) if (jotting.amount_rupiah !== undefined) found.set(jotting.amount_rupiah, jotting);
  return [...found.values()].sort((one, other) => other.at.localeCompare(one.at)).slice(0, OFFERS_MAX);
}

/** What the visit knows besides its answers; `facts` are what the rules look at. */
export function aroundOf(visit: Visit, fields: Fields | undefined, facts: Readonly<Record<string, Json>>): Around {
  const { completion_amount: amount = null, completion_unit: unit = "" } = standardOf(visit) ?? {};
  const { official_fee: fee } = facts;
  return {
    marks: fields?.marks ?? [],
    jottings: fields?.jottings ?? [],
    fee: typeof fee === "number" ? fee : undefined,
    standard: amount !== null && unit ? { amount, unit } : undefined,
  };
}
