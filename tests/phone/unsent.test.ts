/** Sari's phone is dying: everything that is not with the server goes into one file, and stays here as it was. */

import { Sealed } from "@/errors-inside";
import type { SubmissionRow } from "@/store/types";
import { sha256Bytes, sha256Text } from "@/wire/names";
import { type Scene, SMALL, aScene, isDone, moreVisits } from "./sari";
import { DEVICE } from "./scripted_book";
import { USER, status } from "./scripted_server";
import { entriesOf } from "./zip_reader";

let scene: Scene;

beforeEach(async () => {
  scene = await aScene();
});

interface Unsent {
  readonly said: Record<string, unknown>;
  readonly photos: Readonly<Record<string, Uint8Array>>;
}

async function exported(): Promise<Unsent> {
  const entries = await entriesOf(await scene.sari.phone.exportUnsent());
  const { "unsent.json": list, ...photos } = Object.fromEntries([...entries].map(([name, entry]) => [name, entry.content]));
  return { said: JSON.parse(new TextDecoder().decode(list)) as Record<string, unknown>, photos };
}

const submissionOf = ({ id, visit, attempt, checklist, digest, doc }: SubmissionRow) => ({
  kind: "submission",
  ...{ id, visit, attempt, checklist, digest, doc },
});

test("an export holds what would be said to the server, and the photos", async () => {
  const { sari, visit, checklist } = scene;
  const [begun] = (await moreVisits(scene, 1)) as [string];
  const receipt = await sari.tells(visit);
  await sari.phone.start(begun);
  await sari.phone.addPhoto(begun, sari.picture(SMALL, 7));
  const draft = sari.phone.draft(begun)!;
  const text = JSON.stringify(draft.fields);

  const { said, photos } = await exported();
  const rows = [...sari.phone.photos(visit), ...sari.phone.photos(begun)].sort((a, b) => (a.id < b.id ? -1 : 1));
  expect(said).toEqual({
    format: 1,
    device: DEVICE,
    user: USER,
    client: "fieldsync-web/0.1.0",
    made_at: "2026-03-04T01:12:00.000Z",
    items: [
      { ...submissionOf(receipt), checklist },
      { kind: "draft", visit: begun, rev: 2, digest: await sha256Text(text), doc: text },
    ],
    photos: rows.map(({ id, visit, sha256, size, type }) => ({ id, visit, sha256, size, type })),
  });
  expect(Object.keys(photos)).toEqual(rows.map((row) => `photos/${row.id}`));
  for (const row of rows) expect(await sha256Bytes(photos[`photos/${row.id}`]!)).toBe(row.sha256);
});

test("photos are not packed again, the list is, and neither says when it was made", async () => {
  const { sari, visit } = scene;
  await sari.tells(visit);
  const entries = await entriesOf(await sari.phone.exportUnsent());
  const firstOfJanuary1980 = ((1 << 5) | 1) << 16;
  expect([...entries.values()].map(({ method, dated }) => [method, dated])).toEqual([
    [0, firstOfJanuary1980],
    [8, firstOfJanuary1980],
  ]);
});

test("what the server has is not in it, and what was taken from her is", async () => {
  const { sari, server, visit } = scene;
  const [sent] = (await moreVisits(scene, 1)) as [string];
  await sari.tells(sent);
  await sari.sync();
  await sari.visits(visit);
  server.takeAway(visit);
  await sari.pulls();
  const { said, photos } = await exported();
  expect((said["items"] as { visit: string }[]).map((item) => item.visit)).toEqual([visit]);
  expect(Object.keys(photos)).toEqual([`photos/${sari.phone.photos(visit)[0]!.id}`]);
});

test("an export changes nothing and needs no sign-in; the phone that lives after all syncs as if nothing had been", async () => {
  const { sari, server, visit } = scene;
  await sari.tells(visit);
  const before = sari.phone.unsent();
  await sari.phone.signOut();
  await exported();
  expect(sari.phone.unsent()).toEqual(before);
  await sari.phone.signInAgain("kata-sandi");
  expect(isDone(await sari.sync())).toBe(true);
  expect(server.told()).toEqual([visit]);
  expect((await exported()).said).toMatchObject({ items: [], photos: [] });
});

test("a photo that went bad on the phone is left out and stops nothing", async () => {
  const { sari, visit } = scene;
  await sari.tells(visit, [SMALL, SMALL]);
  const [first, second] = sari.phone.photos(visit);
  await sari.book.change((writer) => writer.removeFile(first!.id));
  const { said, photos } = await exported();
  expect((said["photos"] as { id: string }[]).map((photo) => photo.id)).toEqual([second!.id]);
  expect(Object.keys(photos)).toEqual([`photos/${second!.id}`]);
});

test("a text that suffered here is said to be damaged", async () => {
  const { sari, visit } = scene;
  const receipt = await sari.tells(visit, []);
  await sari.book.change((writer) => writer.put("submissions", receipt.id, { ...receipt, doc: `${receipt.doc} ` }));
  expect((await exported()).said["items"]).toEqual([{ ...submissionOf(receipt), doc: `${receipt.doc} `, damaged: true }]);
});

test("a phone that was taken out of service hands nothing out", async () => {
  const { sari, server, visit } = scene;
  await sari.tells(visit);
  server.next("sync", status(403, "device-revoked"));
  await sari.sync();
  await expect(sari.phone.exportUnsent()).rejects.toThrow(Sealed);
});
