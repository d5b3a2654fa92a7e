"""Rows written, or one changed by its key, in one statement."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, cast

from django.db import connection, models

from backend.statements.running import adapted, run_statement, run_update


def insert(rows: Sequence[models.Model], *, over: Sequence[str] = ()) -> None:
    """Write rows of one model; their keys are set when the database makes them.

    over   unique fields: a row that has the same there is overwritten
    """
    if not rows:
        return
    model = type(rows[0])
    fields = _fields(model, with_key=rows[0].pk is not None)
    sql = _sql(model, len(rows), fields, tuple(over), connection.vendor)
    values = [_value(row, field) for row in rows for field in fields]
    made = run_statement(sql, values)
    for row, key in zip(rows, made, strict=False):
        row.pk = key[0]
    for row in rows:
        row._state.adding, row._state.db = False, connection.alias


def change(model: type[models.Model], key: Any, **values: Any) -> bool:
    """Give the row with this key these values; False when there is none."""
    fields: list[Any] = [model._meta.get_field(name) for name in values]
    given = [field.get_db_prep_save(values[field.name], connection=connection) for field in fields]
    return run_update(_change_sql(model, tuple(values)), [*given, adapted(key)]) > 0


@lru_cache(maxsize=512)
def _change_sql(model: type[models.Model], names: tuple[str, ...]) -> str:
    quote, meta = connection.ops.quote_name, cast(Any, model._meta)
    key = meta.pk
    sets = ", ".join(f"{quote(meta.get_field(name).column)} = %s" for name in names)
    return f"UPDATE {quote(meta.db_table)} SET {sets} WHERE {quote(key.column)} = %s"  # noqa: S608


def _value(row: models.Model, field: Any) -> Any:
    return field.get_db_prep_save(field.pre_save(row, True), connection=connection)


@lru_cache
def _fields(model: type[models.Model], *, with_key: bool) -> tuple[Any, ...]:
    return tuple(field for field in model._meta.concrete_fields if with_key or not field.primary_key)


@lru_cache(maxsize=512)
def _sql(
    model: type[models.Model], count: int, fields: tuple[Any, ...], over: tuple[str, ...], vendor: str
) -> str:
    quote = connection.ops.quote_name
    names = [quote(field.column) for field in fields]
    places = f"({', '.join(['%s'] * len(fields))})"
    table, lines = quote(model._meta.db_table), ", ".join([places] * count)
    sql = f"INSERT INTO {table} ({', '.join(names)}) VALUES {lines}"  # noqa: S608 - names of our own models
    if over:
        unique = [name for name, field in zip(names, fields, strict=True) if field.name in over]
        sets = ", ".join(f"{name} = excluded.{name}" for name in names if name not in unique)
        sql += f" ON CONFLICT ({', '.join(unique)}) DO UPDATE SET {sets}"
    key: Any = model._meta.pk
    return sql if key in fields else f"{sql} RETURNING {quote(key.column)}"
