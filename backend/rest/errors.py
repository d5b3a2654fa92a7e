"""Problems of the plumbing itself."""

from backend.core.errors import Conflict, Invalid, NotAllowed, Problem, TooLarge, Unsupported


class Malformed(Invalid):
    """This is not JSON as RFC 8259 has it."""

    code = "malformed"
    words_id = "Ini bukan JSON yang sah."


class BodyCut(Invalid):
    """Fewer bytes arrived than were announced; nothing was kept, please send again."""

    code = "body-cut"
    words_id = "Byte yang tiba kurang dari yang diumumkan; tidak ada yang disimpan, silakan kirim lagi."


class BodyTooLarge(TooLarge):
    """The request is larger than this address takes."""

    code = "too-large"
    words_id = "Permintaan melebihi batas alamat ini."


class UnknownEncoding(Unsupported):
    """This content encoding is not understood; send it plain or as gzip."""

    code = "unknown-encoding"
    words_id = "Pengodean isi ini tidak dikenal; kirim polos atau gzip."
    headers = {"Accept-Encoding": "gzip, identity"}


class PageUnknown(Invalid):
    """This is not where a page of this list ended; start again with the first page."""

    code = "page-unknown"
    words_id = "Ini bukan akhir halaman dari daftar ini; mulailah lagi dari halaman pertama."


class WrongMethod(Invalid):
    """This address does not take this method."""

    code = "wrong-method"
    words_id = "Alamat ini tidak menerima metode tersebut."


class NotInThatForm(Invalid):
    """This address does not answer in the form you asked for."""

    code = "not-in-that-form"
    words_id = "Alamat ini tidak dapat menjawab dalam bentuk yang diminta."


class TooManyTries(NotAllowed):
    """Too many tries in a short time; please wait a little."""

    code = "too-many-tries"
    words_id = "Terlalu banyak percobaan dalam waktu singkat; tunggulah sebentar."


class KeyUnreadable(Invalid):
    """An Idempotency-Key is 1 to 200 printable ASCII characters."""

    code = "idempotency-key-unreadable"
    words_id = "Idempotency-Key terdiri dari 1 sampai 200 karakter ASCII yang dapat dicetak."


class KeyReused(Problem):
    """This Idempotency-Key was sent before with another request; a new request needs a new key."""

    code = "idempotency-key-reused"
    words_id = (
        "Idempotency-Key ini pernah dikirim dengan permintaan lain; permintaan baru memerlukan kunci baru."
    )
    status = 422


class StillInProgress(Conflict):
    """The request with this Idempotency-Key is still being worked on; ask again in a moment."""

    code = "still-in-progress"
    words_id = "Permintaan dengan Idempotency-Key ini masih dikerjakan; coba lagi sebentar."
    headers = {"Retry-After": "2"}
