/**
 * A mark beside the database, twice: how many things in it were not sent yet. Should the browser clear the database, the
 * mark may still be there and tell what was lost.
 */

const KEY = "sisa";
const CACHE = "tanda";
const ADDRESS = "/app/tanda";

/** Never raises: a mark that cannot be made changes nothing else. */
export async function tell(count: number): Promise<void> {
  try {
    localStorage.setItem(KEY, String(count));
  } catch {
    // no room or not allowed
  }
  try {
    await (await caches.open(CACHE)).put(ADDRESS, new Response(String(count)));
  } catch {
    // no room, or this browser keeps no caches here
  }
}

/** What the mark says, the greater of the two; null: there was never one. */
export async function mark(): Promise<number | null> {
  const found = [inLocalStorage(), await inCache()].filter((count) => count !== null);
  return found.length ? Math.max(...found) : null;
}

/** The loss was told: from here on it is a new notebook. */
export async function forget(): Promise<void> {
  try {
    localStorage.removeItem(KEY);
    await caches.delete(CACHE);
  } catch {
    // then it is told once more
  }
}

function inLocalStorage(): number | null {
  try {
    return read(localStorage.getItem(KEY));
  } catch {
    return null;
  }
}

async function inCache(): Promise<number | null> {
  try {
    return read((await (await (await caches.open(CACHE)).match(ADDRESS))?.text()) ?? null);
  } catch {
    return null;
  }
}

function read(text: string | null): number | null {
  return text !== null && /^\d+$/.test(text) ? Number(text) : null;
}
