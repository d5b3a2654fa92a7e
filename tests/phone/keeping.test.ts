/** When the phone syncs without anybody asking for it. Time passes only when the test says so. */

import { type Keeper, type World, keepSynced } from "@/engine/keeping";
import type { Event, Report } from "@/engine/types";
import { type Sari, type Scene, SMALL, aScene, isDone, moreVisits, randomFrom } from "./sari";
import { status, times } from "./scripted_server";

const MINUTE = 60;
const QUARTER = 15 * MINUTE;

/** The world of a page: its timers, what it hears, and whether the screen is kept awake. */
class Page implements World {
  seconds = 0;
  awake = 0;
  timers: { at: number; act: () => void }[] = [];
  came: (what: "online" | "visible") => void = () => undefined;
  readonly random = randomFrom(3);
  readonly watch = () => this.seconds;

  after(seconds: number, act: () => void): () => void {
    const timer = { at: this.seconds + seconds, act };
    this.timers.push(timer);
    return () => (this.timers = this.timers.filter((other) => other !== timer));
  }
  listen(came: (what: "online" | "visible") => void): () => void {
    this.came = came;
    return () => (this.came = () => undefined);
  }
  async stayAwake(): Promise<() => void> {
    this.awake += 1;
    return () => (this.awake -= 1);
  }
  /** How long until the next timer. */
  get next(): number[] {
    return this.timers.map((timer) => timer.at - this.seconds);
  }
  passes(seconds: number): void {
    this.seconds += seconds;
    const due = this.timers.filter((timer) => timer.at <= this.seconds);
    this.timers = this.timers.filter((timer) => timer.at > this.seconds);
    for (const timer of due) timer.act();
  }
}

let scene: Scene;
let sari: Sari;
let page: Page;
let keeper: Keeper;
let begun: number;
let reports: (Report | null)[];
let problems: string[];
let events: Event[];

beforeEach(async () => {
  scene = await aScene();
  ({ sari } = scene);
  page = new Page();
  [begun, reports, problems, events] = [0, [], [], []];
  scene.server.heard.length = 0;
});
afterEach(() => keeper.stop());

async function opens(): Promise<void> {
  const hooks = {
    began: () => void (begun += 1),
    heard: (event: Event) => void events.push(event),
    ended: (report: Report | null) => void reports.push(report),
    failed: (problem: { code: string }) => void problems.push(problem.code),
  };
  keeper = keepSynced(sari.phone, hooks, page);
  sari.book.subscribe(() => keeper.changed());
  await runs(1);
}

/** So many runs have ended, and none goes on. */
async function runs(count: number): Promise<void> {
  await vi.waitFor(() => expect(reports.length).toBe(count));
  await new Promise((soon) => setTimeout(soon, 5));
  expect([begun, reports.length]).toEqual([count, count]);
}

test("it syncs on opening, and every fifteen minutes when nothing happens", async () => {
  await opens();
  expect([isDone(reports[0]!), page.next]).toEqual([true, [QUARTER]]);
  page.passes(QUARTER - 1);
  await runs(1);
  page.passes(1);
  await runs(2);
  expect([scene.server.requests("sync").length, page.next]).toEqual([2, [QUARTER]]);
});

test("it tries when the network seems to come back, and when the page is looked at again", async () => {
  await opens();
  page.came("online");
  await runs(2);
  page.came("visible");
  await runs(3);
  expect(page.next).toEqual([QUARTER]);
});

test("two seconds after a visit was finished it is sent", async () => {
  const { server, visit } = scene;
  await opens();
  await sari.tells(visit);
  await vi.waitFor(() => expect(page.next).toEqual([2]));
  page.passes(2);
  await runs(2);
  expect([server.told(), reports[1]!.photos]).toEqual([[visit], 1]);
});

test("a visit finished while a run goes on goes with it, and no other run is planned for it", async () => {
  const { server, visit } = scene;
  await sari.phone.start(visit);
  server.next("sync", { act: "before", do: () => sari.phone.finish(visit) });
  await opens();
  expect([server.told(), page.next]).toEqual([[visit], [QUARTER]]);
});

test("a visit finished while a run closes its books is sent two seconds later", async () => {
  const [visit] = await moreVisits(scene, 1);
  await sari.tells(scene.visit);
  await sari.phone.start(visit!);
  const [photo] = sari.phone.photos(scene.visit);
  let finishing: unknown;
  sari.watch = () => {
    if (sari.photo(photo!.id).state === "stored") finishing ??= sari.phone.finish(visit!);
    return 0;
  };
  await opens();
  expect([reports[0]!.remains.submissions, page.next]).toEqual([0, [2]]);
});

test("a draft that lay dirty for a minute is sent, however often it changes meanwhile", async () => {
  const { server, visit } = scene;
  await opens();
  await sari.visits(visit, []);
  await vi.waitFor(() => expect(page.next).toEqual([MINUTE]));
  page.passes(40);
  await sari.phone.answer(visit, "A4", { value: 6 });
  await runs(1);
  expect(page.next).toEqual([20]);
  page.passes(20);
  await runs(2);
  expect(JSON.parse(server.drafts.get(visit)!.doc!).answers.A4.value).toBe(6);
});

test("after a run that failed it tries again by itself, later each time, whatever the person does", async () => {
  const { server } = scene;
  server.next("sync", ...times(8 * 12, status(500)));
  await opens();
  const waits: number[] = [];
  for (let run = 2; run <= 12; run += 1) {
    waits.push(...page.next);
    page.passes(page.next[0]!);
    await runs(run);
  }
  expect(waits.map((seconds, n) => seconds <= Math.min(QUARTER, 2 * 2 ** n))).toEqual(waits.map(() => true));
  expect(Math.max(...waits)).toBeGreaterThan(2 * MINUTE);
  page.passes(page.next[0]!);
  await runs(13);
  expect([isDone(reports.at(-1)!), page.next]).toEqual([true, [QUARTER]]);
});

test("a phone the server no longer knows does not ask again and again, but it does when she signed in", async () => {
  scene.server.next("sync", status(401, "token-expired"));
  await opens();
  expect([reports[0]!.problem?.code, page.next]).toEqual(["sign-in-again", []]);
  page.came("online");
  page.came("visible");
  await sari.tells(scene.visit);
  await runs(1);
  await keeper.now();
  await runs(2);
  expect(scene.server.told()).toEqual([scene.visit]);
});

test("a server that wants to be left alone for a day is, unless she taps", async () => {
  const { server, visit } = scene;
  server.next("sync", status(429, "trouble", { headers: { "Retry-After": "86400" } }));
  await opens();
  expect(page.next).toEqual([86400]);
  page.came("online");
  await sari.tells(visit);
  await runs(1);
  expect(page.next).toEqual([86400]);
  await keeper.now();
  await runs(2);
  expect(server.told()).toEqual([visit]);
});

test("a tap while a run goes on joins it", async () => {
  await sari.tells(scene.visit);
  const opening = opens();
  await keeper.now();
  await opening;
  await runs(1);
  expect(scene.server.requests("sync").length).toBe(1);
});

test("while photos are under way the screen stays awake, and no longer", async () => {
  await sari.tells(scene.visit, [SMALL, SMALL]);
  const awake: number[] = [];
  sari.whileWaiting = () => awake.push(page.awake);
  scene.server.next("sync", status(500));
  scene.server.next("PATCH", status(500));
  await opens();
  expect([isDone(reports[0]!), awake, page.awake]).toEqual([true, [0, 1], 0]);
});

test("what cannot be sent does not keep the phone busy", async () => {
  const [other] = await moreVisits(scene, 1);
  const bad = await sari.jotsDown(other!);
  scene.server.refuses = (said) => said["items"].some((item: { id: string }) => item.id === bad.id);
  await opens();
  await sari.phone.start(scene.visit);
  await runs(1);
  expect([reports[0]!.remains.submissions, page.next]).toEqual([1, [MINUTE]]);
});

test("a run that cannot even begin is told", async () => {
  await sari.phone.signOut();
  await opens();
  expect([reports, problems]).toEqual([[null], ["sign-in-again"]]);
});

test("when it is stopped nothing more happens", async () => {
  const { server, visit } = scene;
  await opens();
  keeper.stop();
  await sari.tells(visit);
  page.came("online");
  page.passes(QUARTER);
  await keeper.now();
  await runs(1);
  expect([server.told(), page.next]).toEqual([[], []]);
});

test("stopping ends a run under way between two pieces, and it is told to nobody", async () => {
  await sari.tells(scene.visit, [SMALL, SMALL, SMALL]);
  scene.server.next("PATCH", { act: "before", do: () => keeper.stop() });
  const hooks = { began: () => (begun += 1), heard: () => undefined, ended: () => reports.push(null), failed: () => undefined };
  keeper = keepSynced(sari.phone, hooks, page);
  await vi.waitFor(() => expect(scene.server.requests("PATCH").length).toBe(1));
  await new Promise((soon) => setTimeout(soon, 20));
  expect([scene.server.requests("PATCH").length, reports, page.awake]).toEqual([1, [], 0]);
  expect(sari.phone.unsent().photos).toBe(2);
});
