/** What Sari finds in her list and on a visit's screen, decided in values. */

import type { Draft, Listed } from "@/engine/types";
import { groupOf, isFound, momentOn, photosIn, rowsOf, verdictOf, viewOf, waitingIn, windowIn } from "@/screens/visit/standing";
import { limitsFor } from "@/screens/visit/limits";
import { elsewhere, onMap } from "@/screens/visit/map";
import { photosInWords, stateOf } from "@/screens/visit/state";
import { hoursInWords, titleOf, verdictInWords, windowInWords } from "@/screens/visit/words";
import type { SubmissionRow } from "@/store/types";
import { readVisit, unitOf } from "@/wire/visit";
import type { Mark, Raw } from "@/wire/types";
import { speak } from "@/words/language.svelte";

const NOW = new Date("2026-03-04T02:00:00Z"); // 10.00 in Pelaihari
const UNIT = { name: "Samsat Pelaihari", code: "SAM-63.01", type: "SAM", address: "Jl. A. Yani", latitude: -3.8, longitude: 114.76, time_zone: "Asia/Makassar" };
const TODAY = { opens: "2026-03-04T00:00:00+08:00", closes: "2026-03-05T00:00:00+08:00" };
const GONE = { opens: "2026-03-01T00:00:00+08:00", closes: "2026-03-03T00:00:00+08:00" };
const NEXT = { opens: "2026-03-06T08:00:00+08:00", closes: "2026-03-06T12:00:00+08:00" };

let number = 0;
beforeEach(() => {
  number = 0;
  speak("id");
});

function visit(more: Raw = {}, removed: string | null = null, practice = false) {
  const raw = { state: "assigned", attempt: 1, checklist: "sha256:x", scenario: "inquiry", window: TODAY, unit: UNIT, product: { name_id: "STNK", name_en: "Registration" } };
  return readVisit(`v${++number}`, { ...raw, ...more }, removed, practice);
}

function listed(of = visit(), more: Partial<Listed> = {}): Listed {
  return { visit: of, ready: true, begun: false, told: null, photosWaiting: 0, tasks: 0, ...more };
}

function told(more: Partial<SubmissionRow> = {}): SubmissionRow {
  const text = { doc: '{"photos":[{"id":"a"},{"id":"b"},{"id":"c"},{"id":"d"},{"id":"e"}]}', digest: "sha256:abc", checklist: "sha256:x" };
  const fresh = { slot: null, received_at: null, damaged: false, trouble: null, asked: 0 };
  return { id: "s", visit: "v", attempt: 1, ...text, made_at: "2026-03-04T01:00:00Z", state: "outbox", ...fresh, ...more };
}

const groups = (visits: Listed[]) => rowsOf(visits, NOW).map((row) => row.group);

test("returned visits stand on top, then what is open, what is over and still possible, what comes, and what is done", () => {
  const visits = [
    listed(visit({}, null, true)),
    listed(visit({}, "reassigned")),
    listed(visit({ state: "accepted" })),
    listed(visit({ window: NEXT })),
    listed(visit({ window: GONE })),
    listed(),
    listed(visit({ state: "returned" })),
  ];
  expect(groups(visits)).toEqual(["returned", "open", "overdue", "coming", "finished", "gone", "practice"]);
});

test("open visits are ordered by their closing, and what Sari has begun comes before", () => {
  const soon = visit({ window: { ...TODAY, closes: "2026-03-04T12:00:00+08:00" } });
  const [later, begun] = [visit(), visit({ window: NEXT })];
  const rows = rowsOf([listed(later), listed(soon), listed(begun, { begun: true })], NOW);
  expect(rows.map((row) => [row.listed.visit.id, row.group])).toEqual([[begun.id, "open"], [soon.id, "open"], [later.id, "open"]]);
});

test("a finished visit is finished before the server has heard of it, and open again when it came late", () => {
  const group = (of: Listed) => groupOf(of, windowIn(of.visit), NOW);
  expect(group(listed(visit(), { told: told() }))).toBe("finished");
  expect(group(listed(visit(), { told: told({ state: "kept", slot: "late" }) }))).toBe("open");
  expect(group(listed(visit({ state: "returned", attempt: 2 }), { told: told({ state: "kept", slot: "current" }) }))).toBe("returned");
  expect(group(listed(visit({ state: "returned", attempt: 2 }), { told: told({ attempt: 2 }) }))).toBe("finished");
});

test("of hundreds of rows only those that say something else are made anew", () => {
  const [a, b] = [listed(), listed()];
  const before = rowsOf([a, b], NOW);
  const after = rowsOf([{ ...a }, { ...b, tasks: 2 }], NOW, before);
  expect(after.map((row, n) => row === before[n])).toEqual([true, false]);
});

test("a window is before, in, or over; and over is still possible", () => {
  const window = { opens: new Date("2026-03-04T01:00:00Z"), closes: new Date("2026-03-04T05:00:00Z") };
  const at = (moment: string) => verdictOf(window, new Date(moment));
  expect(at("2026-03-04T00:30:00Z")).toEqual({ kind: "opens", minutes: 30 });
  expect(at("2026-03-04T01:00:00Z")).toEqual({ kind: "open", minutes: 240 });
  expect(at("2026-03-04T05:00:00Z")).toEqual({ kind: "closed", minutes: 0 });
  expect(verdictOf(windowIn(visit({ window: null })), NOW)).toBe(null);
  expect(verdictInWords(at("2026-03-04T01:00:00Z"))).toBe("Masih 4 jam lagi");
  expect(verdictInWords(at("2026-03-04T06:00:00Z"))).toBe("Waktunya lewat. Masih boleh, akan ditandai.");
});

test("windows are told by the unit's clock, whole days without hours", () => {
  const said = (told: typeof TODAY) => windowInWords(windowIn(visit({ window: told }))!, "Asia/Makassar");
  expect(said({ opens: "2026-03-02T00:00:00+08:00", closes: "2026-03-07T00:00:00+08:00" })).toBe("Sen, 2 Mar 2026 – Jum, 6 Mar 2026");
  expect(said(TODAY)).toBe("Rab, 4 Mar 2026");
  expect(said(NEXT)).toBe("Jum, 6 Mar 2026, 08.00 – 12.00 WITA");
});

test("opening hours are read in the language of the person", () => {
  expect(hoursInWords("Mon-Thu 08:00-12:00,13:00-15:00; Fri 08:00-11:00")).toEqual(["Sen–Kam 08.00–12.00, 13.00–15.00", "Jum 08.00–11.00"]);
  speak("en");
  expect(hoursInWords("Mon-Thu 08:00-14:00")).toEqual(["Mon–Thu 08:00–14:00"]);
  expect(hoursInWords("")).toEqual([]);
});

test("each row says how it stands, in words and with a sign", () => {
  const said = (of: Listed) => {
    const { sign, text } = stateOf(rowsOf([of], NOW)[0]!, NOW);
    return `${sign} ${text}`;
  };
  expect(said(listed(visit(), { ready: false }))).toBe("! Belum siap: lembar isian belum ada di ponsel");
  expect(said(listed(visit(), { begun: true }))).toBe("✎ Sedang dicatat");
  expect(said(listed(visit({ state: "returned" }), { tasks: 2 }))).toBe("↩ 2 hal perlu diperbaiki");
  expect(said(listed(visit({ state: "returned" }), { begun: true }))).toBe("✎ Sudah diperbaiki. Tinggal diselesaikan.");
  expect(said(listed(visit(), { told: told() }))).toBe("◷ Menunggu dikirim. Aman di ponsel ini.");
  expect(said(listed(visit({ state: "accepted" })))).toBe("✓ Disetujui koordinator");
  const slower = told({ state: "kept", slot: "late" }); // another phone of hers had told it before
  expect(said(listed(visit({ state: "submitted" }), { told: slower }))).toBe("✓ Diterima sebagai susulan; koordinator memutuskan");
  expect(said(listed(visit({ state: "submitted" })))).toBe("✓ Sudah dikirim dari perangkat lain");
  expect(said(listed(visit({}, "reassigned"), { begun: true }))).toBe("– Dialihkan ke orang lain. Catatan Anda tetap disimpan.");
  expect(said(listed(visit({}, null, true), { told: told() }))).toBe("✓ Latihan selesai. Tidak dikirim.");
});

test("photos that wait are counted against those the visit tells of", () => {
  const row = (more: Partial<Listed>) => rowsOf([listed(visit(), more)], NOW)[0]!;
  expect(photosIn(told())).toBe(5);
  expect(photosInWords(row({ told: told(), photosWaiting: 2 }))).toBe("Foto 3 dari 5 diterima");
  expect(photosInWords(row({ told: told({ doc: null }), photosWaiting: 2 }))).toBe("2 foto menunggu dikirim");
  expect(photosInWords(row({ told: told(), photosWaiting: 0 }))).toBe("");
});

test("a search finds every word, in names, codes and services of both languages", () => {
  const [row] = rowsOf([listed()], NOW);
  expect(["pelai sam", "63.01", "registration", "stnk yani"].map((typed) => isFound(row!, typed))).toEqual([true, true, true, true]);
  expect(isFound(row!, "pelai barabai")).toBe(false);
});

test("a visit is briefed, recorded, or told; a record of an attempt that was judged is begun anew", () => {
  const draft = (attempt: number) => ({ visit: "v", attempt, fields: {} }) as Draft;
  expect(viewOf(visit(), null, null)).toBe("briefing");
  expect(viewOf(visit(), draft(1), null)).toBe("recording");
  expect(viewOf(visit({}, "reassigned"), draft(1), null)).toBe("recording");
  expect(viewOf(visit({}, "reassigned"), null, null)).toBe("told");
  expect(viewOf(visit(), null, told())).toBe("told");
  expect(viewOf(visit({ state: "returned", attempt: 2 }), draft(1), told())).toBe("briefing");
  expect(viewOf(visit({ state: "submitted" }), null, null)).toBe("told");
});

const mark = (what: Mark["what"], clock: string): Mark => ({ what, at: `2026-03-04T${clock}:00+08:00`, recorded_at: `2026-03-04T${clock}:00+08:00` });

test("waiting is counted from the ticket until somebody calls, and goes on while nobody does", () => {
  const marks = [mark("arrived", "09:00"), mark("ticket", "09:04")];
  expect(waitingIn(marks, NOW)).toEqual({ since: { ticket: 4 }, waited: { minutes: 56, running: true }, inside: null });
  const whole = [mark("left", "10:30"), ...marks, mark("called", "09:45")]; // in whatever order they were tapped
  expect(waitingIn(whole, NOW)).toEqual({ since: { ticket: 4, called: 41, left: 45 }, waited: { minutes: 41, running: false }, inside: 90 });
  expect(waitingIn([], NOW)).toEqual({ since: {}, waited: null, inside: null });
});

test("a mark may be set earlier, never into the future", () => {
  const near = new Date(2026, 2, 4, 10, 0);
  const now = new Date(2026, 2, 4, 10, 5);
  expect(momentOn("09:12", near, now)).toEqual(new Date(2026, 2, 4, 9, 12));
  expect([momentOn("10:06", near, now), momentOn("", near, now)]).toEqual([null, null]);
});

test("the limits of the cover are those of the office and the scenario, the strictest first", () => {
  const limits = (type: string, group: string, scenario = "inquiry") =>
    limitsFor(visit({ scenario, unit: { ...UNIT, type }, product: { name_id: "x", group } }));
  const [report, asking] = [
    "Jangan membuat laporan apa pun. Laporan palsu adalah tindak pidana.",
    "Bertanyalah seperti warga biasa. Jangan mengajukan permohonan, jangan membayar.",
  ];
  expect(limits("POL", "SPKT", "transaction").slice(0, 2)).toEqual([report, asking]);
  expect(limits("POL", "SKCK", "transaction")[0]).toBe("Hanya untuk keperluan Anda sendiri yang sungguh ada, dengan biaya resmi.");
  expect(limits("DKC", "KK")[1]).toBe("Jangan mengarang orang atau dokumen.");
  expect(limits("SAM", "STNK")).toHaveLength(5);
  for (const type of ["SAM", "SIM", "POL", "KTH", "DKC", "PKM", "MPP", "PTS", "GEN"]) {
    expect(limits(type, "").some((limit) => limit.includes("Jangan menawarkan uang"))).toBe(true);
  }
});

test("the way to an office is opened by its point, or by its address, and says nothing of us", () => {
  const unit = unitOf(visit());
  expect(onMap(unit)).toBe("geo:-3.8,114.76?q=-3.8,114.76(Samsat%20Pelaihari)");
  expect(elsewhere(unit)).toBe("https://www.openstreetmap.org/?mlat=-3.8&mlon=114.76#map=17/-3.8/114.76");
  expect(onMap({ ...unit, latitude: null })).toBe("geo:0,0?q=Samsat%20Pelaihari%2C%20Jl.%20A.%20Yani");
  expect(onMap({ ...unit, latitude: null, address: "" })).toBe(null);
});

test("a long name is cut at a word in a heading", () => {
  const unit = { ...unitOf(visit()), name: "Dinas Kependudukan dan Pencatatan Sipil Kabupaten Hulu Sungai Selatan" };
  expect(titleOf(unit)).toBe("Dinas Kependudukan dan Pencatatan Sipil…");
  expect(titleOf({ ...unit, name: "" })).toBe("SAM-63.01");
});
