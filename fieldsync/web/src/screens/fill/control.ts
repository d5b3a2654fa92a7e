/** What every kind of answer gets. */

import type { AnswerGiven } from "@/engine/types";
import type { Item, Jotting, Json, Mark } from "@/wire/types";

/** What the visit knows besides its answers. */
export interface Around {
  readonly marks: readonly Mark[];
  readonly jottings: readonly Jotting[];
  /** The official fee in rupiah where it is known; then it is not asked. */
  readonly fee: number | undefined;
  /** How long it should take, where that is known; `unit` is minutes, hours or working_days. */
  readonly standard: { readonly amount: number; readonly unit: string } | undefined;
}

export interface Control {
  readonly item: Item;
  /** As kept; undefined when there is none. */
  readonly value: Json | undefined;
  /** The id of the question, which names the control. */
  readonly named: string;
  /** Of the visit and the item: where a typed text that cannot be is held meanwhile. */
  readonly place: string;
  readonly around: Around;
  /** True once it is durable. */
  readonly give: (given: AnswerGiven) => Promise<boolean>;
}
