/**
 * A visit to learn with: made on the phone, with a small checklist of its own that uses every kind of item, and never sent.
 * There is one at a time; once it was finished, the next begins from nothing.
 */

import { PRACTICE, draftOf, itemKey } from "@/store/records";
import type { Book } from "@/store/types";
import { documentText } from "@/wire/document";
import { localText, sha256Text } from "@/wire/names";
import type { Both, Instrument, Item, ItemType, Option, Raw } from "@/wire/types";
import { wipePractice } from "./wiping";

const WINDOW_DAYS = 7;
const FEE_RUPIAH = 20_000;
const WAIT_MINUTES = 15;

/** Resolves to the id of the visit: the one that is under way, or a new one. */
export async function startPractice(book: Book, now: Date): Promise<string> {
  const text = documentText(CHECKLIST);
  const digest = await sha256Text(text);
  return book.change((writer) => {
    if (draftOf(writer, PRACTICE)) return PRACTICE;
    wipePractice(writer);
    writer.put("papers", digest, { digest, kind: "checklist", text });
    const order = { kind: PRACTICE, id: PRACTICE, seq: 0, raw: orderOf(digest, now), removed: null, unseen: false };
    writer.put("items", itemKey(PRACTICE, PRACTICE), order);
    return PRACTICE;
  });
}

function orderOf(checklist: string, now: Date): Raw {
  const opens = new Date(now.getFullYear(), now.getMonth(), now.getDate());
  const closes = new Date(now.getFullYear(), now.getMonth(), now.getDate() + WINDOW_DAYS);
  return {
    state: "assigned",
    attempt: 1,
    checklist,
    variant: "GEN",
    scenario: "inquiry",
    briefing:
      "Ini kunjungan latihan: tidak ada yang dikirim. Cobalah semuanya dari mana saja, misalnya dari meja kerja: waktu, " +
      "catatan, foto, jawaban, lalu selesaikan.\n\n" +
      "This is a practice visit: nothing is sent. Try everything from wherever you are, from your desk for instance: " +
      "times, notes, photos, answers, and then finish it.",
    window: { opens: localText(opens), closes: localText(closes) },
    unit: {
      id: PRACTICE,
      code: "LATIHAN",
      name: "Loket Latihan",
      type: "GEN",
      institution: "Kantor Latihan",
      address: "Di mana saja / Anywhere",
      latitude: null,
      longitude: null,
      opening_hours: "08.00–15.00",
      time_zone: "",
    },
    product: { id: PRACTICE, code: "LATIHAN", name_id: "Surat latihan", name_en: "Practice letter", group: null },
    standard: {
      fee_rupiah: FEE_RUPIAH,
      completion_amount: 2,
      completion_unit: "days",
      wait_minutes: WAIT_MINUTES,
      source: "",
    },
    photos_missing: 0,
    returned: null,
    previous: null,
  };
}

type More = Partial<Pick<Item, "photo" | "critical" | "options" | "bands" | "of" | "asked_if" | "na_when">>;

function item(code: string, type: ItemType, mode: Item["mode"], question: Both, more: More = {}): Item {
  const usual = { basis: [], critical: null, photo: "none", asked_if: null, na_when: null } as const;
  return { code, question, type, mode, ...usual, ...more };
}

function option(code: string, score: string, id: string, en: string, critical = false): Option {
  return { code, label: { id, en }, score, critical };
}

const YES_IS_GOOD = [option("yes", "100", "Ya", "Yes"), option("no", "0", "Tidak", "No")];
const YES_IS_BAD = [option("yes", "0", "Ya", "Yes"), option("no", "100", "Tidak", "No")];
const UP_TO_TWICE = [
  { up_to: "1", score: "100" },
  { up_to: "2", score: "50" },
  { up_to: null, score: "0" },
];

const INSIDE: readonly Item[] = [
  item(
    "L1.1",
    "SC",
    "OBS",
    {
      id: "Apakah ada papan nama atau petunjuk di tempat Anda? (Foto wajib, atau alasan tanpa foto.)",
      en: "Is there a sign or a notice where you are? (A photo is required, or a reason for none.)",
    },
    {
      photo: "required",
      options: [
        option("jelas", "100", "Ada dan jelas", "Yes, and clear"),
        option("kurang", "50", "Ada, kurang jelas", "Yes, but unclear"),
        option("tidak", "0", "Tidak ada", "None"),
      ],
    },
  ),
  item(
    "L1.2",
    "YN",
    "OBS",
    { id: "Apakah tempat duduk tersedia? (Foto boleh.)", en: "Are there seats? (A photo may be added.)" },
    {
      photo: "optional",
      options: YES_IS_GOOD,
    },
  ),
  item("L1.3", "NUM", "OBS", { id: "Berapa dari 5 lampu menyala?", en: "How many of 5 lamps are lit?" }, { of: 5 }),
  item(
    "L1.4",
    "NUM2",
    "OBS",
    { id: "Berapa loket buka, dari berapa?", en: "How many counters are open, of how many?" },
    {
      bands: [
        { at_least: "75", score: "100" },
        { at_least: "50", score: "50" },
        { at_least: null, score: "0" },
      ],
    },
  ),
];

const SERVED: readonly Item[] = [
  item("L2.1", "MIN", "OBS", { id: "Berapa menit Anda menunggu?", en: "How many minutes did you wait?" }, { bands: UP_TO_TWICE }),
  item(
    "L2.2",
    "YN",
    "ASK",
    { id: "Apakah Anda bertanya tentang lama penyelesaian?", en: "Did you ask how long it takes?" },
    {
      options: YES_IS_GOOD,
    },
  ),
  item(
    "L2.3",
    "DUR",
    "ASK",
    {
      id: "Lama penyelesaian: kata petugas, dan yang diumumkan. (Muncul hanya bila Anda bertanya.)",
      en: "How long it takes: as they said, and as published. (Asked only if you did ask.)",
    },
    { bands: UP_TO_TWICE, asked_if: ["=", ["item", "L2.2"], true] },
  ),
  item(
    "L2.4",
    "DAY",
    "FUP",
    {
      id: "Tindak lanjut: setelah berapa hari kerja jawaban datang? (Diisi kemudian.)",
      en: "Follow-up: after how many working days did an answer come? (Filled in later.)",
    },
    {
      bands: [
        { up_to: "3", score: "100" },
        { up_to: "5", score: "50" },
        { up_to: null, score: "0" },
      ],
    },
  ),
];

const PAID: readonly Item[] = [
  item(
    "L3.1",
    "IDR2",
    "TRX",
    { id: "Berapa rupiah yang diminta?", en: "How many rupiah were asked for?" },
    {
      na_when: { id: "Tidak ada yang diminta", en: "Nothing was asked for" },
    },
  ),
  item(
    "L3.2",
    "YN-",
    "OBS",
    {
      id: "Apakah diminta uang di luar tarif? (Bila ya, catatan wajib. Tidak boleh difoto.)",
      en: "Was money asked for beyond the fee? (If so, a note is required. It must not be photographed.)",
    },
    { photo: "forbidden", critical: "zero", options: YES_IS_BAD },
  ),
];

const CHECKLIST: Instrument = {
  format: 1,
  code: "LATIHAN",
  version: "1",
  title: { id: "Latihan", en: "Practice" },
  dimensions: [
    {
      code: "LAT",
      title: { id: "Latihan", en: "Practice" },
      indicators: [
        { code: "L1", title: { id: "Di dalam", en: "Inside" }, items: INSIDE },
        { code: "L2", title: { id: "Dilayani", en: "Being served" }, items: SERVED },
        { code: "L3", title: { id: "Membayar", en: "Paying" }, items: PAID },
      ],
    },
  ],
};
