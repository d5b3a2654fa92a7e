"""A queryset or an update, compiled once and run with new values."""

import functools
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, ParamSpec
from uuid import UUID, uuid4

from django.db import connection, models
from django.db.models.query import get_related_populators
from django.db.models.sql import UpdateQuery

from backend.statements.running import adapted, run_statement, run_update

P = ParamSpec("P")
Values = dict[str, Any]


@dataclass(frozen=True)
class Compiled:
    """`slots`: where each parameter comes from: (argument, index in a list or None), or a constant."""

    sql: str
    slots: Sequence[tuple[str, int | None] | tuple[None, Any]]
    converters: dict[int, Any]
    read: Callable[[Sequence[Any]], Any] | None


def prepared(make: Callable[P, models.QuerySet[Any, Any]]) -> Callable[P, list[Any]]:
    """Decorate a function that makes a queryset out of its keyword arguments; calling it answers the rows.

    Arguments are UUIDs, whole numbers, texts, dates, instants, or lists of one of them (never empty); each must
    reach the database as it is, not as part of a pattern. One statement is kept for each length of the lists.
    """
    kept: dict[Any, Compiled] = {}

    @functools.wraps(make)
    def rows(*none: P.args, **values: P.kwargs) -> list[Any]:
        shape = _shape(values)
        statement = kept.get(shape)
        if statement is None:
            statement = kept[shape] = _compile(make, values)
        return _run(statement, values)

    return rows


def prepared_update(
    make: Callable[P, tuple[models.QuerySet[Any, Any], Mapping[str, Any]]],
) -> Callable[P, int]:
    """The same for a function that makes a queryset and what its rows become; calling it answers how many did."""
    kept: dict[Any, Compiled] = {}

    @functools.wraps(make)
    def count(*none: P.args, **values: P.kwargs) -> int:
        shape = _shape(values)
        statement = kept.get(shape)
        if statement is None:
            statement = kept[shape] = _compile(make, values)
        return run_update(statement.sql, _given(statement, values))

    return count


def _shape(values: Values) -> tuple[Any, ...]:
    lengths = (len(value) if isinstance(value, list) else None for value in values.values())
    return connection.vendor, *lengths


def _given(statement: Compiled, values: Values) -> list[Any]:
    return [
        slot[1]
        if slot[0] is None
        else adapted(values[slot[0]] if slot[1] is None else values[slot[0]][slot[1]])
        for slot in statement.slots
    ]


def _run(statement: Compiled, values: Values) -> list[Any]:
    found = run_statement(statement.sql, _given(statement, values))
    if statement.converters:
        found = list(_converted(found, statement.converters))
    return [statement.read(row) for row in found] if statement.read else found


def _converted(rows: Sequence[Sequence[Any]], converters: dict[int, Any]) -> Iterator[Sequence[Any]]:
    for row in rows:
        values = list(row)
        for position, (convs, expression) in converters.items():
            for convert in convs:
                values[position] = convert(values[position], expression, connection)
        yield tuple(values)


def _compile(make: Callable[..., Any], values: Values) -> Compiled:
    """Compile with values that occur nowhere else, and remember where they went."""
    if [] in values.values():
        raise TypeError(f"{make.__name__}: a list is empty")
    marks: dict[Any, tuple[str, int | None]] = {}
    marked: Values = {}
    for name, value in values.items():
        if isinstance(value, list):
            marked[name] = [_mark(one, marks, (name, at)) for at, one in enumerate(value)]
        else:
            marked[name] = _mark(value, marks, (name, None))
    made = make(**marked)
    queryset, changes = made if isinstance(made, tuple) else (made, None)
    query = queryset.query if changes is None else _updating(queryset, changes)
    compiler = query.get_compiler(connection=connection)
    sql, parameters = compiler.as_sql()
    slots = [marks[one] if isinstance(one, _KINDS) and one in marks else (None, one) for one in parameters]
    lost = {name for name, _ in marks.values()} - {slot[0] for slot in slots}
    if lost:
        raise TypeError(f"{make.__name__}: {sorted(lost)} do not reach the database as they are")
    if changes is not None:
        return Compiled(sql, slots, {}, None)
    expressions = [expression for expression, _, _ in compiler.select[: compiler.col_count]]
    read = _reader(compiler) if queryset._iterable_class is models.query.ModelIterable else None
    return Compiled(sql, slots, compiler.get_converters(expressions), read)


def _updating(queryset: models.QuerySet[Any, Any], changes: Mapping[str, Any]) -> Any:
    query: Any = queryset.query.chain(UpdateQuery)
    query.add_update_values(changes)
    query.clear_ordering(force=True)
    return query


def _reader(compiler: Any) -> Callable[[Sequence[Any]], Any]:
    """Rows as instances, with what was asked for by select_related."""
    info, alias = compiler.klass_info, connection.alias
    model, fields = info["model"], info["select_fields"]
    first, last = fields[0], fields[-1] + 1
    names = [column[0].target.attname for column in compiler.select[first:last]]
    populators = get_related_populators(info, compiler.select, alias)  # type: ignore[call-arg]  # of Django 6
    annotated = compiler.annotation_col_map

    def read(row: Sequence[Any]) -> Any:
        found = model.from_db(alias, names, row[first:last])
        for populator in populators:
            populator.populate(row, found)
        for name, position in annotated.items():
            setattr(found, name, row[position])
        return found

    return read


_KINDS = (str, int, UUID, datetime, date)


def _mark(value: Any, marks: dict[Any, tuple[str, int | None]], slot: tuple[str, int | None]) -> Any:
    """A value of the same kind that no statement holds by accident."""
    mark: Any
    if isinstance(value, UUID):
        mark = uuid4()
    elif isinstance(value, datetime):
        mark = datetime(1000, 1, 1, tzinfo=UTC) + timedelta(microseconds=secrets.randbelow(10**15))
    elif isinstance(value, date):
        mark = date(1000, 1, 1) + timedelta(days=secrets.randbelow(200_000))
    elif isinstance(value, str):
        mark = secrets.token_hex(8)
    else:
        mark = 10**6 + secrets.randbelow(10**9)
    marks[adapted(mark)] = slot
    return mark
