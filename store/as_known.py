"""Area totals worked out again from submissions: as they were known at a moment, or under the tree of another day.

Slower than the running totals, which hold what is known now under the tree of each month. Of returns that run up from the
start of a year only what they state is given, over the months they cover; the single months told from them are not.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterator

import pandas as pd
from sqlalchemy import ColumnElement, Connection, func, or_, select

from reference.periods import last_day
from reference.registry import Registry
from store.codes import Codes
from store.database import Store
from store.reading import FIRST, IN_FORCE, LAST, within
from store.schema import data_value, organisation, submission
from store.times import to_milliseconds
from store.values import among

COLUMNS = ("organisation", "element", "category", "basis", "month", "span", "value", "reports")
_Place = tuple[str, str, str, str, int, int]


def totals(
    store: Store,
    registry: Registry,
    elements: Collection[str],
    areas: Collection[str],
    *,
    first: int = FIRST,
    last: int = LAST,
    categories: Collection[str] = ("",),
    known_at: dt.datetime | None = None,
    tree_on: dt.date | None = None,
) -> pd.DataFrame:
    """As `store.reading.area_totals`, with the submissions in force at `known_at` (now, when None) and each organisation
    under the areas it belongs to on `tree_on` (at each month's end, when None)."""
    sums: dict[_Place, list[int]] = defaultdict(lambda: [0, 0])
    wanted = set(areas)
    with store.reading() as connection:
        codes = store.codes(connection)
        above: dict[tuple[int, int], tuple[str, ...]] = {}
        for number, element, category, basis, month, span, value in _values(
            connection, codes, elements, (first, last), categories, known_at
        ):
            if (number, month) not in above:
                code = codes.organisation_of[number]
                on = last_day(month) if tree_on is None else tree_on
                above[number, month] = tuple(
                    area for area in registry.organisations.adds_into(code, on) if area in wanted
                )
            for area in above[number, month]:
                total = sums[area, codes.element_of[element], category, basis, month, span]
                total[0] += value
                total[1] += 1
    rows = [(*place, *both) for place, both in sums.items()]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def months(store: Store, tree: str, known_at: dt.datetime) -> tuple[int, int] | None:
    """The first and last month that any submission in force at a moment ends in; None when there was none."""
    query = (
        select(func.min(submission.c.month), func.max(submission.c.month))
        .join_from(submission, organisation)
        .where(organisation.c.tree == tree, _known_at(known_at))
    )
    with store.reading() as connection:
        first, last = connection.execute(query).one()
    return None if first is None else (first, last)


def _values(
    connection: Connection,
    codes: Codes,
    elements: Collection[str],
    months: tuple[int, int],
    categories: Collection[str],
    known_at: dt.datetime | None,
) -> Iterator[tuple[int, int, str, str, int, int, int]]:
    """Organisation and element by number, category, basis, month, span and value, of the submissions in force."""
    numbers = [codes.elements[code] for code in elements if code in codes.elements]
    of, columns = submission.c, data_value.c
    query = (
        select(
            of.id,
            of.organisation_id,
            columns.element_id,
            columns.category,
            of.basis,
            of.month,
            of.span,
            columns.value,
        )
        .join_from(submission, data_value)
        .where(
            _known_at(known_at),
            within(of.month, *months),
            among(columns.element_id, numbers),
            columns.category.in_(sorted(set(categories))),
            columns.value.is_not(None),
        )
    )
    chosen = None if known_at is None else _latest(connection, months, known_at)
    for number, *value in connection.execute(query):
        if chosen is None or number in chosen:
            yield tuple(value)


def _latest(connection: Connection, months: tuple[int, int], known_at: dt.datetime) -> frozenset[int]:
    """Of each form, organisation and period, the submission received last: one that replaced another and was taken back
    later leaves that other without an end."""
    of = submission.c
    query = (
        select(of.id, of.form, of.organisation_id, of.month, of.span)
        .where(_known_at(known_at), within(of.month, *months))
        .order_by(of.received_at, of.id)
    )
    return frozenset({tuple(key): number for number, *key in connection.execute(query)}.values())


def _known_at(moment: dt.datetime | None) -> ColumnElement[bool]:
    """Received by the moment, and not ended by then."""
    if moment is None:
        return IN_FORCE
    at = to_milliseconds(moment)
    return (submission.c.received_at <= at) & or_(submission.c.ended_at.is_(None), submission.c.ended_at > at)
