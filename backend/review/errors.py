"""Problems of judging a visit."""

from backend.core.errors import Conflict, Invalid, NotAllowed


class OwnVisit(NotAllowed):
    """Nobody judges a visit that she told herself, or was to tell."""

    code = "own-visit"
    words_id = "Tidak seorang pun menilai kunjungannya sendiri."


class StaleAttempt(Conflict):
    """Another attempt of this visit is the present one; look at it again.

    Facts: `attempt`, the present one.
    """

    code = "stale-attempt"
    words_id = "Kunjungan ini sudah pada upaya lain; lihat kembali."


class ToldAnew(Conflict):
    """Another submission was put in this attempt's place; look at it, and say which revision of the visit you saw."""

    code = "told-anew"
    words_id = "Kiriman lain menggantikan isi upaya ini; lihat dahulu, lalu sebutkan revisi yang Anda lihat."


class NotLate(Conflict):
    """Only a late submission can be made the current one.

    Facts: `slot`, what it is.
    """

    code = "not-late"
    words_id = "Hanya kiriman terlambat yang dapat dijadikan kiriman yang berlaku."


class NeedsALook(Conflict):
    """Only a visit that waits for review, with no flag and all its photos, is accepted without being opened.

    Facts: `state`, `flags` (how many), `missing` (photos).
    """

    code = "needs-a-look"
    words_id = "Hanya kunjungan yang menunggu, tanpa tanda dan lengkap fotonya, yang diterima tanpa dibuka."


class VerdictOutOfTurn(Conflict):
    """This verdict cannot follow the visit's present state.

    Facts: `state`.
    """

    code = "verdict-out-of-turn"
    words_id = "Putusan ini tidak dapat mengikuti keadaan kunjungan sekarang."


class PhotosMissing(Conflict):
    """Photos of this visit have not arrived; accept it when they have, or return it.

    Facts: `missing`, how many.
    """

    code = "photos-missing"
    words_id = "Foto kunjungan ini belum lengkap; terima setelah lengkap, atau kembalikan."


class VisitCancelled(Conflict):
    """This visit's order was cancelled."""

    code = "visit-cancelled"
    words_id = "Penugasan kunjungan ini telah dibatalkan."


class ReturnNeedsWords(Invalid):
    """A return says what to correct: at least one point, or a note."""

    code = "return-needs-words"
    words_id = "Pengembalian harus menyebut apa yang diperbaiki: sedikitnya satu butir atau catatan."


class RejectionNeedsGround(Invalid):
    """A rejection needs a ground, and the ground `other` needs a note."""

    code = "rejection-needs-ground"
    words_id = "Penolakan memerlukan alasan, dan alasan lain-lain memerlukan catatan."


class UnknownPoint(Invalid):
    """A point names an item that this checklist does not ask here, or a photo that is not of this visit.

    Facts: `items`, `photos`.
    """

    code = "unknown-point"
    words_id = "Ada butir yang tidak ditanyakan di sini, atau foto yang bukan milik kunjungan ini."
