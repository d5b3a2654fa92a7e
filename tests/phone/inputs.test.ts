import type { PhotoRow } from "@/store/types";
import { withAnswer } from "@/engine/editing";
import type { Task } from "@/engine/types";
import { counted, photosOf, shortDigest } from "@/screens/fill/finishing";
import { isPhotoDue, noteFor } from "@/screens/fill/needs";
import { amountsOf, aroundOf, intervalsOf } from "@/screens/fill/offers";
import { groupsOf, isForLater } from "@/screens/fill/path";
import { returnedOf } from "@/screens/fill/returned";
import { numberTyped, readTyped } from "@/screens/fill/typed";
import type { Fields, Instrument, Item, ItemType, Json, Mark } from "@/wire/types";
import { readVisit } from "@/wire/visit";

const words = (text: string) => ({ id: text, en: text });

function item(code: string, type: ItemType = "YN", more: Partial<Item> = {}): Item {
  return { code, type, mode: "OBS", question: words(code), ...more };
}

describe("Sari types a number as she writes it", () => {
  test.each([
    ["25000", 25_000],
    ["25.000", 25_000],
    ["25,000", 25_000],
    ["25 000", 25_000],
    ["Rp 25.000,-", 25_000],
    ["Rp. 1.250.000", 1_250_000],
    ["1,250,000.00", 1_250_000],
    ["1.250.000,50", 1_250_000.5],
    ["25rb", 25_000],
    ["25 ribu", 25_000],
    ["1,1 juta", 1_100_000],
    ["12,5", 12.5],
    ["12.5", 12.5],
    ["0.125", 0.125],
    ["25.", 25],
    [" 7 ", 7],
  ])("%s", (text, number) => {
    expect(numberTyped(text)).toBe(number);
  });

  test.each(["", "dua", "2 minggu", "-5", "1.25.000", "1.2.3", "1,250.000,50", "Rp", "3/5", ",5", "1e3", "25.000.00"])("%s is none", (text) => {
    expect(numberTyped(text)).toBeNaN();
  });
});

describe("what was typed becomes the value the protocol wants, or nothing at all", () => {
  const known = 160_000;
  test.each<[string, Item, string[], number | undefined, Json]>([
    ["a count", item("N", "NUM", { of: 12 }), ["7"], undefined, 7],
    ["a count of a count", item("N2", "NUM2"), ["3", "5"], undefined, [3, 5]],
    ["minutes", item("M", "MIN"), ["12,5"], undefined, 12.5],
    ["a duration", item("D", "DUR"), ["1,5", "1"], undefined, [1.5, 1]],
    ["working days", item("W", "DAY"), ["3"], undefined, 3],
    ["rupiah", item("R", "IDR2"), ["Rp 185.000", "160.000"], undefined, [185_000, 160_000]],
    ["rupiah against a known fee", item("R", "IDR2"), ["0"], known, [0, known]],
  ])("%s", (_, asked, fields, fee, value) => {
    expect(readTyped(asked, fields, fee)).toEqual({ is: "value", value });
  });

  test.each<[string, Item, string[], string]>([
    ["more than there are", item("N", "NUM", { of: 12 }), ["13"], "beyond-of"],
    ["more counters serving than there are", item("N2", "NUM2"), ["6", "5"], "count-beyond-of"],
    ["none of none", item("N2", "NUM2"), ["0", "0"], "zero"],
    ["a published time of nothing", item("D", "DUR"), ["3", "0"], "zero"],
    ["half a day", item("W", "DAY"), ["1,5"], "not-whole"],
    ["words", item("W", "DAY"), ["lama"], "not-a-number"],
    ["words in one of two", item("R", "IDR2"), ["gratis", ""], "not-a-number"],
    ["more rupiah than there can be", item("R", "IDR2"), ["9.000.000.000.000", "0"], "too-large"],
  ])("%s cannot be", (_, asked, fields, why) => {
    expect(readTyped(asked, fields)).toEqual({ is: "wrong", why });
  });

  test("half of a pair is not told, and neither is an empty field beside a known fee", () => {
    expect(readTyped(item("R", "IDR2"), ["25.000", ""])).toEqual({ is: "partial" });
    expect(readTyped(item("R", "IDR2"), [" "], known)).toEqual({ is: "empty" });
  });
});

describe("the order of the visitor's path", () => {
  const instrument: Instrument = {
    format: 1,
    code: "T",
    version: "1",
    title: words("T"),
    dimensions: [
      {
        code: "D1",
        title: words("D1"),
        indicators: [
          { code: "A", title: words("Rooms"), items: [item("A1"), item("A2", "YN", { mode: "ASK" }), item("A3")] },
          { code: "B", title: words("Site"), items: [item("B1", "YN", { mode: "DSK" })] },
        ],
      },
      {
        code: "D2",
        title: words("D2"),
        indicators: [
          { code: "C", title: words("Complaints"), items: [item("C1", "DAY", { mode: "FUP" }), item("C2", "YN", { mode: "TRX" })] },
          { code: "V", title: words("Kind"), variants: { SAM: [item("V1")], SIM: [item("V2")] } },
        ],
      },
    ],
  };
  const items = ["A1", "A2", "A3", "B1", "C1", "C2", "V1"].map((code) => found(code));

  function found(code: string): Item {
    const indicators = instrument.dimensions.flatMap((dimension) => dimension.indicators);
    const all = indicators.flatMap(({ items = [], variants = {} }) => [...items, ...Object.values(variants).flat()]);
    return all.find((each) => each.code === code)!;
  }
  const shown = (order: "path" | "printed", some = items) =>
    groupsOf(instrument, some, order).map((group) => [group.key, group.title.en, group.items.map((each) => each.code).join(" ")]);

  test("desk work comes first, then looking, then asking, and what is for later last", () => {
    expect(shown("path")).toEqual([
      ["before/B", "Site", "B1"],
      ["there/A", "Rooms", "A1 A3"],
      ["there/V", "Kind", "V1"],
      ["counter/A", "Rooms", "A2"],
      ["counter/C", "Complaints", "C2"],
      ["later/C", "Complaints", "C1"],
    ]);
  });

  test("as printed, only what is for later stands apart", () => {
    expect(shown("printed")).toEqual([
      ["all/A", "Rooms", "A1 A2 A3"],
      ["all/B", "Site", "B1"],
      ["all/C", "Complaints", "C2"],
      ["all/V", "Kind", "V1"],
      ["later/C", "Complaints", "C1"],
    ]);
  });

  test("a heading of which nothing is asked is not there", () => {
    expect(shown("path", [found("A2")])).toEqual([["counter/A", "Rooms", "A2"]]);
    expect([found("C1"), found("C2")].map(isForLater)).toEqual([true, false]);
  });
});

describe("what the visit knows is offered", () => {
  const mark = (what: Mark["what"], at: string): Mark => ({ what, at, recorded_at: at });

  test("the wait from ticket to call comes first; marks in the wrong order offer nothing", () => {
    const arrived = mark("arrived", "2026-03-04T09:00:00+08:00");
    const ticket = mark("ticket", "2026-03-04T09:10:20+08:00");
    const called = mark("called", "2026-03-04T08:45:00+07:00"); // 09.45 where the ticket was taken
    expect(intervalsOf([arrived, called, ticket])).toEqual([
      { from: "ticket", to: "called", minutes: 35 },
      { from: "arrived", to: "called", minutes: 45 },
    ]);
    expect(intervalsOf([mark("ticket", "2026-03-04T10:00:00+08:00"), called])).toEqual([]);
    expect(intervalsOf([])).toEqual([]);
  });

  test("amounts noted on the way are offered once each, the latest first", () => {
    const jot = (minute: number, amount_rupiah?: number) => ({
      at: `2026-03-04T09:0${minute}:00+08:00`,
      text: "",
      ...(amount_rupiah === undefined ? {} : { amount_rupiah }),
    });
    expect(amountsOf([jot(1, 25_000), jot(2), jot(3, 50_000), jot(4, 25_000)])).toEqual([jot(4, 25_000), jot(3, 50_000)]);
  });

  test("the standard and the fee come from the order; what is not known is not made up", () => {
    const told = readVisit("v", { standard: { fee_rupiah: 160_000, completion_amount: 60, completion_unit: "minutes" } });
    const fields = { marks: [], jottings: [] } as unknown as Fields;
    expect(aroundOf(told, fields, { official_fee: 160_000 })).toEqual({
      marks: [],
      jottings: [],
      fee: 160_000,
      standard: { amount: 60, unit: "minutes" },
    });
    expect(aroundOf(readVisit("v", { standard: null }), undefined, { official_fee: null })).toEqual({
      marks: [],
      jottings: [],
      fee: undefined,
      standard: undefined,
    });
  });
});

describe("what an answer needs beside it", () => {
  const bribe = item("O2.2", "YN-", {
    critical: "zero",
    options: [
      { code: "yes", label: words("Ya"), score: "0", critical: false },
      { code: "no", label: words("Tidak"), score: "100", critical: false },
    ],
  });
  const board = item("P1.1", "NUM", { of: 3, photo: "required" });

  test("a serious finding needs a note the moment it is one, and still once it is written", () => {
    expect(noteFor(bribe, { value: false }, {})).toBeNull();
    expect(noteFor(bribe, { value: true }, {})).toBe("finding");
    expect(noteFor(bribe, { value: true, note: "Rp 20.000 tanpa kuitansi." }, {})).toBe("finding");
    expect(noteFor({ ...bribe, asked_if: ["answered", "O2.1"] }, { value: true }, {})).toBe("finding");
    expect(noteFor(bribe, undefined, {})).toBeNull();
  });

  test("no photo for another reason needs words, unless there is a photo", () => {
    expect(noteFor(board, { value: 3, no_photo: "unsafe" }, {})).toBeNull();
    expect(noteFor(board, { value: 3, no_photo: "other" }, {})).toBe("photo");
    expect(noteFor(board, { value: 3, no_photo: "other", photos: ["p"] }, {})).toBeNull();
  });

  test("a photo is asked for once there is an answer it could prove", () => {
    expect([undefined, { note: "?" }, { na: true as const }, { value: 0 }].map((answer) => isPhotoDue(board, answer))).toEqual([
      false,
      false,
      false,
      true,
    ]);
    expect(isPhotoDue({ ...board, photo: "optional" }, { value: 0 })).toBe(false);
  });
});

test("taking back a number that cannot be leaves the note and the photos", () => {
  const before = { value: [185_000, 160_000], note: "Tunai.", photos: ["p1"], observed_at: "2026-03-04T09:12:00+08:00" };
  const { recorded_at: _now, ...left } = withAnswer(before, { value: null }, new Date());
  expect(left).toEqual({ note: "Tunai.", photos: ["p1"], observed_at: "2026-03-04T09:12:00+08:00" });
});

test("what Budi returned stands at its item; a photo stands wherever it is, or was, evidence", () => {
  const task = (item: string | null, photo: string | null): Task => ({ item, photo, reason: "unclear", note: "", done: false });
  const [named, ofPhoto, whole, strange] = [task("I1.1", "p1"), task(null, "p1"), task(null, null), task(null, "p9")];
  const returned = returnedOf([named, ofPhoto, whole, strange], { "I1.2": { photos: ["p1"] } }, { "I1.2": { photos: ["p1"] }, "I1.1": { photos: ["p1"] } });
  expect([...returned.byItem]).toEqual([
    ["I1.1", [named, ofPhoto]],
    ["I1.2", [ofPhoto]],
  ]);
  expect(returned.general).toEqual([whole, strange]);
});

describe("finishing", () => {
  test("gaps are counted by what is to be done about them", () => {
    const gaps = ["answer-missing", "photo-missing", "photo-elsewhere", "note-missing", "follow-up-missing", "photo-forbidden", "of-a-later-day"];
    expect(counted(gaps.map((code, at) => ({ item: `I${at}`, code })))).toEqual({ answers: 1, photos: 2, notes: 1, values: 2, later: 1 });
  });

  test("K2 a receipt is read aloud in groups of four", () => {
    expect(shortDigest("sha256:Rj7zl4sUgIEyAh7LP5Zd4R0qloG2LC1yfnePurJIs2Y")).toBe("Rj7z l4sU gIEy");
  });

  test("only what the server has stored is said to be received, and photos of another attempt do not count", () => {
    const photo = (id: string, state: PhotoRow["state"], submission: string) => ({ id, state, submission }) as PhotoRow;
    const photos = [photo("a", "sending", "s"), photo("b", "stored", "s"), photo("c", "freed", "s"), photo("d", "captured", "older"), photo("e", "bad", "s")];
    expect(photosOf(photos, "s")).toEqual({ waiting: 1, received: 2, useless: 1 });
  });
});
