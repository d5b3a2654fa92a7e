/**
 * Problems with the network and the server, as kinds. They speak of notes and of nothing else, for they may show on the
 * notebook too; those whose words give away what this app is for are in errors-inside.ts, and what can go wrong with the
 * store and the camera is told there. `Problem` itself is in problem.ts, so that the cover need not load these words.
 */

import { Problem, kind } from "./problem";

export { type Facts, type Language, Problem } from "./problem";

/** What was caught, if it is one of ours; anything else goes on its way. */
export function raised(caught: unknown): Problem {
  if (caught instanceof Problem) return caught;
  throw caught;
}

/** `why`: timeout, no connection, or connection cut. */
export const NoAnswer = kind(
  "no-answer",
  "Server tidak menjawab ({why}). Semua catatan Anda aman di sini. Akan dikirim saat ada sambungan.",
  "The server did not answer ({why}). Everything you recorded is safe here. It is sent when there is a connection.",
  true,
);
export const NotOurServer = kind(
  "not-our-server",
  "Ada yang menjawab, tetapi bukan server kami: mungkin halaman masuk jaringan ini. Tidak ada yang berubah. Buka halaman jaringan itu di peramban, atau pakai jaringan lain.",
  "Something answered, but not our server: perhaps a login page of this network. Nothing was changed. Open the network's page in a browser, or use another network.",
  true,
);
export const AnswerBroken = kind(
  "answer-broken",
  "Jawaban server tidak dapat dipahami ({why}). Tidak ada yang berubah atau hilang. Coba lagi nanti; bila tetap begitu, minta bantuan.",
  "The server's answer could not be understood ({why}). Nothing was changed and nothing is lost. Try again later; if it stays so, ask for help.",
  true,
);
export const AnswerStale = kind(
  "answer-stale",
  "Tiba jawaban untuk pertanyaan yang lama. Jawaban itu disisihkan dan tidak ada yang hilang.",
  "An answer arrived that belongs to an earlier question. It was put aside and nothing is lost.",
  true,
);
export const ServerTrouble = kind(
  "server-trouble",
  "Server sedang bermasalah ({status}). Semua catatan Anda aman di sini. Akan dikirim nanti.",
  "The server has trouble of its own ({status}). Everything you recorded is safe here. It is sent later.",
  true,
);
export const ServerBusy = kind(
  "server-busy",
  "Server meminta kembali dalam {seconds} detik. Semua catatan Anda aman di sini.",
  "The server asks to come back in {seconds} seconds. Everything you recorded is safe here.",
  true,
);
export const ServerFull = kind(
  "server-full",
  "Penyimpanan server penuh. Foto Anda aman di sini dan dikirim bila ada tempat. Minta bantuan.",
  "The server's storage is full. Your photos are safe here and are sent when there is room. Ask for help.",
  true,
);
export const SignInAgain = kind(
  "sign-in-again",
  "Server tidak lagi mengenali sesi ini. Semua catatan Anda aman di sini dan Anda tetap dapat mencatat. Masuk lagi, lalu kirim.",
  "The server no longer knows this sign-in. Everything you recorded is safe here, and you can go on recording. Sign in again, then sync.",
);
/** `code`: device-revoked, user-disabled, … */
export const Barred = kind(
  "barred",
  "Server tidak lagi menerima ponsel atau pengguna ini ({title_id}). Semua yang belum terkirim tetap tersimpan di sini. Hubungi orang yang memberi Anda akun.",
  "The server does not accept this phone or this user any more ({title}). Everything not sent yet is kept here. Ask whoever gave you the account.",
);
export const Refused = kind(
  "refused",
  "Server menolak: {title_id}. Catatan Anda aman di sini.",
  "The server said no: {title}. What you recorded is safe here.",
);
export const UpdateNeeded = kind(
  "update-needed",
  "Aplikasi ini terlalu lama untuk server. Catatan Anda aman di sini. Tutup aplikasi, buka lagi selagi ada sambungan, lalu kirim.",
  "This app is too old for the server. Everything you recorded is safe here. Close it, open it again with a connection, then sync.",
);
export const ForeignAddress = kind(
  "foreign-address",
  "Server menyebut alamat yang bukan miliknya ({address}). Tidak ada yang dikirim ke sana. Minta bantuan.",
  "The server named an address that is not its own ({address}). Nothing was sent there. Ask for help.",
);
export const NotSignedIn = kind(
  "not-signed-in",
  "Belum ada yang masuk di sini. Catatan di ponsel tidak berubah. Masuklah sekali selagi ada sambungan.",
  "Nobody has signed in here yet. The notes on this phone are unchanged. Sign in once while there is a connection.",
);
export const OtherUser = kind(
  "other-user",
  "Di sini tersimpan catatan akun lain. Tidak ada yang diubah. Masuk dengan akun itu, atau pakai ponsel lain.",
  "This phone holds the records of another account. They are untouched. Sign in with that account, or use another phone.",
);
export const SyncRunning = kind(
  "sync-running",
  "Pengiriman lain sedang berjalan. Tidak ada yang hilang; tunggu sampai selesai.",
  "Another sync is running. Nothing is lost; wait until it ends.",
);
