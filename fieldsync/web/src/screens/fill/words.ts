/** What the checklist says to the person, in both languages. */

import { GAPS } from "@/rules/answers";
import { both, language, said } from "@/words/language.svelte";
import type { Item } from "@/wire/types";

export const words = said({
  title: ["Isian", "Checklist"],
  saving: ["Menyimpan…", "Saving…"],
  saved: ["✓ Tersimpan", "✓ Saved"],
  unsaved: ["Belum tersimpan", "Not saved"],
  notBegun: ["Kunjungan ini belum dimulai di ponsel ini.", "This visit has not begun on this phone."],
  begin: ["Mulai", "Begin"],
  over: ["Kunjungan ini sudah diselesaikan.", "This visit is finished."],
  receipt: ["Lihat tanda terima", "See the receipt"],
  parts: ["Bagian", "Parts"],
  missing: (count: number) => [count ? `Kurang ${count}` : "Lengkap ✓", count ? `${count} to do` : "Complete ✓"],
  missingTitle: ["Yang masih kurang", "What is missing"],
  nothingMissing: ["Tidak ada yang kurang.", "Nothing is missing."],
  laterTitle: ["Boleh menyusul", "Can come later"],
  finish: ["Selesai", "Finish"],
  close: ["Tutup", "Close"],
  hide: ["Sembunyikan", "Hide"],
  order: ["Urutan", "Order"],
  path: ["Jalannya kunjungan", "The way a visit goes"],
  printed: ["Menurut indikator", "By indicator"],
  onlyReturned: (count: number) => [`Hanya yang dikembalikan (${count})`, `Only what was returned (${count})`],
  done: (done: number, all: number) => [`${done} dari ${all}`, `${done} of ${all}`],
  before: ["Sebelum datang", "Before going"],
  there: ["Melihat di tempat", "Looking around"],
  counter: ["Bertanya dan mengurus", "Asking and dealing"],
  later: ["Sesudah kunjungan", "After the visit"],
  all: ["Daftar", "Checklist"],
  laterHint: [
    "Boleh diisi beberapa hari lagi. Kunjungan juga boleh diselesaikan tanpa ini.",
    "Can be filled in days later. The visit can also be finished without it.",
  ],

  // An item
  answeredAt: (at: string) => [`✓ ${at}`, `✓ ${at}`],
  yes: ["Ya", "Yes"],
  no: ["Tidak", "No"],
  na: ["Tidak berlaku", "Does not apply"],
  naHint: ["Tulis alasannya di catatan.", "Write the reason in the note."],
  more: ["Lainnya", "More"],
  note: ["Catatan", "Note"],
  noteRequired: ["Catatan (wajib)", "Note (required)"],
  noteWhyFinding: [
    "Jawaban ini temuan berat: tulis apa yang Anda lihat atau dengar.",
    "This answer is a serious finding: write what you saw or heard.",
  ],
  noteWhyPhoto: ["Tulis mengapa tidak bisa difoto.", "Write why no photo could be taken."],
  takeBack: ["Ambil kembali jawaban", "Take the answer back"],
  tookBack: ["Jawaban diambil kembali.", "The answer was taken back."],
  undo: ["Batalkan", "Undo"],
  seen: ["Kapan terlihat", "When it was seen"],
  seenNow: ["Sekarang", "Now"],
  recordedAt: (at: string) => [`Dicatat ${at}`, `Noted ${at}`],

  // Kinds of answers
  outOf: (of: number) => [`dari ${of}`, `of ${of}`],
  fewer: ["Kurangi", "One less"],
  further: ["Tambah", "One more"],
  count: ["Jumlah", "Count"],
  countOf: ["Dari berapa", "Out of"],
  minutes: ["Menit", "Minutes"],
  minutesOf: (from: string, to: string, minutes: number) => [`${from} → ${to}: ${minutes} menit`, `${from} → ${to}: ${minutes} min`],
  actual: ["Kenyataannya", "Actual"],
  published: ["Yang diumumkan", "Published"],
  sameUnit: (unit: string) => [`Keduanya dalam ${unit}.`, `Both in ${unit}.`],
  sameUnitAny: ["Keduanya dalam satuan yang sama.", "Both in the same unit."],
  standard: (amount: string, unit: string) => [`Standar: ${amount} ${unit}`, `Standard: ${amount} ${unit}`],
  days: ["Hari kerja", "Working days"],
  never: ["Tidak dijawab", "No answer came"],
  asked: ["Diminta (Rp)", "Asked (Rp)"],
  official: ["Tarif resmi (Rp)", "Official fee (Rp)"],
  officialIs: (fee: string) => [`Tarif resmi: ${fee}`, `Official fee: ${fee}`],
  free: ["Tidak diminta uang", "No money asked"],
  understood: (text: string) => [`Terbaca: ${text}`, `Read as: ${text}`],
  partial: ["Isi keduanya, baru tersimpan.", "Fill in both; only then it is saved."],

  // Photos
  photos: ["Foto", "Photos"],
  photosRequired: ["Foto (wajib)", "Photo (required)"],
  takePhoto: ["Ambil foto", "Take photo"],
  choosePhoto: (count: number) => [`Pilih foto (${count})`, `Choose (${count})`],
  chooseTitle: ["Foto kunjungan ini", "Photos of this visit"],
  chooseHint: [
    "Satu foto boleh menjadi bukti beberapa butir. Ketuk untuk memakai atau melepas.",
    "One photo may be evidence for several items. Tap to use it or to take it off.",
  ],
  photoNumber: (number: number, at: string) => [`Foto ${number}, ${at}`, `Photo ${number}, ${at}`],
  takeOff: (photo: string) => [`Lepas dari butir ini: ${photo}`, `Take off this item: ${photo}`],
  again: ["Ganti foto ini", "Replace this photo"],
  noPhoto: ["Tidak bisa difoto karena", "No photo was possible because"],
  choose: ["Pilih alasan…", "Choose a reason…"],
  forbidden: [
    "Jangan difoto: orang atau data orang lain bisa terlihat.",
    "Take no photo: people, or other people's data, could be seen.",
  ],

  // Returned
  returned: ["Dikembalikan", "Returned"],
  returnedDone: ["Sudah Anda ubah", "You have changed it"],
  returnedTitle: ["Dari koordinator", "From the coordinator"],
});

const noPhotoWords = said({
  forbidden_sign: ["ada tanda dilarang memotret", "a sign forbids it"],
  unsafe: ["tidak aman", "it was not safe"],
  people_in_view: ["orang selalu terlihat", "people were in view"],
  nothing_there: ["tidak ada yang bisa difoto", "there was nothing to photograph"],
  cover_at_risk: ["penyamaran bisa terbongkar", "the cover was at risk"],
  other: ["alasan lain (tulis di catatan)", "another reason (write a note)"],
});
export const NO_PHOTO = Object.keys(noPhotoWords) as (keyof typeof noPhotoWords)[];

export function noPhotoReason(code: string): string {
  return (noPhotoWords as Record<string, string>)[code] ?? code;
}

const marks = said({
  arrived: ["Tiba", "Arrived"],
  ticket: ["Ambil nomor", "Ticket"],
  called: ["Dipanggil", "Called"],
  served: ["Dilayani", "Served"],
  paid: ["Bayar", "Paid"],
  left: ["Pergi", "Left"],
});

export function markName(what: string): string {
  return (marks as Record<string, string>)[what] ?? what;
}

/** What is missing there, in words. */
export function gapWords(code: string): string {
  return GAPS[code]?.[language() === "id" ? 0 : 1] ?? code;
}

const wrong = said({
  "not-a-number": ["Ini bukan angka.", "This is not a number."],
  "not-whole": ["Harus bilangan bulat.", "It must be a whole number."],
  "too-large": ["Angkanya terlalu besar.", "The number is too large."],
  "beyond-of": ["Lebih banyak daripada yang ada.", "More than there are."],
  "count-beyond-of": ["Yang pertama tidak bisa lebih banyak daripada yang kedua.", "The first cannot be more than the second."],
  zero: ["Angka kedua harus lebih dari nol.", "The second number must be more than zero."],
});
const notKept = said({ notKept: ["Belum tersimpan.", "Not saved."] });

/** Why what was typed cannot be, and that it is therefore not kept. */
export function wrongWords(why: keyof typeof wrong): string {
  return `${wrong[why]} ${notKept.notKept}`;
}

const units = said({
  minutes: ["menit", "minutes"],
  hours: ["jam", "hours"],
  days: ["hari", "days"],
  working_days: ["hari kerja", "working days"],
});

export function unitName(unit: string): string {
  return (units as Record<string, string>)[unit] ?? unit;
}

const reasons = said({
  missing_answer: ["Belum dijawab", "Not answered"],
  missing_note: ["Catatan kurang", "The note is missing"],
  missing_photo: ["Foto kurang", "A photo is missing"],
  unreadable_photo: ["Foto tidak terbaca", "The photo cannot be read"],
  unknown_photo: ["Foto tidak dikenal", "The photo is unknown"],
  bad_photo: ["Foto rusak", "The photo is damaged"],
  forbidden_photo: ["Foto tidak boleh ada", "The photo must not be there"],
  bad_value: ["Isi jawaban tidak mungkin", "The answer cannot be right"],
  fee_differs: ["Tarif berbeda dari standar", "The fee differs from the standard"],
  unclear: ["Kurang jelas", "Unclear"],
  missing: ["Belum ada", "Missing"],
  wrong_place: ["Tempatnya keliru", "The wrong place"],
  far_from_unit: ["Jauh dari kantornya", "Far from the office"],
  no_place: ["Lokasi tidak tercatat", "No location was noted"],
  too_quick: ["Terlalu singkat", "Too quick"],
  outside_window: ["Di luar waktu tugas", "Outside the window"],
  unsigned: ["Pernyataan belum ditandatangani", "The statement is not signed"],
  people_in_view: ["Ada orang terlihat", "People can be seen"],
});

/** The coordinator's reason: one of the usual ones in words, or as it was written. */
export function returnReason(reason: string): string {
  return (reasons as Record<string, string>)[reason] ?? reason.replaceAll("_", " ");
}

/** The words of an option, or of yes and no where the checklist has none of its own. */
export function optionLabel(item: Item, code: string): string {
  const option = item.options?.find((each) => each.code === code);
  return option ? both(option.label) : code === "yes" ? words.yes : code === "no" ? words.no : code;
}
