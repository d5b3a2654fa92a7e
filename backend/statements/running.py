"""One statement on this thread's connection."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection


def run_statement(sql: str, values: Sequence[Any]) -> list[Any]:
    """The rows it gives, none for a statement that gives none."""
    with _executed(sql, values) as cursor:
        return list(cursor.fetchall()) if cursor.description else []


def run_update(sql: str, values: Sequence[Any]) -> int:
    """How many rows it met."""
    with _executed(sql, values) as cursor:
        return int(cursor.rowcount)


@contextmanager
def _executed(sql: str, values: Sequence[Any]) -> Iterator[Any]:
    """On PostgreSQL with the values beside the text, not in it: the server plans it once a connection."""
    connection.ensure_connection()
    if connection.vendor == "postgresql" and not (connection.queries_logged or connection.execute_wrappers):
        from psycopg import Cursor

        connection.validate_no_broken_transaction()
        with connection.wrap_database_errors, Cursor(connection.connection) as cursor:
            cursor.execute(sql, values, prepare=True)
            yield cursor
        return
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        yield cursor


def adapted(value: Any) -> Any:
    """A value as the driver of this database takes it."""
    if isinstance(value, UUID):
        return value if connection.features.has_native_uuid_field else value.hex
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    if isinstance(value, date):
        return connection.ops.adapt_datefield_value(value)
    return value
