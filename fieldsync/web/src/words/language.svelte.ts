/** Words in both languages, side by side, so that neither can be forgotten. */

import type { Language } from "@/problem";

type Pair = readonly [id: string, en: string];
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- arguments are whatever the sentence needs
type Phrase = Pair | ((...about: any[]) => Pair);
type Said<T> = { readonly [K in keyof T]: T[K] extends (...about: infer A) => Pair ? (...about: A) => string : string };

const chosen = $state<{ language: Language }>({ language: navigator.language?.startsWith("en") ? "en" : "id" });

export function language(): Language {
  return chosen.language;
}

/** From now on in this language, everywhere. Remembering it is the caller's. */
export function speak(language: Language): void {
  chosen.language = language;
  if (globalThis.document) document.documentElement.lang = language;
}

/** A text that came in both languages, in the one chosen. */
export function both(text: { readonly id: string; readonly en: string }): string {
  return text[chosen.language];
}

/** `said({ hello: ["halo", "hello"], left: (n: number) => [`sisa ${n}`, `${n} left`] })`; reads follow the language. */
export function said<const T extends Record<string, Phrase>>(phrases: T): Said<T> {
  const found = {} as Record<string, unknown>;
  const pick = (pair: Pair) => pair[chosen.language === "id" ? 0 : 1];
  for (const [name, phrase] of Object.entries(phrases)) {
    if (typeof phrase === "function") found[name] = (...about: unknown[]) => pick(phrase(...about));
    else Object.defineProperty(found, name, { get: () => pick(phrase), enumerable: true });
  }
  return found as Said<T>;
}
