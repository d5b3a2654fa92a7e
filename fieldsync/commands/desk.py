"""Where a command works: the records, a language, and two places to write to."""

from __future__ import annotations

import argparse
import json
from contextlib import ExitStack
from typing import Any

from rich.console import Console

from fieldsync import errors
from fieldsync.engine import Engine, open_engine

DONE, PROBLEM, USAGE, WAITS, SIGN_IN, INTERRUPTED = 0, 1, 2, 3, 4, 130
SIGN_IN_CODES = {"not-signed-in", "sign-in-again"}
TAIL_LETTERS_MIN = 4


class Desk(ExitStack):
    """Where a command works: the records, a language, and two places to write to."""

    def __init__(self, options: argparse.Namespace, language: str) -> None:
        super().__init__()
        self.options, self.language = options, language
        # What people wrote is shown as they wrote it: no markup, no emoji codes.
        self.out = Console(highlight=False, markup=False, emoji=False, soft_wrap=True)
        self.err = Console(stderr=True, highlight=False, markup=False, emoji=False, soft_wrap=True)

    def say(self, indonesian: str, english: str) -> str:
        return indonesian if self.language == "id" else english

    def complain(self, words: str) -> None:
        self.err.print(words, style="bold")

    def print(self, words: str) -> None:
        self.out.print(words)

    def print_json(self, value: Any) -> None:
        self.print(json.dumps(value, ensure_ascii=False, indent=2))

    def phone(self) -> Engine:
        """The records of whoever signed in last, or of --server and --user."""
        engine = open_engine(self.options.home, self.options.server, self.options.user)
        self.callback(engine.close)
        return engine

    def visit(self, engine: Engine, word: str) -> str:
        """A visit by its number in the list, its id, the end of its id, or its unit's code. Raises NoSuchVisit."""
        listed = engine.visits()
        if word.isdecimal() and 1 <= int(word) <= len(listed):
            return listed[int(word) - 1].visit.id
        ids = [each.visit.id for each in listed]
        tails = [name for name in ids if len(word) >= TAIL_LETTERS_MIN and name.endswith(word.lower())]
        units = [
            each.visit.id for each in listed if str(each.visit.unit.get("code", "")).lower() == word.lower()
        ]
        for found in (tails, units):
            if len(found) == 1:
                return found[0]
        raise errors.NoSuchVisit(visit=word)
