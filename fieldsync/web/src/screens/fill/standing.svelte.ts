/** How each item stands, with signals of its own: an answer elsewhere does not even ask whether this one changed. */

import { untrack } from "svelte";
import type { Gap } from "@/engine/types";
import type { Answer } from "@/wire/types";

export class Standing {
  answer = $state.raw<Answer | undefined>();
  /** Codes of what is missing, with blanks between. */
  gaps = $state("");
}

interface Read {
  readonly answers: Readonly<Record<string, Answer>>;
  readonly gaps: readonly Gap[];
}

/** By the item's code; follows `read`, which is read again after every change. */
export function standings(read: () => Read): (code: string) => Standing {
  const known = new Map<string, Standing>();
  const follow = ({ answers, gaps }: Read, followed: Iterable<[string, Standing]>) => {
    for (const [code, standing] of followed) {
      standing.answer = answers[code];
      standing.gaps = gaps.filter((gap) => gap.item === code).map((gap) => gap.code).join(" ");
    }
  };
  $effect.pre(() => follow(read(), known));
  return (code) => {
    const found = known.get(code) ?? new Standing();
    if (!known.has(code)) untrack(() => follow(read(), [[code, found]]));
    known.set(code, found);
    return found;
  };
}
