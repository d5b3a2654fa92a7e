"""Why an instrument is not published: each reason names file, item and cause, in both languages."""

from __future__ import annotations

from dataclasses import dataclass

REASONS: dict[str, tuple[str, str]] = {
    "file-broken": ("The file cannot be read: {why}.", "Berkas tidak dapat dibaca: {why}."),
    "file-unknown": (
        "The file is neither the head, a dimension, a variant, nor a published .json text.",
        "Berkas bukan kepala, dimensi, varian, maupun teks .json yang sudah terbit.",
    ),
    "files-too-large": (
        "At most {files} files and {kib} KiB together.",
        "Paling banyak {files} berkas dan {kib} KiB seluruhnya.",
    ),
    "head-missing": (
        "No file holds the head (code, version, dimensions).",
        "Tidak ada berkas kepala (code, version, dimensions).",
    ),
    "file-twice": (
        "{what} is already told in {other}.",
        "{what} sudah ditulis di {other}.",
    ),
    "dimension-unknown": ("The head has no dimension {code}.", "Kepala tidak memuat dimensi {code}."),
    "indicators-missing": (
        "Nothing tells the indicators of dimension {code}.",
        "Indikator dimensi {code} belum ditulis.",
    ),
    "items-and-variants": (
        "The indicator has items of its own and items of variants; say one.",
        "Indikator punya butir sendiri dan butir varian; pilih salah satu.",
    ),
    "variant-unknown": ("Unknown variant {code}.", "Varian {code} tidak dikenal."),
    "variant-without-items": (
        "Variant {code} has no items here.",
        "Varian {code} tidak punya butir di sini.",
    ),
    "indicator-unknown": (
        "There is no indicator {code} without items of its own.",
        "Tidak ada indikator {code} yang tanpa butir sendiri.",
    ),
    "items-missing": ("The indicator has no items.", "Indikator tidak punya butir."),
    "table-expected": ("{key} must be a table of keys.", "{key} harus berupa tabel kunci."),
    "list-expected": (
        "{key} must be a list of 1 to {most}.",
        "{key} harus berupa daftar berisi 1 sampai {most}.",
    ),
    "key-unknown": ("Unknown key {key}.", "Kunci {key} tidak dikenal."),
    "text-missing": ("{key} is missing.", "{key} tidak ada."),
    "text-bad": (
        "{key} must be printable text of at most {most} characters.",
        "{key} harus berupa teks tercetak, paling panjang {most} karakter.",
    ),
    "translation-missing": (
        "{key} lacks its text in {language}.",
        "{key} belum ada teksnya dalam {language}.",
    ),
    "code-bad": ("{key} {value} is not a code ({pattern}).", "{key} {value} bukan kode ({pattern})."),
    "code-twice": ("The code {code} is used twice.", "Kode {code} dipakai dua kali."),
    "value-unknown": (
        "Unknown {key} {value}; known: {known}.",
        "{key} {value} tidak dikenal; yang dikenal: {known}.",
    ),
    "number-bad": (
        "{key} must be a number from {low} to {high}.",
        "{key} harus berupa angka {low} sampai {high}.",
    ),
    "truth-bad": ("{key} must be true or false.", "{key} harus true atau false."),
    "weights-not-100": (
        "The weights of {what} add up to {total}, not to 100.",
        "Jumlah bobot {what} adalah {total}, bukan 100.",
    ),
    "score-missing": ("The choice {code} has no score.", "Pilihan {code} tidak punya skor."),
    "not-for-type": ("An item of type {type} has no {key}.", "Butir jenis {type} tidak punya {key}."),
    "options-not-yes-no": ("The options must be yes and no, in this order.", "Pilihan harus yes lalu no."),
    "bands-not-in-order": (
        "The bounds must go one way and the last band must be open.",
        "Batas harus berurutan dan pita terakhir harus terbuka.",
    ),
    "critical-without-option": (
        'critical = "option" needs a choice marked critical, and only then may one be marked.',
        'critical = "option" memerlukan pilihan bertanda critical, dan hanya saat itu boleh ada.',
    ),
    "condition-broken": ("The condition is not valid: {why}.", "Syarat tidak sah: {why}."),
    "condition-on-unknown-item": (
        "The condition looks at {code}, which variant {variant} does not have.",
        "Syarat melihat {code}, yang tidak ada pada varian {variant}.",
    ),
    "condition-on-later-item": (
        "The condition looks at {code}, which does not come before this item.",
        "Syarat melihat {code}, yang tidak mendahului butir ini.",
    ),
    "condition-never-true": (
        "The condition compares {name} with {value}, which it can never be.",
        "Syarat membandingkan {name} dengan {value}, yang tidak mungkin.",
    ),
    "waiting-missing": (
        "waiting_minutes has no default for variant {code}.",
        "waiting_minutes tidak punya ambang bawaan untuk varian {code}.",
    ),
}


@dataclass(frozen=True)
class Refusal:
    """One reason. `item` is the code of the item, indicator or dimension; empty for the file as a whole. `line` is
    where it stands in the file, from 1 on; 0 when that cannot be told. `key` is the key it is about, if one."""

    file: str
    item: str
    code: str
    en: str
    id: str
    line: int = 0
    key: str = ""

    def as_json(self) -> dict[str, str | int]:
        return {
            "file": self.file,
            "line": self.line,
            "item": self.item,
            "code": self.code,
            "en": self.en,
            "id": self.id,
        }


def refusal(code: str, /, *, file: str, item: str = "", **facts: object) -> Refusal:
    """Word one of REASONS. The facts may be anything an author wrote; only what can be printed is repeated. A fact
    that is a pair is (English, Indonesian)."""
    key = facts.get("key")
    english, indonesian = (
        words.format(**{name: _printable(fact, language) for name, fact in facts.items()})
        for language, words in enumerate(REASONS[code])
    )
    return Refusal(file, item, code, english, indonesian, key=key if isinstance(key, str) else "")


def _printable(fact: object, language: int) -> str:
    told = fact[language] if isinstance(fact, tuple) else fact
    return "".join(letter for letter in str(told)[:200] if letter.isprintable())
