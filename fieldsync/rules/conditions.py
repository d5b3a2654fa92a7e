"""A checklist on the phone, and which of its items are asked: small prefix expressions over answers and facts.

    ["and", E, E, …]  ["or", E, E, …]  ["not", E]
    ["=", A, B]  "!="  "<"  "<="  ">"  ">="     ["selected", A, "x"]     ["answered", "I1.1"]
    ["item", "I1.1"]  ["fact", "scenario"]      anything that is not a list is a constant

Unanswered, na and values of two kinds make any comparison false; `not` turns that into true. Published checklists
were checked before publication; here nothing raises, and an expression we cannot read is simply not true.
An instrument is the parsed JSON of the published text, an item a mapping of it (docs of the checklists).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from math import isfinite
from operator import eq, ge, gt, le, lt, ne
from typing import Any

from fieldsync.errors import ChecklistUnreadable

JSON = Mapping[str, Any]
COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": eq,
    "!=": ne,
    "<": lt,
    "<=": le,
    ">": gt,
    ">=": ge,
}
DEPTH_MAX = 32


def read_instrument(text: str) -> dict[str, Any]:
    """A published checklist from its exact text. Raises ChecklistUnreadable for another form than 1."""
    try:
        raw = json.loads(text)
        if raw["format"] != 1 or not all(indicator["code"] for _, indicator in _indicators(raw)):
            raise ChecklistUnreadable()
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ChecklistUnreadable() from error
    return dict(raw)


def items_for(instrument: JSON, variant: str) -> list[dict[str, Any]]:
    """All items put to a unit of this variant (SAM, DKC, …), in order, whether asked or not."""
    found: list[dict[str, Any]] = []
    for _, indicator in _indicators(instrument):
        sets = indicator.get("variants") or {}
        found += indicator.get("items") or sets.get(variant) or ()
    return found


def facts_for(instrument: JSON, facts: JSON) -> dict[str, Any]:
    """The facts of a visit, with the checklist's default waiting time where the unit published none (minutes)."""
    found = dict(facts)
    if not found.get("waiting_minutes"):
        found["waiting_minutes"] = _default_wait(instrument, facts.get("variant"), facts.get("product_group"))
    return found


def is_asked(item: JSON, answers: JSON, facts: JSON) -> bool:
    """Whether the item is put to the inspector, given the answers so far."""
    condition = item.get("asked_if")
    return condition is None or holds(condition, answers, facts)


def asked(items: Iterable[JSON], answers: JSON, facts: JSON) -> list[JSON]:
    """The items that are asked, in order. An answer to an item that is not asked counts for nothing."""
    heard: dict[str, Any] = {}
    found = []
    for item in items:
        if is_asked(item, heard, facts):
            found.append(item)
            if item["code"] in answers:
                heard[item["code"]] = answers[item["code"]]
    return found


def holds(expression: Any, answers: JSON, facts: JSON, *, depth: int = 0) -> bool:
    """Evaluate a condition."""
    if not isinstance(expression, list | tuple):
        return expression is True
    if depth > DEPTH_MAX or not expression:
        return False
    word, *parts = expression
    if word in ("and", "or", "not"):
        said = (holds(part, answers, facts, depth=depth + 1) for part in parts)
        return all(said) if word == "and" else any(said) if word == "or" else not any(said)
    if word == "answered":
        return len(parts) == 1 and _answer(parts[0], answers) is not None
    if len(parts) != 2:
        return False
    left, right = (_operand(part, answers, facts) for part in parts)
    if word == "selected":
        return (
            any(_compare("=", one, right) for one in left)
            if isinstance(left, list)
            else _compare("=", left, right)
        )
    return _compare(word, left, right)


def _indicators(instrument: JSON) -> list[tuple[JSON, JSON]]:
    return [(dimension, i) for dimension in instrument["dimensions"] for i in dimension["indicators"]]


def _default_wait(instrument: JSON, variant: Any, group: Any) -> str | None:
    """Where a type's defaults differ by product and the product is not told, the mildest holds."""
    known = instrument.get("waiting_minutes") or {}
    some = [minutes for key, minutes in known.items() if key.startswith(f"{variant}-")]
    return known.get(f"{variant}-{group}") or known.get(variant) or max(some, key=float, default=None)


def _operand(part: Any, answers: JSON, facts: JSON) -> Any:
    if not isinstance(part, list | tuple):
        return part
    if len(part) != 2 or not isinstance(part[1], str):
        return None
    if part[0] == "item":
        return _answer(part[1], answers)
    return facts.get(part[1]) if part[0] == "fact" else None


def _answer(code: Any, answers: JSON) -> Any:
    answer = answers.get(code) if isinstance(code, str) else None
    if not isinstance(answer, Mapping) or answer.get("na") is True:
        return None
    return answer.get("value")


def _kind(value: Any) -> str | None:
    if isinstance(value, bool):
        return "truth"
    if isinstance(value, str):
        return "text"
    if isinstance(value, int) or (isinstance(value, float) and isfinite(value)):
        return "number"
    return None


def _compare(word: Any, left: Any, right: Any) -> bool:
    kind = _kind(left)
    if kind is None or kind != _kind(right) or not isinstance(word, str) or word not in COMPARISONS:
        return False
    return (kind == "number" or word in ("=", "!=")) and bool(COMPARISONS[word](left, right))
