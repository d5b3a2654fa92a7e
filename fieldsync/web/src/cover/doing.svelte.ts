/** Something that takes a moment and may go wrong: whether it goes on, and what to tell when it failed. */

import { Problem } from "@/problem";
import { language } from "@/words/language.svelte";
import { words } from "./words";

export class Doing {
  busy = $state(false);
  #said = $state.raw<() => string>(() => "");

  /** In plain words of the language chosen; "" when all is well. */
  get told(): string {
    return this.#said();
  }

  /** True when it was done. */
  async run(doing: () => Promise<unknown>): Promise<boolean> {
    this.busy = true;
    this.say(() => "");
    try {
      await doing();
      return true;
    } catch (error) {
      this.say(wordsFor(error));
      return false;
    } finally {
      this.busy = false;
    }
  }

  say(said: () => string): void {
    this.#said = said;
  }
}

/** A part of the app that could not be fetched is the network's fault; anything else that is not ours goes on its way. */
function wordsFor(error: unknown): () => string {
  if (error instanceof Problem) return () => error.words(language());
  if (error instanceof TypeError && /import|module|fetch/i.test(error.message)) return () => words.noNetwork;
  throw error;
}
