"""How figures are written on their pages: other bodies' scores as printed, promises, weights, bars."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from django import template
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from backend.indicators.rules import round_half_up
from backend.pages.templatetags.samar import points

register = template.Library()

COMPLETIONS: dict[str, Promise] = {
    "minutes": _("minutes"),
    "hours": _("hours"),
    "working_days": _("working days"),
}


@register.filter
def printed(digits: str) -> str:
    """The digits of a source as they were printed, with the reader's decimal mark."""
    return digits if get_language() == "en" else digits.replace(".", ",")


@register.filter
def completion(unit: str) -> str:
    """minutes, hours or working days."""
    return str(COMPLETIONS.get(unit, unit))


@register.filter
def bar_width(mean: Decimal | str | None) -> int:
    """A mean of 0 to 100, as whole pixels of a bar that is 100 wide."""
    return 0 if mean is None else int(Decimal(mean).to_integral_value())


@register.filter
def exactly(weight: Fraction | None) -> str:
    """A method's weight as it is written: 21,85."""
    return "–" if weight is None else points(round_half_up(weight))
