/** Sari's photos go out in pieces: what arrived stays there, and never is a byte of another photo sent. */

import { base64, sha256Bytes } from "@/wire/names";
import { BIG, KIB, SMALL, type Sari, type Scene, aScene, codes, isDone, moreVisits } from "./sari";
import { NOTHING, before, cutAnswer, cutRequest, portal, status, times, twist } from "./scripted_server";

let scene: Scene;
let sari: Sari;
let id: string; // of a photo of 300 KiB in a finished visit
beforeEach(async () => {
  scene = await aScene();
  ({ sari } = scene);
  await sari.tells(scene.visit, [BIG]);
  id = sari.phone.photos(scene.visit)[0]!.id;
});

const requests = () => scene.server.requests("PATCH");
const pieces = () => requests().map((heard) => [Number(heard.headers["upload-offset"]), heard.body.length] as const);
const sizes = () => pieces().map(([, size]) => size);

async function expectStored(): Promise<void> {
  const kept = scene.server.photo(id);
  expect([kept.state, await sha256Bytes(kept.bytes)]).toEqual(["stored", sari.photo(id).sha256]);
  expect(sari.photo(id).state).toBe("stored");
}

test("a fast line takes a fresh photo in one piece", async () => {
  const report = await sari.sync();
  await expectStored();
  expect([report.photo_bytes, pieces()]).toEqual([BIG, [[0, BIG]]]);
});

test("a visit with five photos costs one exchange and five pieces", async () => {
  const { server } = scene;
  await sari.sync();
  const [visit] = await moreVisits(scene, 1);
  await sari.tells(visit!, [BIG, BIG, BIG, BIG, BIG]);
  server.heard.length = 0;
  const report = await sari.sync();
  expect(server.heard.map((heard) => heard.method)).toEqual(["POST", "PATCH", "PATCH", "PATCH", "PATCH", "PATCH"]);
  expect([isDone(report), report.requests, report.photos, report.submissions]).toEqual([true, 6, 5, 1]);
});

test("pieces shrink on a slow line", async () => {
  sari.isSlow();
  expect(isDone(await sari.sync())).toBe(true);
  expect(new Set(sizes().slice(1, -1))).toEqual(new Set([16 * KIB]));
});

test.each([1, 20_000, BIG - 1])("cut after %i bytes, the phone asks where the server stands and goes on there", async (after) => {
  const { server } = scene;
  server.next("PATCH", cutRequest(after));
  expect(isDone(await sari.sync())).toBe(true);
  await expectStored();
  expect([server.requests("HEAD").length, sari.waits.length]).toEqual([1, 1]);
  expect(pieces()[0]).toEqual([after, Math.min(16 * KIB, BIG - after)]);
});

test("as long as something arrives between two cuts the run goes on", async () => {
  scene.server.next("PATCH", ...times(12, cutRequest(10_000)));
  const report = await sari.sync({ failuresMax: 3 });
  expect([isDone(report), sari.waits.length]).toEqual([true, 12]);
  expect(Math.max(...sari.waits)).toBeLessThanOrEqual(4);
});

test("after a lost answer nothing is sent twice", async () => {
  scene.server.next("PATCH", cutAnswer(NOTHING));
  expect(isDone(await sari.sync())).toBe(true);
  await expectStored();
  expect([scene.server.requests("HEAD").length, sizes()]).toEqual([1, [BIG]]);
});

test("somebody was faster, so the phone goes on from there", async () => {
  const { server } = scene;
  const content = await sari.phone.photoContent(id);
  server.next("PATCH", before(() => server.piece(`${id}.0`, 0, content.slice(0, 50_000))));
  expect(isDone(await sari.sync())).toBe(true);
  await expectStored();
  expect([sari.waits.length, server.requests("HEAD").length]).toEqual([0, 0]);
  expect(pieces().slice(0, 2).map(([offset]) => offset)).toEqual([0, 50_000]);
});

test("a server that moves the offset about for ever is left alone", async () => {
  const { server } = scene;
  const movedTo = (offset: number) => status(409, "offset-mismatch", { headers: { "Upload-Offset": String(offset) } });
  const moved = Array.from({ length: 99 }, (_, n) => movedTo(n % 2));
  server.next("PATCH", ...moved);
  const report = await sari.sync();
  expect([report.remains.photos, codes(report)]).toEqual([1, ["needs-help"]]);
  expect(server.heard.length).toBeLessThan(50);
});

test("an address that is gone is renewed by the next exchange", async () => {
  const { server } = scene;
  sari.isSlow();
  const lose = before(() => Object.assign(server.photo(id), { gen: 1, bytes: new Uint8Array() }));
  server.next("PATCH", before(() => undefined), lose);
  expect(isDone(await sari.sync())).toBe(true);
  await expectStored();
  expect(sari.waits).toEqual([]);
});

test("a photo that arrived damaged is sent again with checksums", async () => {
  const { server } = scene;
  sari.isSlow();
  const flip = before(() => {
    const kept = server.photo(id);
    kept.bytes = Uint8Array.from(kept.bytes, (byte, n) => (n ? byte : byte ^ 1));
  });
  server.next("PATCH", before(() => undefined), flip);
  expect(isDone(await sari.sync())).toBe(true);
  await expectStored();
  const last = server.requests("PATCH").at(-1)!;
  const digest = await crypto.subtle.digest("SHA-256", last.body as BufferSource);
  expect(last.headers["upload-checksum"]).toBe(`sha256 ${base64(new Uint8Array(digest))}`);
});

test("a photo the server cannot use is told with the reason, and kept", async () => {
  const { server } = scene;
  server.next("PATCH", before(() => Object.assign(server.photo(id), { state: "bad", gen: 3 })));
  const report = await sari.sync();
  expect(report.notes.map((note) => [note.code, note.facts])).toEqual([["photo-bad", { photo: id, why: "wrong-hash" }]]);
  expect([report.remains.photos, sari.photo(id).state]).toEqual([0, "bad"]);
  expect((await sari.phone.photoContent(id)).length).toBe(BIG);
});

test("a server that takes only small pieces gets them", async () => {
  scene.server.next("PATCH", status(413, "too-large"));
  expect(isDone(await sari.sync())).toBe(true);
  expect(sizes().slice(0, 2)).toEqual([BIG, BIG / 2]);
});

test("a full server is waited for and named", async () => {
  scene.server.next("PATCH", ...times(99, status(507, "store-full")));
  const report = await sari.sync({ failuresMax: 3 });
  expect([report.problem?.code, report.submissions, report.remains.photos]).toEqual(["server-full", 1, 1]);
});

test("a portal that comes up in the middle changes nothing", async () => {
  sari.isSlow();
  scene.server.next("PATCH", before(() => undefined), portal);
  expect(isDone(await sari.sync())).toBe(true);
  await expectStored();
});

test.each(["http://127.0.0.2:1/x", "//evil.example/x", ".evil.example/x", "@evil.example/x"])(
  "K11: the token does not go to %s",
  async (url) => {
    const { server } = scene;
    server.next("sync", twist((answer) => Object.assign(answer["uploads"][0], { url })));
    expect((await sari.sync()).problem?.code).toBe("foreign-address");
    expect(server.requests("PATCH")).toEqual([]);
    expect(isDone(await sari.sync())).toBe(true);
  },
);

test("a photo damaged on this phone is told and not sent", async () => {
  await sari.book.change((writer) => writer.putFile(id, new TextEncoder().encode("mould")));
  const report = await sari.sync();
  expect([codes(report), pieces(), sari.photo(id).state]).toEqual([["photo-gone"], [], "lost"]);
});

test("documents go before photos, the oldest visit first, and in it the smallest photo", async () => {
  const { server } = scene;
  await sari.sync();
  const visits = await moreVisits(scene, 2);
  server.heard.length = 0;
  const photos = new Map<string, string>();
  // The younger visit is photographed first, and each has a large photo before a small one.
  for (const visit of visits.toReversed()) {
    await sari.phone.start(visit);
    for (const size of [BIG, SMALL]) photos.set(`${visit} ${size}`, (await sari.phone.addPhoto(visit, sari.picture(size))).id);
  }
  for (const visit of visits) {
    sari.later({ minutes: 5 });
    await sari.phone.finish(visit);
  }
  await sari.sync();
  const sent = server.requests("PATCH").map((heard) => heard.path.split("/").at(-1)!.slice(0, 36));
  expect([...new Set(sent)]).toEqual(visits.flatMap((visit) => [photos.get(`${visit} ${SMALL}`), photos.get(`${visit} ${BIG}`)]));
  expect(server.requests("sync").map((heard) => heard.said!["items"].length)).toEqual([2]);
});

test("yesterday's address is not used today", async () => {
  const { server } = scene;
  server.next("PATCH", ...times(3, status(500)));
  await sari.sync({ failuresMax: 2 });
  expect(sari.photo(id).url).toBeTruthy();
  server.script.clear();
  server.photo(id).gen = 2;
  sari.waits.length = 0;
  expect(isDone(await sari.sync())).toBe(true);
  expect(sari.waits).toEqual([]);
  await expectStored();
});

test("a piece of another epoch counts for nothing until the list says so", async () => {
  // The server was restored while the photo was on its way: what it says of it is not yet our history.
  const { server } = scene;
  const seen: string[] = [];
  sari.whenHeard = () => seen.push(`${sari.outbox.epoch()} ${sari.photo(id).state}`);
  const restored = before(() => {
    server.epoch = "epoch2";
    server.submissions.clear();
  });
  server.next("PATCH", restored);
  expect(isDone(await sari.sync())).toBe(true);
  expect(seen).toContain("epoch1 declared");
  expect(seen).not.toContain("epoch1 stored");
  expect([server.submissions.size, sari.photo(id).state, sari.outbox.epoch()]).toEqual([1, "stored", "epoch2"]);
});

test("a visit finished while a photo is on its way goes before the rest of it", async () => {
  const { server } = scene;
  const [second] = await moreVisits(scene, 1);
  sari.isSlow();
  server.heard.length = 0;
  server.next("PATCH", before(() => sari.jotsDown(second!)));
  expect(isDone(await sari.sync())).toBe(true);
  expect(server.heard.map((heard) => heard.method).slice(0, 4)).toEqual(["POST", "PATCH", "POST", "PATCH"]);
  expect(server.requests("sync")[1]!.said!["items"][0].visit).toBe(second);
  const offsets = pieces().map(([offset]) => offset);
  expect(offsets).toEqual(offsets.toSorted((a, b) => a - b));
  expect(server.requests("HEAD")).toEqual([]);
});

test("after it was asked once where the server stands, it is not asked again", async () => {
  const { server } = scene;
  const [second] = await moreVisits(scene, 1);
  sari.isSlow();
  server.next("PATCH", cutRequest(10_000), before(() => sari.jotsDown(second!)));
  expect(isDone(await sari.sync())).toBe(true);
  expect([server.requests("HEAD").length, server.told().length]).toEqual([1, 2]);
});

test("what the line can bear is remembered for the next run", async () => {
  const { server } = scene;
  server.next("PATCH", ...times(4, cutRequest(3_000)));
  expect(isDone(await sari.sync())).toBe(true);
  const [second] = await moreVisits(scene, 1);
  await sari.tells(second!, [BIG]);
  server.heard.length = 0;
  await sari.sync();
  expect(sizes()[0]!).toBeLessThan(64 * KIB);
});

test("photos the server takes later are asked for again when others are through", async () => {
  const { server } = scene;
  await sari.sync();
  const [visit] = await moreVisits(scene, 1);
  await sari.tells(visit!, [SMALL, SMALL, SMALL, SMALL, SMALL]);
  server.uploadsMax = 2;
  server.heard.length = 0;
  const report = await sari.sync();
  expect([isDone(report), report.photos, report.notes]).toEqual([true, 5, []]);
  expect(server.requests("sync").length, "one for each lot of photos").toBe(3);
});

test("photos the server does not take today wait and are told", async () => {
  const { server } = scene;
  server.uploadsMax = 0;
  const report = await sari.sync();
  expect([report.submissions, report.photos, report.remains.photos]).toEqual([1, 0, 1]);
  expect(report.notes.map((note) => [note.code, note.facts])).toEqual([["photos-later", { count: 1 }]]);
  expect(sari.waits).toEqual([]);
  server.uploadsMax = null;
  expect(isDone(await sari.sync())).toBe(true);
});

test("one photo's bytes are in memory at a time", async () => {
  const [visit] = await moreVisits(scene, 1);
  await sari.tells(visit!, [SMALL, SMALL, SMALL]);
  let asked = 0;
  const { file } = sari.book;
  sari.book.file = (name) => {
    asked += 1;
    return file.call(sari.book, name);
  };
  const atEach: number[] = [];
  sari.whenHeard = (event) => event.step === "upload" && event.offset === 0 && atEach.push(asked);
  await sari.sync();
  expect(atEach).toEqual([0, 1, 2, 3]);
});
