/** Sari learns with a visit that was made on her phone and never leaves it. */

import { Engine } from "@/engine/entry";
import type { Listed } from "@/engine/types";
import { valueFits } from "@/rules/answers";
import { exportUnsent } from "@/store/unsent";
import type { Item, Json } from "@/wire/types";
import { windowOf } from "@/wire/visit";
import { type Scene, SMALL, aScene, isDone } from "./sari";

let scene: Scene;
let practice: string;

beforeEach(async () => {
  scene = await aScene();
  practice = (await scene.sari.phone.startPractice()).id;
});

const VALUES: Record<Item["type"], Json> = {
  YN: true,
  "YN-": true,
  SC: "jelas",
  NUM: 3,
  NUM2: [2, 4],
  MIN: 12,
  DUR: [2, 2],
  DAY: "none",
  IDR2: [25_000, null],
};

async function answerAll(phone: Engine): Promise<void> {
  await phone.start(practice);
  for (const item of phone.items(practice)) await phone.answer(practice, item.code, { value: VALUES[item.type] });
}

const listed = (): Listed => scene.sari.phone.visits().find((each) => each.visit.practice)!;

test("it is listed last, ready, and open today", () => {
  const { sari } = scene;
  expect(sari.phone.visits().map((each) => each.visit.practice)).toEqual([false, true]);
  expect([listed().ready, listed().begun, listed().visit.state]).toEqual([true, false, "assigned"]);
  const { opens, closes } = windowOf(listed().visit);
  expect([Date.parse(opens) <= sari.moment.getTime(), Date.parse(closes) > sari.moment.getTime()]).toEqual([true, true]);
});

test("it uses every kind of item, a condition, a compulsory note, and every rule for photos, in both languages", async () => {
  const { phone } = scene.sari;
  const items = phone.items(practice);
  expect(new Set(items.map((item) => item.type))).toEqual(new Set(Object.keys(VALUES)));
  expect(new Set(items.map((item) => item.photo))).toEqual(new Set(["required", "optional", "forbidden", "none"]));
  expect(items.every((item) => item.question.id && item.question.en && item.question.id !== item.question.en)).toBe(true);
  expect(items.every((item) => valueFits(item, VALUES[item.type], phone.facts(practice)))).toBe(true);
  expect(phone.asked(practice).map((item) => item.code)).not.toContain("L2.3");
  await answerAll(phone);
  expect(phone.missing(practice)).toEqual([
    { item: "L1.1", code: "photo-missing" },
    { item: "L3.2", code: "note-missing" },
  ]);
});

test("all of it is like a real visit, and nothing of it ever goes on the line", async () => {
  const { sari, server } = scene;
  const { phone } = sari;
  await answerAll(phone);
  await phone.mark(practice, "arrived");
  await phone.addPhoto(practice, sari.picture(SMALL), { item: "L1.1" });
  expect([sari.outbox.waiting().size, phone.unsent().drafts]).toEqual([0, 0]);
  const receipt = await phone.finish(practice);
  expect([listed().told!.id, listed().photosWaiting, phone.receipts(), phone.draft(practice)]).toEqual([receipt.id, 0, [], null]);
  expect(phone.unsent()).toEqual({ drafts: 0, submissions: 0, photos: 0, photo_bytes: 0, oldest: null });

  const heard = server.heard.length;
  expect(isDone(await sari.sync())).toBe(true);
  server.epoch = "epoch2";
  expect((await sari.sync()).healed).toBe(0);
  const said = JSON.stringify(server.heard.slice(heard).map((each) => each.said));
  expect([said.includes(practice), said.includes(receipt.id), server.submissions.size, server.photos.size]).toEqual([
    false,
    false,
    0,
    0,
  ]);
  expect(await (await exportUnsent(sari.book, sari.moment)).text()).not.toContain(practice);
  expect(listed().told!.state).toBe("kept");
});

test("a list that is read anew leaves it where it is", async () => {
  const { sari, server } = scene;
  await answerAll(sari.phone);
  server.epoch = "epoch2";
  await sari.sync();
  expect(sari.phone.draft(practice)!.fields.answers["L1.3"]!.value).toBe(3);
});

test("while it is under way it goes on; once it was finished the next begins from nothing", async () => {
  const { sari } = scene;
  await answerAll(sari.phone);
  const photo = await sari.phone.addPhoto(practice, sari.picture(SMALL), { item: "L1.1" });
  expect((await sari.phone.startPractice()).id).toBe(practice);
  expect(sari.phone.draft(practice)!.fields.photos.length).toBe(1);
  await sari.phone.finish(practice);
  await sari.phone.startPractice();
  expect([listed().told, sari.phone.photos(practice), await sari.book.file(photo.id)]).toEqual([null, [], null]);
  expect((await sari.phone.start(practice)).fields.answers).toEqual({});
});
