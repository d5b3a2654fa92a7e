/** The error table of the protocol (6.9), row by row: what the server may answer, and what Sari's phone makes of it. */

import type { RunReport } from "@/engine/report";
import { sha256Bytes } from "@/wire/names";
import { BIG, KIB, aScene, codes, isDone, moreVisits, type Sari, type Scene } from "./sari";
import { type Act, NOTHING, cutAnswer, cutRequest, portal, status, times, twist } from "./scripted_server";

const SAYS_WHEN = { headers: { "Retry-After": "40" } };

/** An answer to the next request, and what the run is like that gets it once. */
interface Row {
  readonly name: string;
  readonly answer: Act;
  /** Why the run ends early; undefined: it is got over. */
  readonly problem?: string;
  /** Pauses it takes. */
  readonly waits?: number;
  /** The least of the first pause, in seconds. */
  readonly first?: number;
}

const SYNC: Row[] = [
  { name: "200 without our header: a portal", answer: portal, waits: 1 },
  { name: "any status without our header", answer: status(404, "trouble", { spoken: false }), waits: 1 },
  { name: "no answer: the line is cut before it", answer: cutAnswer(NOTHING), waits: 1 },
  { name: "no answer: the line is cut within it", answer: cutAnswer(20), waits: 1 },
  { name: "no answer: the line is cut within the request", answer: cutRequest(10), waits: 1 },
  { name: "400 body-cut", answer: status(400, "body-cut"), waits: 1 },
  { name: "401 token-expired", answer: status(401, "token-expired"), problem: "sign-in-again" },
  { name: "401 token-unknown", answer: status(401, "token-unknown"), problem: "sign-in-again" },
  { name: "408", answer: status(408), waits: 1 },
  { name: "412", answer: status(412, "tus-version"), problem: "update-needed" },
  { name: "415 with our encoding", answer: status(415, "unknown-encoding"), waits: 1 },
  { name: "423 of a foreign proxy", answer: status(423), waits: 1 },
  { name: "425", answer: status(425), waits: 1 },
  { name: "426 to a push", answer: status(426, "upgrade-required"), problem: "update-needed" },
  { name: "429 without a time", answer: status(429), waits: 1 },
  { name: "429 with a time", answer: status(429, "trouble", SAYS_WHEN), waits: 1, first: 40 },
  { name: "500", answer: status(500), waits: 1 },
  { name: "502", answer: status(502), waits: 1 },
  { name: "503 with a time", answer: status(503, "trouble", SAYS_WHEN), waits: 1, first: 40 },
  { name: "507", answer: status(507, "store-full"), waits: 1 },
];

const PATCH: Row[] = [
  { name: "200 without our header: a portal", answer: portal, waits: 1 },
  { name: "no answer", answer: cutAnswer(NOTHING), waits: 1 },
  { name: "400 body-cut", answer: status(400, "body-cut"), waits: 1 },
  { name: "400 anything else: another address", answer: status(400, "header-wrong") },
  { name: "401", answer: status(401, "token-expired"), problem: "sign-in-again" },
  { name: "403 not yours: another address", answer: status(403, "not-your-upload") },
  { name: "404", answer: status(404, "no-such-upload") },
  { name: "410", answer: status(410, "upload-gone") },
  { name: "412", answer: status(412, "tus-version"), problem: "update-needed" },
  { name: "413", answer: status(413, "too-large") },
  { name: "423", answer: status(423), waits: 1 },
  { name: "429 with a time", answer: status(429, "trouble", SAYS_WHEN), waits: 1, first: 40 },
  { name: "460", answer: status(460, "checksum-mismatch") },
  { name: "500", answer: status(500), waits: 1 },
  { name: "503 with a time", answer: status(503, "trouble", SAYS_WHEN), waits: 1, first: 40 },
  { name: "507 with a time", answer: status(507, "store-full", SAYS_WHEN), waits: 1, first: 40 },
];

let scene: Scene;
let sari: Sari;
beforeEach(async () => {
  scene = await aScene();
  ({ sari } = scene);
});

/** States of what she recorded: nothing is ever gone. */
async function kept(): Promise<string[]> {
  const [receipt] = sari.phone.receipts();
  expect(sari.textOf(receipt!)).toBeTruthy();
  const photos = sari.phone.photos(scene.visit);
  for (const photo of photos) expect((await sari.phone.photoContent(photo.id)).length).toBe(photo.size);
  return [receipt!.state, ...photos.map((photo) => photo.state)];
}

test.each(SYNC)("an answer to an exchange: $name", async ({ answer, problem, waits = 0, first = 0 }) => {
  const { server, visit } = scene;
  await sari.tells(visit);
  server.next("sync", answer);
  let report = await sari.sync();
  expect(report.problem?.code).toBe(problem);
  expect(sari.waits.length).toBe(waits);
  for (const seconds of sari.waits) expect(seconds).toBeGreaterThanOrEqual(first);
  if (problem) {
    expect(await kept()).toEqual(["outbox", "captured"]);
    expect(report.requests, "it stops at once").toBe(1);
    report = await sari.sync();
  }
  expect(isDone(report)).toBe(true);
  expect(await kept()).toEqual(["kept", "stored"]);
  expect([server.submissions.size, server.photos.size]).toEqual([1, 1]);
});

test.each(["device-revoked", "user-disabled"])("403 %s: it stops at once, and what was not sent is kept", async (code) => {
  const { server, visit } = scene;
  const receipt = await sari.tells(visit);
  server.next("sync", status(403, code));
  const report = await sari.sync();
  expect([report.problem?.code, report.problem?.facts["code"], report.requests]).toEqual(["barred", code, 1]);
  expect(sari.told(receipt).doc).toBeTruthy();
  expect(sari.waits).toEqual([]);
});

test.each(PATCH)("an answer to a piece: $name", async ({ answer, problem, waits = 0, first = 0 }) => {
  const { server, visit } = scene;
  const receipt = await sari.tells(visit);
  server.next("PATCH", answer);
  let report = await sari.sync();
  expect(report.problem?.code).toBe(problem);
  expect(sari.waits.length).toBe(waits);
  for (const seconds of sari.waits) expect(seconds).toBeGreaterThanOrEqual(first);
  if (problem) {
    expect(await kept()).toEqual(["kept", "sending"]);
    report = await sari.sync();
  }
  expect(isDone(report)).toBe(true);
  expect(await kept()).toEqual(["kept", "stored"]);
  expect([...server.submissions.keys()]).toEqual([`${receipt.id} ${receipt.digest}`]);
  const [photo] = server.photos.values();
  expect(await sha256Bytes(photo!.bytes)).toBe(photo!.sha256);
});

test("409: the server stands elsewhere, so the phone goes there without waiting", async () => {
  const { server, visit } = scene;
  await sari.tells(visit);
  const [photo] = sari.phone.photos(visit);
  server.next("PATCH", status(409, "offset-mismatch", { headers: { "Upload-Offset": "0" } }));
  const report = await sari.sync();
  expect([isDone(report), sari.waits.length, report.photo_bytes]).toEqual([true, 0, 2 * photo!.size]);
  expect(server.requests("HEAD")).toEqual([]);
});

test("460 three times makes the pieces as small as they get", async () => {
  const { server, visit } = scene;
  await sari.tells(visit, [BIG]);
  server.next("PATCH", ...times(3, status(460, "checksum-mismatch")));
  expect(isDone(await sari.sync())).toBe(true);
  const sizes = server.requests("PATCH").map((heard) => heard.body.length);
  expect(sizes.slice(0, 3)).toEqual([BIG, BIG, BIG]);
  expect(Math.max(...sizes.slice(3, -1))).toBe(16 * KIB);
});

test.each([400, 413, 422])("%i: a request refused whole is cut in two until the culprit stands alone", async (refusal) => {
  const { server } = scene;
  const visits = await moreVisits(scene, 6);
  const receipts = [];
  for (const visit of visits) receipts.push(await sari.jotsDown(visit));
  const poison = receipts[2]!.id;
  server.refuses = (said) => said["items"].some((item: { id: string }) => item.id === poison);
  server.refusal = refusal;
  server.heard.length = 0;
  const report = await sari.sync();
  // Half as many after each refusal, twice as many after each success, none to be sure; the last hears the list's end.
  const many = server.requests("sync").map((heard) => heard.said!["items"].length);
  expect(many).toEqual([6, 3, 1, 2, 1, 2, 1, 0, 3, 0]);
  expect(report.notes.map((note) => note.facts["id"])).toEqual([poison]);
  expect([report.submissions, report.remains.submissions, sari.waits.length]).toEqual([5, 1, 0]);
  expect(report.notes[0]!.words("en")).toContain("server cannot take one document");
});

test("500 again and again: after three the batch is cut in two, with pauses between", async () => {
  const { server } = scene;
  const visits = await moreVisits(scene, 5);
  const receipts = [];
  for (const visit of visits) receipts.push(await sari.jotsDown(visit));
  const poison = receipts[0]!.id;
  server.refuses = (said) => said["items"].some((item: { id: string }) => item.id === poison);
  server.refusal = 500;
  const report = await sari.sync();
  expect(report.notes.map((note) => note.facts["id"])).toEqual([poison]);
  expect([report.submissions, report.remains.submissions, report.problem]).toEqual([4, 1, null]);
  expect(sari.waits.length).toBeGreaterThanOrEqual(4);
});

test("a server that is down is not taken for one that stumbles over a document", async () => {
  const { server, visit } = scene;
  await sari.tells(visit, []);
  server.next("sync", ...times(30, status(500)));
  const report = await sari.sync({ failuresMax: 8 });
  expect([report.problem?.code, report.notes]).toEqual(["server-trouble", []]);
  server.script.clear();
  expect(isDone(await sari.sync())).toBe(true);
});

test("a server that was down for a while is offered everything again in the same run", async () => {
  const { server, visit } = scene;
  await sari.tells(visit, []);
  server.next("sync", ...times(5, status(500)));
  const report = await sari.sync({ failuresMax: 8 });
  expect([isDone(report), report.notes, report.submissions]).toEqual([true, [], 1]);
});

// Old apps: what they push counts, and they are told to update

const UPGRADE = { changes: [], check: null, notices: [{ code: "upgrade-required" }] };

test("426: an old app goes on pushing and is told to update", async () => {
  const { server, visit } = scene;
  await sari.tells(visit, [BIG, BIG]);
  const cursor = sari.outbox.cursor();
  server.next("sync", twist((answer) => Object.assign(answer, UPGRADE, { cursor })));
  const report = await sari.sync();
  expect([report.problem, report.submissions, report.photos, isDone(report)]).toEqual([null, 1, 2, true]);
  expect(codes(report)).toEqual(["update-needed"]);
  expect(sari.outbox.cursor()).toBe(cursor);
  expect(sari.phone.visits().map((listed) => listed.visit.id), "the list stays as it was").toEqual([visit]);
});

test("426 to a request that pushes nothing stops the pull and nothing else", async () => {
  scene.server.next("sync", status(426, "upgrade-required"));
  const report = await sari.sync();
  expect([report.problem, report.requests, sari.waits.length]).toEqual([null, 1, 0]);
  expect(codes(report)).toEqual(["update-needed"]);
  expect(sari.phone.visits().length).toBe(1);
});

test("426: an old app that never pulled keeps what it has", async () => {
  const { server, visit } = scene;
  const receipt = await sari.tells(visit);
  await sari.book.change((writer) => writer.remove("facts", "cursor"));
  server.next("sync", twist((answer) => Object.assign(answer, UPGRADE, { cursor: null, reset: true })));
  const report = await sari.sync();
  expect([isDone(report), sari.outbox.cursor(), sari.outbox.epoch()]).toEqual([true, null, "epoch1"]);
  expect(sari.phone.visits().map((listed) => listed.visit.id)).toEqual([visit]);
  expect(sari.told(receipt).state).toBe("kept");
});

// A server that needs a day

test.each([
  [429, "trouble", "server-busy"],
  [503, "trouble", "server-busy"],
  [507, "store-full", "server-full"],
])("%i with a day to wait ends the run and says so", async (code, told, problem) => {
  const { server, visit } = scene;
  await sari.tells(visit);
  server.next("sync", status(code, told, { headers: { "Retry-After": "86400" } }));
  const report = (await sari.sync()) as RunReport;
  expect([report.problem?.code, sari.waits, report.requests]).toEqual([problem, [], 1]);
  expect(report.remains.submissions).toBe(1);
});
