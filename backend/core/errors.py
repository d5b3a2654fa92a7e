"""Problems: what can go wrong, said once for machines (a code) and once for people (in both languages).

A room declares its problems as subclasses of one of the kinds below. The docstring is the English sentence,
`words_id` the Indonesian one, `code` the stable word a program may test. Facts travel as keyword arguments.
`backend.rest.problems` alone knows which HTTP status a kind becomes.
"""

from typing import Any, ClassVar


class Problem(Exception):
    """Something went wrong."""

    code: ClassVar[str] = "problem"
    words_id: ClassVar[str] = "Terjadi masalah."

    def __init__(self, **facts: Any) -> None:
        super().__init__(self.title())
        self.facts = facts

    @classmethod
    def title(cls) -> str:
        """The English sentence: the first paragraph of the class's docstring."""
        return " ".join((cls.__doc__ or "").strip().split("\n\n")[0].split())

    def __str__(self) -> str:
        facts = ", ".join(f"{name}={value}" for name, value in self.facts.items())
        return f"{self.title()} ({facts})" if facts else self.title()


class Invalid(Problem):
    """What was sent cannot be understood."""

    code = "invalid"
    words_id = "Isi yang dikirim tidak dapat dipahami."


class Unauthenticated(Problem):
    """Please sign in."""

    code = "unauthenticated"
    words_id = "Silakan masuk."


class NotAllowed(Problem):
    """Your role does not allow this."""

    code = "not-allowed"
    words_id = "Peran Anda tidak mengizinkan tindakan ini."


class NotFound(Problem):
    """There is no such thing here, or not for you."""

    code = "not-found"
    words_id = "Tidak ditemukan, atau bukan untuk Anda."


class Conflict(Problem):
    """This no longer fits the present state."""

    code = "conflict"
    words_id = "Tindakan ini tidak lagi sesuai dengan keadaan sekarang."


class ChangedMeanwhile(Problem):
    """Somebody changed this meanwhile; nothing was done, please look at it again.

    Facts: `rev`, the present one, when there is one.
    """

    code = "changed-meanwhile"
    words_id = "Ini telah diubah orang lain; tidak ada yang dilakukan, silakan lihat kembali."


class Gone(Problem):
    """This existed once and does not any more."""

    code = "gone"
    words_id = "Ini pernah ada dan sudah tidak ada lagi."


class TooLarge(Problem):
    """What was sent is larger than allowed."""

    code = "too-large"
    words_id = "Kiriman melebihi ukuran yang diizinkan."


class Unsupported(Problem):
    """This form of content is not supported here."""

    code = "unsupported"
    words_id = "Bentuk isi ini tidak didukung di sini."


class Unavailable(Problem):
    """The server cannot do this just now; nothing is lost, please try again."""

    code = "unavailable"
    words_id = "Server belum dapat melakukannya; tidak ada yang hilang, silakan coba lagi."
