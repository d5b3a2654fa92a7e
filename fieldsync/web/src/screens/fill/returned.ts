/** What a coordinator sent back, and at which item it stands. */

import type { Task } from "@/engine/types";
import type { Answer } from "@/wire/types";

export interface Returned {
  readonly byItem: ReadonlyMap<string, readonly Task[]>;
  /** About the visit as a whole, or about a photo that no item uses. */
  readonly general: readonly Task[];
}

/** A task about a photo stands at every item the photo is, or was, evidence of. */
export function returnedOf(tasks: readonly Task[], answers: Answers, before: Answers): Returned {
  const byItem = new Map<string, Task[]>();
  const general: Task[] = [];
  for (const task of tasks) {
    const items = task.item !== null ? [task.item] : itemsWith(task.photo, [answers, before]);
    for (const item of items) byItem.set(item, [...(byItem.get(item) ?? []), task]);
    if (!items.length) general.push(task);
  }
  return { byItem, general };
}

type Answers = Readonly<Record<string, Answer>>;

function itemsWith(photo: string | null, told: readonly Answers[]): string[] {
  if (photo === null) return [];
  const found = told.flatMap((answers) => Object.entries(answers).filter(([, answer]) => answer.photos?.includes(photo)));
  return [...new Set(found.map(([code]) => code))];
}
