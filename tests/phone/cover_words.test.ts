// What can be read before the PIN: the files a browser loads until then, and the names under which something is kept.

import { type Rolldown, build } from "../../fieldsync/web/node_modules/vite/dist/node/index.js";
import { DATABASE, STORES } from "@/store/db";

const WEB = new URL("../../fieldsync/web/", import.meta.url).pathname;
/** Of the work, in either language; as parts of words too. */
const FORBIDDEN = [
  ...["kunjung", "inspek", "pengawas", "daftar periksa", "samar", "survei", "laporan", "penilai", "petugas", "pelayanan publik", "ombudsman"],
  ...["visit", "inspec", "checklist", "audit", "survey", "mystery", "covert", "shopper", "assignment", "coordinator", "koordinator"],
];

type Output = Rolldown.RolldownOutput["output"][number];

const found = (text: string) => FORBIDDEN.filter((word) => text.toLowerCase().includes(word));
const textOf = (file: Output) => (file.type === "chunk" ? file.code : String(file.source));
const publicFiles = import.meta.glob<string>("../../fieldsync/web/public/*.{svg,webmanifest}", { query: "?raw", import: "default", eager: true });

const files = await built();
const outside = loadedBeforeThePin(files);

test("nothing that is loaded before the PIN contains a word of the work", () => {
  expect([...outside].map((name) => [name, found(textOf(files.get(name)!))]).filter(([, words]) => words!.length)).toEqual([]);
  expect([...outside].filter((name) => name.endsWith(".js")).length).toBeGreaterThan(1);
  expect(outside).toContain("index.html");
  expect(outside).toContain("sw.js");
  expect(textOf(files.get("index.html")!)).toContain("Catatan");
});

test("nor does the manifest, an icon, or the name of a file", () => {
  expect(Object.values(publicFiles).map(found).flat()).toEqual([]);
  expect(Object.keys(publicFiles).length).toBeGreaterThan(1);
  const names = [...files.keys(), ...Object.keys(publicFiles).map((path) => path.split("/").at(-1)!)];
  expect(names.map(found).flat()).toEqual([]);
});

test("nor does the name of the database, of a store, a lock, a cache or a mark", () => {
  expect([DATABASE, ...STORES].map(found).flat()).toEqual([]);
  // Whatever is kept under a name is kept by what is loaded before the PIN; inside, none of these is spoken to.
  const keeps = /localStorage\.setItem|sessionStorage|caches\.open|indexedDB|locks\.request|document\.cookie|document\.title/;
  const inside = [...files].filter(([name, file]) => !outside.has(name) && file.type === "chunk" && keeps.test(file.code));
  const named = inside.map(([, file]) => [...textOf(file).matchAll(/(?:setItem|caches\.open|locks\.request)\(([^,)]*)/g)].map((call) => call[1]!)).flat();
  expect(named.map(found).flat()).toEqual([]);
  expect(inside.filter(([, file]) => /indexedDB|document\.cookie|document\.title|sessionStorage/.test(textOf(file)))).toEqual([]);
});

test("the same look finds them in what the PIN opens, so it would find them outside", () => {
  const inside = [...files].filter(([name]) => !outside.has(name) && name.endsWith(".js")).map(([, file]) => textOf(file)).join("\n");
  expect(found(inside)).toEqual(expect.arrayContaining(["kunjung", "visit", "checklist"]));
});

async function built(): Promise<Map<string, Output>> {
  vi.stubEnv("NODE_ENV", "production");
  const bundle = (await build({ root: WEB, configFile: `${WEB}vite.config.ts`, logLevel: "silent", build: { write: false } })) as Rolldown.RolldownOutput;
  vi.unstubAllEnvs();
  return new Map(bundle.output.filter((file) => !/\.(gz|br)$/.test(file.fileName)).map((file) => [file.fileName, file]));
}

/** The page, the worker, and what they load without being asked; what they only import when asked for is not among it. */
function loadedBeforeThePin(all: Map<string, Output>): Set<string> {
  const waiting = [...all.values()].filter((file) => file.type === "asset" ? file.fileName === "index.html" : file.isEntry).map((file) => file.fileName);
  const loaded = new Set<string>();
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    const file = all.get(name);
    if (!file || loaded.has(name)) continue;
    loaded.add(name);
    if (file.type === "chunk") waiting.push(...file.imports);
    else waiting.push(...[...textOf(file).matchAll(/\/app\/(f\/[^"]+)/g)].map((link) => link[1]!));
  }
  return loaded;
}
