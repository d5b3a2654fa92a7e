"""What pages write in the reader's manner: moments on a place's clock, rupiah, zones; and what forms always carry."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django import template
from django.utils.formats import date_format, number_format
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from backend.core.ids import uuid7
from backend.pages.kept import signed

register = template.Library()

CLOCKS = {"Asia/Jakarta": "WIB", "Asia/Pontianak": "WIB", "Asia/Makassar": "WITA", "Asia/Jayapura": "WIT"}
DEFAULT_ZONE = "Asia/Jakarta"
# Each zone differs from the others by colour, shape and letter: whoever cannot see one sees another.
SHAPES = {"hijau": "●", "kuning": "▲", "merah": "■", "": "◇"}

CLASSES: dict[str, Promise] = {
    "pemda": gettext_lazy("Regional governments"),
    "polres": gettext_lazy("Police (Polres)"),
    "kantah": gettext_lazy("Land offices"),
    "samsat": gettext_lazy("Samsat"),
    "mpp": gettext_lazy("Public service malls"),
}
PARTS_OF_A_YEAR = {
    "S1": gettext_lazy("first half of %(year)s"),
    "S2": gettext_lazy("second half of %(year)s"),
    "Q1": gettext_lazy("first quarter of %(year)s"),
    "Q2": gettext_lazy("second quarter of %(year)s"),
    "Q3": gettext_lazy("third quarter of %(year)s"),
    "Q4": gettext_lazy("fourth quarter of %(year)s"),
}


@register.filter
def on_clock(moment: datetime | None, zone: str = DEFAULT_ZONE) -> str:
    """29 November 2026 14.05 WITA; an empty text for None."""
    if moment is None:
        return ""
    local = moment.astimezone(ZoneInfo(zone or DEFAULT_ZONE))
    clock = CLOCKS.get(zone or DEFAULT_ZONE, "")
    return f"{date_format(local.date(), 'j F Y')} {_hour(local)} {clock}".strip()


@register.filter
def hour(moment: datetime | None, zone: str = DEFAULT_ZONE) -> str:
    """14.05 on that clock."""
    return "" if moment is None else _hour(moment.astimezone(ZoneInfo(zone or DEFAULT_ZONE)))


@register.filter
def clock_name(zone: str) -> str:
    """WIB, WITA or WIT."""
    return CLOCKS.get(zone, "")


@register.filter
def day(value: date | datetime | None) -> str:
    """29 November 2026; an empty text for None."""
    return "" if value is None else date_format(value, "j F Y")


@register.filter
def period(name: str) -> str:
    """A period in words: 2026, first half of 2026, second quarter of 2026, March 2026."""
    year, _dash, part = name.partition("-")
    if not part:
        return year
    if part in PARTS_OF_A_YEAR:
        return str(PARTS_OF_A_YEAR[part]) % {"year": year}
    return date_format(date(int(year), int(part), 1), "F Y")


@register.filter
def rupiah(amount: int | None) -> str:
    """Rp 100.000, or Rp 100,000 in English; an empty text for None."""
    return "" if amount is None else f"Rp {number_format(amount, use_l10n=True, force_grouping=True)}"


@register.filter
def points(value: Decimal | None) -> str:
    """54,75: a score as published, two decimals; a dash where there is none."""
    return "–" if value is None else number_format(value, 2, use_l10n=True)


@register.filter(name="signed")
def with_sign(change: Decimal | None) -> str:
    """+3,20 or −1,10 or 0,00: a change of a score; a dash where nothing can be compared."""
    if change is None:
        return "–"
    sign = "+" if change > 0 else "−" if change < 0 else ""
    return f"{sign}{points(abs(change))}"


@register.filter
def class_name(klass: str) -> str:
    """Regional governments; an unknown class by its code."""
    return str(CLASSES.get(klass, klass))


@register.filter
def whole(value: int | None) -> str:
    """12.959, or 12,959 in English; an empty text for None."""
    return "" if value is None else number_format(value, use_l10n=True, force_grouping=True)


@register.filter
def said(words: Any) -> str:
    """A text kept in both languages ({"id", "en"} or an instrument's Words) in the reader's."""
    language = "en" if get_language() == "en" else "id"
    text = words.get(language, "") if isinstance(words, dict) else getattr(words, language, "")
    return str(text)


@register.simple_tag
def zone_badge(zone: str, category: str = "") -> SafeString:
    """A zone by colour, shape, word and letter; or that there is not enough data."""
    words = f"{zone} {category}".strip() if zone else _("not enough data")
    kind = zone or "none"
    shape = SHAPES.get(zone, SHAPES[""])
    return format_html(
        '<span class="zone zone-{}"><span aria-hidden="true">{}</span> {}</span>', kind, shape, words
    )


@register.simple_tag(takes_context=True)
def who(context: dict[str, Any], page: str = "") -> SafeString:
    """Hidden fields of a form with something to type: who fills it in, and which page shows it again (this one, unless
    another is named), should the session end before it is sent (backend/pages/kept.py)."""
    request = context["request"]
    return format_html(
        '<input type="hidden" name="who" value="{}"><input type="hidden" name="page" value="{}">',
        signed(request.user),
        page or request.get_full_path(),
    )


@register.simple_tag
def new_id() -> str:
    """A name for what a form will make: sent twice it is made once."""
    return str(uuid7())


def _hour(local: datetime) -> str:
    return local.strftime("%H:%M" if get_language() == "en" else "%H.%M")
