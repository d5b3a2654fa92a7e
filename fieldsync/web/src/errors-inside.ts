/** Problems that arise only after the PIN: of syncing visits, and of recording them. See errors.ts. */

import { kind } from "./problem";

// Syncing

/** `what`, `what_id`: "document" or "photo" in words. */
export const NeedsHelp = kind(
  "needs-help",
  "Server tidak dapat menerima satu {what_id} ({id}); yang lain terkirim. Ia tetap aman di sini dan ditawarkan lagi pada pengiriman berikutnya. Tunjukkan kepada koordinator.",
  "The server cannot take one {what} ({id}); everything else was sent. It stays safe here and is offered again at the next sync. Show this to your coordinator.",
);
export const ListDiffers = kind(
  "list-differs",
  "Daftar kunjungan masih berbeda dari server setelah dibaca ulang. Catatan Anda aman dan telah dikirim. Coba lagi nanti; bila tetap begitu, beri tahu koordinator.",
  "The list of visits still differs from the server's after it was read anew. What you recorded is safe and was sent. Sync again later; if it stays so, tell your coordinator.",
);
export const PaperNotFetched = kind(
  "paper-not-fetched",
  "Daftar periksa atau kiriman terdahulu belum dapat diambil ({digest}). Catatan Anda aman, tetapi kunjungannya belum dapat dimulai. Kirim lagi nanti.",
  "A checklist or an earlier submission could not be fetched ({digest}). Your records are safe, but visits that need it cannot begin yet. Sync again later.",
);
export const PhotoBad = kind(
  "photo-bad",
  "Server tidak dapat memakai foto {photo} ({why}). Foto tetap tersimpan di sini. Ulangi bila bisa.",
  "The server could not use the photo {photo} ({why}). It is kept here. Take it again if you can.",
);
export const PhotosOff = kind(
  "documents-only",
  "Foto menunggu karena Anda memilih mengirim dokumen saja. Semua aman di sini. Kirim lagi tanpa pilihan itu untuk mengirim foto.",
  "Photos wait because you asked to send documents only. Everything is safe here. Sync again without that wish to send them.",
);
export const BudgetSpent = kind(
  "budget-spent",
  "Jatah data hari ini, {kib} KiB, sudah terpakai, jadi sisanya menunggu. Semua aman di sini. Sisanya dikirim besok, atau sekarang dengan jatah lebih besar.",
  "Today's data budget of {kib} KiB is used up, so the rest waits. Everything is safe here. It goes tomorrow, or now with a larger budget.",
);
export const PhotosLater = kind(
  "photos-later",
  "Server baru menerima {count} foto setelah yang lain selesai. Foto aman di sini. Dikirim pada pengiriman berikutnya.",
  "The server takes {count} photos only when others are through. They are safe here. They go with a later sync.",
);
export const Sealed = kind(
  "sealed",
  "Ponsel ini dicabut dari akun Anda. Yang belum terkirim tetap tersimpan di sini, tetapi tidak dapat dibaca. Masuk lagi untuk mengirimnya.",
  "This phone was taken off your account. What was not sent yet is kept here, but cannot be read. Sign in again to send it.",
);

// Recording

export const NoSuchVisit = kind(
  "no-such-visit",
  "Tidak ada kunjungan {visit} di sini. Catatan lain aman. Ambil dulu daftar kunjungan, atau lihat daftarnya.",
  "There is no visit {visit} here. Your other records are safe. Fetch your visits first, or look at the list.",
);
export const VisitGone = kind(
  "visit-gone",
  "Kunjungan ini bukan lagi milik Anda ({reason}). Catatan Anda aman; yang sudah selesai tetap dikirim.",
  "This visit is no longer yours ({reason}). What you recorded is kept, and a finished visit is still sent.",
);
export const NotStarted = kind(
  "not-started",
  "Kunjungan ini belum dimulai di sini. Tidak ada yang dicatat. Mulai dulu.",
  "This visit has not been started here. Nothing was recorded. Start it first.",
);
export const AlreadyTold = kind(
  "already-told",
  "Kunjungan ini sudah Anda selesaikan. Kiriman tetap seperti adanya; perubahan hanya bila dikembalikan.",
  "You have already finished this visit. It is kept and sent as it is; it can change only after it is returned.",
);
export const AlreadyBegun = kind(
  "already-begun",
  "Kunjungan ini juga sudah dimulai di ponsel ini. Tidak ada yang berubah. Buang dulu draf di sini, atau lanjutkan draf ini.",
  "This visit has been started on this phone as well. Nothing was changed. Discard the draft here first, or go on with it.",
);
export const NoSuchDraft = kind(
  "no-such-draft",
  "Tidak ada draf kunjungan ini di perangkat itu, atau sudah dibuang. Tidak ada yang berubah. Kirim dan ambil dulu, lalu lihat lagi daftarnya.",
  "There is no draft of this visit on that device, or it was thrown away. Nothing was changed. Sync, then look at the list again.",
);
export const ChecklistMissing = kind(
  "checklist-missing",
  "Daftar periksa kunjungan ini belum ada di ponsel. Tidak ada yang berubah. Ambil kunjungan sekali dengan sambungan.",
  "The checklist of this visit is not on this phone yet. Nothing was changed. Fetch your visits once with a connection.",
);
export const ChecklistUnreadable = kind(
  "checklist-unreadable",
  "Bentuk daftar periksa kunjungan ini tidak dikenal aplikasi ini. Catatan Anda aman. Tutup aplikasi, lalu buka lagi selagi ada sambungan.",
  "The checklist of this visit is of a form this app does not know. Your records are safe. Close the app, and open it again with a connection.",
);
export const ValueWrong = kind(
  "value-wrong",
  "{value} tidak mungkin menjadi jawaban {item} ({expected_id}). Tidak ada yang dicatat. Beri nilai lain.",
  "{value} cannot be an answer to {item} ({expected}). Nothing was recorded. Give another value.",
);
export const TextTooLong = kind(
  "text-too-long",
  "Teks kunjungan ini lebih panjang daripada yang dapat dikirim. Langkah terakhir tidak disimpan. Pendekkan catatannya.",
  "The texts of this visit are longer than can be sent. The last step was not saved. Shorten the notes.",
);
export const PhotoGone = kind(
  "photo-gone",
  "Foto {photo} di ponsel ini tidak lagi seperti saat dicatat. Yang lain aman. Ambil lagi, atau keluarkan dari kunjungan.",
  "The photo {photo} is no longer as it was recorded on this phone. Everything else is safe. Take it again, or remove it from the visit.",
);
export const PhotosTooMany = kind(
  "photos-too-many",
  "Kunjungan ini sudah punya {most} foto; lebih dari itu tidak dapat ditambah. Semua foto aman. Ganti atau keluarkan satu foto.",
  "This visit has {most} photos already, and no more can be added. All of them are safe. Replace or remove one.",
);

/** What no screen offers: the camera looked at the picture before, and only known items and words can be chosen. */
function notOffered<const Code extends string>(code: Code) {
  return kind(
    code,
    "Langkah ini tidak mungkin di sini. Tidak ada yang dicatat. Kembali, lalu coba lagi.",
    "This step is not possible here. Nothing was recorded. Go back, and try again.",
  );
}

export const UnknownItem = notOffered("unknown-item");
export const UnknownWord = notOffered("unknown-word");
export const PhotoForbidden = notOffered("photo-forbidden");
export const NotAPicture = notOffered("not-a-picture");
