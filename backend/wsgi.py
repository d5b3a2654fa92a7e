"""The WSGI application, for waitress on one machine and for granian at scale.

Between Django and either server stand two promises of this file: whoever sends a body gets an answer, also when it
is refused unread, and an answer leaves in one piece, so that the connection stays good for the next request.
"""

import os
import time
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.settings")
django = get_wsgi_application()

from backend.feed.actions import check_timeline  # noqa: E402  (Django has to be ready)

start = cache(check_timeline)  # once a process, before its first answer

READ_BYTES = 64 * 1024
# A piece has at most 1 MiB. Who sends far more, or for ever, is cut off and knows nothing but a broken line.
DRAINED_BYTES_MAX = 64 * 1024 * 1024
DRAINED_SECONDS_MAX = 10


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Django's answer, once the rest of the request is off the line; a list of bytes unless it is a stream.

    A server that answers and closes while bytes are still coming makes the network throw the answer away: many
    clients then see a broken pipe, and would send the same again for ever.
    """
    start()
    body = environ["wsgi.input"] = Body(environ["wsgi.input"], environ.get("CONTENT_LENGTH"))
    answer = django(environ, start_response)
    body.drain()
    if getattr(answer, "streaming", True):
        return answer
    try:
        # Not every server holds the body of an answer to HEAD back; sent, it would pass for the next answer.
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [b"".join(answer)]
    finally:
        answer.close()  # here: the server's thread may be another one than that of the database connection


class Body:
    """A request's body that knows how much of it was read."""

    def __init__(self, stream: Any, announced: str | None) -> None:
        self.stream = stream
        self.left = int(announced) if announced and announced.isdecimal() else 0

    def read(self, size: int = -1) -> bytes:
        return self._counted(self.stream.read(size))

    def readline(self, size: int = -1) -> bytes:
        return self._counted(self.stream.readline(size))

    def drain(self) -> None:
        """Read what is left and throw it away, until its end, a broken line, or that is enough."""
        enough, until = max(self.left - DRAINED_BYTES_MAX, 0), time.monotonic() + DRAINED_SECONDS_MAX
        try:
            while self.left > enough and time.monotonic() < until:
                if not self.read(min(READ_BYTES, self.left)):
                    return
        except OSError:
            self.left = 0

    def _counted(self, content: bytes) -> bytes:
        self.left -= len(content)
        return content
