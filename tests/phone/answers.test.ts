/** What an answer scores and what a visit still lacks, here as on the server. */

import { ValueWrong } from "@/errors-inside";
import {
  GAPS,
  expectedValue,
  gapWords,
  gapsIn,
  isCritical,
  noteRequired,
  photoRule,
  score,
  scores,
  valueFits,
  valueWrong,
} from "@/rules/answers";
import { compare, fraction, fractionText, readFraction, times } from "@/rules/fractions";
import type { Item } from "@/wire/types";
import { cases, golden } from "./golden";

test.each(cases("item_scores"))(
  "an answer scores here as it scores on the server: $name",
  ({ item: name, answer, facts = {}, ...expected }) => {
    const item = golden("item_scores").items[name];
    const found = score(item, answer, facts);
    expect(found && fractionText(found)).toBe(expected.score);
    expect(isCritical(item, answer, found)).toBe(expected.critical ?? false);
    if (found) expect(valueFits(item, answer.value, facts)).toBe(true);
  },
);

test.each(cases("item_problems"))(
  "a visit lacks here what it lacks on the server: $name",
  ({ answers, facts = {}, problems }) => {
    expect(gapsIn(Object.values(golden("item_problems").items), answers, facts)).toEqual(problems);
  },
);

test("every gap there is has words in both languages", () => {
  const codes = new Set(cases("item_problems").flatMap(({ problems }) => problems.map((gap: { code: string }) => gap.code)));
  for (const code of codes) expect(Object.keys(GAPS)).toContain(code);
  expect(gapWords({ item: "I1.1", code: "note-missing" }, "id")).toBe("I1.1: Catatan wajib diisi.");
  expect(gapWords({ item: "I1.1", code: "note-missing" }, "en")).toBe("I1.1: A note is required.");
});

test("the scores of a whole visit name every item, and none that is not asked has one", () => {
  const items = Object.values<Item>(golden("item_problems").items);
  const found = scores(items, { A1: { value: false }, A4: { value: 2 }, A6: { value: 1 } }, {});
  expect([...found].map(([code, points]) => [code, points && fractionText(points)])).toEqual([
    ["A1", "0"],
    ["A2", null],
    ["A3", null],
    ["A4", null],
    ["A5", null],
    ["A6", "100"],
  ]);
});

test("a note is asked for as soon as the answer needs one", () => {
  const { A1, A2 } = golden("item_problems").items;
  expect(noteRequired(A2, { value: true }, {}), "a critical finding").toBe(true);
  expect(noteRequired(A2, { value: false }, {})).toBe(false);
  expect(noteRequired(A1, { value: true, no_photo: "other" }, {})).toBe(true);
  expect(noteRequired(A1, { value: true, no_photo: "unsafe" }, {})).toBe(false);
  expect([photoRule(A1), photoRule({ ...A1, photo: undefined })]).toEqual(["required", "none"]);
});

test("what an item of an unknown kind, or a broken one, takes is nothing, and it stops no phone", () => {
  const { count, ratio, choice } = golden("item_scores").items;
  for (const item of [
    { ...count, type: "XYZ" },
    { ...count, of: undefined },
    { ...choice, options: undefined },
  ]) {
    for (const value of [1, "cukup", [1, 2], true])
      expect([valueFits(item, value, {}), score(item, { value }, {})]).toEqual([false, null]);
  }
  expect(score({ ...count, of: 0 }, { value: 0 }, {})).toBe(null);
  expect(score({ ...ratio, bands: undefined }, { value: [1, 2] }, {})).toBe(null);
});

test("what cannot be a value is said so, with what can", () => {
  const { count, choice, wait } = golden("item_scores").items;
  const problem = valueWrong(count, "lima");
  expect(problem).toBeInstanceOf(ValueWrong);
  expect(problem.words("en")).toBe(
    "lima cannot be an answer to NUM1 (a whole number up to 7). Nothing was recorded. Give another value.",
  );
  expect(problem.words("id")).toBe(
    "lima tidak mungkin menjadi jawaban NUM1 (bilangan bulat sampai 7). Tidak ada yang dicatat. Beri nilai lain.",
  );
  expect([expectedValue(choice, "id"), expectedValue(wait, "id")]).toEqual(["cukup, sebagian, tidak", "menit"]);
});

test("numbers are exact as they are written, whatever a machine makes of them", () => {
  const written = (text: number | string) => {
    const found = readFraction(text);
    return found && fractionText(found);
  };
  expect([45.01, 0.1, "1.50", "300/7", 1e-7, 1e21, "-2.5", "6/4"].map(written)).toEqual([
    "4501/100",
    "1/10",
    "3/2",
    "300/7",
    "1/10000000",
    "1000000000000000000000",
    "-5/2",
    "3/2",
  ]);
  expect(["", "x", "1/0", "1,5", NaN, Infinity, "0x10"].map(written)).toEqual(Array(7).fill(null));
  const tenth = readFraction("0.1")!;
  expect(compare(times(tenth, fraction(3n)), readFraction("0.3")!), "0.1 * 3 is 0.3 here").toBe(0);
  expect([compare(tenth, fraction(1n, -5n)), compare(fraction(-1n, 5n), tenth)]).toEqual([1, -1]);
});

test("a wait at the very bound of a band is within it, however the bound is written", () => {
  const { wait } = golden("item_scores").items;
  const bands = [
    { up_to: "1.1", score: "60" },
    { up_to: null, score: "0" },
  ];
  const points = (minutes: number) => fractionText(score({ ...wait, bands }, { value: minutes }, { waiting_minutes: 3 })!);
  expect([points(3.3), points(3.3000000000000003)], "1.1 * 3 in floating point is the second").toEqual(["60", "0"]);
});
