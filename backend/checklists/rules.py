"""What an instrument is, and how its published text is read.

An instrument has dimensions, a dimension has indicators, an indicator has items. An indicator marked as
variant has one item set per unit type (variant) in place of its own items. Weights are percent within the
parent; every level adds up to 100, which the loader checks before publication.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from fractions import Fraction
from functools import cached_property, lru_cache
from typing import Any

from backend.checklists.conditions import Expression, parse
from backend.checklists.errors import NotACondition, NotAnInstrument

FORMAT = 1


class Technique(StrEnum):
    """How the facts are collected. The server treats all alike."""

    COVERT_VISIT = "covert_visit"
    ANNOUNCED_OBSERVATION = "announced_observation"
    INTERVIEW = "interview"
    USER_SURVEY = "user_survey"
    DOCUMENT_REVIEW = "document_review"


class Type(StrEnum):
    """What an answer's value looks like (see answers.py)."""

    YES_NO = "YN"
    YES_NO_REVERSED = "YN-"
    CHOICE = "SC"
    COUNT = "NUM"
    COUNT_OF = "NUM2"
    MINUTES = "MIN"
    DURATION = "DUR"
    DAYS = "DAY"
    RUPIAH = "IDR2"


class Mode(StrEnum):
    DESK = "DSK"
    OBSERVE = "OBS"
    ASK = "ASK"
    TRANSACTION = "TRX"
    FOLLOW_UP = "FUP"


class PhotoRule(StrEnum):
    REQUIRED = "required"
    OPTIONAL = "optional"
    FORBIDDEN = "forbidden"
    NONE = "none"


class Origin(StrEnum):
    """Whether a norm asks for the thing looked at, or we do."""

    NORM = "norm"
    DESIGN = "design"


class Critical(StrEnum):
    """ZERO: critical when the score is 0 (K). OPTION: critical at a marked option only (K0)."""

    ZERO = "zero"
    OPTION = "option"


@dataclass(frozen=True)
class Words:
    """One text in both languages."""

    id: str
    en: str


@dataclass(frozen=True)
class Option:
    code: str
    label: Words
    score: Fraction
    critical: bool


@dataclass(frozen=True)
class Band:
    """A step of a scale. `bound` is `up_to` (MIN and DUR: multiples of the standard; DAY: working days) or
    `at_least` (NUM2: percent), in the order they are tried; None holds for whatever is left."""

    bound: Fraction | None
    score: Fraction


@dataclass(frozen=True)
class Item:
    code: str
    question: Words
    type: Type
    weight: Fraction
    mode: Mode
    photo: PhotoRule
    basis: tuple[str, ...]
    origin: Origin
    critical: Critical | None
    options: tuple[Option, ...]
    bands: tuple[Band, ...]
    of: int | None
    asked_if: Expression | None
    na_when: Words | None

    @cached_property
    def option(self) -> Mapping[str, Option]:
        """The options by their code."""
        return {option.code: option for option in self.options}


@dataclass(frozen=True)
class Indicator:
    """`items` are empty and `variants` filled when each unit type has its own item set."""

    code: str
    title: Words
    weight: Fraction
    items: tuple[Item, ...]
    variants: Mapping[str, tuple[Item, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Dimension:
    code: str
    title: Words
    weight: Fraction
    indicators: tuple[Indicator, ...]


@dataclass(frozen=True)
class Instrument:
    """A published checklist in memory. `waiting_minutes` is keyed by variant, or "VARIANT-PRODUCT GROUP"."""

    code: str
    version: str
    technique: Technique
    title: Words
    caveat: Words
    variants: Mapping[str, Words]
    waiting_minutes: Mapping[str, Fraction]
    valid_share: Fraction
    dimensions: tuple[Dimension, ...]

    def dimensions_for(self, variant: str) -> tuple[Dimension, ...]:
        """The dimensions with every indicator resolved to the items of this variant; an unknown variant has
        no items of its own."""
        return self._resolved.get(variant) or _resolve(self.dimensions, variant)

    def items_for(self, variant: str) -> tuple[Item, ...]:
        """All items put to a unit of this variant, in order, whether asked or not."""
        return tuple(
            item
            for dimension in self.dimensions_for(variant)
            for indicator in dimension.indicators
            for item in indicator.items
        )

    def facts_for(
        self,
        variant: str,
        *,
        scenario: str,
        product_group: str | None = None,
        waiting_minutes: int | Fraction | None = None,
        official_fee: int | None = None,
    ) -> dict[str, Any]:
        """The facts that conditions and scores look at.

        waiting_minutes   the unit's own published standard; without one, the instrument's default
        official_fee      rupiah, from the unit's published standard; wins over the number the inspector wrote
        """
        return {
            "scenario": scenario,
            "variant": variant,
            "product_group": product_group,
            "waiting_minutes": waiting_minutes or self._default_wait(variant, product_group),
            "official_fee": official_fee,
        }

    def _default_wait(self, variant: str, product_group: str | None) -> Fraction | None:
        """Where a type's defaults differ by product and the product is not told, the mildest holds."""
        named = self.waiting_minutes.get(f"{variant}-{product_group}") or self.waiting_minutes.get(variant)
        some = [t for key, t in self.waiting_minutes.items() if key.startswith(f"{variant}-")]
        return named or max(some, default=None)

    @cached_property
    def _resolved(self) -> Mapping[str, tuple[Dimension, ...]]:
        return {variant: _resolve(self.dimensions, variant) for variant in self.variants}


@lru_cache(maxsize=32)
def read(text: str) -> Instrument:
    """Read a published text, once. Raises NotAnInstrument when it is none of ours; members we do not know are
    ignored."""
    try:
        raw = json.loads(text)
        if raw["format"] != FORMAT:
            raise NotAnInstrument(format=raw["format"])
        return Instrument(
            code=raw["code"],
            version=raw["version"],
            technique=Technique(raw["technique"]),
            title=_words(raw["title"]),
            caveat=_words(raw["caveat"]),
            variants={variant["code"]: _words(variant["title"]) for variant in raw["variants"]},
            waiting_minutes={key: Fraction(minutes) for key, minutes in raw["waiting_minutes"].items()},
            valid_share=Fraction(raw["valid_share"]),
            dimensions=tuple(_dimension(dimension) for dimension in raw["dimensions"]),
        )
    except (NotACondition, KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise NotAnInstrument(why=f"{type(error).__name__}: {error}"[:200]) from error


def _resolve(dimensions: tuple[Dimension, ...], variant: str) -> tuple[Dimension, ...]:
    def resolved(indicator: Indicator) -> Indicator:
        return replace(indicator, items=indicator.items or indicator.variants.get(variant, ()), variants={})

    return tuple(replace(d, indicators=tuple(map(resolved, d.indicators))) for d in dimensions)


def _dimension(raw: dict[str, Any]) -> Dimension:
    return Dimension(
        raw["code"],
        _words(raw["title"]),
        Fraction(raw["weight"]),
        tuple(_indicator(indicator) for indicator in raw["indicators"]),
    )


def _indicator(raw: dict[str, Any]) -> Indicator:
    sets = raw.get("variants") or {}
    return Indicator(
        raw["code"],
        _words(raw["title"]),
        Fraction(raw["weight"]),
        tuple(_item(item) for item in raw.get("items") or ()),
        {variant: tuple(_item(item) for item in items) for variant, items in sets.items()},
    )


def _item(raw: dict[str, Any]) -> Item:
    critical, na_when = raw.get("critical"), raw.get("na_when")
    return Item(
        code=raw["code"],
        question=_words(raw["question"]),
        type=Type(raw["type"]),
        weight=Fraction(raw["weight"]),
        mode=Mode(raw["mode"]),
        photo=PhotoRule(raw["photo"]),
        basis=tuple(raw["basis"]),
        origin=Origin(raw["origin"]),
        critical=Critical(critical) if critical is not None else None,
        options=tuple(_option(option) for option in raw.get("options") or ()),
        bands=tuple(_band(band) for band in raw.get("bands") or ()),
        of=raw.get("of"),
        asked_if=parse(raw["asked_if"]) if raw.get("asked_if") is not None else None,
        na_when=_words(na_when) if na_when is not None else None,
    )


def _option(raw: dict[str, Any]) -> Option:
    return Option(raw["code"], _words(raw["label"]), Fraction(raw["score"]), raw["critical"])


def _band(raw: dict[str, Any]) -> Band:
    bound = raw["up_to"] if "up_to" in raw else raw["at_least"]
    return Band(Fraction(bound) if bound is not None else None, Fraction(raw["score"]))


def _words(raw: dict[str, str]) -> Words:
    return Words(raw["id"], raw["en"])
