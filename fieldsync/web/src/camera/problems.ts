/** What can be wrong with a picture or a camera. */

import { kind } from "@/problem";

/** `why`: a few words or figures for who helps, such as `12000 × 9000`. */
export const NotAPicture = kind(
  "not-a-picture",
  "Berkas ini bukan gambar yang dapat dibaca ({why}). Tidak ada yang dicatat. Ambil foto lagi.",
  "This file is not a picture that can be read ({why}). Nothing was recorded. Take the photo again.",
);

/** The reader for pictures of this kind is fetched when it is first needed, and that was not possible. */
export const ReaderNotHere = kind(
  "reader-not-here",
  "Gambar jenis HEIC baru bisa dibuka setelah ponsel ini tersambung satu kali. Tidak ada yang dicatat. Pakai kamera di sini, atau coba lagi saat ada jaringan.",
  "HEIC pictures can be opened once this phone has been online one time. Nothing was recorded. Use the camera here, or try again with a network.",
  true,
);

/** Safari before 16.4 cannot draw in a worker, and on the page a large picture ends it on the phones that have nothing newer. */
export const TooOldForPhotos = kind(
  "too-old-for-photos",
  "Peramban ini terlalu lama untuk foto; jawaban tetap tersimpan. Perbarui sistem ponsel, atau pilih alasan tanpa foto.",
  "This browser is too old for photos; answers are still saved. Update the phone's system, or give a reason for having no photo.",
);

export const CameraDenied = kind(
  "camera-denied",
  "Kamera tidak diizinkan untuk aplikasi ini. Pakai kamera ponsel atau galeri di bawah, atau izinkan kamera di pengaturan peramban.",
  "This app may not use the camera. Use the phone's camera or the gallery below, or allow the camera in the browser's settings.",
);

export const NoCamera = kind(
  "no-camera",
  "Kamera tidak dapat dibuka di sini ({why}). Pakai kamera ponsel atau galeri di bawah.",
  "The camera cannot be opened here ({why}). Use the phone's camera or the gallery below.",
  true,
);

export const NoSpaceForPhotos = kind(
  "no-space-for-photos",
  "Penyimpanan ponsel hampir penuh: foto berhenti dulu, jawaban tetap tersimpan. Hapus berkas lain di ponsel atau kirim dahulu, lalu coba lagi.",
  "This phone's storage is nearly full: photos stop, answers are still saved. Delete other files on the phone or send first, then try again.",
  true,
);
