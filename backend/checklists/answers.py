"""One answer to one item: whether it can be so, what it scores, what is missing beside it.

An answer is a mapping {"value": …, "na": true, "note": "…", "photos": ["<id>"], "no_photo": "<reason>"}.
Values by type: YN and YN- true/false · SC an option's code · NUM a whole number up to `of` · NUM2 [count, of]
· MIN minutes · DUR [actual, published] in one unit · DAY whole working days or "none" · IDR2 [asked,
official] rupiah, where official may be null when the fact `official_fee` is known.

Nothing here raises, whatever was sent: testimony is kept, and a value that cannot be is a gap and scores like
an unanswered item. The phone has a twin, tried against tests/wire/item_scores.json and item_problems.json.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import isfinite
from typing import Any, TypeAlias

from backend.checklists.conditions import Facts, asked
from backend.checklists.rules import Band, Critical, Item, Mode, Option, PhotoRule, Type, Words

Answer: TypeAlias = Any  # whatever the phone stored; only a mapping counts as an answer

NUMBER_MAX = 10**12
FULL, NIL = Fraction(100), Fraction(0)

NO_PHOTO_REASONS = ("forbidden_sign", "unsafe", "people_in_view", "nothing_there", "cover_at_risk", "other")

GAPS = {
    "answer-missing": Words("Belum dijawab.", "Not answered yet."),
    "follow-up-missing": Words("Tindak lanjut belum diisi.", "The follow-up is not filled in yet."),
    "value-wrong": Words("Isi jawaban tidak mungkin.", "The value cannot be right."),
    "note-missing": Words("Catatan wajib diisi.", "A note is required."),
    "photo-missing": Words(
        "Perlu foto, atau alasan tanpa foto.", "A photo, or a reason for none, is required."
    ),
    "photo-forbidden": Words("Butir ini tidak boleh difoto.", "This item must not be photographed."),
    "reason-unknown": Words("Alasan tanpa foto tidak dikenal.", "The reason for no photo is unknown."),
}


@dataclass(frozen=True)
class Gap:
    """Something missing or impossible; `code` is a key of GAPS."""

    item: str
    code: str


def score(item: Item, answer: Answer, facts: Facts) -> Fraction | None:
    """The item's score, 0..100 exactly; None when unanswered, na, impossible, or its standard is unknown.

    Whether the item is asked at all is not looked at here: see `scores`.
    """
    value = _value(answer)
    if value is None:
        return None
    fits, points = _TYPES[item.type]
    return points(item, value, facts) if fits(item, value, facts) else None


def scores(items: Iterable[Item], answers: Mapping[str, Answer], facts: Facts) -> dict[str, Fraction | None]:
    """Scores of a whole visit by item code, in order; None also for items that are not asked."""
    items = tuple(items)
    answers = answers if isinstance(answers, Mapping) else {}
    found: dict[str, Fraction | None] = dict.fromkeys(item.code for item in items)
    for item in asked(items, answers, facts):
        found[item.code] = score(item, answers.get(item.code), facts)
    return found


def is_critical(item: Item, answer: Answer, score: Fraction | None) -> bool:
    """Whether the answer is a critical finding: an allegation a supervisor must see."""
    if item.critical is None or score is None:
        return False
    if item.critical is Critical.ZERO:
        return score == 0
    option = chosen(item, answer)
    return option is not None and option.critical


def chosen(item: Item, answer: Answer) -> Option | None:
    """The option an answer chose, for choices and yes/no; None otherwise."""
    value = _value(answer)
    if item.type is Type.CHOICE:
        return item.option.get(value) if isinstance(value, str) else None
    return item.option.get("yes" if value else "no") if isinstance(value, bool) else None


def note_needed(item: Item, answer: Answer, score: Fraction | None) -> bool:
    """A critical finding needs words, and so does `other` as the reason for no photo."""
    if is_critical(item, answer, score):
        return True
    return photo_needed(item, answer) and not _has_photos(answer) and answer.get("no_photo") == "other"


def photo_needed(item: Item, answer: Answer) -> bool:
    """Whether the answer needs a photo or a reason for none. na needs neither."""
    return item.photo is PhotoRule.REQUIRED and _value(answer) is not None


def problems_in(items: Iterable[Item], answers: Mapping[str, Answer], facts: Facts) -> list[Gap]:
    """What a visit still lacks, in the order of the items. Items that are not asked lack nothing, and answers
    to items the instrument does not know are left alone."""
    answers = answers if isinstance(answers, Mapping) else {}
    return [
        Gap(item.code, code)
        for item in asked(items, answers, facts)
        for code in _gaps(item, answers.get(item.code), facts)
    ]


def _gaps(item: Item, answer: Answer, facts: Facts) -> Iterable[str]:
    if isinstance(answer, Mapping) and answer.get("na") is True:
        return
    value = _value(answer)
    if value is None:
        yield "follow-up-missing" if item.mode is Mode.FOLLOW_UP else "answer-missing"
        return
    if not _TYPES[item.type][0](item, value, facts):
        yield "value-wrong"
    if note_needed(item, answer, score(item, answer, facts)) and not _has_note(answer):
        yield "note-missing"
    if item.photo is PhotoRule.FORBIDDEN and _has_photos(answer):
        yield "photo-forbidden"
    if photo_needed(item, answer) and not _has_photos(answer):
        reason = answer.get("no_photo")
        if reason is None:
            yield "photo-missing"
        elif reason not in NO_PHOTO_REASONS:
            yield "reason-unknown"


def _value(answer: Answer) -> Any:
    if not isinstance(answer, Mapping) or answer.get("na") is True:
        return None
    return answer.get("value")


def _has_photos(answer: Answer) -> bool:
    photos = answer.get("photos")
    return isinstance(photos, list | tuple) and len(photos) > 0


def _has_note(answer: Answer) -> bool:
    note = answer.get("note")
    return isinstance(note, str) and bool(note.strip())


# Numbers


def _number(value: object) -> Fraction | None:
    """A number from 0 to NUMBER_MAX, as exactly as it was written; None for anything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | Fraction):
        return Fraction(value) if 0 <= value <= NUMBER_MAX else None
    if isinstance(value, Decimal) and value.is_finite():
        value = float(value)
    if isinstance(value, float) and isfinite(value) and 0 <= value <= NUMBER_MAX:
        return Fraction(repr(value))
    return None


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= NUMBER_MAX


def _is_pair(value: object) -> bool:
    return isinstance(value, list | tuple) and len(value) == 2


def _up_to(bands: Iterable[Band], measure: Fraction, standard: Fraction = Fraction(1)) -> Fraction | None:
    """The score of the first band that holds `measure`; bounds are multiples of `standard`."""
    for band in bands:
        if band.bound is None or measure <= band.bound * standard:
            return band.score
    return None


# Types: whether a value can be so, and what it scores when it can


def _fits_truth(item: Item, value: Any, facts: Facts) -> bool:
    return isinstance(value, bool)


def _truth(item: Item, value: Any, facts: Facts) -> Fraction | None:
    return item.option["yes" if value else "no"].score


def _fits_choice(item: Item, value: Any, facts: Facts) -> bool:
    return isinstance(value, str) and value in item.option


def _choice(item: Item, value: Any, facts: Facts) -> Fraction | None:
    return item.option[value].score


def _fits_count(item: Item, value: Any, facts: Facts) -> bool:
    return _is_whole(value) and item.of is not None and value <= item.of


def _count(item: Item, value: Any, facts: Facts) -> Fraction | None:
    return Fraction(100 * value, item.of or 1)


def _fits_count_of(item: Item, value: Any, facts: Facts) -> bool:
    return _is_pair(value) and all(map(_is_whole, value)) and 0 <= value[0] <= value[1] and value[1] > 0


def _count_of(item: Item, value: Any, facts: Facts) -> Fraction | None:
    percent = Fraction(100 * value[0], value[1])
    for band in item.bands:
        if band.bound is None or percent >= band.bound:
            return band.score
    return None


def _fits_minutes(item: Item, value: Any, facts: Facts) -> bool:
    return _number(value) is not None


def _minutes(item: Item, value: Any, facts: Facts) -> Fraction | None:
    minutes, standard = _number(value), _number(facts.get("waiting_minutes"))
    return _up_to(item.bands, minutes, standard) if minutes is not None and standard else None


def _fits_duration(item: Item, value: Any, facts: Facts) -> bool:
    return _is_pair(value) and _number(value[0]) is not None and bool(_number(value[1]))


def _duration(item: Item, value: Any, facts: Facts) -> Fraction | None:
    actual, published = map(_number, value)
    return _up_to(item.bands, actual or NIL, published or NIL)


def _fits_days(item: Item, value: Any, facts: Facts) -> bool:
    return value == "none" if isinstance(value, str) else _is_whole(value)


def _days(item: Item, value: Any, facts: Facts) -> Fraction | None:
    return item.bands[-1].score if value == "none" else _up_to(item.bands, Fraction(value))


def _official(value: Any, facts: Facts) -> Any:
    known = _number(facts.get("official_fee"))
    return value[1] if known is None else known


def _fits_rupiah(item: Item, value: Any, facts: Facts) -> bool:
    if not (_is_pair(value) and _is_whole(value[0]) and (value[1] is None or _is_whole(value[1]))):
        return False
    return _official(value, facts) is not None


def _rupiah(item: Item, value: Any, facts: Facts) -> Fraction | None:
    return FULL if value[0] <= _official(value, facts) else NIL


_Fits: TypeAlias = Callable[[Item, Any, Facts], bool]
_Points: TypeAlias = Callable[[Item, Any, Facts], Fraction | None]

_TYPES: Mapping[Type, tuple[_Fits, _Points]] = {
    Type.YES_NO: (_fits_truth, _truth),
    Type.YES_NO_REVERSED: (_fits_truth, _truth),
    Type.CHOICE: (_fits_choice, _choice),
    Type.COUNT: (_fits_count, _count),
    Type.COUNT_OF: (_fits_count_of, _count_of),
    Type.MINUTES: (_fits_minutes, _minutes),
    Type.DURATION: (_fits_duration, _duration),
    Type.DAYS: (_fits_days, _days),
    Type.RUPIAH: (_fits_rupiah, _rupiah),
}
