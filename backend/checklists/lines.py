"""Where in a file a reason stands. TOML and JSON readers keep no positions, so the text is searched for the table that
bears the code, and below it for the key. A line that is near is better than none."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace

from backend.checklists.refusals import Refusal

_TOLD = re.compile(r"\(?at line (\d+), column \d+\)?")
_PLACE = re.compile(
    r"(?P<parent>.*?) ?(?P<list>[a-z]+)\[(?P<place>\d+)\]"
)  # an item without a code: "I1 items[3]"
_TABLE = re.compile(r"^\s*\[{1,2}[^\[\]\n]+\]{1,2}\s*(?:#.*)?$")
_TABLE_CODES = "code|dimension|variant|indicator"


def placed(refusals: list[Refusal], files: Mapping[str, bytes]) -> list[Refusal]:
    """The same reasons in the same order, each with its line."""
    texts = {name: content.decode("utf-8", "replace").split("\n") for name, content in files.items()}
    return [_placed(one, texts.get(one.file)) for one in refusals]


def line_told(error: Exception, content: bytes) -> int:
    """The line a reader names in what it raised; 0 when it names none."""
    if isinstance(error, json.JSONDecodeError):
        return error.lineno
    if isinstance(error, UnicodeDecodeError):
        return content.count(b"\n", 0, error.start) + 1
    if told := _TOLD.search(str(error)):
        return int(told[1])
    return content.count(b"\n") + 1 if "end of document" in str(error) else 0


def line_of(lines: list[str], item: str, key: str = "", *, last: bool = False) -> int:
    """The line of a key below the code of an item; of the code when the key is not there; 0 when neither is. With
    `last`, the code's last place: what is used twice is wrong there."""
    begin = _line_of_item(lines, item, last=last)
    if begin is None:
        return 0
    wanted = re.compile(rf"""^\s*["']?{re.escape(key.split(".")[0])}["']?\s*[=:]""") if key else None
    for number in range(begin, len(lines)) if wanted else ():
        if number > begin and _TABLE.match(lines[number]):
            break
        if wanted is not None and wanted.match(lines[number]):
            return number + 1
    return begin + 1


def _placed(one: Refusal, lines: list[str] | None) -> Refusal:
    if lines is None or one.line:
        return one
    return replace(one, line=line_of(lines, one.item, one.key, last=one.code == "code-twice"))


def _line_of_item(lines: list[str], item: str, *, last: bool) -> int | None:
    """Where the table of an item begins, counted from 0; the top of the file for no item."""
    if not item:
        return 0
    if counted := _PLACE.fullmatch(item):
        return _line_of_place(lines, counted["parent"], counted["list"], int(counted["place"]))
    named = re.compile(rf"""^\s*[{{\[]*\s*["']?(?:{_TABLE_CODES})["']?\s*[=:]\s*["']{re.escape(item)}["']""")
    inside = re.compile(rf"""["']?(?:{_TABLE_CODES})["']?\s*[=:]\s*["']{re.escape(item)}["']""")
    table = re.compile(rf"^\s*\[{re.escape(item)}\]")
    for wanted in (named, table, inside):
        found = [number for number, line in enumerate(lines) if wanted.search(line)]
        if found:
            return found[-1 if last else 0]
    return None


def _line_of_place(lines: list[str], parent: str, name: str, place: int) -> int | None:
    """The head of the n-th table of a list below its parent."""
    begin = _line_of_item(lines, parent, last=False)
    head = re.compile(rf"^\s*\[\[(?:[\w.-]+\.)?{re.escape(name)}\]\]")
    heads = [number for number in range(begin or 0, len(lines)) if head.match(lines[number])]
    return heads[place] if place < len(heads) else begin
