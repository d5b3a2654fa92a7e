"""Problems of the plan's forms."""

from backend.core.errors import Invalid, TooLarge


class BadWindow(Invalid):
    """The window must say when it opens and when it closes, each with day and hour."""

    code = "bad-window"
    words_id = (
        "Jendela kunjungan harus menyebut kapan dibuka dan ditutup, masing-masing dengan tanggal dan jam."
    )


class NoReason(Invalid):
    """Please say why, in at most 200 characters."""

    code = "no-reason"
    words_id = "Tuliskan alasannya, paling banyak 200 karakter."


class NobodyChosen(Invalid):
    """Please choose an inspector."""

    code = "nobody-chosen"
    words_id = "Silakan pilih seorang inspektur."


class NoUnitChosen(Invalid):
    """Please choose at least one unit."""

    code = "no-unit-chosen"
    words_id = "Silakan pilih paling sedikit satu unit."


class TooManyUnits(TooLarge):
    """That is more units than a table plans at once; choose fewer, or bring a file.

    Facts: `limit`.
    """

    code = "too-many-units"
    words_id = "Jumlah unit melebihi batas satu tabel; pilih lebih sedikit, atau pakai berkas."


class NoFile(Invalid):
    """Please choose a file."""

    code = "no-file"
    words_id = "Silakan pilih sebuah berkas."


class PlanIllegible(Invalid):
    """What this page had checked did not come back whole; please check the file again. Nothing was saved."""

    code = "plan-illegible"
    words_id = (
        "Hasil pemeriksaan halaman ini tidak kembali utuh; periksa lagi berkasnya. Tidak ada yang disimpan."
    )
