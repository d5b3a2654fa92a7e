"""Problems of the console's own."""

from backend.core.errors import Invalid


class UnknownFilter(Invalid):
    """This list has no such filter, so nothing was looked up. Begin again from the whole list.

    Facts: `filter`, its name.
    """

    code = "unknown-filter"
    words_id = "Daftar ini tidak mengenal saringan itu, jadi tidak ada yang dicari. Mulailah lagi dari seluruh daftar."
