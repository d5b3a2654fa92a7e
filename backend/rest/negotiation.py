"""What an answer is made of."""

from typing import Any

from rest_framework.negotiation import BaseContentNegotiation


class AsItIs(BaseContentNegotiation):
    """The same answer whatever the client says it accepts: a picture is a picture, and a phone reads our JSON."""

    def select_parser(self, request: Any, parsers: Any) -> Any:
        return parsers[0]

    def select_renderer(self, request: Any, renderers: Any, format_suffix: Any = None) -> Any:
        return renderers[0], renderers[0].media_type
