"""Problems of the field client: a code for machines, and words for people in both languages.

The words say three things: what happened, what is safe, what to do. A problem is a class; the docstring is the
English sentence, `words_id` the Indonesian one; facts in braces are filled in. Nothing here imports anything of ours.
"""

from typing import Any, ClassVar


class Problem(Exception):
    """Something went wrong. What you recorded is safe. Please try again."""

    code: ClassVar[str] = "problem"
    words_id: ClassVar[str] = "Terjadi masalah. Catatan Anda aman. Silakan coba lagi."
    waiting_helps: ClassVar[bool] = (
        False  # whether the same request may succeed later without anybody doing anything
    )

    def __init__(self, **facts: Any) -> None:
        super().__init__()
        self.facts = facts

    def words(self, language: str = "en") -> str:
        """The whole sentence in "id" or "en" (anything else is "en"), facts filled in, full stop or not."""
        text = self.words_id if language == "id" else " ".join((self.__doc__ or "").split())
        return text.format_map(_Facts(self.facts)).replace("..", ".")

    def __str__(self) -> str:
        return f"{self.code}: {self.words()}"


class _Facts(dict[str, Any]):
    def __missing__(self, name: str) -> str:
        return "?"


# The network and the server


class NoAnswer(Problem):
    """The server did not answer ({why}). Everything you recorded is safe here. It is sent when there is a
    connection."""

    code = "no-answer"
    words_id = (
        "Server tidak menjawab ({why}). Semua catatan Anda aman di sini. Akan dikirim saat ada sambungan."
    )
    waiting_helps = True


class NotOurServer(Problem):
    """Something answered, but not our server: perhaps a login page of this network. Nothing was changed. Open the
    network's page in a browser, or use another network."""

    code = "not-our-server"
    words_id = (
        "Ada yang menjawab, tetapi bukan server kami: mungkin halaman masuk jaringan ini. Tidak ada yang berubah. "
        "Buka halaman jaringan itu di peramban, atau pakai jaringan lain."
    )
    waiting_helps = True


class AnswerBroken(Problem):
    """The server's answer could not be understood ({why}). Nothing was changed and nothing is lost. Try again later;
    if it stays so, tell your coordinator."""

    code = "answer-broken"
    words_id = (
        "Jawaban server tidak dapat dipahami ({why}). Tidak ada yang berubah atau hilang. Coba lagi nanti; "
        "bila tetap begitu, beri tahu koordinator."
    )
    waiting_helps = True


class AnswerStale(Problem):
    """An answer arrived that belongs to an earlier question. It was put aside and nothing is lost."""

    code = "answer-stale"
    words_id = "Tiba jawaban untuk pertanyaan yang lama. Jawaban itu disisihkan dan tidak ada yang hilang."
    waiting_helps = True


class ServerTrouble(Problem):
    """The server has trouble of its own ({status}). Everything you recorded is safe here. It is sent later."""

    code = "server-trouble"
    words_id = "Server sedang bermasalah ({status}). Semua catatan Anda aman di sini. Akan dikirim nanti."
    waiting_helps = True


class ServerBusy(Problem):
    """The server asks to come back in {seconds} seconds. Everything you recorded is safe here."""

    code = "server-busy"
    words_id = "Server meminta kembali dalam {seconds} detik. Semua catatan Anda aman di sini."
    waiting_helps = True


class ServerFull(Problem):
    """The server's storage is full. Your photos are safe here and are sent when there is room. Tell your
    coordinator."""

    code = "server-full"
    words_id = (
        "Penyimpanan server penuh. Foto Anda aman di sini dan dikirim bila ada tempat. Beri tahu koordinator."
    )
    waiting_helps = True


class SignInAgain(Problem):
    """The server no longer knows this sign-in. Everything you recorded is safe here, and you can go on recording.
    Sign in again, then sync."""

    code = "sign-in-again"
    words_id = (
        "Server tidak lagi mengenali sesi ini. Semua catatan Anda aman di sini dan Anda tetap dapat mencatat. "
        "Masuk lagi, lalu kirim."
    )


class Barred(Problem):
    """The server does not accept this device or this user any more ({title}). Everything you recorded is kept here.
    Ask your coordinator."""

    code = "barred"
    words_id = (
        "Server tidak lagi menerima perangkat atau pengguna ini ({title}). Semua catatan Anda tetap tersimpan di sini. "
        "Hubungi koordinator."
    )


class Refused(Problem):
    """The server said no: {title}. What you recorded is safe here."""

    code = "refused"
    words_id = "Server menolak: {title_id}. Catatan Anda aman di sini."


class UpdateNeeded(Problem):
    """This program is too old for the server. Everything you recorded is safe here. Update the program, then sync."""

    code = "update-needed"
    words_id = (
        "Program ini terlalu lama untuk server. Catatan Anda aman di sini. Perbarui program, lalu kirim."
    )


class ForeignAddress(Problem):
    """The server named an address that is not its own ({address}). Nothing was sent there. Tell your coordinator."""

    code = "foreign-address"
    words_id = "Server menyebut alamat yang bukan miliknya ({address}). Tidak ada yang dikirim. Beri tahu koordinator."


class NeedsHelp(Problem):
    """The server cannot take one {what} ({id}); everything else was sent. It stays safe here and is offered again at
    the next sync. Show this to your coordinator."""

    code = "needs-help"
    words_id = (
        "Server tidak dapat menerima satu {what_id} ({id}); yang lain terkirim. Ia tetap aman di sini dan ditawarkan "
        "lagi pada pengiriman berikutnya. Tunjukkan kepada koordinator."
    )


class ListDiffers(Problem):
    """The list of visits still differs from the server's after it was read anew. What you recorded is safe and was
    sent. Sync again later; if it stays so, tell your coordinator."""

    code = "list-differs"
    words_id = (
        "Daftar kunjungan masih berbeda dari server setelah dibaca ulang. Catatan Anda aman dan telah dikirim. "
        "Coba lagi nanti; bila tetap begitu, beri tahu koordinator."
    )


class PaperNotFetched(Problem):
    """A checklist or an earlier submission could not be fetched ({digest}). Visits that need it cannot begin yet."""

    code = "paper-not-fetched"
    words_id = "Daftar periksa atau kiriman terdahulu belum dapat diambil ({digest}). Kunjungannya belum dapat dimulai."


class PhotoBad(Problem):
    """The server could not use the photo {photo} ({why}). It is kept here. Take it again if you can."""

    code = "photo-bad"
    words_id = (
        "Server tidak dapat memakai foto {photo} ({why}). Foto tetap tersimpan di sini. Ulangi bila bisa."
    )


class PhotosOff(Problem):
    """Photos wait because you asked to send documents only. Everything is safe here. Sync again without that wish to
    send them."""

    code = "documents-only"
    words_id = (
        "Foto menunggu karena Anda memilih mengirim dokumen saja. Semua aman di sini. Kirim lagi tanpa pilihan itu "
        "untuk mengirim foto."
    )


class BudgetSpent(Problem):
    """Today's data budget of {kib} KiB is used up, so the rest waits. Everything is safe here. It goes tomorrow, or
    now with a larger budget."""

    code = "budget-spent"
    words_id = (
        "Jatah data hari ini, {kib} KiB, sudah terpakai, jadi sisanya menunggu. Semua aman di sini. Sisanya dikirim "
        "besok, atau sekarang dengan jatah lebih besar."
    )


class PhotosLater(Problem):
    """The server takes {count} photos only when others are through. They are safe here. They go with a later sync."""

    code = "photos-later"
    words_id = (
        "Server baru menerima {count} foto setelah yang lain selesai. Foto aman di sini. Dikirim pada "
        "pengiriman berikutnya."
    )


# The store on this machine


class NotSignedIn(Problem):
    """Nobody has signed in here yet. Sign in once while there is a connection."""

    code = "not-signed-in"
    words_id = "Belum ada yang masuk di sini. Masuklah sekali selagi ada sambungan."


class SyncRunning(Problem):
    """Another sync of this store is running. Nothing is lost; wait until it ends."""

    code = "sync-running"
    words_id = (
        "Pengiriman lain sedang berjalan untuk penyimpanan ini. Tidak ada yang hilang; tunggu sampai selesai."
    )


class NewerStore(Problem):
    """This store was written by a newer program (form {found}, this program knows {known}). Nothing was touched.
    Update this program."""

    code = "newer-store"
    words_id = (
        "Penyimpanan ini ditulis oleh program yang lebih baru (bentuk {found}, program ini mengenal {known}). "
        "Tidak ada yang diubah. Perbarui program ini."
    )


class StoreFull(Problem):
    """There is no room left on this machine ({why}). What was saved before is safe; the last step was not saved.
    Free some space, then repeat the last step."""

    code = "store-full"
    words_id = (
        "Ruang penyimpanan perangkat ini habis ({why}). Yang tersimpan sebelumnya aman; langkah terakhir tidak "
        "tersimpan. Kosongkan ruang, lalu ulangi langkah terakhir."
    )


class StoreBusy(Problem):
    """Another program holds the store. Nothing is lost; the last step was not saved. Repeat it."""

    code = "store-busy"
    words_id = (
        "Program lain memakai penyimpanan. Tidak ada yang hilang; langkah terakhir belum tersimpan. Ulangi."
    )
    waiting_helps = True


class StoreBroken(Problem):
    """The store on this machine cannot be read ({why}). Do not delete the folder; copy it, and ask for help."""

    code = "store-broken"
    words_id = "Penyimpanan di perangkat ini tidak terbaca ({why}). Jangan hapus foldernya; salin, lalu minta bantuan."


class OtherUser(Problem):
    """This folder holds the records of another account with the same name. They are untouched. Use another folder."""

    code = "other-user"
    words_id = "Folder ini menyimpan catatan akun lain dengan nama yang sama. Tidak ada yang diubah. Pakai folder lain."


class FileUnwritable(Problem):
    """The file {file} cannot be written ({why}). Nothing is lost; everything is still here. Choose another place."""

    code = "file-unwritable"
    words_id = "Berkas {file} tidak dapat ditulis ({why}). Tidak ada yang hilang. Pilih tempat lain."


# Recording


class NoSuchVisit(Problem):
    """There is no visit {visit} here. Fetch your visits first, or look at the list."""

    code = "no-such-visit"
    words_id = "Tidak ada kunjungan {visit} di sini. Ambil dulu daftar kunjungan, atau lihat daftarnya."


class VisitGone(Problem):
    """This visit is no longer yours ({reason}). What you recorded is kept, and a finished visit is still sent."""

    code = "visit-gone"
    words_id = (
        "Kunjungan ini bukan lagi milik Anda ({reason}). Catatan Anda aman; yang sudah selesai tetap dikirim."
    )


class NotStarted(Problem):
    """This visit has not been started here. Start it first."""

    code = "not-started"
    words_id = "Kunjungan ini belum dimulai di sini. Mulai dulu."


class AlreadyTold(Problem):
    """You have already finished this visit. It is kept and sent as it is; it can change only after it is returned."""

    code = "already-told"
    words_id = "Kunjungan ini sudah Anda selesaikan. Kiriman tetap seperti adanya; perubahan hanya bila dikembalikan."


class AlreadyBegun(Problem):
    """This visit has been started on this device as well. Nothing was changed. Discard the draft here first, or go on
    with it."""

    code = "already-begun"
    words_id = (
        "Kunjungan ini juga sudah dimulai di perangkat ini. Tidak ada yang berubah. Buang dulu draf di sini, atau "
        "lanjutkan draf ini."
    )


class NoSuchDraft(Problem):
    """There is no draft of this visit on that device, or it was thrown away. Nothing was changed. Sync, then look at
    the list again."""

    code = "no-such-draft"
    words_id = (
        "Tidak ada draf kunjungan ini di perangkat itu, atau sudah dibuang. Tidak ada yang berubah. Kirim dan ambil "
        "dulu, lalu lihat lagi daftarnya."
    )


class ChecklistMissing(Problem):
    """The checklist of this visit is not on this machine yet. Fetch your visits once with a connection."""

    code = "checklist-missing"
    words_id = "Daftar periksa kunjungan ini belum ada di perangkat. Ambil kunjungan sekali dengan sambungan."


class ChecklistUnreadable(Problem):
    """The checklist of this visit is of a form this program does not know. Update the program."""

    code = "checklist-unreadable"
    words_id = "Bentuk daftar periksa kunjungan ini tidak dikenal program ini. Perbarui program."


class UnknownItem(Problem):
    """The checklist of this visit has no item {item}. Nothing was recorded. Look at the list of items."""

    code = "unknown-item"
    words_id = (
        "Daftar periksa kunjungan ini tidak punya butir {item}. Tidak ada yang dicatat. Lihat daftar butir."
    )


class ValueWrong(Problem):
    """{value} cannot be an answer to {item} ({expected}). Nothing was recorded. Give another value."""

    code = "value-wrong"
    words_id = "{value} tidak mungkin menjadi jawaban {item} ({expected_id}). Tidak ada yang dicatat. Beri nilai lain."


class UnknownWord(Problem):
    """{word} is not known here; known are: {known}. Nothing was recorded."""

    code = "unknown-word"
    words_id = "{word} tidak dikenal; yang dikenal: {known}. Tidak ada yang dicatat."


class TextTooLong(Problem):
    """The texts of this visit are longer than can be sent. The last step was not saved. Shorten the notes."""

    code = "text-too-long"
    words_id = (
        "Teks kunjungan ini lebih panjang daripada yang dapat dikirim. Langkah terakhir tidak disimpan. "
        "Pendekkan catatannya."
    )


class FileUnreadable(Problem):
    """The file {file} cannot be read ({why}). Nothing was recorded."""

    code = "file-unreadable"
    words_id = "Berkas {file} tidak terbaca ({why}). Tidak ada yang dicatat."


class NotAPicture(Problem):
    """This file is not a picture that can be read ({why}). Nothing was recorded. Take the photo again."""

    code = "not-a-picture"
    words_id = "Berkas ini bukan gambar yang dapat dibaca ({why}). Tidak ada yang dicatat. Ambil foto lagi."


class PhotoForbidden(Problem):
    """The item {item} must not be photographed. The photo was not kept. Answer it in words."""

    code = "photo-forbidden"
    words_id = "Butir {item} tidak boleh difoto. Foto tidak disimpan. Jawab dengan kata-kata."


class PhotoGone(Problem):
    """The photo {photo} is no longer as it was recorded on this machine. Everything else is safe. Take it again, or
    remove it from the visit."""

    code = "photo-gone"
    words_id = (
        "Foto {photo} di perangkat ini tidak lagi seperti saat dicatat. Yang lain aman. "
        "Ambil lagi, atau keluarkan dari kunjungan."
    )
