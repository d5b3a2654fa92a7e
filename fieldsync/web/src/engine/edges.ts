/** The world's edges: everything the engine does not decide by itself. Tests and demonstrations bring their own. */

export interface Edges {
  /** Where the server is; the app comes from there itself. */
  readonly origin: string;
  /** The browser's own unless told otherwise. */
  readonly fetch?: typeof fetch;
  /** The present moment, by this phone. */
  clock(): Date;
  /** In [0, 1). */
  random(): number;
  /** Seconds of a clock that never goes back. */
  watch(): number;
  /** Resolves when the time is over, or at once when the signal says so; never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export function browserEdges(): Edges {
  return {
    origin: location.origin,
    clock: () => new Date(),
    random: () => Math.random(),
    watch: () => performance.now() / 1000,
    sleep,
  };
}

function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((over) => {
    const timer = setTimeout(over, ms);
    const early = () => {
      clearTimeout(timer);
      over();
    };
    if (signal?.aborted) early();
    signal?.addEventListener("abort", early, { once: true });
  });
}
