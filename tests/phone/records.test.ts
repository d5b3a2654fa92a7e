/** What the phone remembers of visits, as a list and one by one. */

import { NotSignedIn } from "@/errors";
import { NoSuchVisit, TextTooLong } from "@/errors-inside";
import { isSignedIn, openEngine, signIn } from "@/engine/entry";
import { listVisits } from "@/engine/listing";
import { Ledger } from "@/store/ledger";
import { discardDraft, draftOf, insertPhoto, receipts, saveDraft, submissionText, told } from "@/store/records";
import type { Book, PhotoRow, SubmissionRow, Writer } from "@/store/types";
import { sha256Bytes } from "@/wire/names";
import type { Fields, Raw } from "@/wire/types";
import { Disk, MortalBook } from "./scripted_book";
import { ORIGIN, ScriptedServer } from "./scripted_server";

let disk: Disk;
let book: Book;

beforeEach(async () => {
  disk = await Disk.ofSari();
  book = await disk.open();
});

const NOW = new Date("2026-03-04T01:12:00Z");
const DAY = 24 * 3600_000;

interface Order {
  /** Days from now. */
  readonly opens?: number;
  readonly closes?: number;
  readonly removed?: string | null;
  readonly [member: string]: unknown;
}

function order(id: string, { opens = -1, closes = 1, removed = null, ...more }: Order = {}) {
  const at = (days: number) => new Date(NOW.getTime() + days * DAY).toISOString();
  const raw = {
    state: "assigned",
    attempt: 1,
    checklist: "sha256:c",
    window: { opens: at(opens), closes: at(closes) },
    ...more,
  } as Raw;
  return (writer: Writer) => writer.put("items", `visit/${id}`, { kind: "visit", id, seq: 1, raw, removed, unseen: false });
}

function submission(id: string, visit: string, more: Partial<SubmissionRow> = {}) {
  const told = { attempt: 1, checklist: "sha256:c", digest: `sha256:${id}`, doc: "{}", made_at: "2026-03-01T00:00:00.000Z" };
  const fresh = { state: "outbox", slot: null, received_at: null, damaged: false, trouble: null, asked: 0 } as const;
  return (writer: Writer) => writer.put("submissions", id, { id, visit, ...told, ...fresh, ...more });
}

function photo(id: string, visit: string, more: Partial<PhotoRow> = {}) {
  const said = { submission: "s", sha256: "x", size: 100, type: "image/jpeg", made_at: "2026-03-01T00:00:00.000Z" };
  const stands = { state: "captured", offset: 0, url: null, reason: null, careful: false, asked: 0 } as const;
  return (writer: Writer) => writer.put("photos", id, { id, visit, ...said, ...stands, ...more });
}

const keep = (...edits: ((writer: Writer) => void)[]) => book.change((writer) => edits.forEach((edit) => edit(writer)));

const someFields = (narrative: string) => ({ form: 1, visit: "v", photos: [], narrative }) as unknown as Fields;

test("returned visits come first, then open ones by their closing, later ones, finished ones, and those that are gone", async () => {
  const returned = { attempt: 1, note: "", points: [{ item: "A1" }, { item: "A2" }], decided_at: "" };
  await keep(
    order("gone", { removed: "reassigned", state: "returned", returned }),
    order("told here"),
    submission("s1", "told here"),
    order("accepted", { state: "accepted", closes: 3 }),
    order("next week", { opens: 7, closes: 8 }),
    order("closes last", { closes: 5 }),
    order("overdue", { opens: -9, closes: -2 }),
    order("returned", { state: "returned", attempt: 2, closes: 9, returned }),
    submission("s2", "returned", { state: "kept" }),
    (writer) => writer.put("items", "region/x", { kind: "region", id: "x", seq: 2, raw: {}, removed: null, unseen: false }),
  );
  const listed = listVisits(book, NOW, () => 2);
  expect(listed.map((each) => [each.visit.id, each.tasks])).toEqual([
    ["returned", 2],
    ["overdue", 0],
    ["closes last", 0],
    ["next week", 0],
    ["told here", 0],
    ["accepted", 0],
    ["gone", 0],
  ]);
});

test("a visit is listed with what the phone knows of it", async () => {
  await keep(
    order("v"),
    (writer) => saveDraft(writer, { visit: "v", attempt: 1, checklist: "sha256:c", fields: someFields("") }),
    (writer) => writer.put("papers", "sha256:c", { digest: "sha256:c", kind: "checklist", text: "{}" }),
    submission("s", "v", { state: "kept", slot: "late" }),
    photo("p1", "v"),
    photo("p2", "v", { state: "stored" }),
    photo("p3", "v", { submission: null }),
  );
  const [listed] = listVisits(book, NOW, () => 0);
  expect([listed!.ready, listed!.begun, listed!.told!.id, listed!.photosWaiting]).toEqual([true, true, "s", 1]);
});

test("three hundred visits with a thousand photos are listed whole", async () => {
  await book.change((writer) => {
    for (let n = 0; n < 300; n += 1) {
      order(`v${n}`, { closes: n })(writer);
      submission(`s${n}`, `v${n}`)(writer);
    }
    for (let n = 0; n < 1000; n += 1) photo(`p${n}`, `v${n % 300}`, { submission: `s${n % 300}` })(writer);
  });
  const listed = listVisits(book, NOW, () => 0);
  expect([listed.length, listed.reduce((sum, each) => sum + each.photosWaiting, 0)]).toEqual([300, 1000]);
});

test("of several receipts for an attempt the last counts, and texts are found by their digest", async () => {
  await keep(
    submission("b", "v", { made_at: "2026-03-02T00:00:00.000Z", doc: "second" }),
    submission("a", "v", { made_at: "2026-03-01T00:00:00.000Z", slot: "late", doc: "first" }),
    submission("c", "v", { attempt: 2, doc: null, state: "freed" }),
    (writer) => writer.put("papers", "sha256:old", { digest: "sha256:old", kind: "submission", text: "fetched" }),
  );
  expect(receipts(book).map((row) => row.id)).toEqual(["a", "c", "b"]);
  expect([told(book, "v", 1)!.id, told(book, "v", 2)!.id, told(book, "v", 3)]).toEqual(["b", "c", null]);
  const digests = ["sha256:a", "sha256:b", "sha256:c", "sha256:old"];
  expect(digests.map((digest) => submissionText(book, digest))).toEqual(["first", "second", null, "fetched"]);
});

test("a draft's revision outlives its document", async () => {
  const save = (narrative: string) => (writer: Writer) =>
    saveDraft(writer, { visit: "v", attempt: 1, checklist: "c", fields: someFields(narrative) });
  await keep(save("satu"), save("dua"));
  expect(draftOf(book, "v")!.rev).toBe(2);
  await keep((writer) => discardDraft(writer, "v"));
  expect([draftOf(book, "v"), book.get("drafts", "v")!.rev]).toEqual([null, 3]);
  await keep(save("tiga"));
  expect(draftOf(book, "v")!.rev).toBe(4);
  await expect(keep(save("panjang ".repeat(200_000)))).rejects.toThrow(TextTooLong);
  expect([draftOf(book, "v")!.rev, draftOf(book, "v")!.fields.narrative]).toEqual([4, "tiga"]);
});

test("a photo's id stands for the same bytes for ever", async () => {
  const content = new Uint8Array([1, 2, 3]);
  const fresh = {
    id: "p",
    visit: "v",
    content,
    sha256: await sha256Bytes(content),
    type: "image/jpeg",
    made_at: "2026-03-01T00:00:00Z",
  };
  await keep((writer) => insertPhoto(writer, fresh));
  await keep((writer) => insertPhoto(writer, fresh));
  await expect(keep((writer) => insertPhoto(writer, { ...fresh, sha256: "another" }))).rejects.toMatchObject({
    code: "store-broken",
  });
  expect([...(await book.file("p"))!]).toEqual([1, 2, 3]);
});

test("K1: a change that was not kept is not to be seen, and one that was is", async () => {
  for (const [when, expected] of [
    ["before", undefined],
    ["after", 1],
  ] as const) {
    const mortal = new MortalBook(book, 1, when);
    const change = mortal.change((writer) =>
      saveDraft(writer, { visit: when, attempt: 1, checklist: "c", fields: someFields("") }),
    );
    await expect(change).rejects.toThrow();
    expect((await disk.open()).get("drafts", when)?.rev).toBe(expected);
    book = await disk.open();
  }
});

// Who

const edgesTo = (server: ScriptedServer) => ({
  origin: ORIGIN,
  fetch: server.fetch,
  clock: () => NOW,
  random: () => 0.5,
  watch: () => 0,
  sleep: async () => undefined,
});

test("signing in once makes a phone of the book, and it stays one", async () => {
  const server = new ScriptedServer();
  await book.change((writer) => writer.remove("facts", "identity"));
  expect(isSignedIn(book)).toBe(false);
  expect(() => openEngine(book, edgesTo(server))).toThrow(NotSignedIn);
  const asked = { book, username: "sari", password: "kata-sandi", deviceName: "Catatan", edges: edgesTo(server) };
  await expect(signIn({ ...asked, password: "salah" })).rejects.toMatchObject({ code: "refused" });
  expect(isSignedIn(book)).toBe(false);
  const phone = await signIn(asked);
  const login = JSON.parse(new TextDecoder().decode(server.requests("login").at(-1)!.body)) as { device: object };
  expect(login.device).toEqual({ id: phone.identity().device, name: "Catatan", platform: "web" });
  const again = openEngine(await disk.open(), edgesTo(server));
  expect(again.identity()).toEqual(phone.identity());
  expect(() => again.visit("nowhere")).toThrow(NoSuchVisit);
});

test("K12: somebody else's sign-in does not touch what is here", async () => {
  const server = new ScriptedServer();
  server.user = "0195f0a0-0000-7000-8000-00000000eeee";
  const asked = { book, username: "sari", password: "kata-sandi", deviceName: "", edges: edgesTo(server) };
  const before = book.get("facts", "identity");
  await expect(signIn(asked)).rejects.toMatchObject({ code: "other-user" });
  expect(book.get("facts", "identity")).toEqual(before);
});

test("a budget is remembered, and what a day has spent only grows", async () => {
  const ledger = new Ledger(book);
  expect(ledger.budget()).toEqual({ bytes_a_day: null, documents_only: false, documents_wait: false });
  const budget = { bytes_a_day: 5 * 1024 ** 2, documents_only: false, documents_wait: true };
  await ledger.setBudget(budget);
  await ledger.spend("2026-03-04", 700);
  await ledger.spend("2026-03-04", 500);
  const reopened = new Ledger(await disk.open());
  expect([reopened.budget(), reopened.spent("2026-03-04"), reopened.spent("2026-03-05")]).toEqual([budget, 700, 0]);
});
