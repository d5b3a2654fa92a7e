"""What this phone knows of its own syncs: the last runs, the day's account, how reliable the line was, the budget."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from fieldsync.rules import Budget, spent_on
from fieldsync.store.database import Database

RUNS_KEPT = 10


class Ledger:
    """Small facts beside the records. Every method that changes something is durable when it returns."""

    def __init__(self, db: Database) -> None:
        self.db = db

    # Runs

    def begin_run(self, record: Mapping[str, Any]) -> int:
        """Write a run down before its first request: one that was killed can be seen, too. Returns its number."""
        with self.db.transaction():
            self.db.run("INSERT INTO runs (record) VALUES (?)", json.dumps(record))
            row = self.db.row("SELECT max(n) AS n FROM runs")
            number = int(row["n"]) if row else 0
            self.db.run("DELETE FROM runs WHERE n <= ?", number - RUNS_KEPT)
        return number

    def end_run(self, number: int, record: Mapping[str, Any], memory: Mapping[str, float]) -> None:
        """What became of a run, and what it learned of the line."""
        with self.db.transaction():
            self.db.run("UPDATE runs SET record = ? WHERE n = ?", json.dumps(record), number)
            self.db.set("line", json.dumps(memory))

    def runs(self) -> list[dict[str, Any]]:
        """The last ten runs, the newest first."""
        return [json.loads(row["record"]) for row in self.db.rows("SELECT record FROM runs ORDER BY n DESC")]

    # The line

    def line(self) -> dict[str, Any]:
        """What the last run learned of the line; {} before the first."""
        return self._mapping("line")

    # Money

    def spent(self, day: str) -> int:
        """Bytes spent on a day of this phone's calendar."""
        return self._account().get(day, 0)

    def spend(self, day: str, size: int) -> None:
        """So many bytes were spent on that day in all."""
        with self.db.transaction():
            self.db.set("spent", json.dumps(spent_on(self._account(), day, size)))

    def budget(self) -> Budget:
        """What the person allows; everything, until she says otherwise."""
        told = self._mapping("budget")
        limit = told.get("bytes_a_day")
        return Budget(
            bytes_a_day=limit if type(limit) is int and limit >= 0 else None,
            documents_only=told.get("documents_only") is True,
            documents_wait=told.get("documents_wait") is True,
        )

    def set_budget(self, budget: Budget) -> None:
        with self.db.transaction():
            self.db.set("budget", json.dumps(asdict(budget)))

    def _account(self) -> dict[str, int]:
        return {day: size for day, size in self._mapping("spent").items() if type(size) is int}

    def _mapping(self, key: str) -> dict[str, Any]:
        text = self.db.get(key)
        said = json.loads(text) if text else {}
        return said if isinstance(said, dict) else {}
