/** What a sync does next, how long it waits, what it may spend. */

import { NO_LIMIT, documentsMayGo, photoRoom, spentOn } from "@/rules/budget";
import {
  BEGUN,
  type State,
  type Step,
  afterSync,
  afterUpload,
  nextStep,
  retryAfterSeconds,
  smallerBatch,
  waitSeconds,
} from "@/rules/steps";
import { randomFrom } from "./chance";

test.each<[Partial<State>, Step]>([
  [{}, "exchange"],
  [{ caughtUp: true }, "done"],
  [{ caughtUp: true, unsent: 1, papers: 1, uploads: 1 }, "exchange"],
  [{ caughtUp: true, papers: 1, uploads: 1 }, "fetch"],
  [{ caughtUp: true, uploads: 1 }, "upload"],
  [{ waitSeconds: 0.5, failures: 1 }, "wait"],
  [{ waitSeconds: 0.5, failures: 8, failuresMax: 8 }, "done"],
  [{ stopped: true, unsent: 5 }, "done"],
])("documents go before papers and papers before photos: %o", (state, step) => {
  expect(nextStep({ ...BEGUN, ...state })).toBe(step);
});

test("waits grow to a quarter of an hour and are never the same for all", () => {
  const random = randomFrom(7);
  for (const [n, ceiling] of [2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900].entries()) {
    const waits = Array.from({ length: 200 }, () => waitSeconds(n + 1, null, random));
    expect(Math.min(...waits)).toBeLessThan(ceiling * 0.1);
    expect(Math.max(...waits)).toBeGreaterThan(ceiling * 0.9);
    expect(Math.max(...waits)).toBeLessThanOrEqual(ceiling);
  }
  expect(waitSeconds(1, 30, () => 0)).toBe(30);
  expect(waitSeconds(1, 30, () => 1)).toBe(32);
  expect(waitSeconds(10_000, null, () => 1)).toBe(900);
});

test("when to come back is read from numbers and dates", () => {
  const now = new Date("2026-03-04T02:00:00Z");
  expect(retryAfterSeconds("120", now)).toBe(120);
  expect(retryAfterSeconds("Wed, 04 Mar 2026 02:01:30 GMT", now)).toBe(90);
  expect(retryAfterSeconds("Wed, 04 Mar 2026 01:00:00 GMT", now)).toBe(0);
  expect(
    [null, "", "soon", "-5", "1e9", "1 2", "Wed, 99 Mar 2026 01:00:00 GMT"].map((bad) => retryAfterSeconds(bad, now)),
  ).toEqual(Array(7).fill(null));
  expect(retryAfterSeconds("9".repeat(30), now)).toBe(86400);
});

test.each([
  [200, "apply"],
  [302, "stop"],
  [400, "split"],
  [401, "stop"],
  [403, "stop"],
  [408, "wait"],
  [413, "split"],
  [415, "plain"],
  [422, "split"],
  [423, "wait"],
  [425, "wait"],
  [426, "stop"],
  [429, "wait"],
  [500, "wait"],
  [503, "wait"],
  [507, "wait"],
])("every answer to an exchange means one thing: %i", (status, go) => {
  expect(afterSync(status, { things: 9 })).toBe(go);
});

test("a server that stumbles three times is sent less", () => {
  expect(afterSync(500, { failures: 3, things: 9 })).toBe("split");
  expect(afterSync(500, { failures: 3, things: 1 }), "to learn whether it is that one").toBe("split");
  expect(afterSync(500, { failures: 3, things: 0 })).toBe("wait");
  expect([503, 507].map((status) => afterSync(status, { failures: 3, things: 9 }))).toEqual(["wait", "wait"]);
  expect([50, 25, 12, 6, 3, 1].map(smallerBatch)).toEqual([25, 12, 6, 3, 1, 0]);
});

test("a code may say more than a status", () => {
  expect(afterSync(400, { code: "body-cut", things: 9 })).toBe("wait");
  expect(afterSync(400, { code: "protocol-unknown", things: 9 })).toBe("stop");
  expect(afterSync(426), "only to a request that pushes nothing").toBe("push only");
  expect(afterUpload(400, "body-cut")).toBe("wait");
});

test.each([
  [200, "kept"],
  [201, "kept"],
  [204, "kept"],
  [302, "stop"],
  [400, "renew"],
  [401, "stop"],
  [403, "renew"],
  [404, "renew"],
  [409, "move"],
  [410, "renew"],
  [412, "stop"],
  [413, "shrink"],
  [415, "stop"],
  [418, "stop"],
  [423, "wait"],
  [429, "wait"],
  [460, "resend"],
  [500, "wait"],
  [503, "wait"],
  [507, "wait"],
])("every answer to a piece means one thing: %i", (status, go) => {
  expect(afterUpload(status)).toBe(go);
});

// Budget

test("k13 photos never go beyond the budget, and heads count", () => {
  const budget = { ...NO_LIMIT, bytes_a_day: 100_000 };
  expect([0, 50_000, 98_976, 99_000, 200_000].map((spent) => photoRoom(budget, spent))).toEqual([98_976, 48_976, 0, 0, 0]);
  expect(photoRoom(NO_LIMIT, 10 ** 12)).toBe(null);
  expect(photoRoom({ ...NO_LIMIT, documents_only: true }, 0)).toBe(0);
});

test("documents go first and always, unless she asked that they wait too", () => {
  const budget = { ...NO_LIMIT, bytes_a_day: 1000 };
  expect(documentsMayGo(budget, 5000)).toBe(true);
  expect([999, 1000].map((spent) => documentsMayGo({ ...budget, documents_wait: true }, spent))).toEqual([true, false]);
  expect(documentsMayGo({ ...NO_LIMIT, documents_wait: true }, 10 ** 12)).toBe(true);
});

test("a clock that jumps to and fro gives no budget twice, and old days are forgotten", () => {
  let days = spentOn([], "2026-03-04", 700);
  days = spentOn(days, "2026-03-07", 10);
  days = spentOn(days, "2026-03-04", 20);
  expect(days).toEqual([
    ["2026-03-07", 10],
    ["2026-03-04", 700],
  ]);
  for (let day = 10; day < 17; day += 1) days = spentOn(days, `2026-03-${day}`, 1);
  expect(days.map(([day]) => day)).toEqual(["2026-03-04", ...[10, 11, 12, 13, 14, 15, 16].map((day) => `2026-03-${day}`)]);
});
