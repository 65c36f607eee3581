"""Whole databases, row by row: read from one unchanging state, written into an empty place, and proved equal.

A table's fingerprint is the number of its rows and the sum of their hashes, so it does not depend on the order in which a
database gives them. Rows are told apart from how a database keeps them: whole numbers, truths and texts only.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from alembic.migration import MigrationContext
from sqlalchemy import Connection, MetaData, Table, func, insert, select, text

from store.connecting import StoreError
from store.database import Store

VERSIONS = "alembic_version"
AT_ONCE = 2_000
_WHOLE = 2**256
Row = dict[str, Any]


class CopyError(StoreError):
    """A copy cannot be made, or is not what it should be; the message says what to do. Nothing was kept of it."""


class Fingerprint(NamedTuple):
    """Of a table: how many rows, and the sum of their hashes."""

    rows: int
    digest: str


class Tally:
    """A fingerprint in the making."""

    def __init__(self) -> None:
        self._rows, self._sum = 0, 0

    def add(self, line: str) -> None:
        """Count a row, given as its line."""
        self._rows += 1
        self._sum = (self._sum + int.from_bytes(hashlib.sha256(line.encode()).digest(), "big")) % _WHOLE

    def fingerprint(self) -> Fingerprint:
        """So far."""
        return Fingerprint(self._rows, f"{self._sum:064x}")


def to_line(row: Row) -> str:
    """The one way to write a row: JSON, columns in order of their names."""
    return json.dumps(row, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=_plain)


def _plain(value: Any) -> Any:
    if isinstance(value, bytes | memoryview):
        return {"$hex": bytes(value).hex()}
    if isinstance(value, dt.datetime | dt.date):
        return {"$iso": value.isoformat()}
    raise TypeError(f"a value of {type(value).__name__} cannot be copied")


def from_line(line: str) -> Row:
    """A row that `to_line` wrote."""
    found: Row = json.loads(line)
    return {name: _rich(value) for name, value in found.items()}


def _rich(value: Any) -> Any:
    match value:
        case {"$hex": str(text)}:
            return bytes.fromhex(text)
        case {"$iso": str(text)}:
            return dt.datetime.fromisoformat(text)
    return value


def tables_of(connection: Connection) -> list[Table]:
    """The tables that are there, each after those it points to; without the list of versions."""
    held = MetaData()
    held.reflect(connection)
    return [table for table in held.sorted_tables if table.name != VERSIONS]


def lift_limits(connection: Connection) -> None:
    """A copy takes longer than any question of a page may."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))


def lines_of(connection: Connection, table: Table) -> Iterator[str]:
    """Every row of a table, as lines, in the order of its key."""
    query = select(table).order_by(*table.primary_key.columns)
    streaming = connection.execution_options(stream_results=True, yield_per=AT_ONCE)
    for row in streaming.execute(query).mappings():
        yield to_line(dict(row))


def fingerprint(connection: Connection, table: Table) -> Fingerprint:
    """A table's fingerprint as it is."""
    tally = Tally()
    for line in lines_of(connection, table):
        tally.add(line)
    return tally.fingerprint()


def fill(connection: Connection, table: Table, rows: Iterable[Row]) -> None:
    """Write rows into a table, many at a time."""
    columns = [column.name for column in table.columns]
    if connection.dialect.name == "postgresql":
        names = ", ".join(f'"{name}"' for name in columns)
        cursor: Any = connection.connection.cursor()
        with cursor.copy(f'COPY "{table.name}" ({names}) FROM STDIN') as copy:
            for row in rows:
                copy.write_row([row[name] for name in columns])
        return
    waiting: list[Row] = []
    for row in rows:
        waiting.append(row)
        if len(waiting) == AT_ONCE:
            connection.execute(insert(table), waiting)
            waiting = []
    if waiting:
        connection.execute(insert(table), waiting)


def go_on_counting(connection: Connection, table: Table) -> None:
    """Let the numbers that the database gives by itself begin after those copied."""
    if connection.dialect.name != "postgresql":
        return
    for column in table.primary_key.columns:
        sequence = connection.scalar(
            text("SELECT pg_get_serial_sequence(:table, :column)"),
            {"table": f'"{table.name}"', "column": column.name},
        )
        if sequence:
            last = connection.scalar(select(func.max(column)))
            connection.execute(
                text("SELECT setval(CAST(:sequence AS regclass), :last, :used)"),
                {"sequence": sequence, "last": last or 1, "used": last is not None},
            )


def refuse_unless_empty(store: Store) -> None:
    """Raise CopyError when the place to copy to holds anything."""
    if store.version() is None:
        return
    with store.reading() as connection:
        filled = [
            one.name for one in tables_of(connection) if connection.execute(select(one).limit(1)).first()
        ]
    if filled:
        raise CopyError(
            f"the database {store.url_shown} holds data already (in {', '.join(filled[:5])}); give an empty one"
        )


def write_tables(
    target: Store,
    version: str,
    rows_of: Callable[[str], Iterable[Row]],
    expected: dict[str, Fingerprint],
    told: Callable[[str, int], None] = lambda _table, _rows: None,
) -> None:
    """Make the tables of a version in an empty database and fill them; kept only when every fingerprint is the expected one.

    Raises CopyError, and leaves no row, when any differs.
    """
    refuse_unless_empty(target)
    target.migrate(version)
    with target.writing(patient=True) as connection:
        lift_limits(connection)
        held = tables_of(connection)
        unknown = expected.keys() - {table.name for table in held}
        if unknown:
            raise CopyError(f"version {version} has no tables {', '.join(sorted(unknown))}")
        for table in held:
            fill(connection, table, rows_of(table.name))
            go_on_counting(connection, table)
        for table in held:
            found, wanted = fingerprint(connection, table), expected.get(table.name, Fingerprint(0, "0" * 64))
            if found != wanted:
                raise CopyError(
                    f"table {table.name}: {found.rows} rows arrived whose fingerprint is not that of the {wanted.rows} sent"
                )
            told(table.name, found.rows)


class Moved(NamedTuple):
    """One table that was moved and proved equal."""

    table: str
    rows: int
    digest: str


def move(source: Store, target: Store) -> Sequence[Moved]:
    """Copy everything to an empty database, of either kind, and prove it equal; all of it, or nothing.

    Nobody can write to the source meanwhile. Raises CopyError.
    """
    if not source.is_ready():
        raise CopyError(f"the database {source.url_shown} is not at the newest version: run `mch init` first")
    with source.writing(patient=True) as connection:
        lift_limits(connection)
        version = MigrationContext.configure(connection).get_current_revision()
        assert version is not None
        held = {table.name: table for table in tables_of(connection)}
        expected = {name: fingerprint(connection, table) for name, table in held.items()}
        write_tables(
            target,
            version,
            lambda name: map(from_line, lines_of(connection, held[name])) if name in held else (),
            expected,
        )
    return [Moved(name, *one) for name, one in expected.items()]
