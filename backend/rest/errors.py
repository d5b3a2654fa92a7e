"""Problems of the plumbing itself."""

from backend.core.errors import Invalid, NotAllowed, TooLarge, Unsupported


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
