/** An answer as it was told, in a person's words. */

import { noPhotoReason, optionLabel, words } from "@/screens/fill/words";
import type { Answer, Item, Json } from "@/wire/types";
import { number, rupiah } from "@/words/figures";
import { said } from "@/words/language.svelte";

const told = said({
  minutes: (n: string) => [`${n} menit`, `${n} min`],
  days: (n: string) => [`${n} hari kerja`, n === "1" ? "1 working day" : `${n} working days`],
  of: (count: string, of: string) => [`${count} dari ${of}`, `${count} of ${of}`],
  duration: (actual: string, published: string) => [`${actual}, diumumkan ${published}`, `${actual}, published ${published}`],
  asked: (asked: string, official: string) => [`diminta ${asked}, resmi ${official}`, `asked ${asked}, official ${official}`],
});

/** `item` is null when its checklist is not here: then the value stands as it is. */
export function answerInWords(item: Item | null, answer: Answer): string {
  if (answer.na) return words.na;
  if (answer.value === undefined || answer.value === null) return answer.no_photo ? noPhotoReason(answer.no_photo) : "–";
  return item ? valueInWords(item, answer.value) : JSON.stringify(answer.value);
}

function valueInWords(item: Item, value: Json): string {
  if (typeof value === "boolean") return optionLabel(item, value ? "yes" : "no");
  if (Array.isArray(value)) return pairInWords(item, value);
  if (item.type === "SC") return optionLabel(item, String(value));
  if (item.type === "DAY" && value === "none") return words.never;
  const text = typeof value === "number" ? number(value) : String(value);
  return item.type === "MIN" ? told.minutes(text) : item.type === "DAY" ? told.days(text) : text;
}

function pairInWords(item: Item, pair: readonly Json[]): string {
  const show = (value: Json | undefined) => (typeof value !== "number" ? "–" : item.type === "IDR2" ? rupiah(value) : number(value));
  const [first, second] = [show(pair[0]), show(pair[1])];
  return item.type === "IDR2" ? told.asked(first, second) : item.type === "DUR" ? told.duration(first, second) : told.of(first, second);
}
