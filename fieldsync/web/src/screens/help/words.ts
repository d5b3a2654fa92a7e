import type { Both } from "@/wire/types";
import { said } from "@/words/language.svelte";

export const words = said({
  title: ["Bantuan", "Help"],
  practice: ["Kunjungan latihan", "A practice visit"],
  practiceAbout: [
    "Coba semuanya: waktu, foto, isian, selesai. Tidak pernah dikirim dan tidak dinilai.",
    "Try everything: times, photos, answers, finishing. It is never sent and never judged.",
  ],
  practise: ["Mulai latihan", "Start practising"],
  install: ["Pasang di layar utama", "Put it on the home screen"],
  installed: ["Sudah terpasang di layar utama.", "It is on the home screen."],
});

export interface Part {
  readonly title: Both;
  readonly open?: boolean;
  readonly steps: readonly Both[];
}

export const parts: readonly Part[] = [
  {
    title: { id: "Memasang di ponsel", en: "Putting it on the phone" },
    open: true,
    steps: [
      { id: "Android: buka menu ⋮ di Chrome, pilih “Instal aplikasi” atau “Tambahkan ke layar utama”.", en: "Android: open Chrome's menu ⋮ and choose “Install app” or “Add to Home screen”." },
      { id: "iPhone: buka di Safari, ketuk Bagikan, pilih “Tambah ke Layar Utama”. Tanpa ini iPhone menghapus isinya setelah tujuh hari tidak dipakai.", en: "iPhone: open it in Safari, tap Share, choose “Add to Home Screen”. Without this an iPhone deletes its contents after seven days without use." },
      { id: "Buka sekali dari layar utama saat ada jaringan, lalu coba lagi dalam mode pesawat.", en: "Open it from the home screen once with a network, then try again in airplane mode." },
      { id: "Izinkan kamera dan lokasi sekarang, di rumah; di loket tidak boleh ada pertanyaan yang muncul.", en: "Allow camera and location now, at home; no question must pop up at the counter." },
    ],
  },
  {
    title: { id: "Supaya tidak ketahuan", en: "Keeping your cover" },
    steps: [
      { id: "Dari luar ini buku catatan biasa. PIN Anda membuka tugas; PIN kedua hanya membuka buku catatan.", en: "From outside this is an ordinary notebook. Your PIN opens your work; the second PIN opens only the notebook." },
      { id: "✕ di pojok, atau dua ketukan cepat pada judul, langsung menampilkan buku catatan. Berpindah aplikasi juga.", en: "✕ in the corner, or two quick taps on the title, shows the notebook at once. Switching to another app does it too." },
      { id: "Di loket cukup ketuk waktu dan foto. Isian dikerjakan setelah meninggalkan loket.", en: "At the counter just tap times and take photos. Fill in the answers after leaving it." },
      { id: "Jangan memotret orang. Kalau terlanjur, samarkan wajahnya sebelum disimpan.", en: "Do not photograph people. If it happened, blur their faces before keeping the picture." },
      { id: "Jika ditanya atau ketahuan: berhenti, pergi dengan sopan, dan catat itu saat menyelesaikan.", en: "If you are asked or found out: stop, leave politely, and note it when you finish." },
    ],
  },
  {
    title: { id: "Kalau ada masalah", en: "When something goes wrong" },
    steps: [
      { id: "Tidak ada jaringan: teruskan. Semua tersimpan di ponsel, terkirim sendiri kalau ada jaringan dan aplikasi terbuka.", en: "No network: go on. All is kept on the phone and sends itself when there is a network and the app is open." },
      { id: "Diminta masuk lagi: pencatatan tetap jalan; masuk lewat Pengaturan saat ada jaringan.", en: "Asked to sign in again: recording goes on; sign in under Settings when there is a network." },
      { id: "Ponsel penuh: foto berhenti di 95 %, isian tetap dapat disimpan. Hapus hal lain dari ponsel.", en: "Phone full: photos stop at 95 %, answers can still be kept. Remove other things from the phone." },
      { id: "Jangan “hapus data situs” atau copot pemasangan sebelum semua diterima server.", en: "Do not “clear site data” or uninstall before the server has received everything." },
      { id: "Ponsel hampir mati atau rusak: Pengaturan → Cadangan darurat.", en: "The phone is dying or broken: Settings → Last resort." },
      { id: "PIN lupa: isi tidak dapat dibuka siapa pun. Yang sudah diterima server tetap aman di sana.", en: "PIN forgotten: nobody can open what is here. What the server has received is safe there." },
    ],
  },
];
