/** The words of the notebook. Whoever reads them, PIN or not, learns that it is a notebook. */

import { said } from "@/words/language.svelte";

export const words = said({
  notebook: ["Catatan", "Notes"],
  wait: ["Sebentar…", "One moment…"],

  pin: ["PIN", "PIN"],
  pinNow: ["PIN sekarang", "Present PIN"],
  pinNew: ["PIN baru", "New PIN"],
  pinAgain: ["Ulangi PIN", "Repeat the PIN"],
  pinsDiffer: ["Kedua PIN tidak sama. Ketik sekali lagi.", "The two PINs differ. Type them once more."],
  open: ["Buka", "Open"],
  opening: ["Membuka…", "Opening…"],
  letters: ["Pakai huruf", "Use letters"],
  digits: ["Pakai angka", "Use digits"],
  waitSeconds: (seconds: number) => [`Coba lagi dalam ${seconds} detik.`, `Next try in ${seconds} s.`],

  welcome: ["Selamat datang", "Welcome"],
  choose: [
    "Pilih PIN untuk mengunci catatan Anda: 6 angka atau lebih, atau sebuah kalimat pendek.",
    "Choose a PIN to lock your notes: 6 digits or more, or a short phrase.",
  ],
  noWayBack: [
    "Ingat baik-baik: PIN yang lupa tidak dapat diganti siapa pun, dan catatan tidak dapat dibuka tanpa PIN.",
    "Remember it well: nobody can replace a forgotten PIN, and without it the notes cannot be opened.",
  ],
  begin: ["Kunci dan mulai", "Lock it and begin"],

  elsewhere: ["Catatan sedang terbuka di tab lain.", "The notebook is open in another tab."],
  useHere: ["Pakai di sini", "Use it here"],
  emptied: (count: number) => [
    `Penyimpanan Catatan di peramban ini telah dikosongkan; isinya hilang dari ponsel ini. ${count === 0 ? "Tidak ada yang sedang menunggu dicadangkan." : `${count} hal di dalamnya belum dicadangkan.`}`,
    `The notebook's storage in this browser was emptied; what it held is lost from this phone. ${count === 0 ? "Nothing in it was waiting to be backed up." : `${count} things in it were not backed up.`}`,
  ],
  emptiedWhy: [
    "Itu terjadi bila ponsel kehabisan ruang, data situs dihapus, atau di iPhone setelah tujuh hari tidak dibuka. Pasang Catatan di layar utama supaya tidak terulang.",
    "That happens when the phone runs out of space, when site data are cleared, or on an iPhone after seven days without use. Put the notebook on the home screen so that it does not happen again.",
  ],
  startAnew: ["Mulai lagi", "Start again"],
  reload: ["Muat ulang", "Reload"],
  newer: ["Versi baru sudah siap. Catatan Anda tetap ada.", "A newer version is ready. Your notes stay."],
  changeOver: ["Pakai versi baru", "Use the newer version"],

  create: ["Catatan baru", "New note"],
  search: ["Cari", "Search"],
  nothingYet: ["Belum ada catatan.", "There are no notes yet."],
  nothingFound: ["Tidak ada yang cocok.", "Nothing matches."],
  untitled: ["Tanpa judul", "Untitled"],
  title: ["Judul", "Title"],
  text: ["Isi", "Text"],
  back: ["Kembali", "Back"],
  remove: ["Hapus", "Delete"],
  reallyRemove: ["Hapus catatan ini?", "Delete this note?"],
  yesRemove: ["Ya, hapus", "Yes, delete"],
  no: ["Tidak", "No"],
  saved: ["Tersimpan", "Saved"],
  lock: ["Kunci", "Lock"],
  damaged: (count: number) => [
    `${count} catatan tidak terbaca. Tidak ada yang dihapus.`,
    `${count} notes cannot be read. Nothing was deleted.`,
  ],

  settings: ["Pengaturan", "Settings"],
  changePin: ["Ganti PIN", "Change the PIN"],
  pinChanged: ["PIN sudah diganti.", "The PIN was changed."],
  install: ["Pasang di layar utama", "Put it on the home screen"],
  account: ["Akun", "Account"],
  accountAbout: [
    "Masuk dengan nama dan kata sandi yang Anda terima, supaya isinya dicadangkan. Perlu jaringan.",
    "Sign in with the name and the password you were given, so that the contents are backed up. It needs a network.",
  ],
  name: ["Nama", "Name"],
  password: ["Kata sandi", "Password"],
  signIn: ["Masuk", "Sign in"],
  signingIn: ["Masuk…", "Signing in…"],
  noNetwork: ["Belum dapat dibuka. Sambungkan ke jaringan, lalu coba lagi.", "It cannot be opened yet. Connect to a network, then try again."],
  version: (version: string) => [`Versi ${version}`, `Version ${version}`],
});
