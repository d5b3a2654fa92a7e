/** Sari's phone is taken out of service: nothing stays readable, and what was not sent is not lost. */

import { Refused, SignInAgain } from "@/errors";
import { NoSuchVisit, Sealed } from "@/errors-inside";
import { type Scene, SMALL, aScene, isDone, moreVisits } from "./sari";
import { NOTHING, cutAnswer, status, times, twist } from "./scripted_server";

let scene: Scene;
let sent: string;
let finished: string;
let begun: string;

/** One visit was sent, one is finished, one begun, and the rest of the list untouched. */
beforeEach(async () => {
  scene = await aScene();
  sent = scene.visit;
  [finished, begun] = (await moreVisits(scene, 3)) as [string, string];
  const { sari } = scene;
  await sari.tells(sent);
  await sari.sync();
  await sari.tells(finished);
  await sari.visits(begun);
});

const revoked = () => scene.server.next("sync", status(403, "device-revoked"));

test("what the server has is wiped, what it has not stays, and no screen shows anything", async () => {
  const { sari } = scene;
  const [wiped, kept] = [sari.phone.photos(sent)[0]!, sari.phone.photos(finished)[0]!];
  revoked();
  expect((await sari.sync()).problem!.code).toBe("barred");
  expect(sari.phone.sealed()).toBe(true);
  expect([sari.phone.visits(), sari.phone.receipts(), sari.phone.draft(begun), sari.phone.photo(kept.id)]).toEqual([
    [],
    [],
    null,
    null,
  ]);
  expect(() => sari.phone.visit(begun)).toThrow(NoSuchVisit);
  expect([await sari.book.file(wiped.id), (await sari.book.file(kept.id))!.length]).toEqual([null, SMALL]);
  expect([...sari.book.all("submissions")].map((row) => row.visit)).toEqual([finished]);
  expect([...sari.book.all("items")].map((row) => row.id).sort()).toEqual([finished, begun].sort());
  expect(sari.phone.unsent()).toMatchObject({ drafts: 1, submissions: 1, photos: 1 });
  expect(sari.phone.identity().token).toBeNull();
});

test("the visit to learn with goes, and papers no draft needs", async () => {
  const { sari, checklist } = scene;
  const practice = (await sari.phone.startPractice()).id;
  await sari.phone.start(practice);
  const photo = await sari.phone.addPhoto(practice, sari.picture(SMALL, 9));
  await sari.book.change((writer) =>
    writer.put("papers", "sha256:told", { digest: "sha256:told", kind: "submission", text: "{}" }),
  );
  revoked();
  await sari.sync();
  expect([...sari.book.all("papers")].map((paper) => paper.digest)).toEqual([checklist]);
  expect([sari.book.get("items", `practice/${practice}`), await sari.book.file(photo.id)]).toEqual([undefined, null]);
});

test("while it is sealed nothing can be recorded, sent or taken out", async () => {
  const { sari } = scene;
  revoked();
  await sari.sync();
  const acts = [
    () => sari.phone.answer(begun, "A4", { value: 1 }),
    () => sari.phone.finish(begun),
    () => sari.phone.startPractice(),
    () => sari.phone.exportUnsent(),
    () => sari.sync(),
  ];
  for (const act of acts) await expect(act()).rejects.toThrow(Sealed);
  await expect(sari.phone.start(begun)).rejects.toThrow(NoSuchVisit);
});

test("signing in again makes it another device, to which all that was kept is offered", async () => {
  const { sari, server } = scene;
  const before = sari.phone.identity().device;
  await sari.phone.answer(begun, "A4", { value: 5 });
  server.next(
    "sync",
    twist((answer) => (answer["results"] = answer["results"].filter((each: object) => "draft" in each))),
  );
  server.next("sync", status(403, "device-revoked")); // its draft was received, its finished visit is not known to be
  await sari.sync();
  expect(sari.phone.unsent()).toMatchObject({ drafts: 0, submissions: 1 });
  await sari.phone.signInAgain("kata-sandi");
  const { device, token } = sari.phone.identity();
  expect([device === before, token, sari.phone.sealed()]).toEqual([false, "token-of-sari", false]);
  expect(sari.phone.draft(begun)!.fields.answers["A4"]!.value).toBe(5);
  expect(isDone(await sari.sync())).toBe(true);
  expect(server.told()).toEqual([sent, finished]);
  const offered = server.requests("sync").filter((each) => each.said!["device"] === device);
  const items = offered.flatMap((each) => each.said!["items"] as { kind: string; visit: string }[]);
  expect(items.map((item) => [item.kind, item.visit]).sort()).toContainEqual(["draft", begun]);
  expect(sari.phone.visits().length).toBe(4);
  await sari.phone.finish(begun);
  expect(isDone(await sari.sync())).toBe(true);
  expect(server.told()).toEqual([sent, finished, begun]);
});

test("photos that wait to follow a text the server has are kept, without the text", async () => {
  const { sari, server } = scene;
  server.next("PATCH", ...times(9, cutAnswer(NOTHING)));
  server.next("HEAD", ...times(9, cutAnswer(NOTHING)));
  expect((await sari.sync({ failuresMax: 2 })).problem!.code).toBe("no-answer");
  revoked();
  await sari.sync();
  expect([...sari.book.all("submissions")].map(({ visit, state, doc }) => ({ visit, state, doc }))).toEqual([
    { visit: finished, state: "freed", doc: null },
  ]);
  server.script.clear();
  await sari.phone.signInAgain("kata-sandi");
  expect(isDone(await sari.sync())).toBe(true);
  expect([...server.photos.values()].map((photo) => photo.state)).toEqual(["stored", "stored"]);
});

test("an account that was switched off seals, too", async () => {
  scene.server.next("sync", status(403, "user-disabled"));
  await scene.sari.sync();
  expect(scene.sari.phone.sealed()).toBe(true);
});

test("the news may come while signing in again", async () => {
  const { sari, server } = scene;
  server.next("sync", status(401, "token-expired"));
  expect((await sari.sync()).problem).toBeInstanceOf(SignInAgain);
  server.next("login", status(403, "device-revoked"));
  await expect(sari.phone.signInAgain("kata-sandi")).rejects.toThrow(Refused);
  expect(sari.phone.sealed()).toBe(true);
  await sari.phone.signInAgain("kata-sandi");
  expect([sari.phone.sealed(), isDone(await sari.sync())]).toEqual([false, true]);
});

test("an expired sign-in wipes nothing and stops no recording", async () => {
  const { sari, server } = scene;
  server.next("sync", status(401, "token-expired"));
  expect((await sari.sync()).problem!.code).toBe("sign-in-again");
  expect([sari.phone.sealed(), sari.phone.visits().length]).toEqual([false, 4]);
  await sari.phone.finish(begun);
  await sari.phone.signInAgain("kata-sandi");
  expect(isDone(await sari.sync())).toBe(true);
  expect(server.told()).toEqual([sent, finished, begun]);
});

test("signing out forgets the token and nothing else", async () => {
  const { sari } = scene;
  const { device } = sari.phone.identity();
  await sari.phone.signOut();
  await expect(sari.sync()).rejects.toThrow(SignInAgain);
  await sari.phone.answer(begun, "A4", { value: 1 });
  await sari.phone.signInAgain("kata-sandi");
  expect([sari.phone.identity().device, isDone(await sari.sync())]).toEqual([device, true]);
});

test("another account's password opens nothing here", async () => {
  const { sari, server } = scene;
  revoked();
  await sari.sync();
  server.user = "0195f0a0-0000-7000-8000-00000000eeee";
  await expect(sari.phone.signInAgain("kata-sandi")).rejects.toMatchObject({ code: "other-user" });
  expect(sari.phone.sealed()).toBe(true);
});
