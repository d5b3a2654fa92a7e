"""Decisions, as pure functions: no clock, no files, no network.

conditions  when an item is asked (twin of the server's; tried against tests/wire/conditions.json)
answers     whether a value can be so, what it scores, what a visit still lacks (item_scores, item_problems)
steps       what a sync does next, how long it waits, what an HTTP answer means
pieces      how large the next piece of a photo is
budget      what may be spent on the line
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
from fieldsync.rules.budget import Budget, spent_on
from fieldsync.rules.conditions import asked, facts_for, holds, is_asked, items_for, read_instrument
from fieldsync.rules.pieces import PIECE_BYTES_MIN, Piece, remembered_piece
from fieldsync.rules.steps import (
    WAIT_SECONDS_MAX,
    Do,
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
    "PIECE_BYTES_MIN",
    "WAIT_SECONDS_MAX",
    "Budget",
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
    "remembered_piece",
    "retry_after_seconds",
    "score",
    "scores",
    "smaller_batch",
    "spent_on",
    "value_fits",
    "value_from_words",
    "value_wrong",
    "wait_seconds",
]
