"""One answer to one item: whether it can be so, what it scores, and what is missing beside it.

An answer is {"value": …, "na": true, "note": "…", "photos": ["<id>"], "no_photo": "<reason>"}. Values by type:
YN and YN- true/false · SC an option's code · NUM a whole number up to `of` · NUM2 [count, of] · MIN minutes ·
DUR [actual, published] in one unit · DAY whole working days or "none" · IDR2 [asked, official] rupiah, where official
may be null when the fact `official_fee` is known.

Twin of the server's rules: an answer that cannot be is a gap, never an error. Exact arithmetic throughout.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import isfinite
from typing import Any

from fieldsync.errors import ValueWrong
from fieldsync.rules.conditions import JSON, asked

NUMBER_MAX = 10**12
NO_PHOTO_REASONS = ("forbidden_sign", "unsafe", "people_in_view", "nothing_there", "cover_at_risk", "other")
YES = ("yes", "y", "ya", "true", "1")
NO = ("no", "n", "t", "tidak", "false", "0")
NEVER = ("none", "never", "tidak ada")

# Code of a gap: (Indonesian, English).
GAPS = {
    "answer-missing": ("Belum dijawab.", "Not answered yet."),
    "follow-up-missing": ("Tindak lanjut belum diisi.", "The follow-up is not filled in yet."),
    "value-wrong": ("Isi jawaban tidak mungkin.", "The value cannot be right."),
    "note-missing": ("Catatan wajib diisi.", "A note is required."),
    "photo-missing": ("Perlu foto, atau alasan tanpa foto.", "A photo, or a reason for none, is required."),
    "photo-elsewhere": (
        "Fotonya ada di perangkat lain; ambil lagi, atau keluarkan.",
        "The photo is on another device; take it again, or remove it.",
    ),
    "photo-forbidden": ("Butir ini tidak boleh difoto.", "This item must not be photographed."),
    "reason-unknown": ("Alasan tanpa foto tidak dikenal.", "The reason for no photo is unknown."),
}

# What is expected, by type: (Indonesian, English).
EXPECTED = {
    "YN": ("ya atau tidak", "yes or no"),
    "YN-": ("ya atau tidak", "yes or no"),
    "NUM": ("bilangan bulat sampai {of}", "a whole number up to {of}"),
    "NUM2": ("jumlah/dari, misalnya 3/5", "count/of, such as 3/5"),
    "MIN": ("menit", "minutes"),
    "DUR": ("nyata/diumumkan, misalnya 45/60", "actual/published, such as 45/60"),
    "DAY": ("hari kerja, atau none", "working days, or none"),
    "IDR2": ("diminta/resmi, misalnya 25000/20000", "asked/official, such as 25000/20000"),
}


@dataclass(frozen=True)
class Gap:
    """Something a visit still lacks: the item's code, and a key of GAPS."""

    item: str
    code: str

    def words(self, language: str = "en") -> str:
        return f"{self.item}: {GAPS[self.code][language != 'id']}"


def gaps_in(items: Iterable[JSON], answers: Any, facts: JSON) -> list[Gap]:
    """What a visit still lacks, in the order of the items; items that are not asked lack nothing."""
    told = answers if isinstance(answers, Mapping) else {}
    return [
        Gap(item["code"], code)
        for item in asked(items, told, facts)
        for code in _gaps(item, told.get(item["code"]), facts)
    ]


def score(item: JSON, answer: Any, facts: JSON) -> Fraction | None:
    """The item's score, 0..100 exactly; None when unanswered, na, impossible, or when its standard is unknown."""
    value = _value(answer)
    if value is None or not value_fits(item, value, facts):
        return None
    return _TYPES[item["type"]][1](item, value, facts)


def scores(items: Iterable[JSON], answers: Any, facts: JSON) -> dict[str, Fraction | None]:
    """Scores of a whole visit by item code, in order; None also for items that are not asked."""
    items = list(items)
    told = answers if isinstance(answers, Mapping) else {}
    found: dict[str, Fraction | None] = {item["code"]: None for item in items}
    return found | {i["code"]: score(i, told.get(i["code"]), facts) for i in asked(items, told, facts)}


def is_critical(item: JSON, answer: Any, points: Fraction | None) -> bool:
    """Whether the answer is a critical finding; `points` is its score."""
    if points is None or item.get("critical") is None:
        return False
    if item["critical"] == "zero":
        return points == 0
    value = _value(answer)
    code = ("yes" if value else "no") if isinstance(value, bool) else value
    return any(
        option["code"] == code and option.get("critical") is True for option in item.get("options") or ()
    )


def value_fits(item: JSON, value: Any, facts: JSON) -> bool:
    """Whether a value can be an answer to the item. Never raises; an unknown type fits nothing."""
    known = _TYPES.get(item.get("type", ""))
    return known is not None and known[0](item, value, facts)


def value_from_words(item: JSON, words: str) -> Any:
    """What a person typed, as a value of the item's type: "ya", "cukup", "3", "3/5", "none". Raises ValueWrong."""
    typed = words.strip()
    kind = item.get("type", "")
    try:
        if kind in ("YN", "YN-") and typed.lower() in YES + NO:
            return typed.lower() in YES
        if kind == "SC" and typed in _scores(item):
            return typed
        if kind == "DAY" and typed.lower() in NEVER:
            return "none"
        if kind in ("NUM", "DAY"):
            return int(typed)
        if kind == "MIN":
            return _typed_number(typed)
        if kind in ("NUM2", "DUR", "IDR2"):
            first, _, second = typed.partition("/")
            return [_typed_number(first), _typed_number(second) if second or kind != "IDR2" else None]
    except ValueError:
        pass
    raise value_wrong(item, typed)


def value_wrong(item: JSON, value: Any) -> ValueWrong:
    """The problem that says what the item takes instead."""
    english, indonesian = expected_value(item), expected_value(item, "id")
    return ValueWrong(value=value, item=item["code"], expected=english, expected_id=indonesian)


def expected_value(item: JSON, language: str = "en") -> str:
    """In words, what the item takes; for choices, their codes."""
    if item.get("type") == "SC":
        return ", ".join(option["code"] for option in item["options"])
    return EXPECTED.get(item.get("type", ""), ("?", "?"))[language != "id"].format(of=item.get("of"))


def photo_rule(item: JSON) -> str:
    """required, optional, forbidden or none."""
    return str(item.get("photo", "none"))


def _gaps(item: JSON, answer: Any, facts: JSON) -> Iterator[str]:
    if isinstance(answer, Mapping) and answer.get("na") is True:
        return
    value = _value(answer)
    if value is None:
        yield "follow-up-missing" if item.get("mode") == "FUP" else "answer-missing"
        return
    required, has_photos = photo_rule(item) == "required", _has_photos(answer)
    reason = answer.get("no_photo")
    if not value_fits(item, value, facts):
        yield "value-wrong"
    critical = is_critical(item, answer, score(item, answer, facts))
    if (critical or (required and not has_photos and reason == "other")) and not _has_note(answer):
        yield "note-missing"
    if photo_rule(item) == "forbidden" and has_photos:
        yield "photo-forbidden"
    if required and not has_photos and reason is None:
        yield "photo-missing"
    elif required and not has_photos and reason not in NO_PHOTO_REASONS:
        yield "reason-unknown"


def _value(answer: Any) -> Any:
    if not isinstance(answer, Mapping) or answer.get("na") is True:
        return None
    return answer.get("value")


def _has_photos(answer: JSON) -> bool:
    photos = answer.get("photos")
    return isinstance(photos, list | tuple) and len(photos) > 0


def _has_note(answer: JSON) -> bool:
    note = answer.get("note")
    return isinstance(note, str) and bool(note.strip())


# Numbers


def _typed_number(typed: str) -> int | float:
    typed = typed.strip()
    return int(typed) if typed.isdecimal() else float(typed)


def _number(value: Any) -> Fraction | None:
    """A number from 0 to NUMBER_MAX exactly as written (a decimal text in the checklist counts too)."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | Fraction):
        return Fraction(value) if 0 <= value <= NUMBER_MAX else None
    if isinstance(value, float) and isfinite(value) and 0 <= value <= NUMBER_MAX:
        return Fraction(repr(value))
    return None


def _standard(value: Any) -> Fraction | None:
    return _number(Fraction(value)) if isinstance(value, str) else _number(value)


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= NUMBER_MAX


def _is_pair(value: Any) -> bool:
    return isinstance(value, list | tuple) and len(value) == 2


def _up_to(item: JSON, measure: Fraction, standard: Fraction = Fraction(1)) -> Fraction | None:
    """The score of the first band that holds `measure`; bounds are multiples of `standard`."""
    for band in item["bands"]:
        if band["up_to"] is None or measure <= Fraction(band["up_to"]) * standard:
            return Fraction(band["score"])
    return None


def _scores(item: JSON) -> dict[str, Fraction]:
    return {option["code"]: Fraction(option["score"]) for option in item.get("options") or ()}


# Types: whether a value can be so, and what it scores when it can


def _fits_count_of(item: JSON, value: Any, facts: JSON) -> bool:
    return _is_pair(value) and all(map(_is_whole, value)) and value[0] <= value[1] and value[1] > 0


def _count_of(item: JSON, value: Any, facts: JSON) -> Fraction | None:
    percent = Fraction(100 * value[0], value[1])
    for band in item["bands"]:
        if band["at_least"] is None or percent >= Fraction(band["at_least"]):
            return Fraction(band["score"])
    return None


def _minutes(item: JSON, value: Any, facts: JSON) -> Fraction | None:
    minutes, standard = _number(value), _standard(facts.get("waiting_minutes"))
    return _up_to(item, minutes, standard) if minutes is not None and standard else None


def _fits_duration(item: JSON, value: Any, facts: JSON) -> bool:
    return _is_pair(value) and _number(value[0]) is not None and bool(_number(value[1]))


def _duration(item: JSON, value: Any, facts: JSON) -> Fraction | None:
    return _up_to(item, _number(value[0]) or Fraction(0), _number(value[1]) or Fraction(0))


def _fits_days(item: JSON, value: Any, facts: JSON) -> bool:
    return value == "none" if isinstance(value, str) else _is_whole(value)


def _days(item: JSON, value: Any, facts: JSON) -> Fraction | None:
    return Fraction(item["bands"][-1]["score"]) if value == "none" else _up_to(item, Fraction(value))


def _official(value: Any, facts: JSON) -> Any:
    known = _number(facts.get("official_fee"))
    return value[1] if known is None else known


def _fits_rupiah(item: JSON, value: Any, facts: JSON) -> bool:
    if not (_is_pair(value) and _is_whole(value[0]) and (value[1] is None or _is_whole(value[1]))):
        return False
    return _official(value, facts) is not None


_Fits = Callable[[JSON, Any, JSON], bool]
_Points = Callable[[JSON, Any, JSON], Fraction | None]
_TRUTH: tuple[_Fits, _Points] = (
    lambda item, value, facts: isinstance(value, bool),
    lambda item, value, facts: _scores(item)["yes" if value else "no"],
)
_TYPES: Mapping[str, tuple[_Fits, _Points]] = {
    "YN": _TRUTH,
    "YN-": _TRUTH,
    "SC": (
        lambda item, value, facts: isinstance(value, str) and value in _scores(item),
        lambda item, value, facts: _scores(item)[value],
    ),
    "NUM": (
        lambda item, value, facts: _is_whole(value) and item.get("of") is not None and value <= item["of"],
        lambda item, value, facts: Fraction(100 * value, item["of"]),
    ),
    "NUM2": (_fits_count_of, _count_of),
    "MIN": (lambda item, value, facts: _number(value) is not None, _minutes),
    "DUR": (_fits_duration, _duration),
    "DAY": (_fits_days, _days),
    "IDR2": (
        _fits_rupiah,
        lambda item, value, facts: Fraction(100 if value[0] <= _official(value, facts) else 0),
    ),
}
