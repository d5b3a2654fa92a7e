"""When an item is asked: small prefix expressions over answers and facts.

    ["and", E, E, …]  ["or", E, E, …]  ["not", E]
    ["=", A, B]  "!="  "<"  "<="  ">"  ">="     ["selected", A, "x"]     ["answered", "I1.1"]
    ["item", "I1.1"]  ["fact", "scenario"]      anything that is not a list is a constant

Unanswered is contagious only as far as the next comparison, which is then false, whichever comparison it is:
an unanswered item is neither "=" nor "!=" to anything. The same holds for values of two kinds (text, number,
truth). `not` turns that false into true. na counts as unanswered. No condition ever raises.
The phone has a twin of this file; both are tried against tests/wire/conditions.json.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from math import isfinite
from typing import Any, Protocol, TypeAlias, TypeVar

from backend.checklists.errors import NotACondition

Expression: TypeAlias = "str | int | bool | tuple[Any, ...]"
Answers: TypeAlias = Mapping[str, Any]
Facts: TypeAlias = Mapping[str, Any]

COMPARISONS = ("=", "!=", "<", "<=", ">", ">=")
FACTS = ("scenario", "variant", "product_group")

DEPTH_MAX = 12
PARTS_MAX = 60
TEXT_MAX = 80
NUMBER_MAX = 10**12


class Askable(Protocol):
    """What this file needs to know of an item."""

    @property
    def code(self) -> str: ...
    @property
    def asked_if(self) -> Expression | None: ...


Asked = TypeVar("Asked", bound=Askable)


def parse(raw: object) -> Expression:
    """Read a condition from JSON values. Raises NotACondition(why) when it is none."""
    expression = _parse(raw, depth=0)
    if sum(1 for _ in _parts(expression)) > PARTS_MAX:
        raise NotACondition(why=f"more than {PARTS_MAX} parts", why_id=f"lebih dari {PARTS_MAX} bagian")
    if not (isinstance(expression, tuple) and expression[0] not in ("item", "fact")) and not isinstance(
        expression, bool
    ):
        raise NotACondition(why="it does not say true or false", why_id="hasilnya bukan benar atau salah")
    return expression


def is_asked(item: Askable, answers: Answers, facts: Facts) -> bool:
    """Whether the item is put to the inspector, given the answers so far."""
    return item.asked_if is None or holds(item.asked_if, answers, facts)


def asked(items: Iterable[Asked], answers: Answers, facts: Facts) -> tuple[Asked, ...]:
    """The items that are asked, in order. An answer to an item that is not asked counts for nothing."""
    heard: dict[str, Any] = {}
    found = []
    for item in items:
        if is_asked(item, heard, facts):
            found.append(item)
            if item.code in answers:
                heard[item.code] = answers[item.code]
    return tuple(found)


def holds(expression: Expression, answers: Answers, facts: Facts) -> bool:
    """Evaluate a parsed condition."""
    if not isinstance(expression, tuple):
        return expression is True
    word, *rest = expression
    if word == "and":
        return all(holds(part, answers, facts) for part in rest)
    if word == "or":
        return any(holds(part, answers, facts) for part in rest)
    if word == "not":
        return not holds(rest[0], answers, facts)
    if word == "answered":
        return _answer(rest[0], answers) is not None
    left, right = (_operand(part, answers, facts) for part in rest)
    if word == "selected":
        return any(_compare("=", part, right) for part in (left if isinstance(left, list) else [left]))
    return _compare(word, left, right)


def settled(expression: Expression, facts: Facts) -> bool | None:
    """What a condition comes to by the facts alone, before anything is answered; None when answers decide."""
    if not isinstance(expression, tuple):
        return expression is True
    word, *rest = expression
    if word == "not":
        inner = settled(rest[0], facts)
        return None if inner is None else not inner
    if word in ("and", "or"):
        parts = [settled(part, facts) for part in rest]
        decisive = word == "or"  # one true decides an "or", one false an "and"
        return decisive if decisive in parts else None if None in parts else not decisive
    unknown = any(
        isinstance(part, tuple) and (part[0] != "fact" or facts.get(part[1]) is None) for part in rest
    )
    return None if word == "answered" or unknown else holds(expression, {}, facts)


def in_words(expression: Expression, language: str) -> str:
    """The condition as a person reads it: `I1.1 = cukup and not scenario = inquiry`."""
    if not isinstance(expression, tuple):
        return str(expression).lower() if isinstance(expression, bool) else str(expression)
    word, *rest = expression
    said = [in_words(part, language) for part in rest]
    if word in ("item", "fact"):
        return str(rest[0])
    if word in ("and", "or"):
        joined = f" {_SAID[word][language]} ".join(said)
        return f"({joined})"
    if word == "not":
        return f"{_SAID[word][language]} {said[0]}"
    if word == "answered":
        return f"{rest[0]} {_SAID[word][language]}"
    return f"{said[0]} {_SAID[word][language] if word in _SAID else word} {said[1]}"


_SAID: Mapping[str, Mapping[str, str]] = {
    "and": {"en": "and", "id": "dan"},
    "or": {"en": "or", "id": "atau"},
    "not": {"en": "not", "id": "bukan"},
    "selected": {"en": "holds", "id": "memuat"},
    "answered": {"en": "is answered", "id": "dijawab"},
}


def items_in(expression: Expression) -> Iterator[str]:
    """Codes of the items a condition looks at."""
    for part in _parts(expression):
        if isinstance(part, tuple) and part[0] in ("item", "answered"):
            yield part[1]


def constants_for(expression: Expression) -> Iterator[tuple[str, str, str | int | bool]]:
    """("item" or "fact", its name, constant) for every comparison of one with a constant."""
    for part in _parts(expression):
        if isinstance(part, tuple) and (part[0] in COMPARISONS or part[0] == "selected"):
            for one, other in ((part[1], part[2]), (part[2], part[1])):
                if isinstance(one, tuple) and not isinstance(other, tuple):
                    yield one[0], one[1], other


def _parse(raw: object, *, depth: int) -> Expression:
    if isinstance(raw, str):
        if len(raw) > TEXT_MAX or not raw.isprintable():
            raise NotACondition(
                why=f"a text of more than {TEXT_MAX} characters, or not printable",
                why_id=f"teks lebih dari {TEXT_MAX} karakter, atau tidak tercetak",
            )
        return raw
    if isinstance(raw, int):
        if abs(raw) > NUMBER_MAX:
            raise NotACondition(why="a number too large", why_id="angka terlalu besar")
        return raw
    if not isinstance(raw, list | tuple) or not raw:
        raise NotACondition(
            why="constants are texts, whole numbers, true and false",
            why_id="tetapan berupa teks, bilangan bulat, true, atau false",
        )
    if depth == DEPTH_MAX:
        raise NotACondition(
            why=f"nested more than {DEPTH_MAX} deep", why_id=f"bersarang lebih dari {DEPTH_MAX} tingkat"
        )
    word, rest = raw[0], raw[1:]
    if word in ("item", "answered", "fact"):
        return _parse_reference(word, rest)
    parts = tuple(_parse(part, depth=depth + 1) for part in rest)
    if word in ("and", "or", "not"):
        _check_logic(word, parts)
    elif word in COMPARISONS or word == "selected":
        _check_comparison(word, parts)
    else:
        raise NotACondition(
            why=f"unknown word {str(word)[:20]!r}", why_id=f"kata {str(word)[:20]!r} tidak dikenal"
        )
    return (word, *parts)


def _parse_reference(word: str, rest: Sequence[object]) -> Expression:
    if len(rest) != 1 or not isinstance(rest[0], str) or len(rest[0]) > TEXT_MAX:
        raise NotACondition(why=f"{word!r} takes one name", why_id=f"{word!r} memerlukan satu nama")
    if word == "fact" and rest[0] not in FACTS:
        raise NotACondition(
            why=f"unknown fact {rest[0]!r}; known: {', '.join(FACTS)}",
            why_id=f"fakta {rest[0]!r} tidak dikenal; yang dikenal: {', '.join(FACTS)}",
        )
    return (word, rest[0])


def _check_logic(word: str, parts: tuple[Expression, ...]) -> None:
    if (word == "not" and len(parts) != 1) or (word != "not" and len(parts) < 2):
        raise NotACondition(
            why=f"{word!r} has {len(parts)} parts", why_id=f"{word!r} punya {len(parts)} bagian"
        )
    if any(_is_operand(part) and not isinstance(part, bool) for part in parts):
        raise NotACondition(
            why=f"a part of {word!r} does not say true or false",
            why_id=f"bagian dari {word!r} bukan benar atau salah",
        )


def _check_comparison(word: str, parts: tuple[Expression, ...]) -> None:
    if len(parts) != 2 or not all(_is_operand(part) for part in parts):
        raise NotACondition(
            why=f"{word!r} compares two: items, facts or constants",
            why_id=f"{word!r} membandingkan dua hal: butir, fakta, atau tetapan",
        )


def _is_operand(part: Expression) -> bool:
    return not isinstance(part, tuple) or part[0] in ("item", "fact")


def _parts(expression: Expression) -> Iterator[Expression]:
    yield expression
    if isinstance(expression, tuple):
        for part in expression[1:]:
            yield from _parts(part)


def _operand(part: Expression, answers: Answers, facts: Facts) -> object:
    if not isinstance(part, tuple):
        return part
    return _answer(part[1], answers) if part[0] == "item" else facts.get(part[1])


def _answer(code: str, answers: Answers) -> object:
    """The value told for an item; None when unanswered or na."""
    answer = answers.get(code)
    if not isinstance(answer, Mapping) or answer.get("na") is True:
        return None
    return answer.get("value")


def _kind(value: object) -> str | None:
    if isinstance(value, bool):
        return "truth"
    if isinstance(value, str):
        return "text"
    if isinstance(value, int):
        return "number"
    if isinstance(value, float):
        return "number" if isfinite(value) else None
    if isinstance(value, Decimal):
        return "number" if value.is_finite() else None
    return None


def _compare(word: str, left: Any, right: Any) -> bool:
    kind = _kind(left)
    if kind is None or kind != _kind(right):
        return False
    if word == "=":
        return bool(left == right)
    if word == "!=":
        return bool(left != right)
    if kind != "number":
        return False
    if word == "<":
        return bool(left < right)
    if word == "<=":
        return bool(left <= right)
    return bool(left > right) if word == ">" else bool(left >= right)
