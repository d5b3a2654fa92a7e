"""One statement on this thread's connection."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection
from psycopg import Cursor


def run_statement(sql: str, values: Sequence[Any]) -> list[Any]:
    """The rows it gives, none for a statement that gives none."""
    cursor = _executed(sql, values)
    try:
        return list(cursor.fetchall()) if cursor.description else []
    finally:
        cursor.close()


def run_update(sql: str, values: Sequence[Any]) -> int:
    """How many rows it met."""
    cursor = _executed(sql, values)
    try:
        return int(cursor.rowcount)
    finally:
        cursor.close()


def _executed(sql: str, values: Sequence[Any]) -> Any:
    """On PostgreSQL with the values beside the text, not in it: the server plans it once a connection."""
    connection.ensure_connection()
    if connection.vendor == "postgresql" and not (connection.queries_logged or connection.execute_wrappers):
        connection.validate_no_broken_transaction()
        with connection.wrap_database_errors:
            return Cursor(connection.connection).execute(sql, values, prepare=True)
    cursor = connection.cursor()
    cursor.execute(sql, values)
    return cursor


def adapted(value: Any) -> Any:
    """A value as the driver of this database takes it."""
    if isinstance(value, UUID):
        return value if connection.features.has_native_uuid_field else value.hex
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    if isinstance(value, date):
        return connection.ops.adapt_datefield_value(value)
    return value
