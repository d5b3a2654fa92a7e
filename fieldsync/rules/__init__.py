"""Decisions, as pure functions: no clock, no files, no network.

conditions  when an item is asked (twin of the server's; tried against tests/wire/conditions.json)
answers     whether a value can be so, what it scores, what a visit still lacks (item_scores, item_problems)
steps       what a sync does next, how long it waits, how large a piece is, what an HTTP answer means
"""

from fieldsync.rules.answers import (
    GAPS,
    NO_PHOTO_REASONS,
    Gap,
    expected_value,
    gaps_in,
    is_critical,
    photo_rule,
    score,
    scores,
    value_fits,
    value_from_words,
    value_wrong,
)
from fieldsync.rules.conditions import asked, facts_for, holds, is_asked, items_for, read_instrument
from fieldsync.rules.steps import (
    WAIT_SECONDS_MAX,
    Do,
    Piece,
    State,
    Step,
    after_sync,
    after_upload,
    lease_is_free,
    next_step,
    retry_after_seconds,
    smaller_batch,
    wait_seconds,
)

__all__ = [
    "GAPS",
    "NO_PHOTO_REASONS",
    "WAIT_SECONDS_MAX",
    "Do",
    "Gap",
    "Piece",
    "State",
    "Step",
    "after_sync",
    "after_upload",
    "asked",
    "expected_value",
    "facts_for",
    "gaps_in",
    "holds",
    "is_asked",
    "is_critical",
    "items_for",
    "lease_is_free",
    "next_step",
    "photo_rule",
    "read_instrument",
    "retry_after_seconds",
    "score",
    "scores",
    "smaller_batch",
    "value_fits",
    "value_from_words",
    "value_wrong",
    "wait_seconds",
]
