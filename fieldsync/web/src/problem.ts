/** What a problem is. Apart from errors.ts, whose words must not be read before the PIN: this file is loaded before it. */

export type Language = "id" | "en";
export type Facts = Readonly<Record<string, string | number | boolean | null>>;

/** Everything this package raises on purpose. `waitingHelps`: trying again later may be all it takes. */
export class Problem extends Error {
  constructor(
    readonly code: string,
    readonly said: readonly [id: string, en: string],
    readonly facts: Facts = {},
    readonly waitingHelps = false,
  ) {
    super(code);
    this.name = "Problem";
  }

  /** In plain words; `{name}` in them stands for a fact, which may be a sentence with its own full stop. */
  words(language: Language): string {
    const text = this.said[language === "id" ? 0 : 1];
    return text.replace(/\{(\w+)\}/g, (_, name: string) => String(this.facts[name] ?? "?")).replace("..", ".");
  }
}

/** A kind of problem: `throw new NoAnswer({ why })`, `problem instanceof NoAnswer`. */
export function kind<const Code extends string>(code: Code, id: string, en: string, waitingHelps = false) {
  return class Kind extends Problem {
    declare readonly code: Code; // so that the compiler tells one kind from another

    constructor(facts: Facts = {}) {
      super(code, [id, en], facts, waitingHelps);
    }
  };
}
