"""Answers to the shipped instrument, as an inspector would give them."""

from functools import cache
from pathlib import Path
from typing import Any

from backend.checklists.loader import load
from backend.checklists.rules import Instrument, Item, Type, read

SHIPPED = Path(__file__).parents[3] / "backend" / "checklists" / "instruments" / "ikkt"


@cache
def ikkt() -> Instrument:
    """The instrument that comes with Samar."""
    text = load({path.name: path.read_bytes() for path in SHIPPED.glob("*.toml")})
    assert isinstance(text, str), text
    return read(text)


def best(variant: str, instrument: Instrument | None = None) -> dict[str, Any]:
    """Full marks for every item of this variant: waits and fees within the standards of `standards_of`."""
    return {item.code: {"value": _best(item)} for item in (instrument or ikkt()).items_for(variant)}


def _best(item: Item) -> Any:
    if item.options and item.type is Type.CHOICE:
        return max(item.options, key=lambda option: option.score).code
    return {
        Type.YES_NO: True,
        Type.YES_NO_REVERSED: False,
        Type.COUNT: item.of,
        Type.COUNT_OF: [4, 4],
        Type.MINUTES: 5,
        Type.DURATION: [3, 3],
        Type.DAYS: 2,
        Type.RUPIAH: [100_000, 100_000],
    }[item.type]


def scoring(variant: str, code: str, score: str) -> str:
    """The option of a choice that has this score."""
    item = next(item for item in ikkt().items_for(variant) if item.code == code)
    return next(option.code for option in item.options if str(option.score) == score)


CHOICES_OF_THE_VECTOR = {
    "I1.4": "50", "I2.1": "50", "I2.2": "50", "I3.1": "50", "I4.2": "50",
    "P1.1": "50", "P1.3": "0", "P1.7": "0", "P2.1": "50", "P3.2": "40", "P4.1": "40", "P5.SAM.3": "0",
    "O2.3": "10", "O3.1": "67", "C1.1": "0", "C3.2": "50",
}  # fmt: skip
VALUES_OF_THE_VECTOR: dict[str, Any] = {
    "I1.5": False, "I2.3": False, "I2.4": False, "I2.5": False, "P1.6": 3, "P2.2": 2, "P5.SAM.4": False,
    "O1.1": 45, "O2.1": [150_000, 100_000], "O2.2": True, "O3.2": 2, "O4.2": True,
    "C1.2": False, "C2.1": False, "C2.2": False, "C2.3": False, "C3.1": False, "C3.3": 5,
}  # fmt: skip
NOT_APPLICABLE_IN_THE_VECTOR = ("I2.6", "P3.4", "O1.2", "O2.4")


def samsat_vector() -> dict[str, Any]:
    """A bad day at an invented Samsat, on an inquiry: brokers inside, money asked. Scored once by hand."""
    answers = best("SAM")
    for code, score in CHOICES_OF_THE_VECTOR.items():
        answers[code] = {"value": scoring("SAM", code, score)}
    for code, value in VALUES_OF_THE_VECTOR.items():
        answers[code] = {"value": value}
    for code in NOT_APPLICABLE_IN_THE_VECTOR:
        answers[code] = {"na": True}
    return answers
