/** Problems: what happened, what is safe, what to do, in both languages. */

import * as outside from "@/errors";
import * as inside from "@/errors-inside";
import { Reply, problemOf } from "@/transport";
import ERRORS_PY from "../../fieldsync/errors.py?raw";

const KINDS = Object.entries({ ...outside, ...inside }).filter(([name]) => /^[A-Z]/.test(name) && name !== "Problem");
const problems = KINDS.map(([, Kind]) => new (Kind as new () => outside.Problem)());

test("every problem says what happened in both languages and has a code of its own", () => {
  expect(new Set(problems.map((problem) => problem.code)).size).toBe(problems.length);
  expect(problems.length).toBeGreaterThan(30);
  for (const problem of problems) {
    expect(problem.words("id"), problem.code).not.toBe(problem.words("en"));
    for (const language of ["id", "en"] as const)
      expect(problem.words(language).split(/[.;] /).length, problem.code).toBeGreaterThanOrEqual(2);
    const [id, en] = problem.said.map((text) => [...text.matchAll(/\{(\w+?)(_id)?\}/g)].map(([, name]) => name).sort());
    expect(id, problem.code).toEqual(en);
  }
});

test("the phone knows the problems that the Python client knows", () => {
  const elsewhere = ["newer-store", "store-full", "store-broken"]; // in the store, in words of the notebook
  const ofLaptops = ["problem", "store-busy", "file-unwritable", "file-unreadable"];
  const known = [...ERRORS_PY.matchAll(/^ {4}code(?:: \S+)? = "(.+)"$/gm)].map(([, code]) => code!);
  expect(known.length).toBeGreaterThan(30);
  expect(known.filter((code) => !problems.some((problem) => problem.code === code)).sort()).toEqual(
    [...elsewhere, ...ofLaptops].sort(),
  );
});

test("whether waiting helps is judged as the Python client judges it", () => {
  const classes = ERRORS_PY.split(/^class /m).map((text) => [
    / code(?:: \S+)? = "(.+)"/.exec(text)?.[1],
    / waiting_helps = True/.test(text),
  ]);
  const judged = new Map(classes as [string, boolean][]);
  for (const problem of problems)
    if (judged.has(problem.code)) expect(problem.waitingHelps, problem.code).toBe(judged.get(problem.code));
});

test("problems that may show before the PIN say nothing of what this app is for", () => {
  const telling = /kunjungan|visit|inspe|checklist|daftar periksa|samar|audit|surve|laporan|koordinator|coordinator|butir/i;
  for (const Kind of Object.values(outside)) {
    if (Kind === outside.Problem || !(Kind.prototype instanceof outside.Problem)) continue;
    const { code, said } = new (Kind as new () => outside.Problem)();
    expect(`${code} ${said.join(" ")}`).not.toMatch(telling);
  }
  expect(new inside.NoSuchVisit().words("en"), "the others do, or this would prove nothing").toMatch(telling);
});

test("one kind of problem is told from another, and what is no problem goes on its way", () => {
  const problem: outside.Problem = new outside.NoAnswer({ why: "timeout" });
  expect(problem.words("en")).toBe(
    "The server did not answer (timeout). Everything you recorded is safe here. It is sent when there is a connection.",
  );
  expect([problem instanceof outside.NoAnswer, problem instanceof outside.Refused]).toEqual([true, false]);
  expect(outside.raised(problem)).toBe(problem);
  expect(() => outside.raised(new TypeError("ours"))).toThrow(TypeError);
});

// What the server refuses

const reply = (status: number, said: object = {}, retryAfter: number | null = null) =>
  new Reply(status, new Headers(), new TextEncoder().encode(JSON.stringify(said)), retryAfter);

test.each([
  [reply(507), outside.ServerFull],
  [reply(429, {}, 40), outside.ServerBusy],
  [reply(503, {}, 40), outside.ServerBusy],
  [reply(503), outside.ServerTrouble],
  [reply(500, {}, 40), outside.ServerTrouble],
  [reply(423), outside.ServerTrouble],
  [reply(429), outside.ServerTrouble],
  [reply(401), outside.SignInAgain],
  [reply(403), outside.Barred],
  [reply(412), outside.UpdateNeeded],
  [reply(426), outside.UpdateNeeded],
  [reply(302), outside.Refused],
  [reply(404), outside.Refused],
])("an answer that is no success is a problem in words: $status", (answer, Kind) => {
  expect(problemOf(answer)).toBeInstanceOf(Kind);
});

test("what the server says of its refusal is told on, in both languages", () => {
  const said = { code: "device-revoked", title: "This device was revoked.", title_id: "Perangkat ini dicabut.", status: 403 };
  const problem = problemOf(reply(403, said));
  expect(problem.facts).toEqual({ status: 403, code: "device-revoked", title: said.title, title_id: said.title_id });
  expect(problem.words("id")).toContain("(Perangkat ini dicabut.)");
  const wrong = { title: "They do not belong together.", title_id: "Keduanya tidak cocok.", status: 401 };
  expect(new outside.Refused(wrong).words("id")).toBe("Server menolak: Keduanya tidak cocok. Catatan Anda aman di sini.");
  expect(problemOf(reply(404)).words("id")).toBe("Server menolak: 404. Catatan Anda aman di sini.");
  expect(problemOf(reply(503, {}, 40.4)).words("en")).toBe(
    "The server asks to come back in 40 seconds. Everything you recorded is safe here.",
  );
});
