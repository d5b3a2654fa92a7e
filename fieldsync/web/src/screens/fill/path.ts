/** The order in which a checklist is put: the visitor's path (desk work, looking, asking, afterwards), or as it is printed. */

import type { Both, Instrument, Item } from "@/wire/types";

export type Order = "path" | "printed";
/** Where on the path: at the desk before, at the place, at the counter, days later; "all" when printed. */
export type Stage = "before" | "there" | "counter" | "later" | "all";

/** What stands under one heading: the items of one indicator in one stage, in the checklist's order. */
export interface Group {
  /** `stage/indicator`, unique. */
  readonly key: string;
  readonly stage: Stage;
  readonly code: string;
  readonly title: Both;
  readonly items: readonly Item[];
}

const STAGES: readonly Stage[] = ["before", "there", "counter", "all", "later"];
const STAGE_OF: Readonly<Record<Item["mode"], Stage>> = { DSK: "before", OBS: "there", ASK: "counter", TRX: "counter", FUP: "later" };

/** Whether it is filled in days after the visit, so that a visit may be finished without it. */
export function isForLater(item: Item): boolean {
  return item.mode === "FUP";
}

/** The items under their headings. `items` are those that are asked; what is for later comes last in either order. */
export function groupsOf(instrument: Instrument, items: readonly Item[], order: Order): Group[] {
  const indicators = indicatorsOf(instrument);
  const stageOf = (item: Item): Stage => (order === "path" || isForLater(item) ? (STAGE_OF[item.mode] ?? "there") : "all");
  const found = new Map<string, Group & { items: Item[] }>();
  for (const item of items) {
    const indicator = indicators.get(item.code);
    const stage = stageOf(item);
    const key = `${stage}/${indicator?.code ?? ""}`;
    if (!found.has(key)) found.set(key, { key, stage, code: indicator?.code ?? "", title: indicator?.title ?? instrument.title, items: [] });
    found.get(key)!.items.push(item);
  }
  return STAGES.flatMap((stage) => [...found.values()].filter((group) => group.stage === stage));
}

/** Whose each item is, by the item's code, over all variants. */
function indicatorsOf(instrument: Instrument): Map<string, { readonly code: string; readonly title: Both }> {
  const found = new Map<string, { readonly code: string; readonly title: Both }>();
  for (const indicator of instrument.dimensions.flatMap((dimension) => dimension.indicators)) {
    const sets = [indicator.items ?? [], ...Object.values(indicator.variants ?? {})];
    for (const item of sets.flat()) found.set(item.code, indicator);
  }
  return found;
}
