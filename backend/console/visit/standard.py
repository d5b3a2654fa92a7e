"""What was published beside what was observed: fee, waiting, completion. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Protocol

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from backend.checklists.answers import NUMBER_MAX
from backend.checklists.rules import Item, Type
from backend.pages.templatetags.samar import rupiah, whole

COMPLETION_UNITS: Mapping[str, Promise] = {
    "minutes": gettext_lazy("minutes"),
    "hours": gettext_lazy("hours"),
    "working_days": gettext_lazy("working days"),
}


class Promised(Protocol):
    """A published standard, as far as it is compared."""

    fee_rupiah: int | None
    wait_minutes: int | None
    completion_amount: int | None
    completion_unit: str


@dataclass(frozen=True)
class Beside:
    """One line. `verdict` says how the two differ; `tone` is a class of tags: good, bad, warn or "". `item` is the
    code of the item that told it, "" for marks."""

    what: str
    published: str
    observed: str
    verdict: str = ""
    tone: str = ""
    item: str = ""


def beside(
    standard: Promised | None,
    *,
    default_wait: Any,
    items: Iterable[Item],
    answers: Mapping[str, Any],
    marked_wait: int | None,
) -> list[Beside]:
    """Every comparison that something is known for: fees, waiting, completion.

    default_wait   minutes the checklist takes where the unit has published none
    marked_wait    minutes between ticket and call, by the inspector's marks
    """
    fees: list[Beside] = []
    waits: list[Beside] = []
    completions: list[Beside] = []
    for item in items:
        value = _value(answers.get(item.code))
        if item.type is Type.RUPIAH and _is_pair(value):
            fees.append(_fee(item, value, standard))
        elif item.type is Type.MINUTES and _is_number(value):
            waits.append(_wait(_("Waiting, as answered"), value, standard, default_wait, item.code))
        elif item.type is Type.DURATION and _is_pair(value):
            completions.append(_completion(item, value, standard))
    if marked_wait is not None:
        waits.append(_wait(_("Waiting, by the marks"), marked_wait, standard, default_wait))
    return [*fees, *waits, *completions] or _promises(standard)


def completion_words(standard: Promised) -> str:
    """15 minutes, 3 working days; "" when none is published."""
    if standard.completion_amount is None:
        return ""
    unit = COMPLETION_UNITS.get(standard.completion_unit, standard.completion_unit)
    return f"{whole(standard.completion_amount)} {unit}"


def _promises(standard: Promised | None) -> list[Beside]:
    """What is published, when nothing was observed to compare it with."""
    if standard is None:
        return []
    said = [
        (_("Fee"), rupiah(standard.fee_rupiah)),
        (_("Waiting"), _minutes(standard.wait_minutes) if standard.wait_minutes is not None else ""),
        (_("Completion"), completion_words(standard)),
    ]
    return [Beside(what, published, "") for what, published in said if published]


def _fee(item: Item, value: list[Any], standard: Promised | None) -> Beside:
    official = standard.fee_rupiah if standard else None
    asked, told = value
    observed = _("%(amount)s asked") % {"amount": rupiah(asked)}
    if told is not None:
        observed += "; " + _("%(amount)s named as official") % {"amount": rupiah(told)}
    line = {"what": _("Fee"), "published": rupiah(official), "observed": observed, "item": item.code}
    if official is None:
        return Beside(**line)
    if asked > official:
        more = _("%(amount)s more than is published") % {"amount": rupiah(asked - official)}
        return Beside(**line, verdict=more, tone="bad")
    if told is not None and told != official:
        return Beside(**line, verdict=_("another official fee was named"), tone="warn")
    if asked < official:
        less = _("%(amount)s less than is published") % {"amount": rupiah(official - asked)}
        return Beside(**line, verdict=less)
    return Beside(**line, verdict=_("as published"), tone="good")


def _wait(what: str, minutes: Any, standard: Promised | None, default: Any, item: str = "") -> Beside:
    own = standard.wait_minutes if standard else None
    promised = own if own is not None else default
    line = {"what": what, "observed": _minutes(minutes), "item": item}
    if promised is None:
        return Beside(**line, published="")
    published = _minutes(promised)
    if own is None:
        published = _("%(minutes)s, the checklist's own measure") % {"minutes": published}
    if minutes > promised:
        more = _("%(minutes)s longer") % {"minutes": _minutes(minutes - promised)}
        return Beside(**line, published=published, verdict=more, tone="bad")
    return Beside(**line, published=published, verdict=_("within it"), tone="good")


def _completion(item: Item, value: list[Any], standard: Promised | None) -> Beside:
    """The inspector wrote both numbers in one unit of her choice, which is not told; so they stand beside ours."""
    actual, announced = value
    line = {"what": _("Completion"), "published": completion_words(standard) if standard else ""}
    observed = _("%(actual)s, where %(published)s was announced") % {
        "actual": _plain(actual),
        "published": _plain(announced) if announced is not None else "–",
    }
    if announced is None:
        return Beside(**line, observed=observed, item=item.code)
    late = actual > announced
    verdict, tone = (_("later than announced"), "bad") if late else (_("as announced"), "good")
    return Beside(**line, observed=observed, item=item.code, verdict=verdict, tone=tone)


def _minutes(count: Any) -> str:
    number = _plain(count)
    return ngettext("%(number)s minute", "%(number)s minutes", 1 if count == 1 else 2) % {"number": number}


def _plain(number: Any) -> str:
    exact = Fraction(repr(number)) if isinstance(number, float) else Fraction(number)
    return whole(int(exact)) if exact.denominator == 1 else f"{float(exact):g}"


def _value(answer: Any) -> Any:
    if not isinstance(answer, Mapping) or answer.get("na") is True:
        return None
    return answer.get("value")


def _is_pair(value: Any) -> bool:
    return (
        isinstance(value, list)
        and len(value) == 2
        and _is_number(value[0])
        and (value[1] is None or _is_number(value[1]))
    )


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= NUMBER_MAX
