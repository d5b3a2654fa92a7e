/** Saving as one goes: what is under way, and texts a moment after the last key. */

import { untrack } from "svelte";
import { attempt, session } from "@/ui/session.svelte";
import { language } from "@/words/language.svelte";
import type { Order } from "./path";

const DELAY_MS = 300;

interface Shown {
  under: number;
  once: boolean;
  failed: boolean;
}
const shown = $state<Shown>({ under: 0, once: false, failed: false });

/** The quiet sign: whether something is being saved, whether anything was, and whether the last failed. */
export const saves = {
  get busy(): boolean {
    return shown.under > 0;
  },
  get once(): boolean {
    return shown.once;
  },
  get failed(): boolean {
    return shown.failed;
  },
};

/** Do it, and let the sign show it. True once it is durable; a problem has been told to the person otherwise. */
export async function keep(doing: () => Promise<unknown>): Promise<boolean> {
  shown.under += 1;
  try {
    const done = await attempt(doing, language());
    shown.failed = !done;
    if (done) shown.once = true;
    return done;
  } finally {
    shown.under -= 1;
  }
}

/** Runs the last thing asked for when nothing more was asked for 300 ms, or at once when the screen goes or is hidden. */
export function delayed(): { readonly soon: (doing: () => void) => void; readonly now: () => void } {
  let waiting: (() => void) | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const now = () => {
    clearTimeout(timer);
    const doing = waiting;
    if (!doing) return;
    waiting = null;
    try {
      doing();
    } finally {
      shown.under -= 1;
    }
  };
  const hidden = () => document.visibilityState === "hidden" && now();
  $effect(() => {
    document.addEventListener("visibilitychange", hidden, true);
    return () => {
      document.removeEventListener("visibilitychange", hidden, true);
      now();
    };
  });
  const soon = (doing: () => void) => {
    clearTimeout(timer);
    if (!waiting) shown.under += 1; // what is being typed is not kept yet, and the sign must not say that it is
    waiting = doing;
    timer = setTimeout(now, DELAY_MS);
  };
  return { soon, now };
}

/** What is on the screen but not in the records: gone with the keys. */
interface Held {
  order: Order;
  /** By visit: the item one was at. */
  readonly at: Map<string, string>;
  /** By `visit/item`: what was typed and cannot be. */
  readonly typed: Map<string, readonly string[]>;
}
const held = new WeakMap<object, Held>();

export function heldHere(): Held {
  const phone = untrack(() => session.phone);
  if (!held.has(phone)) held.set(phone, { order: "path", at: new Map(), typed: new Map() });
  return held.get(phone)!;
}
