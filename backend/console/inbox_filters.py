"""What the inbox is asked for: filters as values, read from an address and written back into links. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any
from urllib.parse import urlencode

from backend.console.errors import UnknownFilter
from backend.people.rules import REGION_CODE
from backend.units.rules import UnitType

SEARCH_LENGTH_MAX = 100
REGIONS_LISTED_MAX = 40


class Tray(StrEnum):
    """Which visits, by where they stand."""

    AWAITING = "awaiting"
    RETURNED = "returned"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    ALL = "all"


CHOICES = {
    "state": [tray.value for tray in Tray],
    "flags": ["yes", "no"],
    "photos": ["missing"],
    "due": ["overdue"],
    "type": [kind.value for kind in UnitType],
}


@dataclass(frozen=True)
class Asked:
    """The filters that hold; "" is everything. `due` is only for visits that await a judgement."""

    state: str = Tray.AWAITING.value
    flags: str = ""
    photos: str = ""
    due: str = ""
    region: str = ""
    type: str = ""
    q: str = ""

    @classmethod
    def read(cls, query: Mapping[str, str]) -> Asked:
        """Raises UnknownFilter for what no link of ours can say."""
        said = {name: query[name].strip() for name in cls.__dataclass_fields__ if query.get(name, "").strip()}
        for name, choices in CHOICES.items():
            if name in said and said[name] not in choices:
                raise UnknownFilter(filter=name)
        if "region" in said and not REGION_CODE.fullmatch(said["region"]):
            raise UnknownFilter(filter="region")
        if len(said.get("q", "")) > SEARCH_LENGTH_MAX or "\x00" in said.get("q", ""):
            raise UnknownFilter(filter="q")
        asked = cls(**said)
        if asked.due and asked.tray is not Tray.AWAITING:
            raise UnknownFilter(filter="due")
        return asked

    @property
    def tray(self) -> Tray:
        return Tray(self.state)

    @property
    def query(self) -> str:
        """As part of an address: "?state=returned&q=…"; "" when nothing differs from the inbox as it opens."""
        usual = asdict(Asked())
        told = {name: value for name, value in asdict(self).items() if value != usual[name]}
        return f"?{urlencode(told)}" if told else ""

    @property
    def filtered(self) -> bool:
        return self != Asked(state=self.state)

    def but(self, **changes: str) -> Asked:
        """The same with other filters. Who leaves the waiting ones leaves the deadline behind."""
        changed = replace(self, **changes)
        return changed if changed.tray is Tray.AWAITING else replace(changed, due="")


@dataclass(frozen=True)
class Link:
    """A filter as a link. `here`: it holds now. `count` None is not counted."""

    title: Any
    query: str
    here: bool
    count: int | None = None


def toggle(asked: Asked, name: str, value: str, title: Any, count: int | None = None) -> Link:
    """A filter that a link switches on, and off again."""
    here = getattr(asked, name) == value
    return Link(title, asked.but(**{name: "" if here else value}).query or "?", here, count)


def regions_listed(regions: list[tuple[str, str]], chosen: str) -> list[tuple[str, str]]:
    """(code, name) of the regions to choose from: all when they are few, else provinces and what lies in the chosen
    one's province."""
    if len(regions) <= REGIONS_LISTED_MAX:
        return regions
    province = chosen.split(".")[0]
    return [(code, name) for code, name in regions if "." not in code or code.split(".")[0] == province]
