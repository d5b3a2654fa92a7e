"""What the demo prints: plain tables of a fixed width, the same for the same seed."""

import sys
from collections.abc import Iterable
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

WIDTH = 112
INSUFFICIENT = "data belum cukup"


def printer() -> Console:
    """Tables go to standard output, without colours and of one width, so that two runs can be compared."""
    return Console(file=sys.stdout, width=WIDTH, no_color=True, highlight=False, force_terminal=False)


def decimal(text: str | None) -> str:
    """A number in the Indonesian manner: 54,75."""
    return "" if text is None else text.replace(".", ",")


def zone(row: dict[str, Any]) -> str:
    return f"{row['zone']} {row['category']}" if row["enough"] else INSUFFICIENT


def rank(row: dict[str, Any]) -> str:
    return f"{row['rank']}/{row['of']}" if row["rank"] else ""


def results(out: Console, title: str, rows: Iterable[dict[str, Any]], *, of_what: str) -> None:
    """Values with n and spread; what lacks evidence says so and has no zone."""
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column(of_what, width=46, no_wrap=True)
    for head in ("n", "nilai", "simpangan"):
        table.add_column(head, justify="right")
    table.add_column("zona", no_wrap=True)
    table.add_column("peringkat", justify="right")
    table.add_column("kritis", justify="right")
    for row in rows:
        table.add_row(
            row["name"],
            str(row["n"]),
            decimal(row["value"]),
            decimal(row["spread"]),
            zone(row),
            rank(row),
            str(row["critical"] or ""),
        )
    out.print(table)


def counts(out: Console, title: str, pairs: Iterable[tuple[str, object]]) -> None:
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False, show_header=False)
    table.add_column(width=58)
    table.add_column(justify="right")
    for words, number in pairs:
        table.add_row(words, f"{number:,}".replace(",", ".") if isinstance(number, int) else str(number))
    out.print(table)
