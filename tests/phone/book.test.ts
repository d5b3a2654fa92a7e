import { openBook, type OpenBook } from "@/store/book";
import type { Problem } from "@/problem";
import { Database } from "@/store/db";
import { keyOf } from "@/store/sealing";
import type { DraftRow, NoteRow } from "@/store/types";
import { disk, dump, emptied, latin, newerForm, records, tamper } from "./browser_edges";

const KEY = await keyOf(crypto.getRandomValues(new Uint8Array(32)));
const PHOTO = Uint8Array.from({ length: 300_000 }, (_, n) => (n * 2654435761) >>> 24);

const note = (id: string, text: string): NoteRow => ({ id, title: "Belanja", text, changed_at: "2026-03-04T01:00:00Z" });
const draft = (visit: string, rev: number): DraftRow => ({ visit, attempt: 1, checklist: "sha256:x", rev, acked: 0, fields: null, absent: [] });
const problem = (doing: Promise<unknown>) => doing.then(() => "none", (raised: Problem) => [raised.code, raised.facts]);

beforeEach(emptied);

async function opened(storeName: "halaman" | "arsip" = "arsip", key = KEY): Promise<OpenBook> {
  const db = await Database.open();
  await db.hold();
  return openBook({ db, storeName, key });
}

const contents = (book: OpenBook) => ({ notes: [...book.all("notes")], drafts: [...book.all("drafts")], damaged: book.damaged });

test("K1: what was kept is there on another day, in the same order, and files to the byte", async () => {
  const book = await opened();
  await book.change((writer) => {
    writer.put("notes", "b", note("b", "gula"));
    writer.put("notes", "a", note("a", "beras"));
    writer.putFile("p", PHOTO);
  });
  await book.change((writer) => {
    writer.put("notes", "b", note("b", "gula 2 kg"));
    writer.put("drafts", "v", draft("v", 1));
    writer.remove("notes", "none");
  });
  const again = await opened();
  expect(contents(again)).toEqual({ notes: [note("a", "beras"), note("b", "gula 2 kg")], drafts: [draft("v", 1)], damaged: 0 });
  expect(await again.file("p")).toEqual(PHOTO);
  expect(await again.file("q")).toBe(null);
});

test("an edit sees what it wrote, and one that throws changed nothing", async () => {
  const book = await opened();
  await book.change((writer) => writer.put("drafts", "v", draft("v", 1)));
  const seen = await book.change((writer) => {
    writer.put("drafts", "w", draft("w", 1));
    writer.remove("drafts", "v");
    return [writer.get("drafts", "v"), writer.get("drafts", "w"), [...writer.all("drafts")].length];
  });
  expect(seen).toEqual([undefined, draft("w", 1), 1]);
  const refused = book.change((writer) => {
    writer.put("drafts", "w", draft("w", 2));
    writer.putFile("p", PHOTO);
    throw new Error("changed my mind");
  });
  await expect(refused).rejects.toThrow("changed my mind");
  expect(contents(book).drafts).toEqual([draft("w", 1)]);
  expect(contents(await opened()).drafts).toEqual([draft("w", 1)]);
  expect((await records("lampiran")).size).toBe(0);
});

test("changes asked for at once happen one after another, and memory shows only what is on the disk", async () => {
  const book = await opened();
  const next = (writer: Parameters<Parameters<OpenBook["change"]>[0]>[0]) =>
    writer.put("drafts", "v", draft("v", (writer.get("drafts", "v")?.rev ?? 0) + 1));
  const heard: (number | undefined)[] = [];
  const stop = book.subscribe(() => heard.push(book.get("drafts", "v")?.rev));
  const all = Promise.all(Array.from({ length: 20 }, () => book.change(next)));
  expect(book.get("drafts", "v")).toBe(undefined);
  await all;
  stop();
  await book.change(next);
  expect(heard).toEqual(Array.from({ length: 20 }, (_, n) => n + 1));
  expect((await opened()).get("drafts", "v")).toEqual(draft("v", 21));
});

test("a file replaced or removed leaves no bytes behind", async () => {
  const book = await opened();
  await book.change((writer) => writer.putFile("p", PHOTO));
  await book.change((writer) => writer.putFile("p", PHOTO.subarray(0, 1000)));
  await book.change((writer) => {
    writer.putFile("q", PHOTO);
    writer.putFile("q", PHOTO.subarray(5));
    writer.putFile("r", PHOTO);
    writer.removeFile("r");
  });
  expect([...(await records("lampiran")).values()].map((bytes) => (bytes as ArrayBuffer).byteLength).sort()).toEqual([1028, 300_023]);
  expect(await book.file("p")).toEqual(PHOTO.subarray(0, 1000));
  await book.change((writer) => writer.removeFile("p"));
  expect(await book.file("p")).toBe(null);
  await book.change((writer) => writer.removeFile("q"));
  expect([(await records("lampiran")).size, (await records("arsip")).size]).toEqual([0, 0]);
});

test("nothing readable stands in the database: no table, key, text or byte of a photo", async () => {
  const book = await opened();
  await book.change((writer) => {
    writer.put("notes", "019e-note", note("019e-note", "rahasia dapur"));
    writer.put("facts", "identity", { value: { token: "kunci-masuk-123" } });
    writer.putFile("019e-photo", PHOTO);
  });
  const seen = await dump();
  const bytes = JSON.stringify(latin(PHOTO.subarray(1000, 1040))).slice(1, -1);
  const plain = ["notes", "facts", "identity", "019e-note", "019e-photo", "rahasia", "Belanja", "kunci-masuk", bytes];
  expect(plain.filter((word) => seen.includes(word))).toEqual([]);
  expect(seen.includes("lampiran")).toBe(true); // we did look
  const values = [...(await records("arsip")).values(), ...(await records("lampiran")).values()];
  expect(values.every((value) => value instanceof ArrayBuffer)).toBe(true);
});

test("a page moved to another place, or damaged, does not open: it is counted, left as it is, and the rest works", async () => {
  const book = await opened();
  await book.change((writer) => writer.put("drafts", "v", draft("v", 1)));
  await book.change((writer) => writer.put("drafts", "w", draft("w", 1)));
  const [[first, page], [second]] = [...(await records("arsip"))] as [[string, ArrayBuffer], [string, ArrayBuffer]];
  await tamper("arsip", "elsewhere", page);
  await tamper("arsip", second, page);
  await tamper("arsip", "nonsense", "text");
  await tamper("arsip", "short", new ArrayBuffer(3));
  const again = await opened();
  expect([again.damaged, [...again.all("drafts")].length]).toEqual([4, 1]);
  await again.change((writer) => writer.put("drafts", "x", draft("x", 1)));
  expect([...(await records("arsip")).keys()].sort()).toEqual(expect.arrayContaining([first, second, "elsewhere", "nonsense", "short"]));
  expect((await opened()).damaged).toBe(4);
});

test("a page of one store does not open in the other, and another key opens nothing", async () => {
  await (await opened()).change((writer) => writer.put("notes", "a", note("a", "beras")));
  const [[at, page]] = [...(await records("arsip"))] as [[string, ArrayBuffer]];
  await tamper("halaman", at, page);
  expect(contents(await opened("halaman"))).toEqual({ notes: [], drafts: [], damaged: 1 });
  const other = await keyOf(crypto.getRandomValues(new Uint8Array(32)));
  expect(contents(await opened("arsip", other))).toEqual({ notes: [], drafts: [], damaged: 1 });
  expect(contents(await opened()).notes).toEqual([note("a", "beras")]);
});

test("a damaged file is not there, and a row that spoke of it is", async () => {
  const book = await opened();
  await book.change((writer) => writer.putFile("p", PHOTO));
  const [at] = [...(await records("lampiran")).keys()];
  await tamper("lampiran", at!, new ArrayBuffer(300_028));
  expect(await book.file("p")).toBe(null);
});

test("K5: of two tabs the one that came first changes nothing any more, however late it wakes", async () => {
  const sleeping = await opened();
  await sleeping.change((writer) => writer.put("drafts", "v", draft("v", 1)));
  const awake = await opened();
  await awake.change((writer) => writer.put("drafts", "v", draft("v", 2)));
  expect(await problem(sleeping.change((writer) => writer.put("drafts", "v", draft("v", 9))))).toEqual(["store-taken", {}]);
  expect(await problem(sleeping.change((writer) => writer.putFile("p", PHOTO)))).toEqual(["store-taken", {}]);
  expect(sleeping.get("drafts", "v")).toEqual(draft("v", 1));
  await awake.change((writer) => writer.put("drafts", "w", draft("w", 1)));
  expect(contents(await opened()).drafts).toEqual([draft("v", 2), draft("w", 1)]);
});

test("a database cleared under our hands is told as such, not written anew", async () => {
  const book = await opened();
  await emptied();
  expect(await problem(book.change((writer) => writer.put("drafts", "v", draft("v", 1))))).toEqual(["store-broken", { why: "emptied" }]);
  expect((await records("arsip").catch(() => new Map())).size).toBe(0);
});

test("every write asks to be on the disk before it is called kept", async () => {
  const watching = disk();
  const book = await opened();
  await book.change((writer) => writer.put("drafts", "v", draft("v", 1)));
  await book.change((writer) => writer.putFile("p", PHOTO));
  await book.change((writer) => writer.removeFile("p"));
  watching.mend();
  expect(watching.asked).toEqual(["strict", "strict", "strict", "strict"]);
});

test("K1: killed between any two steps, everything of a change is there or nothing of it", async () => {
  for (let at = 1, ended: unknown = null; ended !== "none"; at += 1) {
    await emptied();
    const book = await opened();
    await book.change((writer) => {
      writer.put("drafts", "v", draft("v", 1));
      writer.putFile("p", PHOTO.subarray(0, 1000));
    });
    const failing = disk((tx) => {
      tx?.abort();
      throw new DOMException("the power is gone", "DataError");
    }, at);
    ended = await problem(
      book.change((writer) => {
        writer.put("drafts", "v", draft("v", 2));
        writer.put("drafts", "w", draft("w", 1));
        writer.putFile("p", PHOTO);
      }),
    );
    failing.mend();
    const again = await opened();
    const [before, after] = [[draft("v", 1)], [draft("v", 2), draft("w", 1)]];
    expect(contents(again).drafts).toEqual(ended === "none" ? after : before);
    expect(contents(book).drafts).toEqual(ended === "none" ? after : before);
    expect(await again.file("p")).toEqual(ended === "none" ? PHOTO : PHOTO.subarray(0, 1000));
    expect((await records("lampiran")).size).toBe(1);
    if (ended === "none") expect(at).toBeGreaterThan(6);
  }
});

test.each(["AbortError", "UnknownError", "InvalidStateError"])("a connection lost with %s is opened anew, and the change is kept", async (name) => {
  for (let at = 1; at <= 3; at += 1) {
    await emptied();
    const book = await opened();
    await book.change((writer) => writer.putFile("p", PHOTO));
    const failing = disk(() => {
      throw new DOMException("Connection to Indexed Database server lost. Refresh the page to try again", name);
    }, at, 1);
    await book.change((writer) => writer.put("drafts", "v", draft("v", at)));
    expect(await book.file("p")).toEqual(PHOTO);
    expect(failing.steps).toBeGreaterThan(at);
    failing.mend();
    expect((await opened()).get("drafts", "v")).toEqual(draft("v", at));
  }
});

test("a connection that the browser closed is opened anew", async () => {
  const open = vi.spyOn(indexedDB, "open");
  const book = await opened();
  const connections = open.mock.results.map((made) => (made.value as IDBOpenDBRequest).result);
  open.mockRestore();
  connections.forEach((connection) => connection.close());
  await book.change((writer) => writer.put("drafts", "v", draft("v", 1)));
  expect((await opened()).get("drafts", "v")).toEqual(draft("v", 1));
});

test("a connection that stays lost is told, and later it works again", async () => {
  const book = await opened();
  const failing = disk(() => {
    throw new DOMException("gone", "UnknownError");
  }, 1);
  expect(await problem(book.change((writer) => writer.put("drafts", "v", draft("v", 1))))).toEqual(["store-broken", { why: "UnknownError" }]);
  failing.mend();
  await book.change((writer) => writer.put("drafts", "v", draft("v", 2)));
  expect((await opened()).get("drafts", "v")).toEqual(draft("v", 2));
});

test("a full phone is told; what was kept stays, and a smaller change can still be kept", async () => {
  const book = await opened();
  await book.change((writer) => writer.put("drafts", "v", draft("v", 1)));
  const full = (raise: () => never) => disk((tx) => (tx ? raise() : undefined), 1);
  const failing = full(() => {
    throw new DOMException("no room", "QuotaExceededError");
  });
  expect(await problem(book.change((writer) => writer.putFile("p", PHOTO)))).toEqual(["store-full", {}]);
  failing.mend();
  expect(await book.file("p")).toBe(null);
  await book.change((writer) => writer.put("drafts", "v", draft("v", 2)));
  expect(contents(await opened()).drafts).toEqual([draft("v", 2)]);
});

test("a disk that turns out full only when all was written is told as full too", async () => {
  const book = await opened();
  const failing = disk((tx) => {
    if (!tx) return;
    Object.defineProperty(tx, "error", { get: () => new DOMException("no room", "QuotaExceededError") });
    queueMicrotask(() => tx.abort());
  }, 1);
  expect(await problem(book.change((writer) => writer.put("drafts", "v", draft("v", 1))))).toEqual(["store-full", {}]);
  failing.mend();
  expect(contents(await opened()).drafts).toEqual([]);
});

test("K12: records of a newer version are not touched", async () => {
  await newerForm();
  expect(await problem(Database.open())).toEqual(["newer-store", {}]);
});

test("a book that was closed forgets, keeps what it was asked before, and takes nothing more", async () => {
  const book = await opened();
  const asked = book.change((writer) => writer.put("drafts", "v", draft("v", 1)));
  book.close();
  expect(await problem(book.change((writer) => writer.put("drafts", "v", draft("v", 2))))).toEqual(["store-locked", {}]);
  await asked;
  await vi.waitFor(() => expect(contents(book).drafts).toEqual([]));
  expect((await opened()).get("drafts", "v")).toEqual(draft("v", 1));
});

test("two thousand rows open, each of them", async () => {
  const book = await opened();
  const text = "x".repeat(2000);
  await book.change((writer) => {
    for (let n = 0; n < 2000; n += 1) writer.put("notes", String(n).padStart(4, "0"), note(String(n), text));
  });
  const began = performance.now();
  const again = await opened();
  console.info(`2,000 rows of 2 KB open in ${Math.round(performance.now() - began)} ms`);
  expect([[...again.all("notes")].length, again.damaged]).toEqual([2000, 0]);
});
