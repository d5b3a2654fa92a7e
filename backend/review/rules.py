"""Judgement: verdicts, grounds, and which decision may follow which state."""

from enum import StrEnum


class Verdict(StrEnum):
    ACCEPTED = "accepted"
    RETURNED = "returned"
    REJECTED = "rejected"
