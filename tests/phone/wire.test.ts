/** The words of the protocol, against the golden messages that the server and the Python client read too. */

import { AnswerBroken } from "@/errors";
import { TextTooLong, ValueWrong } from "@/errors-inside";
import { documentText, sizeOnWire } from "@/wire/document";
import { type SyncAnswer, readAnswer, readDraftText, readLogin, readRefusal, readSubmissionText } from "@/wire/heard";
import { CLIENT, epochOf, localText, readMoment, sha256Bytes, sha256Text, utcText, uuid7 } from "@/wire/names";
import { NOTHING_OUTGOING, body, namesOf, request } from "@/wire/said";
import type { Raw } from "@/wire/types";
import {
  factsOf,
  previousOf,
  productOf,
  readOtherDraft,
  readVisit,
  returnedOf,
  standardOf,
  unitOf,
  windowOf,
} from "@/wire/visit";
import { exchanges, golden } from "./golden";

const SENT_AT = new Date("2026-03-04T02:20:11.412Z");
const bytes = (text: string) => new TextEncoder().encode(text);
const asBytes = (said: unknown) => bytes(JSON.stringify(said));
const ofBase64 = (text: string) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

// What we say and hear

test.each(exchanges())("what we say is what the golden messages say: $name", async ({ request: told }) => {
  const { mood: _, ...said } = told; // a member of tomorrow
  const items = (said.items ?? []) as Record<string, never>[];
  const outgoing = {
    submissions: items.filter((item) => "id" in item) as never[],
    drafts: items.filter((item) => item["kind"] === "draft") as never[],
    photos: said.photos ?? [],
    kept: said.kept ?? [],
  };
  const about = { device: said.device, cursor: said.cursor ?? null, pending: said.pending ?? null, sentAt: SENT_AT };
  const built = await request(outgoing, about);
  expect(built).toEqual({ ...said, client: CLIENT });
  expect(JSON.parse(new TextDecoder().decode(body(built)))).toEqual(built);
});

test("a row that knows more than the protocol asks for tells no more", async () => {
  const about = { device: "d", cursor: null, pending: { photos: 2, photo_bytes: 600_000, oldest: "o" }, sentAt: SENT_AT };
  const row = { id: "p", visit: "v", sha256: "s", size: 3, type: "image/jpeg", state: "captured", url: null };
  const submission = { id: "s", visit: "v", attempt: 1, checklist: "c", digest: "d", doc: "{}", state: "outbox", damaged: false };
  const draft = { visit: "w", rev: 2, doc: null, acked: 1 };
  const outgoing = { submissions: [submission], drafts: [draft], photos: [row], kept: [] };
  expect(namesOf(outgoing)).toEqual(["s", "w", "p"]);
  expect(await request(outgoing, about)).toEqual({
    protocol: 1,
    device: "d",
    client: CLIENT,
    sent_at: "2026-03-04T02:20:11.412Z",
    pending: { photos: 2, oldest: "o" },
    photos: [{ id: "p", visit: "v", sha256: "s", size: 3, type: "image/jpeg" }],
    items: [
      { kind: "submission", id: "s", visit: "v", attempt: 1, checklist: "c", digest: "d", doc: "{}" },
      { kind: "draft", visit: "w", rev: 2, digest: null, doc: null },
    ],
  });
});

test("what waits is told as far as there is anything", async () => {
  const pending = async (told: object) =>
    (await request(NOTHING_OUTGOING, { device: "d", cursor: null, pending: told, sentAt: SENT_AT }))["pending"];
  expect(await pending({ photos: 2, oldest: null })).toStrictEqual({ photos: 2 });
  expect(await pending({ drafts: 0, submissions: 0, photos: 0, oldest: "2026-03-03T15:02:00Z" })).toStrictEqual({});
});

/** An answer as it came, from what was read of it; `raw` of the changes stands for them. */
function retold(heard: SyncAnswer) {
  const present = (members: object) => Object.fromEntries(Object.entries(members).filter(([, value]) => value !== null));
  return {
    server_time: heard.server_time,
    for: heard.answers,
    reset: heard.reset,
    results: [...heard.results.map(present), ...heard.drafts.map(({ visit, rev }) => ({ draft: visit, rev }))],
    uploads: heard.uploads.map(({ offset, ...rest }) => present(rest.state === "need" ? { ...rest, offset } : rest)),
    changes: heard.changes.map((change) => change.raw),
    cursor: heard.cursor,
    more: heard.more,
    check: heard.check,
    durable: heard.durable,
    notices: heard.notices,
  };
}

test.each(exchanges())("what we hear is what the golden messages say: $name", ({ request: asked, answer }) => {
  const heard = readAnswer(asBytes(answer));
  const { protocol: _, moon: _moon, ...said } = answer;
  const drafts = said.results.filter((result: Raw) => "draft" in result);
  const submissions = said.results.filter((result: Raw) => !("draft" in result));
  expect(retold(heard)).toEqual({ ...said, results: [...submissions, ...drafts] });
  expect(heard.answers).toBe(asked.cursor ?? null);
  expect(heard.changes.map(({ seq, kind, id, removed }) => [seq, kind, id, removed])).toEqual(
    said.changes.map((change: Raw) => [change["seq"], change["kind"], change["id"], change["removed"] ?? null]),
  );
  expect(heard.epoch).toBe(epochOf(said.cursor));
});

test.each(golden("sync_broken_answers").broken as { why: string; members: object }[])(
  "an answer nobody may believe is a problem and never a crash: $why",
  ({ members }) => {
    const { good } = golden("sync_broken_answers");
    readAnswer(asBytes(good));
    expect(() => readAnswer(asBytes({ ...good, ...members }))).toThrow(AnswerBroken);
  },
);

test.each(["", "null", "[]", "{", "\u{feff}{}", "7", '"x"', "[".repeat(100_000), "<html>", "NaN"])(
  "no answer at all: %.20s",
  (raw) => {
    for (const read of [readAnswer, readLogin, readSubmissionText, readDraftText]) {
      expect(() => read(bytes(raw))).toThrow(AnswerBroken);
      expect(() => read(Uint8Array.of(0xff, 0x7b))).toThrow(AnswerBroken);
    }
    expect(readRefusal(bytes(raw))).toEqual({});
  },
);

test("an answer that is not UTF-8 to the last letter is not guessed at", () => {
  const said = asBytes(golden("sync_broken_answers").good);
  const at = new TextDecoder().decode(said).indexOf("current");
  const spoiled = said.with(at, 0xff);
  expect(() => readAnswer(spoiled)).toThrow(AnswerBroken);
  expect(() => readAnswer(Uint8Array.of(0xef, 0xbb, 0xbf, ...said))).toThrow(AnswerBroken);
});

test("a thing that is no longer hers is gone, with or without a reason", () => {
  const { good } = golden("sync_broken_answers");
  const removed = (told: unknown) =>
    readAnswer(asBytes({ ...good, changes: [{ seq: 2, kind: "visit", id: "v", removed: told }] })).changes[0]!.removed;
  expect([true, false, null, "", "cancelled"].map(removed)).toEqual(["removed", null, null, null, "cancelled"]);
  expect(() => removed(1)).toThrow(AnswerBroken);
});

test("an answer without a cursor is believed only by those who are too old", () => {
  const { good } = golden("sync_broken_answers");
  const heard = readAnswer(asBytes({ ...good, cursor: null, notices: [{ code: "upgrade-required" }] }));
  expect([heard.cursor, heard.epoch, heard.outdated]).toEqual([null, null, true]);
  expect(readAnswer(asBytes(good)).outdated).toBe(false);
});

test("signing in, drafts and submissions are read", () => {
  const user = { id: "u", username: "sari", name: "Sari", language: "id" };
  expect(readLogin(asBytes({ token: "t", user }))).toEqual({ token: "t", user: "u", username: "sari", name: "Sari" });
  expect(readDraftText(asBytes({ rev: 7, digest: "d", doc: "{}" }))).toEqual({ digest: "d", doc: "{}" });
  expect(readDraftText(asBytes({ rev: 8, digest: "d", doc: null }))).toEqual({ digest: "d", doc: null });
  expect(readSubmissionText(asBytes({ id: "s", text: "{}" }))).toBe("{}");
});

test("a refusal is read as far as it is text, and never more than a screen of it", () => {
  const said = { code: "store-full", title: "x".repeat(1000), title_id: "\ud800", detail: 7, status: 507 };
  expect(readRefusal(asBytes(said))).toEqual({ code: "store-full", title: "x".repeat(300), title_id: "\ufffd" });
});

// Names, times, documents

test("names of texts and bytes are as written", async () => {
  const { texts, bytes: contents } = golden("sync_digests");
  for (const { text, digest } of texts) expect(await sha256Text(text)).toBe(digest);
  for (const { base64, sha256 } of contents) expect(await sha256Bytes(ofBase64(base64))).toBe(sha256);
});

test("an epoch is what stands before the last dot", () => {
  expect(["k3f9Qa1z.10482", "a.b.7", null].map(epochOf)).toEqual(["k3f9Qa1z", "a.b", null]);
});

test("two names are never the same and are of version 7", () => {
  const names = new Set(Array.from({ length: 1000 }, uuid7));
  expect(names.size).toBe(1000);
  for (const name of names) expect(name).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

test.each([
  [-480, "2026-03-04T10:20:11+08:00"], // Makassar
  [-345, "2026-03-04T08:05:11+05:45"], // Kathmandu
  [210, "2026-03-03T22:50:11-03:30"], // St. John's
  [0, "2026-03-04T02:20:11+00:00"],
])("a moment by the phone's own zone has its offset: %i minutes", (minutes, text) => {
  class There extends Date {
    override getTimezoneOffset = () => minutes;
  }
  expect(localText(new There(SENT_AT))).toBe(text);
  expect(readMoment(text)).toEqual(new Date("2026-03-04T02:20:11Z"));
});

test("a moment in UTC is told to the millisecond, and what is no moment with an offset is none", () => {
  expect(utcText(SENT_AT)).toBe("2026-03-04T02:20:11.412Z");
  expect(readMoment("2026-03-04T02:20:11.412345Z")).toEqual(SENT_AT);
  for (const bad of ["", "2026", "2026-03-04", "2026-03-04T02:20:11", "2026-13-04T02:20:11Z", "4 March 2026"])
    expect(readMoment(bad)).toBe(null);
});

test("what she typed becomes exact text: half a letter is replaced, a backslash is not", () => {
  const note = 'Kursi “banyak” 👍 \ud83d, \udc4d and \\ud83d "\\"';
  const text = documentText({ note, left_out: undefined, "ke\ud800y": 1 });
  expect(text).toBe('{"note":"Kursi “banyak” 👍 \ufffd, \ufffd and \\\\ud83d \\"\\\\\\"","ke\ufffdy":1}');
  expect(JSON.parse(text).note).toBe('Kursi “banyak” 👍 \ufffd, \ufffd and \\ud83d "\\"');
});

test("what JSON cannot say, and what is too long to send, is a problem", () => {
  const circle: Record<string, unknown> = {};
  circle["again"] = circle;
  for (const bad of [{ a: NaN }, { a: [Infinity] }, { a: 1n }, circle]) expect(() => documentText(bad)).toThrow(ValueWrong);
  // Inside a request every quote is escaped once more.
  expect(documentText({ a: '"'.repeat(100 * 1024) }).length).toBe(8 + 200 * 1024);
  expect(() => documentText({ a: '"'.repeat(400 * 1024) })).toThrow(TextTooLong);
});

test("the size of a document counts its bytes as they stand in a request", () => {
  expect([null, "", "é", "👍", '"', "\n", "\u0001"].map(sizeOnWire)).toEqual([4, 2, 4, 6, 4, 4, 8]);
});

// Visits

test("a visit of a later form is still listed", () => {
  const raw = { state: 7, attempt: "2", unit: [], returned: "x", previous: { id: 1 }, product: 3, standard: "free", window: [] };
  const visit = readVisit("v", raw);
  expect(visit).toEqual({
    id: "v",
    state: "",
    attempt: 1,
    checklist: "",
    variant: "",
    scenario: "",
    raw,
    removed: null,
    practice: false,
  });
  expect([returnedOf(visit), previousOf(visit), standardOf(visit), windowOf(visit)]).toEqual([
    null,
    null,
    null,
    { opens: "", closes: "" },
  ]);
  expect([unitOf(visit).name, unitOf(visit).latitude, productOf(visit)]).toEqual([
    "",
    null,
    { code: "", name: { id: "", en: "" }, group: null },
  ]);
  expect(factsOf(visit)).toEqual({ scenario: "", variant: "", product_group: null, waiting_minutes: null, official_fee: null });
});

test("a visit that came back is read whole", () => {
  const { changes } = golden("sync_returned").exchanges.at(-1).answer;
  const raw = changes.find((change: Raw) => change["returned"]);
  const visit = readVisit(raw.id, raw);
  expect([visit.state, visit.attempt]).toEqual([raw.state, raw.attempt]);
  expect(returnedOf(visit)).toEqual(raw.returned);
  expect(previousOf(visit)).toEqual(raw.previous);
  expect(unitOf(visit)).toEqual(raw.unit);
  expect(standardOf(visit)).toEqual(raw.standard);
  expect(windowOf(visit)).toEqual(raw.window);
  expect(factsOf(visit)).toEqual({
    scenario: raw.scenario,
    variant: raw.variant,
    product_group: raw.product.group,
    waiting_minutes: raw.standard.wait_minutes,
    official_fee: raw.standard.fee_rupiah,
  });
});

test("a draft of another device is listed if it names a visit and a device", () => {
  const raw = { visit: "v", device: "d", device_name: "Old phone", rev: 3, bytes: 900, updated_at: "2026-03-04T02:20:11Z" };
  expect(readOtherDraft("i", raw)).toEqual({ id: "i", ...raw });
  expect(readOtherDraft("i", { visit: "v", device: "d", rev: -1, bytes: 1.5 })).toEqual({
    id: "i",
    visit: "v",
    device: "d",
    device_name: "",
    rev: 0,
    bytes: 0,
    updated_at: "",
  });
  expect([readOtherDraft("i", { visit: "v" }), readOtherDraft("i", {})]).toEqual([null, null]);
});
