"""A checklist as the phone puts it to a visitor of one type of unit and scenario; and beside it what it is worth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from backend.checklists.comparing import asked_in, condition_of, number, scale_of
from backend.checklists.conditions import constants_for, settled
from backend.checklists.loader import SCENARIOS
from backend.checklists.rules import Dimension, Indicator, Instrument, Item, Mode, PhotoRule, Words

SCENARIO_NAMES: Mapping[str, Promise] = {"inquiry": _("Inquiry"), "transaction": _("Transaction")}
ORDERS: Mapping[str, Promise] = {"path": _("The way a visit goes"), "printed": _("By indicator")}
STAGES: Mapping[str, Promise] = {
    "before": _("Before going"),
    "there": _("Looking around"),
    "counter": _("Asking and dealing"),
    "all": _("Checklist"),
    "later": _("After the visit"),
}
STAGE_OF = {
    Mode.DESK: "before",
    Mode.OBSERVE: "there",
    Mode.ASK: "counter",
    Mode.TRANSACTION: "counter",
    Mode.FOLLOW_UP: "later",
}
PHOTO_RULES: Mapping[str, Promise] = {
    PhotoRule.REQUIRED: _("Photo (required)"),
    PhotoRule.OPTIONAL: _("Photos"),
    PhotoRule.FORBIDDEN: _("Take no photo: people, or other people's data, could be seen."),
}


@dataclass(frozen=True)
class Chosen:
    """For whom the checklist is shown. An unknown choice is the first one."""

    variant: str
    scenario: str
    group: str
    order: str


@dataclass(frozen=True)
class Shown:
    """One item on the phone, and what the author wants to know of it. `only_if` is empty when it is always asked."""

    item: Item
    share: float  # percent of the whole visit
    scores: tuple[tuple[Words, str, bool], ...]  # option, its score, whether it is marked critical
    scale: tuple[Words, ...]
    only_if: Words
    photo: Promise | str


@dataclass(frozen=True)
class Group:
    """The items of one indicator in one stage. `stage` is named where it begins."""

    stage: Promise | None
    indicator: Indicator
    items: tuple[Shown, ...]


def chosen_in(instrument: Instrument, asked: Mapping[str, Any]) -> Chosen:
    groups = groups_in(instrument)
    return Chosen(
        _one_of(asked.get("variant"), list(instrument.variants)),
        _one_of(asked.get("scenario"), list(SCENARIOS)),
        _one_of(asked.get("group"), ["", *groups]),
        _one_of(asked.get("order"), list(ORDERS)),
    )


def preview(instrument: Instrument, chosen: Chosen) -> dict[str, Any]:
    """`groups` as the phone shows them, and the items that are `not_asked` whatever is answered."""
    facts = instrument.facts_for(chosen.variant, scenario=chosen.scenario, product_group=chosen.group or None)
    found: dict[tuple[str, str], tuple[Indicator, list[Shown]]] = {}
    not_asked = []
    for dimension in instrument.dimensions_for(chosen.variant):
        for indicator in dimension.indicators:
            for item in indicator.items:
                sure = True if item.asked_if is None else settled(item.asked_if, facts)
                if sure is False:
                    not_asked.append((item, condition_of(item)))
                    continue
                stage = _stage(item, chosen.order)
                _indicator, items = found.setdefault((stage, indicator.code), (indicator, []))
                items.append(_shown(dimension, indicator, item, always=sure is True))
    groups, last = [], ""
    for stage in STAGES:
        for (of, _code), (indicator, items) in found.items():
            if of == stage:
                groups.append(Group(STAGES[stage] if stage != last else None, indicator, tuple(items)))
                last = stage
    asked = sum(len(group.items) for group in groups)
    return {"groups": groups, "asked": asked, "not_asked": not_asked}


def groups_in(instrument: Instrument) -> list[str]:
    """Product groups that conditions look at."""
    found = {
        str(constant)
        for asked in asked_in(instrument)
        if asked.item.asked_if is not None
        for kind, name, constant in constants_for(asked.item.asked_if)
        if (kind, name) == ("fact", "product_group")
    }
    return sorted(found)


def _shown(dimension: Dimension, indicator: Indicator, item: Item, *, always: bool) -> Shown:
    share = float(dimension.weight * indicator.weight * item.weight / 10_000)
    nothing = Words("", "")
    return Shown(
        item,
        share,
        tuple((option.label, number(option.score), option.critical) for option in item.options),
        scale_of(item),
        nothing if always else condition_of(item),
        PHOTO_RULES.get(item.photo, ""),
    )


def _stage(item: Item, order: str) -> str:
    """As the phone does: what is for later comes last in either order."""
    return STAGE_OF[item.mode] if order == "path" or item.mode is Mode.FOLLOW_UP else "all"


def _one_of(value: Any, known: list[str]) -> str:
    return value if value in known else known[0]
