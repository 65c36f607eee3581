"""The values of submissions, read and written many at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Connection, bindparam, select

from store.bulk import insert_many
from store.codes import Codes
from store.ledger import Held
from store.records import ValueRecord
from store.schema import data_value
from store.totals import Value


def among(column: ColumnElement[Any], numbers: Collection[int]) -> ColumnElement[bool]:
    """Whether a column is one of the numbers; they are written into the statement, so that there may be any number of them."""
    values = bindparam(None, sorted(numbers), expanding=True, literal_execute=True, type_=BigInteger)
    return column.in_(values)


_COLUMNS = ("submission_id", "element_id", "category", "value", "note", "text", "sheet", "cell", "derived")


class Values:
    """The numbers of submissions: of those just entered from memory, of all others from the database."""

    def __init__(self, connection: Connection, codes: Codes) -> None:
        self._connection = connection
        self._elements = codes.elements
        self._numbers: dict[int, list[Value]] = {}
        self._rows: list[tuple[Any, ...]] = []

    def add(self, held: Held, records: Sequence[ValueRecord]) -> None:
        """Enter the values of a new submission."""
        numbers = self._numbers[held.id] = []
        for one in records:
            element = self._elements[one.element]
            numbers.append((element, one.category, one.value))
            self._rows.append(
                (
                    held.id,
                    element,
                    one.category,
                    one.value,
                    one.note,
                    one.text,
                    one.sheet,
                    one.cell,
                    one.derived,
                )
            )

    def write(self) -> None:
        """Write the values entered."""
        insert_many(self._connection, data_value, _COLUMNS, self._rows)
        self._rows = []

    def of(self, submissions: Sequence[Held]) -> dict[int, list[Value]]:
        """The numbers of each submission, by its own number."""
        missing = [one.id for one in submissions if one.id not in self._numbers]
        found: dict[int, list[Value]] = defaultdict(list)
        if missing:
            columns = data_value.c
            query = select(columns.submission_id, columns.element_id, columns.category, columns.value).where(
                among(columns.submission_id, missing)
            )
            for submission_id, *value in self._connection.execute(query):
                found[submission_id].append((value[0], value[1], value[2]))
        return {one.id: self._numbers.get(one.id) or found[one.id] for one in submissions}
