"""table.txt, read: who may ask what, and what each of them is answered."""

import re
from dataclasses import dataclass
from pathlib import Path

from tests.backend.permissions.addresses import METHODS
from tests.backend.permissions.staging import PEOPLE

TABLE = Path(__file__).with_name("table.txt")


@dataclass(frozen=True)
class Row:
    """`written` is the address as it stands in the table. `answers` by person, at this address's own door. `other`:
    "session=401" when whoever asks by that door instead is told that; empty when both doors are alike."""

    written: str
    method: str
    answers: dict[str, str]
    other: str = ""

    @property
    def name(self) -> str:
        return f"{self.method} {self.written}"

    @property
    def pattern(self) -> str:
        """As in the map of addresses: without a query, and without what a name stands for here."""
        return re.sub(r"=\w+}", "}", self.written.partition("?")[0]).removeprefix("/")

    @property
    def address(self) -> str:
        """With a name of the staged world in every brace."""
        return "/" + re.sub(r"{\w+=", "{", self.written).removeprefix("/")

    @property
    def for_programs(self) -> bool:
        return self.written.startswith("api/v1/")

    @property
    def door(self) -> str:
        """Devices come to the API, browsers to pages and wherever a token means nothing."""
        return "token" if self.for_programs and not self.other.startswith("token") else "session"

    @property
    def elsewhere(self) -> str:
        return self.other.partition("=")[2]


def declared() -> list[Row]:
    lines = [line.split() for line in TABLE.read_text("utf-8").splitlines()]
    return [row for line in lines if line and not line[0].startswith("#") for row in rows_of(line)]


def rows_of(line: list[str]) -> list[Row]:
    written, methods, *rest = line
    size = 2 if rest[0].startswith("all=") else len(PEOPLE)
    answered, more = cells(rest[:size]), rest[size:]
    assert (set(answered), len(more) > 1) == (set(PEOPLE), False), f"table.txt: {' '.join(line)}"
    each = METHODS if methods == "ANY" else methods.split(",")
    return [Row(written, method, answered, "".join(more)) for method in each]


def cells(words: list[str]) -> dict[str, str]:
    """One for each of the cast in their order; or `all=200 nobody=in`."""
    if words[0].startswith("all="):
        everybody, nobody = (word.partition("=")[2] for word in words)
        return {**dict.fromkeys(PEOPLE, everybody), "nobody": nobody}
    return dict(zip(PEOPLE, words, strict=False))


def line_of(written: str, method: str, answers: dict[str, str], other: str = "") -> str:
    """A line as it stands in the table."""
    answered = " ".join(f"{answers[person]:<5}" for person in PEOPLE)
    return f"{written or '/':<80} {method:<12} {answered} {other}".rstrip()
