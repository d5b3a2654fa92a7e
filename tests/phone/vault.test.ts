import { openBook } from "@/store/book";
import type { Problem } from "@/problem";
import { type Keys, Vault } from "@/store/vault";
import { disk, dump, emptied, latin, newerForm, records, tamper } from "./browser_edges";

const PIN = "804913";
const OTHER = "577210";
const QUICK = { rounds: 1000 };
interface Ring {
  readonly rounds: number;
  readonly salt: ArrayBuffer;
  readonly slots: [ArrayBuffer, ArrayBuffer];
  readonly wrong: number;
}

beforeEach(emptied);

const ring = async () => (await records("kunci")).get("cincin") as Ring;
const problem = (doing: Promise<unknown>) => doing.then(() => "none", (raised: Problem) => [raised.code, raised.facts]);

async function made(pin = PIN): Promise<Vault> {
  const vault = await Vault.open(QUICK);
  await vault.create(pin);
  return vault;
}

/** Which books the keys of a PIN open: by a note and an inner row written under the keys of the first day. */
async function opens(vault: Vault, pin: string): Promise<string> {
  const keys = await vault.unlock(pin);
  const notes = await openBook({ db: vault.db, storeName: "halaman", key: keys.notes });
  const inner = keys.inner && (await openBook({ db: vault.db, storeName: "arsip", key: keys.inner }));
  return [notes.get("notes", "n") ? "notes" : "", inner?.get("facts", "f") ? "everything" : ""].filter(Boolean).join(" and ");
}

async function written(vault: Vault, keys: Keys): Promise<void> {
  const notes = await openBook({ db: vault.db, storeName: "halaman", key: keys.notes });
  await notes.change((writer) => writer.put("notes", "n", { id: "n", title: "Beras", text: "5 kg", changed_at: "2026-03-04T01:00:00Z" }));
  const inner = await openBook({ db: vault.db, storeName: "arsip", key: keys.inner! });
  await inner.change((writer) => writer.put("facts", "f", { value: 1 }));
}

test("a PIN opens what was written under it, on another day too", async () => {
  const first = await Vault.open();
  expect(first.isNew).toBe(true);
  await written(first, await first.create(PIN));
  first.seal();
  const later = await Vault.open();
  expect(later.isNew).toBe(false);
  expect(await opens(later, ` ${PIN}`)).toBe("notes and everything"); // a phone's keyboard adds a blank
  expect((await ring()).rounds).toBe(600_000);
});

test("a wrong PIN opens nothing, and from the fourth on it takes longer and longer; a reload begins the wait anew", async () => {
  let now = 0;
  const clock = { ...QUICK, now: () => now };
  const vault = await Vault.open(clock);
  await vault.create(PIN);
  const waits: unknown[] = [];
  for (let n = 0; n < 14; n += 1) {
    waits.push((await vault.unlock("000111").catch((raised: Problem) => raised.facts)) as unknown);
    now += vault.waitSeconds;
  }
  expect(waits).toEqual([0, 0, 0, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900].map((wait_seconds) => ({ wait_seconds })));
  now -= 1;
  const tries = (await ring()).wrong;
  expect(await problem(vault.unlock(PIN))).toEqual(["wrong-pin", { wait_seconds: 1 }]); // not even tried
  expect((await ring()).wrong).toBe(tries);
  const reloaded = await Vault.open(clock);
  expect(reloaded.waitSeconds).toBe(900);
  now += 900;
  await reloaded.unlock(PIN);
  expect((await ring()).wrong).toBe(0);
  expect((await Vault.open(clock)).waitSeconds).toBe(0);
});

test("ending the page before the answer wins no free try", async () => {
  await made();
  const broken = crypto.subtle.deriveKey;
  const vault = await Vault.open(QUICK);
  crypto.subtle.deriveKey = () => new Promise<CryptoKey>(() => undefined);
  void vault.unlock("000111");
  await vi.waitFor(async () => expect((await ring()).wrong).toBe(1));
  crypto.subtle.deriveKey = broken;
  await Promise.all([vault, await Vault.open(QUICK)].map((one) => one.unlock("000111").catch(() => undefined)));
  expect((await ring()).wrong).toBe(3); // two tabs count together
});

test("the second PIN opens the notes alone", async () => {
  const vault = await Vault.open(QUICK);
  await written(vault, await vault.create(PIN));
  await vault.setOtherPin(PIN, OTHER);
  expect([await opens(vault, PIN), await opens(vault, OTHER)]).toEqual(["notes and everything", "notes"]);
  await vault.setOtherPin(PIN, "kopi tanpa gula");
  expect(await opens(vault, "kopi tanpa gula")).toBe("notes");
  expect(await problem(vault.unlock(OTHER))).toEqual(["wrong-pin", { wait_seconds: 0 }]);
  await vault.setOtherPin(PIN, null);
  expect(await problem(vault.unlock("kopi tanpa gula"))).toEqual(["wrong-pin", { wait_seconds: 0 }]);
  expect(await opens(vault, PIN)).toBe("notes and everything");
});

test("nobody can tell from the ring whether there is a second PIN", async () => {
  const seen = new Set<string>();
  const shape = (found: Ring) => [Object.keys(found), found.slots.map((slot) => slot.byteLength)];
  const vault = await made();
  const before = await ring();
  await vault.setOtherPin(PIN, OTHER);
  const between = await ring();
  await vault.setOtherPin(PIN, null);
  const after = await ring();
  expect([shape(between), shape(after)]).toEqual([shape(before), shape(before)]);
  for (let n = 0; n < 40 && seen.size < 2; n += 1) {
    await emptied();
    const fresh = await made();
    const first = (await ring()).slots[0];
    await fresh.setOtherPin(PIN, OTHER);
    seen.add(latin(first) === latin((await ring()).slots[0]) ? "the first slot" : "the second slot");
  }
  expect([...seen].sort()).toEqual(["the first slot", "the second slot"]); // where the real one lies is chance
});

test("a PIN easily guessed or like the other one is refused, and nothing changes", async () => {
  const vault = await Vault.open(QUICK);
  for (const weak of ["12345", "123456", "654321", "111111", "abcdef", "", "      "]) {
    expect(await problem(vault.create(weak))).toEqual(["pin-too-weak", {}]);
  }
  await vault.create(PIN);
  await vault.setOtherPin(PIN, OTHER);
  const before = await dump();
  for (const alike of [PIN, "804914", "840913", "319408", "8049131", "x804913"]) {
    expect(await problem(vault.setOtherPin(PIN, alike))).toEqual(["pin-too-alike", {}]);
  }
  expect(await problem(vault.setOtherPin(PIN, "222222"))).toEqual(["pin-too-weak", {}]);
  expect(await problem(vault.changePin({ old: PIN, fresh: OTHER }))).toEqual(["pin-too-alike", {}]);
  expect(await problem(vault.changePin({ old: PIN, fresh: "333333" }))).toEqual(["pin-too-weak", {}]);
  expect(await dump()).toBe(before);
});

test("a changed PIN opens the same, the old one nothing; the other PIN stays as it is", async () => {
  const vault = await Vault.open(QUICK);
  await written(vault, await vault.create(PIN));
  await vault.setOtherPin(PIN, OTHER);
  await vault.changePin({ old: PIN, fresh: "290475", everything: true });
  await vault.changePin({ old: OTHER, fresh: "661803" });
  expect([await opens(vault, "290475"), await opens(vault, "661803")]).toEqual(["notes and everything", "notes"]);
  for (const old of [PIN, OTHER]) expect(await problem(vault.unlock(old))).toEqual(["wrong-pin", { wait_seconds: expect.any(Number) as number }]);
});

test("the second PIN cannot stand for the real one where that is asked", async () => {
  const vault = await made();
  await vault.setOtherPin(PIN, OTHER);
  expect(await problem(vault.changePin({ old: OTHER, fresh: "290475", everything: true }))).toEqual(["wrong-pin", { wait_seconds: 0 }]);
  expect(await problem(vault.setOtherPin(OTHER, null))).toEqual(["wrong-pin", { wait_seconds: 0 }]);
});

test("neither PIN nor keys stand in the database, and no word of what it holds", async () => {
  const vault = await Vault.open(QUICK);
  const drawn: Uint8Array[] = [];
  const draw = crypto.getRandomValues.bind(crypto);
  vi.spyOn(crypto, "getRandomValues").mockImplementation((into) => {
    const filled = draw(into);
    drawn.push(new Uint8Array(filled as unknown as Uint8Array));
    return filled;
  });
  const keys = await vault.create(PIN);
  vi.restoreAllMocks();
  await written(vault, keys);
  await vault.setOtherPin(PIN, OTHER);
  const seen = await dump();
  const secret = drawn.find((bytes) => bytes.length === 65)!.subarray(1);
  for (const hidden of [PIN, OTHER, "Beras", latin(secret.subarray(0, 32)), latin(secret.subarray(32))]) {
    expect(seen.includes(JSON.stringify(hidden).slice(1, -1))).toBe(false);
  }
  expect(seen.includes("cincin")).toBe(true); // we did look
});

test("killed between any two steps of a change of PIN, one PIN opens everything", async () => {
  for (let at = 1; ; at += 1) {
    await emptied();
    const vault = await Vault.open(QUICK);
    await written(vault, await vault.create(PIN));
    const failing = disk(() => {
      throw new DOMException("the power is gone", "DataError");
    }, at);
    const ended = await problem(vault.changePin({ old: PIN, fresh: "290475" }));
    failing.mend();
    const later = await Vault.open({ ...QUICK, now: () => 1e9 });
    const found = [];
    for (const pin of [PIN, "290475"]) found.push(await opens(later, pin).catch(() => "nothing"));
    expect(found.sort()).toEqual(["notes and everything", "nothing"]);
    if (ended === "none") {
      expect(at).toBeGreaterThan(6); // it was tried between every two of them
      break;
    }
  }
});

test("every write asks to be on the disk before it is called kept", async () => {
  const watching = disk();
  const vault = await made();
  await vault.setOtherPin(PIN, OTHER);
  await vault.changePin({ old: PIN, fresh: "290475" });
  await vault.unlock("000111").catch(() => undefined);
  await vault.unlock("290475");
  watching.mend();
  expect(watching.asked.length).toBeGreaterThan(10);
  expect(new Set(watching.asked)).toEqual(new Set(["strict"]));
});

test("K12: a database of a newer version is not touched", async () => {
  await newerForm();
  const before = await dump();
  expect(await problem(Vault.open(QUICK))).toEqual(["newer-store", {}]);
  expect(await dump()).toBe(before);
});

test("a first PIN chosen in two tabs at once is one PIN", async () => {
  const [one, two] = [await Vault.open(QUICK), await Vault.open(QUICK)];
  await one.create(PIN);
  expect(await problem(two.create(OTHER))).toEqual(["store-taken", {}]);
  await (await Vault.open(QUICK)).unlock(PIN);
});

test("a ring that somebody wrote over opens nothing and breaks nothing", async () => {
  const vault = await made();
  const found = await ring();
  await tamper("kunci", "cincin", { ...found, slots: [new ArrayBuffer(93), new ArrayBuffer(3)] });
  expect(await problem((await Vault.open(QUICK)).unlock(PIN))).toEqual(["wrong-pin", { wait_seconds: 0 }]);
  vault.seal();
});
