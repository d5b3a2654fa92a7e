/** The world's edges of a browser, for tests: a database that can be looked into, and one that fails on command. */

import { FORM, STORES } from "@/store/db";

/** Everything anybody with the phone in hand can read of it, without a PIN, as one text; bytes as Latin letters. */
export async function dump(): Promise<string> {
  const db = await raw();
  const found: unknown[] = [db.name, [...db.objectStoreNames]];
  for (const name of db.objectStoreNames) {
    const store = db.transaction(name).objectStore(name);
    const [keys, values] = await Promise.all([asked(store.getAllKeys()), asked(store.getAll())]);
    found.push(name, keys, values);
  }
  db.close();
  return JSON.stringify(found, (_, value: unknown) => (value instanceof ArrayBuffer ? latin(value) : value));
}

/** Bytes as letters, each byte one letter. */
export function latin(bytes: ArrayBuffer | Uint8Array): string {
  return new TextDecoder("latin1").decode(bytes);
}

/** All records of one store, as the database has them. */
export async function records(store: string): Promise<Map<IDBValidKey, unknown>> {
  const db = await raw();
  const open = db.transaction(store).objectStore(store);
  const [keys, values] = await Promise.all([asked(open.getAllKeys()), asked(open.getAll())]);
  db.close();
  return new Map(keys.map((key, n) => [key, values[n]]));
}

/** Write into a store behind everybody's back. */
export async function tamper(store: string, key: IDBValidKey, value: unknown): Promise<void> {
  const db = await raw();
  const tx = db.transaction(store, "readwrite");
  tx.objectStore(store).put(value, key);
  await new Promise((done) => (tx.oncomplete = done));
  db.close();
}

/** As if the browser had cleared it, or never seen it. */
export function emptied(): Promise<unknown> {
  return asked(indexedDB.deleteDatabase("catatan"));
}

export async function newerForm(): Promise<void> {
  const opening = indexedDB.open("catatan", FORM + 1);
  opening.onupgradeneeded = () => STORES.forEach((name) => opening.result.createObjectStore(name));
  (await asked(opening)).close();
}

interface Disk {
  /** Steps seen since: transactions begun and requests made in them. */
  steps: number;
  /** How every transaction that may write was asked to be kept. */
  readonly asked: (string | undefined)[];
  mend(): void;
}

/** Counts what is asked of the database; from step `at` on, `failing` is thrown, or what it says happens to the transaction. */
export function disk(failing: (tx: IDBTransaction | null) => void = () => undefined, at = Infinity, times = Infinity): Disk {
  const before = { begin: IDBDatabase.prototype.transaction, put: IDBObjectStore.prototype.put, delete: IDBObjectStore.prototype.delete };
  const seen: Disk = {
    steps: 0,
    asked: [],
    mend() {
      IDBDatabase.prototype.transaction = before.begin;
      Object.assign(IDBObjectStore.prototype, { put: before.put, delete: before.delete });
    },
  };
  const step = (tx: IDBTransaction | null) => {
    seen.steps += 1;
    if (seen.steps >= at && seen.steps < at + times) failing(tx);
  };
  IDBDatabase.prototype.transaction = function (this: IDBDatabase, ...given: Parameters<IDBDatabase["transaction"]>) {
    if ((given[1] as string) !== "versionchange") step(null); // opening is not what fails here
    if (given[1] === "readwrite") seen.asked.push(given[2]?.durability);
    return before.begin.apply(this, given);
  };
  IDBObjectStore.prototype.put = function (this: IDBObjectStore, ...given: Parameters<IDBObjectStore["put"]>) {
    step(this.transaction);
    return before.put.apply(this, given);
  };
  IDBObjectStore.prototype.delete = function (this: IDBObjectStore, ...given: Parameters<IDBObjectStore["delete"]>) {
    step(this.transaction);
    return before.delete.apply(this, given);
  };
  return seen;
}

function raw(): Promise<IDBDatabase> {
  return asked(indexedDB.open("catatan"));
}

function asked<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((answer, fail) => {
    request.onsuccess = () => answer(request.result);
    request.onerror = () => fail(request.error!);
  });
}
