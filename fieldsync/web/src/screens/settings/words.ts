import { said } from "@/words/language.svelte";

export const words = said({
  title: ["Pengaturan", "Settings"],
  account: ["Akun", "Account"],
  signOut: ["Keluar dari akun", "Sign out"],
  stay: ["Tetap masuk", "Stay signed in"],
  leaving: [
    "Yang tercatat di ponsel ini tetap ada dan tetap dapat dilengkapi; pengiriman berhenti sampai Anda masuk lagi.",
    "What is recorded here stays and can be completed; sending stops until you sign in again.",
  ],
  signedOut: ["Masuk lagi untuk mengirim. Pencatatan tetap jalan.", "Sign in again to send. Recording goes on."],
  lastResort: ["Cadangan darurat", "Last resort"],
  exportHelp: [
    "Semua yang belum diterima server, sebagai satu berkas zip. Berkas ini TIDAK terkunci: serahkan langsung kepada koordinator, lalu hapus. Menyerahkannya dua kali tidak merugikan.",
    "Everything the server has not received, as one zip file. It is NOT locked: hand it straight to your coordinator, then delete it. Handing it in twice does no harm.",
  ],
  export: ["Simpan yang belum terkirim", "Save what was not sent"],
  exported: (name: string) => [`Tersimpan di unduhan: ${name}`, `Saved to downloads: ${name}`],
  help: ["Bantuan", "Help"],
  diagnostics: ["Diagnostik", "Diagnostics"],
  notebook: ["Buka buku catatan", "Open the notebook"],
});
