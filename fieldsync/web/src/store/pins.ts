/** Which PINs will do. */

const LENGTH_MIN = 6;

/** As it is meant: phone keyboards add blanks and write the same letter in several ways. */
export function plain(pin: string): string {
  return pin.normalize("NFKC").trim();
}

/** Six signs at least, not one sign over and over, not a row (123456, 987654, abcdef). */
export function isTooWeak(pin: string): boolean {
  const signs = [...plain(pin)].map((sign) => sign.codePointAt(0)!);
  const steps = new Set(signs.slice(1).map((sign, place) => sign - signs[place]!));
  const [step] = steps;
  return signs.length < LENGTH_MIN || (steps.size === 1 && Math.abs(step!) <= 1);
}

/** Equal, one within the other, backwards, or different in two places at most: what a slip of the finger makes of it. */
export function isTooAlike(one: string, other: string): boolean {
  const [a, b] = [plain(one).toLowerCase(), plain(other).toLowerCase()];
  if (a.includes(b) || b.includes(a) || [...a].reverse().join("") === b) return true;
  return a.length === b.length && [...a].filter((sign, place) => sign !== b[place]).length <= 2;
}
