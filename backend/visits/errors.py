"""Problems of visits. There is none that refuses testimony."""

from backend.core.errors import Conflict, NotFound


class NoSuchVisit(NotFound):
    """There is no such visit, or it is not yours to see."""

    code = "no-such-visit"
    words_id = "Kunjungan ini tidak ada, atau bukan untuk Anda lihat."


class NoSuchSubmission(NotFound):
    """There is no such submission, or it is not yours to see."""

    code = "no-such-submission"
    words_id = "Kiriman ini tidak ada, atau bukan untuk Anda lihat."


class NoSuchPhoto(NotFound):
    """There is no such photo, it has not arrived yet, or it is not yours to see."""

    code = "no-such-photo"
    words_id = "Foto ini tidak ada, belum tiba, atau bukan untuk Anda lihat."


class DigestMismatch(Conflict):
    """This text was changed on its way; nothing was kept, please send it again."""

    code = "digest"
    words_id = "Teks ini berubah di perjalanan; tidak ada yang disimpan, silakan kirim lagi."
