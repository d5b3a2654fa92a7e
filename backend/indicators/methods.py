"""Methods as data: one TOML file each under methods/, read once. A new method is a new file, not new code."""

import tomllib
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

from backend.indicators.errors import NoSuchMethod
from backend.indicators.rules import INSPECTORS_MIN, VISITS_MIN, Band, Method, Words

FOLDER = Path(__file__).parent / "methods"


@cache
def all_methods() -> dict[str, Method]:
    """Every method by its code, the computed ones first."""
    found = [read_method(tomllib.loads(path.read_text("utf-8"))) for path in sorted(FOLDER.glob("*.toml"))]
    return {method.code: method for method in sorted(found, key=lambda m: (not m.computed, m.code))}


def method_named(code: str) -> Method:
    """Raises NoSuchMethod."""
    if (method := all_methods().get(code)) is None:
        raise NoSuchMethod(method=code[:40])
    return method


def computed_method(code: str) -> Method:
    """A method that visits are scored by. Raises NoSuchMethod, for references too."""
    method = method_named(code)
    if not method.computed:
        raise NoSuchMethod(method=code)
    return method


def read_method(raw: dict[str, Any]) -> Method:
    """One file's content as a value; only half-up rounding is known, and another word there is an error."""
    if raw["rounding"]["mode"] != "half_up":
        raise ValueError(f"{raw['code']}: rounding {raw['rounding']['mode']!r}")
    bands = [
        Band(Decimal(b["from"]), b["category"], b["zone"], Words(b["label_id"], b["label_en"]))
        for b in raw["bands"]
    ]
    return Method(
        code=raw["code"],
        title=Words(raw["title"]["id"], raw["title"]["en"]),
        computed=raw["computed"],
        years=tuple(raw["years"]),
        classes=tuple(raw["classes"]),
        scale_min=Decimal(raw["scale_min"]),
        scale_max=Decimal(raw["scale_max"]),
        weights={d["code"]: Fraction(d["weight"]) for d in raw["dimensions"]},
        bands=tuple(sorted(bands, key=lambda band: band.start, reverse=True)),
        places=raw["rounding"]["places"],
        visits_min=raw.get("visits_min", VISITS_MIN),
        inspectors_min=raw.get("inspectors_min", INSPECTORS_MIN),
        source=raw["source"],
    )
