"""Problems of the phone door, for whole requests; a single item is never refused."""

from backend.core.errors import Invalid, NotAllowed, NotFound, Problem, TooLarge, Unsupported


class ProtocolUnknown(Invalid):
    """This server speaks version 1 of the sync protocol."""

    code = "protocol-unknown"
    words_id = "Server ini berbicara protokol sinkronisasi versi 1."


class UpgradeRequired(Problem):
    """This app is too old to be told changes; what you recorded is safe and is still taken. Please update."""

    code = "upgrade-required"
    words_id = (
        "Aplikasi ini terlalu lama untuk menerima perubahan; rekaman Anda aman dan diterima. Mohon perbarui."
    )
    status = 426


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


class WrongUnsentType(Unsupported):
    """Unsent work is handed in as application/zip."""

    code = "unsent-type"
    words_id = "Pekerjaan yang belum terkirim diserahkan sebagai application/zip."


class NotUnsentWork(Invalid):
    """This file is not an export of unsent work, or it is damaged; `detail` says what is wrong. Nothing was taken."""

    code = "not-unsent-work"
    words_id = (
        "Berkas ini bukan ekspor pekerjaan yang belum terkirim, atau rusak; `detail` menyebut sebabnya. Tidak ada "
        "yang diambil."
    )


class NotHerWork(NotAllowed):
    """This file holds the work of another inspector. Nothing was taken."""

    code = "not-her-work"
    words_id = "Berkas ini berisi pekerjaan inspektur lain. Tidak ada yang diambil."


class LengthRequired(Problem):
    """A piece says how long it is, in Content-Length."""

    code = "length-required"
    words_id = "Potongan menyebut panjangnya dalam Content-Length."
    status = 411
