"""What differs between two versions of an instrument: item by item, in both languages, ready to stand side by side.

An item is the same when its code is: codes keep their meaning from version to version.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from backend.checklists.conditions import Expression, in_words
from backend.checklists.rules import Band, Dimension, Indicator, Instrument, Item, Option, Words

NOTHING = Words("", "")


@dataclass(frozen=True)
class Change:
    """One thing that is not as it was. `what` names it: a field of the item, or `option` with the option's code in
    `which`. An empty side was not there."""

    what: str
    before: Words
    after: Words
    which: str = ""


@dataclass(frozen=True)
class Asked:
    """An item where it stands. `variant` is empty for items of every unit type."""

    item: Item
    dimension: str
    indicator: str
    variant: str


@dataclass(frozen=True)
class Changed:
    """An item, indicator or dimension of both versions, or the head (an empty code), and its changes."""

    code: str
    title: Words
    changes: tuple[Change, ...]


@dataclass(frozen=True)
class Comparison:
    head: tuple[Change, ...]
    parts: tuple[Changed, ...]  # dimensions and indicators
    added: tuple[Asked, ...]
    removed: tuple[Asked, ...]
    changed: tuple[Changed, ...]  # items
    same: int  # items

    @property
    def nothing(self) -> bool:
        return not (self.head or self.parts or self.added or self.removed or self.changed)


def compare(before: Instrument, after: Instrument) -> Comparison:
    """From one version to the other."""
    old, new = {a.item.code: a for a in asked_in(before)}, {a.item.code: a for a in asked_in(after)}
    both = [(old[code], asked) for code, asked in new.items() if code in old]
    changed = [(asked, changes) for was, asked in both if (changes := tuple(_item_changes(was, asked)))]
    return Comparison(
        head=tuple(_differing(_head(before), _head(after))),
        parts=tuple(_parts(before, after)),
        added=tuple(asked for code, asked in new.items() if code not in old),
        removed=tuple(asked for code, asked in old.items() if code not in new),
        changed=tuple(Changed(a.item.code, a.item.question, changes) for a, changes in changed),
        same=len(both) - len(changed),
    )


def asked_in(instrument: Instrument) -> Iterator[Asked]:
    """Every item of every unit type, in the order of the checklist."""
    for dimension in instrument.dimensions:
        for indicator in dimension.indicators:
            for item in indicator.items:
                yield Asked(item, dimension.code, indicator.code, "")
            for variant, items in indicator.variants.items():
                for item in items:
                    yield Asked(item, dimension.code, indicator.code, variant)


def scale_of(item: Item) -> tuple[Words, ...]:
    """The bands of an item, a line each: what is measured, and what it scores."""
    return tuple(_band(band, "≥" if item.type == "NUM2" else "≤") for band in item.bands)


def number(value: Fraction) -> str:
    """Without trailing zeros; weights and scores have few decimals."""
    return f"{float(value):.6f}".rstrip("0").rstrip(".")


def condition_of(item: Item) -> Words:
    """When an item is asked, in words; empty for always."""
    return NOTHING if item.asked_if is None else _condition(item.asked_if)


def _condition(expression: Expression) -> Words:
    said = {language: in_words(expression, language) for language in ("id", "en")}
    return Words(**{language: text.removeprefix("(").removesuffix(")") for language, text in said.items()})


def _item_changes(was: Asked, now: Asked) -> Iterator[Change]:
    yield from _differing(_item(was), _item(now))
    yield from _option_changes(was.item.options, now.item.options)


def _item(asked: Asked) -> Mapping[str, Words]:
    item = asked.item
    where = " · ".join(part for part in (asked.dimension, asked.indicator, asked.variant) if part)
    return {
        "question": item.question,
        "place": _same(where),
        "type": _same(item.type.value),
        "weight": _same(number(item.weight)),
        "mode": _same(item.mode.value),
        "photo": _same(item.photo.value),
        "norm": _same(", ".join(item.basis)),
        "origin": _same(item.origin.value),
        "critical": _same(item.critical.value if item.critical else ""),
        "bands": _joined(scale_of(item)),
        "of": _same("" if item.of is None else str(item.of)),
        "condition": condition_of(item),
        "na_when": item.na_when or NOTHING,
    }


def _option_changes(before: Sequence[Option], after: Sequence[Option]) -> Iterator[Change]:
    old, new = {o.code: _option(o) for o in before}, {o.code: _option(o) for o in after}
    for code in [*new, *(code for code in old if code not in new)]:
        was, now = old.get(code, NOTHING), new.get(code, NOTHING)
        if was != now:
            yield Change("option", was, now, code)


def _option(option: Option) -> Words:
    tail = f" · {number(option.score)}" + (" · K0" if option.critical else "")
    return Words(option.label.id + tail, option.label.en + tail)


def _band(band: Band, sign: str) -> Words:
    score = number(band.score)
    if band.bound is None:
        return Words(f"selebihnya → {score}", f"the rest → {score}")
    return _same(f"{sign} {number(band.bound)} → {score}")


def _head(instrument: Instrument) -> Mapping[str, Words]:
    waiting = ", ".join(f"{key} {number(minutes)}" for key, minutes in instrument.waiting_minutes.items())
    return {
        "title": instrument.title,
        "caveat": instrument.caveat,
        "technique": _same(instrument.technique.value),
        "valid_share": _same(number(instrument.valid_share)),
        "waiting_minutes": _same(waiting),
        "variants": _joined(tuple(_named(code, title) for code, title in instrument.variants.items())),
    }


def _parts(before: Instrument, after: Instrument) -> Iterator[Changed]:
    old, new = dict(_parts_of(before)), dict(_parts_of(after))
    for code in [*new, *(code for code in old if code not in new)]:
        was, now = old.get(code), new.get(code)
        if changes := tuple(_differing(_part(was), _part(now))):
            part = now or was
            yield Changed(code, part.title if part else NOTHING, changes)


def _parts_of(instrument: Instrument) -> Iterator[tuple[str, Dimension | Indicator]]:
    for dimension in instrument.dimensions:
        yield dimension.code, dimension
        for indicator in dimension.indicators:
            yield indicator.code, indicator


def _part(part: Dimension | Indicator | None) -> Mapping[str, Words]:
    if part is None:
        return {"title": NOTHING, "weight": NOTHING}
    return {"title": part.title, "weight": _same(number(part.weight))}


def _differing(before: Mapping[str, Words], after: Mapping[str, Words]) -> Iterator[Change]:
    for what, was in before.items():
        if was != after[what]:
            yield Change(what, was, after[what])


def _named(code: str, title: Words) -> Words:
    return Words(f"{code} {title.id}", f"{code} {title.en}")


def _joined(lines: tuple[Words, ...]) -> Words:
    return Words("\n".join(line.id for line in lines), "\n".join(line.en for line in lines))


def _same(text: str) -> Words:
    return Words(text, text)
