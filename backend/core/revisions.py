"""Revisions: a thing that people edit counts its changes, and whoever edits may say which count she saw."""

from typing import TypeAlias

from backend.core.errors import ChangedMeanwhile

# The revisions under which an edit may be made; None when whoever edits did not say.
Expected: TypeAlias = frozenset[int] | None


def check_rev(rev: int | None, expected: Expected) -> None:
    """Called under the lock of what is edited, whose revision is `rev`; None when there is no such thing yet.

    Raises ChangedMeanwhile.
    """
    if expected is not None and rev not in expected:
        raise ChangedMeanwhile(**({} if rev is None else {"rev": rev}))
