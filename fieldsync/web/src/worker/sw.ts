/**
 * Keeps the app's files on the phone. A version is kept whole or not at all, under a name of its own; it waits until the
 * page asks for it ("ganti"), and then what was before is removed. It never touches /api/.
 */

declare const __VERSION__: string;
declare const __FILES__: string[];
declare const __LATER__: string[];

const worker = self as unknown as ServiceWorkerGlobalScope;
const HOME = "/app/";
const CACHE = `catatan-${__VERSION__}`;
const OURS = /^catatan-/;

const address = (name: string) => HOME + (name === "index.html" ? "" : name);
/** Named by its content: an older version's copy is as good. */
const isLasting = (name: string) => name.startsWith("f/");

worker.addEventListener("install", (event) => event.waitUntil(keepAll()));
worker.addEventListener("activate", (event) => event.waitUntil(takeOver()));
worker.addEventListener("message", (event) => {
  if (event.data === "ganti") void worker.skipWaiting();
  if (event.data === "sisanya") event.waitUntil(keepLater());
});
worker.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== worker.location.origin || !url.pathname.startsWith(HOME)) return;
  event.respondWith(answer(event.request, event.request.mode === "navigate" ? HOME : url.pathname));
});

async function keepAll(): Promise<void> {
  const answers = await Promise.all(__FILES__.map(async (name) => [address(name), await fetched(name)] as const));
  const cache = await caches.open(CACHE);
  try {
    for (const [path, found] of answers) await cache.put(path, found);
  } catch (problem) {
    await caches.delete(CACHE); // no room: what was before goes on
    throw problem;
  }
}

async function takeOver(): Promise<void> {
  for (const name of await caches.keys()) if (OURS.test(name) && name !== CACHE) await caches.delete(name);
  await worker.clients.claim();
}

async function keepLater(): Promise<void> {
  const cache = await caches.open(CACHE);
  for (const name of __LATER__) {
    if (!(await cache.match(address(name), { ignoreVary: true }))) await cache.put(address(name), await fetched(name));
  }
}

/** From here when it is here, else from the network, as it comes. */
async function answer(request: Request, path: string): Promise<Response> {
  const cache = await caches.open(CACHE);
  return (await cache.match(path, { ignoreVary: true })) ?? fetch(request);
}

/** A whole and good answer, or none. */
async function fetched(name: string): Promise<Response> {
  const path = address(name);
  const known = isLasting(name) && (await caches.match(path, { ignoreVary: true }));
  const found = known || (await fetch(path, { cache: "no-cache", credentials: "same-origin" }));
  if (!found.ok || found.redirected) throw new Error(`${path}: ${found.status}`);
  return found;
}
