/**
 * The real engine over a real encrypted book, against a real server that test_real_server.py starts and judges: it gives the
 * addresses, and what is said to be finished here it looks for there.
 */

import { type Engine, openEngine, signIn } from "@/engine/entry";
import { isDone } from "@/engine/report";
import type { Report } from "@/engine/types";
import { openBook } from "@/store/book";
import { submissionText } from "@/store/records";
import type { Book, SubmissionRow } from "@/store/types";
import { Vault } from "@/store/vault";
import { uuid7 } from "@/wire/names";
import { type Item, type Json, MARKS } from "@/wire/types";
import { randomFrom } from "./sari";

declare const process: { readonly env: Readonly<Record<string, string | undefined>> };

const { SAMAR = "", DIRECTOR = "", PASSWORD = "" } = process.env;
const PIN = "482913";
const STORY_MS_MAX = 200_000;
const TRIES_MAX = 500;

/** Ask what is outside the phone; see Director in test_real_server.py. */
async function world<T = null>(act: string, about: object = {}): Promise<T> {
  const answer = await fetch(DIRECTOR, { method: "POST", body: JSON.stringify({ do: act, ...about }) });
  return (await answer.json()) as T;
}

/** A phone with a disk of its own; waits are forty times shorter. */
class Phone {
  readonly disk = new IDBFactory();
  private readonly random = randomFrom(5);
  private readonly edges = {
    origin: SAMAR,
    clock: () => new Date(),
    random: () => this.random(),
    watch: () => performance.now() / 1000,
    sleep: (ms: number) => new Promise<void>((over) => setTimeout(over, Math.min(ms / 40, 200))),
  };
  engine!: Engine;
  book!: Book;

  static async isSetUp(deviceName: string): Promise<Phone> {
    const phone = new Phone();
    await phone.opensBook();
    phone.engine = await signIn({ book: phone.book, username: "sari", password: PASSWORD, deviceName, edges: phone.edges });
    return phone;
  }

  /** The app was closed; it is opened again, with the PIN. */
  async isOpenedAgain(): Promise<void> {
    this.book.close();
    await this.opensBook();
    this.engine = openEngine(this.book, this.edges);
  }

  private async opensBook(): Promise<void> {
    globalThis.indexedDB = this.disk;
    const vault = await Vault.open({ rounds: 1000 });
    const { inner } = vault.isNew ? await vault.create(PIN) : await vault.unlock(PIN);
    this.book = await openBook({ db: vault.db, storeName: "arsip", key: inner! });
  }

  async takes(visit: string, item?: string, insteadOf?: string): Promise<string> {
    const id = uuid7();
    const content = Uint8Array.from(atob(await world<string>("picture", { id })), (letter) => letter.charCodeAt(0));
    const given = { ...(item ? { item } : {}), ...(insteadOf ? { insteadOf } : {}) };
    const place = { lat: -3.8, lon: 114.76, accuracy_m: 12 };
    await this.engine.addPhoto(visit, { id, content, takenAt: new Date(), place }, given);
    return id;
  }

  /** Everything that is asked is answered; conditions may ask more on the way. */
  async fillsIn(visit: string): Promise<void> {
    for (let round = 0; round < 20 && this.engine.missing(visit).length; round += 1) {
      const lacking = new Set(this.engine.missing(visit).map((gap) => gap.item));
      for (const item of this.engine.asked(visit).filter((each) => lacking.has(each.code))) {
        const photo = item.photo === "required" ? { no_photo: "cover_at_risk" } : {};
        await this.engine.answer(visit, item.code, { value: valueFor(item), note: "Dicatat dengan tenang.", ...photo });
      }
    }
    expect(this.engine.missing(visit)).toEqual([]);
  }

  /** From arriving to signing; answers the photos' ids. */
  async visits(visit: string, photos: number): Promise<string[]> {
    const { engine } = this;
    await engine.start(visit);
    for (const mark of MARKS) await engine.mark(visit, mark, { place: { lat: -3.8, lon: 114.76 } });
    await engine.jot(visit, "diminta “uang map” 🙂", 20_000);
    const taken = [];
    const evidenced = engine.asked(visit).filter((item) => item.photo === "required");
    for (let n = 0; n < photos; n += 1) taken.push(await this.takes(visit, evidenced[n % evidenced.length]?.code));
    await this.fillsIn(visit);
    await engine.describe(visit, { narrative: "Petugas ramah.\nAntrean “panjang”: 46 menit ½.", signed: true });
    return taken;
  }

  async finishes(visit: string): Promise<SubmissionRow> {
    const receipt = await this.engine.finish(visit);
    const text = submissionText(this.book, receipt.digest)!;
    const photos = (JSON.parse(text) as { photos: { id: string }[] }).photos.map((photo) => photo.id);
    await world("finished", { id: receipt.id, digest: receipt.digest, visit, text, photos });
    return receipt;
  }

  async syncs(): Promise<Report> {
    const report = await this.engine.sync({ failuresMax: TRIES_MAX });
    expect([report.problem, report.notes, isDone(report)]).toEqual([null, [], true]);
    return report;
  }

  visitIds(): string[] {
    return this.engine.visits().map((listed) => listed.visit.id);
  }
}

function valueFor(item: Item): Json {
  const known: Record<string, Json> = { YN: true, "YN-": false, NUM: 1, NUM2: [1, 2], MIN: 12, DUR: [30, 60], DAY: 2 };
  return item.type === "SC" ? item.options![0]!.code : (known[item.type] ?? [20_000, 20_000]);
}

describe.skipIf(!SAMAR)("on a real server", { timeout: STORY_MS_MAX }, () => {
  test("a visit, returned, corrected, and another continued on a second phone", async () => {
    const phone = await Phone.isSetUp("Telepon Sari");
    await phone.syncs();
    const [first, second] = phone.visitIds() as [string, string];
    const photos = await phone.visits(first, 3);
    await phone.isOpenedAgain();
    const receipt = await phone.finishes(first);
    await phone.isOpenedAgain();
    expect(await phone.syncs()).toMatchObject({ submissions: 1, photos: 3 });
    expect(phone.book.get("submissions", receipt.id)).toMatchObject({ state: "kept", slot: "current" });

    const [one, two] = phone.engine.items(first).filter((item) => item.type === "YN");
    const points = [
      { item: one!.code, photo: null, reason: "unclear", note: "Apakah benar?" },
      { item: two!.code, photo: null, reason: "unclear", note: "Lihat lagi." },
      { item: null, photo: photos[0], reason: "blurred", note: "Tidak terbaca." },
    ];
    await world("returns", { visit: first, points });
    await phone.syncs();
    expect(phone.engine.tasks(first).map((task) => task.done)).toEqual([false, false, false]);
    await phone.engine.start(first);
    const checked = { value: false, note: "Sudah saya periksa lagi." };
    for (const { code } of [one!, two!]) await phone.engine.answer(first, code, checked);
    const again = await phone.takes(first, undefined, photos[0]);
    await phone.fillsIn(first);
    await phone.engine.describe(first, { signed: true });
    expect(phone.engine.tasks(first).map((task) => task.done)).toEqual([true, true, true]);
    const corrected = await phone.finishes(first);
    expect(await phone.syncs(), "only the new photo goes on the line").toMatchObject({ submissions: 1, photos: 1 });
    expect(phone.engine.photos(first).map((photo) => photo.id)).toContain(again);
    expect(phone.book.get("submissions", corrected.id)).toMatchObject({ attempt: 2, state: "kept", slot: "current" });

    await phone.engine.start(second);
    await phone.engine.describe(second, { narrative: "Dimulai di telepon pertama." });
    await phone.syncs();
    const other = await Phone.isSetUp("Telepon kedua");
    await other.syncs();
    const [there] = other.engine.draftsElsewhere(second);
    expect(there).toMatchObject({ device_name: "Telepon Sari" });
    await other.engine.continueHere(second, there!.device);
    expect(other.engine.draft(second)!.fields.narrative).toBe("Dimulai di telepon pertama.");
    await other.fillsIn(second);
    await other.finishes(second);
    expect(await other.syncs()).toMatchObject({ submissions: 1 });
    await phone.engine.sync();
    expect(phone.engine.visit(second).state).toBe("submitted");
  });

  test("the server is killed while photos are on their way", async () => {
    const phone = await Phone.isSetUp("Telepon Sari");
    await phone.syncs();
    const [visit] = phone.visitIds();
    await phone.visits(visit!, 3);
    await phone.finishes(visit!);
    await world("power_fails");
    await phone.syncs();
    expect(await world<number>("power_is_back")).toBe(3);
    await phone.isOpenedAgain();
    expect(await phone.syncs()).toMatchObject({ submissions: 0, photos: 0 });
  });

  test("the server is restored to the day before", async () => {
    const phone = await Phone.isSetUp("Telepon Sari");
    await phone.syncs();
    const [first, second] = phone.visitIds() as [string, string];
    await phone.visits(first, 2);
    await phone.finishes(first);
    await phone.syncs();
    await world("backs_up");
    await phone.visits(second, 2);
    await phone.finishes(second);
    await phone.syncs();
    await world("restores");
    await phone.isOpenedAgain();
    expect(await phone.syncs(), "what no backup covered is offered again").toMatchObject({ submissions: 1, photos: 2 });
    expect(phone.engine.receipts().map((row) => row.state)).toEqual(["freed", "kept"]);
  });
});
