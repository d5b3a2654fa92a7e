/** IndexedDB, and the only place that knows it: strict transactions, one writer, a lost connection opened anew. */

import { type IDBPDatabase, type IDBPTransaction, openDB } from "idb";
import { Problem } from "@/problem";
import { NewerStore, StoreBroken, StoreFull, StoreLocked, StoreTaken } from "./problems";
import { randomName } from "./sealing";

export const DATABASE = "catatan";
export const FORM = 1;
export const STORES = ["kunci", "halaman", "arsip", "lampiran"] as const;
export type StoreName = (typeof STORES)[number];

type Transaction<M extends "readonly" | "readwrite"> = IDBPTransaction<unknown, StoreName[], M>;

const HOLDER = "pemegang";
/** Browsers end connections as they please: iOS under memory pressure, Chromium after a crash of its storage service. */
const CONNECTION_LOST = new Set(["AbortError", "UnknownError", "InvalidStateError", "TimeoutError", "TransactionInactiveError"]);

/**
 * One connection, renewed when the browser dropped it. Every write is one transaction of durability "strict": it is on
 * the disk when the promise resolves. Raises StoreFull, StoreTaken, StoreBroken, StoreLocked, NewerStore.
 */
export class Database {
  #connection: Promise<IDBPDatabase> | null = null;
  #holder: string | null = null;
  #closed = false;

  static async open(): Promise<Database> {
    const database = new Database();
    await database.#twice(() => Promise.resolve());
    return database;
  }

  /** From now on we are the one who writes; whoever was it before is refused at its next write. */
  async hold(): Promise<void> {
    const holder = randomName();
    await this.#change(["kunci"], (tx) => tx.objectStore("kunci").put(holder, HOLDER));
    this.#holder = holder;
  }

  read<T>(stores: StoreName[], step: (tx: Transaction<"readonly">) => Promise<T>): Promise<T> {
    return this.#twice((db) => {
      const tx = db.transaction(stores, "readonly");
      tx.done.catch(() => undefined); // its requests tell it too
      return step(tx);
    });
  }

  /** `step` may wait for nothing but this transaction. It can be called twice, so it says what shall be, not what to add. */
  write<T>(stores: StoreName[], step: (tx: Transaction<"readwrite">) => Promise<T>): Promise<T> {
    return this.#change([...stores, "kunci"], async (tx) => {
      await this.#checkHolder(tx);
      return step(tx);
    });
  }

  close(): void {
    this.#closed = true;
    this.#drop();
  }

  async #checkHolder(tx: Transaction<"readwrite">): Promise<void> {
    if (this.#holder === null) return; // before anything was opened there is nothing to spoil
    const holder: unknown = await tx.objectStore("kunci").get(HOLDER);
    if (holder === undefined) throw new StoreBroken({ why: "emptied" });
    if (holder !== this.#holder) throw new StoreTaken();
  }

  #change<T>(stores: StoreName[], step: (tx: Transaction<"readwrite">) => Promise<T>): Promise<T> {
    return this.#twice(async (db) => {
      const tx = db.transaction([...new Set(stores)], "readwrite", { durability: "strict" });
      const done = tx.done.then(() => null, (reason: unknown) => reason);
      try {
        const result = await step(tx);
        const reason = await done;
        if (reason) throw reason;
        return result;
      } catch (error) {
        abort(tx);
        await done;
        throw error instanceof Problem ? error : (tx.error ?? error); // a full disk is told by the transaction
      }
    });
  }

  /** Once more after a connection was lost, and then no more. */
  async #twice<T>(step: (db: IDBPDatabase) => Promise<T>): Promise<T> {
    try {
      return await step(await this.#connected());
    } catch (error) {
      if (!CONNECTION_LOST.has(nameOf(error))) throw inOurWords(error);
    }
    this.#drop();
    try {
      return await step(await this.#connected());
    } catch (error) {
      this.#drop();
      throw inOurWords(error);
    }
  }

  #connected(): Promise<IDBPDatabase> {
    if (this.#closed) throw new StoreLocked();
    return (this.#connection ??= connect(() => this.#drop()));
  }

  #drop(): void {
    void this.#connection?.then((db) => db.close(), () => undefined);
    this.#connection = null;
  }
}

function connect(dropped: () => void): Promise<IDBPDatabase> {
  return openDB(DATABASE, FORM, {
    upgrade(db) {
      for (const name of STORES) if (!db.objectStoreNames.contains(name)) db.createObjectStore(name);
    },
    blocking: dropped, // a newer version of ours wants to open it
    terminated: dropped,
  });
}

function abort(tx: { abort(): void }): void {
  try {
    tx.abort();
  } catch {
    // it has ended already
  }
}

function nameOf(error: unknown): string {
  return error instanceof Error || error instanceof DOMException ? error.name : "";
}

function inOurWords(error: unknown): Problem {
  if (error instanceof Problem) return error;
  const name = nameOf(error);
  if (name === "QuotaExceededError") return new StoreFull();
  if (name === "VersionError") return new NewerStore();
  return new StoreBroken({ why: name || String(error) });
}
