/** Sari, her phone, and a scripted server (twin of tests/fieldsync/conftest.py). */

import type { Edges } from "@/engine/edges";
import { Engine } from "@/engine/entry";
import { isDone } from "@/engine/report";
import type { Event, Picture, Report, SyncOptions } from "@/engine/types";
import { openBook } from "@/store/book";
import { Database } from "@/store/db";
import { Ledger } from "@/store/ledger";
import { Outbox } from "@/store/outbox";
import { submissionText } from "@/store/records";
import type { Book, PhotoRow, SubmissionRow } from "@/store/types";
import { Transport } from "@/transport";
import { uuid7 } from "@/wire/names";
import { ORIGIN, ScriptedServer, TOKEN, USER, aChecklist, aVisit } from "./scripted_server";

export const KIB = 1024;
export const SMALL = 20 * KIB;
export const BIG = 300 * KIB;
const DEVICE = "0195f0a0-0000-7000-8000-00000000dddd";

/** Sari and her phone; waits are written down instead of waited. */
export class Sari {
  moment = new Date("2026-03-04T01:12:00Z");
  readonly waits: number[] = []; // seconds
  readonly events: Event[] = [];
  /** What happens while she waits, or when she hears of a step. */
  whileWaiting: (ended: AbortSignal) => unknown = () => undefined;
  whenHeard: (event: Event) => void = () => undefined;
  watch: () => number = () => performance.now() / 1000;

  private constructor(
    readonly server: ScriptedServer,
    readonly book: Book,
    readonly phone: Engine,
  ) {}

  /** A phone that was signed in, with an encrypted book of its own. */
  static async opens(server: ScriptedServer, device = DEVICE): Promise<Sari> {
    globalThis.indexedDB = new IDBFactory(); // every phone has its own; an open database keeps to the one it was opened in
    const db = await Database.open();
    await db.hold();
    const key = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
    const book = await openBook({ db, storeName: "arsip", key });
    const identity = { device, user: USER, username: "sari", name: "Sari", token: TOKEN };
    await book.change((writer) => writer.put("facts", "identity", { value: identity }));
    let sari: Sari;
    const edges: Edges = {
      origin: ORIGIN,
      clock: () => sari.moment,
      random: randomFrom(7),
      watch: () => sari.watch(),
      sleep: async (ms, signal) => {
        sari.waits.push(ms / 1000);
        await sari.whileWaiting(signal!);
      },
    };
    const phone = new Engine(book, edges, new Transport(ORIGIN, { token: TOKEN, fetch: server.fetch }));
    sari = new Sari(server, book, phone);
    return sari;
  }

  get outbox(): Outbox {
    return new Outbox(this.book);
  }
  get ledger(): Ledger {
    return new Ledger(this.book);
  }

  later({ minutes = 0, days = 0 }): void {
    this.moment = new Date(this.moment.getTime() + (days * 24 * 60 + minutes) * 60_000);
  }

  /** Whatever she does takes twenty seconds. */
  isSlow(): void {
    let moment = 0;
    this.watch = () => (moment += 20);
  }

  /** A visit ordered, and fetched. */
  async isSentTo(checklist: string): Promise<string> {
    const visit = uuid7();
    this.server.put(visit, aVisit(checklist));
    expect(isDone(await this.pulls())).toBe(true);
    return visit;
  }

  async sync(options: SyncOptions = {}): Promise<Report> {
    const progress = (event: Event) => {
      this.events.push(event);
      this.whenHeard(event);
    };
    return this.phone.sync({ progress, ...options });
  }

  async pulls(): Promise<Report> {
    return this.sync({ push: false });
  }

  /** Starts, answers everything and photographs; returns the visit, ready to finish. */
  async visits(visit: string, photos: readonly number[] = [SMALL]): Promise<string> {
    await this.phone.start(visit);
    await this.phone.answer(visit, "A1", { value: true });
    for (const [number, size] of photos.entries()) await this.phone.addPhoto(visit, this.picture(size, number), { item: "A1" });
    await this.phone.answer(visit, "A2", { value: "tidak" });
    await this.phone.answer(visit, "A3", { value: true });
    await this.phone.answer(visit, "A4", { value: 5 });
    await this.phone.answer(visit, "A5", { value: 20 });
    return visit;
  }

  /** Visits and finishes; returns the receipt. */
  async tells(visit: string, photos: readonly number[] = [SMALL]): Promise<SubmissionRow> {
    return this.phone.finish(await this.visits(visit, photos));
  }

  /** Finishes a visit without a photo, with nothing but a few words. */
  async jotsDown(visit: string, narrative = "…"): Promise<SubmissionRow> {
    await this.phone.start(visit);
    await this.phone.describe(visit, { narrative });
    return this.phone.finish(visit);
  }

  textOf(receipt: SubmissionRow): string | null {
    return submissionText(this.book, receipt.digest);
  }

  told(receipt: SubmissionRow): SubmissionRow {
    return this.book.get("submissions", receipt.id)!;
  }

  photo(id: string): PhotoRow {
    return this.book.get("photos", id)!;
  }

  /** Bytes that begin and end as a JPEG does, and do not compress away. */
  picture(size: number, seed = 0): Picture {
    const random = randomFrom(seed + size);
    const content = Uint8Array.from({ length: size }, () => Math.floor(random() * 256));
    content.set([0xff, 0xd8, 0xff]);
    content.set([0xff, 0xd9], size - 2);
    return { content, takenAt: this.moment };
  }
}

export interface Scene {
  readonly server: ScriptedServer;
  readonly sari: Sari;
  readonly checklist: string;
  /** Ordered, and fetched by Sari's phone. */
  readonly visit: string;
}

export async function aScene(): Promise<Scene> {
  const server = new ScriptedServer();
  const checklist = await server.publish(aChecklist());
  const sari = await Sari.opens(server);
  return { server, sari, checklist, visit: await sari.isSentTo(checklist) };
}

/** More visits, ordered and fetched. */
export async function moreVisits({ sari, checklist }: Scene, count: number): Promise<string[]> {
  const visits = [];
  for (let n = 0; n < count; n += 1) visits.push(uuid7());
  for (const visit of visits) sari.server.put(visit, aVisit(checklist));
  await sari.pulls();
  return visits;
}

/** The codes of what a run noted. */
export const codes = (report: Report): string[] => report.notes.map((note) => note.code);

/** The same numbers from 0 to 1 every time (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export { isDone };
