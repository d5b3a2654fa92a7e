import { said } from "@/words/language.svelte";

export const words = said({
  title: ["Diagnostik", "Diagnostics"],
  about: [
    "Untuk petugas bantuan: angka dan kode saja, tanpa isi, nama, atau tempat.",
    "For those who help: numbers and codes only, no contents, names or places.",
  ],
  looking: ["Memeriksa…", "Looking…"],
  copy: ["Salin untuk petugas bantuan", "Copy for support"],
  copied: ["Tersalin.", "Copied."],
  runs: ["Sepuluh pengiriman terakhir", "The last ten syncs"],
  none: ["Belum ada.", "None yet."],
});
