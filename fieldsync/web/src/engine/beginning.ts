/** What a draft begins with: an older draft of the visit, what was told before it was returned, or nothing. */

import { isMapping } from "@/wire/heard";
import { localText } from "@/wire/names";
import type { Fields, Raw, Visit } from "@/wire/types";
import { previousOf } from "@/wire/visit";

/**
 * The document of a new draft, pinned to the visit's attempt and checklist of this moment. What is carried over keeps its
 * times, its photos, and members we do not know; the statement has to be made anew.
 */
export function firstFields(visit: Visit, before: Raw | Fields | null, began: Date): Fields {
  const pinned = {
    form: 1,
    visit: visit.id,
    attempt: visit.attempt,
    checklist: visit.checklist,
    scenario: visit.scenario,
    parent: previousOf(visit)?.id ?? null,
    statement: null,
  };
  const carried: Record<string, unknown> = { started_at: localText(began), ...before };
  delete carried["finished_at"];
  const cleaned = {
    marks: listed(carried["marks"], "what"),
    place: mapping(carried["place"]),
    context: mapping(carried["context"]),
    jottings: listed(carried["jottings"], "at"),
    answers: Object.fromEntries(Object.entries(mapping(carried["answers"])).filter(([, told]) => isMapping(told))),
    photos: listed(carried["photos"], "id"),
    narrative: typeof carried["narrative"] === "string" ? carried["narrative"] : "",
  };
  // Somebody else's program may have written it: what is here is checked as far as our own parts rely on it.
  return { ...pinned, ...carried, ...cleaned, ...pinned } as unknown as Fields;
}

/** An exact text as a document; null for one that is none. */
export function readDocument(text: string | null): Raw | null {
  try {
    const told: unknown = JSON.parse(text ?? "null");
    return isMapping(told) ? told : null;
  } catch {
    return null;
  }
}

function listed(value: unknown, name: string): Raw[] {
  return Array.isArray(value) ? value.filter((each) => isMapping(each) && typeof each[name] === "string") : [];
}

function mapping(value: unknown): Raw {
  return isMapping(value) ? value : {};
}
