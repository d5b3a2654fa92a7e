"""Problems of scores, computations and methods."""

from backend.core.errors import Conflict, Invalid, NotFound


class BadPeriod(Invalid):
    """A period is a year, a half-year, a quarter or a month: 2026, 2026-S1, 2026-Q1, 2026-03."""

    code = "bad-period"
    words_id = "Periode adalah tahun, semester, triwulan, atau bulan: 2026, 2026-S1, 2026-Q1, 2026-03."


class NoSuchMethod(NotFound):
    """There is no such method, or nothing is computed by it."""

    code = "no-such-method"
    words_id = "Metode tidak ditemukan, atau tidak dipakai untuk menghitung."


class NoSuchComputation(NotFound):
    """There is no such computation, or it is not published for you."""

    code = "no-such-computation"
    words_id = "Perhitungan tidak ditemukan, atau belum dipublikasikan untuk Anda."


class NoScore(NotFound):
    """There is no such visit for you to judge."""

    code = "no-score"
    words_id = "Kunjungan tidak ditemukan, atau bukan untuk Anda nilai."


class NothingAccepted(Conflict):
    """No visit of this period has been accepted, so there is nothing to compute."""

    code = "nothing-accepted"
    words_id = "Belum ada kunjungan periode ini yang diterima, sehingga tidak ada yang dihitung."


class ChecklistDoesNotFit(Conflict):
    """This checklist's dimensions and weights are not those of the method; the two are never mixed."""

    code = "checklist-does-not-fit"
    words_id = "Dimensi dan bobot instrumen ini bukan milik metode tersebut; angka keduanya tidak dicampur."


class ComputationDiffers(Conflict):
    """Another computation already has this id."""

    code = "computation-differs"
    words_id = "Perhitungan lain sudah memakai id ini."
