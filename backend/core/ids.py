"""Names for things. Never sort or decide by the time inside an id: it comes from somebody's clock."""

from uuid import UUID

import uuid_utils


def uuid7() -> UUID:
    """A new UUID version 7 (RFC 9562)."""
    return UUID(bytes=uuid_utils.uuid7().bytes)
