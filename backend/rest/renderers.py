"""JSON as UTF-8, not ASCII-escaped."""

from typing import Any

from rest_framework.renderers import JSONRenderer


class JSON(JSONRenderer):
    charset = None
    ensure_ascii = False

    def render(self, data: Any, accepted_media_type: Any = None, renderer_context: Any = None) -> bytes:
        """Testimony may hold half a letter (a lone surrogate), which UTF-8 has no bytes for: then all is escaped."""
        try:
            return super().render(data, accepted_media_type, renderer_context)
        except UnicodeEncodeError:
            return _Escaped().render(data, accepted_media_type, renderer_context)


class _Escaped(JSONRenderer):
    charset = None
    ensure_ascii = True
