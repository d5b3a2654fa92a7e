"""Problems of the plumbing itself."""

from backend.core.errors import Invalid, TooLarge, Unsupported


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
