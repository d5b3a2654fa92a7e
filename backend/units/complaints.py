"""What is wrong with the rows of a table, said so that whoever made it can mend it. Pure."""

from dataclasses import dataclass, field

ERRORS_LISTED_MAX = 500
VALUE_LENGTH_MAX = 80

# code: (Indonesian, English); {} takes what the complaint adds.
WORDS: dict[str, tuple[str, str]] = {
    "required": ("Sel ini wajib diisi.", "This cell must be filled in."),
    "must-be-empty": ("Sel ini harus kosong: {}.", "This cell must be empty: {}."),
    "too-long": ("Paling banyak {} karakter.", "At most {} characters."),
    "too-many-cells": (
        "Baris ini lebih panjang daripada baris judul.",
        "This row is longer than the header row.",
    ),
    "control-character": (
        "Ada karakter yang tidak terlihat (misalnya NUL).",
        "An invisible character (such as NUL).",
    ),
    "formula": (
        "Ini rumus, bukan isi; tulis nilainya saja.",
        "This is a formula, not a value; write what it comes to.",
    ),
    "not-a-code": (
        "Kode hanya memuat huruf, angka, titik, garis bawah, dan tanda hubung.",
        "A code holds letters, digits, dots, underscores and hyphens only.",
    ),
    "not-a-region-code": (
        "Kode wilayah berbentuk 63 atau 63.01. Format sel sebagai teks agar 63.10 tidak menjadi 63.1.",
        "A region code looks like 63 or 63.01. Format the cell as text, or 63.10 turns into 63.1.",
    ),
    "unknown-choice": ("Pilih salah satu: {}.", "Say one of: {}."),
    "not-a-whole-number": (
        "Tulis bilangan bulat tanpa pemisah ribuan, misalnya 120000.",
        "Write a whole number without separators, such as 120000.",
    ),
    "not-a-decimal": (
        "Tulis bilangan desimal, misalnya -3.3194.",
        "Write a decimal number, such as -3.3194.",
    ),
    "out-of-range": ("Harus antara {}.", "Must lie between {}."),
    "not-a-date": (
        "Tulis tanggal yang ada di kalender sebagai tahun-bulan-hari, misalnya 2021-01-20.",
        "Write a date of the calendar as year-month-day, such as 2021-01-20.",
    ),
    "not-a-moment": (
        "Tulis tanggal dan jam di unit itu, misalnya 2026-12-01 08:00, atau tanggalnya saja.",
        "Write the day and the hour at the unit, such as 2026-12-01 08:00, or the day alone.",
    ),
    "closes-first": (
        "Jendela kunjungan harus dibuka sebelum ditutup.",
        "The window must open before it closes.",
    ),
    "unknown-inspector": (
        "Tidak ada inspektur dengan nama pengguna ini dalam program.",
        "No inspector of the programme has this user name.",
    ),
    "not-your-region": (
        "Unit ini berada di wilayah {}, di luar wilayah Anda.",
        "This unit lies in region {}, which is not one of yours.",
    ),
    "bad-opening-hours": (
        "Tulis misalnya Mon-Thu 08:00-15:30; Fri 08:00-11:00 ({}).",
        "Write for example Mon-Thu 08:00-15:30; Fri 08:00-11:00 ({}).",
    ),
    "half-a-pair": (
        "Isi bersama {}, atau kosongkan keduanya.",
        "Fill in together with {}, or leave both empty.",
    ),
    "wrong-parent": ("Induk wilayah ini seharusnya {}.", "The parent of this region should be {}."),
    "duplicate": ("Sudah ada di baris {}.", "Stands already in row {}."),
    "unknown-reference": (
        "Kode ini tidak ada di berkas maupun di program.",
        "This code is neither in the file nor in the programme.",
    ),
    "host-cycle": (
        "Tuan rumah ini berputar kembali ke unit itu sendiri.",
        "This host leads back to the unit itself.",
    ),
    "two-places": ("Isi wilayah atau unit, jangan keduanya.", "Give a region or a unit, not both."),
    "wrong-unit-type": ("Produk ini milik jenis unit {}.", "This product belongs to units of type {}."),
    "ends-before-it-begins": ("Berakhir sebelum mulai berlaku.", "It ends before it begins."),
    "overlap": (
        "Masa berlakunya bertumpang tindih dengan standar lain untuk produk dan tempat yang sama.",
        "Its validity overlaps another standard for the same product and place.",
    ),
    "region-shared": (
        "Wilayah ini juga dipakai program lain, sehingga tidak dapat diubah dari sini.",
        "Another programme uses this region too, so it is not changed from here.",
    ),
}


class BadCell(ValueError):
    """A cell that cannot be taken: a code of WORDS, and what the words' {} stands for."""

    def __init__(self, code: str, fact: object = "") -> None:
        super().__init__(code)
        self.code, self.fact = code, str(fact)


@dataclass(frozen=True, slots=True)
class RowError:
    """One bad cell. `row` is the number a spreadsheet shows; `column` is "" when the whole row is meant."""

    row: int
    column: str
    value: str
    code: str
    words: dict[str, str]


@dataclass
class Complaints:
    """All complaints about one table: each is counted, the first 500 are kept, a cell is named once only."""

    listed: list[RowError] = field(default_factory=list)
    total: int = 0
    _named: set[tuple[int, str]] = field(default_factory=set)

    def add(self, row: int, column: str, value: object, code: str, fact: object = "") -> None:
        if (row, column) in self._named:
            return
        self._named.add((row, column))
        self.total += 1
        if len(self.listed) < ERRORS_LISTED_MAX:
            indonesian, english = (words.format(fact) for words in WORDS[code])
            shown = "" if value is None else str(value)[:VALUE_LENGTH_MAX]
            self.listed.append(RowError(row, column, shown, code, {"id": indonesian, "en": english}))

    def about(self, row: int, *columns: str) -> bool:
        """Whether one of these cells has been complained about; then nothing is concluded from it."""
        return any((row, column) in self._named for column in columns)

    def in_order(self) -> tuple[RowError, ...]:
        return tuple(sorted(self.listed, key=lambda error: (error.row, error.column)))
