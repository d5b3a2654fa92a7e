/** What the list and a visit's screen say in common. */

import type { SubmissionRow } from "@/store/types";
import type { Unit } from "@/wire/visit";
import { clock, day, dayAndClock } from "@/words/figures";
import { language, said } from "@/words/language.svelte";
import type { Verdict, Window } from "./standing";

const DAY_MINUTES = 24 * 60;

export const common = said({
  practice: ["LATIHAN: tidak pernah dikirim", "PRACTICE: never sent"],
  close: ["Tutup", "Close"],
  cancel: ["Batal", "Cancel"],
  remove: ["Hapus", "Remove"],
  sync: ["Kirim dan ambil kabar", "Send and get news"],
  help: ["Bantuan", "Help"],
  settings: ["Pengaturan", "Settings"],
  home: ["Ke daftar", "To the list"],
  notHere: ["Kunjungan ini tidak ada lagi di ponsel ini.", "This visit is no longer on this phone."],
});

const TITLE_LENGTH_MAX = 40;

/** The office in a heading of two or three lines on a small phone; the whole name stands below. */
export function titleOf({ name, code }: Unit, lengthMax = TITLE_LENGTH_MAX): string {
  if (name.length <= lengthMax) return name || code;
  return `${name.slice(0, lengthMax).replace(/\s+\S*$/, "")}…`;
}

const zones: Readonly<Record<string, string>> = {
  "Asia/Jakarta": "WIB",
  "Asia/Pontianak": "WIB",
  "Asia/Makassar": "WITA",
  "Asia/Jayapura": "WIT",
};

/** `Sen, 2 Mar 2026 – Jum, 6 Mar 2026 WITA`, in the unit's zone; whole days are said without hours. */
export function windowInWords({ opens, closes }: Window, zone: string): string {
  const last = new Date(closes.getTime() - 1);
  const wholeDays = clock(opens, zone) === midnight() && clock(closes, zone) === midnight();
  const oneDay = day(opens, zone) === day(last, zone);
  const named = zones[zone] ? ` ${zones[zone]}` : "";
  if (wholeDays) return oneDay ? day(opens, zone) : `${day(opens, zone)} – ${day(last, zone)}`;
  const end = oneDay ? clock(closes, zone) : dayAndClock(closes, zone);
  return `${dayAndClock(opens, zone)} – ${end}${named}`;
}

function midnight(): string {
  return language() === "id" ? "00.00" : "00:00";
}

const verdicts = said({
  opens: (when: string) => [`Mulai ${when} lagi`, `Opens in ${when}`],
  open: (when: string) => [`Masih ${when} lagi`, `Open for ${when} more`],
  closed: ["Waktunya lewat. Masih boleh, akan ditandai.", "The window is over. Still possible, it will be flagged."],
  minutes: (n: number) => [`${n} menit`, n === 1 ? "1 minute" : `${n} minutes`],
  hours: (n: number) => [`${n} jam`, n === 1 ? "1 hour" : `${n} hours`],
  days: (n: number) => [`${n} hari`, n === 1 ? "1 day" : `${n} days`],
});

export function verdictInWords(verdict: Verdict): string {
  if (!verdict) return "";
  return verdict.kind === "closed" ? verdicts.closed : verdicts[verdict.kind](span(verdict.minutes));
}

function span(minutes: number): string {
  if (minutes < 120) return verdicts.minutes(minutes);
  return minutes < 2 * DAY_MINUTES ? verdicts.hours(Math.floor(minutes / 60)) : verdicts.days(Math.floor(minutes / DAY_MINUTES));
}

const weekdays: Readonly<Record<string, string>> = said({
  Mon: ["Sen", "Mon"], Tue: ["Sel", "Tue"], Wed: ["Rab", "Wed"], Thu: ["Kam", "Thu"],
  Fri: ["Jum", "Fri"], Sat: ["Sab", "Sat"], Sun: ["Min", "Sun"],
}); // prettier-ignore

/** `Mon-Thu 08:00-14:00; Fri 08:00-11:00` as lines in the language; other texts stay as they are. */
export function hoursInWords(hours: string): string[] {
  const named = (text: string) => text.replace(/\b(Mon|Tue|Wed|Thu|Fri|Sat|Sun)\b/g, (name) => weekdays[name] ?? name);
  const read = (text: string) => (language() === "id" ? text.replace(/(\d\d):(\d\d)/g, "$1.$2") : text);
  return hours.split(";").map((clause) => read(named(clause.trim())).replace(/(?<=\w)-(?=\w)/g, "–").replaceAll(",", ", ")).filter(Boolean);
}

const units = said({
  minutes: (n: number) => [`${n} menit`, n === 1 ? "1 minute" : `${n} minutes`],
  hours: (n: number) => [`${n} jam`, n === 1 ? "1 hour" : `${n} hours`],
  working_days: (n: number) => [`${n} hari kerja`, n === 1 ? "1 working day" : `${n} working days`],
});

export function completionInWords(amount: number, unit: string): string {
  return unit === "hours" || unit === "working_days" ? units[unit](amount) : units.minutes(amount);
}

const scenarios = said({
  inquiry: ["Bertanya saja", "Asking only"],
  transaction: ["Keperluan sungguhan", "A real errand"],
});

export function scenarioInWords(scenario: string): string {
  return scenario === "transaction" ? scenarios.transaction : scenario === "inquiry" ? scenarios.inquiry : scenario;
}

const holdings = said({
  practice: ["Latihan selesai. Tidak dikirim.", "Practice finished. Not sent."],
  outbox: ["Menunggu dikirim. Aman di ponsel ini.", "Waits to be sent. Safe on this phone."],
  kept: (at: string) => [`Diterima server ${at}`, `Received by the server ${at}`],
  freed: ["Aman dan tercadang di server; salinan di ponsel boleh dihapus", "Safe and backed up on the server; the copy here may be freed"],
});

/** Where the text of a finished visit is. */
export function holdingInWords(told: SubmissionRow, practice = false): string {
  if (practice) return holdings.practice;
  if (told.state === "outbox") return holdings.outbox;
  return told.state === "freed" ? holdings.freed : holdings.kept(dayAndClock(told.received_at ?? told.made_at));
}

const goneReasons = said({
  reassigned: ["Dialihkan ke orang lain", "Given to somebody else"],
  cancelled: ["Dibatalkan oleh koordinator", "Cancelled by the coordinator"],
  other: ["Bukan tugas Anda lagi", "No longer yours"],
});

export function goneInWords(reason: string): string {
  return reason === "reassigned" || reason === "cancelled" ? goneReasons[reason] : goneReasons.other;
}

/** The short form in which people read a receipt to each other. */
export function receiptOf(digest: string): string {
  return digest.replace(/^sha256:/, "").slice(0, 12);
}
