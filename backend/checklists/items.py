"""From the page of one item to the item as it is published."""

from __future__ import annotations

from dataclasses import fields
from decimal import Decimal
from typing import Any

from backend.checklists.conditions import parse
from backend.checklists.errors import NotACondition
from backend.checklists.pages import ITEM_CODE, OPTION_CODE, Page, plain
from backend.checklists.rules import Critical, Item, Mode, Origin, PhotoRule, Type

OPTIONS_MAX = 20
BANDS_MAX = 12
BASIS_MAX = 12
COUNT_MAX = 1_000
BOUND_MAX = 10_000

_KEYS = [field.name for field in fields(Item)]
_TYPE_KEYS = {
    Type.YES_NO: "options",
    Type.YES_NO_REVERSED: "options",
    Type.CHOICE: "options",
    Type.COUNT: "of",
    Type.COUNT_OF: "bands",
    Type.MINUTES: "bands",
    Type.DURATION: "bands",
    Type.DAYS: "bands",
    Type.RUPIAH: None,
}
_YES, _NO = {"id": "Ya", "en": "Yes"}, {"id": "Tidak", "en": "No"}


def published_item(page: Page, weight: Decimal | None, seen: set[str]) -> dict[str, Any]:
    """The item in its published order of members. `seen` holds the codes used so far and takes this one."""
    kind = page.one_of("type", Type)
    page.allow(_KEYS)
    published: dict[str, Any] = {
        "code": new_code(page, seen),
        "question": page.words("question"),
        "type": kind,
        "weight": plain(weight or 0),
        "mode": page.one_of("mode", Mode),
        "photo": page.one_of("photo", PhotoRule),
        "basis": _basis(page),
        "origin": page.one_of("origin", Origin),
        "critical": page.one_of("critical", Critical) if page.raw.get("critical") is not None else None,
    }
    if kind:
        published |= _scale(page, Type(kind), published["critical"])
    published["asked_if"] = _condition(page)
    published["na_when"] = page.words("na_when") if page.raw.get("na_when") is not None else None
    return published


def new_code(page: Page, seen: set[str]) -> str:
    """The page's code, which nothing before it may have."""
    code = page.code("code", ITEM_CODE)
    if code in seen:
        page.refuse("code-twice", code=code)
    elif code:
        seen.add(code)
    return code


def _scale(page: Page, kind: Type, critical: str | None) -> dict[str, Any]:
    """What the type needs to score: options, bands, or the count it is out of."""
    wanted = _TYPE_KEYS[kind]
    for key in ("options", "bands", "of"):
        if key != wanted and page.raw.get(key) is not None:
            page.refuse("not-for-type", type=kind.value, key=key)
    options = _options(page, kind) if wanted == "options" else []
    if any(option["critical"] for option in options) != (critical == Critical.OPTION):
        page.refuse("critical-without-option")
    if wanted == "options":
        return {"options": options}
    if wanted == "bands":
        return {"bands": _bands(page, "at_least" if kind is Type.COUNT_OF else "up_to")}
    return {"of": page.whole("of", low=1, high=COUNT_MAX)} if wanted == "of" else {}


def _options(page: Page, kind: Type) -> list[dict[str, Any]]:
    """The choices; yes/no items need not write theirs."""
    if kind is not Type.CHOICE and "options" not in page.raw:
        yes, no = ("0", "100") if kind is Type.YES_NO_REVERSED else ("100", "0")
        return [
            {"code": "yes", "label": _YES, "score": yes, "critical": False},
            {"code": "no", "label": _NO, "score": no, "critical": False},
        ]
    found = [_option(option) for option in page.pages("options", OPTIONS_MAX)]
    codes = [option["code"] for option in found]
    if kind is not Type.CHOICE and codes != ["yes", "no"]:
        page.refuse("options-not-yes-no")
    for code in sorted({code for code in codes if code and codes.count(code) > 1}):
        page.refuse("code-twice", code=code)
    return found


def _option(page: Page) -> dict[str, Any]:
    page.allow(("code", "label", "score", "critical"))
    code = page.code("code", OPTION_CODE)
    if "score" not in page.raw:
        page.refuse("score-missing", code=code)
    score = page.number("score") if "score" in page.raw else None
    return {
        "code": code,
        "label": page.words("label"),
        "score": plain(score or 0),
        "critical": page.truth("critical"),
    }


def _bands(page: Page, bound: str) -> list[dict[str, Any]]:
    """Steps in the order they are tried: rising `up_to`, or falling `at_least`; the last has no bound."""
    found, bounds = [], []
    for band in page.pages("bands", BANDS_MAX):
        band.allow((bound, "score"))
        limit = band.number(bound, high=BOUND_MAX) if band.raw.get(bound) is not None else None
        bounds.append(limit)
        found.append(
            {bound: None if limit is None else plain(limit), "score": plain(band.number("score") or 0)}
        )
    known = [limit for limit in bounds if limit is not None]
    rising = known if bound == "up_to" else known[::-1]
    if found and (bounds[-1] is not None or len(known) != len(bounds) - 1 or rising != sorted(set(known))):
        page.refuse("bands-not-in-order")
    return found


def _basis(page: Page) -> list[str]:
    """Norms by their short names; none for a thing no norm asks for."""
    if page.raw.get("basis") in (None, []):
        return []
    found = page.listed("basis", BASIS_MAX)
    for norm in found:
        Page({"basis": norm}, file=page.file, item=page.item, refusals=page.refusals).text("basis", 40)
    return [str(norm) for norm in found]


def _condition(page: Page) -> Any:
    raw = page.raw.get("asked_if")
    if raw is None:
        return None
    try:
        parse(raw)
    except NotACondition as problem:
        page.refuse("condition-broken", key="asked_if", why=(problem.facts["why"], problem.facts["why_id"]))
    return raw
