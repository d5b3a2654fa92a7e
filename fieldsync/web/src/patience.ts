/** Ends a request on whose line nothing moved for too long. */
export class Patience {
  /** Why it ended; null while it has not. */
  ended: string | null = null;
  private readonly ending = new AbortController();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly cut = () => this.giveUp("connection cut");

  constructor(
    private readonly closing: AbortSignal,
    private readonly secondsMax: number,
  ) {
    if (closing.aborted) this.cut();
    closing.addEventListener("abort", this.cut);
  }

  get signal(): AbortSignal {
    return this.ending.signal;
  }

  /** From now on so many seconds of silence, and some more. */
  allow(more: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.giveUp("timeout"), (this.secondsMax + more) * 1000);
  }

  end(): void {
    clearTimeout(this.timer);
    this.closing.removeEventListener("abort", this.cut);
  }

  private giveUp(why: string): void {
    this.ended ??= why;
    this.ending.abort();
  }
}
