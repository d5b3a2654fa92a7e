"""From files to the text of a published checklist, or to every reason why not.

The text is canonical: compact JSON in a fixed order of members, numbers that are not counts as strings,
so the same content always has the same digest.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from decimal import Decimal
from typing import Any

from backend.checklists.conditions import constants_for, items_in, parse
from backend.checklists.items import new_code, published_item
from backend.checklists.lines import placed
from backend.checklists.outline import DimensionOutline, IndicatorOutline, Outline, outline_of
from backend.checklists.pages import Page, plain
from backend.checklists.refusals import Refusal
from backend.checklists.rules import FORMAT, Instrument, Technique, Type

CHECKLIST_CODE = r"[A-Z][A-Z0-9-]{0,23}"
VERSION = r"[0-9A-Za-z][0-9A-Za-z.-]{0,23}"
VARIANT_CODE = r"[A-Z0-9]{1,12}"
WAITING_KEY = r"[A-Z0-9]{1,12}(-[A-Z0-9]{1,12})?"

SCENARIOS = ("inquiry", "transaction")
MINUTES_MAX = 10_000

_HEAD_KEYS = ["format", *(field.name for field in fields(Instrument))]

# The unit types of the service; an instrument may declare its own list instead.
VARIANTS = {
    "SAM": {"id": "Samsat / regident ranmor", "en": "Vehicle registration and tax (Samsat)"},
    "SIM": {"id": "Polres: Satpas SIM", "en": "Police: driving licences (Satpas SIM)"},
    "POL": {"id": "Polres: SKCK dan SPKT", "en": "Police: record certificate and report desk (SKCK, SPKT)"},
    "KTH": {"id": "Kantor Pertanahan", "en": "Land office"},
    "DKC": {"id": "Dinas Dukcapil", "en": "Civil registration office"},
    "PKM": {"id": "Puskesmas", "en": "Community health centre"},
    "MPP": {"id": "Mal Pelayanan Publik", "en": "Public service mall"},
    "PTS": {"id": "DPMPTSP", "en": "Licensing office (DPMPTSP)"},
    "GEN": {"id": "Unit layanan umum", "en": "Other service unit"},
}


def load(files: Mapping[str, bytes]) -> str | list[Refusal]:
    """The canonical text of the instrument in these files {name: content}, or all that is wrong with it."""
    refusals: list[Refusal] = []
    outline = outline_of(files, refusals)
    if outline is None:
        return placed(refusals, files)
    published = _instrument(outline)
    if not refusals:
        _check_variants(outline, published)
    return placed(refusals, files) or json.dumps(published, ensure_ascii=False, separators=(",", ":"))


def _instrument(outline: Outline) -> dict[str, Any]:
    head = outline.head
    head.allow(_HEAD_KEYS)
    if head.raw.get("format", FORMAT) != FORMAT:
        head.refuse("value-unknown", key="format", value=head.raw["format"], known=FORMAT)
    variants = _variants(head)
    share = head.number("valid_share")
    published = {
        "format": FORMAT,
        "code": head.code("code", CHECKLIST_CODE),
        "version": head.code("version", VERSION),
        "technique": head.one_of("technique", Technique),
        "title": head.words("title"),
        "caveat": head.words("caveat"),
        "variants": [{"code": code, "title": title} for code, title in variants.items()],
        "waiting_minutes": _waiting_minutes(head, variants),
        "valid_share": plain(share or 0),
    }
    seen: set[str] = set()
    weights = [dimension.page.number("weight") for dimension in outline.dimensions]
    _add_up(head, head, ("the dimensions", "dimensi"), weights)
    published["dimensions"] = [
        _dimension(dimension, weight, variants, seen)
        for dimension, weight in zip(outline.dimensions, weights, strict=True)
    ]
    return published


def _variants(head: Page) -> dict[str, Any]:
    if "variants" not in head.raw:
        return VARIANTS
    found: dict[str, Any] = {}
    for page in head.coded_pages("variants"):
        page.allow(("code", "title"))
        code = page.code("code", VARIANT_CODE)
        if code in found:
            page.refuse("code-twice", code=code)
        found[code] = page.words("title")
    return found


def _waiting_minutes(head: Page, variants: Mapping[str, Any]) -> dict[str, str]:
    raw = head.raw.get("waiting_minutes", {})
    page = Page(raw, file=head.file, item="waiting_minutes", refusals=head.refusals)
    found = {}
    for key in page.raw:
        found[key] = plain(page.number(key, low=1, high=MINUTES_MAX) or 0)
        if not re.fullmatch(WAITING_KEY, key):
            page.refuse("code-bad", key="key", value=key, pattern=WAITING_KEY)
        elif key.split("-")[0] not in variants:
            page.refuse("variant-unknown", code=key.split("-")[0])
    return found


def _dimension(
    outline: DimensionOutline, weight: Decimal | None, variants: Mapping[str, Any], seen: set[str]
) -> dict[str, Any]:
    page = outline.page
    page.allow(("code", "title", "weight", "indicators"))
    weights = [indicator.page.number("weight") for indicator in outline.indicators]
    _add_up(
        outline.indicators[0].page if outline.indicators else page,
        page,
        ("the indicators", "indikator"),
        weights,
    )
    if not outline.indicators:
        page.refuse("indicators-missing", code=page.item)
    return {
        "code": new_code(page, seen),
        "title": page.words("title"),
        "weight": plain(weight or 0),
        "indicators": [
            _indicator(indicator, part, variants, seen)
            for indicator, part in zip(outline.indicators, weights, strict=True)
        ],
    }


def _indicator(
    outline: IndicatorOutline, weight: Decimal | None, variants: Mapping[str, Any], seen: set[str]
) -> dict[str, Any]:
    page = outline.page
    page.allow(("code", "title", "weight", "items", "variants"))
    published: dict[str, Any] = {
        "code": new_code(page, seen),
        "title": page.words("title"),
        "weight": plain(weight or 0),
    }
    if outline.items and outline.variants:
        page.refuse("items-and-variants")
    if outline.items:
        published["items"] = _items(outline.items, page, ("the items", "butir"), seen)
        return published
    if not outline.variants:
        page.refuse("items-missing")
        return published
    for code, items in outline.variants.items():
        if code not in variants:
            items[0].refuse("variant-unknown", code=code)
    for code in variants:
        if not outline.variants.get(code):
            page.refuse("variant-without-items", code=code)
    published["variants"] = {
        code: _items(
            outline.variants[code], page, (f"the items of variant {code}", f"butir varian {code}"), seen
        )
        for code in [*variants, *(code for code in outline.variants if code not in variants)]
        if outline.variants.get(code)
    }
    return published


def _items(pages: list[Page], parent: Page, what: tuple[str, str], seen: set[str]) -> list[dict[str, Any]]:
    weights = [page.number("weight") for page in pages]
    _add_up(pages[0], parent, what, weights)
    return [published_item(page, weight, seen) for page, weight in zip(pages, weights, strict=True)]


def _add_up(first: Page, parent: Page, what: tuple[str, str], weights: Sequence[Decimal | None]) -> None:
    """Note weights that are not 100 together, in the file where they stand; one that could not be read is
    noted already."""
    known = [weight for weight in weights if weight is not None]
    if weights and len(known) == len(weights) and sum(known) != 100:
        holder = Page({}, file=first.file, item=parent.item, refusals=parent.refusals)
        holder.refuse("weights-not-100", what=what, total=plain(sum(known, Decimal(0))))


def _check_variants(outline: Outline, published: dict[str, Any]) -> None:
    """What can only be seen in the order in which a unit of each type is asked."""
    pages = {page.item: page for page in _item_pages(outline)}
    noted: set[tuple[str, str]] = set()
    for variant in [variant["code"] for variant in published["variants"]]:
        items = list(_items_of(published, variant))
        if any(item["type"] == Type.MINUTES for item in items) and not any(
            key.split("-")[0] == variant for key in published["waiting_minutes"]
        ):
            outline.head.refuse("waiting-missing", code=variant)
        earlier: dict[str, dict[str, Any]] = {}
        for item in items:
            for code, facts in _flaws(item, earlier, items, variant, published):
                if (item["code"], code) not in noted:
                    noted.add((item["code"], code))
                    pages[item["code"]].refuse(code, **facts)
            earlier[item["code"]] = item


def _flaws(
    item: dict[str, Any],
    earlier: Mapping[str, dict[str, Any]],
    items: list[dict[str, Any]],
    variant: str,
    published: dict[str, Any],
) -> Iterator[tuple[str, dict[str, Any]]]:
    """(reason, its facts) for each flaw in an item's condition."""
    if item["asked_if"] is None:
        return
    condition = parse(item["asked_if"])
    codes = {other["code"] for other in items}
    for code in items_in(condition):
        if code not in codes:
            yield "condition-on-unknown-item", {"code": code, "variant": variant}
        elif code not in earlier:
            yield "condition-on-later-item", {"code": code}
    for kind, name, constant in constants_for(condition):
        possible = _possible_values(name, earlier) if kind == "item" else _possible_facts(name, published)
        if possible is not None and (type(constant), constant) not in [(type(v), v) for v in possible]:
            yield "condition-never-true", {"name": name, "value": constant}


def _possible_values(code: str, earlier: Mapping[str, dict[str, Any]]) -> list[Any] | None:
    """Every value a yes/no item or a choice can have; None where they cannot be listed."""
    item = earlier.get(code)
    if item is None or "options" not in item:
        return None
    if item["type"] == Type.CHOICE:
        return [option["code"] for option in item["options"]]
    return [True, False]


def _possible_facts(name: str, published: dict[str, Any]) -> list[Any] | None:
    if name == "scenario":
        return list(SCENARIOS)
    return [variant["code"] for variant in published["variants"]] if name == "variant" else None


def _item_pages(outline: Outline) -> Iterator[Page]:
    for dimension in outline.dimensions:
        for indicator in dimension.indicators:
            yield from indicator.items
            for items in indicator.variants.values():
                yield from items


def _items_of(published: dict[str, Any], variant: str) -> Iterator[dict[str, Any]]:
    for dimension in published["dimensions"]:
        for indicator in dimension["indicators"]:
            yield from indicator.get("items") or indicator["variants"][variant]
