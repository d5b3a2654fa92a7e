import { forget, mark, tell } from "@/store/canary";
import { enoughForAVisit, persist, space } from "@/store/space";

/** A browser's two other places to keep things, as far as they are needed here. */
function browser(given: { localStorage?: boolean; caches?: boolean } = {}) {
  const texts = new Map<string, string>();
  const kept = new Map<string, Map<string, Response>>();
  const refused = () => {
    throw new DOMException("not allowed", "SecurityError");
  };
  vi.stubGlobal("localStorage", {
    getItem: given.localStorage === false ? refused : (key: string) => texts.get(key) ?? null,
    setItem: given.localStorage === false ? refused : (key: string, text: string) => void texts.set(key, text),
    removeItem: given.localStorage === false ? refused : (key: string) => void texts.delete(key),
  });
  vi.stubGlobal("caches", {
    open: given.caches === false ? refused : (name: string) => {
      const cache = kept.get(name) ?? new Map<string, Response>();
      kept.set(name, cache);
      return Promise.resolve({
        put: (address: string, answer: Response) => Promise.resolve(void cache.set(address, answer)),
        match: (address: string) => Promise.resolve(cache.get(address)?.clone()),
      });
    },
    delete: (name: string) => Promise.resolve(kept.delete(name)),
  });
  return { texts, kept };
}

afterEach(() => vi.unstubAllGlobals());

test("the mark tells how many things were not sent, also when one of its two places was cleared", async () => {
  const { texts, kept } = browser();
  expect(await mark()).toBe(null);
  await tell(3);
  expect(await mark()).toBe(3);
  texts.clear();
  expect(await mark()).toBe(3);
  await tell(4);
  kept.clear();
  expect(await mark()).toBe(4);
  await tell(0);
  expect(await mark()).toBe(0);
  await forget();
  expect(await mark()).toBe(null);
});

test("the mark holds a number and nothing else", async () => {
  const { texts, kept } = browser();
  await tell(12);
  expect([...texts]).toEqual([["sisa", "12"]]);
  expect([...kept.keys()]).toEqual(["tanda"]);
  expect(await kept.get("tanda")!.get("/app/tanda")!.text()).toBe("12");
});

test("a browser that keeps no marks is no trouble, and one strange mark is none", async () => {
  browser({ localStorage: false, caches: false });
  await tell(2);
  await forget();
  expect(await mark()).toBe(null);
  browser({ caches: false }).texts.set("sisa", "banyak");
  expect(await mark()).toBe(null);
  browser({ localStorage: false });
  await tell(5);
  expect(await mark()).toBe(5);
});

test("space is told as the browser tells it; one more needs 30 MB", async () => {
  const storage = { estimate: () => Promise.resolve({ usage: 60_000_000, quota: 80_000_000 }), persist: () => Promise.resolve(true) };
  vi.stubGlobal("navigator", { storage });
  expect([await space(), await enoughForAVisit(), await persist()]).toEqual([{ used: 60_000_000, quota: 80_000_000, share: 0.75 }, false, true]);
  storage.estimate = () => Promise.resolve({ usage: 60_000_000, quota: 90_000_000 });
  expect(await enoughForAVisit()).toBe(true);
});

test("a browser that tells nothing of space is taken at its word only when it refuses to keep something", async () => {
  vi.stubGlobal("navigator", {});
  expect([await space(), await enoughForAVisit(), await persist()]).toEqual([{ used: 0, quota: 0, share: 0 }, true, false]);
  vi.stubGlobal("navigator", { storage: { estimate: () => Promise.reject(new Error("no")), persist: () => Promise.reject(new Error("no")) } });
  expect([await space(), await enoughForAVisit(), await persist()]).toEqual([{ used: 0, quota: 0, share: 0 }, true, false]);
});
