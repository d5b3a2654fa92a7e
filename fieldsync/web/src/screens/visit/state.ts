/** The state of a row in words, with a sign and a tone beside them: never by colour alone. */

import { said } from "@/words/language.svelte";
import { type Row, photosIn, toldNow, verdictOf } from "./standing";
import { goneInWords, holdingInWords, verdictInWords } from "./words";

export interface State {
  readonly sign: string;
  readonly text: string;
  readonly tone: "good" | "wait" | "bad" | "plain";
}

const words = said({
  tasks: (n: number) => [`${n} hal perlu diperbaiki`, n === 1 ? "1 thing to correct" : `${n} things to correct`],
  returned: ["Dikembalikan, perlu diperbaiki", "Returned, to be corrected"],
  corrected: ["Sudah diperbaiki. Tinggal diselesaikan.", "Corrected. Only finishing is left."],
  begun: ["Sedang dicatat", "Being recorded"],
  notReady: ["Belum siap: lembar isian belum ada di ponsel", "Not ready: its form is not on this phone yet"],
  keptDraft: (reason: string) => [`${reason}. Catatan Anda tetap disimpan.`, `${reason}. Your record is kept.`],
  accepted: ["Disetujui koordinator", "Accepted by the coordinator"],
  rejected: ["Tidak dipakai koordinator", "Not used by the coordinator"],
  elsewhere: ["Sudah dikirim dari perangkat lain", "Told from another device"],
  late: ["Diterima sebagai susulan; koordinator memutuskan", "Received as late; the coordinator decides"],
  practising: ["Latihan sedang berjalan", "Practice under way"],
  practice: ["Latihan", "Practice"],
  photos: (received: number, all: number) => [`Foto ${received} dari ${all} diterima`, `Photos ${received} of ${all} received`],
  photosWait: (n: number) => [`${n} foto menunggu dikirim`, n === 1 ? "1 photo waits to be sent" : `${n} photos wait to be sent`],
});

const state = (sign: string, text: string, tone: State["tone"]): State => ({ sign, text, tone });

export function stateOf(row: Row, now: Date): State {
  const { listed, group } = row;
  if (group === "returned") return returned(row);
  if (group === "gone") return gone(row);
  if (group === "finished") return finished(row);
  if (group === "practice" && listed.told) return state("✓", holdingInWords(listed.told, true), "good");
  if (group === "practice") return state("✎", listed.begun ? words.practising : words.practice, "plain");
  if (listed.begun) return state("✎", words.begun, "wait");
  if (!listed.ready) return state("!", words.notReady, "bad");
  const verdict = verdictOf(row.window, now);
  const sign = { opens: "○", open: "●", closed: "!" }[verdict?.kind ?? "open"];
  return state(sign, verdictInWords(verdict), verdict?.kind === "closed" ? "wait" : "plain");
}

/** What is still to be said of its photos; "" when nothing is. */
export function photosInWords({ listed }: Row): string {
  const { told, photosWaiting } = listed;
  if (!photosWaiting || listed.visit.practice) return "";
  const all = told ? photosIn(told) : 0;
  return all >= photosWaiting ? words.photos(all - photosWaiting, all) : words.photosWait(photosWaiting);
}

function returned({ listed }: Row): State {
  if (listed.begun && !listed.tasks) return state("✎", words.corrected, "wait");
  return state("↩", listed.tasks ? words.tasks(listed.tasks) : words.returned, "bad");
}

function gone({ listed }: Row): State {
  const reason = goneInWords(listed.visit.removed ?? "");
  if (listed.told && listed.told.state !== "outbox" && listed.told.slot === "late") return state("✓", `${reason}. ${words.late}`, "wait");
  if (listed.told) return state(listed.told.state === "outbox" ? "◷" : "✓", `${reason}. ${holdingInWords(listed.told)}`, "wait");
  return state("–", listed.begun ? words.keptDraft(reason) : reason, "plain");
}

function finished({ listed }: Row): State {
  const { visit, told } = listed;
  if (told?.state === "outbox") return state("◷", holdingInWords(told), "wait");
  if (visit.state === "accepted") return state("✓", words.accepted, "good");
  if (visit.state === "rejected") return state("✗", words.rejected, "bad");
  if (told?.slot === "late" && told.attempt >= visit.attempt) return state("✓", words.late, "wait");
  if (!told || !toldNow(visit, told)) return state("✓", words.elsewhere, "good");
  return state(told.state === "freed" ? "✓✓" : "✓", holdingInWords(told), "good");
}
