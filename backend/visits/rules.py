"""Testimony: states of a visit and of a submission, and the doubts that are flags."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class VisitState(StrEnum):
    SUBMITTED = "submitted"
    RETURNED = "returned"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


class Slot(StrEnum):
    """What a submission is to its visit (protocol 6.6.1)."""

    CURRENT = "current"
    LATE = "late"
    QUARANTINED = "quarantined"


class Flag(StrEnum):
    OUTSIDE_WINDOW = "outside_window"
    TOO_QUICK = "too_quick"
    FAR_FROM_UNIT = "far_from_unit"
    NO_PLACE = "no_place"
    MOCK_PLACE = "mock_place"
    DOUBLED = "doubled"
    ODD_CLOCK = "odd_clock"
    MISSING_ANSWER = "missing_answer"
    MISSING_NOTE = "missing_note"
    MISSING_PHOTO = "missing_photo"
    FORBIDDEN_PHOTO = "forbidden_photo"
    UNKNOWN_PHOTO = "unknown_photo"
    BAD_PHOTO = "bad_photo"
    BAD_VALUE = "bad_value"
    OLD_CHECKLIST = "old_checklist"
    UNSIGNED = "unsigned"
    COVER_DOUBTED = "cover_doubted"
    FEE_DIFFERS = "fee_differs"


@dataclass(frozen=True)
class Doubt:
    """A flag and what it saw: JSON facts a coordinator can read (items, minutes, metres, seconds)."""

    flag: Flag
    saw: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {"flag": self.flag.value, "saw": self.saw}
