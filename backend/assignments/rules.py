"""Orders: scenarios, windows, and the spacing of covert visits."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Scenario(StrEnum):
    INQUIRY = "inquiry"
    TRANSACTION = "transaction"


@dataclass(frozen=True)
class Window:
    """When a visit is to happen: two aware instants, the second excluded."""

    opens: datetime
    closes: datetime

    def holds(self, moment: datetime) -> bool:
        return self.opens <= moment < self.closes
