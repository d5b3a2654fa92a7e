"""Lists: always bounded, paged by key, so that page 4,000 costs what page 1 does."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from functools import reduce
from typing import Any

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import Field, Model, Q
from rest_framework.pagination import BasePagination
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from backend.rest.errors import PageUnknown

ROWS_PER_PAGE = 50
ROWS_PER_PAGE_MAX = 200


@dataclass(frozen=True)
class Page:
    """Some rows, and the key of the last one when more follow; else ""."""

    rows: list[Any]
    next: str


class KeysetPages(BasePagination):
    """`?limit=` (at most 200) and `?after=` (opaque).

    A view says its `ordering` in fields that are never null, the last of them unique. The key is the whole
    tuple: ten thousand orders that open on the same Monday still come once each.
    """

    ordering: tuple[str, ...] = ("-pk",)

    def paginate_queryset(self, queryset: Any, request: Any, view: Any = None) -> list[Any]:
        self.request = request
        said = getattr(view, "ordering", self.ordering)
        ordering = (said,) if isinstance(said, str) else tuple(said)
        limit = self._limit(request.query_params.get("limit", ""))
        found = self.page_of(queryset, ordering, after=request.query_params.get("after", ""), limit=limit)
        self.next = found.next
        return found.rows

    def page_of(self, queryset: Any, ordering: tuple[str, ...], *, after: str, limit: int) -> Page:
        """The rows after a key. Raises PageUnknown."""
        self.ordering = ordering
        if after:
            queryset = queryset.filter(self._beyond(after, queryset.model))
        rows = list(queryset.order_by(*ordering)[: limit + 1])
        return Page(rows[:limit], self._token(rows[limit - 1]) if len(rows) > limit else "")

    def get_paginated_response(self, data: Any) -> Response:
        return Response({"results": data, "next": self._next_link()})

    def _limit(self, text: str) -> int:
        asked = int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else ROWS_PER_PAGE
        return max(1, min(asked, ROWS_PER_PAGE_MAX))

    def _next_link(self) -> str | None:
        if not self.next:
            return None
        return replace_query_param(self.request.build_absolute_uri(), "after", self.next)

    def _token(self, last: Any) -> str:
        key = [_text(last, name.lstrip("-")) for name in self.ordering]
        return urlsafe_b64encode(json.dumps(key).encode()).rstrip(b"=").decode()

    def _beyond(self, token: str, model: type[Model]) -> Q:
        """Rows after the key: those whose first differing field lies further in its direction."""
        beyond, same = Q(pk__in=[]), Q()
        for name, value in zip(self.ordering, self._key(token, model), strict=True):
            field = name.lstrip("-")
            further = f"{field}__lt" if name.startswith("-") else f"{field}__gt"
            beyond |= same & Q(**{further: value})
            same &= Q(**{field: value})
        return beyond

    def _key(self, token: str, model: type[Model]) -> list[Any]:
        """The values in a token; whoever made it, they are of the fields' types. Raises PageUnknown."""
        try:
            key = json.loads(urlsafe_b64decode(token + "=" * (-len(token) % 4)))
            if not isinstance(key, list) or len(key) != len(self.ordering) or "\x00" in "".join(key):
                raise PageUnknown()
            fields = [_field(model, name.lstrip("-")) for name in self.ordering]
            return [field.to_python(text) for field, text in zip(fields, key, strict=True)]
        except (ValueError, TypeError, OverflowError, RecursionError, ValidationError):
            raise PageUnknown() from None

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        limit = {"type": "integer", "minimum": 1, "maximum": ROWS_PER_PAGE_MAX, "default": ROWS_PER_PAGE}
        after = "Where the page before this one ended; taken from its `next`"
        return [
            {"name": "limit", "in": "query", "description": "Rows a page", "schema": limit},
            {"name": "after", "in": "query", "description": after, "schema": {"type": "string"}},
        ]

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        return {
            "type": "object",
            "required": ["results", "next"],
            "properties": {
                "results": schema,
                "next": {"type": "string", "nullable": True, "format": "uri"},
            },
        }


def _text(row: Any, path: str) -> str:
    value = reduce(getattr, path.split("__"), row)
    return str(value.isoformat() if hasattr(value, "isoformat") else value)


def _field(model: type[Model], path: str) -> Field[Any, Any]:
    """The field a path such as `unit__code` or `pk` names."""
    *steps, last = path.split("__")
    for step in steps:
        related = model._meta.get_field(step).related_model
        if not isinstance(related, type):
            raise FieldDoesNotExist(path)
        model = related
    found = model._meta.pk if last == "pk" else model._meta.get_field(last)
    if not isinstance(found, Field):
        raise FieldDoesNotExist(path)
    return found
