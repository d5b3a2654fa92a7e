"""Problems of the checklists room."""

from backend.core.errors import Conflict, Invalid, NotAllowed, NotFound, Unsupported


class NoSuchChecklist(NotFound):
    """There is no checklist with this digest."""

    code = "no-such-checklist"
    words_id = "Tidak ada daftar periksa dengan sidik ini."


class ChecklistRefused(Invalid):
    """The checklist was not published; every reason is listed with its file and item.

    Facts: `refusals`, a list of {file, line, item, code, en, id}.
    """

    code = "checklist-refused"
    words_id = "Daftar periksa tidak diterbitkan; semua alasan disebut beserta berkas dan butirnya."


class VersionTaken(Conflict):
    """Another text was already published under this code and version; give it a new version."""

    code = "checklist-version-taken"
    words_id = "Kode dan versi ini sudah dipakai teks lain; beri nomor versi baru."


class NotYourChecklist(NotAllowed):
    """Only who published this checklist, or an administrator, may withdraw it."""

    code = "not-your-checklist"
    words_id = "Hanya penerbit daftar periksa ini atau administrator yang boleh menariknya."


class ChecklistNeverChanges(Conflict):
    """A published checklist never changes; publish a new version."""

    code = "checklist-never-changes"
    words_id = "Daftar periksa yang sudah terbit tidak pernah berubah; terbitkan versi baru."


class NotAnInstrument(Invalid):
    """This text is not an instrument this server can read."""

    code = "not-an-instrument"
    words_id = "Teks ini bukan instrumen yang dapat dibaca server ini."


class NotACondition(Invalid):
    """This is not a condition."""

    code = "not-a-condition"
    words_id = "Ini bukan syarat yang sah."


class NoCheckedInstrument(Conflict):
    """The instrument that was checked is not here any more: a day went by, or you checked other files since. Check them
    again."""

    code = "no-checked-instrument"
    words_id = (
        "Instrumen yang diperiksa sudah tidak ada di sini: lebih dari sehari, atau Anda memeriksa berkas lain. "
        "Periksa sekali lagi."
    )


class NotAnArchive(Unsupported):
    """This ZIP cannot be read, or holds more than an instrument does. Send the TOML files themselves."""

    code = "not-an-archive"
    words_id = (
        "ZIP ini tidak dapat dibaca, atau isinya lebih dari satu instrumen. Kirim berkas TOML-nya langsung."
    )


class SameNameTwice(Invalid):
    """Two of these files have the same name."""

    code = "same-name-twice"
    words_id = "Dua dari berkas ini bernama sama."
