/** Books that can be opened again after their page died, and that die when they are told to. */

import type { Edges } from "@/engine/edges";
import { Engine } from "@/engine/entry";
import { openBook } from "@/store/book";
import { Database } from "@/store/db";
import type { Book, TableName, Tables, Writer } from "@/store/types";
import { Transport } from "@/transport";
import { ORIGIN, type ScriptedServer, TOKEN, USER } from "./scripted_server";

export const DEVICE = "0195f0a0-0000-7000-8000-00000000dddd";

/** A phone's disk, with the key that opens it. What was kept is there again, however the page ended. */
export class Disk {
  readonly #factory = new IDBFactory();

  private constructor(readonly key: CryptoKey) {}

  /** Of a phone on which Sari has signed in. */
  static async ofSari(): Promise<Disk> {
    const disk = new Disk(await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]));
    const book = await disk.open();
    const identity = { device: DEVICE, user: USER, username: "sari", name: "Sari", token: TOKEN };
    await book.change((writer) => writer.put("facts", "identity", { value: identity }));
    return disk;
  }

  async open(): Promise<Book> {
    globalThis.indexedDB = this.#factory; // an open database keeps to the one it was opened in
    const db = await Database.open();
    await db.hold();
    return openBook({ db, storeName: "arsip", key: this.key });
  }
}

/** The page was killed: this is no Problem, nobody may catch it. */
export class Killed extends Error {}

/** A book whose page is killed at its nth change: just before it was kept, or just after. From then on nothing happens. */
export class MortalBook implements Book {
  /** Changes so far. */
  count = 0;
  #dead = false;

  constructor(
    private readonly book: Book,
    private readonly fatal = Infinity,
    private readonly when: "before" | "after" = "before",
  ) {}

  get<T extends TableName>(table: T, key: string): Tables[T] | undefined {
    return this.book.get(table, key);
  }

  all<T extends TableName>(table: T): Iterable<Tables[T]> {
    return this.book.all(table);
  }

  async change<R>(edit: (writer: Writer) => R): Promise<R> {
    this.#live();
    this.count += 1;
    const isLast = this.count === this.fatal;
    this.#dead ||= isLast;
    if (isLast && this.when === "before") throw new Killed();
    const result = await this.book.change(edit);
    this.#live();
    return result;
  }

  file(id: string): Promise<Uint8Array | null> {
    this.#live();
    return this.book.file(id);
  }

  subscribe(heard: () => void): () => void {
    return this.book.subscribe(heard);
  }

  close(): void {
    this.book.close();
  }

  #live(): void {
    if (this.#dead) throw new Killed();
  }
}

/** Sari's app over a book; a clock that stands still, and waits that are over at once. */
export function appOver(book: Book, server: ScriptedServer, moment = new Date("2026-03-04T01:12:00Z")): Engine {
  const edges: Edges = {
    origin: ORIGIN,
    clock: () => new Date(moment),
    random: () => 0.5,
    watch: () => performance.now() / 1000,
    sleep: async () => undefined,
  };
  return new Engine(book, edges, new Transport(ORIGIN, { token: TOKEN, fetch: server.fetch }));
}
