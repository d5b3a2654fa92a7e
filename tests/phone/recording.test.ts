/** Sari records without a network: every answer is kept at once, and nothing finished ever changes. */

import * as inside from "@/errors-inside";
import { PHOTOS_MAX } from "@/engine/recording";
import { gapWords } from "@/rules/answers";
import { localText, sha256Text, uuid7 } from "@/wire/names";
import type { Fields } from "@/wire/types";
import { type Scene, SMALL, aScene, isDone } from "./sari";
import { Disk, appOver } from "./scripted_book";
import { ScriptedServer, aChecklist, aVisit } from "./scripted_server";

let scene: Scene;

beforeEach(async () => {
  scene = await aScene();
});

const fields = (): Fields => scene.sari.phone.draft(scene.visit)!.fields;
const now = (): string => localText(scene.sari.moment);

test("a visit can begin only when its checklist is here", async () => {
  const { sari, server } = scene;
  const visit = uuid7();
  server.put(visit, aVisit(await sha256Text("elsewhere")));
  await sari.pulls();
  expect(sari.phone.visits().map((listed) => listed.ready)).toEqual([true, false]);
  await expect(sari.phone.start(visit)).rejects.toThrow(inside.ChecklistMissing);
});

test("K1: every answer is on the disk when its promise resolves", async () => {
  const server = new ScriptedServer();
  const visit = uuid7();
  server.put(visit, aVisit(await server.publish(aChecklist())));
  const disk = await Disk.ofSari();
  const phone = appOver(await disk.open(), server);
  await phone.sync();
  await phone.start(visit);
  await phone.answer(visit, "A4", { value: 3, note: "Dihitung dua kali." });

  const another = appOver(await disk.open(), server);
  const at = localText(new Date("2026-03-04T01:12:00Z"));
  expect(another.draft(visit)!.fields.answers).toEqual({
    A4: { value: 3, note: "Dihitung dua kali.", observed_at: at, recorded_at: at },
  });
});

test("of two taps at once both are kept", async () => {
  const { phone } = scene.sari;
  await phone.start(scene.visit);
  const taps = [phone.answer(scene.visit, "A4", { value: 3 }), phone.answer(scene.visit, "A5", { value: 12 })];
  await Promise.all([...taps, phone.addPhoto(scene.visit, scene.sari.picture(SMALL), { item: "A1" })]);
  expect(Object.keys(fields().answers).sort()).toEqual(["A1", "A4", "A5"]);
  expect(phone.draft(scene.visit)!.rev).toBe(4);
});

test("what she is shown cannot be changed behind the phone's back", async () => {
  const { phone } = scene.sari;
  await phone.start(scene.visit);
  const context = { waiting_people: 7 };
  await phone.describe(scene.visit, { context });
  context.waiting_people = 9;
  expect(fields().context).toEqual({ waiting_people: 7 });
});

test("an answer given again keeps its note and changes its value", async () => {
  const { sari, visit } = scene;
  await sari.phone.start(visit);
  const first = now();
  await sari.phone.answer(visit, "A1", { na: true, note: "Tutup." });
  expect(fields().answers["A1"]).toEqual({ na: true, note: "Tutup.", observed_at: first, recorded_at: first });
  sari.later({ minutes: 3 });
  await sari.phone.answer(visit, "A1", { value: true });
  expect(fields().answers["A1"]).toEqual({ value: true, note: "Tutup.", observed_at: first, recorded_at: now() });
  await sari.phone.unanswer(visit, "A1");
  expect(fields().answers).toEqual({});
});

test("a value, or that the item does not apply, is taken back and its note stays", async () => {
  const { phone } = scene.sari;
  await phone.start(scene.visit);
  const bare = { note: "Tutup.", observed_at: now(), recorded_at: now() };
  await phone.answer(scene.visit, "A1", { na: true, note: "Tutup." });
  await phone.answer(scene.visit, "A1", { na: false });
  expect(fields().answers["A1"]).toEqual(bare);
  await phone.answer(scene.visit, "A1", { value: true });
  await phone.answer(scene.visit, "A1", { value: null });
  expect(fields().answers["A1"]).toEqual(bare);
});

test("an answer may have been observed earlier than it was noted", async () => {
  const { sari, visit } = scene;
  await sari.phone.start(visit);
  const observedAt = new Date(sari.moment.getTime() - 600_000);
  await sari.phone.answer(visit, "A4", { value: 3, observedAt });
  expect(fields().answers["A4"]).toEqual({ value: 3, observed_at: localText(observedAt), recorded_at: now() });
});

test("what cannot be an answer is refused in words and not recorded", async () => {
  const { phone } = scene.sari;
  await phone.start(scene.visit);
  const refusal = await phone.answer(scene.visit, "A4", { value: 8 }).catch((problem: unknown) => problem);
  expect((refusal as InstanceType<typeof inside.ValueWrong>).words("id")).toBe(
    "8 tidak mungkin menjadi jawaban A4 (bilangan bulat sampai 7). Tidak ada yang dicatat. Beri nilai lain.",
  );
  await expect(phone.answer(scene.visit, "A9", { value: 1 })).rejects.toThrow(inside.UnknownItem);
  await expect(phone.answer(scene.visit, "A1", { value: true, no_photo: "malas" })).rejects.toThrow(inside.UnknownWord);
  await expect(phone.answer(scene.visit, "A1", { photos: [uuid7()] })).rejects.toThrow(inside.PhotoGone);
  await expect(phone.mark(scene.visit, "lunch" as "left")).rejects.toThrow(inside.UnknownWord);
  expect(phone.draft(scene.visit)!.rev).toBe(1);
});

test("a moment is noted with its place, corrected, and taken back", async () => {
  const { sari, visit } = scene;
  await sari.phone.start(visit);
  const place = { lat: -3.8, lon: 114.76, accuracy_m: 8, mock: false };
  await sari.phone.mark(visit, "arrived", { place });
  sari.later({ minutes: 40 });
  await sari.phone.mark(visit, "left");
  const earlier = new Date(sari.moment.getTime() - 41 * 60_000);
  await sari.phone.mark(visit, "arrived", { at: earlier });
  expect(fields().marks).toEqual([
    { what: "left", at: now(), recorded_at: now() },
    { what: "arrived", at: localText(earlier), recorded_at: now() },
  ]);
  expect(fields().place).toEqual({ arrived: place });
  await sari.phone.unmark(visit, "arrived");
  expect([fields().marks.map((mark) => mark.what), fields().place]).toEqual([["left"], {}]);
});

test("short notes on the way keep their moments apart, and can be taken back", async () => {
  const { sari, visit } = scene;
  await sari.phone.start(visit);
  await sari.phone.jot(visit, "diminta uang map", 20_000);
  await sari.phone.jot(visit, "loket 3 tutup");
  const second = localText(new Date(sari.moment.getTime() + 1000));
  expect(fields().jottings).toEqual([
    { at: now(), text: "diminta uang map", amount_rupiah: 20_000 },
    { at: second, text: "loket 3 tutup" },
  ]);
  await sari.phone.jot(visit, "loket 3 dan 4 tutup", undefined, second);
  await sari.phone.unjot(visit, now());
  expect(fields().jottings).toEqual([{ at: second, text: "loket 3 dan 4 tutup" }]);
});

test("circumstances are added to, and the statement is dated", async () => {
  const { sari, visit } = scene;
  await sari.phone.start(visit);
  await sari.phone.describe(visit, { context: { ticket_number: "A12" } });
  await sari.phone.describe(visit, { context: { companion: false }, narrative: "Ramai.", signed: true });
  const { context, narrative, statement } = fields();
  expect({ context, narrative, statement }).toEqual({
    context: { ticket_number: "A12", companion: false },
    narrative: "Ramai.",
    statement: { signed: true, at: now() },
  });
});

test("a photo of what must not be photographed is not kept", async () => {
  const { sari, visit } = scene;
  await sari.phone.start(visit);
  await expect(sari.phone.addPhoto(visit, sari.picture(SMALL), { item: "A3" })).rejects.toThrow(inside.PhotoForbidden);
  const photo = await sari.phone.addPhoto(visit, sari.picture(SMALL));
  await expect(sari.phone.answer(visit, "A3", { photos: [photo.id] })).rejects.toThrow(inside.PhotoForbidden);
  expect([sari.phone.photos(visit).length, fields().answers]).toEqual([1, {}]);
});

test("a photo's bytes are kept as they are, and its document says when and where it was taken", async () => {
  const { sari, visit } = scene;
  await sari.phone.start(visit);
  const picture = { ...sari.picture(SMALL), place: { lat: -3.8, lon: 114.76 }, blurred: 2 };
  const row = await sari.phone.addPhoto(visit, picture, { item: "A1" });
  expect(await sari.phone.photoContent(row.id)).toEqual(picture.content);
  expect(fields().photos).toEqual([
    { id: row.id, sha256: row.sha256, size: SMALL, type: "image/jpeg", taken_at: now(), place: picture.place, blurred: 2 },
  ]);
});

test("a photo evidences several items and can be taken out again", async () => {
  const { sari, visit } = scene;
  await sari.phone.start(visit);
  const photo = await sari.phone.addPhoto(visit, sari.picture(SMALL), { item: "A1" });
  await sari.phone.answer(visit, "A2", { value: "tidak", photos: [photo.id] });
  expect(sari.phone.photosOfDraft(visit)).toEqual([{ id: photo.id, where: "here", items: ["A1", "A2"] }]);
  await sari.phone.removePhoto(visit, photo.id);
  expect([fields().photos, fields().answers["A2"]!.photos]).toEqual([[], []]);
  expect([sari.phone.photo(photo.id), await sari.book.file(photo.id)]).toEqual([null, null]);
});

test("a photo taken again takes the place of the old one in every answer", async () => {
  const { sari, visit } = scene;
  await sari.phone.start(visit);
  const old = await sari.phone.addPhoto(visit, sari.picture(SMALL, 1), { item: "A1" });
  const other = await sari.phone.addPhoto(visit, sari.picture(SMALL, 2), { item: "A2" });
  await sari.phone.answer(visit, "A2", { photos: [old.id, other.id] });
  const fresh = await sari.phone.addPhoto(visit, sari.picture(SMALL, 3), { insteadOf: old.id });
  expect(fields().photos.map((photo) => photo.id)).toEqual([fresh.id, other.id]);
  expect([fields().answers["A1"]!.photos, fields().answers["A2"]!.photos]).toEqual([[fresh.id], [fresh.id, other.id]]);
  expect([sari.phone.photo(old.id), await sari.book.file(old.id)]).toEqual([null, null]);
  const gone = sari.phone.addPhoto(visit, sari.picture(SMALL, 4), { insteadOf: old.id });
  await expect(gone).rejects.toThrow(inside.PhotoGone);
});

test("a reason for no photo goes with the photo, or when it is taken back", async () => {
  const { sari, visit } = scene;
  await sari.phone.start(visit);
  await sari.phone.answer(visit, "A1", { value: true, no_photo: "unsafe" });
  await sari.phone.answer(visit, "A1", { no_photo: null });
  expect(fields().answers["A1"]).toEqual({ value: true, observed_at: now(), recorded_at: now() });
  await sari.phone.answer(visit, "A1", { no_photo: "unsafe" });
  const photo = await sari.phone.addPhoto(visit, sari.picture(SMALL), { item: "A1" });
  expect(fields().answers["A1"]).toEqual({ value: true, photos: [photo.id], observed_at: now(), recorded_at: now() });
});

test("a visit takes forty photos, and after that only one instead of another", async () => {
  const { sari, visit } = scene;
  await sari.phone.start(visit);
  for (let n = 0; n < PHOTOS_MAX; n += 1) await sari.phone.addPhoto(visit, sari.picture(100, n));
  await expect(sari.phone.addPhoto(visit, sari.picture(100, 99))).rejects.toThrow(inside.PhotosTooMany);
  await sari.phone.addPhoto(visit, sari.picture(100, 99), { insteadOf: fields().photos[0]!.id });
  expect(sari.phone.photos(visit).length).toBe(40);
});

test("what is no JPEG or carries no proper name is not kept", async () => {
  const { sari, visit } = scene;
  await sari.phone.start(visit);
  const png = { ...sari.picture(SMALL), content: new Uint8Array([0x89, 0x50, 0x4e, 0x47]) };
  await expect(sari.phone.addPhoto(visit, png)).rejects.toThrow(inside.NotAPicture);
  const huge = {
    ...sari.picture(100),
    content: new Uint8Array(9 * 1024 ** 2).fill(0xff, 0, 1).fill(0xd8, 1, 2).fill(0xff, 2, 3),
  };
  await expect(sari.phone.addPhoto(visit, huge)).rejects.toThrow(inside.NotAPicture);
  const named = { ...sari.picture(SMALL), id: "../../etc/passwd" };
  await expect(sari.phone.addPhoto(visit, named)).rejects.toThrow(inside.UnknownWord);
  expect(sari.phone.photos(visit)).toEqual([]);
});

test("what is missing is said and refuses nothing", async () => {
  const { phone } = scene.sari;
  await phone.start(scene.visit);
  await phone.answer(scene.visit, "A1", { value: true });
  await phone.answer(scene.visit, "A2", { value: "ada" });
  expect(phone.missing(scene.visit)).toEqual([
    { item: "A1", code: "photo-missing" },
    { item: "A2", code: "note-missing" },
    { item: "A3", code: "answer-missing" },
    { item: "A4", code: "answer-missing" },
    { item: "A5", code: "answer-missing" },
  ]);
  expect(gapWords(phone.missing(scene.visit)[0]!, "id")).toBe("A1: Perlu foto, atau alasan tanpa foto.");
  expect((await phone.finish(scene.visit)).state).toBe("outbox");
});

test("only what follows from the answers is asked", async () => {
  const { phone } = scene.sari;
  await phone.start(scene.visit);
  expect(phone.asked(scene.visit).map((item) => item.code)).toEqual(["A1", "A2", "A3", "A5"]);
  await phone.answer(scene.visit, "A1", { value: true });
  expect(phone.asked(scene.visit).map((item) => item.code)).toEqual(["A1", "A2", "A3", "A4", "A5"]);
});

test("the checklist of the beginning stays though the order names another", async () => {
  const { sari, server, checklist, visit } = scene;
  await sari.phone.start(visit);
  const newer = await server.publish(aChecklist().replace('"version":"1"', '"version":"2"'));
  server.put(visit, { checklist: newer, rev: 2 });
  await sari.pulls();
  expect((await sari.phone.start(visit)).checklist).toBe(checklist);
  const receipt = await sari.phone.finish(visit);
  expect(JSON.parse(sari.textOf(receipt)!)).toMatchObject({ checklist, attempt: 1, visit });
});

test("K2: a finished visit cannot be changed or finished again", async () => {
  const { sari, visit } = scene;
  const receipt = await sari.tells(visit);
  const { phone } = sari;
  const acts = [phone.start(visit), phone.finish(visit), phone.answer(visit, "A4", { value: 1 }), phone.discard(visit)];
  for (const act of acts) await expect(act).rejects.toThrow(inside.AlreadyTold);
  expect(await sha256Text(sari.textOf(receipt)!)).toBe(receipt.digest);
  expect(phone.receipts()).toEqual([receipt]);
});

test("once it is finished there is nothing more to say about its draft", async () => {
  const { sari, visit } = scene;
  await sari.visits(visit);
  const waited = sari.phone.unsent();
  await sari.phone.finish(visit);
  expect([waited.drafts, waited.photos, sari.phone.unsent().drafts, sari.phone.unsent().photos]).toEqual([1, 0, 0, 1]);
});

test("K2: of two taps on finish one tells, and an answer beside it is in the text or refused", async () => {
  const { sari, visit } = scene;
  await sari.visits(visit);
  const taps = [sari.phone.finish(visit), sari.phone.answer(visit, "A4", { value: 1 }), sari.phone.finish(visit)];
  const [first, answer, second] = await Promise.allSettled(taps);
  const told = [first, second].filter((each) => each!.status === "fulfilled");
  expect([told.length, sari.phone.receipts().length]).toEqual([1, 1]);
  const value = (JSON.parse(sari.textOf(sari.phone.receipts()[0]!)!) as Fields).answers["A4"]!.value;
  expect(value).toBe(answer!.status === "fulfilled" ? 1 : 5);
});

test("a visit told late that becomes hers again can be told again", async () => {
  const { sari, server, checklist, visit } = scene;
  await sari.tells(visit);
  server.takeAway(visit);
  await sari.sync();
  server.put(visit, aVisit(checklist));
  await sari.sync();
  sari.later({ days: 1 });
  const second = await sari.tells(visit, []);
  expect(isDone(await sari.sync())).toBe(true);
  expect(sari.phone.receipts().map((kept) => kept.slot)).toEqual(["late", "current"]);
  expect(sari.phone.receipts().at(-1)!.id).toBe(second.id);
});

test("finishing notices a photo whose bytes are gone", async () => {
  const { sari, visit } = scene;
  await sari.visits(visit);
  const photo = sari.phone.photos(visit)[0]!;
  await sari.book.change((writer) => writer.removeFile(photo.id));
  await expect(sari.phone.finish(visit)).rejects.toThrow(inside.PhotoGone);
  await sari.phone.removePhoto(visit, photo.id);
  expect((await sari.phone.finish(visit)).state).toBe("outbox");
});

test("a text longer than can be sent is refused before it is finished", async () => {
  const { phone } = scene.sari;
  await phone.start(scene.visit);
  const long = phone.describe(scene.visit, { narrative: "panjang sekali ".repeat(70_000) });
  await expect(long).rejects.toThrow(inside.TextTooLong);
  expect(fields().narrative).toBe("");
});

test("a discarded draft takes its photos with it", async () => {
  const { sari, visit } = scene;
  await sari.visits(visit);
  const photo = sari.phone.photos(visit)[0]!;
  await sari.phone.discard(visit);
  expect([sari.phone.draft(visit), sari.phone.photos(visit), await sari.book.file(photo.id)]).toEqual([null, [], null]);
  await expect(sari.phone.discard(visit)).rejects.toThrow(inside.NotStarted);
  expect((await sari.phone.start(visit)).fields.answers).toEqual({});
});
