/** Drafts, one bad thing among good ones, papers and corrections: what a sync says and hears besides the usual. */

import { sha256Text, uuid7 } from "@/wire/names";
import { Sari, type Scene, aScene, codes, isDone, moreVisits } from "./sari";
import { aVisit, before, portal, status, times, twist } from "./scripted_server";

let scene: Scene;
let sari: Sari;
beforeEach(async () => {
  scene = await aScene();
  ({ sari } = scene);
});

// Drafts

test("a draft is kept on the server, and thrown away there too", async () => {
  const { server, visit } = scene;
  await sari.visits(visit, []);
  const report = await sari.sync();
  expect([report.drafts, isDone(report)]).toEqual([1, true]);
  const { rev, doc } = server.drafts.get(visit)!;
  expect(JSON.parse(doc!)).toEqual(sari.phone.draft(visit)!.fields);
  await sari.phone.discard(visit);
  expect((await sari.sync()).drafts).toBe(1);
  expect(server.drafts.get(visit)).toEqual({ rev: rev + 1, doc: null });
  expect((await sari.sync()).drafts).toBe(0);
});

test("K6: an answer written while the draft was on its way is sent too", async () => {
  const { server, visit } = scene;
  await sari.visits(visit, []);
  server.next("sync", before(() => sari.phone.answer(visit, "A4", { value: 6 })));
  expect(isDone(await sari.sync())).toBe(true);
  expect(JSON.parse(server.drafts.get(visit)!.doc!).answers.A4.value).toBe(6);
});

test("a phone restored from an old copy writes above what the server keeps", async () => {
  const { server, visit } = scene;
  await sari.visits(visit, []);
  server.drafts.set(visit, { rev: 900, doc: "{}" });
  expect(isDone(await sari.sync())).toBe(true);
  const { rev, doc } = server.drafts.get(visit)!;
  expect([rev, JSON.parse(doc!).answers.A4.value]).toEqual([901, 5]);
});

test("photos of a draft stay here until the visit is finished", async () => {
  const { server, visit } = scene;
  await sari.visits(visit);
  expect(isDone(await sari.sync())).toBe(true);
  expect(server.photos.size).toBe(0);
  await sari.phone.finish(visit);
  expect((await sari.sync()).photos).toBe(1);
});

// One bad thing

test("K10: one document the server stumbles over delays no other", async () => {
  const { server } = scene;
  const visits = await moreVisits(scene, 7);
  const receipts = [];
  for (const visit of visits) receipts.push(await sari.jotsDown(visit));
  const bad = receipts[3]!;
  server.refuses = (said) => said["items"].some((item: { id: string }) => item.id === bad.id);
  const report = await sari.sync();
  expect(report.notes.map((note) => [note.code, note.facts["id"]])).toEqual([["needs-help", bad.id]]);
  expect(report.remains.submissions).toBe(1);
  expect(new Set(server.told())).toEqual(new Set(visits.filter((visit) => visit !== visits[3])));
  expect(sari.told(bad).trouble).toBe("malformed");
  server.refuses = () => false;
  expect(isDone(await sari.sync()), "the next run offers it again").toBe(true);
});

test("K10: an item answered retry for ever is left for the next run", async () => {
  const { server, visit } = scene;
  const receipt = await sari.tells(visit);
  const retry = twist((answer) => {
    for (const result of answer["results"]) Object.assign(result, { status: "retry", reason: "unexpected" });
  });
  server.next("sync", ...times(50, retry));
  const report = await sari.sync();
  expect(report.notes.map((note) => note.facts["id"])).toEqual([receipt.id]);
  expect([report.photos, sari.waits.length]).toEqual([1, 3]);
});

test("a photo the server never mentions does not spin", async () => {
  const { server, visit } = scene;
  await sari.tells(visit);
  server.next("sync", ...times(50, twist((answer) => Object.assign(answer, { uploads: [] }))));
  const report = await sari.sync();
  expect([report.submissions, report.remains.photos]).toEqual([1, 1]);
  expect(server.heard.length).toBeLessThan(12);
});

test("a text damaged on the way is sent again", async () => {
  const { server, visit } = scene;
  const { id, digest } = await sari.tells(visit);
  server.next("sync", twist((answer) => Object.assign(answer, { results: [{ id, digest, status: "retry", reason: "digest" }] })));
  expect(isDone(await sari.sync())).toBe(true);
  expect(server.submissions.get(`${id} ${digest}`)!["damaged"]).toBeUndefined();
});

test("a text damaged on this phone is said to be damaged", async () => {
  const { server, visit } = scene;
  const { id, digest } = await sari.tells(visit);
  await sari.book.change((writer) => {
    const row = writer.get("submissions", id)!;
    writer.put("submissions", id, { ...row, doc: row.doc!.replace("tidak", "tidka") });
  });
  expect(isDone(await sari.sync())).toBe(true);
  expect(server.submissions.get(`${id} ${digest}`)!["damaged"]).toBe(true);
  expect(sari.told(sari.phone.receipts()[0]!).slot).toBe("quarantined");
});

// Papers, corrections

test("a checklist with another digest is not believed", async () => {
  const { server } = scene;
  const visit = uuid7();
  const digest = await sha256Text("another text");
  server.papers.set(digest, "not that text");
  server.put(visit, aVisit(digest));
  const report = await sari.pulls();
  expect(report.notes.map((note) => [note.code, note.facts["digest"]])).toEqual([["paper-not-fetched", digest]]);
  await expect(sari.phone.start(visit)).rejects.toMatchObject({ code: "checklist-missing" });
});

test("a server that is busy while papers are fetched is waited for", async () => {
  const { server } = scene;
  const visit = uuid7();
  server.put(visit, aVisit(await server.publish("{}")));
  server.next("checklists", status(503, "trouble", { headers: { "Retry-After": "40" } }), portal);
  const report = await sari.pulls();
  expect([isDone(report), report.papers, sari.waits.length]).toEqual([true, 1, 2]);
  expect(sari.waits[0]).toBeGreaterThanOrEqual(40);
});

test("a sign-in that ends while papers are fetched stops the run", async () => {
  const { server } = scene;
  server.put(uuid7(), aVisit(await server.publish("{}")));
  server.next("checklists", status(401, "token-expired"));
  const report = await sari.pulls();
  expect([report.problem?.code, report.papers, report.notes]).toEqual(["sign-in-again", 0, []]);
  expect((await sari.pulls()).papers).toBe(1);
});

test("a checklist that is not there is asked for once in a run, and the visits go on", async () => {
  const { server, visit } = scene;
  server.put(uuid7(), aVisit(await sha256Text("never published")));
  await sari.phone.start(visit);
  server.heard.length = 0;
  server.next("checklists", before(() => sari.phone.finish(visit)));
  const report = await sari.sync();
  expect([report.submissions, codes(report)]).toEqual([1, ["paper-not-fetched"]]);
  expect([server.requests("checklists").length, server.requests("sync").length]).toEqual([1, 2]);
});

test("a pull sends nothing, and tells what waits", async () => {
  const { server, visit } = scene;
  await sari.tells(visit);
  await sari.pulls();
  expect([server.submissions.size, server.photos.size]).toEqual([0, 0]);
  expect(server.requests("sync").at(-1)!.said!["pending"].submissions).toBe(1);
});

test("a returned visit begins with what was told, and its photos need no bytes", async () => {
  const { server, visit } = scene;
  const receipt = await sari.tells(visit);
  await sari.sync();
  const points = [{ item: "A4", photo: null, reason: "unclear", note: "Hitung lagi." }];
  const returned = { attempt: 1, note: "", points, decided_at: "2026-03-05T01:00:00Z" };
  server.put(visit, { state: "returned", attempt: 2, returned, previous: { id: receipt.id, digest: receipt.digest } });
  await sari.sync();
  const draft = await sari.phone.start(visit);
  expect([draft.attempt, draft.fields.attempt, draft.fields.parent]).toEqual([2, 2, receipt.id]);
  expect(draft.fields.answers["A4"]!.value).toBe(5);
  await sari.phone.answer(visit, "A4", { value: 7 });
  const second = await sari.phone.finish(visit);
  server.heard.length = 0;
  expect(isDone(await sari.sync())).toBe(true);
  expect(server.requests("PATCH")).toEqual([]);
  const doc = JSON.parse(server.submissions.get(`${second.id} ${second.digest}`)!["doc"]);
  expect(doc.photos.map((photo: { id: string }) => photo.id)).toEqual([...server.photos.keys()]);
  expect([doc.answers.A4.value, sari.phone.receipts().length]).toEqual([7, 2]);
});

test("a visit returned to a new phone fetches what the old one told", async () => {
  const { server, visit } = scene;
  const receipt = await sari.tells(visit);
  await sari.sync();
  server.put(visit, { state: "returned", attempt: 2, previous: { id: receipt.id, digest: receipt.digest } });
  const fresh = await Sari.opens(server, uuid7());
  const report = await fresh.sync();
  expect([isDone(report), report.papers]).toEqual([true, 2]);
  expect((await fresh.phone.start(visit)).fields.answers["A4"]!.value).toBe(5);
  await fresh.phone.answer(visit, "A4", { value: 6 });
  await fresh.phone.finish(visit);
  expect(isDone(await fresh.sync())).toBe(true);
});
