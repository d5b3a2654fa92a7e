"""Problems of photos, uploads and the store that keeps them."""

from typing import Any, ClassVar

from backend.core.errors import Conflict, Gone, Invalid, NotAllowed, NotFound, Problem, TooLarge, Unavailable


class NoSuchUpload(NotFound):
    """There is no such upload."""

    code = "upload-unknown"
    words_id = "Unggahan ini tidak dikenal."


class NotYourUpload(NotAllowed):
    """This upload belongs to somebody else."""

    code = "not-your-upload"
    words_id = "Unggahan ini milik orang lain."


class NotYourPhoto(NotAllowed):
    """This photo was announced by somebody else."""

    code = "not-your-photo"
    words_id = "Foto ini telah diumumkan oleh orang lain."


class AnnouncedDifferently(Conflict):
    """This photo was announced before with another hash, size or visit; a photo never changes."""

    code = "announced-differently"
    words_id = "Foto ini pernah diumumkan dengan sidik, ukuran, atau kunjungan lain; foto tidak berubah."


class PhotoIsBad(Conflict):
    """The bytes of this photo cannot be kept; `reason` says why. Please take it again under a new id."""

    code = "photo-bad"
    words_id = "Byte foto ini tidak dapat disimpan. Silakan ambil ulang dengan id baru."


class PhotoTooLarge(TooLarge):
    """This photo is larger than a photo may be; please take it again, smaller."""

    code = "photo-too-large"
    words_id = "Foto ini melebihi batas; silakan ambil ulang dengan ukuran lebih kecil."


class TooMuchUnderWay(Unavailable):
    """This device has too many unfinished photos under way; please finish some of them first."""

    code = "quota"
    words_id = (
        "Perangkat ini memiliki terlalu banyak foto yang belum selesai; silakan selesaikan sebagian dahulu."
    )
    status: ClassVar[int] = 429
    headers: ClassVar[dict[str, str]] = {"Retry-After": "60"}


class UploadGone(Gone):
    """This address takes no more bytes; /sync names a new one if any are wanted."""

    code = "upload-gone"
    words_id = "Alamat ini tidak lagi menerima byte; /sync menyebut yang baru bila masih diperlukan."


class TooManyPieces(UploadGone):
    """This address took too many pieces and takes no more; /sync names a new one."""

    words_id = "Alamat ini telah menerima terlalu banyak potongan; /sync menyebut yang baru."


class OffsetMismatch(Conflict):
    """The next byte wanted is another one; please continue from `offset`."""

    code = "offset-mismatch"
    words_id = "Byte berikutnya yang diminta adalah yang lain; lanjutkan dari `offset`."

    def __init__(self, *, offset: int, **facts: Any) -> None:
        super().__init__(offset=offset, **facts)
        self.headers = {"Upload-Offset": str(offset)}


class ChecksumMismatch(Problem):
    """These bytes do not match their checksum; nothing of this piece was kept, please send it again."""

    code = "checksum-mismatch"
    words_id = "Byte ini tidak cocok dengan checksum; tidak ada yang disimpan, silakan kirim lagi."
    status: ClassVar[int] = 460  # tus 1.0, checksum extension


class PieceTooLarge(TooLarge):
    """This piece is larger than a piece may be, or reaches beyond the photo's announced size."""

    code = "piece-too-large"
    words_id = "Potongan ini melebihi batas, atau melewati ukuran foto yang diumumkan."


class StoreFull(Unavailable):
    """The server's storage is full. Nothing is lost; please keep the photo and try again later."""

    code = "store-full"
    words_id = "Penyimpanan server penuh. Tidak ada yang hilang; simpan foto dan coba lagi nanti."
    status: ClassVar[int] = 507
    headers: ClassVar[dict[str, str]] = {"Retry-After": "300"}


class StoreUnavailable(Unavailable):
    """The server's storage does not answer. Nothing is lost; please keep the photo and try again later."""

    code = "store-unavailable"
    words_id = "Penyimpanan server tidak menjawab. Tidak ada yang hilang; simpan foto dan coba lagi nanti."


class NothingKept(StoreUnavailable):
    """The server's storage has no such bytes."""

    code = "store-lacks-bytes"
    words_id = "Penyimpanan server tidak memiliki byte ini."


class NotAPicture(Invalid):
    """These bytes are not a picture that can be kept; `reason` says why."""

    code = "not-a-picture"
    words_id = "Byte ini bukan gambar yang dapat disimpan."
