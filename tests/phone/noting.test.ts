/** Moments noted on the way: placed when the place is known, set earlier when they were noted late. */

import { type Sari, aScene } from "./sari";

let sari: Sari;
let visit: string;
beforeEach(async () => {
  const scene = await aScene();
  [sari, visit] = [scene.sari, scene.visit];
  await sari.phone.start(visit);
});

test("a place that is known seconds later does not change when the moment was noted", async () => {
  const [arrived] = (await sari.phone.mark(visit, "arrived")).fields.marks;
  sari.later({ minutes: 1 });
  const place = { lat: -3.8, lon: 114.76, accuracy_m: 12 };
  const { fields } = await sari.phone.mark(visit, "arrived", { at: new Date(arrived!.at), place });
  expect([fields.marks, fields.place]).toEqual([[arrived], { arrived: place }]);
});

test("a moment that is set earlier says when that was noted", async () => {
  const [arrived] = (await sari.phone.mark(visit, "arrived")).fields.marks;
  sari.later({ minutes: 10 });
  const five = new Date(new Date(arrived!.at).getTime() - 5 * 60_000);
  const [earlier] = (await sari.phone.mark(visit, "arrived", { at: five })).fields.marks;
  expect(new Date(arrived!.at).getTime() - new Date(earlier!.at).getTime()).toBe(5 * 60_000);
  expect(new Date(earlier!.recorded_at).getTime() - new Date(arrived!.recorded_at).getTime()).toBe(10 * 60_000);
});
