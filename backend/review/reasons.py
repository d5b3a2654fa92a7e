"""The usual reasons for sending something back, in both languages.

The phone shows a point's reason as it is written, so it is written in the inspector's language.
"""

from dataclasses import dataclass

from backend.checklists.rules import Words


@dataclass(frozen=True)
class Reason:
    """`about` is "item" or "photo"; "" for either."""

    code: str
    words: Words
    about: str = ""

    def said(self, language: str) -> str:
        return self.words.en if language == "en" else self.words.id


REASONS: tuple[Reason, ...] = (
    Reason("unreadable_photo", Words("Foto tidak terbaca", "The photo cannot be read"), "photo"),
    Reason("wrong_photo", Words("Foto menunjukkan hal lain", "The photo shows something else"), "photo"),
    Reason(
        "people_in_view",
        Words("Ada orang yang dapat dikenali di foto", "The photo shows people who can be recognised"),
        "photo",
    ),
    Reason("risky_photo", Words("Foto dapat membuka penyamaran", "The photo could give you away"), "photo"),
    Reason("missing_photo", Words("Foto bukti belum ada", "A photo as evidence is missing"), "item"),
    Reason("missing_answer", Words("Belum dijawab", "Not answered yet"), "item"),
    Reason("missing_note", Words("Catatan belum menjelaskan", "The note does not explain it yet"), "item"),
    Reason(
        "contradicts_photo",
        Words("Jawaban tidak sesuai dengan foto", "The answer does not agree with the photo"),
    ),
    Reason(
        "contradicts_answer",
        Words("Jawaban bertentangan dengan jawaban lain", "The answer contradicts another answer"),
        "item",
    ),
    Reason(
        "fee_unclear",
        Words(
            "Tarif yang diminta belum jelas: resmi atau tidak",
            "It is not clear whether the fee asked was official",
        ),
        "item",
    ),
    Reason(
        "time_unclear",
        Words("Waktu atau urutan kejadian belum jelas", "The times or their order are not clear"),
        "item",
    ),
    Reason(
        "wrong_counter",
        Words("Loket atau produk layanan lain yang dinilai", "Another counter or service was observed"),
        "item",
    ),
    Reason("explain", Words("Mohon dijelaskan lebih lanjut", "Please explain further")),
)

BY_CODE = {reason.code: reason for reason in REASONS}


def reasons_for(about: str) -> tuple[Reason, ...]:
    """Those that fit an item or a photo."""
    return tuple(reason for reason in REASONS if reason.about in ("", about))
