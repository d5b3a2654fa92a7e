/**
 * Sari's page is killed at any instant: what she was told is kept is kept, and what is sent is sent once. Twin of
 * tests/fieldsync/test_crash.py: every change of the book is an instant, just before it was kept and just after.
 */

import type { Engine } from "@/engine/entry";
import { isDone } from "@/engine/report";
import { sha256Bytes, uuid7 } from "@/wire/names";
import type { Fields } from "@/wire/types";
import { randomFrom } from "./sari";
import { Disk, Killed, MortalBook, appOver } from "./scripted_book";
import { ScriptedServer, aChecklist, aVisit } from "./scripted_server";
import { entriesOf } from "./zip_reader";

const OTHER = "0195f0a1-0000-7000-8000-00000000d009";

/** What she saw on the screen, and whether it is still so when the app is opened again. */
type Belief = readonly [what: string, holds: (phone: Engine) => boolean];

/** An afternoon; what was done before the page was killed is not done again. */
async function afternoon(phone: Engine, visit: string, believe: (...belief: Belief) => void): Promise<void> {
  const said = (test: (fields: Fields) => boolean) => (later: Engine) => {
    const fields = later.draft(visit)?.fields ?? textOf(later, visit);
    return fields !== null && test(fields);
  };
  if (!toldOf(phone, visit)) {
    const [other] = phone.draft(visit) ? [] : phone.draftsElsewhere(visit);
    if (other) await phone.continueHere(visit, other.device);
    const { fields } = await phone.start(visit);
    believe(
      "started",
      said(() => true),
    );
    if (!fields.marks.length) await phone.mark(visit, "arrived");
    believe(
      "marked",
      said(({ marks }) => marks.length === 1),
    );
    if (!fields.jottings.length) await phone.jot(visit, "diminta 20 ribu", 20_000);
    believe(
      "jotted",
      said(({ jottings }) => jottings.length === 1),
    );
    if (!fields.answers["A4"]) await phone.answer(visit, "A4", { value: 5 });
    believe(
      "answered",
      said(({ answers }) => answers["A4"]!.value === 5),
    );
    const photo = fields.photos[0] ?? (await phone.addPhoto(visit, aPicture(1), { item: "A1" }));
    believe(
      "photographed",
      said(({ photos, answers }) => photos.length === 1 && answers["A1"]!.photos!.length === 1),
    );
    if (phone.photo(photo.id)!.size === 100) {
      const fresh = await phone.addPhoto(visit, aPicture(2, 300), { insteadOf: photo.id });
      believe(
        "taken again",
        said(({ answers }) => answers["A1"]!.photos![0] === fresh.id),
      );
    }
    const receipt = await phone.finish(visit);
    believe("finished", (later) => toldOf(later, visit)?.digest === receipt.digest);
  }
  await entriesOf(await phone.exportUnsent()); // whole
  const report = await phone.sync();
  expect(isDone(report)).toBe(true);
  believe("sent", (later) => toldOf(later, visit)?.state === "kept");
}

const toldOf = (phone: Engine, visit: string) => phone.receipts().find((row) => row.visit === visit) ?? null;
const textOf = (phone: Engine, visit: string) => JSON.parse(toldOf(phone, visit)?.doc ?? "null") as Fields | null;

function aPicture(seed: number, size = 100) {
  const random = randomFrom(seed);
  const content = Uint8Array.from({ length: size }, () => Math.floor(random() * 256));
  content.set([0xff, 0xd8, 0xff]);
  return { content, takenAt: new Date("2026-03-04T01:12:00Z") };
}

class Story {
  readonly server = new ScriptedServer();
  checklist = "";

  constructor(readonly disk: Disk) {}

  static async begins(): Promise<Story> {
    const story = new Story(await Disk.ofSari());
    story.checklist = await story.server.publish(aChecklist());
    return story;
  }

  /** A visit, begun on another device or not, and fetched. */
  async order(elsewhere: boolean): Promise<string> {
    const { server, checklist } = this;
    const visit = uuid7();
    server.put(visit, aVisit(checklist));
    if (elsewhere) {
      server.seq += 1;
      const doc = JSON.stringify({ visit, attempt: 1, checklist, narrative: "dari sana" });
      const raw = {
        visit,
        device: OTHER,
        device_name: "lama",
        rev: 1,
        bytes: doc.length,
        updated_at: "2026-03-04T01:00:00Z",
        removed: null,
      };
      const id = uuid7();
      server.items.set(`draft ${id}`, { kind: "draft", id, seq: server.seq, raw });
      server.draftsOfOthers.set(`${visit}/${OTHER}`, doc);
    }
    await appOver(await this.disk.open(), server).sync({ push: false });
    return visit;
  }

  /** The app is opened, and perhaps killed at the nth change; then what was believed is looked up. Returns how many there were. */
  async lives(visit: string, fatal = Infinity, when: "before" | "after" = "before"): Promise<number> {
    const book = new MortalBook(await this.disk.open(), fatal, when);
    const beliefs: Belief[] = [];
    const ended = await afternoon(appOver(book, this.server), visit, (...belief) => beliefs.push(belief)).catch(
      (error: unknown) => error,
    );
    expect(ended instanceof Killed ? undefined : ended).toBeUndefined();
    const later = appOver(await this.disk.open(), this.server);
    expect(beliefs.filter(([, holds]) => !holds(later)).map(([what]) => what)).toEqual([]);
    return book.count;
  }
}

test.each([
  ["at home", false],
  ["on another device", true],
])("K1: killed at any instant of a visit begun %s, nothing believed is lost and nothing is sent twice", async (_, elsewhere) => {
  const story = await Story.begins();
  const { server } = story;
  const first = await story.order(elsewhere);
  const instants = await story.lives(first);
  expect(instants).toBeGreaterThan(10);
  const visits = [first];
  for (let instant = 1; instant <= instants; instant += 1) {
    for (const when of ["before", "after"] as const) {
      const visit = await story.order(elsewhere);
      visits.push(visit);
      await story.lives(visit, instant, when);
      await story.lives(visit); // a quiet afternoon
    }
  }
  expect(server.told().sort()).toEqual(visits.sort());
  for (const item of server.submissions.values()) {
    const doc = JSON.parse(String(item["doc"])) as Fields;
    const photo = server.photo(doc.photos[0]!.id);
    expect([doc.answers["A4"]!.value, doc.marks.length, doc.jottings.length, doc.photos.length]).toEqual([5, 1, 1, 1]);
    expect(doc.narrative).toBe(elsewhere ? "dari sana" : "");
    expect([photo.state, await sha256Bytes(photo.bytes)]).toEqual(["stored", doc.photos[0]!.sha256]);
  }
  expect(server.photos.size).toBe(visits.length);
});
