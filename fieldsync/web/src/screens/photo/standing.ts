/** Where a photo is, in plain words: what happened, what is safe, what to do. */

import type { Event, PhotoOfDraft } from "@/engine/types";
import type { PhotoRow } from "@/store/types";
import { said } from "@/words/language.svelte";

export interface Standing {
  readonly sign: string;
  readonly text: string;
  readonly tone: "good" | "wait" | "bad";
}

const words = said({
  practice: ["Latihan: foto ini hanya di ponsel ini dan tidak dikirim.", "Practice: this photo is on this phone only and is not sent."],
  draft: ["Aman di ponsel ini. Dikirim setelah kunjungan diselesaikan.", "Safe on this phone. It is sent once the visit is finished."],
  waits: ["Menunggu dikirim. Aman di ponsel ini.", "Waits to be sent. Safe on this phone."],
  sending: (percent: number) => [`Sedang dikirim: ${percent} %. Aman di ponsel ini.`, `Being sent: ${percent} %. Safe on this phone.`],
  stored: ["Diterima server. Salinan di ponsel ini disimpan sampai server punya cadangannya.", "Received by the server. The copy here stays until the server has a backup of it."],
  freed: ["Aman dan tercadang di server. Salinan di ponsel ini sudah boleh dihapus.", "Safe and backed up on the server. The copy on this phone may be freed."],
  server: ["Sudah di server, dari pengiriman sebelumnya.", "On the server already, from what was sent before."],
  missing: ["Ada di ponsel lain, belum sampai di server. Ambil lagi, atau selesaikan di ponsel itu.", "It is on another phone and not yet with the server. Take it again, or finish on that phone."],
  lost: ["Berkas foto ini rusak di ponsel ini. Ambil lagi bila masih bisa.", "The file of this photo is damaged on this phone. Take it again if you still can."],
  bad: (why: string) => [`Server tidak dapat memakai foto ini: ${why}. Ambil lagi bila masih bisa.`, `The server cannot use this photo: ${why}. Take it again if you still can.`],
  unknown: ["Foto ini tidak ada di ponsel ini.", "This photo is not on this phone."],
});

const reasons = said({
  "not-an-image": ["bukan gambar", "it is not a picture"],
  "incomplete-image": ["gambarnya tidak utuh", "the picture is not whole"],
  "too-many-pixels": ["gambarnya terlalu besar", "the picture is too large"],
  "too-large": ["berkasnya terlalu besar", "the file is too large"],
  "type-not-allowed": ["jenis berkasnya tidak diterima", "files of its kind are not taken"],
  "wrong-hash": ["isinya berubah di jalan", "its content changed on the way"],
});

interface About {
  readonly row: PhotoRow | null;
  /** What the draft knows of it; undefined when it belongs to none. */
  readonly ofDraft: PhotoOfDraft | undefined;
  readonly practice: boolean;
  readonly event: Event | null;
}

export function standingOf({ row, ofDraft, practice, event }: About): Standing {
  if (!row) return ofDraft && ofDraft.where !== "here" ? elsewhere(ofDraft.where) : { sign: "–", text: words.unknown, tone: "wait" };
  if (row.state === "lost") return { sign: "✗", text: words.lost, tone: "bad" };
  if (row.state === "bad") return { sign: "✗", text: words.bad(reasonInWords(row.reason)), tone: "bad" };
  if (row.state === "stored") return { sign: "✓", text: words.stored, tone: "good" };
  if (row.state === "freed") return { sign: "✓✓", text: words.freed, tone: "good" };
  if (practice) return { sign: "✓", text: words.practice, tone: "good" };
  if (row.submission === null) return { sign: "✓", text: words.draft, tone: "good" };
  const under = event?.photo === row.id && event.step === "upload";
  if (row.state !== "sending" && !under) return { sign: "◷", text: words.waits, tone: "wait" };
  return { sign: "↑", text: words.sending(percent(under ? (event.offset ?? row.offset) : row.offset, row.size)), tone: "wait" };
}

function elsewhere(where: "server" | "missing"): Standing {
  return where === "server" ? { sign: "✓", text: words.server, tone: "good" } : { sign: "!", text: words.missing, tone: "bad" };
}

function percent(offset: number, size: number): number {
  return size > 0 ? Math.floor((100 * offset) / size) : 0;
}

function reasonInWords(reason: string | null): string {
  return (reasons as Record<string, string>)[reason ?? ""] ?? reason ?? "?";
}
