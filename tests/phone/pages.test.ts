/** What an answer of the server changes on the phone: all of it, or nothing. */

import { Outbox } from "@/store/outbox";
import { PRACTICE, fact, saveDraft } from "@/store/records";
import type { Book, ItemRow, PhotoRow, SubmissionRow, Writer } from "@/store/types";
import type { SyncAnswer } from "@/wire/heard";
import { sha256Text } from "@/wire/names";
import type { Fields } from "@/wire/types";
import { Disk } from "./scripted_book";

let book: Book;
let outbox: Outbox;

beforeEach(async () => {
  book = await (await Disk.ofSari()).open();
  outbox = new Outbox(book);
  await keep(set("cursor", "e1.10"), set("epoch", "e1"));
});

const QUIET: SyncAnswer = {
  server_time: "2026-03-04T02:00:00.000Z",
  answers: "e1.10",
  reset: false,
  results: [],
  drafts: [],
  uploads: [],
  changes: [],
  cursor: "e1.11",
  epoch: "e1",
  more: false,
  check: null,
  durable: [],
  notices: [],
  outdated: false,
};
const UPLOAD = { offset: 0, url: null, reason: null };

const keep = (...edits: ((writer: Writer) => void)[]) => book.change((writer) => edits.forEach((edit) => edit(writer)));
const set = (name: string, value: unknown) => (writer: Writer) => writer.put("facts", name, { value });

function item(id: string, more: Partial<ItemRow> = {}) {
  const row = { kind: "visit", id, seq: 1, raw: {}, removed: null, unseen: false, ...more };
  return (writer: Writer) => writer.put("items", `${row.kind}/${id}`, row);
}

function submission(id: string, more: Partial<SubmissionRow> = {}) {
  const said = { visit: "v", attempt: 1, checklist: "c", digest: `sha256:${id}`, doc: "{}", made_at: "2026-03-01T00:00:00.000Z" };
  const fresh = { state: "outbox", slot: null, received_at: null, damaged: false, trouble: null, asked: 0 } as const;
  return (writer: Writer) => writer.put("submissions", id, { id, ...said, ...fresh, ...more });
}

function photo(id: string, more: Partial<PhotoRow> = {}) {
  const said = { visit: "v", submission: "s", sha256: "x", size: 100, type: "image/jpeg", made_at: "2026-03-01T00:00:00.000Z" };
  const stands = { state: "captured", offset: 0, url: null, reason: null, careful: false, asked: 0 } as const;
  return (writer: Writer) => {
    writer.put("photos", id, { id, ...said, ...stands, ...more });
    writer.putFile(id, new Uint8Array([1]));
  };
}

const drafted =
  (visit: string, times = 1) =>
  (writer: Writer) => {
    for (let n = 0; n < times; n += 1) {
      saveDraft(writer, { visit, attempt: 1, checklist: "c", fields: { visit, photos: [] } as unknown as Fields });
    }
  };

const change = (id: string, seq: number, removed: string | null = null) => ({ seq, kind: "visit", id, removed, raw: { id } });
const items = () => [...book.all("items")].map(({ id, seq, removed }) => [id, seq, removed]);

test("K3: an answer to another question changes nothing at all", async () => {
  await keep(submission("s"));
  const result = { id: "s", digest: "sha256:s", status: "stored", slot: "current", reason: null };
  const applied = await outbox.apply({ ...QUIET, answers: "e1.9", results: [result], changes: [change("v", 11)] });
  expect([applied.stale, book.get("submissions", "s")!.state, items(), outbox.cursor()]).toEqual([true, "outbox", [], "e1.10"]);
});

test("a finished visit that was received is kept with its slot and the server's clock", async () => {
  await keep(submission("s", { trouble: "malformed" }), submission("other"));
  const result = { id: "s", digest: "sha256:s", status: "stored", slot: "late", reason: null };
  await outbox.apply({ ...QUIET, results: [result, { ...result, id: "other", digest: "sha256:of another text" }] });
  const received = { state: "kept", slot: "late", received_at: QUIET.server_time, trouble: null };
  expect(book.get("submissions", "s")).toMatchObject(received);
  expect(book.get("submissions", "other")).toMatchObject({ state: "outbox", slot: null });
  const again = { ...result, status: "duplicate", slot: null };
  await outbox.apply({ ...QUIET, answers: "e1.11", server_time: "2026-03-09T00:00:00.000Z", results: [again] });
  expect(book.get("submissions", "s")).toMatchObject(received);
});

test("a text that did not match its digest is damaged only if our own copy is", async () => {
  await keep(submission("whole", { digest: await sha256Text("{}") }), submission("hurt"));
  const rows = [book.get("submissions", "whole")!, book.get("submissions", "hurt")!];
  const results = rows.map(({ id, digest }) => ({ id, digest, status: "retry", slot: null, reason: "digest" }));
  await outbox.apply({ ...QUIET, results });
  const found = ["whole", "hurt"].map((id) => book.get("submissions", id)!);
  expect(found.map(({ damaged, trouble, state }) => ({ damaged, trouble, state }))).toEqual([
    { damaged: false, trouble: "digest", state: "outbox" },
    { damaged: true, trouble: "digest", state: "outbox" },
  ]);
});

test("K6: a draft is clean up to the revision the server named, and writes above a higher one", async () => {
  await keep(drafted("v", 3), drafted("old copy"));
  const drafts = [
    { visit: "v", rev: 2 },
    { visit: "old copy", rev: 7 },
  ];
  await outbox.apply({ ...QUIET, drafts });
  const found = ["v", "old copy"].map((visit) => book.get("drafts", visit)!);
  expect(found.map(({ rev, acked }) => [rev, acked])).toEqual([
    [3, 2],
    [8, 7],
  ]);
  await outbox.apply({ ...QUIET, answers: "e1.11", drafts: [{ visit: "v", rev: 1 }] });
  expect(book.get("drafts", "v")!.acked).toBe(2);
});

test("photos stand where the server says, but for those that are lost or freed here", async () => {
  await keep(
    photo("a"),
    photo("b"),
    photo("c"),
    photo("d"),
    photo("lost", { state: "lost" }),
    photo("freed", { state: "freed" }),
  );
  const need = { ...UPLOAD, state: "need", offset: 900, url: "/u" };
  const applied = await outbox.apply({
    ...QUIET,
    uploads: [
      { ...need, photo: "a" },
      { ...UPLOAD, photo: "b", state: "have" },
      { ...UPLOAD, photo: "c", state: "bad", reason: "not-an-image" },
      { ...UPLOAD, photo: "d", state: "wait", reason: "quota" },
      { ...need, photo: "lost" },
      { ...need, photo: "freed" },
      { ...need, photo: "unheard of" },
    ],
  });
  const stand = ["a", "b", "c", "d", "lost", "freed"].map((id) => book.get("photos", id)!);
  expect(stand.map(({ state, offset, url, reason }) => [state, offset, url, reason])).toEqual([
    ["declared", 100, "/u", null],
    ["stored", 100, null, null],
    ["bad", 0, null, "not-an-image"],
    ["captured", 0, null, null],
    ["lost", 0, null, null],
    ["freed", 0, null, null],
  ]);
  expect([applied.bad, applied.held]).toEqual([[["c", "not-an-image"]], ["d"]]);
});

test("K8: only what the server has is freed when it is durable there, and then its bytes are gone", async () => {
  await keep(submission("kept", { state: "kept" }), submission("waits"), photo("stored", { state: "stored" }), photo("captured"));
  const applied = await outbox.apply({ ...QUIET, durable: ["kept", "waits", "stored", "captured", "unheard of"] });
  const texts = ["kept", "waits"].map((id) => book.get("submissions", id)!);
  expect(texts.map(({ state, doc }) => [state, doc])).toEqual([
    ["freed", null],
    ["outbox", "{}"],
  ]);
  expect([applied.freed, await book.file("stored"), (await book.file("captured"))!.length]).toEqual([["stored"], null, 1]);
});

test("what was asked about is asked about later than the rest", async () => {
  await keep(submission("s", { state: "kept" }), photo("p", { state: "stored" }));
  await outbox.apply(QUIET, { asked: ["s", "p", "unheard of"] });
  expect([book.get("submissions", "s")!.asked, book.get("photos", "p")!.asked]).toEqual([1, 1]);
});

test("K7: in another epoch everything still kept is offered again, the visit to learn with not", async () => {
  await keep(
    submission("kept", { state: "kept" }),
    submission("freed", { state: "freed", doc: null }),
    submission("practice", { state: "kept", visit: PRACTICE }),
    drafted("v", 2),
    (writer) => writer.put("drafts", "v", { ...writer.get("drafts", "v")!, acked: 2 }),
    photo("stored", { state: "stored", offset: 100, url: "/u", careful: true }),
    photo("bad", { state: "bad", reason: "wrong-hash" }),
    photo("freed photo", { state: "freed" }),
    set("pending_told", "…"),
  );
  await outbox.apply({ ...QUIET, reset: true, cursor: "e2.3", epoch: "e2" });
  expect(["kept", "freed", "practice"].map((id) => book.get("submissions", id)!.state)).toEqual(["outbox", "freed", "kept"]);
  expect(["stored", "bad", "freed photo"].map((id) => book.get("photos", id)!.state)).toEqual(["captured", "captured", "freed"]);
  expect(book.get("photos", "stored")).toMatchObject({ offset: 0, url: null, careful: false });
  expect([book.get("drafts", "v")!.acked, outbox.epoch(), outbox.cursor(), fact(book, "pending_told")]).toEqual([
    0,
    "e2",
    "e2.3",
    null,
  ]);
});

test("K4: what is taken away is dropped, and beside work of ours hidden with the reason", async () => {
  await keep(item("untouched"), item("begun"), item("told"), item("photographed"), drafted("begun"));
  await keep(
    submission("s", { visit: "told" }),
    photo("p", { visit: "photographed" }),
    item("draft of another", { kind: "draft" }),
  );
  const gone = ["untouched", "begun", "told", "photographed"].map((id) => change(id, 12, "reassigned"));
  await outbox.apply({ ...QUIET, changes: [...gone, { ...change("draft of another", 13, "discarded"), kind: "draft" }] });
  expect(items().sort()).toEqual([
    ["begun", 1, "reassigned"],
    ["photographed", 1, "reassigned"],
    ["told", 1, "reassigned"],
  ]);
  await outbox.apply({ ...QUIET, answers: "e1.11", cursor: "e1.12", changes: [change("begun", 14)] });
  expect(items()).toContainEqual(["begun", 14, null]);
});

test("a list that is read anew loses what is not met on any page, and never the visit to learn with", async () => {
  await keep(item("met"), item("not met"), item("begun"), drafted("begun"), item(PRACTICE, { kind: PRACTICE, seq: 0 }));
  const first = await outbox.apply({ ...QUIET, reset: true, more: true, cursor: "e1.2", changes: [change("met", 2)] });
  expect([first.more, items().length]).toEqual([true, 4]);
  const last = await outbox.apply({ ...QUIET, answers: "e1.2", cursor: "e1.9", changes: [change("new", 9)], check: [2, 11] });
  expect([last.healed, outbox.cursor()]).toEqual([false, "e1.9"]);
  expect(items().sort()).toEqual([
    ["begun", 1, "gone"],
    ["met", 2, null],
    ["new", 9, null],
    [PRACTICE, 0, null],
  ]);
});

test("K9: a list that does not add up forgets its cursor, and is counted", async () => {
  await keep(item("a", { seq: 3 }));
  const applied = await outbox.apply({ ...QUIET, changes: [change("b", 4)], check: [2, 8] });
  expect([applied.healed, outbox.cursor(), fact(book, "healed"), items().length]).toEqual([true, null, 1, 2]);
});

test("a client that is too old is relieved of what it holds, and its list stays as it is", async () => {
  await keep(submission("s"), item("a"));
  const result = { id: "s", digest: "sha256:s", status: "stored", slot: "current", reason: null };
  const said = { cursor: null, epoch: null, outdated: true, reset: true, more: true };
  const applied = await outbox.apply({ ...QUIET, ...said, results: [result], changes: [change("b", 4)] });
  expect([applied.more, applied.changes, applied.healed, items()]).toEqual([false, 0, false, [["a", 1, null]]]);
  expect([book.get("submissions", "s")!.state, outbox.cursor(), outbox.epoch()]).toEqual(["kept", "e1.10", "e1"]);
});
