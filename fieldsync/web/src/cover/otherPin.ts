/** The second PIN, which opens the notebook alone. Only inside is it known whether there is one; loaded after the PIN. */

import type { Book } from "@/store/types";
import { said } from "@/words/language.svelte";

const FACT = "other_pin";

/** null: nobody was asked yet. */
export function otherPin(book: Book): boolean | null {
  return (book.get("facts", FACT)?.value as boolean | undefined) ?? null;
}

export function noteOtherPin(book: Book, there: boolean): Promise<void> {
  return book.change((writer) => writer.put("facts", FACT, { value: there }));
}

export const pinWords = said({
  second: ["PIN kedua", "A second PIN"],
  about: [
    "Bila Anda dipaksa membuka Catatan, ketik PIN kedua: yang terbuka hanya buku catatan, dan tidak ada tanda bahwa ada isi lain.",
    "Should you be forced to open the notebook, type the second PIN: it opens the notebook alone, and nothing shows that there is more.",
  ],
  advice: [
    "Isi buku catatan dengan beberapa catatan biasa supaya terlihat dipakai.",
    "Write some ordinary notes into the notebook, so that it looks used.",
  ],
  there: ["Ada PIN kedua.", "There is a second PIN."],
  notThere: ["Belum ada PIN kedua.", "There is no second PIN yet."],
  real: ["PIN Anda sekarang", "Your present PIN"],
  other: ["PIN kedua, jauh berbeda", "The second PIN, quite different"],
  set: ["Pakai PIN kedua ini", "Use this second PIN"],
  remove: ["Hapus PIN kedua", "Remove the second PIN"],
  removed: ["PIN kedua sudah dihapus.", "The second PIN was removed."],
  kept: ["PIN kedua sudah tersimpan.", "The second PIN is kept."],
  later: ["Nanti saja", "Later"],
  mine: ["PIN Anda", "Your PIN"],
  mineAbout: [
    "Membuka semuanya. Salah empat kali berarti menunggu, makin lama makin lama; tidak ada yang terhapus.",
    "It opens everything. From the fourth wrong try on there is a wait that grows; nothing is ever deleted.",
  ],
});
