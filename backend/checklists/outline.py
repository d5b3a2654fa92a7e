"""From files to an outline: which page belongs under which. Nothing is judged here but that the files fit.

An instrument is written as TOML: one head (code, version, …, [[dimensions]] with their weights), one file per
dimension (`dimension = "INP"`, [[indicators]] with [[indicators.items]]), and one per unit type
(`variant = "SAM"`, `indicator = "P5"`, [[items]]). A small instrument fits in one file, and so does the text of
a published checklist, with the ending .json.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from backend.checklists.lines import line_told
from backend.checklists.pages import Page
from backend.checklists.refusals import Refusal, refusal

FILES_MAX = 40
BYTES_MAX = 1024 * 1024


@dataclass
class IndicatorOutline:
    page: Page
    items: list[Page] = field(default_factory=list)
    variants: dict[str, list[Page]] = field(default_factory=dict)


@dataclass
class DimensionOutline:
    page: Page
    indicators: list[IndicatorOutline] = field(default_factory=list)


@dataclass
class Outline:
    head: Page
    dimensions: list[DimensionOutline]


def outline_of(files: Mapping[str, bytes], refusals: list[Refusal]) -> Outline | None:
    """Put the files together; None when there is no head to hang them on. Notes what does not fit."""
    if not files or len(files) > FILES_MAX or sum(map(len, files.values())) > BYTES_MAX:
        refusals.append(refusal("files-too-large", file="", files=FILES_MAX, kib=BYTES_MAX // 1024))
        return None
    read = {name: _table(name, files[name], refusals) for name in sorted(files)}
    tables = {name: table for name, table in read.items() if table is not None}
    heads = [name for name, table in tables.items() if "dimension" not in table and "variant" not in table]
    heads = [name for name in heads if _has_head(name, tables[name], refusals)]
    if not heads:
        if not refusals:
            refusals.append(refusal("head-missing", file=", ".join(sorted(files))))
        return None
    head, *others = heads
    refusals.extend(
        refusal("file-twice", file=name, what=("The head", "Kepala"), other=head) for name in others
    )
    rest = {name: table for name, table in tables.items() if name not in heads}
    page = Page(tables[head], file=head, item="", refusals=refusals)
    dimensions = [_dimension_outline(dimension) for dimension in page.coded_pages("dimensions")]
    _hang_dimensions(dimensions, rest, refusals)
    _hang_variants(dimensions, rest, refusals)
    return Outline(page, dimensions)


def _table(name: str, content: bytes, refusals: list[Refusal]) -> dict[str, Any] | None:
    try:
        text = content.decode("utf-8")
        table = json.loads(text) if name.endswith(".json") else tomllib.loads(text, parse_float=Decimal)
    # tomllib and json recurse into nested lists, and refuse numbers of thousands of digits with a ValueError.
    except (ValueError, ArithmeticError, RecursionError) as error:
        broken = refusal("file-broken", file=name, why=_why(error, name))
        refusals.append(replace(broken, line=line_told(error, content)))
        return None
    if not isinstance(table, dict):
        refusals.append(refusal("file-broken", file=name, why=("not a table", "bukan tabel")))
        return None
    return table


def _why(error: Exception, name: str) -> tuple[str, str]:
    """What the reader of the format found, in both languages; its own words are English."""
    if isinstance(error, RecursionError):
        return "nested too deep", "bersarang terlalu dalam"
    if isinstance(error, UnicodeDecodeError):
        return "it is not UTF-8", "bukan UTF-8"
    form = "JSON" if name.endswith(".json") else "TOML"
    told = str(error)[:200]
    return told, f"penulisan {form} keliru ({told})"


def _has_head(name: str, table: dict[str, Any], refusals: list[Refusal]) -> bool:
    if "dimensions" in table or "code" in table:
        return True
    refusals.append(refusal("file-unknown", file=name))
    return False


def _dimension_outline(page: Page) -> DimensionOutline:
    """The dimension with the indicators written right under it, if any are."""
    pages = page.coded_pages("indicators") if "indicators" in page.raw else []
    return DimensionOutline(page, [_indicator_outline(indicator) for indicator in pages])


def _indicator_outline(page: Page) -> IndicatorOutline:
    """The indicator with the items, or the variants' items, written right under it, if any are."""
    outline = IndicatorOutline(page)
    if "items" in page.raw:
        outline.items = page.coded_pages("items")
    sets = page.raw.get("variants")
    for variant, items in sets.items() if isinstance(sets, dict) else ():
        holder = Page({"items": items}, file=page.file, item=page.item, refusals=page.refusals)
        if found := holder.coded_pages("items"):
            outline.variants[variant] = found
    return outline


def _hang_dimensions(
    dimensions: list[DimensionOutline], tables: Mapping[str, dict[str, Any]], refusals: list[Refusal]
) -> None:
    by_code = {dimension.page.item: dimension for dimension in dimensions}
    for name, table in tables.items():
        if "dimension" not in table:
            continue
        page = Page(table, file=name, item="", refusals=refusals)
        page.allow(("dimension", "indicators"))
        dimension = by_code.get(str(table["dimension"]))
        if dimension is None:
            page.refuse("dimension-unknown", code=table["dimension"])
        elif dimension.indicators:
            page.refuse("file-twice", what=dimension.page.item, other=dimension.indicators[0].page.file)
        else:
            dimension.indicators = _dimension_outline(page).indicators


def _hang_variants(
    dimensions: list[DimensionOutline], tables: Mapping[str, dict[str, Any]], refusals: list[Refusal]
) -> None:
    open_ones = {i.page.item: i for dimension in dimensions for i in dimension.indicators if not i.items}
    for name, table in tables.items():
        if "variant" not in table:
            continue
        page = Page(table, file=name, item="", refusals=refusals)
        page.allow(("variant", "indicator", "items"))
        variant, code = str(table["variant"]), str(table.get("indicator", ""))
        items = page.coded_pages("items")
        if code not in open_ones:
            page.refuse("indicator-unknown", code=code)
        elif variant in open_ones[code].variants:
            page.refuse(
                "file-twice", what=f"{code}, {variant}", other=open_ones[code].variants[variant][0].file
            )
        elif items:
            open_ones[code].variants[variant] = items
