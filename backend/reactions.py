"""The table of consequences: what follows from which event. The only place where one room's deed starts
another room's work; every task is given the subject's id and may be run twice without harm."""

from collections.abc import Mapping, Sequence
from typing import Any

from backend.accounts.tasks import send_invitation
from backend.indicators.tasks import score_visit

REACTIONS: Mapping[str, Sequence[Any]] = {
    "person.invited": [send_invitation],
    "visit.accepted": [score_visit],
}
