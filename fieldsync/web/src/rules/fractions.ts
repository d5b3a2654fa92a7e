/** Exact numbers, for scores: a score must not depend on how a machine rounds. */

export interface Fraction {
  readonly n: bigint;
  /** Above 0, with no divisor in common with `n`. */
  readonly d: bigint;
}

/** n/d in lowest terms. `d` is not 0. */
export function fraction(n: bigint, d = 1n): Fraction {
  const common = (d < 0n ? -1n : 1n) * divisor(n < 0n ? -n : n, d < 0n ? -d : d);
  return { n: n / common, d: d / common };
}

/** A number or a decimal text exactly as written: 45.01, "67", "1.5", "300/7", "1e-7"; null for anything else. */
export function readFraction(written: number | string): Fraction | null {
  const found = /^([+-]?)(\d+)(?:\/(\d+)|(?:\.(\d+))?(?:e([+-]?\d{1,4}))?)$/i.exec(String(written).trim());
  if (!found) return null;
  const [, sign, whole = "", under, decimals = "", tens = "0"] = found;
  const n = BigInt(whole + decimals) * (sign === "-" ? -1n : 1n);
  if (under !== undefined) return BigInt(under) === 0n ? null : fraction(n, BigInt(under));
  const places = Number(tens) - decimals.length;
  return places < 0 ? fraction(n, 10n ** BigInt(-places)) : fraction(n * 10n ** BigInt(places));
}

export function times(a: Fraction, b: Fraction): Fraction {
  return fraction(a.n * b.n, a.d * b.d);
}

/** Below 0 when a is less than b, 0 when they are equal, else above. */
export function compare(a: Fraction, b: Fraction): number {
  const [left, right] = [a.n * b.d, b.n * a.d];
  return left < right ? -1 : Number(left > right);
}

/** "300/7", or "100" when it is whole. */
export function fractionText({ n, d }: Fraction): string {
  return d === 1n ? `${n}` : `${n}/${d}`;
}

function divisor(a: bigint, b: bigint): bigint {
  while (b) [a, b] = [b, a % b];
  return a || 1n;
}
