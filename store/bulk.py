"""Many rows in one statement.

SQLite takes plain tuples straight from its driver. To PostgreSQL they go as one array a column, which is faster than one
message or one tuple a row. Rows hold only whole numbers, texts, truth values and None, which both drivers know by themselves.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Table, bindparam, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.compiler import SQLCompiler

Row = Mapping[str, Any]


def insert_many(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert rows, all with the same columns."""
    if not rows:
        return
    if connection.dialect.name == "postgresql":
        statement, parameters = _from_arrays(table, rows)
        connection.execute(statement, parameters)
    else:
        _send(connection, sqlite.insert(table), rows)


def add_many(
    connection: Connection, table: Table, rows: Sequence[Row], key: Sequence[str], sums: Sequence[str]
) -> None:
    """Add the rows' `sums` to the rows that have the same key; insert those that have none."""
    if not rows:
        return
    if connection.dialect.name == "postgresql":
        statement, parameters = _from_arrays(table, rows)
        added = {name: table.c[name] + statement.excluded[name] for name in sums}
        upsert = statement.on_conflict_do_update(index_elements=list(key), set_=added)
        connection.execute(upsert, parameters)
    else:
        plain = sqlite.insert(table)
        added = {name: table.c[name] + plain.excluded[name] for name in sums}
        _send(connection, plain.on_conflict_do_update(index_elements=list(key), set_=added), rows)


def _send(connection: Connection, statement: sqlite.Insert, rows: Sequence[Row]) -> None:
    compiled = statement.compile(dialect=connection.dialect, column_keys=list(rows[0]))
    assert isinstance(compiled, SQLCompiler)
    names = compiled.positiontup or []
    connection.exec_driver_sql(compiled.string, [tuple(row[name] for name in names) for row in rows])


def _from_arrays(table: Table, rows: Sequence[Row]) -> tuple[postgresql.Insert, dict[str, list[Any]]]:
    names = list(rows[0])
    arrays = [bindparam(name, type_=postgresql.ARRAY(table.c[name].type)) for name in names]
    columns = func.unnest(*arrays).table_valued(*names).render_derived()
    statement = postgresql.insert(table).from_select(names, select(*(columns.c[name] for name in names)))
    return statement, {name: [row[name] for row in rows] for name in names}
