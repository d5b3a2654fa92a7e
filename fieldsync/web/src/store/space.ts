/** How much room the browser gives us, and whether it promises to keep it. All in bytes. */

/** From this share on the person is warned; from the other on no photo is taken, answers always are. */
export const WARN = 0.8;
export const STOP_PHOTOS = 0.95;
/** What a whole form with its pictures may need. */
const NEEDED_BYTES = 30_000_000;

export interface Space {
  readonly used: number;
  /** 0: the browser does not tell. */
  readonly quota: number;
  /** Of the quota, 0 to 1. */
  readonly share: number;
}

/** Never raises. */
export async function space(): Promise<Space> {
  const told = await Promise.resolve(navigator.storage?.estimate?.()).catch(() => undefined);
  const [used, quota] = [told?.usage ?? 0, told?.quota ?? 0];
  return { used, quota, share: quota > 0 ? Math.min(1, used / quota) : 0 };
}

/** Whether there is room for one more, pictures included. Where the browser does not tell, we try. */
export async function enoughForAVisit(): Promise<boolean> {
  const { used, quota } = await space();
  return quota === 0 || quota - used >= NEEDED_BYTES;
}

/** Ask the browser not to clear what is here when it needs room. False: it would not promise. Never raises. */
export async function persist(): Promise<boolean> {
  return (await Promise.resolve(navigator.storage?.persist?.()).catch(() => false)) ?? false;
}
