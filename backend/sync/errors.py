"""Problems of the phone door, for whole requests; a single item is never refused."""

from backend.core.errors import Invalid, NotFound, Problem, TooLarge, Unsupported


class ProtocolUnknown(Invalid):
    """This server speaks version 1 of the sync protocol."""

    code = "protocol-unknown"
    words_id = "Server ini berbicara protokol sinkronisasi versi 1."


class TooManyThings(TooLarge):
    """A request carries at most so many items and photos; please split it."""

    code = "too-many-things"
    words_id = "Satu permintaan memuat paling banyak sekian butir dan foto; silakan pecah."


class NoSuchDraft(NotFound):
    """There is no such draft, or it is not yours."""

    code = "no-such-draft"
    words_id = "Draf ini tidak ada, atau bukan milik Anda."


class WrongTusVersion(Problem):
    """This server speaks tus 1.0.0."""

    code = "tus-version"
    words_id = "Server ini berbicara tus 1.0.0."
    status = 412
    headers = {"Tus-Version": "1.0.0"}


class WrongPieceType(Unsupported):
    """A piece is sent as application/offset+octet-stream."""

    code = "piece-type"
    words_id = "Potongan dikirim sebagai application/offset+octet-stream."


class HeaderWrong(Invalid):
    """A header is missing or cannot be read; `header` names it."""

    code = "header-wrong"
    words_id = "Sebuah header tidak ada atau tidak terbaca; `header` menyebutnya."
