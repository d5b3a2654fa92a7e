"""Problems of the paper door."""

from backend.core.errors import NotAllowed


class NotesStayInside(NotAllowed):
    """Notes may name people; they leave only with those who work on the visits themselves."""

    code = "notes-stay-inside"
    words_id = "Catatan dapat menyebut orang; hanya bagi mereka yang menangani kunjungan itu sendiri."
