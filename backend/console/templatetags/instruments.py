"""What pages about checklists write."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from django import template
from django.utils.formats import number_format
from django.utils.translation import get_language

from backend.checklists.comparing import number
from backend.checklists.rules import Words

register = template.Library()


@register.filter
def percent(value: Fraction) -> str:
    """A weight as it is written, with the reader's decimal sign."""
    return number_format(number(value), use_l10n=True)


@register.filter
def entry(names: Mapping[str, Any], key: str) -> str:
    """What a table of names says of a key; the key itself when it says nothing."""
    return str(names.get(key, key))


@register.filter
def other(words: Words) -> str:
    """A text in the language that the reader does not read, where only that one changed."""
    return words.id if get_language() == "en" else words.en
