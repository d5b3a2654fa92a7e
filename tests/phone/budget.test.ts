/** Sari's data plan: documents always go, photos as far as she allows, and she is told what waits and why (K13). */

import { NO_LIMIT } from "@/rules/budget";
import { BIG, KIB, type Sari, type Scene, aScene, codes, isDone, moreVisits } from "./sari";
import { before, cutRequest, times } from "./scripted_server";

const PLENTY = 700 * KIB;
const DOCUMENTS = { ...NO_LIMIT, documents_only: true };
const aDay = (bytes_a_day: number) => ({ ...NO_LIMIT, bytes_a_day });

let scene: Scene;
let sari: Sari;
beforeEach(async () => {
  scene = await aScene();
  ({ sari } = scene);
  await sari.tells(scene.visit, [BIG, BIG, BIG, BIG, BIG]);
  scene.server.heard.length = 0;
});

const bytesOfPhotos = () => scene.server.requests("PATCH").reduce((sum, heard) => sum + heard.body.length, 0);

function spent(): number {
  const two = (number: number) => String(number).padStart(2, "0");
  return sari.ledger.spent(`${sari.moment.getFullYear()}-${two(sari.moment.getMonth() + 1)}-${two(sari.moment.getDate())}`);
}

test("documents only sends the visit and no photo; photos are announced, once", async () => {
  const { server } = scene;
  const report = await sari.sync({ budget: DOCUMENTS });
  expect([report.submissions, report.photos, report.remains.photos, codes(report)]).toEqual([1, 0, 5, ["documents-only"]]);
  await sari.sync({ budget: DOCUMENTS });
  expect([server.requests("PATCH"), server.photos.size]).toEqual([[], 5]);
  expect(server.requests("sync").map((heard) => heard.said!["photos"].length)).toEqual([5, 0]);
  expect(isDone(await sari.sync())).toBe(true);
});

test("photos go until the day's budget is spent, and the rest goes the next days", async () => {
  const report = await sari.sync({ budget: aDay(PLENTY) });
  expect([report.submissions, codes(report), report.notes[0]!.facts["kib"]]).toEqual([1, ["budget-spent"], 700]);
  expect([report.remains.photos > 0, report.remains.photos < 5]).toEqual([true, true]);
  expect(report.bytes_up + report.bytes_down).toBeLessThanOrEqual(PLENTY);
  expect(PLENTY - 40 * KIB < spent() && spent() <= PLENTY + KIB, "and it is used as far as a piece fits").toBe(true);
  sari.later({ days: 1 });
  expect((await sari.sync({ budget: aDay(PLENTY) })).photos).toBeGreaterThan(0);
  sari.later({ days: 1 });
  expect(isDone(await sari.sync({ budget: aDay(PLENTY) }))).toBe(true);
});

test("a second sync of the same day finds the budget spent", async () => {
  await sari.sync({ budget: aDay(PLENTY) });
  const report = await sari.sync({ budget: aDay(PLENTY) });
  expect(bytesOfPhotos()).toBeLessThanOrEqual(PLENTY);
  expect([report.photos, report.photo_bytes]).toEqual([0, 0]);
});

test("a piece is written down before it goes, so a page killed meanwhile has not sent it for nothing", async () => {
  const seen: number[] = [];
  scene.server.next("PATCH", before(() => seen.push(spent())));
  await sari.sync();
  expect(seen[0]).toBeGreaterThan(BIG);
});

test("a cut line does not get more than the budget", async () => {
  scene.server.next("PATCH", ...times(40, cutRequest(1000)));
  for (let run = 0; run < 2; run += 1) await sari.sync({ budget: aDay(PLENTY), failuresMax: 40 });
  const report = await sari.sync({ budget: aDay(PLENTY), failuresMax: 40 });
  expect(report.remains.photos).toBeGreaterThan(0);
  // What a broken request got through nobody knows, so all of it was counted.
  expect(spent()).toBeLessThanOrEqual(PLENTY + 20 * KIB);
});

test("documents go beyond the budget unless she says otherwise", async () => {
  await sari.sync({ budget: aDay(PLENTY) });
  const [second] = await moreVisits(scene, 1);
  await sari.jotsDown(second!);
  const held = await sari.sync({ budget: { ...aDay(10), documents_wait: true } });
  expect([held.problem?.code, held.requests, held.remains.submissions]).toEqual(["budget-spent", 0, 1]);
  expect((await sari.sync({ budget: aDay(10) })).submissions).toBe(1);
});

test("her wish is remembered until she changes it", async () => {
  const wish = { bytes_a_day: 9_000_000, documents_only: true, documents_wait: false };
  await sari.phone.setBudget(wish);
  expect(sari.phone.budget()).toEqual(wish);
  expect((await sari.sync()).photos).toBe(0);
  await sari.phone.setBudget(NO_LIMIT);
  expect((await sari.sync()).photos).toBe(5);
});

test("a clock that jumps while photos go gives no second budget", async () => {
  sari.whenHeard = () => sari.later({ days: 1 });
  const report = await sari.sync({ budget: aDay(PLENTY) });
  expect(report.bytes_up + report.bytes_down).toBeLessThanOrEqual(PLENTY);
  expect(report.remains.photos).toBeGreaterThan(0);
});

test("a clock that jumps to and fro gives no day twice", async () => {
  const today = sari.moment;
  for (const days of [0, 3, 0, 3, 0, 3]) {
    sari.moment = new Date(today.getTime() + days * 86_400_000);
    await sari.sync({ budget: aDay(400 * KIB) });
  }
  expect(bytesOfPhotos()).toBeLessThanOrEqual(2 * 400 * KIB);
});
