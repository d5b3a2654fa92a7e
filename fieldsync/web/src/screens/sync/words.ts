/** What the screen about sending says. */

import type { Event, Unsent } from "@/engine/types";
import type { PhotoState } from "@/store/types";
import { said } from "@/words/language.svelte";

export const words = said({
  title: ["Pengiriman", "Sending"],
  now: ["Kirim sekarang", "Send now"],
  nothingWaits: ["Semua sudah diterima server.", "The server has received everything."],
  visits: (n: number) => [`${n} kunjungan`, n === 1 ? "1 visit" : `${n} visits`],
  photos: (n: number) => [`${n} foto`, n === 1 ? "1 photo" : `${n} photos`],
  and: [" dan ", " and "],
  waits: (what: string, bytes: string) => [`${what} (${bytes}) belum diterima server.`, `Not received by the server yet: ${what} (${bytes}).`],
  drafts: (drafts: number) => [
    `${drafts} catatan sementara akan ikut terkirim sebagai cadangan.`,
    drafts === 1 ? "1 unfinished record goes along as a spare copy." : `${drafts} unfinished records go along as a spare copy.`,
  ],
  safeHere: ["Semuanya aman di ponsel ini sampai server mengakuinya.", "All of it is safe on this phone until the server has it."],
  keepOpen: ["Biarkan aplikasi terbuka. Jika tertutup, nanti dilanjutkan dari sini.", "Keep the app open. If it closes, it goes on from here later."],
  photoUnderWay: ["Foto yang sedang dikirim", "Photo on its way"],
  passed: (offset: string, size: string) => [`${offset} dari ${size}`, `${offset} of ${size}`],
  last: (at: string) => [`Terakhir terhubung ${at}`, `Last contact ${at}`],
  never: ["Belum pernah terhubung dari ponsel ini.", "No contact from this phone yet."],
  sent: ["Yang sudah selesai dicatat", "What was finished"],

  saver: ["Hemat data", "Data saver"],
  everything: ["Kirim semuanya", "Send everything"],
  documents: ["Isian saja, foto menunggu", "Answers only, photos wait"],
  limited: ["Batas sehari", "A limit a day"],
  megabytes: ["MB sehari", "MB a day"],
  saverHelp: ["Isian selalu dikirim; hanya foto yang menunggu.", "Answers always go; only photos wait."],

  outbox: ["Menunggu dikirim", "Waits to be sent"],
  kept: (at: string) => [`Diterima server ${at}`, `Received by the server ${at}`],
  freed: ["Tersimpan aman dan tercadang di server; salinan di ponsel sudah dihapus", "Safe and backed up on the server; the copy here was removed"],
  photosOf: (stored: number, all: number) => [`Foto diterima ${stored} dari ${all}`, `Photos received ${stored} of ${all}`],
  receipt: (digest: string) => [`Tanda terima ${digest}`, `Receipt ${digest}`],
  late: [
    "Diterima sebagai susulan: tugas ini sudah dialihkan atau sudah terisi. Koordinator yang memutuskan.",
    "Received as late: this order was given to somebody else or was filled already. The coordinator decides.",
  ],
  quarantined: ["Diterima, tetapi perlu diperiksa koordinator.", "Received, and a coordinator has to look at it."],
  trouble: ["Server belum dapat mengambilnya; yang lain tetap dikirim. Kami coba lagi.", "The server could not take it yet; the others go on. We try again."],
});

const states = said({
  captured: ["menunggu", "waits"],
  declared: ["menunggu giliran", "its turn is coming"],
  sending: ["sedang dikirim", "on its way"],
  stored: ["diterima", "received"],
  bad: ["tidak dapat dipakai, ambil lagi", "cannot be used, take it again"],
  lost: ["rusak di ponsel, ambil lagi", "damaged here, take it again"],
  freed: ["tercadang, dihapus dari ponsel", "backed up, removed here"],
});

export function stateOf(state: PhotoState): string {
  return states[state];
}

const steps = said({
  wait: (seconds: number) => [`Menunggu ${seconds} detik, lalu mencoba lagi`, `Waiting ${seconds} seconds, then trying again`],
  exchange: ["Bertukar kabar dengan server", "Exchanging news with the server"],
  fetch: ["Mengambil lembar isian", "Fetching forms"],
  upload: (left: number) => [`Mengirim foto, sisa ${left}`, `Sending photos, ${left} left`],
});

/** `2 kunjungan dan 1 foto`; "" when neither waits. */
export function amount({ submissions, photos }: Unsent): string {
  return [submissions && words.visits(submissions), photos && words.photos(photos)].filter(Boolean).join(words.and);
}

/** What a sync is doing, in a few words. */
export function course(event: Event | null): string {
  if (event?.step === "wait") return steps.wait(Math.ceil(event.seconds ?? 0));
  if (event?.step === "upload") return steps.upload(event.left ?? 1);
  return event?.step === "fetch" ? steps.fetch : steps.exchange;
}
