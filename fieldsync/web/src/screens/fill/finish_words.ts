/** What finishing says to the person, in both languages. */

import { said } from "@/words/language.svelte";

export const words = said({
  title: ["Selesaikan", "Finish"],

  // What is missing
  whole: ["Daftar sudah lengkap.", "The checklist is complete."],
  answers: (count: number) => [`${count} butir belum dijawab`, count === 1 ? "1 item is not answered" : `${count} items are not answered`],
  photos: (count: number) => [`${count} butir kurang foto`, count === 1 ? "1 item lacks a photo" : `${count} items lack a photo`],
  notes: (count: number) => [`${count} catatan wajib belum ditulis`, count === 1 ? "1 required note is not written" : `${count} required notes are not written`],
  values: (count: number) => [`${count} jawaban perlu diperiksa`, count === 1 ? "1 answer needs a look" : `${count} answers need a look`],
  later: (count: number) => [`${count} tindak lanjut boleh menyusul`, count === 1 ? "1 follow-up can come later" : `${count} follow-ups can come later`],
  gapsAllowed: [
    "Anda boleh menyelesaikannya sekarang. Yang kosong tetap kosong dan terlihat oleh koordinator, yang bisa mengembalikan kunjungan ini untuk dilengkapi.",
    "You may finish now. What is empty stays empty and the coordinator sees it, and can return this visit to be completed.",
  ],
  see: ["Lihat yang kurang", "See what is missing"],

  // Circumstances
  cover: ["Apakah ada yang tahu Anda sedang menilai?", "Did anybody notice that you were observing?"],
  coverNo: ["Tidak", "No"],
  coverDoubt: ["Mungkin, saya ragu", "Perhaps, I am not sure"],
  coverYes: ["Ya, ketahuan", "Yes, I was found out"],
  coverHint: [
    "Jujur saja: ini tidak dinilai. Bila ketahuan, kunjungan disimpan tetapi tidak dihitung.",
    "Say it as it was: you are not judged by it. If you were found out, the visit is kept but not counted.",
  ],
  circumstances: ["Keadaan waktu itu", "How it was"],
  waiting: ["Orang yang menunggu saat Anda tiba", "People waiting when you arrived"],
  dayType: ["Harinya", "The day"],
  dayUsual: ["Biasa", "Usual"],
  dayPeak: ["Puncak", "Peak"],
  dayQuiet: ["Sepi", "Quiet"],
  companion: ["Anda ditemani orang lain?", "Was somebody with you?"],
  signs: ["Ada tanda dilarang memotret?", "Were there signs that forbid photographs?"],
  yes: ["Ya", "Yes"],
  no: ["Tidak", "No"],
  narrative: ["Cerita bebas", "In your own words"],
  narrativeHint: [
    "Apa yang terjadi, urut dari tiba sampai pulang. Tanpa nama petugas.",
    "What happened, from arriving to leaving. No names of officers.",
  ],

  // Statement
  statement: ["Pernyataan", "Statement"],
  own: ["Semua ini saya lihat, dengar, atau alami sendiri.", "I saw, heard or met with all of this myself."],
  followed: ["Saya mengikuti petunjuk kunjungan.", "I followed the instructions of the visit."],
  relative: ["Saya dan keluarga saya tidak bekerja di unit ini.", "Neither I nor a relative of mine works at this unit."],
  sign: ["Saya menyatakan bahwa ini benar", "I state that this is true"],
  signFirst: ["Centang dulu pernyataannya.", "Tick the statement first."],
  coverFirst: ["Jawab dulu pertanyaan ini.", "Answer this question first."],
  finish: ["Selesaikan kunjungan", "Finish the visit"],
  sure: ["Selesaikan sekarang?", "Finish now?"],
  sureText: ["Sesudah ini tidak ada yang bisa diubah lagi.", "Afterwards nothing can be changed any more."],
  sureGaps: (count: number) => [`Masih ada ${count} yang kurang.`, count === 1 ? "1 thing is still missing." : `${count} things are still missing.`],
  sureYes: ["Ya, selesaikan", "Yes, finish"],
  sureNo: ["Belum", "Not yet"],
  finishing: ["Menyimpan…", "Saving…"],

  // Receipt
  receipt: ["Tanda terima", "Receipt"],
  safe: ["Selesai. Semuanya tersimpan aman di ponsel ini.", "Finished. Everything is kept safe on this phone."],
  digest: ["Sidik isi", "Fingerprint"],
  digestHint: [
    "Kode ini mengenali isi kunjungan Anda, huruf demi huruf. Server menyebut kode yang sama bila sudah menerimanya.",
    "This names what you wrote, to the letter. The server names the same when it has received it.",
  ],
  made: (at: string) => [`Diselesaikan ${at}`, `Finished ${at}`],
  waits: ["Menunggu dikirim. Akan dikirim begitu ada jaringan.", "Waits to be sent. It is sent as soon as there is a network."],
  received: (at: string) => [`Sudah diterima server ${at}.`, `The server received it ${at}.`],
  trouble: ["Server belum bisa menerimanya. Tidak ada yang hilang; ponsel akan mencoba lagi.", "The server could not take it yet. Nothing is lost; the phone will try again."],
  photosWait: (count: number) => [`${count} foto menunggu dikirim.`, count === 1 ? "1 photo waits to be sent." : `${count} photos wait to be sent.`],
  photosReceived: (count: number) => [`${count} foto sudah diterima server.`, count === 1 ? "The server has 1 photo." : `The server has ${count} photos.`],
  photosUseless: (count: number) => [
    `${count} foto rusak atau tidak bisa dipakai. Koordinator bisa memintanya lagi.`,
    count === 1 ? "1 photo is damaged or of no use. The coordinator may ask for it again." : `${count} photos are damaged or of no use. The coordinator may ask for them again.`,
  ],
  keepPhone: ["Jangan hapus data aplikasi ini sebelum semuanya diterima.", "Do not clear this app's data before everything is received."],
  practice: [
    "Ini latihan: tidak ada yang dikirim, dan tidak ada yang akan dikirim.",
    "This was practice: nothing was sent, and nothing will be.",
  ],
  sendNow: ["Kirim", "Send"],
  list: ["Ke daftar kunjungan", "To the visits"],
  nothing: ["Kunjungan ini belum dimulai di ponsel ini.", "This visit has not begun on this phone."],
});
