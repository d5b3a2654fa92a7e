/** What can go wrong with the notebook's storage and its PIN. Loaded before the PIN: neutral words only. */

import { kind } from "@/problem";

/** The browser has no room for it. Nothing of this change was kept; what was kept before is safe. */
export const StoreFull = kind(
  "store-full",
  "Penyimpanan ponsel penuh. Yang sudah tersimpan aman; yang baru ini tidak tersimpan. Hapus hal lain dari ponsel, lalu coba lagi.",
  "The phone's storage is full. What was kept before is safe; this last change was not kept. Remove other things from the phone, then try again.",
);

/** Another tab of this browser took over; this one must not write any more. */
export const StoreTaken = kind(
  "store-taken",
  "Catatan sekarang terbuka di tab lain. Yang sudah tersimpan aman. Teruskan di sana, atau muat ulang halaman ini.",
  "The notebook is open in another tab now. What was kept is safe. Go on there, or reload this page.",
);

/** The browser's database does not work ({why}), also after it was opened anew. */
export const StoreBroken = kind(
  "store-broken",
  "Penyimpanan tidak dapat dibaca atau ditulis ({why}). Jangan hapus data situs ini. Tutup lalu buka lagi; bila tetap begitu, mintalah bantuan.",
  "The storage cannot be read or written ({why}). Do not clear this site's data. Close it and open it again; if it stays so, ask for help.",
  true,
);

/** The database was made by a newer version of this app. It was not touched. */
export const NewerStore = kind(
  "newer-store",
  "Catatan ini dibuat oleh versi yang lebih baru. Tidak ada yang diubah dan semuanya aman. Perbarui: muat ulang halaman ini dengan jaringan.",
  "These notes were made by a newer version. Nothing was changed and everything is safe. Update: reload this page with a network.",
);

/** It was locked meanwhile. */
export const StoreLocked = kind(
  "store-locked",
  "Catatan sudah terkunci. Yang sudah tersimpan aman. Buka lagi dengan PIN.",
  "The notebook is locked. What was kept is safe. Open it again with the PIN.",
);

/** No PIN of this notebook, or too early for another try. `wait_seconds`: until the next one may be made. */
export const WrongPin = kind(
  "wrong-pin",
  "PIN salah. Coba lagi.",
  "Wrong PIN. Try again.",
  true,
);

export const PinTooWeak = kind(
  "pin-too-weak",
  "PIN ini terlalu mudah ditebak. Pakai sedikitnya 6 angka yang tidak berurutan dan tidak sama semua, atau sebuah kalimat pendek.",
  "This PIN is too easy to guess. Use at least 6 digits, neither in a row nor all the same, or a short phrase.",
);

/** Too near to one that is in use here: a slip of the finger would open the wrong thing. */
export const PinTooAlike = kind(
  "pin-too-alike",
  "PIN ini tidak dapat dipakai. Pilih yang lain sama sekali.",
  "This PIN cannot be used. Choose a quite different one.",
);
