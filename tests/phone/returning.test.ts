/** A visit comes back to Sari: what was told is there, and what the coordinator wrote becomes small tasks. */

import type { SubmissionRow } from "@/store/types";
import type { Fields } from "@/wire/types";
import { type Scene, SMALL, aScene, isDone, moreVisits } from "./sari";

let scene: Scene;
let receipt: SubmissionRow;
let photo: string;

beforeEach(async () => {
  scene = await aScene();
  const { sari, server, visit } = scene;
  receipt = await sari.tells(visit, [SMALL]);
  photo = sari.phone.photos(visit)[0]!.id;
  await sari.sync();
  const points = [
    { item: "A4", photo: null, reason: "unclear", note: "Berapa loket?" },
    { item: "A1", photo, reason: "blurred", note: "Papan tidak terbaca." },
    { item: "A5", photo: null, reason: "note", note: "Beri catatan." },
  ];
  const returned = { attempt: 1, note: "Dua butir lagi.", points, decided_at: "2026-03-05T01:00:00Z" };
  server.put(visit, { state: "returned", attempt: 2, returned, previous: { id: receipt.id, digest: receipt.digest } });
  await sari.sync();
});

const done = (): boolean[] => scene.sari.phone.tasks(scene.visit).map((task) => task.done);
const open = (): number => scene.sari.phone.visits()[0]!.tasks;

test("its points are tasks that are open before anything is begun", () => {
  expect(scene.sari.phone.tasks(scene.visit)[1]).toEqual({
    item: "A1",
    photo,
    reason: "blurred",
    note: "Papan tidak terbaca.",
    done: false,
  });
  expect([done(), open()]).toEqual([[false, false, false], 3]);
});

test("what was told before can be looked at, without its statement, and is what the draft begins with", async () => {
  const { sari, visit } = scene;
  const told = JSON.parse(sari.textOf(receipt)!) as Fields;
  expect(sari.phone.toldBefore(visit)!.answers).toEqual(told.answers);
  sari.later({ days: 1 });
  const draft = await sari.phone.start(visit);
  expect(draft.fields).toEqual({
    ...told,
    attempt: 2,
    parent: receipt.id,
    statement: null,
    finished_at: undefined,
  });
  expect(sari.phone.photosOfDraft(visit)).toEqual([{ id: photo, where: "here", items: ["A1"] }]);
});

test("a task is done when the draft says something else there, whenever that was noted", async () => {
  const { sari, visit } = scene;
  sari.later({ days: 1 });
  await sari.phone.start(visit);
  await sari.phone.answer(visit, "A4", { value: 5 });
  expect(done()).toEqual([false, false, false]);
  await sari.phone.answer(visit, "A4", { value: 6 });
  await sari.phone.answer(visit, "A5", { note: "Dihitung dari karcis." });
  expect([done(), open()]).toEqual([[true, false, true], 1]);
});

test("a task about a photo is done when no answer refers to it any more, and the photo that was sent stays", async () => {
  const { sari, visit } = scene;
  await sari.phone.start(visit);
  const fresh = await sari.phone.addPhoto(visit, sari.picture(SMALL, 9), { insteadOf: photo });
  expect([done(), sari.phone.photo(photo)!.state]).toEqual([[false, true, false], "stored"]);
  expect(sari.phone.draft(visit)!.fields.answers["A1"]!.photos).toEqual([fresh.id]);
});

test("a photo that is only taken off its answer is dealt with, and one that was loose is until it is taken out", async () => {
  const { sari, server, visit } = scene;
  await sari.phone.start(visit);
  await sari.phone.answer(visit, "A1", { photos: [] });
  expect(done()).toEqual([false, true, false]);

  const loose = await sari.phone.addPhoto(visit, sari.picture(SMALL, 5));
  const second = await sari.phone.finish(visit);
  const points = [{ item: null, photo: loose.id, reason: "people", note: "" }];
  const returned = { attempt: 2, note: "", points, decided_at: "2026-03-06T01:00:00Z" };
  await sari.sync();
  server.put(visit, { state: "returned", attempt: 3, returned, previous: { id: second.id, digest: second.digest } });
  await sari.sync();
  await sari.phone.start(visit);
  expect(done()).toEqual([false]);
  await sari.phone.removePhoto(visit, loose.id);
  expect(done()).toEqual([true]);
});

test("a draft that was open here while another device told the visit goes on in the new attempt", async () => {
  const { sari, server } = scene;
  const [visit] = (await moreVisits(scene, 1)) as [string];
  await sari.phone.start(visit);
  await sari.phone.answer(visit, "A4", { value: 2 });
  const returned = { attempt: 1, note: "", points: [], decided_at: "2026-03-05T01:00:00Z" };
  server.put(visit, { state: "returned", attempt: 2, returned });
  await sari.sync();
  const draft = await sari.phone.start(visit);
  expect([draft.attempt, draft.fields.attempt, draft.fields.answers["A4"]!.value, draft.rev]).toEqual([2, 2, 2, 3]);
});

test("once told again there is no task left, and nothing else was touched", async () => {
  const { sari, server, visit } = scene;
  await sari.phone.start(visit);
  await sari.phone.answer(visit, "A4", { value: 6 });
  const again = await sari.phone.finish(visit);
  expect([open(), sari.phone.visits()[0]!.told!.attempt]).toEqual([0, 2]);
  expect(isDone(await sari.sync())).toBe(true);
  const before = JSON.parse(sari.textOf(receipt)!) as Fields;
  const doc = JSON.parse(String(server.submissions.get(`${again.id} ${again.digest}`)!["doc"])) as Fields;
  expect(doc.answers).toEqual({ ...before.answers, A4: { ...before.answers["A4"], value: 6 } });
  expect([doc.photos, doc.started_at]).toEqual([before.photos, before.started_at]);
});
