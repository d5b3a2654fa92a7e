"""Problems of the forms with which visits are judged."""

from backend.core.errors import Invalid


class FormIncomplete(Invalid):
    """This form came without a part that belongs to it; open the visit again and decide there."""

    code = "form-incomplete"
    words_id = (
        "Formulir ini datang tanpa salah satu bagiannya; buka lagi kunjungannya dan putuskan dari sana."
    )


class WordsTooLong(Invalid):
    """A text is longer than can be kept: a note has up to 4,000 letters, words about one point up to 1,000."""

    code = "words-too-long"
    words_id = (
        "Ada teks yang terlalu panjang: catatan sampai 4.000 huruf, kata-kata untuk satu butir sampai 1.000."
    )


class PointNeedsReason(Invalid):
    """Each point that goes back needs a reason from the list, or your own words."""

    code = "point-needs-reason"
    words_id = "Setiap butir yang dikembalikan memerlukan alasan dari daftar, atau kata-kata Anda sendiri."


class TooManyVisits(Invalid):
    """Up to 50 visits are accepted at once; choose fewer, nothing was accepted.

    Facts: `most`.
    """

    code = "too-many-visits"
    words_id = "Sekaligus paling banyak 50 kunjungan; pilih lebih sedikit, belum ada yang diterima."


class NoneChosen(Invalid):
    """No visit was chosen; tick the visits to accept and send the form again."""

    code = "none-chosen"
    words_id = "Belum ada kunjungan yang dipilih; centang kunjungan yang akan diterima, lalu kirim lagi."
