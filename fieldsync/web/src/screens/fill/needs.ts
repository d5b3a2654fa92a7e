/** What an answer needs beside it, by the rules of gaps. */

import { noteRequired } from "@/rules/answers";
import type { Answer, Item, Json } from "@/wire/types";

type Facts = Readonly<Record<string, Json>>;

/** Why this very answer needs a note, written yet or not: it is a serious finding, or there is no photo. */
export function noteFor(item: Item, answer: Answer | undefined, facts: Facts): "finding" | "photo" | null {
  if (!answer || !noteRequired(item, answer, facts)) return null;
  const { no_photo: _reason, ...rest } = answer;
  return noteRequired(item, rest, facts) ? "finding" : "photo";
}

/** Whether the photo rule speaks: it says nothing before there is an answer, and nothing when the item does not apply. */
export function isPhotoDue(item: Item, answer: Answer | undefined): boolean {
  return item.photo === "required" && isTold(answer) && answer?.na !== true;
}

/** Whether it says something: a value, or that it does not apply. */
export function isTold(answer: Answer | undefined): boolean {
  return answer !== undefined && (answer.na === true || (answer.value ?? null) !== null);
}
