"""Many rows in one statement.

SQLite takes plain tuples straight from its driver. To PostgreSQL they go as one array a column, which is faster than one
message or one tuple a row. Rows hold only whole numbers, texts, truth values and None, which both drivers know by themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Table, bindparam, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.compiler import SQLCompiler

Rows = Sequence[tuple[Any, ...]]


def insert_many(connection: Connection, table: Table, names: Sequence[str], rows: Rows) -> None:
    """Insert rows whose entries are those of the named columns, in this order."""
    if not rows:
        return
    if connection.dialect.name == "postgresql":
        statement, parameters = _from_arrays(table, names, rows)
        connection.execute(statement, parameters)
    else:
        _send(connection, sqlite.insert(table), names, rows)


def add_many(
    connection: Connection, table: Table, names: Sequence[str], rows: Rows, sums: Sequence[str]
) -> None:
    """Add the columns `sums` of rows to the rows that have the same other columns; insert those that have none."""
    if not rows:
        return
    key = [name for name in names if name not in sums]
    if connection.dialect.name == "postgresql":
        statement, parameters = _from_arrays(table, names, rows)
        added = {name: table.c[name] + statement.excluded[name] for name in sums}
        upsert = statement.on_conflict_do_update(index_elements=key, set_=added)
        connection.execute(upsert, parameters)
    else:
        plain = sqlite.insert(table)
        added = {name: table.c[name] + plain.excluded[name] for name in sums}
        _send(connection, plain.on_conflict_do_update(index_elements=key, set_=added), names, rows)


def _send(connection: Connection, statement: sqlite.Insert, names: Sequence[str], rows: Rows) -> None:
    compiled = statement.compile(dialect=connection.dialect, column_keys=list(names))
    assert isinstance(compiled, SQLCompiler)
    wanted = list(compiled.positiontup or [])
    if wanted != list(names):
        rows = list(map(itemgetter(*map(list(names).index, wanted)), rows))
    connection.exec_driver_sql(compiled.string, list(rows))


def _from_arrays(
    table: Table, names: Sequence[str], rows: Rows
) -> tuple[postgresql.Insert, dict[str, list[Any]]]:
    arrays = [bindparam(name, type_=postgresql.ARRAY(table.c[name].type)) for name in names]
    columns = func.unnest(*arrays).table_valued(*names).render_derived()
    statement = postgresql.insert(table).from_select(
        list(names), select(*(columns.c[name] for name in names))
    )
    entries = map(list, zip(*rows, strict=True))
    return statement, dict(zip(names, entries, strict=True))
