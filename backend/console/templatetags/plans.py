"""What the pages of the plan write: short days on a unit's clock, products by name."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import template
from django.utils.formats import date_format
from django.utils.translation import get_language

register = template.Library()


@register.filter
def on_day(moment: datetime | None, zone: str) -> str:
    """1 Des 2026, on that clock; an empty text for None."""
    return "" if moment is None else date_format(moment.astimezone(ZoneInfo(zone)).date(), "j M Y")


@register.filter
def product_name(product: Any) -> str:
    """In the reader's language."""
    return str(product.name_en if get_language() == "en" else product.name_id)
