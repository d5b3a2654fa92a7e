/** Sari goes on with a visit on another phone, or on the same one set up anew. */

import { AnswerBroken, ServerTrouble, SignInAgain } from "@/errors";
import { AlreadyBegun, AlreadyTold, NoSuchDraft } from "@/errors-inside";
import { sha256Text, uuid7 } from "@/wire/names";
import { type Scene, SMALL, Sari, aScene, isDone } from "./sari";
import { aChecklist, status, twist } from "./scripted_server";

const OTHER = "0195f0a1-0000-7000-8000-00000000d009";
const BEGUN_AT = "2026-03-04T09:00:00+08:00";

let scene: Scene;
let text: string;
let there: string;
let gone: string;

/** The server lists a draft of another device. */
function entry(doc: string, { device = OTHER, updated_at = "2026-03-04T01:00:00Z", ...more } = {}): void {
  const { server, visit } = scene;
  server.seq += 1;
  const id = `${visit.slice(0, 24)}${device.slice(24)}`;
  const members = { visit, device, device_name: "Telepon lama", rev: 7, bytes: doc.length, updated_at, removed: null, ...more };
  server.items.set(`draft ${id}`, { kind: "draft", id, seq: server.seq, raw: members });
  server.draftsOfOthers.set(`${visit}/${device}`, doc);
}

/** A draft on the old phone: two answers, and two photos, of which the server has one. */
beforeEach(async () => {
  scene = await aScene();
  const { sari, server, checklist, visit } = scene;
  [there, gone] = [uuid7(), uuid7()];
  server.photos.set(there, {
    id: there,
    sha256: "x".repeat(43),
    size: 9,
    bytes: new Uint8Array(9),
    gen: 0,
    state: "stored",
    open: false,
  });
  const photos = [there, gone].map((id) => ({ id, sha256: "x".repeat(43), size: 9, type: "image/jpeg" }));
  const answers = { A1: { value: true, photos: [there, gone] }, A4: { value: 5 } };
  const pinned = { form: 1, visit, attempt: 1, checklist, scenario: "inquiry", parent: null, started_at: BEGUN_AT };
  text = JSON.stringify({ ...pinned, photos, answers });
  entry(text);
  await sari.sync();
});

test("drafts of other devices are listed, and her own is not", async () => {
  const { sari, visit } = scene;
  entry("{}", { device: sari.phone.identity().device });
  await sari.sync();
  expect(sari.phone.draftsElsewhere(visit)).toEqual([
    {
      id: expect.any(String) as string,
      visit,
      device: OTHER,
      device_name: "Telepon lama",
      rev: 7,
      bytes: text.length,
      updated_at: "2026-03-04T01:00:00Z",
    },
  ]);
});

test("she goes on in a draft of her own that names its parent", async () => {
  const { sari, server, visit } = scene;
  const draft = await sari.phone.continueHere(visit, OTHER);
  const told = JSON.parse(text) as { answers: unknown };
  const { answers, started_at, parent } = draft.fields;
  expect({ answers, started_at, parent, rev: draft.rev }).toEqual({
    answers: told.answers,
    started_at: BEGUN_AT,
    parent: await sha256Text(text),
    rev: 1,
  });
  await sari.phone.answer(visit, "A4", { value: 6 });
  const receipt = await sari.phone.finish(visit);
  expect(isDone(await sari.sync())).toBe(true);
  const doc = JSON.parse(String(server.submissions.get(`${receipt.id} ${receipt.digest}`)!["doc"])) as typeof draft.fields;
  expect([doc.answers["A4"]!.value, doc.parent]).toEqual([6, await sha256Text(text)]);
});

test("it stays on the checklist it was begun with there", async () => {
  const { sari, server, checklist, visit } = scene;
  const newer = await server.publish(aChecklist().replace('"version":"1"', '"version":"2"'));
  server.put(visit, { checklist: newer });
  await sari.sync();
  const draft = await sari.phone.continueHere(visit, OTHER);
  expect([draft.checklist, draft.fields.checklist]).toEqual([checklist, checklist]);
});

test("photos are referred to by id, and missing ones are shown until they are taken again", async () => {
  const { sari, visit } = scene;
  await sari.phone.continueHere(visit, OTHER);
  const mine = await sari.phone.addPhoto(visit, sari.picture(SMALL), { item: "A2" });
  expect(sari.phone.photosOfDraft(visit)).toEqual([
    { id: there, where: "server", items: ["A1"] },
    { id: gone, where: "missing", items: ["A1"] },
    { id: mine.id, where: "here", items: ["A2"] },
  ]);
  expect(sari.phone.missing(visit)).toContainEqual({ item: "A1", code: "photo-elsewhere" });
  const fresh = await sari.phone.addPhoto(visit, sari.picture(SMALL, 2), { insteadOf: gone });
  expect(sari.phone.photosOfDraft(visit).map(({ id, where }) => [id, where])).toEqual([
    [there, "server"],
    [fresh.id, "here"],
    [mine.id, "here"],
  ]);
  expect(sari.phone.missing(visit).map((gap) => gap.code)).not.toContain("photo-elsewhere");
});

test("a missing photo can be taken out", async () => {
  const { sari, visit } = scene;
  await sari.phone.continueHere(visit, OTHER);
  await sari.phone.removePhoto(visit, gone);
  expect(sari.phone.draft(visit)!.absent).toEqual([]);
  expect(sari.phone.missing(visit).map((gap) => gap.code)).not.toContain("photo-elsewhere");
});

test("what she has begun here is never written over", async () => {
  const { sari, visit } = scene;
  await sari.phone.start(visit);
  await sari.phone.answer(visit, "A4", { value: 1 });
  await expect(sari.phone.continueHere(visit, OTHER)).rejects.toThrow(AlreadyBegun);
  expect(sari.phone.draft(visit)!.fields.answers["A4"]!.value).toBe(1);
  await sari.phone.discard(visit);
  expect((await sari.phone.continueHere(visit, OTHER)).fields.answers["A4"]!.value).toBe(5);
});

test("who begins here while the other draft is being fetched keeps what is here", async () => {
  const { sari, visit } = scene;
  const continued = sari.phone.continueHere(visit, OTHER);
  await sari.phone.start(visit);
  await expect(continued).rejects.toThrow(AlreadyBegun);
  expect(sari.phone.draft(visit)!.fields.answers).toEqual({});
});

test("a draft that was thrown away there is gone from the list", async () => {
  const { sari, server, visit } = scene;
  server.seq += 1;
  for (const row of server.items.values()) if (row.kind === "draft") row.raw = { removed: "discarded" };
  for (const row of server.items.values()) if (row.kind === "draft") row.seq = server.seq;
  server.draftsOfOthers.clear();
  const report = await sari.sync();
  expect([report.healed, sari.phone.draftsElsewhere(visit)]).toEqual([0, []]);
  await expect(sari.phone.continueHere(visit, OTHER)).rejects.toThrow(NoSuchDraft);
  expect(sari.phone.draft(visit)).toBeNull();
});

test("a visit that was told has no drafts to go on with", async () => {
  const { sari, server, visit } = scene;
  server.put(visit, { state: "submitted" });
  await sari.sync();
  expect(sari.phone.draftsElsewhere(visit)).toEqual([]);
  await expect(sari.phone.continueHere(visit, OTHER)).rejects.toThrow(AlreadyTold);
});

test("after a return only drafts written since count", async () => {
  const { sari, server, visit } = scene;
  const returned = { attempt: 1, note: "", points: [], decided_at: "2026-03-05T01:00:00Z" };
  server.put(visit, { state: "returned", attempt: 2, returned });
  await sari.sync();
  expect(sari.phone.draftsElsewhere(visit)).toEqual([]);
  entry(text, { updated_at: "2026-03-05T01:00:00.5Z" });
  await sari.sync();
  expect(sari.phone.draftsElsewhere(visit).map((other) => other.device)).toEqual([OTHER]);
  expect((await sari.phone.continueHere(visit, OTHER)).attempt).toBe(2);
});

test.each([
  ["an expired sign-in", status(401, "token-expired"), SignInAgain],
  ["a draft that is gone", status(404, "no-such-draft"), NoSuchDraft],
  ["a server in trouble", status(503), ServerTrouble],
  ["a text that is not what its digest says", twist((said) => (said["doc"] += " ")), AnswerBroken],
])("with %s nothing is begun", async (_, answer, problem) => {
  const { sari, server, visit } = scene;
  server.next("drafts", answer);
  await expect(sari.phone.continueHere(visit, OTHER)).rejects.toThrow(problem);
  expect(sari.phone.draft(visit)).toBeNull();
});

test("a draft of another program is taken with what can be used of it", async () => {
  const { sari, visit } = scene;
  entry(
    JSON.stringify({ visit, answers: { A4: { value: 2 }, A5: "?" }, photos: [7, { id: there }], marks: "none", voice: "kept" }),
  );
  await sari.sync();
  const { answers, photos, marks, ...rest } = (await sari.phone.continueHere(visit, OTHER)).fields;
  expect({ answers, photos, marks }).toEqual({ answers: { A4: { value: 2 } }, photos: [{ id: there }], marks: [] });
  expect(rest).toMatchObject({ voice: "kept", narrative: "", jottings: [], place: {}, context: {} });
});

test("a phone set up anew finds what the old one had sent", async () => {
  const { server, visit } = scene;
  const anew = await Sari.opens(server, "0195f0a1-0000-7000-8000-00000000d00a");
  await anew.sync();
  expect(anew.phone.draftsElsewhere(visit).map((other) => other.device)).toEqual([OTHER]);
  await anew.phone.continueHere(visit, OTHER);
  expect(anew.phone.photosOfDraft(visit).map((photo) => photo.where)).toEqual(["server", "missing"]);
});

test("K7: in another epoch drafts are sent again", async () => {
  const { sari, server, visit } = scene;
  await sari.phone.continueHere(visit, OTHER);
  await sari.sync();
  server.drafts.clear();
  server.epoch = "epoch2";
  expect(isDone(await sari.sync())).toBe(true);
  expect(server.drafts.get(visit)!.rev).toBe(1);
});
