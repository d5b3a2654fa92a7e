"""Where rows and bytes are kept: SQLite and the disk, or a real PostgreSQL and a real S3 store, empty each time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import psycopg

from tests import postgres
from tests.seaweed import Seaweed


@dataclass
class Places:
    """The servers behind the server; each is started when it is first asked for and lives to the end of the block."""

    folder: Path
    held: ExitStack
    postgres: str = ""
    seaweed: Seaweed | None = None

    def database(self, kind: str) -> str:
        """An address of a new, empty database; "" for SQLite."""
        if kind == "sqlite":
            return ""
        if not self.postgres:
            self.postgres = self.held.enter_context(postgres.server())
        name = f"simulation_{uuid4().hex[:12]}"
        with psycopg.connect(self.postgres, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"')
        self.held.callback(self._drop, name)
        return urlunsplit(urlsplit(self.postgres)._replace(path=f"/{name}"))

    def store(self, kind: str) -> dict[str, str]:
        """Variables of an empty store; none for the disk."""
        if kind == "disk":
            return {}
        if not self.seaweed:
            self.seaweed = self.held.enter_context(Seaweed(self.folder / "seaweed"))
            return self.seaweed.environment
        return self.seaweed.another_bucket()

    def _drop(self, name: str) -> None:
        with psycopg.connect(self.postgres, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@contextmanager
def places(folder: Path) -> Iterator[Places]:
    """Raises what PostgreSQL and the store raise when they cannot start here."""
    with ExitStack() as held:
        yield Places(folder, held)
