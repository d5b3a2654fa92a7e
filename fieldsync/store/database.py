"""SQLite, and the only place that knows it: strict transactions, forms of the schema, errors in our own words."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from threading import RLock
from typing import Any

from fieldsync.errors import NewerStore, Problem, StoreBroken, StoreBusy, StoreFull

BUSY_SECONDS_MAX = 30.0
FULL_ERRNO = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
WRITE_ERRORS = {sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_FSYNC, sqlite3.SQLITE_IOERR_SHMSIZE}

Row = dict[str, Any]


class Database:
    """One database file. Every write is in a transaction that is on the disk when it returns (WAL, FULL).

    May be used from several threads, one at a time, and from several processes.
    Raises NewerStore (nothing touched), StoreBroken, StoreBusy, StoreFull.
    """

    def __init__(self, path: Path) -> None:
        self._lock = RLock()
        with in_our_words():
            self._db = sqlite3.connect(
                path, timeout=BUSY_SECONDS_MAX, isolation_level=None, check_same_thread=False
            )
        try:
            self._prepare()
        except BaseException:
            self._db.close()
            raise

    def close(self) -> None:
        with self._lock:
            self._db.close()

    def rows(self, sql: str, *values: Any) -> list[Row]:
        """All rows of a question, as mappings."""
        with self._lock, in_our_words():
            return self._db.execute(sql, values).fetchall()

    def row(self, sql: str, *values: Any) -> Row | None:
        """The first row, or None."""
        found = self.rows(sql, *values)
        return found[0] if found else None

    def run(self, sql: str, *values: Any) -> int:
        """Change something inside `transaction`; returns how many rows it met."""
        assert self._db.in_transaction, "a change belongs to a transaction"
        with in_our_words():
            return self._db.execute(sql, values).rowcount

    def get(self, key: str) -> str | None:
        """What this phone knows of itself: cursor, epoch, token, …"""
        found = self.row("SELECT value FROM phone WHERE key = ?", key)
        return str(found["value"]) if found else None

    def set(self, key: str, value: str | None) -> None:
        """Remember or, with None, forget; inside `transaction`."""
        self.run("DELETE FROM phone WHERE key = ?", key)
        if value is not None:
            self.run("INSERT INTO phone VALUES (?, ?)", key, value)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing, durable on return. A transaction within another is part of it."""
        with self._lock, in_our_words():
            if self._db.in_transaction:
                yield
                return
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    def _prepare(self) -> None:
        def as_mapping(cursor: sqlite3.Cursor, values: tuple[Any, ...]) -> Row:
            return {column[0]: value for column, value in zip(cursor.description, values, strict=True)}

        self._db.row_factory = as_mapping
        scripts = _scripts()
        if self._form() > len(scripts):
            raise NewerStore(found=self._form(), known=len(scripts))
        with in_our_words():
            # secure_delete: what is freed or discarded is overwritten; a phone may be searched.
            for pragma in (
                "journal_mode = WAL",
                "synchronous = FULL",
                "foreign_keys = ON",
                "secure_delete = ON",
            ):
                self._db.execute(f"PRAGMA {pragma}")
        while self._form() < len(scripts):
            self._migrate(scripts)

    def _form(self) -> int:
        found = self.row("PRAGMA user_version")
        return int(found["user_version"]) if found else 0

    def _migrate(self, scripts: list[str]) -> None:
        """One form further; two processes may arrive here at once, and the second finds it done."""
        with in_our_words():
            self._db.execute("BEGIN IMMEDIATE")
            form = self._form()
            if form == len(scripts):
                self._db.execute("ROLLBACK")
                return
            try:
                for statement in _statements(scripts[form]):
                    self._db.execute(statement)
                self._db.execute(f"PRAGMA user_version = {form + 1}")
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise


@contextmanager
def in_our_words() -> Iterator[None]:
    """Whatever the disk or SQLite complains about, as one of our problems."""
    try:
        yield
    except sqlite3.Error as error:
        raise _problem(error) from error
    except OSError as error:
        if isinstance(error, FileNotFoundError):
            raise
        full = error.errno in FULL_ERRNO
        raise (
            StoreFull(why=error.strerror) if full else StoreBroken(why=error.strerror or str(error))
        ) from error


def _problem(error: sqlite3.Error) -> Problem:
    code = getattr(error, "sqlite_errorcode", 0)
    primary = code & 0xFF
    if primary in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return StoreBusy()
    # A write that the system cuts short (a quota, a file limit) is told as an input/output error.
    if primary == sqlite3.SQLITE_FULL or code in WRITE_ERRORS:
        return StoreFull(why=str(error))
    return StoreBroken(why=str(error))


def _scripts() -> list[str]:
    folder = files("fieldsync") / "schema"
    found = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".sql"))
    return [(folder / name).read_text(encoding="utf-8") for name in found]


def _statements(script: str) -> Iterator[str]:
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
