"""Rows: what a finding looks like on paper. Pure; never an inspector, a device, a place of a phone, a narrative."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

from backend.checklists.rules import Instrument
from backend.core.spreadsheets import Cell, Row
from backend.indicators.rules import parse_exact, round_half_up

VISIT_COLUMNS = (
    "visit", "programme", "date", "unit", "unit_name", "unit_type", "institution", "institution_name", "class",
    "region", "region_name", "product", "scenario", "checklist", "version",
)  # fmt: skip
ITEM_COLUMNS = ("dimension", "indicator", "item", "question_id", "weight")
ANSWER_COLUMNS = ("answer", "na", "score", "critical", "photos")
FINDING_COLUMNS = VISIT_COLUMNS + ITEM_COLUMNS + ANSWER_COLUMNS
NOTE_COLUMNS = ("note",)

RESULT_COLUMNS = (
    "computation", "period", "method", "checklist", "version", "published_at", "level", "class", "code", "name",
    "unit_type", "region", "n", "units", "value", "spread", "min", "max", "zone", "category", "rank", "of",
    "critical", "enough",
)  # fmt: skip

ANSWER_LENGTH_MAX = 400
WEIGHT_PLACES = 4


@dataclass(frozen=True, slots=True)
class ItemTold:
    """An item of one checklist and variant, with the cells that are the same in every visit."""

    code: str
    cells: Row


def items_told(instrument: Instrument, variant: str) -> tuple[ItemTold, ...]:
    """The items of a variant; `weight` is an item's percent of the whole visit when everything is answered."""
    return tuple(
        ItemTold(
            item.code,
            (
                dimension.code,
                indicator.code,
                item.code,
                item.question.id,
                round_half_up(dimension.weight * indicator.weight * item.weight / 10_000, WEIGHT_PLACES),
            ),
        )
        for dimension in instrument.dimensions_for(variant)
        for indicator in dimension.indicators
        for item in indicator.items
    )


def finding_rows(
    visit: Row,
    items: tuple[ItemTold, ...],
    answers: Mapping[str, Any],
    scores: Mapping[str, str],
    criticals: frozenset[str],
    *,
    notes: bool = False,
) -> Iterator[Row]:
    """One row for each answered item, in the order of the checklist; "does not apply" is an answer too."""
    for item in items:
        answer = answers.get(item.code)
        if not isinstance(answer, Mapping):
            continue
        na, value = answer.get("na") is True, answer.get("value")
        if value is None and not na:
            continue
        score, photos = scores.get(item.code), answer.get("photos")
        told = (
            None if na else as_cell(value),
            na,
            shown(score) if score is not None else None,
            item.code in criticals,
            len(photos) if isinstance(photos, list) else 0,
        )
        yield visit + item.cells + told + ((_note(answer),) if notes else ())


def as_cell(value: Any) -> Cell:
    """An answer's value: yes and no, an option's code, a number, two numbers as "3/4", else its text, cut."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return value
    if isinstance(value, list) and len(value) == 2:
        return "/".join("" if part is None else str(part)[:40] for part in value)
    return str(value)[:ANSWER_LENGTH_MAX]


@lru_cache(maxsize=4096)
def shown(exact: str) -> Decimal:
    """An exact score as published. There are few different ones in any checklist."""
    return round_half_up(parse_exact(exact))


def _note(answer: Mapping[str, Any]) -> str:
    note = answer.get("note")
    return note if isinstance(note, str) else ""
