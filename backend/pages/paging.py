"""Long lists on pages: the same keyset pages as the API's, with a link to the next one and back to the first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import IntegerField, Subquery
from django.http import HttpRequest

from backend.rest.paging import KeysetPages

COUNTED_MAX = 1000


@dataclass(frozen=True)
class Rows:
    """One page of a list. `next` and `first` are queries ("?after=…") or empty."""

    rows: list[Any]
    next: str
    first: str


def rows_of(request: HttpRequest, queryset: Any, ordering: tuple[str, ...], *, each: int = 50) -> Rows:
    """The rows after `?after=`, in this ordering (see KeysetPages). Raises PageUnknown."""
    pages = KeysetPages()
    query = request.GET.copy()
    query.pop("limit", None)
    found = pages.page_of(queryset, ordering, after=query.pop("after", [""])[0], limit=each)
    first = f"?{query.urlencode()}" if "after" in request.GET else ""
    if found.next:
        query["after"] = found.next
    return Rows(found.rows, f"?{query.urlencode()}" if found.next else "", first)


def bounded_count(queryset: Any) -> int:
    """How many rows, counted no further than COUNTED_MAX + 1: that many means "more than COUNTED_MAX"."""
    return int(queryset.order_by()[: COUNTED_MAX + 1].count())


class BoundedCount(Subquery):
    """As bounded_count, beside every row of a list: `BoundedCount(Order.objects.filter(unit=OuterRef("pk")))`."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) counted)"
    output_field = IntegerField()

    def __init__(self, queryset: Any) -> None:
        super().__init__(queryset.order_by().values("pk")[: COUNTED_MAX + 1])
