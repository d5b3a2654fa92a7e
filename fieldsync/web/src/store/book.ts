/** A book: pages that one key opens, decrypted in memory, with the encrypted database behind it. */

import type { Database } from "./db";
import { StoreLocked } from "./problems";
import { randomName, seal, unseal } from "./sealing";
import type { Book, TableName, Tables, Writer } from "./types";

type Row = Tables[TableName];
/** Where the bytes named `id` lie among the attachments: a row of a table that only we know. */
type FileRow = { readonly at: string };
const FILES = "lampiran";

interface Page {
  readonly at: string;
  readonly row: Row | FileRow;
}
type Pages = Map<string, Map<string, Page>>;

/** What one edit wants, in order: pages by table and key (null: gone), and bytes to be kept. */
interface Edit {
  readonly pages: Map<string, Map<string, Page | null>>;
  readonly files: Map<string, Uint8Array<ArrayBuffer>>;
}

export interface OpenBook extends Book {
  /** Pages that do not open with this key. They are left as they are, for whoever may help later. */
  readonly damaged: number;
}

interface Opening {
  readonly db: Database;
  readonly storeName: "halaman" | "arsip";
  readonly key: CryptoKey;
}

/** Read every page. Two thousand rows take a fraction of a second. Raises StoreBroken, StoreTaken, NewerStore. */
export async function openBook(opening: Opening): Promise<OpenBook> {
  const { db, storeName, key } = opening;
  const [places, sealed] = await db.read([storeName], (tx) => {
    const store = tx.objectStore(storeName);
    return Promise.all([store.getAllKeys(), store.getAll()]);
  });
  const texts = await Promise.all(sealed.map((page, n) => unseal(key, pageName(storeName, String(places[n])), page)));
  const found: { table: string; key: string; page: Page }[] = [];
  let damaged = 0;
  const utf8 = new TextDecoder();
  texts.forEach((text, n) => {
    if (!text) return (damaged += 1);
    const [table, name, row] = JSON.parse(utf8.decode(text)) as [string, string, Row];
    return found.push({ table, key: name, page: { at: String(places[n]), row } });
  });
  // The names of records are random; by their keys, rows come in the same order every time.
  found.sort((a, b) => (a.key < b.key ? -1 : 1));
  const pages: Pages = new Map();
  for (const { table, key: name, page } of found) tableOf(pages, table).set(name, page);
  return new BookOfPages(opening, pages, damaged);
}

class BookOfPages implements OpenBook {
  readonly #where: Omit<Opening, "key">;
  #key: CryptoKey | null; // null once closed: who still holds the book holds no key
  #closed = false;
  #last: Promise<unknown> = Promise.resolve();
  readonly #heard = new Set<() => void>();

  constructor(
    { key, ...where }: Opening,
    readonly pages: Pages,
    readonly damaged: number,
  ) {
    [this.#where, this.#key] = [where, key];
  }

  get<T extends TableName>(table: T, key: string): Tables[T] | undefined {
    return this.pages.get(table)?.get(key)?.row as Tables[T] | undefined;
  }

  *all<T extends TableName>(table: T): Iterable<Tables[T]> {
    for (const page of [...(this.pages.get(table)?.values() ?? [])]) yield page.row as Tables[T];
  }

  change<R>(edit: (writer: Writer) => R): Promise<R> {
    if (this.#closed) return Promise.reject(new StoreLocked());
    const changed = this.#last.then(() => this.#change(edit));
    this.#last = changed.catch(() => undefined);
    return changed;
  }

  async file(id: string): Promise<Uint8Array | null> {
    const at = (this.pages.get(FILES)?.get(id)?.row as FileRow | undefined)?.at;
    if (at === undefined) return null;
    const [{ db }, key] = [this.#where, this.#openKey];
    const sealed: unknown = await db.read(["lampiran"], (tx) => tx.objectStore("lampiran").get(at));
    const content = await unseal(key, pageName("lampiran", at), sealed);
    return content && new Uint8Array(content);
  }

  subscribe(heard: () => void): () => void {
    this.#heard.add(heard);
    return () => this.#heard.delete(heard);
  }

  close(): void {
    this.#closed = true;
    this.#heard.clear();
    // What was asked for before is still kept.
    void this.#last.then(() => {
      this.pages.clear();
      this.#key = null;
    });
  }

  get #openKey(): CryptoKey {
    if (!this.#key) throw new StoreLocked();
    return this.#key;
  }

  async #change<R>(edit: (writer: Writer) => R): Promise<R> {
    const wanted: Edit = { pages: new Map(), files: new Map() };
    const result = edit(writerOn(this.pages, wanted));
    const gone = filesGone(this.pages, wanted);
    const [pages, files] = await Promise.all([this.#sealedPages(wanted), this.#sealedFiles(wanted)]);
    if (pages.length + files.length) await this.#keep(pages, files, gone);
    for (const [table, rows] of wanted.pages) {
      const here = tableOf(this.pages, table);
      for (const [key, page] of rows) page ? here.set(key, page) : here.delete(key);
    }
    if (pages.length) for (const heard of [...this.#heard]) queueMicrotask(heard);
    return result;
  }

  /** One transaction. */
  #keep(pages: [string, ArrayBuffer | null][], files: [string, ArrayBuffer][], gone: string[]): Promise<void> {
    const { db, storeName } = this.#where;
    const stores = files.length + gone.length ? [storeName, "lampiran" as const] : [storeName];
    return db.write(stores, async (tx) => {
      const store = tx.objectStore(storeName);
      const asked: Promise<unknown>[] = [];
      const ask = (request: Promise<unknown>) => {
        request.catch(() => undefined); // should a later one throw, nobody waits for this one
        asked.push(request);
      };
      for (const [at, page] of pages) ask(page ? store.put(page, at) : store.delete(at));
      for (const [at, file] of files) ask(tx.objectStore("lampiran").put(file, at));
      for (const at of gone) ask(tx.objectStore("lampiran").delete(at));
      await Promise.all(asked);
    });
  }

  #sealedPages(wanted: Edit): Promise<[string, ArrayBuffer | null][]> {
    const [{ storeName }, key] = [this.#where, this.#openKey];
    const utf8 = new TextEncoder();
    const asked: Promise<[string, ArrayBuffer | null]>[] = [];
    for (const [table, rows] of wanted.pages) {
      const here = this.pages.get(table);
      for (const [name, page] of rows) {
        const at = page?.at ?? here?.get(name)?.at;
        if (at === undefined) continue; // written and taken back within this edit
        const text = page && utf8.encode(JSON.stringify([table, name, page.row]));
        asked.push(text ? seal(key, pageName(storeName, at), text).then((sealed) => [at, sealed]) : Promise.resolve([at, null]));
      }
    }
    return Promise.all(asked);
  }

  #sealedFiles(wanted: Edit): Promise<[string, ArrayBuffer][]> {
    const key = this.#openKey;
    return Promise.all(
      [...wanted.files].map(async ([at, content]): Promise<[string, ArrayBuffer]> => [at, await seal(key, pageName("lampiran", at), content)]),
    );
  }
}

function writerOn(pages: Pages, wanted: Edit): Writer {
  const pageOf = (table: string, key: string): Page | null | undefined => {
    const staged = wanted.pages.get(table)?.get(key);
    return staged === undefined ? pages.get(table)?.get(key) : staged;
  };
  const put = (table: string, key: string, row: Row | FileRow) =>
    tableOf(wanted.pages, table).set(key, { at: pages.get(table)?.get(key)?.at ?? pageOf(table, key)?.at ?? randomName(), row });
  const remove = (table: string, key: string) => tableOf(wanted.pages, table).set(key, null);
  const forgetFile = (id: string) => {
    const before = pageOf(FILES, id)?.row as FileRow | undefined;
    if (before) wanted.files.delete(before.at);
    remove(FILES, id);
  };
  return {
    get: <T extends TableName>(table: T, key: string) => pageOf(table, key)?.row as Tables[T] | undefined,
    *all<T extends TableName>(table: T): Iterable<Tables[T]> {
      const together = new Map<string, Page | null>([...(pages.get(table) ?? []), ...(wanted.pages.get(table) ?? [])]);
      for (const page of together.values()) if (page) yield page.row as Tables[T];
    },
    put,
    remove,
    putFile(id, content) {
      forgetFile(id);
      const at = randomName();
      wanted.files.set(at, content as Uint8Array<ArrayBuffer>);
      put(FILES, id, { at });
    },
    removeFile: forgetFile,
  };
}

/** Bytes that no row speaks of any more once the edit is kept. */
function filesGone(pages: Pages, wanted: Edit): string[] {
  const gone: string[] = [];
  for (const [id, page] of wanted.pages.get(FILES) ?? []) {
    const before = pages.get(FILES)?.get(id)?.row as FileRow | undefined;
    if (before && before.at !== (page?.row as FileRow | undefined)?.at) gone.push(before.at);
  }
  return gone;
}

function tableOf<V>(tables: Map<string, Map<string, V>>, table: string): Map<string, V> {
  let found = tables.get(table);
  if (!found) tables.set(table, (found = new Map()));
  return found;
}

/** The place a page is bound to: it opens under no other. */
function pageName(store: string, at: string): string {
  return `${store}/${at}`;
}
