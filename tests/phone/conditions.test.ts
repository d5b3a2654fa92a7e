/** Which items are asked, here as on the server. */

import { ChecklistUnreadable } from "@/errors-inside";
import { asked, factsFor, holds, itemsFor, readInstrument } from "@/rules/conditions";
import type { Expression, Instrument, Item } from "@/wire/types";
import { cases, golden } from "./golden";

const item = (code: string, more: Partial<Item> = {}): Item => ({
  code,
  question: { id: "?", en: "?" },
  type: "YN",
  mode: "OBS",
  ...more,
});

test.each(cases("conditions"))(
  "a condition holds here as it holds on the server: $name",
  ({ expression, expected, ...given }) => {
    const { answers, facts } = golden("conditions");
    expect(holds(expression, given.answers ?? answers, { ...facts, ...given.facts })).toBe(expected);
  },
);

test("no condition however strange stops a phone", () => {
  let deep: Expression = ["item", "A"];
  for (let n = 0; n < 5000; n += 1) deep = ["not", deep];
  const strange = [
    [],
    [[]],
    ["and"],
    ["=", 1],
    ["=", [], []],
    ["item"],
    ["fact", 3],
    { a: 1 },
    null,
    "true",
    ["?", 1, 2],
    [["and"]],
    deep,
  ];
  const names = ["constructor", "__proto__", "toString"].flatMap((name) => [
    ["=", ["fact", name], ["item", name]],
    ["answered", name],
  ]);
  const found = [...strange, ...names].map((expression) => holds(expression as Expression, {}, {}));
  expect(new Set(found)).toEqual(new Set([true, false]));
  expect(found.slice(-names.length)).toEqual(names.map(() => false));
});

test("an answer to an item that is not asked counts for nothing further on", () => {
  const items = [
    item("A"),
    item("B", { asked_if: ["=", ["item", "A"], true] }),
    item("C", { asked_if: ["answered", "B"] }),
    item("D", { asked_if: ["not", ["answered", "B"]] }),
    item("E", { asked_if: null }),
  ];
  const codes = (a: boolean) => asked(items, { A: { value: a }, B: { value: true } }, {}).map(({ code }) => code);
  expect(codes(true)).toEqual(["A", "B", "C", "E"]);
  expect(codes(false)).toEqual(["A", "D", "E"]);
});

test("what does not apply was not answered, whatever stands beside it", () => {
  const answers = { A: { na: true, value: true }, B: { na: false, value: true } };
  expect(["A", "B"].map((code) => holds(["answered", code], answers, {}))).toEqual([false, true]);
  expect(["A", "B"].map((code) => holds(["=", ["item", code], true], answers, {}))).toEqual([false, true]);
});

test("the default waiting time is the mildest when the product is not told", () => {
  const instrument = { waiting_minutes: { "POL-SKCK": 30, "POL-SPKT": 10, "POL-X": "7.5", SAM: 30 } };
  const wait = (variant: string, group: string | null = null) =>
    factsFor(instrument, { variant, product_group: group, waiting_minutes: null })["waiting_minutes"];
  expect([wait("SAM"), wait("POL", "SPKT"), wait("POL", "X"), wait("POL"), wait("PKM")]).toEqual([30, 10, "7.5", 30, null]);
  expect(factsFor(instrument, { variant: "SAM", waiting_minutes: 15 })["waiting_minutes"]).toBe(15);
});

test("a unit is asked its own variant's items, in the order of the checklist", () => {
  const indicators = [
    { code: "I1", title: { id: "", en: "" }, items: [item("I1.1"), item("I1.2")] },
    { code: "P5", title: { id: "", en: "" }, variants: { SAM: [item("P5.1-SAM")], SIM: [item("P5.1-SIM")] } },
  ];
  const instrument = { format: 1, dimensions: [{ code: "D", title: { id: "", en: "" }, indicators }] } as unknown as Instrument;
  const codes = (variant: string) => itemsFor(readInstrument(JSON.stringify(instrument)), variant).map(({ code }) => code);
  expect(codes("SIM")).toEqual(["I1.1", "I1.2", "P5.1-SIM"]);
  expect([codes("KTH"), codes("constructor")]).toEqual([
    ["I1.1", "I1.2"],
    ["I1.1", "I1.2"],
  ]);
});

test.each([
  '{"format":2,"dimensions":[]}',
  "[]",
  "null",
  "not json",
  '{"format":1}',
  '{"format":1,"dimensions":[1]}',
  '{"format":1,"dimensions":[{"indicators":[{}]}]}',
])("a checklist of a later form is not guessed at: %s", (text) => {
  expect(() => readInstrument(text)).toThrow(ChecklistUnreadable);
});
