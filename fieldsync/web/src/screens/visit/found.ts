/** A visit as its screen needs it, read together: the order, what is being recorded, and what was told. */

import type { Draft, Phone } from "@/engine/types";
import { Problem } from "@/errors";
import type { SubmissionRow } from "@/store/types";
import type { Visit } from "@/wire/types";
import { type Product, type Unit, productOf, unitOf } from "@/wire/visit";
import { type View, type Window, viewOf, windowIn } from "./standing";

export interface Found {
  readonly visit: Visit;
  readonly unit: Unit;
  readonly product: Product;
  readonly window: Window | null;
  /** Only while it is being recorded. */
  readonly draft: Draft | null;
  /** The last attempt that was finished here. */
  readonly told: SubmissionRow | null;
  readonly view: View;
}

/** null when the phone has no such visit (any more). */
export function find(phone: Phone, id: string): Found | null {
  const visit = orNull(() => phone.visit(id));
  if (!visit) return null;
  const told = visit.practice ? practised(phone, id) : lastTold(phone, id);
  const draft = phone.draft(id);
  const view = viewOf(visit, draft, told);
  return { visit, unit: unitOf(visit), product: productOf(visit), window: windowIn(visit), draft: view === "recording" ? draft : null, told, view };
}

function lastTold(phone: Phone, id: string): SubmissionRow | null {
  const attempts = phone.receipts().filter((receipt) => receipt.visit === id);
  return attempts.sort((a, b) => b.attempt - a.attempt || b.made_at.localeCompare(a.made_at))[0] ?? null;
}

/** Practice gives no receipt; only the list knows that it was finished. */
function practised(phone: Phone, id: string): SubmissionRow | null {
  return phone.visits().find((listed) => listed.visit.id === id)?.told ?? null;
}

/** Whether the checklist is here, so that it can begin without a network. */
export function isReady(phone: Phone, visit: Visit): boolean {
  return orNull(() => phone.instrument(visit.checklist)) !== null;
}

/** What a visit still lacks before it is finished (what may follow days later is not counted), and where the first of it is. */
export function lackingIn(phone: Phone, visit: string): { readonly count: number; readonly first: string | null } {
  const gaps = (orNull(() => phone.missing(visit)) ?? []).filter((gap) => gap.code !== "follow-up-missing");
  return { count: gaps.length, first: gaps[0]?.item ?? null };
}

/** null where a Problem was raised: what cannot be read is left out, and the rest still shows. */
export function orNull<T>(read: () => T): T | null {
  try {
    return read();
  } catch (problem) {
    if (problem instanceof Problem) return null;
    throw problem;
  }
}
