/** Sari syncs: whatever the line does, nothing is lost, nothing is doubled, and she is told. */

import type { RunReport } from "@/engine/report";
import { sha256Bytes, sha256Text, uuid7 } from "@/wire/names";
import { KIB, SMALL, type Sari, type Scene, aScene, codes, isDone, moreVisits } from "./sari";
import { before, cutAnswer, cutRequest, portal, status, times, twist } from "./scripted_server";

let scene: Scene;
let sari: Sari;
beforeEach(async () => {
  scene = await aScene();
  ({ sari } = scene);
});

const bytesSaid = (heard: { readonly body: Uint8Array }) => heard.body.length;

test("a finished visit arrives with its photos and its exact text", async () => {
  const { server, visit } = scene;
  const receipt = await sari.tells(visit, [SMALL, SMALL]);
  const text = sari.textOf(receipt)!;
  const report = await sari.sync();
  expect([report.problem, report.notes, report.submissions, report.photos]).toEqual([null, [], 1, 2]);
  expect(isDone(report)).toBe(true);
  expect(server.submissions.get(`${receipt.id} ${receipt.digest}`)!["doc"]).toBe(text);
  expect(await sha256Text(text)).toBe(receipt.digest);
  for (const photo of JSON.parse(text).photos) expect(await sha256Bytes(server.photo(photo.id).bytes)).toBe(photo.sha256);
  expect(server.photos.size).toBe(2);
  expect(sari.phone.visit(visit).state).toBe("submitted");
  expect(sari.told(receipt)).toMatchObject({ state: "kept", slot: "current", received_at: "2026-03-04T02:20:13.101Z" });
});

test("nothing new costs one small request", async () => {
  const { server } = scene;
  await sari.sync();
  server.heard.length = 0;
  const report = await sari.sync();
  expect([report.requests, server.heard.length]).toEqual([1, 1]);
  const said = JSON.parse(new TextDecoder().decode(server.heard[0]!.body));
  expect(Object.keys(said)).toEqual(["protocol", "device", "client", "cursor"]);
});

test("a large request is packed, and a server that cannot unpack gets it plain", async () => {
  const { server, visit } = scene;
  await sari.tells(visit, [SMALL, SMALL, SMALL]);
  server.next("sync", status(415, "unknown-encoding"));
  expect(isDone(await sari.sync())).toBe(true);
  const [packed, plain] = server.requests("sync").slice(-2);
  expect([packed!.headers["content-encoding"], plain!.headers["content-encoding"]]).toEqual(["gzip", undefined]);
});

test("a lost answer is followed by the same request, and nothing is doubled", async () => {
  const { server, visit } = scene;
  const receipt = await sari.tells(visit);
  server.next("sync", cutAnswer());
  expect(isDone(await sari.sync())).toBe(true);
  expect(sari.waits.length).toBe(1);
  const [first, second] = server.requests("sync").slice(1, 3);
  expect([second!.said!["items"], second!.said!["cursor"]]).toEqual([first!.said!["items"], first!.said!["cursor"]]);
  expect([...server.submissions.keys()]).toEqual([`${receipt.id} ${receipt.digest}`]);
});

test.each([
  ["500", status(500)],
  ["503", status(503)],
  ["502 of a proxy", status(502, "trouble", { spoken: false })],
  ["a portal", portal],
  ["a cut", cutRequest(5)],
])("%s is waited out, each time longer, and changes nothing", async (_, trouble) => {
  const { server, visit } = scene;
  await sari.tells(visit);
  server.next("sync", ...times(3, trouble));
  const cursor = sari.outbox.cursor();
  const seen: unknown[] = [];
  sari.whileWaiting = () => seen.push([sari.outbox.cursor(), sari.outbox.waiting().size]);
  expect(isDone(await sari.sync())).toBe(true);
  expect(seen).toEqual(times(3, portal).map(() => [cursor, 2]));
  expect(sari.waits.map((seconds, n) => 0 <= seconds && seconds <= [2, 4, 8][n]!)).toEqual([true, true, true]);
});

test("K11: a hotel network that answers everything ends the run, and all stays here", async () => {
  const { server, visit } = scene;
  await sari.tells(visit);
  server.next("sync", ...times(20, portal));
  const report = await sari.sync({ failuresMax: 5 });
  expect([report.problem?.code, report.requests, sari.waits.length]).toEqual(["not-our-server", 5, 4]);
  expect(report.remains).toMatchObject({ submissions: 1, photos: 1 });
});

test("a server that asks to come back later is obeyed", async () => {
  scene.server.next("sync", status(503, "trouble", { headers: { "Retry-After": "40" } }));
  expect(isDone(await sari.sync())).toBe(true);
  expect(sari.waits.length).toBe(1);
  expect(sari.waits[0]! >= 40 && sari.waits[0]! <= 42).toBe(true);
});

// Answers that answer something else

test("K3: an answer to an earlier question is put aside whole", async () => {
  const { server, visit } = scene;
  const receipt = await sari.tells(visit);
  server.next("sync", twist((answer) => Object.assign(answer, { for: "epoch1.1" })));
  const seen: string[] = [];
  sari.whileWaiting = () => seen.push(sari.told(receipt).state);
  const report = (await sari.sync()) as RunReport;
  expect([isDone(report), seen, report.failures]).toEqual([true, ["outbox"], { "answer-stale": 1 }]);
});

test("an answer nobody can read changes nothing", async () => {
  await sari.tells(scene.visit);
  scene.server.next("sync", twist((answer) => Object.assign(answer, { cursor: 7 })));
  expect(isDone(await sari.sync())).toBe(true);
  expect(sari.waits.length).toBe(1);
});

test("K9: a list that does not add up is read anew, once", async () => {
  const { server, visit } = scene;
  server.put(visit, { rev: 2 });
  server.next("sync", twist((answer) => Object.assign(answer, { check: [9, 9] })));
  const report = await sari.sync();
  expect([isDone(report), report.healed, report.notes]).toEqual([true, 1, []]);
  expect(server.requests("sync").slice(-2).map((heard) => heard.said!["cursor"])).toEqual(["epoch1.11", null]);
  expect(sari.phone.visit(visit).raw["rev"]).toBe(2);
});

test("K9: a list that never adds up is told and stops nothing", async () => {
  const { server, visit } = scene;
  await sari.tells(visit);
  server.next("sync", ...times(9, twist((answer) => Object.assign(answer, { check: [9, 9] }))));
  const report = await sari.sync();
  expect([report.submissions, report.photos, [...new Set(codes(report))]]).toEqual([1, 1, ["list-differs"]]);
  expect(server.heard.length).toBeLessThan(15);
});

test("a long list comes in pages, and what was not met is dropped", async () => {
  const { server, visit } = scene;
  const others = await moreVisits(scene, 5);
  expect(sari.phone.visits().length).toBe(6);
  // The server forgets three of them, and the phone's place in the list with them.
  for (const other of others.slice(0, 3)) server.items.delete(`visit ${other}`);
  server.epoch = "epoch2";
  expect(isDone(await sari.pulls())).toBe(true);
  expect(new Set(sari.phone.visits().map((listed) => listed.visit.id))).toEqual(new Set([visit, ...others.slice(3)]));
});

test("a reset on the way through a reset begins again", async () => {
  const { server, visit } = scene;
  await moreVisits(scene, 4);
  server.epoch = "epoch2";
  const onceMore = before(() => {
    server.epoch = "epoch3";
    server.items.delete(`visit ${visit}`);
  });
  server.next("sync", before(() => undefined), onceMore);
  expect(isDone(await sari.pulls())).toBe(true);
  expect(sari.phone.visits().length).toBe(4);
  expect(sari.outbox.cursor()).toMatch(/^epoch3\./);
});

test("a kind nobody knows is kept and counted", async () => {
  const { server } = scene;
  server.seq += 1;
  server.items.set("poem", { kind: "poem", id: uuid7(), seq: server.seq, raw: { text: "…" } });
  const report = await sari.sync();
  expect([report.healed, report.changes, sari.phone.visits().length]).toEqual([0, 1, 1]);
});

// What the server takes away

test("K4: a reassigned visit is hidden and its draft stays", async () => {
  const { server, visit } = scene;
  await sari.visits(visit);
  server.takeAway(visit);
  expect(isDone(await sari.sync())).toBe(true);
  expect(sari.phone.visit(visit).removed).toBe("reassigned");
  expect(sari.phone.draft(visit)!.fields.answers["A4"]!.value).toBe(5);
});

test("K4: a visit finished before the news of its reassignment is told late", async () => {
  const { server, visit } = scene;
  const receipt = await sari.tells(visit);
  server.takeAway(visit);
  expect(isDone(await sari.sync())).toBe(true);
  expect(sari.told(receipt).slot).toBe("late");
});

test("a visit taken away untouched leaves no trace and cannot begin", async () => {
  const { server, visit } = scene;
  server.takeAway(visit);
  await sari.sync();
  await expect(sari.phone.start(visit)).rejects.toMatchObject({ code: "no-such-visit" });
});

// Epochs, durability

test("K7: after a restore everything still kept is offered again", async () => {
  const { server, visit } = scene;
  const receipt = await sari.tells(visit);
  await sari.sync();
  server.submissions.clear();
  server.photos.clear();
  server.put(visit, { state: "assigned" });
  server.epoch = "epoch2";
  const report = await sari.sync();
  expect([isDone(report), report.submissions, report.photos]).toEqual([true, 1, 1]);
  expect([...server.submissions.keys()]).toEqual([`${receipt.id} ${receipt.digest}`]);
});

test("K8: only what is durable is freed", async () => {
  const { server, visit } = scene;
  const receipt = await sari.tells(visit);
  await sari.sync();
  const [photo] = sari.phone.photos(visit);
  await sari.sync();
  expect(new Set(server.requests("sync").at(-1)!.said!["kept"])).toEqual(new Set([receipt.id, photo!.id]));
  expect((await sari.phone.photoContent(photo!.id)).length).toBe(SMALL);
  server.durable = new Set([photo!.id, receipt.id]);
  await sari.sync();
  expect(sari.photo(photo!.id).state).toBe("freed");
  await expect(sari.phone.photoContent(photo!.id)).rejects.toMatchObject({ code: "photo-gone" });
  expect(sari.told(receipt)).toMatchObject({ state: "freed", digest: receipt.digest, doc: null });
});

test("K8: durable without being sent frees nothing", async () => {
  const { server, visit } = scene;
  const receipt = await sari.tells(visit);
  server.next("sync", twist((answer) => Object.assign(answer, { results: [], durable: [receipt.id] })), status(401));
  await sari.sync();
  expect(sari.told(receipt).doc).toBeTruthy();
});

// Much at once

test("hundreds of visits go out oldest first and within the limits of a request", async () => {
  const { server } = scene;
  const visits = await moreVisits(scene, 60);
  for (const visit of visits) {
    sari.later({ minutes: 1 });
    await sari.jotsDown(visit);
  }
  expect(isDone(await sari.sync())).toBe(true);
  expect(server.told()).toEqual(visits);
  expect(Math.max(...server.requests("sync").map((heard) => heard.said!["items"].length))).toBe(50);
});

test("a great deal of text is sent in several requests", async () => {
  const { server } = scene;
  const visits = await moreVisits(scene, 4);
  for (const visit of visits) await sari.jotsDown(visit, "panjang ".repeat(50_000));
  expect(isDone(await sari.sync())).toBe(true);
  expect(Math.max(...server.requests("sync").map(bytesSaid))).toBeLessThan(1024 * KIB);
  expect(server.told().length).toBe(4);
});
