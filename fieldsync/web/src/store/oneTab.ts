/** One tab at a time: whoever holds the lock writes. The fence in db.ts is for tabs that wake up late. */

const LOCK = "catatan";
/** A page that is being reloaded may hold its lock a moment longer than the new one waits. */
const PATIENCE_MS = 1000;

export interface Turn {
  /** Resolves when another tab takes over. */
  readonly taken: Promise<void>;
  end(): void;
}

/** null: another tab has it. With `steal` it is ours in any case, and the other is told. */
export function takeTurn({ steal = false }: { steal?: boolean } = {}): Promise<Turn | null> {
  const locks = navigator.locks as LockManager | undefined;
  if (!locks) return Promise.resolve({ taken: new Promise(() => undefined), end: () => undefined });
  return new Promise((answer) => {
    let lose: () => void = () => undefined;
    const taken = new Promise<void>((resolve) => (lose = resolve));
    const held = () =>
      new Promise<void>((end) => {
        answer({ taken, end });
      });
    const options: LockOptions = steal ? { steal } : { signal: patience() };
    locks.request(LOCK, options, held).catch(() => {
      lose();
      answer(null); // says nothing when it was ours before
    });
  });
}

function patience(): AbortSignal {
  const giving = new AbortController();
  setTimeout(() => giving.abort(), PATIENCE_MS);
  return giving.signal;
}
