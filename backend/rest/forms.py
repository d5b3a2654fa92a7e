"""What clients may send: a form says it, `read` checks it."""

from typing import Any, cast

from rest_framework import serializers


class In(serializers.Serializer[Any]):
    """A body or a query. Members we do not know are ignored, so that newer clients are understood."""

    @classmethod
    def read(cls, sent: Any) -> dict[str, Any]:
        """The checked values by name. Raises DRF's ValidationError, which becomes `invalid`."""
        form = cls(data=sent)
        form.is_valid(raise_exception=True)
        return cast(dict[str, Any], form.validated_data)
