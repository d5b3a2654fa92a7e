"""A page: one table of an instrument file, read key by key. What is wrong is noted, and reading goes on, so
that an author hears of everything at once."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from backend.checklists.refusals import Refusal, refusal

TEXT_MAX = 2_000
LIST_MAX = 200

LANGUAGES = {"id": ("Indonesian", "bahasa Indonesia"), "en": ("English", "bahasa Inggris")}
ITEM_CODE = r"[A-Z0-9]{1,8}(\.[A-Z0-9]{1,8}){0,3}"
OPTION_CODE = r"[a-z0-9_]{1,40}"
DECIMAL = re.compile(r"[0-9]{1,9}(\.[0-9]{1,6})?")


def plain(number: int | Decimal) -> str:
    """A number as the published text writes it: no exponent, no trailing zeros."""
    text = format(Decimal(number), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


class Page:
    """`file` and `item` go into every refusal; `raw` is what tomllib or json made of the table."""

    def __init__(self, raw: object, *, file: str, item: str, refusals: list[Refusal]) -> None:
        self.file, self.item, self.refusals = file, item, refusals
        self.raw: dict[str, Any] = raw if isinstance(raw, dict) else {}
        if not isinstance(raw, dict):
            self.refuse("table-expected", key=item or ("the file", "berkas"))

    def refuse(self, code: str, /, **facts: object) -> None:
        self.refusals.append(refusal(code, file=self.file, item=self.item, **facts))

    def allow(self, keys: Iterable[str]) -> None:
        """Note every key that is not one of these."""
        for key in sorted(set(self.raw) - set(keys)):
            self.refuse("key-unknown", key=key)

    def text(self, key: str, most: int = TEXT_MAX) -> str:
        value = self.raw.get(key)
        if value is None:
            self.refuse("text-missing", key=key)
        elif not _is_text(value, most):
            self.refuse("text-bad", key=key, most=most)
        else:
            return str(value)
        return ""

    def words(self, key: str) -> dict[str, str]:
        """A text in both languages: {"id": …, "en": …}."""
        raw = self.raw.get(key)
        if not isinstance(raw, dict):
            self.refuse("text-missing" if raw is None else "table-expected", key=key)
            return {"id": "", "en": ""}
        for unknown in sorted(set(raw) - set(LANGUAGES)):
            self.refuse("key-unknown", key=f"{key}.{unknown}")
        for language, name in LANGUAGES.items():
            if raw.get(language) is None or raw[language] == "":
                self.refuse("translation-missing", key=key, language=name)
            elif not _is_text(raw[language], TEXT_MAX):
                self.refuse("text-bad", key=f"{key}.{language}", most=TEXT_MAX)
        return {language: str(raw.get(language)) for language in LANGUAGES}

    def code(self, key: str, pattern: str) -> str:
        value = self.raw.get(key)
        if value is None:
            self.refuse("text-missing", key=key)
        elif not isinstance(value, str) or not re.fullmatch(pattern, value):
            self.refuse("code-bad", key=key, value=repr(value)[:60], pattern=pattern)
        else:
            return value
        return ""

    def one_of(self, key: str, known: Iterable[str]) -> str:
        value = self.raw.get(key)
        if isinstance(value, str) and value in (known := tuple(known)):
            return value
        self.refuse("value-unknown", key=key, value=repr(value)[:60], known=", ".join(known))
        return ""

    def truth(self, key: str) -> bool:
        value = self.raw.get(key, False)
        if not isinstance(value, bool):
            self.refuse("truth-bad", key=key)
        return value is True

    def number(self, key: str, *, low: int = 0, high: int = 100) -> Decimal | None:
        """A number within limits; TOML writes it as a number, the published text as a string of digits."""
        value = _decimal(self.raw.get(key))
        if value is None or not low <= value <= high:
            self.refuse("number-bad", key=key, low=low, high=high)
            return None
        return value

    def whole(self, key: str, *, low: int, high: int) -> int:
        """A count, which the published text writes as a number."""
        value = self.raw.get(key)
        if isinstance(value, int) and not isinstance(value, bool) and low <= value <= high:
            return value
        self.refuse("number-bad", key=key, low=low, high=high)
        return low

    def listed(self, key: str, most: int = LIST_MAX) -> list[Any]:
        """A list of 1 to `most`, whatever it holds."""
        value = self.raw.get(key)
        if isinstance(value, list) and 1 <= len(value) <= most:
            return value
        self.refuse("list-expected", key=key, most=most)
        return []

    def pages(self, key: str, most: int = LIST_MAX) -> list[Page]:
        """A list of tables that belong to this page's item, such as its options."""
        return [
            Page(raw, file=self.file, item=self.item, refusals=self.refusals)
            for raw in self.listed(key, most)
        ]

    def coded_pages(self, key: str) -> list[Page]:
        """A list of tables with a code each, under which they are named from here on."""
        pages = self.pages(key)
        for place, page in enumerate(pages):
            code = page.raw.get("code")
            named = isinstance(code, str) and re.fullmatch(ITEM_CODE, code)
            page.item = str(code) if named else f"{self.item} {key}[{place}]".strip()
        return pages


def _decimal(value: object) -> Decimal | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int) and abs(value) < 10**9:
        return Decimal(value)
    if isinstance(value, Decimal) and value.is_finite() and -6 <= value.as_tuple().exponent <= 6:  # type: ignore[operator]
        return value + 0 if abs(value) < 10**9 else None  # + 0: there is no minus zero
    if isinstance(value, str) and DECIMAL.fullmatch(value):
        return Decimal(value)
    return None


def _is_text(value: object, most: int) -> bool:
    return (
        isinstance(value, str)
        and len(value) <= most
        and value.strip() != ""
        and all(line.isprintable() for line in value.split("\n"))
    )
