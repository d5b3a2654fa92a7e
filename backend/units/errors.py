"""Problems of regions, institutions, units, products, standards, and of the tables they arrive in."""

from backend.core.errors import Conflict, Invalid, NotFound, TooLarge, Unavailable, Unsupported


class NoSuchUnit(NotFound):
    """There is no such unit, or it is not in a programme of yours."""

    code = "no-such-unit"
    words_id = "Unit tidak ditemukan, atau bukan dalam program Anda."


class UnknownKind(Invalid):
    """This is not a kind of table; say regions, institutions, units, products or standards."""

    code = "unknown-kind"
    words_id = "Jenis tabel tidak dikenal; pilih regions, institutions, units, products, atau standards."


class NotATable(Unsupported):
    """This is neither CSV nor a readable XLSX workbook. An older .xls must be saved as .xlsx or CSV first."""

    code = "not-a-table"
    words_id = "Ini bukan CSV atau buku kerja XLSX yang terbaca. Simpan .xls lama sebagai .xlsx atau CSV."


class HoldsMacros(Unsupported):
    """This workbook holds macros. None was run and nothing was stored; save it as .xlsx or CSV and send that."""

    code = "holds-macros"
    words_id = (
        "Buku kerja ini memuat makro. Tidak ada yang dijalankan dan tidak ada yang disimpan; "
        "simpan sebagai .xlsx atau CSV, lalu kirim itu."
    )


class WrongEncoding(Unsupported):
    """This CSV is not UTF-8. In Excel, save it as "CSV UTF-8"."""

    code = "wrong-encoding"
    words_id = 'CSV ini bukan UTF-8. Di Excel, simpan sebagai "CSV UTF-8".'


class EmptyTable(Invalid):
    """There is no header row here."""

    code = "empty-table"
    words_id = "Tidak ada baris judul kolom di sini."


class MissingColumns(Invalid):
    """Columns are missing from the header row."""

    code = "missing-columns"
    words_id = "Ada kolom yang tidak terdapat di baris judul."


class DuplicateColumns(Invalid):
    """A column stands twice in the header row."""

    code = "duplicate-columns"
    words_id = "Ada kolom yang tertulis dua kali di baris judul."


class FileTooLarge(TooLarge):
    """The file is larger than an import may be; split it."""

    code = "file-too-large"
    words_id = "Berkas melebihi batas impor; bagilah berkasnya."


class TooManyRows(TooLarge):
    """The table has more rows than an import may have; split it."""

    code = "too-many-rows"
    words_id = "Jumlah baris melebihi batas impor; bagilah tabelnya."


class TooManyColumns(TooLarge):
    """The table has more columns than an import may have."""

    code = "too-many-columns"
    words_id = "Jumlah kolom melebihi batas impor."


class WorkbookTooBig(TooLarge):
    """Unpacked, this workbook is larger than we are willing to read; save the sheet as CSV."""

    code = "workbook-too-big"
    words_id = "Setelah dibuka, buku kerja ini terlalu besar untuk dibaca; simpan lembarnya sebagai CSV."


class ReaderUnavailable(Unavailable):
    """The workbook reader could not be started just now; nothing is lost, please try again."""

    code = "reader-unavailable"
    words_id = "Pembaca buku kerja belum dapat dijalankan; tidak ada yang hilang, silakan coba lagi."


class TableRefused(Invalid):
    """Rows of this table have errors; nothing of it was stored."""

    code = "table-refused"
    words_id = "Ada baris yang salah; tidak ada bagian tabel yang disimpan."


class NoCheckedTable(Conflict):
    """The table that was checked is not here any more: a day went by, or you checked another since. Check it again."""

    code = "no-checked-table"
    words_id = (
        "Tabel yang diperiksa sudah tidak ada di sini: lebih dari sehari, atau Anda memeriksa tabel lain. "
        "Periksa sekali lagi."
    )
