/** The messages and rules that the server and the Python client are tried against too (tests/wire), by name. */

/* eslint-disable @typescript-eslint/no-explicit-any -- JSON, as the tests look at it */
const TEXTS = import.meta.glob<string>("../wire/*.json", { eager: true, query: "?raw", import: "default" });

const named = Object.entries(TEXTS).map(([path, text]) => [path.replace(/^.*\/|\.json$/g, ""), text] as const);

export function golden(name: string): any {
  return JSON.parse(new Map(named).get(name)!);
}

/** Every request with its answer that any file tells. */
export function exchanges(): { name: string; request: any; answer: any }[] {
  return named
    .filter(([name]) => name.startsWith("sync_"))
    .flatMap(([name]) => (golden(name).exchanges ?? []).map((told: any, n: number) => ({ name: `${name} ${n}`, ...told })));
}

/** All cases of a file, each with a name. */
export function cases(name: string): any[] {
  return golden(name).cases.map((told: any, n: number) => ({ ...told, name: told.name ?? `${n} ${told.item}` }));
}
