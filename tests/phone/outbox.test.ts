/** What waits on the phone, in which order it goes, and what is remembered of it. */

import { Outbox } from "@/store/outbox";
import { PRACTICE, saveDraft } from "@/store/records";
import type { Book, PhotoRow, SubmissionRow, Writer } from "@/store/types";
import { NOTHING_OUTGOING } from "@/wire/said";
import type { Fields, Raw } from "@/wire/types";
import { Disk } from "./scripted_book";

let book: Book;
let outbox: Outbox;
const NONE: ReadonlySet<string> = new Set();

beforeEach(async () => {
  book = await (await Disk.ofSari()).open();
  outbox = new Outbox(book);
});

const at = (day: number) => `2026-03-0${day}T00:00:00.000Z`;

function submission(id: string, day: number, more: Partial<SubmissionRow> = {}) {
  const said = { visit: `visit of ${id}`, attempt: 1, checklist: "c", digest: `sha256:${id}`, doc: "{}", made_at: at(day) };
  const fresh = { state: "outbox", slot: null, received_at: null, damaged: false, trouble: null, asked: 0 } as const;
  return (writer: Writer) => writer.put("submissions", id, { id, ...said, ...fresh, ...more });
}

function photo(id: string, submission: string | null, more: Partial<PhotoRow> = {}) {
  const said = { visit: `visit of ${submission}`, submission, sha256: "x", size: 100, type: "image/jpeg", made_at: at(3) };
  const stands = { state: "captured", offset: 0, url: null, reason: null, careful: false, asked: 0 } as const;
  return (writer: Writer) => writer.put("photos", id, { id, ...said, ...stands, ...more });
}

function draft(visit: string, narrative = "") {
  const fields = { visit, narrative } as unknown as Fields;
  return (writer: Writer) => void saveDraft(writer, { visit, attempt: 1, checklist: "c", fields });
}

const keep = (...edits: ((writer: Writer) => void)[]) => book.change((writer) => edits.forEach((edit) => edit(writer)));
const ids = (rows: readonly { readonly id: string }[]) => rows.map((row) => row.id);

test("documents go first, oldest first, troubled ones last; photos by their submission and then the smallest", async () => {
  await keep(
    submission("new", 2),
    submission("old", 1),
    submission("troubled", 1, { trouble: "malformed" }),
    draft("begun"),
    photo("large", "old", { size: 300 }),
    photo("small", "old"),
    photo("later", "new", { size: 10 }),
    photo("of a draft", null),
  );
  const outgoing = outbox.outgoing(250, NONE);
  expect(ids(outgoing.submissions)).toEqual(["old", "new", "troubled"]);
  expect(outgoing.drafts).toEqual([{ visit: "begun", rev: 1, doc: '{"visit":"begun","narrative":""}' }]);
  expect(outgoing.photos.map(({ id, size }) => [id, size])).toEqual([
    ["small", 100],
    ["large", 300],
    ["later", 10],
  ]);
});

test("a request carries no more than it was told to, and nothing that is left for the next run", async () => {
  await keep(submission("a", 1), submission("b", 2), draft("c"), photo("d", "a"), photo("e", "b"));
  const names = (most: number, ...skip: string[]) => {
    const { submissions, drafts, photos } = outbox.outgoing(most, new Set(skip));
    return [...ids(submissions), ...drafts.map((each) => each.visit), ...ids(photos)];
  };
  expect([0, 1, 3, 4, 250].map((most) => names(most))).toEqual([
    [],
    ["a"],
    ["a", "b", "c"],
    ["a", "b", "c", "d"],
    ["a", "b", "c", "d", "e"],
  ]);
  expect(names(2, "a")).toEqual(["b", "c"]);
  expect([outbox.documentsWait(new Set(["a"])), outbox.documentsWait(new Set(["a", "b"]))]).toEqual([true, false]);
});

test("documents that do not fit into one request go in several, and one that is large goes alone", async () => {
  const large = (letter: string) => letter.repeat(500 * 1024);
  await keep(
    submission("a", 1, { doc: large("a") }),
    submission("b", 2, { doc: large("b") }),
    submission("c", 3),
    draft("d", large("d")),
  );
  const first = outbox.outgoing(250, NONE);
  expect([ids(first.submissions), first.drafts]).toEqual([["a", "c"], []]);
});

test("what waits is counted, photos of drafts not", async () => {
  await keep(
    submission("a", 2),
    submission("kept", 1, { state: "kept" }),
    draft("c"),
    photo("p", "a", { made_at: at(1) }),
    photo("q", "a", { state: "sending", offset: 40 }),
    photo("r", null),
  );
  expect(outbox.pending()).toEqual({ drafts: 1, submissions: 1, photos: 2, photo_bytes: 160, oldest: at(1) });
  expect([...outbox.waiting()].sort()).toEqual(["a", "c", "p"]);
});

test("a draft that was thrown away is told until the server knows, one it never saw too", async () => {
  await keep(draft("v"), (writer) => writer.put("drafts", "v", { ...writer.get("drafts", "v")!, fields: null, rev: 2 }));
  expect(outbox.outgoing(250, NONE).drafts).toEqual([{ visit: "v", rev: 2, doc: null }]);
  await keep((writer) => writer.put("drafts", "v", { ...writer.get("drafts", "v")!, acked: 2 }));
  expect(outbox.outgoing(250, NONE).drafts).toEqual([]);
});

test("of what is kept we ask about those asked about least often, twenty at a time", async () => {
  const many = Array.from({ length: 30 }, (_, n) => submission(`s${n + 10}`, 1, { state: "kept", asked: n < 15 ? 1 : 0 }));
  await keep(...many, photo("stored", "s10", { state: "stored", made_at: at(2) }));
  const { kept } = outbox.outgoing(250, NONE);
  expect(kept.slice(14, 17)).toEqual(["s39", "stored", "s10"]);
  expect(kept.length).toBe(20);
});

test("the next photo is of the oldest submission, with the smallest remainder", async () => {
  const sent = { state: "declared", url: "/u" } as const;
  await keep(
    submission("new", 2, { state: "kept" }),
    submission("old", 1, { state: "kept" }),
    photo("n", "new", { ...sent, size: 10 }),
    photo("o1", "old", { ...sent, size: 90 }),
    photo("o2", "old", { ...sent, size: 200, offset: 150 }),
  );
  expect([outbox.uploadsLeft(NONE), outbox.nextUpload(NONE)!.id, outbox.nextUpload(new Set(["o2"]))!.id]).toEqual([
    3,
    "o2",
    "o1",
  ]);
  await outbox.notePhoto("o2", "sending", { offset: 999, careful: true });
  expect(book.get("photos", "o2")).toMatchObject({ state: "sending", offset: 200, careful: true });
  await outbox.notePhoto("o2", "stored", { offset: 200 });
  expect(book.get("photos", "o2")!.careful).toBe(true);
  await outbox.begin();
  expect([book.get("photos", "o1")!.state, book.get("photos", "o2")!.state, outbox.uploadsLeft(NONE)]).toEqual([
    "captured",
    "stored",
    0,
  ]);
});

test("papers are wanted for visits that may still be made, and for what was returned", async () => {
  const order =
    (id: string, raw: Raw, removed: string | null = null) =>
    (writer: Writer) =>
      writer.put("items", `visit/${id}`, { kind: "visit", id, seq: 1, raw, removed, unseen: false });
  await keep(
    order("a", { state: "assigned", checklist: "sha256:one" }),
    order("b", { state: "assigned", checklist: "sha256:one" }),
    order("c", { state: "accepted", checklist: "sha256:two" }),
    order("d", { state: "returned", checklist: "sha256:here", previous: { id: "s", digest: "sha256:told" } }),
    order("e", { state: "returned", checklist: "sha256:here", previous: { id: "mine", digest: "sha256:mine" } }),
    order("f", { state: "assigned", checklist: "sha256:gone" }, "reassigned"),
    submission("mine", 1, { state: "kept" }),
    (writer) => writer.put("papers", "sha256:here", { digest: "sha256:here", kind: "checklist", text: "{}" }),
  );
  expect(outbox.papersWanted()).toEqual([
    { kind: "checklist", id: "", digest: "sha256:one" },
    { kind: "submission", id: "s", digest: "sha256:told" },
  ]);
});

test("the visit to learn with is never among it, whatever its rows say", async () => {
  const visit = PRACTICE;
  await keep(
    submission("a", 1, { visit }),
    submission("b", 1, { visit, state: "kept" }),
    draft(visit),
    photo("c", "a", { visit }),
    photo("d", "a", { visit, state: "declared", url: "/u" }),
    photo("e", "a", { visit, state: "stored" }),
  );
  expect(outbox.outgoing(250, NONE)).toEqual(NOTHING_OUTGOING);
  expect(outbox.pending()).toEqual({ drafts: 0, submissions: 0, photos: 0, photo_bytes: 0, oldest: null });
  expect([outbox.waiting().size, outbox.documentsWait(NONE), outbox.uploadsLeft(NONE), outbox.nextUpload(NONE)]).toEqual([
    0,
    false,
    0,
    null,
  ]);
});

test("what waits is told when it is news, without what the request carries itself", async () => {
  await keep(submission("a", 1), submission("b", 2), photo("p", "a"));
  const outgoing = outbox.outgoing(1, NONE);
  const left = { drafts: 0, submissions: 1, photos: 1, photo_bytes: 0, oldest: at(2) };
  expect(outbox.untold(outgoing)).toEqual(left);
  const answer = {
    server_time: "",
    answers: null,
    reset: false,
    results: [],
    drafts: [],
    uploads: [],
    changes: [],
    cursor: "e.1",
  };
  const rest = { epoch: "e", more: false, check: null, durable: [], notices: [], outdated: false };
  await outbox.apply({ ...answer, ...rest }, { told: left });
  expect([outbox.untold(outgoing), outbox.untold(NOTHING_OUTGOING)]).toEqual([null, { ...left, submissions: 2, oldest: at(1) }]);
});
