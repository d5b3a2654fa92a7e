/** The language, which is no secret: it is known before the PIN. */

import { language, speak } from "@/words/language.svelte";

const KEY = "bahasa";

export function speakAsBefore(): void {
  try {
    const before = localStorage.getItem(KEY);
    speak(before === "id" || before === "en" ? before : language());
  } catch {
    speak(language()); // the phone's own
  }
}

export function speakFromNowOn(chosen: "id" | "en"): void {
  speak(chosen);
  try {
    localStorage.setItem(KEY, chosen);
  } catch {
    // until the page is closed
  }
}
