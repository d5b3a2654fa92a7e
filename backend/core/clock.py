"""The server's clock, named in one place so that a test can say which clock it moves."""

from datetime import UTC, datetime


def now() -> datetime:
    """The server's present instant, aware, in UTC."""
    return datetime.now(UTC)
