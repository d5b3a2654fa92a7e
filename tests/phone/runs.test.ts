/** One run at a time, runs that are ended early, and what is remembered of the last ten. */

import type { RunReport } from "@/engine/report";
import { CLIENT, utcText } from "@/wire/names";
import { type Sari, type Scene, BIG, SMALL, aScene, isDone, moreVisits } from "./sari";
import { before, cutRequest, status, times } from "./scripted_server";

let scene: Scene;
let sari: Sari;
beforeEach(async () => {
  scene = await aScene();
  ({ sari } = scene);
});

test("K5: who asks again while a run goes on joins it, and both hear one report", async () => {
  const { server, visit } = scene;
  await sari.tells(visit);
  server.heard.length = 0;
  let second: Promise<unknown> | undefined;
  server.next("sync", before(() => void (second = sari.sync())));
  const first = await sari.sync();
  expect(await second).toBe(first);
  expect([isDone(first), server.requests("sync").length]).toEqual([true, 1]);
});

test("K5: what is finished while a run closes its books goes with another, at once", async () => {
  const { server, visit } = scene;
  const [other] = await moreVisits(scene, 1);
  await sari.phone.start(other!);
  await sari.tells(visit);
  const [photo] = sari.phone.photos(visit);
  // After the photo the clock is read once more, for the report.
  let second: Promise<RunReport> | undefined;
  sari.watch = () => {
    if (sari.photo(photo!.id).state === "stored" && !second) {
      void sari.phone.finish(other!);
      second = sari.sync() as Promise<RunReport>;
    }
    return 0;
  };
  const first = await sari.sync();
  expect([first.submissions, (await second!).submissions, server.told()]).toEqual([1, 1, [visit, other]]);
});

test("K5: who wants to send while a run only fetches is not put off with that", async () => {
  const { server, visit } = scene;
  await sari.tells(visit);
  let sending: Promise<RunReport> | undefined;
  server.next("sync", before(() => void (sending = sari.sync() as Promise<RunReport>)));
  const fetched = await sari.pulls();
  expect([fetched.submissions, (await sending!).submissions]).toEqual([0, 1]);
});

test("asking again ends a pause that was only ours", async () => {
  const { server, visit } = scene;
  await sari.tells(visit);
  server.next("sync", status(500));
  let woken = false;
  sari.whileWaiting = (ended) =>
    new Promise((over) => {
      ended.addEventListener("abort", () => over((woken = true)));
      void sari.sync();
    });
  expect(isDone(await sari.sync())).toBe(true);
  expect(woken).toBe(true);
});

test("asking again does not end a pause the server asked for", async () => {
  const { server, visit } = scene;
  await sari.tells(visit);
  server.next("sync", status(503, "trouble", { headers: { "Retry-After": "40" } }));
  let woken = false;
  sari.whileWaiting = (ended) => {
    ended.addEventListener("abort", () => (woken = true));
    void sari.sync();
  };
  expect(isDone(await sari.sync())).toBe(true);
  expect(woken).toBe(false);
});

test("a run that is ended in a pause ends at once, and nothing is lost", async () => {
  const { server, visit } = scene;
  const receipt = await sari.tells(visit);
  const ending = new AbortController();
  server.next("sync", ...times(9, status(500)));
  let ended = false;
  sari.whileWaiting = (signal) => {
    ending.abort();
    ended = signal.aborted;
  };
  const report = await sari.sync({ signal: ending.signal });
  expect(ended).toBe(true);
  expect([report.requests, report.problem, report.remains.submissions]).toEqual([1, null, 1]);
  expect(sari.told(receipt).doc).toBeTruthy();
});

test("a run that is ended while a photo is on its way ends after the piece", async () => {
  const { server, visit } = scene;
  await sari.tells(visit, [BIG]);
  sari.isSlow();
  const ending = new AbortController();
  server.next("PATCH", before(() => undefined), before(() => ending.abort()));
  const report = await sari.sync({ signal: ending.signal });
  expect([report.problem, report.remains.photos, server.requests("PATCH").length]).toEqual([null, 1, 2]);
  const [photo] = sari.phone.photos(visit);
  expect([photo!.state, photo!.offset]).toEqual(["sending", server.photo(photo!.id).bytes.length]);
  sari.watch = () => performance.now() / 1000;
  expect(isDone(await sari.sync())).toBe(true);
});

test("a run leaves a record of what it did", async () => {
  const { server, visit } = scene;
  await sari.tells(visit, [SMALL, SMALL]);
  server.next("sync", status(503));
  server.next("PATCH", cutRequest(10));
  const report = await sari.sync();
  const { n, seconds, waited_seconds, piece_bytes, ...record } = sari.phone.runs()[0]!;
  expect(typeof n).toBe("number");
  expect(seconds).toBeCloseTo(report.seconds, 2);
  expect(waited_seconds).toBeCloseTo(sari.waits.reduce((a, b) => a + b), 2);
  expect(piece_bytes).toBeGreaterThanOrEqual(16 * 1024);
  expect(record).toEqual({
    began_at: "2026-03-04T01:12:00.000Z",
    server_time: "2026-03-04T02:20:13.101Z",
    client: CLIENT,
    ended: true,
    requests: report.requests,
    bytes_up: report.bytes_up,
    bytes_down: report.bytes_down,
    sent: { submissions: 1, drafts: 0, photos: 2, photo_bytes: report.photo_bytes },
    changes: 1,
    papers: 0,
    waits: 2,
    healed: 0,
    failures: { trouble: 1, "no-answer": 1 },
    problem: null,
    notes: {},
    unsent: { drafts: 0, submissions: 0, photos: 0, photo_bytes: 0 },
  });
});

test("only the last ten are kept, the newest first", async () => {
  for (let run = 0; run < 12; run += 1) {
    sari.later({ minutes: 1 });
    await sari.pulls();
  }
  const begun = sari.phone.runs().map((record) => record["began_at"] as string);
  expect(begun.length).toBe(10);
  expect(begun).toEqual([...begun].sort().reverse());
  expect(begun[0]).toBe(utcText(sari.moment));
});

test("nothing anybody wrote stands in a record", async () => {
  const { server, visit } = scene;
  await sari.visits(visit);
  await sari.phone.describe(visit, { narrative: "Petugas bernama Slamet." });
  await sari.phone.finish(visit);
  server.next("sync", status(500, "Slamet", { title: "Slamet" }), status(422, "Slamet was here", { title: "Slamet" }));
  server.next("PATCH", status(401, "Slamet was here", { title: "Slamet" }));
  expect((await sari.sync()).problem?.code).toBe("sign-in-again");
  const told = JSON.stringify(sari.phone.runs());
  const written = ["Slamet", "Samsat", "Pelaihari", "Tanyakan", "Sari", "sari", visit, "STNK", "samar.test"];
  expect(written.filter((word) => told.includes(word))).toEqual([]);
  expect(sari.phone.runs()[0]!["problem"]).toBe("sign-in-again");
});

test("a run that never ended is seen", async () => {
  sari.whenHeard = () => {
    throw new Error("killed");
  };
  await expect(sari.sync()).rejects.toThrow("killed");
  expect(sari.phone.runs()[0]).toMatchObject({ began_at: "2026-03-04T01:12:00.000Z", client: CLIENT, ended: false });
});

test("what waits is told once, and not while the server can see it", async () => {
  const { server, visit } = scene;
  await sari.visits(visit, []);
  await sari.pulls();
  await sari.pulls();
  await sari.sync();
  await sari.sync();
  const told = server.requests("sync").slice(1).map((heard) => heard.said!["pending"]);
  expect(told).toEqual([{ drafts: 1 }, null, {}, null]);
});

test("events tell a watcher how far the photos are", async () => {
  const { visit } = scene;
  await sari.tells(visit, [BIG]);
  sari.events.length = 0;
  sari.isSlow();
  await sari.sync();
  const steps = sari.events.filter((event) => event.photo).map((event) => [event.offset, event.size, event.left]);
  expect(steps[0]).toEqual([0, BIG, 1]);
  expect(steps.at(-1)).toEqual([BIG, BIG, 1]);
  const offsets = steps.map(([offset]) => offset!);
  expect(offsets).toEqual([...offsets].sort((a, b) => a - b));
  expect(new Set(sari.events.map((event) => event.step))).toEqual(new Set(["exchange", "upload"]));
});
