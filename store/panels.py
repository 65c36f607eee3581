"""Monthly running totals as arrays, for pages that need many months of many areas at once."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, exists, select, text

from reference.periods import month_count
from store.codes import Codes
from store.database import Store
from store.reading import numbers_of, within
from store.schema import LONGER, area_total, data_element
from store.values import among

Series = tuple[str, str, str]  # element, category, basis


@dataclass(frozen=True)
class Monthly:
    """`values` and `reports`: arrays (series, areas, months); without any report there is no number (value 0)."""

    place: dict[Series, int]
    values: NDArray[np.int64]
    reports: NDArray[np.int64]


def monthly(store: Store, series: Sequence[Series], areas: Sequence[str], first: int, last: int) -> Monthly:
    """Totals of single months from `first` to `last` (yyyymm) of the areas, in the orders given."""
    place = {one: number for number, one in enumerate(dict.fromkeys(series))}
    shape = (len(place), len(areas), month_count(first, last))
    values, reports = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
    flat_values, flat_reports = values.reshape(-1), reports.reshape(-1)
    with store.reading() as connection:
        numbers = numbers_of(store, connection, areas)
        codes = store.codes(connection)
        for category, basis in sorted({(one[1], one[2]) for one in place}):
            elements = {
                codes.elements[element]: number
                for (element, its, on), number in place.items()
                if (its, on) == (category, basis) and element in codes.elements
            }
            rows = _rows(connection, elements, numbers, (category, basis), (first, last))
            if len(rows):
                at = _places(rows, elements, areas, codes, first, shape)
                flat_values[at], flat_reports[at] = rows[:, 3], rows[:, 4]
    return Monthly(place, values, reports)


def longer_spans(store: Store) -> frozenset[str]:
    """Elements of which some totals cover more than a month: of those, single months are not the whole story."""
    with store.reading() as connection:
        codes = store.codes(connection)
        # Element by element, one look into the index of just these rows each: to read them all takes ten times as long.
        # The condition is written out, not bound: only then can the database see that this index is enough.
        one = exists().where(area_total.c.element_id == data_element.c.id, text(LONGER))
        found = connection.scalars(select(data_element.c.id).where(one))
        return frozenset(codes.element_of[number] for number in found if number in codes.element_of)


def _rows(
    connection: Connection,
    elements: dict[int, int],
    areas: Sequence[int],
    where: tuple[str, str],
    months: tuple[int, int],
) -> NDArray[np.int64]:
    """Element, area, month, value and reports of each total: an array (rows, 5)."""
    columns = area_total.c
    query = select(columns.element_id, columns.area_id, columns.month, columns.value, columns.reports).where(
        among(columns.element_id, elements),
        among(columns.area_id, areas),
        within(columns.month, *months),
        columns.span == 1,
        columns.category == where[0],
        columns.basis == where[1],
    )
    cursor = connection.execute(query).cursor
    rows = cursor.fetchall() if cursor is not None else []
    whole = itertools.chain.from_iterable(rows)
    return np.fromiter(whole, dtype=np.int64, count=5 * len(rows)).reshape(-1, 5)


def _places(
    rows: NDArray[np.int64],
    elements: dict[int, int],
    areas: Sequence[str],
    codes: Codes,
    first: int,
    shape: tuple[int, int, int],
) -> NDArray[np.int64]:
    """Where each row belongs in the flattened arrays."""
    element_of = np.zeros(max(elements) + 1, np.int64)
    for number, place in elements.items():
        element_of[number] = place
    area_of = np.zeros(max(codes.organisation_of) + 1, np.int64)
    for place, code in enumerate(areas):
        if code in codes.organisations:
            area_of[codes.organisations[code]] = place
    months = (rows[:, 2] // 100 - first // 100) * 12 + rows[:, 2] % 100 - first % 100
    return (element_of[rows[:, 0]] * shape[1] + area_of[rows[:, 1]]) * shape[2] + months
