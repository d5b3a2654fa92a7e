"""Problems of the pages of figures."""

from backend.core.errors import NotFound


class NoSuchFigures(NotFound):
    """There are no figures for this here. Another period or class may have some."""

    code = "no-such-figures"
    words_id = "Tidak ada angka untuk ini di sini. Periode atau kelas lain mungkin memilikinya."
